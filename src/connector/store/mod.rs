//! The store: one SQLite database per connection.
//!
//! It keeps the promise that a row is there exactly once. Two unique indexes enforce it, so reading
//! something again never stores it twice; and the watermark of a source moves in the transaction that
//! stores the rows, so a crash never separates the two. The tables are documented in
//! the folder `schema`.
//!
//! The database is in WAL mode with `synchronous = NORMAL`: a killed process loses nothing that was
//! committed. A power cut may undo the last transactions, each as a whole and with its watermark; they
//! are collected again.

mod daily;
mod database;
mod days;
mod events;
mod files;
mod journal;
mod ledger;
mod refusals;
mod rows;
mod settings;
mod sinks;
mod windows;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;

use super::error::Error;

pub(in crate::connector) use database::failure;

pub use daily::DailyCount;
pub use days::{Day, FileCounts, Outline};
pub use events::{Event, EventQuery, Filter, Lookup};
pub use files::{
    Aside, FileEntry, Interval, Listed, Listing, Pending, RevisionRows, State, StoredFile,
};
pub use journal::{ConfigurationChange, Drift, Gap, Method, Reconciliation};
pub use rows::{PageProgress, Row, Stored};
pub use settings::{Attempt, Calls};
pub use sinks::{Delivery, SinkState};
pub use windows::{Lag, OpenWindow, Purpose, SourceState, WindowId};

/// A connection's store.
#[derive(Debug)]
pub struct Store {
    database: Connection,
    path: PathBuf,
}

/// The id of a source within a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceId(i64);

impl Store {
    /// Opens the store, creates it if there is none, and brings it to the current version.
    ///
    /// # Errors
    ///
    /// The file is not a store, is of a newer version, or cannot be read or written.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(database::open(path)?, path))
    }

    /// Opens the store to read it, also while another process writes.
    ///
    /// # Errors
    ///
    /// There is no store, or it is of another version than this program's, or cannot be read.
    pub fn open_to_read(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(database::open_to_read(path)?, path))
    }

    fn of(database: Connection, path: &Path) -> Self {
        Self {
            database,
            path: path.to_owned(),
        }
    }

    /// The file of the database.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs SQLite's own check of the file and of its indexes.
    ///
    /// # Errors
    ///
    /// The file is damaged.
    pub fn verify(&self) -> Result<(), Error> {
        database::verify(&self.database, &self.path)
    }

    /// Bounds the size of the database to a number of pages of 4 KiB. When it is reached, writing fails
    /// as it does on a full disk.
    ///
    /// # Errors
    ///
    /// SQLite refused.
    pub fn limit_pages(&self, pages: i64) -> Result<(), Error> {
        self.database
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .map_err(|error| self.failed("bound the store", error))
    }

    /// Adds what failed to an error of SQLite.
    fn failed(&self, action: &str, error: rusqlite::Error) -> Error {
        database::failure(action, &self.path, error)
    }
}

/// How times are stored.
fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A time as it was stored. Out of range is possible only if somebody else wrote the store.
fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}
