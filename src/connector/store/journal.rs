//! What happened besides rows: gaps, drift, counts that were compared, changes of configuration.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{SourceId, Store, millis, time};
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
        add_gap(&self.database, source, span, "", reason, now)
            .map_err(|error| self.failed("record a gap", error))
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
        let widened = self
            .database
            .execute(
                "UPDATE OR REPLACE gap SET ends = max(ends, ?3)
                 WHERE source = ?1 AND subject = '' AND reason = ?4 AND closed IS NULL
                   AND starts <= ?2 AND ends >= ?2",
                params![source.0, millis(span.start()), millis(span.end()), reason],
            )
            .map_err(|error| self.failed("record a gap", error))?;
        if widened == 0 {
            self.gap(source, span, reason, now)?;
        }
        Ok(widened == 0)
    }

    /// All that is missing for a reason: from the start of the first open gap to the end of the last.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn open_gap(&self, source: SourceId, reason: &str) -> Result<Option<Span>, Error> {
        self.database
            .prepare_cached(
                "SELECT min(starts), max(ends) FROM gap
                 WHERE source = ?1 AND reason = ?2 AND closed IS NULL",
            )
            .and_then(|mut find| {
                find.query_row(params![source.0, reason], |row| {
                    Ok(row.get::<_, Option<i64>>(0)?.zip(row.get(1)?))
                })
            })
            .map(|found| found.and_then(|(starts, ends)| Span::new(time(starts), time(ends))))
            .map_err(|error| self.failed("read the gaps", error))
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
        self.database
            .execute(
                "UPDATE gap SET closed = ?4
                 WHERE source = ?1 AND starts >= ?2 AND ends <= ?3 AND reason = ?5 AND closed IS NULL",
                params![source.0, millis(span.start()), millis(span.end()), millis(now),
                    reason],
            )
            .map(|closed| closed as u64)
            .map_err(|error| self.failed("close a gap", error))
    }

    /// The gaps that touch a span, by time.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn gaps(&self, span: Span) -> Result<Vec<Gap>, Error> {
        self.database
            .prepare_cached(
                "SELECT source.name, starts, ends, subject, reason, found, closed
                 FROM gap JOIN source ON source.id = gap.source
                 WHERE ends > ?1 AND starts < ?2 ORDER BY starts, gap.id",
            )
            .and_then(|mut find| {
                find.query_map([millis(span.start()), millis(span.end())], |row| {
                    let gap = Span::new(time(row.get(1)?), time(row.get(2)?));
                    Ok(Gap {
                        source: row.get(0)?,
                        span: gap.unwrap_or(span),
                        subject: row.get(3)?,
                        reason: row.get(4)?,
                        found: time(row.get(5)?),
                        closed: row.get::<_, Option<i64>>(6)?.map(time),
                    })
                })?
                .collect()
            })
            .map_err(|error| self.failed("read the gaps", error))
    }

    /// The gaps that are open, the one that was found last first, at most `most` of them.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn open_gaps(&self, most: usize) -> Result<Vec<Gap>, Error> {
        self.database
            .prepare_cached(
                "SELECT source.name, starts, ends, subject, reason, found
                 FROM gap INDEXED BY gap_open JOIN source ON source.id = gap.source
                 WHERE closed IS NULL ORDER BY found DESC LIMIT ?1",
            )
            .and_then(|mut find| {
                let mut gaps = Vec::new();
                let mut rows = find.query([most as i64])?;
                while let Some(row) = rows.next()? {
                    gaps.extend(Span::new(time(row.get(1)?), time(row.get(2)?)).map(|span| {
                        Ok::<_, rusqlite::Error>(Gap {
                            source: row.get(0)?,
                            span,
                            subject: row.get(3)?,
                            reason: row.get(4)?,
                            found: time(row.get(5)?),
                            closed: None,
                        })
                    }));
                }
                gaps.into_iter().collect()
            })
            .map_err(|error| self.failed("read the gaps", error))
    }

    /// How many gaps of each source are open, by the name of the source.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn count_open_gaps(&self) -> Result<BTreeMap<String, u64>, Error> {
        self.database
            .prepare_cached(
                "SELECT source.name, count(*)
                 FROM gap INDEXED BY gap_open JOIN source ON source.id = gap.source
                 WHERE closed IS NULL GROUP BY source.name",
            )
            .and_then(|mut find| {
                find.query_map([], |row| {
                    Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
                })?
                .collect()
            })
            .map_err(|error| self.failed("count the gaps", error))
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
        self.database
            .execute(
                "INSERT INTO drift (about, kind, name, found) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                params![about, kind, name, millis(now)],
            )
            .map(|added| added > 0)
            .map_err(|error| self.failed("note a drift", error))
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
        self.database
            .prepare_cached(&sql)
            .and_then(|mut find| {
                find.query_map([most], |row| {
                    Ok(Drift {
                        about: row.get(0)?,
                        kind: row.get(1)?,
                        name: row.get(2)?,
                        found: time(row.get(3)?),
                    })
                })?
                .collect()
            })
            .map_err(|error| self.failed("read the drift", error))
    }

    /// The columns that rows of an sObject or event type have had: the sets, oldest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn columns(&self, about: &str) -> Result<Vec<Vec<String>>, Error> {
        self.database
            .prepare_cached("SELECT columns FROM shape WHERE about = ?1 ORDER BY id")
            .and_then(|mut find| {
                find.query_map([about], |row| {
                    let columns: String = row.get(0)?;
                    Ok(serde_json::from_str(&columns).unwrap_or_default())
                })?
                .collect()
            })
            .map_err(|error| self.failed("read the columns", error))
    }

    /// Records a comparison of counts.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn reconciled(&mut self, source: SourceId, result: &Reconciliation) -> Result<(), Error> {
        self.database
            .execute(
                "INSERT INTO reconciliation (source, starts, ends, method, expected, found, repaired, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    source.0,
                    millis(result.span.start()),
                    millis(result.span.end()),
                    result.method.as_str(),
                    result.expected as i64,
                    result.found as i64,
                    result.repaired as i64,
                    millis(result.at)
                ],
            )
            .map(drop)
            .map_err(|error| self.failed("record a comparison", error))
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
        self.database
            .prepare_cached(
                "SELECT starts, ends, method, expected, found, repaired, at FROM reconciliation
                 WHERE source = ?1 AND starts < ?3 AND ends > ?2 ORDER BY id",
            )
            .and_then(|mut find| {
                find.query_map(
                    params![source.0, millis(span.start()), millis(span.end())],
                    |row| {
                        let count =
                            |at| Ok::<_, rusqlite::Error>(row.get::<_, i64>(at)?.unsigned_abs());
                        let counted = Span::new(time(row.get(0)?), time(row.get(1)?));
                        Ok(Reconciliation {
                            span: counted.unwrap_or(span),
                            method: Method::of(&row.get::<_, String>(2)?),
                            expected: count(3)?,
                            found: count(4)?,
                            repaired: count(5)?,
                            at: time(row.get(6)?),
                        })
                    },
                )?
                .collect()
            })
            .map_err(|error| self.failed("read the comparisons", error))
    }

    /// Records a change of the connector's configuration. Never give it a secret.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn configuration_changed(&mut self, change: &ConfigurationChange) -> Result<(), Error> {
        add_change(&self.database, change)
            .map_err(|error| self.failed("record a change of configuration", error))
    }

    /// The changes of configuration, oldest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn configuration_changes(&self) -> Result<Vec<ConfigurationChange>, Error> {
        self.database
            .prepare_cached("SELECT setting, old, new, local_at FROM configuration ORDER BY id")
            .and_then(|mut find| {
                find.query_map([], |row| {
                    Ok(ConfigurationChange {
                        setting: row.get(0)?,
                        old: row.get(1)?,
                        new: row.get(2)?,
                        local_at: time(row.get(3)?),
                    })
                })?
                .collect()
            })
            .map_err(|error| self.failed("read the changes of configuration", error))
    }
}

/// Adds a gap within a transaction. A gap that was closed and is found again is open again.
pub(super) fn add_gap(
    change: &Connection,
    source: SourceId,
    span: Span,
    subject: &str,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    change.execute(
        "INSERT INTO gap (source, starts, ends, subject, reason, found) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET closed = NULL",
        params![
            source.0,
            millis(span.start()),
            millis(span.end()),
            subject,
            reason,
            millis(now)
        ],
    )?;
    Ok(())
}

/// Records a change of configuration within a transaction.
pub(super) fn add_change(
    database: &Connection,
    change: &ConfigurationChange,
) -> rusqlite::Result<()> {
    database
        .execute(
            "INSERT INTO configuration (setting, old, new, local_at) VALUES (?1, ?2, ?3, ?4)",
            params![
                change.setting,
                change.old,
                change.new,
                millis(change.local_at)
            ],
        )
        .map(drop)
}
