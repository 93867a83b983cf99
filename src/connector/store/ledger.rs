//! Changes of the ledger of files, within a transaction.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::files::{Interval, Listed, Listing, Pending, StoredFile};
use super::{SourceId, millis, time};
use crate::connector::window::Span;

pub(super) fn pending(row: &rusqlite::Row<'_>) -> rusqlite::Result<Pending> {
    Ok(Pending {
        revision: row.get(0)?,
        number: row.get(1)?,
        damaged: row.get(2)?,
        file: Listed {
            sf_id: row.get(3)?,
            event_type: row.get(4)?,
            interval: Interval::of(&row.get::<_, String>(5)?),
            sequence: row.get(6)?,
            log_date: time(row.get(7)?),
            created: time(row.get(8)?),
            length: row.get::<_, i64>(9)?.unsigned_abs(),
            modified: time(row.get(10)?),
        },
    })
}

pub(super) fn note_file(
    change: &Connection,
    file: &Listed,
    now: Timestamp,
    listing: &mut Listing,
) -> rusqlite::Result<()> {
    let id: i64 = change
        .prepare_cached(
            "INSERT INTO file (sf_id, event_type, interval, sequence, log_date, created, listed, seen)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
             ON CONFLICT (sf_id) DO UPDATE SET seen = ?7, gone = NULL
             RETURNING id",
        )?
        .query_row(
            params![
                file.sf_id,
                file.event_type,
                file.interval.as_str(),
                file.sequence,
                millis(file.log_date),
                millis(file.created),
                millis(now)
            ],
            |row| row.get(0),
        )?;
    let newest: Option<i64> = change
        .prepare_cached("SELECT max(number) FROM revision WHERE file = ?1")?
        .query_row([id], |row| row.get(0))?;
    // A file that came back after it had been given up is fetched after all.
    let known = change
        .prepare_cached(
            "UPDATE revision SET state = CASE state WHEN 'lost' THEN 'listed' ELSE state END
             WHERE file = ?1 AND length = ?2 AND modified = ?3",
        )?
        .execute(params![id, file.length as i64, millis(file.modified)])?;
    if known > 0 {
        return Ok(());
    }
    change
        .prepare_cached(
            "INSERT INTO revision (file, number, length, modified, state, changed)
             VALUES (?1, ?2, ?3, ?4, 'listed', ?5)",
        )?
        .execute(params![
            id,
            newest.unwrap_or(0) + 1,
            file.length as i64,
            millis(file.modified),
            millis(now)
        ])?;
    // A content that was never fetched and is no longer there cannot be fetched any more.
    change
        .prepare_cached(
            "UPDATE revision SET state = 'lost', superseded = 1, changed = ?3,
                    problem = 'the file was made again before this content was fetched'
             WHERE file = ?1 AND number <= ?2 AND state = 'listed'",
        )?
        .execute(params![id, newest, millis(now)])?;
    match newest {
        None => listing.added += 1,
        Some(_) => listing.changed += 1,
    }
    Ok(())
}

/// Files of the ledger that the listing should have had.
pub(super) fn note_gone(
    change: &Connection,
    source: SourceId,
    files: &[Listed],
    created: Span,
    now: Timestamp,
    listing: &mut Listing,
) -> rusqlite::Result<()> {
    let there: HashSet<&str> = files.iter().map(|file| file.sf_id.as_str()).collect();
    let known: Vec<(i64, String)> = change
        .prepare_cached(
            "SELECT id, sf_id FROM file WHERE created >= ?1 AND created < ?2 AND gone IS NULL",
        )?
        .query_map([millis(created.start()), millis(created.end())], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    for (id, sf_id) in known {
        if there.contains(sf_id.as_str()) {
            continue;
        }
        change.execute(
            "UPDATE file SET gone = ?2 WHERE id = ?1",
            params![id, millis(now)],
        )?;
        let waiting = change
            .query_row(
                "SELECT revision.id, number, damaged, sf_id, event_type, interval, sequence, log_date,
                        created, length, modified
                 FROM revision JOIN file ON file.id = revision.file
                 WHERE file.id = ?1 AND state = 'listed'",
                [id],
                pending,
            )
            .optional()?;
        let Some(waiting) = waiting else {
            listing.gone += 1;
            continue;
        };
        listing.lost += 1;
        change.execute(
            "UPDATE revision SET state = 'lost', changed = ?2 WHERE id = ?1",
            params![waiting.revision, millis(now)],
        )?;
        let reason = "the service no longer has the file, and it had not been fetched";
        note_gap(change, source, &waiting.file, reason, now)?;
    }
    Ok(())
}

pub(super) fn note_gap(
    change: &Connection,
    source: SourceId,
    file: &Listed,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let Some(span) = file.interval.span(file.log_date) else {
        return Ok(());
    };
    super::journal::add_gap(change, source, span, &file.sf_id, reason, now)
}

/// Notes that all rows of a revision are stored. They take the place of those of earlier revisions, and those
/// of a daily file the place of the hourly files of its day.
pub(super) fn finish_file(
    change: &Connection,
    source: SourceId,
    file: &Pending,
    stored: &StoredFile,
    rows: u64,
    now: Timestamp,
) -> rusqlite::Result<()> {
    change.execute(
        "UPDATE revision SET state = 'stored', problem = NULL, bytes = ?2, sha256 = ?3, rows = ?4,
                changed = ?5
         WHERE id = ?1",
        params![
            file.revision,
            stored.bytes as i64,
            stored.sha256,
            rows as i64,
            millis(now)
        ],
    )?;
    change.execute(
        "UPDATE revision SET superseded = 1
         WHERE file = (SELECT file FROM revision WHERE id = ?1) AND number < ?2",
        params![file.revision, file.number],
    )?;
    close_gaps_of(change, source, &file.file.sf_id, now)?;
    let Some(day) = Span::day_of(file.file.log_date) else {
        return Ok(());
    };
    let bounds = params![file.file.event_type, millis(day.start()), millis(day.end())];
    match file.file.interval {
        Interval::Daily => {
            let hourly: Vec<(i64, String)> = change
                .prepare_cached(
                    "SELECT id, sf_id FROM file WHERE interval = 'Hourly' AND event_type = ?1
                        AND log_date >= ?2 AND log_date < ?3",
                )?
                .query_map(bounds, |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            for (id, sf_id) in hourly {
                change.execute("UPDATE revision SET superseded = 1 WHERE file = ?1", [id])?;
                close_gaps_of(change, source, &sf_id, now)?;
            }
        }
        Interval::Hourly => {
            let has_daily: bool = change
                .prepare_cached(
                    "SELECT EXISTS (
                         SELECT 1 FROM file JOIN revision ON revision.file = file.id
                         WHERE interval = 'Daily' AND event_type = ?1 AND log_date >= ?2
                           AND log_date < ?3 AND state = 'stored'
                     )",
                )?
                .query_row(bounds, |row| row.get(0))?;
            if has_daily {
                let late = "UPDATE revision SET superseded = 1 WHERE id = ?1";
                change.execute(late, [file.revision])?;
            }
        }
    }
    Ok(())
}

/// Closes the gaps of a file.
fn close_gaps_of(
    change: &Connection,
    source: SourceId,
    sf_id: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    change.execute(
        "UPDATE gap SET closed = ?3 WHERE source = ?1 AND subject = ?2 AND closed IS NULL",
        params![source.0, sf_id, millis(now)],
    )?;
    Ok(())
}
