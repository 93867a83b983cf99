//! The progress of long work, and how it is stopped.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use super::error::{Error, Kind};

/// The progress of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Rows of a query arrived.
    Rows {
        /// The source.
        source: &'a str,
        /// Rows that arrived in this run.
        received: u64,
        /// The new rows among them.
        new: u64,
        /// The beginning of the span that this run collects.
        from: Timestamp,
        /// All rows before this instant have arrived.
        until: Timestamp,
        /// The end of the span that this run collects.
        to: Timestamp,
    },
    /// Days and hours are counted again.
    Counted {
        /// The source.
        source: &'a str,
        /// Spans that have been counted.
        spans: u64,
        /// Spans to count.
        of: u64,
    },
    /// An event log file is being fetched.
    File {
        /// Files that are complete.
        done: u64,
        /// Files to fetch in this run.
        of: u64,
        /// The event type of the file.
        event_type: &'a str,
        /// The length in bytes that Salesforce states for the file.
        length: u64,
        /// Rows that were stored in this run.
        rows: u64,
    },
}

/// A switch that stops work from outside. All clones stop the same work.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Stops the work as soon as nothing is left half done.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether the work should stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the work should stop.
    pub async fn stopped(&self) {
        // The sender is in this value, so the channel is never closed.
        let _ = self.0.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// Returns an error if the work should stop.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.is_stopped() {
            true => Err(stopped()),
            false => Ok(()),
        }
    }
}

pub(crate) fn stopped() -> Error {
    Error::new(
        Kind::Stopped,
        "stopped; everything that was collected is stored, and the next run continues from there",
    )
}

/// A function that receives the progress of work.
pub type Report = Box<dyn FnMut(&Progress<'_>) + Send>;

/// Observes work and stops it.
pub struct Watch {
    /// Stops the work.
    pub stop: Stop,
    report: Report,
}

impl Watch {
    /// Makes an observer that calls a function with the progress.
    pub fn new(stop: Stop, report: impl FnMut(&Progress<'_>) + Send + 'static) -> Self {
        Self {
            stop,
            report: Box::new(report),
        }
    }

    /// Makes an observer that ignores the progress.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(Stop::default(), |_| {})
    }

    pub(crate) fn report(&mut self, progress: &Progress<'_>) {
        (self.report)(progress);
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stopped_work_ends_as_ctrl_c_ends_a_program() {
        let stop = Stop::default();
        stop.stop();
        let code = stop.check().map_err(|error| error.exit_code());
        assert_eq!(code, Err(130));
    }
}
