//! The activity of an org that is being served: its history, and its future changes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::schedule::{Schedule, schedule};
use super::{Content, Fate, File, History};
use crate::fault::TOO_LARGE;
use crate::org::Org;
use crate::soql::dates::Clock;

/// The activity of an org that is being served.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(crate) history: Arc<History>,
    schedule: Arc<Mutex<Schedule>>,
    clock: Clock,
}

/// The error of a log file that is larger than SOAP allows.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{TOO_LARGE}: LogFile has {length} bytes, and a SOAP response may have at most {most}")]
pub(crate) struct TooLarge {
    length: u64,
    most: u64,
}

impl Running {
    /// Prepares the activity of an org, if it has any.
    pub(crate) fn of(org: &Org, clock: Clock) -> Option<Self> {
        let history = History::of(org)?;
        let schedule = schedule(org, &history);
        Some(Self {
            history,
            schedule: Arc::new(Mutex::new(schedule)),
            clock,
        })
    }

    pub(crate) fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The content of a file, which is written piece by piece, or `None` if the file cannot be read.
    pub(crate) fn content(&self, serial: i64, revision: u64) -> Option<Content> {
        let file = self
            .history
            .file(serial)
            .filter(|file| file.fate != Fate::Withheld)?;
        Some(Content::new(self.history.clone(), file.clone(), revision))
    }

    /// Records that a file was sent completely.
    pub(crate) fn was_read(&self, serial: i64) {
        let now = self.clock.now();
        self.schedule().file_was_read(&self.history, serial, now);
    }

    /// The whole content of a file. A file that is too large is an error.
    pub(crate) fn whole_content(
        &self,
        serial: i64,
        revision: i64,
        most: u64,
    ) -> Result<Option<Vec<u8>>, TooLarge> {
        let revision = revision.unsigned_abs().max(1);
        let length = (self.history.file(serial))
            .map_or(0, |file: &File| file.length(&self.history, revision));
        if length > most {
            return Err(TooLarge { length, most });
        }
        let Some(mut content) = self.content(serial, revision) else {
            return Ok(None);
        };
        let mut out = Vec::with_capacity(length as usize);
        while content.write(usize::MAX >> 1, &mut out) {}
        self.was_read(serial);
        Ok(Some(out))
    }
}
