//! The store of a connection: a SQLite database of its own, or a schema of its own in PostgreSQL.
//!
//! It keeps the promise that a row is there exactly once. Two unique indexes enforce it, so reading
//! something again never stores it twice; and the watermark of a source moves in the transaction that
//! stores the rows, so a crash never separates the two. The tables are documented in
//! the folder `schema`. Statements are written once, for both databases; `engine` says how.
//!
//! A SQLite database is in WAL mode with `synchronous = NORMAL`: a killed process loses nothing that was
//! committed. A power cut may undo the last transactions, each as a whole and with its watermark; they
//! are collected again.

mod daily;
mod days;
mod engine;
mod events;
mod files;
mod journal;
mod ledger;
mod refusals;
mod rows;
mod settings;
mod sinks;
mod windows;

use std::path::Path;

use engine::{Change, Engine, Fault, FromCell, Queries as _, Row as Found, Session, Sqlite, Value};
use jiff::Timestamp;

use super::error::{Error, Kind};

pub(in crate::connector) use engine::failure;
#[cfg(feature = "postgres")]
pub(in crate::connector) use engine::{Access, Postgres};

pub use daily::DailyCount;
pub use days::{Day, FileCounts, Outline};
pub use events::{Event, EventQuery, Filter, Lookup};
pub use files::{
    Aside, FileEntry, Interval, Listed, Listing, Pending, RevisionRows, State, StoredFile,
};
pub use journal::{ConfigurationChange, Drift, Gap, Method, Reconciliation};
pub use rows::{MESSAGES, MessageRow, PageProgress, Row, Stored};
pub use settings::{Attempt, Calls};
pub use sinks::{Delivery, SinkState};
pub use windows::{Lag, OpenWindow, Purpose, SourceState, WindowId};

/// A connection's store.
#[derive(Debug)]
pub struct Store {
    engine: Box<dyn Engine>,
}

/// The id of a source within a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceId(i64);

impl Store {
    /// Opens the store in a file, creates it if there is none, and brings it to the current version.
    ///
    /// # Errors
    ///
    /// The file is not a store, is of a newer version, or cannot be read or written.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(Sqlite::open(path)?))
    }

    /// Opens the store in a file beside a process that works on it. What is stored through it also survives
    /// that the machine loses its power.
    ///
    /// # Errors
    ///
    /// As of [`open`](Self::open).
    pub fn open_durably(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(Sqlite::open_durably(path)?))
    }

    /// Opens the store in a file to read it, also while another process writes.
    ///
    /// # Errors
    ///
    /// There is no store, or it is of another version than this program's, or cannot be read.
    pub fn open_to_read(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(Sqlite::open_to_read(path)?))
    }

    pub(in crate::connector) fn of(engine: impl Engine + 'static) -> Self {
        Self {
            engine: Box::new(engine),
        }
    }

    /// Checks the store: by the database's own check of the file and of its indexes, if there is one, and
    /// by counting the rows of each stored file.
    ///
    /// # Errors
    ///
    /// The store is damaged.
    pub fn verify(&self) -> Result<(), Error> {
        self.engine.verify()?;
        let torn = "SELECT count(*) FROM revision WHERE
             CASE state WHEN 'stored' THEN coalesce(rows, -1) ELSE 0 END
             <> (SELECT count(*) FROM event WHERE event.revision = revision.id)";
        match self.value::<u64>("check the store", torn, &[])? {
            0 => Ok(()),
            files => Err(Error::new(
                Kind::Store,
                format!(
                    "in the store {} the rows of {files} files are not those that were stored",
                    self.engine.place()
                ),
            )),
        }
    }

    /// Bounds the size of a store in a file to a number of pages of SQLite. When it is reached, writing fails
    /// as it does on a full disk.
    ///
    /// # Errors
    ///
    /// The store is not in a file.
    pub fn limit_pages(&self, pages: i64) -> Result<(), Error> {
        let limited = self.engine.limit_pages(pages);
        limited.map_err(|fault| self.failed("bound the store", fault))
    }

    /// Reads rows.
    fn all<T>(
        &self,
        action: &str,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Found) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Error> {
        let found = self.session().all(sql, values, read);
        found.map_err(|fault| self.failed(action, fault))
    }

    /// Reads the first row, if there is one.
    fn first<T>(
        &self,
        action: &str,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnOnce(&Found) -> Result<T, Fault>,
    ) -> Result<Option<T>, Error> {
        let found = self.session().first(sql, values, read);
        found.map_err(|fault| self.failed(action, fault))
    }

    /// Reads the first value of the first row, which there always is.
    fn value<T: FromCell>(
        &self,
        action: &str,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<T, Error> {
        let found = self.session().value(sql, values);
        found.map_err(|fault| self.failed(action, fault))
    }

    /// Makes a change that consists of one statement, and returns how many rows it changed.
    fn execute(&mut self, action: &str, sql: &str, values: &[Value<'_>]) -> Result<u64, Error> {
        self.change(action, |change| change.execute(sql, values))
    }

    /// Makes a change as a whole or, if it fails, not at all.
    fn change<T>(
        &mut self,
        action: &str,
        make: impl FnOnce(&dyn Change) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        let place = self.engine.place();
        let made = || {
            let change = self.engine.change()?;
            let made = make(&*change)?;
            change.commit()?;
            Ok(made)
        };
        made().map_err(|fault: Fault| fault.because_of(action, &place))
    }

    fn session(&self) -> &dyn Session {
        &*self.engine
    }

    /// Adds what failed to a failure of the database.
    fn failed(&self, action: &str, fault: Fault) -> Error {
        fault.because_of(action, &self.engine.place())
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

/// A time that a row may not have.
fn instant(row: &Found, column: usize) -> Result<Option<Timestamp>, Fault> {
    Ok(row.get::<Option<i64>>(column)?.map(time))
}
