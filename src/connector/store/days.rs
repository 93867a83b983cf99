//! The figures of each source and UTC day, for the report.

use jiff::{SignedDuration, Timestamp};

use super::engine::values;
use super::{Method, Reconciliation, SourceState, Store, millis, time};
use crate::connector::error::Error;
use crate::connector::window::Span;

/// The figures of a source on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The name of the source.
    pub source: String,
    /// The day, or the part of it that is collected.
    pub span: Span,
    /// Whether completed windows cover the whole day. For files: whether they were listed after it.
    pub covered: bool,
    /// Rows that the service has, according to the count of a day later, or else to the hours that were
    /// counted so far. For files, it is known once all of them have been read.
    pub expected: Option<u64>,
    /// Rows that were received. Rows that overlapping windows received twice count twice.
    pub received: u64,
    /// Rows in the store.
    pub stored: u64,
    /// Rows that every sink has acknowledged, or `None` if there is no sink.
    pub delivered: Option<u64>,
    /// The last comparison of the counts.
    pub reconciled: Option<Reconciliation>,
    /// Whether its rows are counted a day later. Changes are not counted, because the service states until
    /// when its list of them is complete, and no window is completed before that.
    pub is_counted: bool,
    /// The number of open gaps.
    pub gaps: u64,
    /// The files of the day, if the source has files.
    pub files: Option<FileCounts>,
}

/// The state of a source on a day, without the numbers of rows, whose computation reads every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The day, or the part of it that is collected.
    pub span: Span,
    /// Whether completed windows cover the whole day. For files: whether they were listed after it.
    pub covered: bool,
    /// The last comparison of the counts.
    pub reconciled: Option<Reconciliation>,
    /// Whether its rows are counted a day later. Changes are not counted, because the service states until
    /// when its list of them is complete, and no window is completed before that.
    pub is_counted: bool,
    /// The number of open gaps.
    pub gaps: u64,
    /// The files of the day, if the source has files.
    pub files: Option<FileCounts>,
}

/// The files of a day. A file that was replaced counts once, with its newest content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Files that were listed.
    pub listed: u64,
    /// Files all of whose rows are in the store.
    pub stored: u64,
    /// Files that have not been fetched yet.
    pub pending: u64,
    /// Files that are damaged and were moved to the folder for damaged files.
    pub aside: u64,
    /// Files that the service deleted before they were fetched.
    pub lost: u64,
}

impl Day {
    /// The state of the day without the numbers of rows.
    #[must_use]
    pub fn outline(&self) -> Outline {
        Outline {
            span: self.span,
            covered: self.covered,
            reconciled: self.reconciled.clone(),
            is_counted: self.is_counted,
            gaps: self.gaps,
            files: self.files,
        }
    }

    /// Whether the day is complete: covered, without gaps, and without a difference a day later. A day of
    /// files is complete when every listed file is stored, and a day of changes when it is covered.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.outline().is_complete()
    }
}

impl Outline {
    /// Whether the day is complete, as [`Day::is_complete`] defines it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let agrees = match (&self.files, &self.reconciled) {
            (Some(files), _) => files.stored == files.listed,
            (None, _) if !self.is_counted => true,
            (None, Some(count)) => count.method == Method::CountDay && count.is_complete(),
            (None, None) => false,
        };
        self.covered && self.gaps == 0 && agrees
    }
}

impl Store {
    /// The figures of the days of a source within a span, oldest first, without days before the source
    /// begins.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn days(&self, source: &SourceState, span: Span) -> Result<Vec<Day>, Error> {
        let slowest = self.value(FIGURES, "SELECT min(cursor) FROM sink", &[])?;
        self.days_until(source, span, slowest)
    }

    /// As [`days`](Self::days), where only these sinks count.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn days_for(
        &self,
        source: &SourceState,
        span: Span,
        sinks: &[String],
    ) -> Result<Vec<Day>, Error> {
        let find = "SELECT name, cursor FROM sink";
        let cursors = self.all(FIGURES, find, &[], |row| {
            Ok((row.get::<String>(0)?, row.get::<i64>(1)?))
        })?;
        let cursor = |sink: &String| {
            let found = cursors.iter().find(|(name, _)| name == sink);
            found.map_or(0, |(_, cursor)| *cursor)
        };
        self.days_until(source, span, sinks.iter().map(cursor).min())
    }

    /// The days of a source, where the slowest sink has acknowledged all rows up to a place.
    fn days_until(
        &self,
        source: &SourceState,
        span: Span,
        slowest: Option<i64>,
    ) -> Result<Vec<Day>, Error> {
        wanted(source, span)
            .into_iter()
            .map(|piece| self.day(source, piece, slowest))
            .collect()
    }

    /// The states of the days of a source within a span, oldest first, without days before the source
    /// begins.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn outlines(&self, source: &SourceState, span: Span) -> Result<Vec<Outline>, Error> {
        wanted(source, span)
            .into_iter()
            .map(|piece| {
                let counted = self.reconciliations(source.id, piece)?;
                self.outline(source, piece, &counted)
            })
            .collect()
    }

    fn outline(
        &self,
        source: &SourceState,
        span: Span,
        counted: &[Reconciliation],
    ) -> Result<Outline, Error> {
        Ok(Outline {
            span,
            covered: self.is_covered(source, span)?,
            reconciled: last_day(counted).or(counted.last()).cloned(),
            is_counted: source.name != "changes",
            gaps: self.figure(
                "SELECT count(*) FROM gap
                 WHERE source = ?1 AND ends > ?2 AND starts < ?3 AND closed IS NULL",
                source,
                span,
            )?,
            files: match source.name.as_str() {
                "files" => Some(self.file_counts(span)?),
                _ => None,
            },
        })
    }

    fn day(&self, source: &SourceState, span: Span, slowest: Option<i64>) -> Result<Day, Error> {
        let counted = self.reconciliations(source.id, span)?;
        let outline = self.outline(source, span, &counted)?;
        let mut day = Day {
            source: source.name.clone(),
            span,
            covered: outline.covered,
            expected: match last_day(&counted) {
                Some(count) => Some(count.expected),
                None => {
                    (!counted.is_empty()).then(|| counted.iter().map(|count| count.expected).sum())
                }
            },
            received: 0,
            stored: 0,
            delivered: slowest
                .map(|cursor| self.delivered_in(source, span, cursor))
                .transpose()?,
            reconciled: outline.reconciled,
            is_counted: outline.is_counted,
            gaps: outline.gaps,
            files: outline.files,
        };
        if let Some(files) = &day.files {
            (day.received, day.stored) = self.file_rows(span)?;
            // The number of rows of a file is known once the file has been read.
            day.expected = (files.stored == files.listed).then_some(day.stored);
        } else {
            day.stored = self.count(source.id, span)?;
            day.received = self.figure(
                "SELECT CAST(coalesce(sum(received), 0) AS bigint) FROM \"window\"
                 WHERE source = ?1 AND starts >= ?2 AND starts < ?3",
                source,
                span,
            )?;
        }
        Ok(day)
    }

    fn figure(&self, sql: &str, source: &SourceState, span: Span) -> Result<u64, Error> {
        let bounds = values![source.id.0, millis(span.start()), millis(span.end())];
        self.value(FIGURES, sql, bounds)
    }

    /// Counts the files of a span by the state of their newest content.
    fn file_counts(&self, span: Span) -> Result<FileCounts, Error> {
        let found: Vec<(String, u64)> = self.all(
            FIGURES,
            "SELECT state, count(*) FROM revision JOIN file ON file.id = revision.file
             WHERE log_date >= ?1 AND log_date < ?2 AND NOT EXISTS (
                 SELECT 1 FROM revision AS newer
                 WHERE newer.file = revision.file AND newer.number > revision.number
             ) AND NOT (interval = 'Hourly' AND superseded = 1)
             GROUP BY state",
            values![millis(span.start()), millis(span.end())],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut counts = FileCounts::default();
        for (state, files) in found {
            counts.listed += files;
            match state.as_str() {
                "stored" => counts.stored += files,
                "listed" => counts.pending += files,
                "aside" => counts.aside += files,
                _ => counts.lost += files,
            }
        }
        Ok(counts)
    }

    /// The rows of all contents of the files of a span, and those of the newest contents. A file counts for
    /// the day that it covers, also if its rows have other times.
    fn file_rows(&self, span: Span) -> Result<(u64, u64), Error> {
        let found = self.first(
            FIGURES,
            "SELECT CAST(coalesce(sum(rows), 0) AS bigint),
                    CAST(coalesce(sum(rows) FILTER (WHERE superseded = 0), 0) AS bigint)
             FROM revision JOIN file ON file.id = revision.file
             WHERE log_date >= ?1 AND log_date < ?2 AND state = 'stored'",
            values![millis(span.start()), millis(span.end())],
            |row| Ok((row.get(0)?, row.get(1)?)),
        );
        Ok(found?.unwrap_or_default())
    }

    /// Whether completed windows cover a span without interruption.
    fn is_covered(&self, source: &SourceState, span: Span) -> Result<bool, Error> {
        let Some(watermark) = source.watermark else {
            return Ok(false);
        };
        if source.name == "files" {
            return Ok(span.end() <= watermark);
        }
        // A window never crosses midnight, so windows that began a day earlier need not be read.
        let closed: Vec<(i64, i64)> = self.all(
            "read the windows",
            "SELECT starts, ends FROM \"window\"
             WHERE source = ?1 AND closed IS NOT NULL AND starts < ?3 AND ends > ?2
               AND starts > ?2 - 86400000 ORDER BY starts",
            values![source.id.0, millis(span.start()), millis(span.end())],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut reached: Timestamp = span.start();
        for (starts, ends) in closed {
            if time(starts) > reached {
                return Ok(false);
            }
            reached = reached.max(time(ends));
        }
        Ok(reached >= span.end())
    }

    /// Rows of a span up to a place in the order of storing.
    fn delivered_in(&self, source: &SourceState, span: Span, cursor: i64) -> Result<u64, Error> {
        let (start, end) = (millis(span.start()), millis(span.end()));
        self.value(
            FIGURES,
            "SELECT count(*) FROM event WHERE source = ?1 AND time >= ?2 AND time < ?3 AND seq <= ?4",
            values![source.id.0, start, end, cursor],
        )
    }
}

/// The action in error messages.
const FIGURES: &str = "read the figures of a day";

/// The days of a span, beginning with the source.
fn wanted(source: &SourceState, span: Span) -> Vec<Span> {
    Span::new(span.start().max(source.begins), span.end())
        .map(|span| span.pieces(SignedDuration::from_hours(24)))
        .unwrap_or_default()
}

/// The last comparison of a whole day.
fn last_day(counted: &[Reconciliation]) -> Option<&Reconciliation> {
    counted
        .iter()
        .rfind(|count| count.method == Method::CountDay)
}
