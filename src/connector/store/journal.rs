//! What happened besides rows: gaps, drift, counts that were compared, changes of configuration.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::engine::{Change, Fault, Queries as _, Row, values};
use super::{SourceId, Store, instant, millis, time};
use crate::connector::error::Error;
use crate::connector::window::Span;

/// Something that was wanted and is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The name of the source.
    pub source: String,
    /// What it covers.
    pub span: Span,
    /// The Id of a file; empty for a span of rows.
    pub subject: String,
    /// Why it is missing.
    pub reason: String,
    /// When that was found.
    pub found: Timestamp,
    /// When what was missing arrived after all.
    pub closed: Option<Timestamp>,
}

/// Something that the service sends and did not send before, or no longer sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The sObject or the event type.
    pub about: String,
    /// What kind of change: `column-added`, `column-missing`, `field-refused`, `value`.
    pub kind: String,
    /// The name of the column, or the value of a list of known values.
    pub name: String,
    /// When it was found.
    pub found: Timestamp,
}

/// How a count was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// COUNT() an hour after the span's end.
    CountHour,
    /// All rows of the span were read again an hour after its end.
    ReadHour,
    /// COUNT() a day after the span's end.
    CountDay,
}

impl Method {
    /// The name that the store and the report have for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CountHour => "count-hour",
            Self::ReadHour => "read-hour",
            Self::CountDay => "count-day",
        }
    }

    fn of(text: &str) -> Self {
        match text {
            "count-day" => Self::CountDay,
            "read-hour" => Self::ReadHour,
            _ => Self::CountHour,
        }
    }
}

/// A comparison of what the service says with what the store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// What was counted.
    pub span: Span,
    /// How.
    pub method: Method,
    /// The service's count.
    pub expected: u64,
    /// The store's count at that time.
    pub found: u64,
    /// Rows that reading the span again added.
    pub repaired: u64,
    /// When.
    pub at: Timestamp,
}

impl Reconciliation {
    /// Whether nothing is missing, after the span was read again if it had to be.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.found + self.repaired >= self.expected
    }
}

/// A change of the connector's own configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationChange {
    /// The setting.
    pub setting: String,
    /// What it was.
    pub old: Option<String>,
    /// What it is now.
    pub new: Option<String>,
    /// When, by the clock of this machine.
    pub local_at: Timestamp,
}

impl Store {
    /// Records that something is missing. The same gap is recorded once.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn gap(
        &mut self,
        source: SourceId,
        span: Span,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.change("record a gap", |change| {
            add_gap(change, source, span, "", reason, now)
        })
    }

    /// Records that something is missing. If it begins within an open gap of the same reason or where one
    /// ends, that gap becomes longer instead. Returns whether there is a gap more.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn widen_gap(
        &mut self,
        source: SourceId,
        span: Span,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (start, end) = (millis(span.start()), millis(span.end()));
        self.change("record a gap", |change| {
            let touching: Vec<(i64, i64, i64)> = change.all(
                "SELECT id, starts, ends FROM gap
                 WHERE source = ?1 AND subject = '' AND reason = ?3 AND closed IS NULL
                   AND starts <= ?2 AND ends >= ?2 ORDER BY id",
                values![source.0, start, reason],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?;
            for (id, starts, ends) in &touching {
                let ends = end.max(*ends);
                // A gap that had the new length already is replaced.
                change.execute(
                    "DELETE FROM gap WHERE source = ?1 AND subject = '' AND reason = ?2
                       AND starts = ?3 AND ends = ?4 AND id <> ?5",
                    values![source.0, reason, *starts, ends, *id],
                )?;
                let widen = "UPDATE gap SET ends = ?2 WHERE id = ?1";
                change.execute(widen, values![*id, ends])?;
            }
            if touching.is_empty() {
                add_gap(change, source, span, "", reason, now)?;
            }
            Ok(touching.is_empty())
        })
    }

    /// All that is missing for a reason: from the start of the first open gap to the end of the last.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn open_gap(&self, source: SourceId, reason: &str) -> Result<Option<Span>, Error> {
        let found = self.first(
            GAPS,
            "SELECT min(starts), max(ends) FROM gap
             WHERE source = ?1 AND reason = ?2 AND closed IS NULL",
            values![source.0, reason],
            |row| Ok(instant(row, 0)?.zip(instant(row, 1)?)),
        );
        Ok(found?
            .flatten()
            .and_then(|(starts, ends)| Span::new(starts, ends)))
    }

    /// Closes the gaps within a span that have this reason, because they have been filled.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn close_gaps(
        &mut self,
        source: SourceId,
        span: Span,
        reason: &str,
        now: Timestamp,
    ) -> Result<u64, Error> {
        let (start, end) = (millis(span.start()), millis(span.end()));
        self.execute(
            "close a gap",
            "UPDATE gap SET closed = ?4
             WHERE source = ?1 AND starts >= ?2 AND ends <= ?3 AND reason = ?5 AND closed IS NULL",
            values![source.0, start, end, millis(now), reason],
        )
    }

    /// The gaps that touch a span, by time.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn gaps(&self, span: Span) -> Result<Vec<Gap>, Error> {
        let found = self.all(
            GAPS,
            "SELECT source.name, starts, ends, subject, reason, found, closed
             FROM gap JOIN source ON source.id = gap.source
             WHERE ends > ?1 AND starts < ?2 ORDER BY starts, gap.id",
            values![millis(span.start()), millis(span.end())],
            gap,
        );
        Ok(found?.into_iter().flatten().collect())
    }

    /// The gaps that are open, the one that was found last first, at most `most` of them.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn open_gaps(&self, most: usize) -> Result<Vec<Gap>, Error> {
        let found = self.all(
            GAPS,
            "SELECT source.name, starts, ends, subject, reason, found, closed
             FROM gap JOIN source ON source.id = gap.source
             WHERE closed IS NULL ORDER BY found DESC LIMIT ?1",
            values![most as i64],
            gap,
        );
        Ok(found?.into_iter().flatten().collect())
    }

    /// How many gaps of each source are open, by the name of the source.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn count_open_gaps(&self) -> Result<BTreeMap<String, u64>, Error> {
        let found = self.all(
            "count the gaps",
            "SELECT source.name, count(*)
             FROM gap JOIN source ON source.id = gap.source
             WHERE closed IS NULL GROUP BY source.name",
            &[],
            |row| Ok((row.get(0)?, row.get(1)?)),
        );
        Ok(found?.into_iter().collect())
    }

    /// Notes a drift. The same drift is noted once; returns whether it is new.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn drift(
        &mut self,
        about: &str,
        kind: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.change("note a drift", |change| {
            add_drift(change, about, kind, name, now)
        })
    }

    /// What has drifted, oldest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn drifts(&self) -> Result<Vec<Drift>, Error> {
        self.drifts_by("ORDER BY found, id", i64::MAX)
    }

    /// What has drifted last, newest first, at most `most` of it.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn last_drifts(&self, most: usize) -> Result<Vec<Drift>, Error> {
        self.drifts_by("ORDER BY id DESC", most as i64)
    }

    fn drifts_by(&self, order: &str, most: i64) -> Result<Vec<Drift>, Error> {
        let sql = format!("SELECT about, kind, name, found FROM drift {order} LIMIT ?1");
        self.all("read the drift", &sql, values![most], |row| {
            Ok(Drift {
                about: row.get(0)?,
                kind: row.get(1)?,
                name: row.get(2)?,
                found: time(row.get(3)?),
            })
        })
    }

    /// The columns that rows of an sObject or event type have had: the sets, oldest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn columns(&self, about: &str) -> Result<Vec<Vec<String>>, Error> {
        let find = "SELECT columns FROM shape WHERE about = ?1 ORDER BY id";
        self.all("read the columns", find, values![about], |row| {
            Ok(serde_json::from_str(row.text(0)?).unwrap_or_default())
        })
    }

    /// Records a comparison of counts.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn reconciled(&mut self, source: SourceId, result: &Reconciliation) -> Result<(), Error> {
        let add = "INSERT INTO reconciliation
                       (source, starts, ends, method, expected, found, repaired, at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let result = values![
            source.0,
            millis(result.span.start()),
            millis(result.span.end()),
            result.method.as_str(),
            result.expected as i64,
            result.found as i64,
            result.repaired as i64,
            millis(result.at),
        ];
        self.execute("record a comparison", add, result).map(drop)
    }

    /// The comparisons of a source that touch a span, oldest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn reconciliations(
        &self,
        source: SourceId,
        span: Span,
    ) -> Result<Vec<Reconciliation>, Error> {
        self.all(
            "read the comparisons",
            "SELECT starts, ends, method, expected, found, repaired, at FROM reconciliation
             WHERE source = ?1 AND starts < ?3 AND ends > ?2 ORDER BY id",
            values![source.0, millis(span.start()), millis(span.end())],
            |row| {
                let counted = Span::new(time(row.get(0)?), time(row.get(1)?));
                Ok(Reconciliation {
                    span: counted.unwrap_or(span),
                    method: Method::of(row.text(2)?),
                    expected: row.get(3)?,
                    found: row.get(4)?,
                    repaired: row.get(5)?,
                    at: time(row.get(6)?),
                })
            },
        )
    }

    /// Records a change of the connector's configuration. Never give it a secret.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn configuration_changed(&mut self, change: &ConfigurationChange) -> Result<(), Error> {
        self.change("record a change of configuration", |store| {
            add_change(store, change)
        })
    }

    /// The changes of configuration, oldest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn configuration_changes(&self) -> Result<Vec<ConfigurationChange>, Error> {
        let find = "SELECT setting, old, new, local_at FROM configuration ORDER BY id";
        self.all("read the changes of configuration", find, &[], |row| {
            Ok(ConfigurationChange {
                setting: row.get(0)?,
                old: row.get(1)?,
                new: row.get(2)?,
                local_at: time(row.get(3)?),
            })
        })
    }
}

/// What is tried here, for messages.
const GAPS: &str = "read the gaps";

fn gap(row: &Row) -> Result<Option<Gap>, Fault> {
    let (source, subject, reason) = (row.get(0)?, row.get(3)?, row.get(4)?);
    let (found, closed) = (time(row.get(5)?), instant(row, 6)?);
    let span = Span::new(time(row.get(1)?), time(row.get(2)?));
    Ok(span.map(|span| Gap {
        source,
        span,
        subject,
        reason,
        found,
        closed,
    }))
}

/// Adds a gap within a transaction. A gap that was closed and is found again is open again.
pub(super) fn add_gap(
    change: &dyn Change,
    source: SourceId,
    span: Span,
    subject: &str,
    reason: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let (start, end) = (millis(span.start()), millis(span.end()));
    let known = change.execute(
        "UPDATE gap SET closed = NULL
         WHERE source = ?1 AND starts = ?2 AND ends = ?3 AND subject = ?4 AND reason = ?5",
        values![source.0, start, end, subject, reason],
    )?;
    if known == 0 {
        change.execute(
            "INSERT INTO gap (source, starts, ends, subject, reason, found)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            values![source.0, start, end, subject, reason, millis(now)],
        )?;
    }
    Ok(())
}

/// Notes a drift within a transaction, and returns whether it is new.
pub(super) fn add_drift(
    change: &dyn Change,
    about: &str,
    kind: &str,
    name: &str,
    now: Timestamp,
) -> Result<bool, Fault> {
    let find = "SELECT 1 FROM drift WHERE about = ?1 AND kind = ?2 AND name = ?3";
    let known = change.first(find, values![about, kind, name], |_| Ok(()))?;
    if known.is_some() {
        return Ok(false);
    }
    let add = "INSERT INTO drift (about, kind, name, found) VALUES (?1, ?2, ?3, ?4)";
    change.execute(add, values![about, kind, name, millis(now)])?;
    Ok(true)
}

/// Records a change of configuration within a transaction.
pub(super) fn add_change(change: &dyn Change, record: &ConfigurationChange) -> Result<(), Fault> {
    change
        .execute(
            "INSERT INTO configuration (setting, old, new, local_at) VALUES (?1, ?2, ?3, ?4)",
            values![
                &record.setting,
                &record.old,
                &record.new,
                millis(record.local_at),
            ],
        )
        .map(drop)
}
