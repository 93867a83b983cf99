//! Finds stored rows by time, source, user, address, type and status.
//!
//! The index is a database of its own beside the store. It is built from the store in the order of storing,
//! as a sink would be. Therefore it does not slow the collection down, it can be removed at any time, and
//! processes that only read do not write to the store. Finding a page reads as many rows as the page shows.
//! Only a search for several values at once may have to reject rows. It stops after a limited number of
//! them, and returns the position from which the search can continue.

mod find;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::error::Error;
use super::listing::{Summary, summary};
use super::store::{Event, Store, failure};
use super::window::Span;

pub use find::{Found, Position, Search, Stopped};

/// The version of the tables. An index of another version is built anew.
const VERSION: i64 = 1;

/// The number of rows that are added in one transaction.
const BATCH: usize = 5_000;

/// The time and the day of rows without a time. They sort before all others.
const NO_TIME: i64 = i64::MIN;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A property by which rows are searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Facet {
    /// The source: `logins`, `audit`, `files` or `changes`.
    Source,
    /// The user name, or the Id of the user.
    User,
    /// The IP address of the client.
    Address,
    /// The action, the type of the login, or the event type.
    Type,
    /// The result, such as the status of a login.
    Status,
}

impl Facet {
    /// All facets.
    pub const ALL: [Self; 5] = [
        Self::Source,
        Self::User,
        Self::Address,
        Self::Type,
        Self::Status,
    ];

    /// The name of the facet, which is also the name of its column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::User => "user",
            Self::Address => "address",
            Self::Type => "type",
            Self::Status => "status",
        }
    }

    fn number(self) -> i64 {
        match self {
            Self::Source => 1,
            Self::User => 2,
            Self::Address => 3,
            Self::Type => 4,
            Self::Status => 5,
        }
    }

    fn of<'a>(self, event: &'a Event, summary: &'a Summary<'_>) -> Option<&'a str> {
        match self {
            Self::Source => Some(event.source()),
            Self::User => summary.who,
            Self::Address => summary.from,
            Self::Type => summary.what.as_deref(),
            Self::Status => summary.status,
        }
    }
}

/// The search index of a connection.
#[derive(Debug)]
pub struct Index {
    database: Connection,
    path: PathBuf,
}

impl Index {
    /// Opens the index. If there is none, or if it has another version, an empty one is created.
    ///
    /// # Errors
    ///
    /// The file cannot be read or written.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let fail = |error| failure("open the search index", path, error);
        let mut database = connect(path).map_err(fail)?;
        let version: i64 = database
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(fail)?;
        if version != VERSION {
            if version != 0 {
                drop(database);
                for suffix in ["", "-wal", "-shm"] {
                    let mut name = path.as_os_str().to_owned();
                    name.push(suffix);
                    let _ = std::fs::remove_file(name);
                }
                database = connect(path).map_err(fail)?;
            }
            make(&mut database).map_err(fail)?;
        }
        Ok(Self {
            database,
            path: path.to_owned(),
        })
    }

    /// Adds rows of the store that are not in the index yet, at most about `most` of them, and returns
    /// their number.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the index cannot be written.
    pub fn update(&mut self, store: &Store, most: usize) -> Result<usize, Error> {
        let mut added = 0;
        while added < most {
            let batch = self.add(store, BATCH.min(most - added))?;
            added += batch;
            if batch == 0 {
                break;
            }
        }
        Ok(added)
    }

    /// Adds the next rows in one transaction. Another process may add rows at the same time.
    fn add(&mut self, store: &Store, most: usize) -> Result<usize, Error> {
        let path = self.path.clone();
        let fail = |error| failure("write the search index", &path, error);
        if store.last_seq()? <= self.cursor()? {
            return Ok(0);
        }
        let change = self
            .database
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        let cursor = cursor(&change).map_err(fail)?;
        let mut batch = Batch::default();
        let mut count = 0;
        store.stored_after::<Error>(cursor, |event| {
            batch.add(&change, event).map_err(fail)?;
            count += 1;
            Ok(match count < most {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        })?;
        batch.finish(&change, cursor).map_err(fail)?;
        change.commit().map_err(fail)?;
        Ok(count)
    }

    /// The sequence number of the last row in the index.
    ///
    /// # Errors
    ///
    /// The index cannot be read.
    pub fn cursor(&self) -> Result<i64, Error> {
        cursor(&self.database).map_err(|error| self.failed(error))
    }

    /// The number of rows in the index, by source.
    ///
    /// # Errors
    ///
    /// The index cannot be read.
    pub fn totals(&self) -> Result<HashMap<String, u64>, Error> {
        self.database
            .prepare_cached("SELECT value, rows FROM term WHERE facet = ?1")
            .and_then(|mut find| {
                find.query_map([Facet::Source.number()], |row| {
                    Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
                })?
                .collect()
            })
            .map_err(|error| self.failed(error))
    }

    /// The days of a span on which a source has rows in the index: the start of each UTC day, and the
    /// number of rows.
    ///
    /// # Errors
    ///
    /// The index cannot be read.
    pub fn days(&self, source: &str, span: Span) -> Result<Vec<(Timestamp, u64)>, Error> {
        let day = |time: Timestamp| time.as_millisecond().div_euclid(DAY_MILLIS);
        self.database
            .prepare_cached(
                "SELECT day, tally.rows FROM tally JOIN term ON term.id = tally.source
                 WHERE facet = ?1 AND value = ?2 AND day >= ?3 AND day <= ?4 ORDER BY day",
            )
            .and_then(|mut find| {
                let last = day(span.end())
                    - i64::from(day(span.end()) * DAY_MILLIS == span.end().as_millisecond());
                let bounds = params![Facet::Source.number(), source, day(span.start()), last];
                find.query_map(bounds, |row| {
                    let start = row.get::<_, i64>(0)?.saturating_mul(DAY_MILLIS);
                    let start = Timestamp::from_millisecond(start).unwrap_or_default();
                    Ok((start, row.get::<_, i64>(1)?.unsigned_abs()))
                })?
                .collect()
            })
            .map_err(|error| self.failed(error))
    }

    /// The most frequent values of a facet, at most `most` of them.
    ///
    /// # Errors
    ///
    /// The index cannot be read.
    pub fn values(&self, facet: Facet, most: usize) -> Result<Vec<String>, Error> {
        self.database
            .prepare_cached(
                "SELECT value FROM term WHERE facet = ?1 ORDER BY term.rows DESC, value LIMIT ?2",
            )
            .and_then(|mut find| {
                find.query_map(params![facet.number(), most as i64], |row| row.get(0))?
                    .collect()
            })
            .map_err(|error| self.failed(error))
    }

    fn failed(&self, error: rusqlite::Error) -> Error {
        failure("read the search index", &self.path, error)
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let database = Connection::open(path)?;
    database.busy_timeout(std::time::Duration::from_secs(10))?;
    database.set_prepared_statement_cache_capacity(64);
    database.pragma_update(None, "journal_mode", "wal")?;
    // Rows that are lost in a power failure are added again from the store.
    database.pragma_update(None, "synchronous", "normal")?;
    database.pragma_update(None, "cache_size", -16_384)?;
    Ok(database)
}

fn make(database: &mut Connection) -> rusqlite::Result<()> {
    let change = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = change.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // Another process may have created the tables meanwhile.
    if version != VERSION {
        change.execute_batch(include_str!("schema.sql"))?;
        change.pragma_update(None, "user_version", VERSION)?;
    }
    change.commit()
}

fn cursor(database: &Connection) -> rusqlite::Result<i64> {
    database
        .prepare_cached("SELECT cursor FROM progress")?
        .query_row([], |row| row.get(0))
}

/// Rows that are added in one transaction.
#[derive(Default)]
struct Batch {
    /// The terms of these rows: their ids, and the number of rows.
    terms: HashMap<(i64, String), (i64, i64)>,
    days: HashMap<(i64, i64), i64>,
    last: Option<i64>,
}

impl Batch {
    fn add(&mut self, change: &Connection, event: &Event) -> rusqlite::Result<()> {
        let summary = summary(event);
        let mut ids = [None; 5];
        for (id, facet) in ids.iter_mut().zip(Facet::ALL) {
            *id = facet
                .of(event, &summary)
                .map(|value| self.term(change, facet, value))
                .transpose()?;
        }
        let time = event.time().map(Timestamp::as_millisecond);
        change
            .prepare_cached(
                "INSERT INTO entry (seq, time, source, user, address, type, status)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                event.seq(),
                time.unwrap_or(NO_TIME),
                ids[0],
                ids[1],
                ids[2],
                ids[3],
                ids[4]
            ])?;
        let day = time.map_or(NO_TIME, |time| time.div_euclid(DAY_MILLIS));
        *self.days.entry((ids[0].unwrap_or(0), day)).or_default() += 1;
        self.last = Some(event.seq());
        Ok(())
    }

    fn term(&mut self, change: &Connection, facet: Facet, value: &str) -> rusqlite::Result<i64> {
        // Case is ignored, as in the table.
        let key = (facet.number(), value.to_ascii_lowercase());
        if let Some((id, rows)) = self.terms.get_mut(&key) {
            *rows += 1;
            return Ok(*id);
        }
        let found = change
            .prepare_cached("SELECT id FROM term WHERE facet = ?1 AND value = ?2")?
            .query_row(params![facet.number(), value], |row| row.get(0))
            .optional()?;
        let id = match found {
            Some(id) => id,
            None => change
                .prepare_cached("INSERT INTO term (facet, value, rows) VALUES (?1, ?2, 0)")?
                .insert(params![facet.number(), value])?,
        };
        self.terms.insert(key, (id, 1));
        Ok(id)
    }

    fn finish(self, change: &Connection, cursor: i64) -> rusqlite::Result<()> {
        let mut term = change.prepare_cached("UPDATE term SET rows = rows + ?2 WHERE id = ?1")?;
        for (id, rows) in self.terms.values() {
            term.execute([id, rows])?;
        }
        let mut day = change.prepare_cached(
            "INSERT INTO tally (source, day, rows) VALUES (?1, ?2, ?3)
             ON CONFLICT (source, day) DO UPDATE SET rows = rows + ?3",
        )?;
        for ((source, at), rows) in &self.days {
            day.execute([source, at, rows])?;
        }
        let last = self.last.unwrap_or(cursor);
        change.execute("UPDATE progress SET cursor = ?1", [last])?;
        Ok(())
    }
}
