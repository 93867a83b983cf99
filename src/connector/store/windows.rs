//! Sources with their watermarks, and the windows that were asked for.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};

use super::{SourceId, Store, millis, time};
use crate::connector::error::Error;
use crate::connector::window::{Check, Position, Span};

/// The id of a window within a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WindowId(pub(super) i64);

/// Why a window is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To collect it. Its end becomes the watermark.
    Collect,
    /// To read it again, because a count differed.
    Reread,
    /// To read the rows without a time.
    Nulls,
}

impl Purpose {
    fn text(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Reread => "reread",
            Self::Nulls => "nulls",
        }
    }
}

/// How far a source has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceState {
    /// The source.
    pub id: SourceId,
    /// Its name: `logins`, `audit`, `files` or `changes`.
    pub name: String,
    /// The first instant that is wanted.
    pub begins: Timestamp,
    /// Everything before it has been collected once.
    pub watermark: Option<Timestamp>,
    /// Counted again up to here, an hour later.
    pub hour_checked: Option<Timestamp>,
    /// Counted again up to here, a day later.
    pub day_checked: Option<Timestamp>,
    /// When the rows without a time were last read.
    pub nulls_swept: Option<Timestamp>,
}

/// A window that a run left open, because it was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWindow {
    /// The window.
    pub id: WindowId,
    /// Its span.
    pub span: Span,
    /// The last row that is stored.
    pub after: Option<Position>,
    /// Rows that came so far.
    pub received: u64,
}

/// How late a window was collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// When the window was closed.
    pub at: Timestamp,
    /// The end of the window: everything before it was stored then.
    pub until: Timestamp,
}

impl Store {
    /// How late the windows since `since` were collected, oldest first. For files: how late each file was
    /// stored after it was made.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn lags(&self, source: &SourceState, since: Timestamp) -> Result<Vec<Lag>, Error> {
        let sql = match source.name.as_str() {
            "files" => {
                "SELECT changed, created FROM revision JOIN file ON file.id = revision.file
                 WHERE log_date >= ?2 AND state = 'stored' AND revision.number = 1 AND ?1 = ?1
                 ORDER BY changed"
            }
            _ => {
                "SELECT closed, ends FROM window
                 WHERE source = ?1 AND starts >= ?2 AND purpose = 'collect' AND closed IS NOT NULL
                 ORDER BY starts"
            }
        };
        self.database
            .prepare_cached(sql)
            .and_then(|mut find| {
                find.query_map(params![source.id.0, millis(since)], |row| {
                    Ok(Lag {
                        at: time(row.get(0)?),
                        until: time(row.get(1)?),
                    })
                })?
                .collect()
            })
            .map_err(|error| self.failed("read the windows", error))
    }

    /// The source of a name. It is added if there is none; then it begins at `begins`.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn source(&mut self, name: &str, begins: Timestamp) -> Result<SourceState, Error> {
        let add = "INSERT INTO source (name, begins) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
        self.database
            .execute(add, params![name, millis(begins)])
            .and_then(|_| {
                let find = format!("{SELECT_SOURCE} WHERE name = ?1");
                self.database.query_row(&find, [name], source_state)
            })
            .map_err(|error| self.failed("note a source", error))
    }

    /// All sources, by name.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn sources(&self) -> Result<Vec<SourceState>, Error> {
        let find = format!("{SELECT_SOURCE} ORDER BY name");
        self.database
            .prepare_cached(&find)
            .and_then(|mut statement| statement.query_map([], source_state)?.collect())
            .map_err(|error| self.failed("read the sources", error))
    }

    /// Opens a window. For [`Purpose::Nulls`] there is no span.
    ///
    /// # Errors
    ///
    /// The store cannot be written, or the span is missing.
    pub fn open_window(
        &mut self,
        source: SourceId,
        purpose: Purpose,
        span: Option<Span>,
        now: Timestamp,
    ) -> Result<WindowId, Error> {
        self.database
            .prepare_cached(
                "INSERT INTO window (source, purpose, starts, ends, opened) VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .and_then(|mut add| {
                add.insert(params![
                    source.0,
                    purpose.text(),
                    span.map(|span| millis(span.start())),
                    span.map(|span| millis(span.end())),
                    millis(now),
                ])
            })
            .map(WindowId)
            .map_err(|error| self.failed("open a window", error))
    }

    /// The window that a stopped run left open, if any.
    ///
    /// Only windows that collect are resumed. Windows that a stopped run was reading again are
    /// forgotten: the count that caused them will be made again.
    ///
    /// # Errors
    ///
    /// The store cannot be read or written.
    pub fn left_open(&mut self, source: SourceId) -> Result<Option<OpenWindow>, Error> {
        let forget =
            "DELETE FROM window WHERE source = ?1 AND closed IS NULL AND purpose <> 'collect'";
        let find = "SELECT id, starts, ends, after_time, after_key, received FROM window
                    WHERE source = ?1 AND closed IS NULL ORDER BY id LIMIT 1";
        self.database
            .execute(forget, [source.0])
            .and_then(|_| {
                self.database
                    .query_row(find, [source.0], |row| {
                        let position = row.get::<_, Option<i64>>(3)?.zip(row.get(4)?);
                        let received: i64 = row.get(5)?;
                        Ok(
                            Span::new(time(row.get(1)?), time(row.get(2)?)).map(|span| {
                                OpenWindow {
                                    id: WindowId(row.get(0).unwrap_or_default()),
                                    span,
                                    after: position.map(|(millis, key)| Position {
                                        time: time(millis),
                                        key,
                                    }),
                                    received: received.unsigned_abs(),
                                }
                            }),
                        )
                    })
                    .optional()
            })
            .map(Option::flatten)
            .map_err(|error| self.failed("find what was left open", error))
    }

    /// Makes an open window end earlier, because the service could not answer for all of it.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn narrow_window(&mut self, window: WindowId, span: Span) -> Result<(), Error> {
        let update =
            "UPDATE window SET ends = ?2, expected = NULL WHERE id = ?1 AND closed IS NULL";
        self.database
            .execute(update, params![window.0, millis(span.end())])
            .map(drop)
            .map_err(|error| self.failed("narrow a window", error))
    }

    /// Forgets the windows of a source that are open, because they will be read again as a whole.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn forget_open_windows(&mut self, source: SourceId) -> Result<(), Error> {
        let forget = "DELETE FROM window WHERE source = ?1 AND closed IS NULL";
        self.database
            .execute(forget, [source.0])
            .map(drop)
            .map_err(|error| self.failed("forget a window", error))
    }

    /// Notes that a check has covered a source up to `until`.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn checked(
        &mut self,
        source: SourceId,
        check: Check,
        until: Timestamp,
    ) -> Result<(), Error> {
        let update = match check {
            Check::Hour => {
                "UPDATE source SET hour_checked = max(coalesce(hour_checked, ?2), ?2) WHERE id = ?1"
            }
            Check::Day => {
                "UPDATE source SET day_checked = max(coalesce(day_checked, ?2), ?2) WHERE id = ?1"
            }
        };
        self.database
            .execute(update, params![source.0, millis(until)])
            .map(drop)
            .map_err(|error| self.failed("note a check", error))
    }

    /// Lets the next round look again at what a source has from a time on: rows are counted and, where a
    /// count differs, read again; all files are listed; changes are asked for again.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn look_again(&mut self, source: &str, since: Timestamp) -> Result<(), Error> {
        self.database
            .execute(
                "UPDATE source SET
                     hour_checked = min(hour_checked, ?2),
                     day_checked = iif(name = 'files', NULL, min(day_checked, ?2)),
                     nulls_swept = NULL,
                     watermark = iif(name = 'changes', max(begins, min(watermark, ?2)), watermark)
                 WHERE name = ?1",
                params![source, millis(since)],
            )
            .map(drop)
            .map_err(|error| self.failed("note that a source is read again", error))
    }

    /// Notes that the rows without a time have been read.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn nulls_swept(&mut self, source: SourceId, now: Timestamp) -> Result<(), Error> {
        self.database
            .execute(
                "UPDATE source SET nulls_swept = ?2 WHERE id = ?1",
                params![source.0, millis(now)],
            )
            .map(drop)
            .map_err(|error| self.failed("note a sweep", error))
    }

    /// Moves the watermark of a source that has no windows of rows, such as the files.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn reached(&mut self, source: SourceId, until: Timestamp) -> Result<(), Error> {
        self.database
            .execute(
                "UPDATE source SET watermark = max(coalesce(watermark, begins), ?2) WHERE id = ?1",
                params![source.0, millis(until)],
            )
            .map(drop)
            .map_err(|error| self.failed("move a watermark", error))
    }
}

const SELECT_SOURCE: &str =
    "SELECT id, name, begins, watermark, hour_checked, day_checked, nulls_swept FROM source";

fn source_state(row: &Row<'_>) -> rusqlite::Result<SourceState> {
    let instant = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(at)?.map(time));
    Ok(SourceState {
        id: SourceId(row.get(0)?),
        name: row.get(1)?,
        begins: time(row.get(2)?),
        watermark: instant(3)?,
        hour_checked: instant(4)?,
        day_checked: instant(5)?,
        nulls_swept: instant(6)?,
    })
}
