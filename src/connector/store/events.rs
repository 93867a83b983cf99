//! Reading rows: by time for people, by the order of storing for sinks.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Store, millis, time};
use crate::connector::error::{Error, Kind};

/// Which rows to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Only rows of this source.
    pub source: Option<String>,
    /// Only rows from this time on. Rows without a time are left out if this or `until` is set.
    pub since: Option<Timestamp>,
    /// Only rows before this time.
    pub until: Option<Timestamp>,
    /// Only rows that match all of these.
    pub filters: Vec<Filter>,
    /// Also rows of files that have been made again since.
    pub superseded: bool,
}

/// A column and the value that it must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The name of the column; upper and lower case are not told apart.
    pub column: String,
    /// The value. An empty one also matches a null.
    pub value: String,
}

impl std::str::FromStr for Filter {
    type Err = Error;

    /// Reads `COLUMN=VALUE`.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once('=') {
            Some((column, value)) if !column.is_empty() => Ok(Self {
                column: column.to_owned(),
                value: value.to_owned(),
            }),
            _ => Err(Error::new(
                Kind::Usage,
                "a condition must have the form COLUMN=VALUE",
            )),
        }
    }
}

/// A stored row.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    seq: i64,
    source: Rc<str>,
    key: String,
    time: Option<Timestamp>,
    shape: Rc<Shape>,
    values: Vec<Option<String>>,
}

#[derive(Debug, PartialEq)]
struct Shape {
    about: String,
    columns: Vec<String>,
}

impl Event {
    /// Its place in the order of storing.
    #[must_use]
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// The name of its source.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The sObject (`LoginHistory`) or the event type of the file (`Login`) that it comes from.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.shape.about
    }

    /// What makes it unique within its source: an Id, or for a row of a file
    /// `EventLogFile Id/revision/row number`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// When it happened, if it says so.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// The value of a column. `None` if it is null or if there is no such column.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<&str> {
        let names = &self.shape.columns;
        let at = names.iter().position(|name| name == column).or_else(|| {
            names
                .iter()
                .position(|name| name.eq_ignore_ascii_case(column))
        })?;
        self.values.get(at)?.as_deref()
    }

    /// All columns with their values, in the order in which they came.
    pub fn fields(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let names = self.shape.columns.iter().map(String::as_str);
        names.zip(self.values.iter().map(Option::as_deref))
    }

    fn matches(&self, filter: &Filter) -> bool {
        self.value(&filter.column).unwrap_or_default() == filter.value
            && self
                .shape
                .columns
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&filter.column))
    }
}

/// As an object with `source`, `about`, `key`, `time` and the columns in `record`.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Record<'a>(&'a Event);
        impl Serialize for Record<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.fields())
            }
        }
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("source", self.source())?;
        map.serialize_entry("about", self.about())?;
        map.serialize_entry("key", self.key())?;
        map.serialize_entry("time", &self.time.map(|time| format!("{time:.3}")))?;
        map.serialize_entry("record", &Record(self))?;
        map.end()
    }
}

impl Store {
    /// Reads rows in the order of their times and gives each to `each`, until that breaks off.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or `each` failed.
    pub fn events<E: From<Error>>(
        &self,
        query: &EventQuery,
        mut each: impl FnMut(&Event) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let fail = |error| self.failed("read rows", error);
        let mut reader = Reader::new(&self.database).map_err(fail)?;
        let chosen: Vec<i64> = reader
            .sources
            .iter()
            .filter(|(_, name)| {
                query
                    .source
                    .as_deref()
                    .is_none_or(|source| name.as_ref() == source)
            })
            .map(|(id, _)| *id)
            .collect();
        if chosen.is_empty() {
            return Ok(());
        }
        let (sql, bounds) = select(&chosen, query);
        let mut statement = self.database.prepare(&sql).map_err(fail)?;
        let mut rows = statement.query(params_from_iter(bounds)).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            let event = reader.event(row).map_err(fail)?;
            let wanted = (query.superseded || !reader.is_superseded)
                && query.filters.iter().all(|filter| event.matches(filter));
            if wanted && each(&event)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Reads rows in the order of storing, after `seq`, and gives each to `each` until that breaks off.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or `each` failed.
    pub fn stored_after<E: From<Error>>(
        &self,
        seq: i64,
        mut each: impl FnMut(&Event) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let fail = |error| self.failed("read rows", error);
        let mut reader = Reader::new(&self.database).map_err(fail)?;
        let sql = format!("{COLUMNS} WHERE seq > ?1 ORDER BY seq");
        let mut statement = self.database.prepare_cached(&sql).map_err(fail)?;
        let mut rows = statement.query([seq]).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            if each(&reader.event(row).map_err(fail)?)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Looks rows up by their place in the order of storing. What many rows share is read once.
pub struct Lookup<'a> {
    store: &'a Store,
    reader: Reader<'a>,
}

impl std::fmt::Debug for Lookup<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lookup").finish_non_exhaustive()
    }
}

impl Store {
    /// Looks up rows one by one.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn lookup(&self) -> Result<Lookup<'_>, Error> {
        let reader = Reader::new(&self.database);
        Ok(Lookup {
            store: self,
            reader: reader.map_err(|error| self.failed("read rows", error))?,
        })
    }

    /// The place of the row that was stored last, or 0.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn last_seq(&self) -> Result<i64, Error> {
        self.database
            .query_row("SELECT coalesce(max(seq), 0) FROM event", [], |row| {
                row.get(0)
            })
            .map_err(|error| self.failed("read rows", error))
    }
}

impl Lookup<'_> {
    /// The row with this place, and whether it belongs to a file that has been made again since.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn get(&mut self, seq: i64) -> Result<Option<(Event, bool)>, Error> {
        let fail = |error| self.store.failed("read rows", error);
        let sql = format!("{COLUMNS} WHERE seq = ?1");
        let mut find = self.store.database.prepare_cached(&sql).map_err(fail)?;
        let mut rows = find.query([seq]).map_err(fail)?;
        let Some(row) = rows.next().map_err(fail)? else {
            return Ok(None);
        };
        let event = self.reader.event(row).map_err(fail)?;
        Ok(Some((event, self.reader.is_superseded)))
    }
}

const COLUMNS: &str = "SELECT seq, source, time, key, revision, number, shape, payload FROM event";

/// One SELECT per source, so that each follows the index by (source, time); SQLite merges them.
fn select(sources: &[i64], query: &EventQuery) -> (String, Vec<Value>) {
    let mut bounds = Vec::new();
    let mut bound = |condition: &str, value: i64| {
        bounds.push(Value::Integer(value));
        format!(" {condition} ?{}", bounds.len())
    };
    let mut limits = String::new();
    if let Some(since) = query.since {
        limits += &bound("AND time >=", millis(since));
    }
    if let Some(until) = query.until {
        limits += &bound("AND time <", millis(until));
    }
    let mut parts = Vec::new();
    for source in sources {
        parts.push(format!(
            "{COLUMNS} WHERE{}{limits}",
            bound("source =", *source)
        ));
    }
    (
        format!("{} ORDER BY time, seq", parts.join(" UNION ALL ")),
        bounds,
    )
}

/// Turns rows of the table into events; what many rows share is read once.
struct Reader<'a> {
    database: &'a Connection,
    sources: HashMap<i64, Rc<str>>,
    shapes: HashMap<i64, Rc<Shape>>,
    revisions: HashMap<i64, (String, i64, bool)>,
    /// Whether the row that was read last belongs to a file that has been made again since.
    is_superseded: bool,
}

impl<'a> Reader<'a> {
    fn new(database: &'a Connection) -> rusqlite::Result<Self> {
        let sources = database
            .prepare_cached("SELECT id, name FROM source")?
            .query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?.into())))?
            .collect::<Result<_, _>>()?;
        Ok(Self {
            database,
            sources,
            shapes: HashMap::new(),
            revisions: HashMap::new(),
            is_superseded: false,
        })
    }

    fn event(&mut self, row: &Row<'_>) -> rusqlite::Result<Event> {
        let key = match row.get::<_, Option<i64>>(4)? {
            None => {
                self.is_superseded = false;
                row.get(3)?
            }
            Some(revision) => {
                let (file, number, superseded) = self.revision(revision)?;
                let key = format!("{file}/{number}/{}", row.get::<_, i64>(5)?);
                self.is_superseded = *superseded;
                key
            }
        };
        let payload = row.get_ref(7)?.as_str()?;
        let values = serde_json::from_str(payload).map_err(|error| {
            let kind = rusqlite::types::Type::Text;
            rusqlite::Error::FromSqlConversionFailure(7, kind, Box::new(error))
        })?;
        Ok(Event {
            seq: row.get(0)?,
            source: self
                .sources
                .get(&row.get(1)?)
                .cloned()
                .unwrap_or_else(|| "".into()),
            key,
            time: row.get::<_, Option<i64>>(2)?.map(time),
            shape: self.shape(row.get(6)?)?,
            values,
        })
    }

    fn shape(&mut self, id: i64) -> rusqlite::Result<Rc<Shape>> {
        if let Some(shape) = self.shapes.get(&id) {
            return Ok(Rc::clone(shape));
        }
        let shape = self
            .database
            .prepare_cached("SELECT about, columns FROM shape WHERE id = ?1")?
            .query_row([id], |row| {
                let columns: String = row.get(1)?;
                Ok(Rc::new(Shape {
                    about: row.get(0)?,
                    columns: serde_json::from_str(&columns).unwrap_or_default(),
                }))
            })?;
        self.shapes.insert(id, Rc::clone(&shape));
        Ok(shape)
    }

    fn revision(&mut self, id: i64) -> rusqlite::Result<&(String, i64, bool)> {
        if !self.revisions.contains_key(&id) {
            let found = self
                .database
                .prepare_cached(
                    "SELECT sf_id, number, superseded FROM revision JOIN file ON file.id = revision.file
                     WHERE revision.id = ?1",
                )?
                .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            self.revisions.insert(id, found);
        }
        self.revisions
            .get(&id)
            .ok_or(rusqlite::Error::QueryReturnedNoRows)
    }
}
