//! Sources with their watermarks, and the windows in which they are read.

use jiff::Timestamp;

use super::engine::{Fault, Queries as _, Row, values};
use super::{SourceId, Store, instant, millis, time};
use crate::connector::error::{Error, Kind};
use crate::connector::window::{Check, Position, Span};

/// The id of a window in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WindowId(pub(super) i64);

/// Why a window is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To collect its rows. Its end becomes the watermark.
    Collect,
    /// To read its rows again, because a count differed.
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

/// The progress of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceState {
    /// The id of the source.
    pub id: SourceId,
    /// The name of the source: `logins`, `audit`, `files`, `changes` or `messages`.
    pub name: String,
    /// The first instant that is collected.
    pub begins: Timestamp,
    /// All rows before this instant have been collected at least once.
    pub watermark: Option<Timestamp>,
    /// All hours before this instant have been checked an hour later.
    pub hour_checked: Option<Timestamp>,
    /// All days before this instant have been checked a day later.
    pub day_checked: Option<Timestamp>,
    /// When the rows without a time were last read.
    pub nulls_swept: Option<Timestamp>,
}

/// A window that a run left open, because the run was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWindow {
    /// The id of the window.
    pub id: WindowId,
    /// The span of the window.
    pub span: Span,
    /// The last stored row.
    pub after: Option<Position>,
    /// Rows that were received so far.
    pub received: u64,
}

/// The delay with which a window was collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// When the window was completed.
    pub at: Timestamp,
    /// The end of the window. All rows before it were stored at that time.
    pub until: Timestamp,
}

impl Store {
    /// The delays of the windows since `since`, oldest first. For files: the delay of each file between its
    /// creation and its storage.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn lags(&self, source: &SourceState, since: Timestamp) -> Result<Vec<Lag>, Error> {
        let lag = |row: &Row| {
            Ok(Lag {
                at: time(row.get(0)?),
                until: time(row.get(1)?),
            })
        };
        match source.name.as_str() {
            "files" => self.all(
                "read the files",
                "SELECT changed, created FROM revision JOIN file ON file.id = revision.file
                 WHERE log_date >= ?1 AND state = 'stored' AND revision.number = 1
                 ORDER BY changed",
                values![millis(since)],
                lag,
            ),
            _ => self.all(
                "read the windows",
                "SELECT closed, ends FROM \"window\"
                 WHERE source = ?1 AND starts >= ?2 AND purpose = 'collect' AND closed IS NOT NULL
                 ORDER BY starts",
                values![source.id.0, millis(since)],
                lag,
            ),
        }
    }

    /// The source with this name. If there is none, it is added and begins at `begins`.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn source(&mut self, name: &str, begins: Timestamp) -> Result<SourceState, Error> {
        let add = "INSERT INTO source (name, begins) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
        let find = format!("{SELECT_SOURCE} WHERE name = ?1");
        self.change("add a source", |change| {
            change.execute(add, values![name, millis(begins)])?;
            let found = change.first(&find, values![name], source_state)?;
            found.ok_or_else(|| Fault::new(Kind::Store, "the source is missing"))
        })
    }

    /// All sources, by name.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn sources(&self) -> Result<Vec<SourceState>, Error> {
        let find = format!("{SELECT_SOURCE} ORDER BY name");
        self.all("read the sources", &find, &[], source_state)
    }

    /// Opens a window. [`Purpose::Nulls`] has no span.
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
        let add = "INSERT INTO \"window\" (source, purpose, starts, ends, opened)
                   VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id";
        let window = values![
            source.0,
            purpose.text(),
            span.map(|span| millis(span.start())),
            span.map(|span| millis(span.end())),
            millis(now),
        ];
        self.change("open a window", |change| {
            change.value(add, window).map(WindowId)
        })
    }

    /// The window that a stopped run left open, if there is one.
    ///
    /// Only windows that collect are resumed. Windows that were being read again are removed, because the
    /// count that caused them will be made again.
    ///
    /// # Errors
    ///
    /// The store cannot be read or written.
    pub fn left_open(&mut self, source: SourceId) -> Result<Option<OpenWindow>, Error> {
        let forget = "DELETE FROM \"window\"
                      WHERE source = ?1 AND closed IS NULL AND purpose <> 'collect'";
        let find = "SELECT id, starts, ends, after_time, after_key, received FROM \"window\"
                    WHERE source = ?1 AND closed IS NULL ORDER BY id LIMIT 1";
        let found = self.change("find the open window", |change| {
            change.execute(forget, values![source.0])?;
            change.first(find, values![source.0], open_window)
        });
        Ok(found?.flatten())
    }

    /// Sets an earlier end of an open window, because its result was too large for the service.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn narrow_window(&mut self, window: WindowId, span: Span) -> Result<(), Error> {
        let update = "UPDATE \"window\" SET ends = ?2, expected = NULL
                      WHERE id = ?1 AND closed IS NULL";
        let narrower = values![window.0, millis(span.end())];
        self.execute("narrow a window", update, narrower).map(drop)
    }

    /// Removes the open windows of a source, because they will be read again completely.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn forget_open_windows(&mut self, source: SourceId) -> Result<(), Error> {
        let forget = "DELETE FROM \"window\" WHERE source = ?1 AND closed IS NULL";
        self.execute("remove a window", forget, values![source.0])
            .map(drop)
    }

    /// Records that a check has covered a source up to `until`.
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
                "UPDATE source SET hour_checked = ?2
                 WHERE id = ?1 AND (hour_checked IS NULL OR hour_checked < ?2)"
            }
            Check::Day => {
                "UPDATE source SET day_checked = ?2
                 WHERE id = ?1 AND (day_checked IS NULL OR day_checked < ?2)"
            }
        };
        let until = values![source.0, millis(until)];
        self.execute("record a check", update, until).map(drop)
    }

    /// Makes the next round check a source from a time on: rows are counted and, where a count differs,
    /// read again; all files are listed; changes are queried again.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn look_again(&mut self, source: &str, since: Timestamp) -> Result<(), Error> {
        let checks = "UPDATE source SET
                 hour_checked = CASE WHEN hour_checked > ?2 THEN ?2 ELSE hour_checked END,
                 day_checked = CASE WHEN name = 'files' THEN NULL
                                    WHEN day_checked > ?2 THEN ?2 ELSE day_checked END,
                 nulls_swept = NULL
             WHERE name = ?1";
        let watermark = "UPDATE source SET
                 watermark = CASE WHEN begins > ?2 THEN begins ELSE ?2 END
             WHERE name = ?1 AND name = 'changes' AND watermark > ?2";
        let again = values![source, millis(since)];
        self.change("record that a source is read again", |change| {
            change.execute(checks, again)?;
            change.execute(watermark, again).map(drop)
        })
    }

    /// Records that the rows without a time have been read.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn nulls_swept(&mut self, source: SourceId, now: Timestamp) -> Result<(), Error> {
        let update = "UPDATE source SET nulls_swept = ?2 WHERE id = ?1";
        let swept = values![source.0, millis(now)];
        self.execute("record a reading of rows without a time", update, swept)
            .map(drop)
    }

    /// Moves the watermark of a source that has no windows, such as the files.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn reached(&mut self, source: SourceId, until: Timestamp) -> Result<(), Error> {
        let update = "UPDATE source SET watermark = CASE
                 WHEN coalesce(watermark, begins) < ?2 THEN ?2 ELSE coalesce(watermark, begins) END
             WHERE id = ?1";
        let until = values![source.0, millis(until)];
        self.execute("move a watermark", update, until).map(drop)
    }
}

const SELECT_SOURCE: &str =
    "SELECT id, name, begins, watermark, hour_checked, day_checked, nulls_swept FROM source";

fn source_state(row: &Row) -> Result<SourceState, Fault> {
    Ok(SourceState {
        id: SourceId(row.get(0)?),
        name: row.get(1)?,
        begins: time(row.get(2)?),
        watermark: instant(row, 3)?,
        hour_checked: instant(row, 4)?,
        day_checked: instant(row, 5)?,
        nulls_swept: instant(row, 6)?,
    })
}

fn open_window(row: &Row) -> Result<Option<OpenWindow>, Fault> {
    let position = instant(row, 3)?.zip(row.get(4)?);
    let (id, received) = (row.get(0)?, row.get(5)?);
    let span = Span::new(time(row.get(1)?), time(row.get(2)?));
    Ok(span.map(|span| OpenWindow {
        id: WindowId(id),
        span,
        after: position.map(|(time, key)| Position { time, key }),
        received,
    }))
}
