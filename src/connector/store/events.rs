//! Reads rows: ordered by time for people, and in the order of storing for sinks.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::blocks::Blocks;
use super::engine::{Fault, Queries as _, Row, Session, Value, values};
use super::{Store, instant, millis};
use crate::connector::error::{Error, Kind};

/// The conditions on the rows that are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Only rows of this source.
    pub source: Option<String>,
    /// Only rows at or after this time. If this or `until` is set, rows without a time are left out.
    pub since: Option<Timestamp>,
    /// Only rows before this time.
    pub until: Option<Timestamp>,
    /// Only rows that match all of these filters.
    pub filters: Vec<Filter>,
    /// Whether rows of files that were replaced by newer ones are included.
    pub superseded: bool,
}

/// A condition that a column has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The name of the column. Case is ignored.
    pub column: String,
    /// The value. An empty value also matches null.
    pub value: String,
}

impl std::str::FromStr for Filter {
    type Err = Error;

    /// Parses `COLUMN=VALUE`.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once('=') {
            Some((column, value)) if !column.is_empty() => Ok(Self {
                column: column.to_owned(),
                value: value.to_owned(),
            }),
            _ => Err(Error::new(
                Kind::Usage,
                "a condition must be of the form COLUMN=VALUE",
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
    /// The sequence number of the row in the store.
    #[must_use]
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// The name of the source.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The sObject of the row, such as `LoginHistory`, or the event type of its file, such as `Login`.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.shape.about
    }

    /// The key that is unique within the source: an Id, or for a row of a file `EventLogFile
    /// Id/revision/row number`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The time of the event, if the row has one.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// The value of a column, or `None` if it is null or if there is no such column.
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

    /// All columns with their values, in the order of the source.
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

/// Serializes an object with `source`, `about`, `key`, `time`, and the columns in `record`.
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
    /// Reads rows in the order of their times, and passes them to `each` until it returns `Break`.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or `each` failed.
    pub fn events<E: From<Error>>(
        &self,
        query: &EventQuery,
        mut each: impl FnMut(&Event) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let fail = |fault| self.failed("read rows", fault);
        let mut reader = Reader::new(self.session()).map_err(fail)?;
        let chosen = reader.sources_of(query.source.as_deref());
        let mut pages = Pages::new(query);
        while let Some(rows) = pages.next(self.session(), &chosen, query).map_err(fail)? {
            for row in rows {
                if !query.superseded && reader.is_superseded(&row).map_err(fail)? {
                    continue;
                }
                let event = reader.event(&row).map_err(fail)?;
                let wanted = query.filters.iter().all(|filter| event.matches(filter));
                if wanted && each(&event)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Reads the rows after `seq` in the order of storing, and passes them to `each` until it returns
    /// `Break`.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or `each` failed.
    pub fn stored_after<E: From<Error>>(
        &self,
        seq: i64,
        mut each: impl FnMut(&Event) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let fail = |fault| self.failed("read rows", fault);
        let mut reader = Reader::new(self.session()).map_err(fail)?;
        let sql = format!("{COLUMNS} WHERE seq > ?1 ORDER BY seq LIMIT ?2");
        let (mut after, mut most) = (seq, FIRST_PAGE);
        loop {
            let rows = self.session().query(&sql, values![after, most]);
            let rows = rows.map_err(fail)?;
            for row in &rows {
                let event = reader.event(row).map_err(fail)?;
                after = event.seq;
                if each(&event)?.is_break() {
                    return Ok(());
                }
            }
            if (rows.len() as i64) < most {
                return Ok(());
            }
            most = PAGE;
        }
    }
}

/// Looks rows up by their sequence numbers. Data that many rows share is read once.
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
    /// Prepares to look up rows one by one.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn lookup(&self) -> Result<Lookup<'_>, Error> {
        let reader = Reader::new(self.session());
        Ok(Lookup {
            store: self,
            reader: reader.map_err(|fault| self.failed("read rows", fault))?,
        })
    }

    /// The sequence number of the last row, or 0 if there is none.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn last_seq(&self) -> Result<i64, Error> {
        let last = "SELECT coalesce(max(seq), 0) FROM event";
        self.value("read rows", last, &[])
    }
}

impl Lookup<'_> {
    /// The row with this sequence number, and whether it belongs to a file that was replaced by a newer
    /// one.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn get(&mut self, seq: i64) -> Result<Option<(Event, bool)>, Error> {
        let fail = |fault| self.store.failed("read rows", fault);
        let sql = format!("{COLUMNS} WHERE seq = ?1");
        let rows = self.store.session().query(&sql, values![seq]);
        let rows = rows.map_err(fail)?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let event = self.reader.event(row).map_err(fail)?;
        let is_superseded = self.reader.is_superseded(row).map_err(fail)?;
        Ok(Some((event, is_superseded)))
    }
}

const COLUMNS: &str = "SELECT seq, source, time, key, revision, number, shape, payload FROM event";

/// The number of rows in the first page, and in the others. The first page is small, so that a reader of a
/// few rows does not wait. No statement is open between two pages, so a slow reader blocks nobody.
const FIRST_PAGE: i64 = 100;
const PAGE: i64 = 1_000;

/// Reads rows page by page: first those without a time, and then the others by time.
struct Pages {
    at: Option<At>,
    most: i64,
}

/// The beginning of the next page.
#[derive(Clone, Copy)]
enum At {
    /// After this sequence number among the rows without a time.
    Untimed(i64),
    /// From this time on, and after this sequence number among the rows of exactly this time.
    Timed(i64, i64),
}

impl Pages {
    fn new(query: &EventQuery) -> Self {
        let start = match query.since {
            Some(since) => At::Timed(millis(since), -1),
            None if query.until.is_some() => At::Timed(i64::MIN, -1),
            None => At::Untimed(-1),
        };
        Self {
            at: Some(start),
            most: FIRST_PAGE,
        }
    }

    /// The next page, or `None` after the last.
    fn next(
        &mut self,
        session: &dyn Session,
        sources: &[i64],
        query: &EventQuery,
    ) -> Result<Option<Vec<Row>>, Fault> {
        let (Some(at), false) = (self.at, sources.is_empty()) else {
            return Ok(None);
        };
        let (sql, bounds) = select(sources, at, query.until, self.most);
        let rows = session.query(&sql, &bounds)?;
        let is_full = rows.len() as i64 == self.most;
        self.at = match (rows.last(), at) {
            (Some(last), At::Untimed(_)) if is_full => Some(At::Untimed(last.get(0)?)),
            (Some(last), At::Timed(..)) if is_full => Some(At::Timed(last.get(2)?, last.get(0)?)),
            (_, At::Untimed(_)) => Some(At::Timed(i64::MIN, -1)),
            (_, At::Timed(..)) => None,
        };
        self.most = PAGE;
        Ok(Some(rows))
    }
}

/// Makes one SELECT per source, each of which uses the index by (source, time). The database merges them.
fn select(
    sources: &[i64],
    at: At,
    until: Option<Timestamp>,
    most: i64,
) -> (String, Vec<Value<'static>>) {
    let mut bounds = Vec::new();
    let mut bound = |value: i64| {
        bounds.push(Value::Integer(Some(value)));
        format!("?{}", bounds.len())
    };
    let mut limits = match at {
        At::Untimed(after) => format!("time IS NULL AND seq > {}", bound(after)),
        At::Timed(from, after) => {
            let (from, after) = (bound(from), bound(after));
            format!("time >= {from} AND (time > {from} OR seq > {after})")
        }
    };
    if let Some(until) = until {
        limits += &format!(" AND time < {}", bound(millis(until)));
    }
    let parts: Vec<String> = sources
        .iter()
        .map(|source| format!("{COLUMNS} WHERE source = {} AND {limits}", bound(*source)))
        .collect();
    let order = format!("ORDER BY time, seq LIMIT {}", bound(most));
    (format!("{} {order}", parts.join(" UNION ALL ")), bounds)
}

/// Converts rows of the table to events. Data that many rows share is read once.
struct Reader<'a> {
    session: &'a dyn Session,
    sources: HashMap<i64, Rc<str>>,
    shapes: HashMap<i64, Rc<Shape>>,
    revisions: HashMap<i64, Rc<Revision>>,
    blocks: Blocks,
}

/// A content of a file, of which there may be several.
struct Revision {
    file: String,
    number: i64,
    is_superseded: bool,
}

impl<'a> Reader<'a> {
    fn new(session: &'a dyn Session) -> Result<Self, Fault> {
        let sources = session.all("SELECT id, name FROM source", &[], |row| {
            Ok((row.get(0)?, row.text(1)?.into()))
        });
        Ok(Self {
            session,
            sources: sources?.into_iter().collect(),
            shapes: HashMap::new(),
            revisions: HashMap::new(),
            blocks: Blocks::default(),
        })
    }

    /// The ids of all sources, or of the source with this name.
    fn sources_of(&self, name: Option<&str>) -> Vec<i64> {
        let sources = self.sources.iter();
        let mut ids: Vec<i64> = sources
            .filter(|(_, known)| name.is_none_or(|name| known.as_ref() == name))
            .map(|(id, _)| *id)
            .collect();
        ids.sort_unstable();
        ids
    }

    /// Whether a row belongs to a file that was replaced by a newer one.
    fn is_superseded(&mut self, row: &Row) -> Result<bool, Fault> {
        match row.get::<Option<i64>>(4)? {
            None => Ok(false),
            Some(id) => Ok(self.revision(id)?.is_superseded),
        }
    }

    fn event(&mut self, row: &Row) -> Result<Event, Fault> {
        let payload = row.text(7)?;
        let (key, values) = match row.get::<Option<i64>>(4)? {
            None => (row.get(3)?, serde_json::from_str(payload)?),
            Some(id) => {
                let revision = self.revision(id)?;
                let number: i64 = row.get(5)?;
                let key = format!("{}/{}/{number}", revision.file, revision.number);
                let values = match payload {
                    "" => {
                        let record = self.blocks.row(self.session, id, number);
                        let record = record.map_err(|fault| {
                            let file = &revision.file;
                            fault.about(format_args!("the row {number} of the file {file}"))
                        })?;
                        record.iter().map(|value| Some(value.to_owned())).collect()
                    }
                    // The row was stored before there were blocks.
                    payload => serde_json::from_str(payload)?,
                };
                (key, values)
            }
        };
        let source = self.sources.get(&row.get(1)?).cloned();
        Ok(Event {
            seq: row.get(0)?,
            source: source.unwrap_or_else(|| "".into()),
            key,
            time: instant(row, 2)?,
            shape: self.shape(row.get(6)?)?,
            values,
        })
    }

    fn shape(&mut self, id: i64) -> Result<Rc<Shape>, Fault> {
        if let Some(shape) = self.shapes.get(&id) {
            return Ok(Rc::clone(shape));
        }
        let find = "SELECT about, columns FROM shape WHERE id = ?1";
        let found = self.session.first(find, values![id], |row| {
            Ok(Rc::new(Shape {
                about: row.get(0)?,
                columns: serde_json::from_str(row.text(1)?).unwrap_or_default(),
            }))
        });
        let shape = found?.ok_or_else(missing)?;
        self.shapes.insert(id, Rc::clone(&shape));
        Ok(shape)
    }

    fn revision(&mut self, id: i64) -> Result<Rc<Revision>, Fault> {
        if let Some(revision) = self.revisions.get(&id) {
            return Ok(Rc::clone(revision));
        }
        let found = self.session.first(
            "SELECT sf_id, number, superseded FROM revision JOIN file ON file.id = revision.file
             WHERE revision.id = ?1",
            values![id],
            |row| {
                Ok(Rc::new(Revision {
                    file: row.get(0)?,
                    number: row.get(1)?,
                    is_superseded: row.get(2)?,
                }))
            },
        );
        let revision = found?.ok_or_else(missing)?;
        self.revisions.insert(id, Rc::clone(&revision));
        Ok(revision)
    }
}

fn missing() -> Fault {
    Fault::new(
        Kind::Store,
        "the row refers to a missing row of another table",
    )
}
