//! What long work tells while it goes on, and how it is stopped.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use super::error::{Error, Kind};

/// How far the work on a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Rows of a query came.
    Rows {
        /// The source.
        source: &'a str,
        /// Rows that came in this run.
        received: u64,
        /// Rows of these that were new.
        new: u64,
        /// Where this run began.
        from: Timestamp,
        /// Everything before it has come.
        until: Timestamp,
        /// Where this run ends.
        to: Timestamp,
    },
    /// Days and hours are counted again.
    Counted {
        /// The source.
        source: &'a str,
        /// Spans that were counted.
        spans: u64,
        /// Spans to count.
        of: u64,
    },
    /// An event log file is on its way.
    File {
        /// Files that are done.
        done: u64,
        /// Files to fetch in this run.
        of: u64,
        /// The event type of the file.
        event_type: &'a str,
        /// Bytes that Salesforce announces for it.
        length: u64,
        /// Rows that were stored in this run.
        rows: u64,
    },
}

/// Stops work from outside. Clones stop the same work.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Stops the work at the next point where nothing is half done.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether the work is to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the work is to stop.
    pub async fn stopped(&self) {
        // The sender is in this value, so the channel is never closed.
        let _ = self.0.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// Fails if the work is to stop.
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
        "stopped; what was collected until now is stored, and the next run goes on",
    )
}

/// Takes the progress of work.
pub type Report = Box<dyn FnMut(&Progress<'_>) + Send>;

/// Watches work: takes its progress, and stops it.
pub struct Watch {
    /// Stops it.
    pub stop: Stop,
    report: Report,
}

impl Watch {
    /// Takes the progress by a function.
    pub fn new(stop: Stop, report: impl FnMut(&Progress<'_>) + Send + 'static) -> Self {
        Self {
            stop,
            report: Box::new(report),
        }
    }

    /// Takes no progress.
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
