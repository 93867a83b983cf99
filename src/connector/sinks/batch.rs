//! Batches of rows for a sink.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;

use crate::connector::error::Error;
use crate::connector::ocsf::{Mapping, to_ocsf};
use crate::connector::store::{Event, Store};

/// The cursor moves after this number of rows that the sink does not want.
const PASSED: u64 = 20_000;

/// The format in which rows are delivered.
#[derive(Debug, Clone)]
pub enum Form {
    /// A JSON object with the row, its source, its key and its time.
    Row,
    /// An OCSF event.
    Ocsf {
        /// The rules that map rows to events.
        mapping: Arc<Mapping>,
        /// The Id of the org.
        tenant: Option<String>,
    },
}

/// The limits of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest number of rows.
    pub rows: u64,
    /// The largest number of bytes of JSON. A single row may be larger.
    pub bytes: u64,
    /// Whether a repeated batch must have the same rows, because its position or its name depends on them.
    pub same: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 10_000,
            bytes: 8 << 20,
            same: false,
        }
    }
}

/// Rows that are delivered together.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The name of the connection.
    pub connection: String,
    /// The unique id of the store.
    pub owner: String,
    /// The sequence number of the row before the first row.
    pub after: i64,
    /// The sequence number of the last row that was read. Rows that the sink does not want may follow the
    /// last of `rows`.
    pub last: i64,
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether the destination is known to take other rows, so that what it refuses of these is refused because of
    /// the rows.
    pub others_taken: bool,
}

impl Batch {
    /// The bytes of JSON in it.
    pub(super) fn bytes(&self) -> u64 {
        self.rows.iter().map(|row| row.json.len() as u64).sum()
    }
}

/// A row in a batch.
#[derive(Clone)]
pub struct Row {
    /// The sequence number of the row in the store.
    pub seq: i64,
    /// The permanent id of the row: `connection/source/key`.
    pub id: String,
    /// The name of its source.
    pub source: Arc<str>,
    /// The sObject or the event type of the row.
    pub about: Arc<str>,
    /// The time of the event, if the row has one.
    pub time: Option<Timestamp>,
    /// The JSON that is delivered.
    pub json: Vec<u8>,
}

/// The content of the row is left out.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("seq", &self.seq)
            .field("id", &self.id)
            .field("bytes", &self.json.len())
            .finish_non_exhaustive()
    }
}

/// Selects the rows that a sink wants.
pub(super) struct Wanted<'a> {
    pub(super) connection: &'a str,
    pub(super) owner: &'a str,
    /// The names of the sources, or an empty slice for all.
    pub(super) sources: &'a [String],
    pub(super) form: &'a Form,
}

impl Wanted<'_> {
    /// Reads the rows after a sequence number, up to `until` if given, otherwise up to the limits.
    pub(super) fn read(
        &self,
        store: &Store,
        after: i64,
        until: Option<i64>,
        limits: Limits,
    ) -> Result<Batch, Error> {
        let mut batch = Batch {
            connection: self.connection.to_owned(),
            owner: self.owner.to_owned(),
            after,
            last: after,
            rows: Vec::new(),
            others_taken: false,
        };
        let mut shared = Shared::default();
        let (mut bytes, mut passed) = (0, 0);
        store.stored_after::<Error>(after, |event| {
            if until.is_some_and(|until| event.seq() > until) {
                return Ok(ControlFlow::Break(()));
            }
            if self.is_wanted(event) {
                let row = self.row(event, &mut shared);
                let length = row.json.len() as u64;
                let is_full = !batch.rows.is_empty() && bytes + length > limits.bytes;
                if until.is_none() && is_full {
                    return Ok(ControlFlow::Break(()));
                }
                bytes += length;
                batch.rows.push(row);
            } else {
                passed += 1;
            }
            batch.last = event.seq();
            let is_full = batch.rows.len() as u64 >= limits.rows || passed >= PASSED;
            Ok(match until.is_none() && is_full {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            })
        })?;
        if let Some(until) = until {
            batch.last = batch.last.max(until);
        }
        Ok(batch)
    }

    /// A few rows behind a batch that differ from it: the first of another kind than all of its rows, and the last one
    /// that is stored.
    pub(super) fn others(&self, store: &Store, batch: &Batch) -> Result<Batch, Error> {
        let mut others = Batch {
            rows: Vec::new(),
            ..batch.clone()
        };
        let (mut shared, mut passed) = (Shared::default(), 0);
        let abouts: BTreeSet<&str> = batch.rows.iter().map(|row| row.about.as_ref()).collect();
        let mut take = |after: i64, is_wanted: &dyn Fn(&Event) -> bool| {
            store.stored_after::<Error>(after, |event| {
                passed += 1;
                let is_found = self.is_wanted(event) && is_wanted(event);
                if is_found {
                    others.rows.push(self.row(event, &mut shared));
                }
                Ok(match is_found || passed >= PASSED {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                })
            })
        };
        take(batch.last, &|event| !abouts.contains(event.about()))?;
        let last = store.last_seq()?;
        if last > batch.last {
            take(last - 1, &|_| true)?;
        }
        Ok(others)
    }

    /// How many rows are wanted after a place and up to another.
    pub(super) fn count(&self, store: &Store, after: i64, until: i64) -> Result<u64, Error> {
        let mut count = 0;
        store.stored_after::<Error>(after, |event| {
            if event.seq() > until {
                return Ok(ControlFlow::Break(()));
            }
            count += u64::from(self.is_wanted(event));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(count)
    }

    fn is_wanted(&self, event: &Event) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|source| source == event.source())
    }

    fn row(&self, event: &Event, shared: &mut Shared) -> Row {
        let json = match self.form {
            Form::Row => serde_json::to_vec(event),
            Form::Ocsf { mapping, tenant } => {
                serde_json::to_vec(&to_ocsf(mapping, event, tenant.as_deref()))
            }
        };
        Row {
            seq: event.seq(),
            id: format!("{}/{}/{}", self.connection, event.source(), event.key()),
            source: shared.text(event.source()),
            about: shared.text(event.about()),
            time: event.time(),
            // Both consist of texts and numbers, which JSON can always represent.
            json: json.unwrap_or_default(),
        }
    }
}

/// The names of sources and objects, which all rows share.
#[derive(Default)]
struct Shared(Vec<Arc<str>>);

impl Shared {
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(found) = self.0.iter().find(|known| known.as_ref() == text) {
            return Arc::clone(found);
        }
        let new: Arc<str> = text.into();
        self.0.push(Arc::clone(&new));
        new
    }
}
