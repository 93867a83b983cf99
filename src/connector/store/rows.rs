//! Stores rows of queries exactly once, with the watermark in the same transaction.

use jiff::Timestamp;
use serde::Serializer as _;

use super::engine::{Change, Fault, NewEvent, Queries as _, values};
use super::{SourceId, Store, WindowId, millis};
use crate::connector::error::{Error, Kind};
use crate::connector::window::{Position, Span};

/// A row to store. Its values are in the order of its columns.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The key that is unique within the source: the Id, or for a changed record the Id and the time of the
    /// change.
    pub key: &'a str,
    /// The time of the event, if the row has one.
    pub time: Option<Timestamp>,
    /// The values, or `None` for null.
    pub values: &'a [Option<&'a str>],
}

/// The progress of a window once a page is stored.
#[derive(Debug, Clone, Copy)]
pub struct PageProgress<'a> {
    /// The window.
    pub window: WindowId,
    /// The number of rows of the window that the service stated, if it did.
    pub expected: Option<u64>,
    /// The last row of the page, if the window has more rows.
    pub position: Option<&'a Position>,
    /// Whether this was the last page of the window.
    pub closes: bool,
    /// The current time by the clock of the service.
    pub now: Timestamp,
}

/// The result of storing rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stored {
    /// Rows that were passed to the store.
    pub received: u64,
    /// Rows that were not in the store before.
    pub new: u64,
}

/// The name of the source of outbound messages, which the org sends by itself.
pub const MESSAGES: &str = "messages";

/// A row that the org sent by itself. Each row may have its own columns.
#[derive(Debug, Clone, Copy)]
pub struct MessageRow<'a> {
    /// The type of the record.
    pub about: &'a str,
    /// The key that is unique within the source.
    pub key: &'a str,
    /// The time of the event.
    pub time: Timestamp,
    /// The names of the columns.
    pub columns: &'a [String],
    /// The values, or `None` for null.
    pub values: &'a [Option<String>],
}

impl Store {
    /// Stores rows that the org sent by itself, in one transaction and in this order.
    ///
    /// # Errors
    ///
    /// The store cannot be written. In this case, none of the rows is stored.
    pub fn store_messages<'a>(
        &mut self,
        source: SourceId,
        rows: impl IntoIterator<Item = MessageRow<'a>>,
    ) -> Result<Stored, Error> {
        self.change("store rows", |change| {
            let mut stored = Stored::default();
            let mut json = Vec::new();
            for row in rows {
                let names = row.columns.iter().map(|name| Some(name.as_str()));
                let shape = shape_id(change, row.about, json_array(&mut json, names)?)?;
                let values = row.values.iter().map(Option::as_deref);
                change.add_event(NewEvent {
                    source: source.0,
                    time: Some(millis(row.time)),
                    key: row.key,
                    shape,
                    payload: json_array(&mut json, values)?,
                })?;
                stored.received += 1;
            }
            stored.new = change.added_events()?;
            Ok(stored)
        })
    }

    /// Stores a page of rows and the progress of its window, in one transaction.
    ///
    /// If the page completes the window, the watermark of the source moves to the end of the window.
    /// Otherwise the position is stored, from which a later run resumes.
    ///
    /// # Errors
    ///
    /// The store cannot be written. In this case, nothing of the page is stored.
    pub fn store_page<'a>(
        &mut self,
        progress: &PageProgress<'_>,
        about: &str,
        columns: &[&str],
        rows: impl IntoIterator<Item = Row<'a>>,
    ) -> Result<Stored, Error> {
        self.change("store rows", |change| {
            let mut json = Vec::new();
            let columns = json_array(&mut json, columns.iter().map(|name| Some(*name)))?;
            let shape = shape_id(change, about, columns)?;
            let stored = insert(change, progress.window, shape, rows)?;
            advance(change, progress, stored)?;
            Ok(stored)
        })
    }

    /// The number of rows of a source.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn total(&self, source: SourceId) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM event WHERE source = ?1";
        self.value("count rows", sql, values![source.0])
    }

    /// The number of rows of each source after a sequence number.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn count_after(&self, seq: i64) -> Result<Vec<(String, u64)>, Error> {
        self.all(
            "count rows",
            "SELECT name, count(*) FROM event JOIN source ON source.id = event.source
             WHERE seq > ?1 GROUP BY name",
            values![seq],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// The number of rows of a source in a span of time.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn count(&self, source: SourceId, span: Span) -> Result<u64, Error> {
        self.value(
            "count rows",
            "SELECT count(*) FROM event WHERE source = ?1 AND time >= ?2 AND time < ?3",
            values![source.0, millis(span.start()), millis(span.end())],
        )
    }

    /// Whether the store contains changes of a record. Their keys begin with the Id of the record and a
    /// slash.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn has_changes_of(&self, source: SourceId, id: &str) -> Result<bool, Error> {
        // `0` follows the slash in ASCII, so it ends the range of keys that begin with the Id and a slash.
        let (first, end) = (format!("{id}/"), format!("{id}0"));
        let found = self.first(
            "look for a row",
            "SELECT 1 FROM event WHERE source = ?1 AND key >= ?2 AND key < ?3 LIMIT 1",
            values![source.0, &first, &end],
            |_| Ok(()),
        );
        Ok(found?.is_some())
    }
}

/// The id of a set of columns.
pub(super) fn shape_id(change: &dyn Change, about: &str, columns: &str) -> Result<i64, Fault> {
    let names = values![about, columns];
    let find = "SELECT id FROM shape WHERE about = ?1 AND columns = ?2";
    if let Some(id) = change.first(find, names, |row| row.get(0))? {
        return Ok(id);
    }
    let add = "INSERT INTO shape (about, columns) VALUES (?1, ?2) RETURNING id";
    change.value(add, names)
}

fn insert<'a>(
    change: &dyn Change,
    window: WindowId,
    shape: i64,
    rows: impl IntoIterator<Item = Row<'a>>,
) -> Result<Stored, Fault> {
    let find = "SELECT source FROM \"window\" WHERE id = ?1";
    let source: i64 = change.value(find, values![window.0])?;
    let mut received = 0;
    let mut payload = Vec::new();
    for row in rows {
        change.add_event(NewEvent {
            source,
            time: row.time.map(millis),
            key: row.key,
            shape,
            payload: json_array(&mut payload, row.values.iter().copied())?,
        })?;
        received += 1;
    }
    let new = change.added_events()?;
    Ok(Stored { received, new })
}

fn advance(change: &dyn Change, progress: &PageProgress<'_>, stored: Stored) -> Result<(), Fault> {
    let update = "UPDATE \"window\" SET
             received = received + ?2, stored = stored + ?3,
             expected = coalesce(?4, expected),
             after_time = coalesce(?5, after_time), after_key = coalesce(?6, after_key),
             closed = ?7
         WHERE id = ?1";
    let position = progress.position;
    let now = values![
        progress.window.0,
        stored.received as i64,
        stored.new as i64,
        progress.expected.map(|rows| rows as i64),
        position.map(|position| millis(position.time)),
        position.map(|position| position.key.as_str()),
        progress.closes.then_some(millis(progress.now)),
    ];
    change.execute(update, now)?;
    if progress.closes {
        // The watermark never moves back, also when a span is read again.
        change.execute(
            "UPDATE source SET watermark = CASE
                 WHEN coalesce(watermark, begins) < closing.ends THEN closing.ends
                 ELSE coalesce(watermark, begins) END
             FROM \"window\" AS closing
             WHERE closing.id = ?1 AND source.id = closing.source AND closing.purpose = 'collect'",
            values![progress.window.0],
        )?;
    }
    Ok(())
}

/// Writes a JSON array of strings and nulls to `out`, which is cleared first.
pub(super) fn json_array<'a>(
    out: &mut Vec<u8>,
    values: impl IntoIterator<Item = Option<&'a str>>,
) -> Result<&str, Fault> {
    out.clear();
    serde_json::Serializer::new(&mut *out).collect_seq(values)?;
    str::from_utf8(out).map_err(|error| Fault::new(Kind::Store, error))
}
