//! The floor below the store: statements, values and transactions, of SQLite or of PostgreSQL.
//!
//! The store writes each statement once, in the part of SQL that both databases understand in the same way:
//!
//! - Parameters are `?1`, `?2`, …; a value knows its type even if it is null.
//! - A column in `DO UPDATE SET` is written with its table. `ON CONFLICT … DO UPDATE` names its columns.
//! - The greater of two values is a `CASE`, because `max(a, b)` means something else in PostgreSQL.
//! - A sum is cast to `bigint`. `"window"` is quoted, because it is a word of PostgreSQL.
//! - Where the order of nulls matters, it is written.

#[cfg(feature = "postgres")]
mod postgres;
mod row;
mod sqlite;

use std::fmt;

use crate::connector::error::{Error, Kind};

pub(in crate::connector) use crate::connector::fault::Fault;
#[cfg(feature = "postgres")]
pub(in crate::connector) use postgres::{Access, Postgres};
pub(in crate::connector) use row::{FromCell, Row};
pub(in crate::connector) use sqlite::failure;
pub(in crate::connector) use sqlite::{Sqlite, forget_refusals};

/// A parameter of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::connector) enum Value<'a> {
    /// A whole number, a time in milliseconds, or an id.
    Integer(Option<i64>),
    /// A text.
    Text(Option<&'a str>),
}

/// A row to store in the table of events. It has a key, or a revision and a number.
#[derive(Debug, Clone, Copy)]
pub(in crate::connector) struct NewEvent<'a> {
    pub(in crate::connector) source: i64,
    pub(in crate::connector) time: Option<i64>,
    pub(in crate::connector) key: Option<&'a str>,
    pub(in crate::connector) revision: Option<i64>,
    pub(in crate::connector) number: Option<i64>,
    pub(in crate::connector) shape: i64,
    pub(in crate::connector) payload: &'a str,
}

/// Runs statements.
pub(in crate::connector) trait Session {
    /// Reads rows.
    fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Fault>;
}

/// A change that happens as a whole or not at all: not at all if it is dropped.
pub(in crate::connector) trait Change: Session {
    /// Runs a statement, and returns how many rows it changed.
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault>;

    /// Adds a row to the table of events, unless there is one with its key. It may be sent later, together with
    /// others.
    fn add_event(&self, event: NewEvent<'_>) -> Result<(), Fault>;

    /// Sends the rows that were added, and returns how many of all those since the last call were new.
    fn added_events(&self) -> Result<u64, Fault>;

    /// Notes beside the store whether the connection is deactivated, for those who look at many connections.
    fn note_deactivated(&self, deactivated: bool) -> Result<(), Fault>;

    /// Makes the change.
    fn commit(self: Box<Self>) -> Result<(), Fault>;
}

/// A database that holds the store of a connection.
pub(in crate::connector) trait Engine: Session + fmt::Debug + Send {
    /// Begins a change.
    fn change(&mut self) -> Result<Box<dyn Change + '_>, Fault>;

    /// Checks the database by its own means, if it has some.
    fn verify(&self) -> Result<(), Error>;

    /// Bounds the size to a number of pages, so that a test can fill it.
    fn limit_pages(&self, pages: i64) -> Result<(), Fault>;

    /// What the database is called in messages. It has no password.
    fn place(&self) -> String;

    /// Lets each change from now on wait until it is on the disk, and with it all that was committed before it.
    fn wait_for_disk(&mut self) -> Result<(), Fault>;

    /// The number of the lease under which the store is open, if it is open under one. Whoever has the connection
    /// later has a greater one.
    fn lease(&self) -> Option<i64>;
}

/// What a session can be asked in one line.
pub(in crate::connector) trait Queries: Session {
    /// Reads each row by a function.
    fn all<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        self.query(sql, values)?.iter().map(read).collect()
    }

    /// Reads the first row, if there is one.
    fn first<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnOnce(&Row) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.query(sql, values)?.first().map(read).transpose()
    }

    /// Reads the first value of the first row, which there always is.
    fn value<T: FromCell>(&self, sql: &str, values: &[Value<'_>]) -> Result<T, Fault> {
        self.first(sql, values, |row| row.get(0))?
            .ok_or_else(|| Fault::new(Kind::Store, "a row is missing"))
    }
}

impl<T: Session + ?Sized> Queries for T {}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Integer(Some(value.into()))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        Self::Text(value.as_deref())
    }
}

/// The values of a statement, each of its own type.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::connector::store::engine::Value::from($value)),*][..]
    };
}

pub(in crate::connector) use values;
