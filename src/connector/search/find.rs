//! Searches for pages of results.

use jiff::Timestamp;
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::{Facet, Index, NO_TIME};
use crate::connector::error::Error;
use crate::connector::store::{Event, Store};

/// A search stops after it has compared and rejected this number of rows.
const MOST_PASSED: usize = 20_000;

/// The largest number of values that a value with `*` at its end may match.
const MOST_VALUES: i64 = 100;

/// A search. Results are ordered from new to old, and rows without a time come last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Only rows at or after this time.
    pub since: Option<Timestamp>,
    /// Only rows before this time.
    pub until: Option<Timestamp>,
    /// Only rows with all of these values. Case is ignored, and `*` at the end of a value matches any text.
    pub values: Vec<(Facet, String)>,
    /// Only results after this position.
    pub after: Option<Position>,
}

/// A position in the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The time in milliseconds.
    time: i64,
    /// The sequence number in the store.
    seq: i64,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.time, self.seq)
    }
}

impl std::str::FromStr for Position {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (time, seq) = text.split_once('.').unwrap_or((text, ""));
        Ok(Self {
            time: time.parse()?,
            seq: seq.parse()?,
        })
    }
}

/// A page of results.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The rows.
    pub events: Vec<Event>,
    /// Why the page ends here.
    pub stopped: Stopped,
}

/// Why a page of results ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// There are no more rows.
    End,
    /// The page is full. The next page begins at this position.
    Full(Position),
    /// Many rows were compared and rejected. The search can continue from this position, and has come to
    /// this time.
    Passed(Position, Option<Timestamp>),
    /// Too many values of this facet begin with the text.
    TooManyValues(Facet),
}

/// The ids of the terms that a value matches, and how many rows have them.
struct Terms {
    facet: Facet,
    ids: Vec<i64>,
    rows: i64,
}

impl Index {
    /// Finds a page of at most `most` results.
    ///
    /// # Errors
    ///
    /// The index or the store cannot be read.
    pub fn find(&self, store: &Store, search: &Search, most: usize) -> Result<Found, Error> {
        let mut page = Found {
            events: Vec::new(),
            stopped: Stopped::End,
        };
        let mut filters = Vec::new();
        for (facet, value) in &search.values {
            let terms = self.terms(*facet, value)?;
            if terms.ids.is_empty() {
                return Ok(page);
            }
            if terms.ids.len() as i64 > MOST_VALUES {
                page.stopped = Stopped::TooManyValues(*facet);
                return Ok(page);
            }
            filters.push(terms);
        }
        filters.sort_by_key(|terms| terms.rows);
        // The rarest value selects the rows by an index. The other values are compared row by row.
        let mut filters = filters.into_iter();
        let leading = filters.next();
        let others: Vec<Terms> = filters.collect();
        let (sql, bounds) = select(leading.as_ref(), search);
        let fail = |error| self.failed(error);
        let mut statement = self.database.prepare_cached(&sql).map_err(fail)?;
        let mut rows = statement.query(params_from_iter(bounds)).map_err(fail)?;
        let mut lookup = store.lookup()?;
        let mut passed = 0;
        let mut last = None;
        while let Some(row) = rows.next().map_err(fail)? {
            let (time, seq) = (row.get(1).map_err(fail)?, row.get(0).map_err(fail)?);
            if let (true, Some(last)) = (page.events.len() == most, last) {
                page.stopped = Stopped::Full(last);
                break;
            }
            let mut matches = true;
            for terms in &others {
                let id: Option<i64> = row.get(terms.facet.as_str()).map_err(fail)?;
                matches &= id.is_some_and(|id| terms.ids.contains(&id));
            }
            last = Some(Position { time, seq });
            // A file may have been replaced by a newer one, so the content of the store is shown.
            let event = match matches {
                true => lookup.get(seq)?.filter(|(_, superseded)| !superseded),
                false => None,
            };
            match event {
                Some((event, _)) => page.events.push(event),
                None => passed += 1,
            }
            if let (MOST_PASSED, Some(last)) = (passed, last) {
                let time = Timestamp::from_millisecond(last.time).ok();
                page.stopped = Stopped::Passed(last, time);
                break;
            }
        }
        Ok(page)
    }

    fn terms(&self, facet: Facet, value: &str) -> Result<Terms, Error> {
        let mut terms = Terms {
            facet,
            ids: Vec::new(),
            rows: 0,
        };
        let mut add = |row: &rusqlite::Row<'_>| -> rusqlite::Result<()> {
            terms.ids.push(row.get(0)?);
            terms.rows += row.get::<_, i64>(1)?;
            Ok(())
        };
        let found = match value.strip_suffix('*') {
            None => self
                .database
                .prepare_cached("SELECT id, rows FROM term WHERE facet = ?1 AND value = ?2")
                .and_then(|mut find| {
                    let mut rows = find.query(rusqlite::params![facet.number(), value])?;
                    while let Some(row) = rows.next()? {
                        add(row)?;
                    }
                    Ok(())
                }),
            // U+10FFFF is the largest character, so it ends the range of values that begin with the text.
            Some(start) => self
                .database
                .prepare_cached(
                    "SELECT id, rows FROM term
                     WHERE facet = ?1 AND value >= ?2 AND value < ?2 || char(1114111) LIMIT ?3",
                )
                .and_then(|mut find| {
                    let bounds = rusqlite::params![facet.number(), start, MOST_VALUES + 1];
                    let mut rows = find.query(bounds)?;
                    while let Some(row) = rows.next()? {
                        add(row)?;
                    }
                    Ok(())
                }),
        };
        found.map_err(|error| self.failed(error))?;
        Ok(terms)
    }
}

/// Makes one SELECT per term, each of which uses the index of its facet. SQLite merges them.
fn select(leading: Option<&Terms>, search: &Search) -> (String, Vec<Value>) {
    let mut bounds = Vec::new();
    let mut bound = |value: i64| {
        bounds.push(Value::Integer(value));
        format!("?{}", bounds.len())
    };
    let mut limits = String::new();
    let millis = |time: Timestamp| time.as_millisecond();
    let since = search.since.map(millis);
    // A search with a time excludes rows without a time.
    let since = since.or(search.until.map(|_| NO_TIME + 1));
    if let Some(since) = since {
        limits += &format!(" AND time >= {}", bound(since));
    }
    if let Some(until) = search.until {
        limits += &format!(" AND time < {}", bound(millis(until)));
    }
    if let Some(Position { time, seq }) = search.after {
        let (time, seq) = (bound(time), bound(seq));
        limits += &format!(" AND time <= {time} AND (time < {time} OR seq < {seq})");
    }
    const COLUMNS: &str = "SELECT seq, time, source, user, address, type, status FROM entry";
    const ORDER: &str = "ORDER BY time DESC, seq DESC";
    let Some(leading) = leading else {
        let sql = format!("{COLUMNS} INDEXED BY entry_by_time WHERE 1 = 1{limits} {ORDER}");
        return (sql, bounds);
    };
    let facet = leading.facet.as_str();
    let parts: Vec<String> = leading
        .ids
        .iter()
        .map(|id| {
            let id = bound(*id);
            format!("{COLUMNS} INDEXED BY entry_by_{facet} WHERE {facet} = {id}{limits}")
        })
        .collect();
    (format!("{} {ORDER}", parts.join(" UNION ALL ")), bounds)
}
