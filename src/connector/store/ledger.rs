//! Updates the ledger of files within a transaction.

use std::collections::HashSet;

use jiff::Timestamp;

use super::engine::{Change, Fault, Queries as _, Row, values};
use super::files::{Interval, Listed, Listing, Pending, StoredFile};
use super::{SourceId, millis, time};
use crate::connector::window::Span;

pub(super) fn pending(row: &Row) -> Result<Pending, Fault> {
    Ok(Pending {
        revision: row.get(0)?,
        number: row.get(1)?,
        damaged: row.get(2)?,
        file: Listed {
            sf_id: row.get(3)?,
            event_type: row.get(4)?,
            interval: Interval::of(row.text(5)?),
            sequence: row.get(6)?,
            log_date: time(row.get(7)?),
            created: time(row.get(8)?),
            length: row.get(9)?,
            modified: time(row.get(10)?),
        },
    })
}

pub(super) fn note_file(
    change: &dyn Change,
    file: &Listed,
    now: Timestamp,
    listing: &mut Listing,
) -> Result<(), Fault> {
    let id: i64 = change.value(
        "INSERT INTO file (sf_id, event_type, interval, sequence, log_date, created, listed, seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
         ON CONFLICT (sf_id) DO UPDATE SET seen = ?7, gone = NULL
         RETURNING id",
        values![
            &file.sf_id,
            &file.event_type,
            file.interval.as_str(),
            file.sequence,
            millis(file.log_date),
            millis(file.created),
            millis(now),
        ],
    )?;
    let newest = "SELECT max(number) FROM revision WHERE file = ?1";
    let newest: Option<i64> = change.value(newest, values![id])?;
    let (length, modified) = (file.length as i64, millis(file.modified));
    // A file that was given up and is listed again is fetched after all.
    let known = change.execute(
        "UPDATE revision SET state = CASE state WHEN 'lost' THEN 'listed' ELSE state END
         WHERE file = ?1 AND length = ?2 AND modified = ?3",
        values![id, length, modified],
    )?;
    if known > 0 {
        return Ok(());
    }
    let number = newest.unwrap_or(0) + 1;
    change.execute(
        "INSERT INTO revision (file, number, length, modified, state, changed)
         VALUES (?1, ?2, ?3, ?4, 'listed', ?5)",
        values![id, number, length, modified, millis(now)],
    )?;
    // An earlier content that was never fetched cannot be fetched any more.
    change.execute(
        "UPDATE revision SET state = 'lost', superseded = 1, changed = ?3,
                problem = 'the file was made again before this content was fetched'
         WHERE file = ?1 AND number <= ?2 AND state = 'listed'",
        values![id, newest, millis(now)],
    )?;
    match newest {
        None => listing.added += 1,
        Some(_) => listing.changed += 1,
    }
    Ok(())
}

/// Marks files of the ledger as deleted that are missing in the list.
pub(super) fn note_gone(
    change: &dyn Change,
    source: SourceId,
    files: &[Listed],
    created: Span,
    now: Timestamp,
    listing: &mut Listing,
) -> Result<(), Fault> {
    let there: HashSet<&str> = files.iter().map(|file| file.sf_id.as_str()).collect();
    let known: Vec<(i64, String)> = change.all(
        "SELECT id, sf_id FROM file WHERE created >= ?1 AND created < ?2 AND gone IS NULL",
        values![millis(created.start()), millis(created.end())],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (id, sf_id) in known {
        if there.contains(sf_id.as_str()) {
            continue;
        }
        let gone = "UPDATE file SET gone = ?2 WHERE id = ?1";
        change.execute(gone, values![id, millis(now)])?;
        let waiting = change.first(
            "SELECT revision.id, number, damaged, sf_id, event_type, interval, sequence, log_date,
                    created, length, modified
             FROM revision JOIN file ON file.id = revision.file
             WHERE file.id = ?1 AND state = 'listed'",
            values![id],
            pending,
        )?;
        let Some(waiting) = waiting else {
            listing.gone += 1;
            continue;
        };
        listing.lost += 1;
        let lost = "UPDATE revision SET state = 'lost', changed = ?2 WHERE id = ?1";
        change.execute(lost, values![waiting.revision, millis(now)])?;
        let reason = "the service no longer has the file, and it had not been fetched";
        note_gap(change, source, &waiting.file, reason, now)?;
    }
    Ok(())
}

pub(super) fn note_gap(
    change: &dyn Change,
    source: SourceId,
    file: &Listed,
    reason: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let Some(span) = file.interval.span(file.log_date) else {
        return Ok(());
    };
    super::journal::add_gap(change, source, span, &file.sf_id, reason, now)
}

/// Records that all rows of a revision are stored. They replace those of earlier revisions, and the rows of
/// a daily file replace those of the hourly files of its day.
pub(super) fn finish_file(
    change: &dyn Change,
    source: SourceId,
    file: &Pending,
    stored: &StoredFile,
    rows: u64,
    now: Timestamp,
) -> Result<(), Fault> {
    change.execute(
        "UPDATE revision SET state = 'stored', problem = NULL, bytes = ?2, sha256 = ?3, rows = ?4,
                changed = ?5
         WHERE id = ?1",
        values![
            file.revision,
            stored.bytes as i64,
            &stored.sha256,
            rows as i64,
            millis(now),
        ],
    )?;
    change.execute(
        "UPDATE revision SET superseded = 1
         WHERE file = (SELECT file FROM revision WHERE id = ?1) AND number < ?2",
        values![file.revision, file.number],
    )?;
    close_gaps_of(change, source, &file.file.sf_id, now)?;
    let Some(day) = Span::day_of(file.file.log_date) else {
        return Ok(());
    };
    let bounds = values![
        &file.file.event_type,
        millis(day.start()),
        millis(day.end()),
    ];
    match file.file.interval {
        Interval::Daily => {
            let hourly: Vec<(i64, String)> = change.all(
                "SELECT id, sf_id FROM file WHERE interval = 'Hourly' AND event_type = ?1
                    AND log_date >= ?2 AND log_date < ?3",
                bounds,
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            for (id, sf_id) in hourly {
                let replaced = "UPDATE revision SET superseded = 1 WHERE file = ?1";
                change.execute(replaced, values![id])?;
                close_gaps_of(change, source, &sf_id, now)?;
            }
        }
        Interval::Hourly => {
            let daily = change.first(
                "SELECT 1 FROM file JOIN revision ON revision.file = file.id
                 WHERE interval = 'Daily' AND event_type = ?1 AND log_date >= ?2
                   AND log_date < ?3 AND state = 'stored' LIMIT 1",
                bounds,
                |_| Ok(()),
            )?;
            if daily.is_some() {
                let late = "UPDATE revision SET superseded = 1 WHERE id = ?1";
                change.execute(late, values![file.revision])?;
            }
        }
    }
    Ok(())
}

/// Closes the gaps of a file.
fn close_gaps_of(
    change: &dyn Change,
    source: SourceId,
    sf_id: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let close = "UPDATE gap SET closed = ?3 WHERE source = ?1 AND subject = ?2 AND closed IS NULL";
    let gaps = values![source.0, sf_id, millis(now)];
    change.execute(close, gaps).map(drop)
}
