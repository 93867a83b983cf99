//! Rows of queries: stored exactly once, with the watermark in the same transaction.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serializer as _;

use super::{SourceId, Store, WindowId, millis};
use crate::connector::error::Error;
use crate::connector::window::{Position, Span};

/// A row to store. Its values are in the order of the columns that it is stored with.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// What makes the row unique within its source: the Id, or for a changed record the Id and the
    /// time of the change.
    pub key: &'a str,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// The values; `None` is a null.
    pub values: &'a [Option<&'a str>],
}

/// How far a window has been read once a page is stored.
#[derive(Debug, Clone, Copy)]
pub struct PageProgress<'a> {
    /// The window.
    pub window: WindowId,
    /// Rows that the service announced for it, if it did.
    pub expected: Option<u64>,
    /// The last row of the page, if the window goes on.
    pub position: Option<&'a Position>,
    /// Whether the page was the window's last.
    pub closes: bool,
    /// The server's time.
    pub now: Timestamp,
}

/// How many rows came, and how many of them were new.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stored {
    /// Rows that were given.
    pub received: u64,
    /// Rows that were not in the store before.
    pub new: u64,
}

impl Store {
    /// Stores a page of rows in a window and moves on, in one transaction.
    ///
    /// If the window is closed by it, the source's watermark moves to the end of the window;
    /// otherwise the position is kept, from which a later run resumes.
    ///
    /// # Errors
    ///
    /// The store cannot be written; then nothing of the page is stored.
    pub fn store_page<'a>(
        &mut self,
        progress: &PageProgress<'_>,
        about: &str,
        columns: &[&str],
        rows: impl IntoIterator<Item = Row<'a>>,
    ) -> Result<Stored, Error> {
        let shape = self.shape(about, columns)?;
        let path = self.path.clone();
        let fail = |error| super::database::failure("store rows", &path, error);
        let change = self.database.transaction().map_err(fail)?;
        let stored = insert(&change, progress.window, shape, rows).map_err(fail)?;
        advance(&change, progress, stored).map_err(fail)?;
        change.commit().map_err(fail)?;
        Ok(stored)
    }

    /// How many rows of a source the store holds.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn total(&self, source: SourceId) -> Result<u64, Error> {
        self.database
            .prepare_cached("SELECT count(*) FROM event WHERE source = ?1")
            .and_then(|mut statement| statement.query_row([source.0], |row| row.get::<_, i64>(0)))
            .map(i64::unsigned_abs)
            .map_err(|error| self.failed("count rows", error))
    }

    /// How many rows of each source were stored after a place in the order of storing.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn count_after(&self, seq: i64) -> Result<Vec<(String, u64)>, Error> {
        self.database
            .prepare_cached(
                "SELECT name, count(*) FROM event JOIN source ON source.id = event.source
                 WHERE seq > ?1 GROUP BY name",
            )
            .and_then(|mut find| {
                find.query_map([seq], |row| {
                    Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
                })?
                .collect()
            })
            .map_err(|error| self.failed("count rows", error))
    }

    /// How many rows of a source the store holds in a span of time.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn count(&self, source: SourceId, span: Span) -> Result<u64, Error> {
        self.database
            .prepare_cached(
                "SELECT count(*) FROM event WHERE source = ?1 AND time >= ?2 AND time < ?3",
            )
            .and_then(|mut statement| {
                let bounds = params![source.0, millis(span.start()), millis(span.end())];
                statement.query_row(bounds, |row| row.get::<_, i64>(0))
            })
            .map(i64::unsigned_abs)
            .map_err(|error| self.failed("count rows", error))
    }

    /// Whether the store holds changes of a record. Their keys begin with the Id of the record and a slash.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn has_changes_of(&self, source: SourceId, id: &str) -> Result<bool, Error> {
        self.database
            .prepare_cached(
                "SELECT EXISTS (
                     SELECT 1 FROM event WHERE source = ?1 AND key >= ?2 || '/' AND key < ?2 || '0'
                 )",
            )
            .and_then(|mut find| find.query_row(params![source.0, id], |row| row.get(0)))
            .map_err(|error| self.failed("look for a row", error))
    }

    /// The id of a set of columns.
    fn shape(&self, about: &str, columns: &[&str]) -> Result<i64, Error> {
        let mut json = Vec::new();
        json_array(&mut json, columns.iter().map(|name| Some(*name)))
            .and_then(|columns| shape_id(&self.database, about, columns))
            .map_err(|error| self.failed("note columns", error))
    }
}

pub(super) fn shape_id(database: &Connection, about: &str, columns: &str) -> rusqlite::Result<i64> {
    let found = database
        .prepare_cached("SELECT id FROM shape WHERE about = ?1 AND columns = ?2")?
        .query_row(params![about, columns], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    let add = "INSERT INTO shape (about, columns) VALUES (?1, ?2)";
    database.execute(add, params![about, columns])?;
    Ok(database.last_insert_rowid())
}

fn insert<'a>(
    change: &Connection,
    window: WindowId,
    shape: i64,
    rows: impl IntoIterator<Item = Row<'a>>,
) -> rusqlite::Result<Stored> {
    let source: i64 = change.query_row(
        "SELECT source FROM window WHERE id = ?1",
        [window.0],
        |row| row.get(0),
    )?;
    let mut add = change.prepare_cached(
        "INSERT INTO event (source, time, key, shape, payload) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (source, key) WHERE key IS NOT NULL DO NOTHING",
    )?;
    let mut stored = Stored::default();
    let mut payload = Vec::new();
    for row in rows {
        let payload = json_array(&mut payload, row.values.iter().copied())?;
        let added = add.execute(params![
            source,
            row.time.map(millis),
            row.key,
            shape,
            payload
        ])?;
        stored.received += 1;
        stored.new += added as u64;
    }
    Ok(stored)
}

fn advance(
    change: &Connection,
    progress: &PageProgress<'_>,
    stored: Stored,
) -> rusqlite::Result<()> {
    let mut update = change.prepare_cached(
        "UPDATE window SET
             received = received + ?2, stored = stored + ?3,
             expected = coalesce(?4, expected),
             after_time = coalesce(?5, after_time), after_key = coalesce(?6, after_key),
             closed = ?7
         WHERE id = ?1",
    )?;
    update.execute(params![
        progress.window.0,
        stored.received as i64,
        stored.new as i64,
        progress.expected.map(|rows| rows as i64),
        progress.position.map(|position| millis(position.time)),
        progress.position.map(|position| &position.key),
        progress.closes.then_some(millis(progress.now)),
    ])?;
    if progress.closes {
        // The watermark never goes back. Reading a span again does not move it.
        change.execute(
            "UPDATE source SET watermark = max(coalesce(watermark, begins), window.ends)
             FROM window
             WHERE window.id = ?1 AND source.id = window.source AND window.purpose = 'collect'",
            [progress.window.0],
        )?;
    }
    Ok(())
}

/// A JSON array of strings and nulls, written over what `out` holds.
pub(super) fn json_array<'a>(
    out: &mut Vec<u8>,
    values: impl IntoIterator<Item = Option<&'a str>>,
) -> rusqlite::Result<&str> {
    out.clear();
    serde_json::Serializer::new(&mut *out)
        .collect_seq(values)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    str::from_utf8(out).map_err(rusqlite::Error::Utf8Error)
}
