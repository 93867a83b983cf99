//! Stores a staged file completely or not at all.

use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::stage::Staged;
use crate::connector::csv::{CsvReader, CsvSummary, Flaw};
use crate::connector::error::Error;
use crate::connector::progress::Stop;
use crate::connector::store::{Aside, Pending, SourceId, Store, StoredFile};

/// How LogFileLength is treated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lengths {
    /// It must be the number of bytes of the file.
    #[default]
    Exact,
    /// It is ignored.
    Ignored,
}

/// The options of an import.
#[derive(Debug, Clone, Copy)]
pub struct Import<'a> {
    /// The id of the source `files`.
    pub source: SourceId,
    /// How LogFileLength is treated.
    pub lengths: Lengths,
    /// The folder for damaged files.
    pub aside: &'a Path,
    /// The current time by the clock of the service.
    pub now: Timestamp,
    /// Stops the import between two rows. In this case, nothing of the file is stored.
    pub stop: &'a Stop,
}

/// The result of an import.
#[derive(Debug)]
pub enum Fetched {
    /// All rows are stored.
    Stored(CsvSummary),
    /// The file is damaged and will be fetched once more.
    Again(Flaw),
    /// The file is damaged again, and was moved to this path.
    Aside(Flaw, PathBuf),
}

enum Failed {
    Flaw(Flaw),
    Store(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// Stores a staged file in one transaction.
///
/// A damaged file is fetched once more. If it is damaged again, it is moved to the folder `aside`, and a
/// gap is recorded. New and missing columns are recorded as drift.
///
/// # Errors
///
/// The store or the disk failed. In this case, nothing of the file is stored, and it does not count as
/// damaged.
pub fn import(
    store: &mut Store,
    file: &Pending,
    staged: Staged,
    how: &Import<'_>,
) -> Result<Fetched, Error> {
    let now = how.now;
    let earlier = store.columns(&file.file.event_type)?;
    let mut summary = CsvSummary::default();
    let mut columns = Vec::new();
    let stored = store.store_file::<Failed>(how.source, file, now, |rows| {
        let announced = file.file.length;
        if how.lengths == Lengths::Exact && staged.bytes != announced {
            let found = staged.bytes;
            return Err(Failed::Flaw(Flaw::Length { announced, found }));
        }
        let input = staged
            .open()
            .map_err(|error| Failed::Flaw(Flaw::Io(error)))?;
        let mut reader = CsvReader::new(input).map_err(Failed::Flaw)?;
        rows.header(reader.raw())?;
        let mut clock = None;
        while reader.next_row().map_err(Failed::Flaw)? {
            how.stop.check()?;
            // The names of the columns are final after the first row.
            let clock = match &clock {
                Some(clock) => clock,
                None => {
                    columns = reader.columns().to_vec();
                    rows.columns(&columns)?;
                    clock.insert(Clock::of(&columns))
                }
            };
            rows.push(clock.read(&reader), reader.raw())?;
        }
        rows.rest(reader.raw());
        summary = reader.summary().clone();
        Ok(StoredFile {
            bytes: staged.bytes,
            sha256: staged.sha256.clone(),
        })
    });
    match stored {
        Ok(_) => {
            note_drift(store, file, &earlier, &columns, &summary, now)?;
            Ok(Fetched::Stored(summary))
        }
        Err(Failed::Store(error)) => Err(error),
        Err(Failed::Flaw(Flaw::Io(error))) => Err(Error::io("read", staged.path(), error)),
        Err(Failed::Flaw(flaw)) if file.damaged == 0 => {
            store.file_failed(file, &flaw.to_string(), true)?;
            Ok(Fetched::Again(flaw))
        }
        Err(Failed::Flaw(flaw)) => {
            let record = Aside {
                problem: flaw.to_string(),
                bytes: staged.bytes,
                sha256: staged.sha256.clone(),
            };
            let kept = staged.keep(how.aside)?;
            store.file_set_aside(how.source, file, &record, now)?;
            Ok(Fetched::Aside(flaw, kept))
        }
    }
}

/// Compares the columns with those of earlier files of the same type.
fn note_drift(
    store: &mut Store,
    file: &Pending,
    earlier: &[Vec<String>],
    columns: &[String],
    summary: &CsvSummary,
    now: Timestamp,
) -> Result<(), Error> {
    let about = &file.file.event_type;
    if let Some(before) = earlier.last()
        && !columns.is_empty()
        && !earlier.iter().any(|set| set == columns)
    {
        for name in columns
            .iter()
            .filter(|name| !earlier.iter().any(|set| set.contains(name)))
        {
            store.drift(about, "column-added", name, now)?;
        }
        for name in before.iter().filter(|name| !columns.contains(name)) {
            store.drift(about, "column-missing", name, now)?;
        }
    }
    for (count, kind) in [
        (summary.repeated_headers, "header-repeated"),
        (summary.glued_columns, "header-glued"),
        (summary.not_utf8, "not-utf8"),
    ] {
        if count > 0 {
            store.drift(about, kind, &file.file.sf_id, now)?;
        }
    }
    Ok(())
}

/// Reads the time of a row.
#[derive(Debug)]
struct Clock {
    timestamp: Option<usize>,
    derived: Option<usize>,
}

impl Clock {
    fn of(columns: &[String]) -> Self {
        let find = |name| columns.iter().position(|column| column == name);
        Self {
            timestamp: find("TIMESTAMP"),
            derived: find("TIMESTAMP_DERIVED"),
        }
    }

    /// The value of TIMESTAMP, or of TIMESTAMP_DERIVED if it is missing. Both are UTC.
    fn read<R: Read>(&self, reader: &CsvReader<R>) -> Option<Timestamp> {
        let value = |at: Option<usize>| at.and_then(|at| reader.value(at));
        value(self.timestamp)
            .and_then(|text| compact(str::from_utf8(&text).ok()?))
            .or_else(|| str::from_utf8(&value(self.derived)?).ok()?.parse().ok())
    }
}

/// Parses a time of the form `20260131235959.123`.
fn compact(text: &str) -> Option<Timestamp> {
    if text.len() < 14 || !text.is_ascii() {
        return None;
    }
    let number = |range: std::ops::Range<usize>| -> Option<i32> {
        let digits = text.get(range)?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| digits.parse().ok())?
    };
    let small = |range| number(range).and_then(|number| i8::try_from(number).ok());
    let fraction = match text.get(14..) {
        None | Some("") => 0,
        Some(rest) => {
            let digits = rest.strip_prefix('.')?;
            let scale =
                10_i32.checked_pow(9_u32.checked_sub(u32::try_from(digits.len()).ok()?)?)?;
            let value: i32 = digits
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| digits.parse().ok())??;
            value.checked_mul(scale)?
        }
    };
    let time = DateTime::new(
        i16::try_from(number(0..4)?).ok()?,
        small(4..6)?,
        small(6..8)?,
        small(8..10)?,
        small(10..12)?,
        small(12..14)?,
        fraction,
    );
    Offset::UTC.to_timestamp(time.ok()?).ok()
}
