//! The store of a connection: a SQLite database of its own, or a schema of its own in PostgreSQL.
//!
//! The store contains each row exactly once. Two unique indexes enforce it, so rows that are received again
//! are never stored twice. The watermark of a source moves in the transaction that stores the rows, so a
//! crash never separates the two. The folder `schema` documents the tables. Each statement is written once,
//! for both databases; `engine` has the rules for that.
//!
//! A SQLite database is in WAL mode with `synchronous = NORMAL`. A killed process loses nothing that was
//! committed. A power failure may undo the last transactions, each as a whole and with its watermark, and
//! the rows are collected again.

mod blocks;
mod columns;
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

/// The store of a connection.
#[derive(Debug)]
pub struct Store {
    engine: Box<dyn Engine>,
}

/// The id of a source in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceId(i64);

impl Store {
    /// Opens the store in a file. Creates it if it does not exist, and migrates it to the current version.
    ///
    /// # Errors
    ///
    /// The file is not a store, has a newer version, or cannot be read or written.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(Sqlite::open(path)?))
    }

    /// Opens the store in a file while another process may work on it. Changes that are committed survive a
    /// power failure.
    ///
    /// # Errors
    ///
    /// The errors of [`open`](Self::open).
    pub fn open_durably(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(Sqlite::open_durably(path)?))
    }

    /// Opens the store in a file for reading. Another process may write to it meanwhile.
    ///
    /// # Errors
    ///
    /// There is no store, its version is not the one of this program, or it cannot be read.
    pub fn open_to_read(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(Sqlite::open_to_read(path)?))
    }

    pub(in crate::connector) fn of(engine: impl Engine + 'static) -> Self {
        Self {
            engine: Box::new(engine),
        }
    }

    /// Checks the store: by the check that the database has for its file and its indexes, if it has one,
    /// by counting the rows of each stored file, and by comparing the bytes of each stored file with its
    /// SHA-256.
    ///
    /// # Errors
    ///
    /// The store is damaged.
    pub fn verify(&self) -> Result<(), Error> {
        self.engine.verify()?;
        let torn = "SELECT count(*) FROM revision WHERE
             CASE state WHEN 'stored' THEN coalesce(rows, -1) ELSE 0 END
             <> (SELECT count(*) FROM event WHERE event.revision = revision.id)";
        let damage = |what: String| {
            let message = format!("in the store {}, {what}", self.engine.place());
            Error::new(Kind::Store, message)
        };
        match self.value::<u64>("check the store", torn, &[])? {
            0 => self.verify_files(&damage),
            files => Err(damage(format!(
                "the number of rows of {files} files is not the one that was stored"
            ))),
        }
    }

    fn verify_files(&self, damage: &dyn Fn(String) -> Error) -> Result<(), Error> {
        let stored = self.all(
            "check the store",
            "SELECT revision.id, sf_id, bytes, sha256, rows
             FROM revision JOIN file ON file.id = revision.file
             WHERE EXISTS (SELECT 1 FROM block WHERE block.revision = revision.id)
                OR EXISTS (SELECT 1 FROM event
                           WHERE event.revision = revision.id AND number = 1 AND payload = '')",
            &[],
            |row| {
                let expected: (u64, String, u64) = (row.get(2)?, row.get(3)?, row.get(4)?);
                Ok((row.get(0)?, row.get::<String>(1)?, expected))
            },
        )?;
        for (revision, file, expected) in stored {
            let found = blocks::measure(self.session(), revision).map_err(|fault| {
                let fault = fault.about(format_args!("the file {file}"));
                self.failed("check the store", fault)
            })?;
            if found != expected {
                let what = format!("the file {file} is not the one that was stored");
                return Err(damage(what));
            }
        }
        Ok(())
    }

    /// Limits the size of a store in a file to a number of SQLite pages. At the limit, writing fails as on
    /// a full disk.
    ///
    /// # Errors
    ///
    /// The store is not in a file.
    pub fn limit_pages(&self, pages: i64) -> Result<(), Error> {
        let limited = self.engine.limit_pages(pages);
        limited.map_err(|fault| self.failed("bound the store", fault))
    }

    /// Runs a statement, and converts its rows.
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

    /// Runs a statement, and converts its first row, if there is one.
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

    /// Runs a statement, and converts the first value of its first row, which must exist.
    fn value<T: FromCell>(
        &self,
        action: &str,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<T, Error> {
        let found = self.session().value(sql, values);
        found.map_err(|fault| self.failed(action, fault))
    }

    /// Makes a change of a single statement, and returns the number of changed rows.
    fn execute(&mut self, action: &str, sql: &str, values: &[Value<'_>]) -> Result<u64, Error> {
        self.change(action, |change| change.execute(sql, values))
    }

    /// Makes a change in a transaction, which is rolled back if it fails.
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

    /// Adds the failed action to an error of the database.
    fn failed(&self, action: &str, fault: Fault) -> Error {
        fault.because_of(action, &self.engine.place())
    }
}

/// The form in which times are stored: milliseconds since 1970.
fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// The time for a stored value. A value is out of range only if another program wrote it.
fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}

/// The time in a column that may be null.
fn instant(row: &Found, column: usize) -> Result<Option<Timestamp>, Fault> {
    Ok(row.get::<Option<i64>>(column)?.map(time))
}
