//! The database below the store: statements, values and transactions of SQLite or of PostgreSQL.
//!
//! The store writes each statement once, in the subset of SQL that has the same meaning in both databases:
//!
//! - Parameters are `?1`, `?2`, …, and a null has a type, too.
//! - A column in `DO UPDATE SET` is qualified by its table. `ON CONFLICT … DO UPDATE` names its columns.
//! - The greater of two values is a `CASE`, because `max(a, b)` is an aggregate in PostgreSQL.
//! - A sum is cast to `bigint`. `"window"` is quoted, because it is a keyword of PostgreSQL.
//! - The order of nulls is stated where it matters.

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

/// A row for the table of events.
#[derive(Debug, Clone, Copy)]
pub(in crate::connector) struct NewEvent<'a> {
    pub(in crate::connector) source: i64,
    pub(in crate::connector) time: Option<i64>,
    pub(in crate::connector) key: &'a str,
    pub(in crate::connector) shape: i64,
    pub(in crate::connector) payload: &'a str,
}

/// A block of a log file, for the table of blocks, and its rows for the table of events.
#[derive(Debug, Clone, Copy)]
pub(in crate::connector) struct NewBlock<'a> {
    pub(in crate::connector) source: i64,
    pub(in crate::connector) revision: i64,
    /// The number of the first row.
    pub(in crate::connector) first: i64,
    /// The time of each row.
    pub(in crate::connector) times: &'a [Option<i64>],
    pub(in crate::connector) shape: i64,
    pub(in crate::connector) content: &'a [u8],
}

/// Runs statements.
pub(in crate::connector) trait Session {
    /// Runs a statement and returns its rows.
    fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Fault>;
}

/// A transaction. It is rolled back if it is dropped.
pub(in crate::connector) trait Change: Session {
    /// Runs a statement, and returns the number of changed rows.
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault>;

    /// Adds a row to the table of events, unless it contains the key already. The engine may send it later,
    /// together with other rows.
    fn add_event(&self, event: NewEvent<'_>) -> Result<(), Fault>;

    /// Adds a block and its rows, of which the table of events contains none yet. The engine may send them later.
    fn add_block(&self, block: NewBlock<'_>) -> Result<(), Fault>;

    /// Sends the added rows and blocks, and returns how many of the rows since the last call were new.
    fn added_events(&self) -> Result<u64, Fault>;

    /// Stores in the registry whether the connection is deactivated, for readers of many connections.
    fn note_deactivated(&self, deactivated: bool) -> Result<(), Fault>;

    /// Commits the transaction.
    fn commit(self: Box<Self>) -> Result<(), Fault>;
}

/// A database that holds the store of a connection.
pub(in crate::connector) trait Engine: Session + fmt::Debug + Send {
    /// Begins a transaction.
    fn change(&mut self) -> Result<Box<dyn Change + '_>, Fault>;

    /// Runs the check that the database has for itself, if it has one.
    fn verify(&self) -> Result<(), Error>;

    /// Limits the size to a number of pages, so that a test can fill the database.
    fn limit_pages(&self, pages: i64) -> Result<(), Fault>;

    /// The name of the database in messages, without a password.
    fn place(&self) -> String;

    /// Lets each change from now on wait until it is on the disk, and with it all that was committed before it.
    fn wait_for_disk(&mut self) -> Result<(), Fault>;

    /// The number of the lease under which the store is open, if it is open under one. Whoever has the connection
    /// later has a greater one.
    fn lease(&self) -> Option<i64>;
}

/// Shorthands for queries.
pub(in crate::connector) trait Queries: Session {
    /// Converts each row.
    fn all<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        self.query(sql, values)?.iter().map(read).collect()
    }

    /// Converts the first row, if there is one.
    fn first<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnOnce(&Row) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.query(sql, values)?.first().map(read).transpose()
    }

    /// Converts the first value of the first row, which must exist.
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

/// Makes a list of parameters of different types.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::connector::store::engine::Value::from($value)),*][..]
    };
}

pub(in crate::connector) use values;
