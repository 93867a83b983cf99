//! Comparison of daily files with hourly files, whose numbers of rows should be equal.

use jiff::{SignedDuration, Timestamp};

use super::engine::{Change, Fault, Queries as _, values};
use super::ledger::{note_file, note_gap};
use super::{Listed, Listing, SourceId, Store, millis, time};
use crate::connector::error::Error;
use crate::connector::window::Span;

/// The reason of gaps that a daily file has revealed.
const MORE_ROWS: &str = "the daily file has more rows than the hourly files of its day";

/// The number of rows of a daily file, compared with the hourly files of its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyCount {
    /// The Id of the daily file.
    pub sf_id: String,
    /// The event type of the file.
    pub event_type: String,
    /// The day of the file.
    pub log_date: Timestamp,
    /// The number of rows in the daily file.
    pub daily: u64,
    /// The number of rows in the hourly files at the last comparison.
    pub hourly: u64,
    /// When they were last compared.
    pub compared: Timestamp,
}

impl Store {
    /// The number of rows of a daily file, if its current content has been counted.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn counted_rows(&self, file: &Listed) -> Result<Option<u64>, Error> {
        self.first(
            "read the count of a daily file",
            "SELECT rows FROM daily WHERE sf_id = ?1 AND length = ?2 AND modified = ?3",
            values![&file.sf_id, file.length as i64, millis(file.modified)],
            |row| row.get(0),
        )
    }

    /// Compares a daily file with the hourly files of its day, and stores both numbers.
    ///
    /// If the daily file has more rows, and `is_over` says that no more hourly files can appear, a gap is
    /// recorded. If the gap has been filled, it is closed. On a day on which hourly files began, or on
    /// which there are none, the daily file replaces the hourly ones instead: it is added to the ledger to
    /// be fetched.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn compare_daily(
        &mut self,
        source: SourceId,
        file: &Listed,
        rows: u64,
        is_over: bool,
        now: Timestamp,
    ) -> Result<(), Error> {
        let end = file
            .log_date
            .checked_add(SignedDuration::from_hours(24))
            .unwrap_or(file.log_date);
        let (length, modified) = (file.length as i64, millis(file.modified));
        let day = (millis(file.log_date), millis(end));
        self.change("compare a daily file", |change| {
            let hourly: i64 = change.value(
                "SELECT CAST(coalesce(sum(rows), 0) AS bigint)
                 FROM revision JOIN file ON file.id = revision.file
                 WHERE event_type = ?1 AND interval = 'Hourly' AND log_date >= ?2 AND log_date < ?3
                   AND state = 'stored' AND superseded = 0",
                values![&file.event_type, day.0, day.1],
            )?;
            change.execute(
                "INSERT INTO daily (sf_id, event_type, log_date, length, modified, rows, hourly, compared)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (sf_id) DO UPDATE SET
                     length = ?4, modified = ?5, rows = ?6, hourly = ?7, compared = ?8",
                values![
                    &file.sf_id,
                    &file.event_type,
                    day.0,
                    length,
                    modified,
                    rows as i64,
                    hourly,
                    millis(now),
                ],
            )?;
            if hourly.unsigned_abs() >= rows {
                let close = "UPDATE gap SET closed = ?3
                             WHERE source = ?1 AND subject = ?2 AND reason = ?4 AND closed IS NULL";
                let of_file = values![source.0, &file.sf_id, millis(now), MORE_ROWS];
                change.execute(close, of_file)?;
            } else if is_over {
                match lacks_first_hours(change, file, end)? {
                    true => note_file(change, file, now, &mut Listing::default()),
                    false => note_gap(change, source, file, MORE_ROWS, now),
                }?;
            }
            Ok(())
        })
    }

    /// The daily files of a span that were counted, ordered by day.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn daily_counts(&self, span: Span) -> Result<Vec<DailyCount>, Error> {
        self.all(
            "read the counts of daily files",
            "SELECT sf_id, event_type, log_date, rows, hourly, compared FROM daily
             WHERE log_date >= ?1 AND log_date < ?2 ORDER BY log_date, event_type",
            values![millis(span.start()), millis(span.end())],
            |row| {
                Ok(DailyCount {
                    sf_id: row.get(0)?,
                    event_type: row.get(1)?,
                    log_date: time(row.get(2)?),
                    daily: row.get(3)?,
                    hourly: row.get(4)?,
                    compared: time(row.get(5)?),
                })
            },
        )
    }
}

/// Whether the hourly files of an event type began on the day of a daily file, but not with its first hour,
/// or whether there are none on that day.
fn lacks_first_hours(change: &dyn Change, daily: &Listed, end: Timestamp) -> Result<bool, Fault> {
    let found = change.first(
        "SELECT min(log_date), count(*) FILTER (WHERE log_date >= ?2 AND log_date < ?3)
         FROM file WHERE event_type = ?1 AND interval = 'Hourly'",
        values![&daily.event_type, millis(daily.log_date), millis(end)],
        |row| Ok((row.get::<Option<i64>>(0)?, row.get::<i64>(1)?)),
    );
    let (first, of_day) = found?.unwrap_or_default();
    Ok(of_day == 0 || first.is_some_and(|first| first > millis(daily.log_date)))
}
