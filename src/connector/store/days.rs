//! What is known of each source and UTC day: the figures of the report.

use jiff::{SignedDuration, Timestamp};

use super::engine::values;
use super::{Method, Reconciliation, SourceState, Store, millis, time};
use crate::connector::error::Error;
use crate::connector::window::Span;

/// A source's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The name of the source.
    pub source: String,
    /// The day, or the part of it that is wanted.
    pub span: Span,
    /// Whether closed windows cover all of it. For files: whether a listing came after it.
    pub covered: bool,
    /// Rows that the service has: by the count of a day later, or else of the hours that were counted
    /// so far. For files it is known once all of them are read.
    pub expected: Option<u64>,
    /// Rows that came, including those that overlapping windows brought again.
    pub received: u64,
    /// Rows that the store holds.
    pub stored: u64,
    /// Rows that every sink has acknowledged; without a sink, `None`.
    pub delivered: Option<u64>,
    /// How and when it was counted last.
    pub reconciled: Option<Reconciliation>,
    /// Whether its rows are counted again a day later. Changes are not: the service says itself up to when
    /// its list of them is complete, and no window is closed before that.
    pub is_counted: bool,
    /// Gaps that are open.
    pub gaps: u64,
    /// The files of the day, if the source has files.
    pub files: Option<FileCounts>,
}

/// How a source's day stands, without the numbers of rows, which take a look at every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The day, or the part of it that is wanted.
    pub span: Span,
    /// Whether closed windows cover all of it. For files: whether a listing came after it.
    pub covered: bool,
    /// How and when it was counted last.
    pub reconciled: Option<Reconciliation>,
    /// Whether its rows are counted again a day later. Changes are not: the service says itself up to when
    /// its list of them is complete, and no window is closed before that.
    pub is_counted: bool,
    /// Gaps that are open.
    pub gaps: u64,
    /// The files of the day, if the source has files.
    pub files: Option<FileCounts>,
}

/// Files of a day. A file that was made again counts once, with its newest content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Files that were listed.
    pub listed: u64,
    /// Files with all rows in the store.
    pub stored: u64,
    /// Files that are still to be fetched.
    pub pending: u64,
    /// Files that are damaged and kept beside the store.
    pub aside: u64,
    /// Files that went before they were fetched.
    pub lost: u64,
}

impl Day {
    /// The day without the numbers of its rows.
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

    /// Whether the day is complete: covered, counted a day later without a difference, without a gap.
    /// A day of files is complete when every listed file is stored, and a day of changes when it is covered.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.outline().is_complete()
    }
}

impl Outline {
    /// As [`Day::is_complete`].
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
    /// The days of a source within a span, oldest first. Days before the source begins are left out.
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

    /// How the days of a source within a span stand, oldest first. Days before the source begins are left
    /// out.
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
            // How many rows a file has is known once it is read.
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

    /// The newest contents of the files of a span, by state.
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

    /// Rows that came in the files of a span, and those of the newest contents. Files count for the
    /// day that they cover, whatever the times of their rows say.
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

    /// Whether closed windows cover a span without a hole.
    fn is_covered(&self, source: &SourceState, span: Span) -> Result<bool, Error> {
        let Some(watermark) = source.watermark else {
            return Ok(false);
        };
        if source.name == "files" {
            return Ok(span.end() <= watermark);
        }
        // A window never crosses midnight, so none that began a day earlier is read.
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

/// What is tried here, for messages.
const FIGURES: &str = "read the figures of a day";

/// The days of a span from the beginning of a source on.
fn wanted(source: &SourceState, span: Span) -> Vec<Span> {
    Span::new(span.start().max(source.begins), span.end())
        .map(|span| span.pieces(SignedDuration::from_hours(24)))
        .unwrap_or_default()
}

/// The last count of a whole day.
fn last_day(counted: &[Reconciliation]) -> Option<&Reconciliation> {
    counted
        .iter()
        .rfind(|count| count.method == Method::CountDay)
}
