//! The ledger of event log files, and their rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::blocks::Writer;
use super::engine::{Change, Fault, values};
use super::ledger::{finish_file, note_file, note_gap, note_gone, pending};
use super::rows::{json_array, shape_id};
use super::{SourceId, Store, millis, time};
use crate::connector::error::Error;
use crate::connector::window::Span;

/// The span of time that a file covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interval {
    /// An hour.
    Hourly,
    /// A day.
    Daily,
}

impl Interval {
    /// The value of the field Interval.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hourly => "Hourly",
            Self::Daily => "Daily",
        }
    }

    pub(super) fn of(text: &str) -> Self {
        match text {
            "Hourly" => Self::Hourly,
            _ => Self::Daily,
        }
    }

    /// The span that a file of this interval covers, beginning at `log_date`.
    #[must_use]
    pub fn span(self, log_date: Timestamp) -> Option<Span> {
        let length = match self {
            Self::Hourly => SignedDuration::from_hours(1),
            Self::Daily => SignedDuration::from_hours(24),
        };
        Span::new(log_date, log_date.checked_add(length).ok()?)
    }
}

/// A file in a list of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The Id of the EventLogFile.
    pub sf_id: String,
    /// Its EventType.
    pub event_type: String,
    /// Its Interval. If the org does not show that field, the file is daily.
    pub interval: Interval,
    /// Its Sequence: 0 for daily files.
    pub sequence: i64,
    /// Its LogDate.
    pub log_date: Timestamp,
    /// Its CreatedDate.
    pub created: Timestamp,
    /// Its LogFileLength in bytes.
    pub length: u64,
    /// Its SystemModstamp.
    pub modified: Timestamp,
}

/// The changes of the ledger by a list of the service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Files that are new.
    pub added: u64,
    /// Files that were replaced by a newer content.
    pub changed: u64,
    /// Stored files that the service has deleted.
    pub gone: u64,
    /// Files that the service deleted before they were stored. Each is a gap.
    pub lost: u64,
}

/// The state of a revision, which is one content of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has not been fetched yet.
    Listed,
    /// All of its rows are stored.
    Stored,
    /// It was fetched more than once and is damaged. Its bytes are in the folder for damaged files.
    Aside,
    /// The service deleted it before it was fetched.
    Lost,
}

impl State {
    fn of(text: &str) -> Self {
        match text {
            "stored" => Self::Stored,
            "aside" => Self::Aside,
            "lost" => Self::Lost,
            _ => Self::Listed,
        }
    }
}

/// A revision that has not been fetched yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The id in the store.
    pub revision: i64,
    /// The number of the revision of the file, beginning with 1.
    pub number: i64,
    /// The file.
    pub file: Listed,
    /// How often the revision was fetched and found to be damaged.
    pub damaged: u32,
}

/// A file that was read completely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// The length in bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// A damaged revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// The defect.
    pub problem: String,
    /// The length in bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// A revision in the ledger, for reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The Id of the EventLogFile.
    pub sf_id: String,
    /// Its EventType.
    pub event_type: String,
    /// Its Interval.
    pub interval: Interval,
    /// Its LogDate.
    pub log_date: Timestamp,
    /// The number of the revision of the file, beginning with 1.
    pub revision: i64,
    /// The state of the revision.
    pub state: State,
    /// Rows that are stored.
    pub rows: Option<u64>,
    /// Why the last attempt failed.
    pub problem: Option<String>,
}

/// Receives the rows of a file within the transaction that stores it.
pub struct RevisionRows<'a> {
    change: &'a dyn Change,
    fail: &'a dyn Fn(Fault) -> Error,
    about: &'a str,
    blocks: Writer,
    rows: u64,
}

impl RevisionRows<'_> {
    /// Adds the bytes of the header, which come first.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn header(&mut self, raw: &[u8]) -> Result<(), Error> {
        self.blocks.header(self.change, raw).map_err(self.fail)
    }

    /// Sets the columns of the following rows.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn columns(&mut self, columns: &[String]) -> Result<(), Error> {
        let columns = columns.iter().map(|name| Some(name.as_str()));
        json_array(&mut Vec::new(), columns)
            .and_then(|columns| shape_id(self.change, self.about, columns))
            .and_then(|shape| self.blocks.shape(self.change, shape))
            .map_err(self.fail)
    }

    /// Adds the next row, with the columns that were last set. `raw` are its bytes in the file, with those before it
    /// that are not a row.
    ///
    /// # Errors
    ///
    /// The store cannot be written, or no columns were set.
    pub fn push(&mut self, time: Option<Timestamp>, raw: &[u8]) -> Result<(), Error> {
        self.rows += 1;
        let time = time.map(millis);
        self.blocks.row(self.change, time, raw).map_err(self.fail)
    }

    /// Adds the bytes after the last row.
    pub fn rest(&mut self, raw: &[u8]) {
        self.blocks.rest(raw);
    }

    /// The number of added rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

impl fmt::Debug for RevisionRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevisionRows")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Updates the ledger by a list of the service, in one transaction.
    ///
    /// Files that are not `wanted` are not added to the ledger. `created` is the span of CreatedDate that
    /// the list covers completely. A file of the ledger that is in this span but not in the list has been
    /// deleted.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn list_files(
        &mut self,
        source: SourceId,
        files: &[Listed],
        wanted: impl Fn(&Listed) -> bool,
        created: Option<Span>,
        now: Timestamp,
    ) -> Result<Listing, Error> {
        self.change("update the ledger of files", |change| {
            let mut listing = Listing::default();
            for file in files.iter().filter(|file| wanted(file)) {
                note_file(change, file, now, &mut listing)?;
            }
            if let Some(created) = created {
                note_gone(change, source, files, created, now, &mut listing)?;
            }
            Ok(listing)
        })
    }

    /// The LogDate of the first hourly file of each event type.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn first_hourly_files(&self) -> Result<BTreeMap<String, Timestamp>, Error> {
        let found = self.all(
            LEDGER,
            "SELECT event_type, min(log_date) FROM file WHERE interval = 'Hourly' GROUP BY event_type",
            &[],
            |row| Ok((row.get(0)?, time(row.get(1)?))),
        );
        Ok(found?.into_iter().collect())
    }

    /// The event types and days for which the ledger contains a daily file.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn daily_files(&self) -> Result<BTreeSet<(String, Timestamp)>, Error> {
        let find = "SELECT DISTINCT event_type, log_date FROM file WHERE interval = 'Daily'";
        let found = self.all(LEDGER, find, &[], |row| {
            Ok((row.get(0)?, time(row.get(1)?)))
        });
        Ok(found?.into_iter().collect())
    }

    /// The greatest age at which a file was still listed, or `None` if no file was ever listed.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn oldest_file_age(&self) -> Result<Option<SignedDuration>, Error> {
        let find = "SELECT max(seen - created) FROM file";
        let age: Option<i64> = self.value(LEDGER, find, &[])?;
        Ok(age.map(SignedDuration::from_millis))
    }

    /// The revisions that have not been fetched yet. The service deletes the oldest file first, so the
    /// oldest comes first. Revisions whose last attempt failed come last, in random order.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn pending_files(&self) -> Result<Vec<Pending>, Error> {
        self.all(
            LEDGER,
            "SELECT revision.id, number, damaged, sf_id, event_type, interval, sequence, log_date,
                    created, length, modified
             FROM revision JOIN file ON file.id = revision.file
             WHERE state = 'listed' AND gone IS NULL
             ORDER BY problem IS NOT NULL, CASE WHEN problem IS NULL THEN created ELSE random() END,
                      revision.id",
            &[],
            pending,
        )
    }

    /// Stores a revision with all of its rows in one transaction.
    ///
    /// `fill` adds the header, the rows and the rest, which together are the file. If it fails, nothing is stored and its
    /// error is returned.
    ///
    /// # Errors
    ///
    /// `fill` failed, or the store cannot be written.
    pub fn store_file<E: From<Error>>(
        &mut self,
        source: SourceId,
        file: &Pending,
        now: Timestamp,
        fill: impl FnOnce(&mut RevisionRows<'_>) -> Result<StoredFile, E>,
    ) -> Result<u64, E> {
        let place = self.engine.place();
        let fail = |fault: Fault| fault.because_of("store a file", &place);
        let change = self.engine.change().map_err(fail)?;
        let mut rows = RevisionRows {
            change: &*change,
            fail: &fail,
            about: &file.file.event_type,
            blocks: Writer::new(source.0, file.revision),
            rows: 0,
        };
        let stored = fill(&mut rows)?;
        let count = rows.rows();
        rows.blocks.end(&*change).map_err(fail)?;
        change.added_events().map_err(fail)?;
        finish_file(&*change, source, file, &stored, count, now).map_err(fail)?;
        change.commit().map_err(fail)?;
        Ok(count)
    }

    /// Records why a revision was not stored. It will be fetched again.
    ///
    /// `came_damaged` distinguishes a damaged file from a file that did not arrive.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn file_failed(
        &mut self,
        file: &Pending,
        problem: &str,
        came_damaged: bool,
    ) -> Result<(), Error> {
        let note = "UPDATE revision SET damaged = damaged + ?3, problem = ?2 WHERE id = ?1";
        let failed = values![file.revision, problem, came_damaged];
        self.execute("record a failed attempt", note, failed)
            .map(drop)
    }

    /// Records that a revision is damaged and was moved to the folder for damaged files, and records a gap.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn file_set_aside(
        &mut self,
        source: SourceId,
        file: &Pending,
        aside: &Aside,
        now: Timestamp,
    ) -> Result<(), Error> {
        let reason = format!("the file is damaged: {}", aside.problem);
        self.change("set a file aside", |change| {
            change.execute(
                "UPDATE revision SET state = 'aside', damaged = damaged + 1, problem = ?2, bytes = ?3,
                        sha256 = ?4, changed = ?5
                 WHERE id = ?1",
                values![
                    file.revision,
                    &aside.problem,
                    aside.bytes as i64,
                    &aside.sha256,
                    millis(now),
                ],
            )?;
            note_gap(change, source, &file.file, &reason, now)
        })
    }

    /// The revisions of the files whose LogDate is in a span, ordered by LogDate.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn files(&self, span: Span) -> Result<Vec<FileEntry>, Error> {
        self.all(
            LEDGER,
            "SELECT sf_id, event_type, interval, log_date, number, state, rows, problem
             FROM revision JOIN file ON file.id = revision.file
             WHERE log_date >= ?1 AND log_date < ?2
             ORDER BY log_date, event_type, sequence, file.id, number",
            values![millis(span.start()), millis(span.end())],
            |row| {
                Ok(FileEntry {
                    sf_id: row.get(0)?,
                    event_type: row.get(1)?,
                    interval: Interval::of(row.text(2)?),
                    log_date: time(row.get(3)?),
                    revision: row.get(4)?,
                    state: State::of(row.text(5)?),
                    rows: row.get(6)?,
                    problem: row.get(7)?,
                })
            },
        )
    }
}

/// The action in error messages.
const LEDGER: &str = "read the ledger of files";
