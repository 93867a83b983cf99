//! Records besides rows: gaps, drift, comparisons of counts, and changes of the configuration.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::engine::{Change, Fault, Queries as _, Row, values};
use super::{SourceId, Store, instant, millis, time};
use crate::connector::error::Error;
use crate::connector::window::Span;

/// Data that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The name of the source.
    pub source: String,
    /// The span of the gap.
    pub span: Span,
    /// The Id of the missing file, or an empty string for a span of rows.
    pub subject: String,
    /// The reason.
    pub reason: String,
    /// When the gap was found.
    pub found: Timestamp,
    /// When the missing data arrived, or `None` if it is still missing.
    pub closed: Option<Timestamp>,
}

/// A change in what the service sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The sObject or the event type.
    pub about: String,
    /// The kind of the change: `column-added`, `column-missing`, `field-refused` or `value`.
    pub kind: String,
    /// The name of the column, or the value of a list of known values.
    pub name: String,
    /// When it was found.
    pub found: Timestamp,
}

/// How the rows of a span were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By COUNT() an hour after the end of the span.
    CountHour,
    /// By reading all rows again an hour after the end of the span.
    ReadHour,
    /// By COUNT() a day after the end of the span.
    CountDay,
}

impl Method {
    /// The name in the store and in the report.
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

/// A comparison of the rows of the service with those in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// The span that was compared.
    pub span: Span,
    /// How it was compared.
    pub method: Method,
    /// The number of rows of the service.
    pub expected: u64,
    /// The number of rows in the store at that time.
    pub found: u64,
    /// Rows that were added by reading the span again.
    pub repaired: u64,
    /// When it was compared.
    pub at: Timestamp,
}

impl Reconciliation {
    /// Whether nothing is missing, including the rows that were added by reading again.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.found + self.repaired >= self.expected
    }
}

/// A change of the settings of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationChange {
    /// The name of the setting.
    pub setting: String,
    /// The old value.
    pub old: Option<String>,
    /// The new value.
    pub new: Option<String>,
    /// When it was changed, by the clock of this machine.
    pub local_at: Timestamp,
}

impl Store {
    /// Records a gap. The same gap is recorded once.
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

    /// Records a gap. If it overlaps with an open gap of the same reason, or adjoins it, that gap is
    /// extended instead. Returns whether a gap was added.
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
                // A gap that already had the new length is replaced.
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

    /// The span of all open gaps of a reason, from the start of the first to the end of the last.
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

    /// The gaps that overlap with a span, ordered by time.
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

    /// The open gaps, newest first, at most `most` of them.
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

    /// The number of open gaps, by the name of the source.
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

    /// Records a drift. The same drift is recorded once. Returns whether it is new.
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
        self.change("record a drift", |change| {
            add_drift(change, about, kind, name, now)
        })
    }

    /// All recorded drift, oldest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn drifts(&self) -> Result<Vec<Drift>, Error> {
        self.drifts_by("ORDER BY found, id", i64::MAX)
    }

    /// The recorded drift, newest first, at most `most` entries.
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

    /// The sets of columns that rows of an sObject or event type have had, oldest first.
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

    /// The comparisons of a source that overlap with a span, oldest first.
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

    /// Records a change of a setting. The setting must not be a secret.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn configuration_changed(&mut self, change: &ConfigurationChange) -> Result<(), Error> {
        self.change("record a change of configuration", |store| {
            add_change(store, change)
        })
    }

    /// The changes of the settings, oldest first.
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

/// The action in error messages.
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

/// Adds a gap within a transaction. A closed gap that is found again is reopened.
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

/// Records a drift within a transaction, and returns whether it is new.
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

/// Records a change of a setting within a transaction.
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
