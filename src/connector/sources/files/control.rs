//! Compares daily files with hourly files.
//!
//! If an org has both, the hourly files are stored. A daily file of the same type and day has the same
//! rows, so it is fetched only to count them.

use jiff::{SignedDuration, Timestamp};

use super::stage::{Staged, Staging};
use super::sync::{FileOptions, FileService, LATEST};
use crate::connector::csv::CsvReader;
use crate::connector::error::Error;
use crate::connector::progress::Stop;
use crate::connector::sources::Failure;
use crate::connector::store::{Listed, SourceState, Store};

/// Compares daily files with the hourly files of their days.
pub(super) async fn compare<S: FileService>(
    store: &mut Store,
    service: &mut S,
    source: &SourceState,
    options: &FileOptions,
    files: &[Listed],
    now: Timestamp,
    stop: &Stop,
) -> Result<(), Error> {
    for file in files {
        stop.check()?;
        let rows = match store.counted_rows(file)? {
            Some(rows) => Some(rows),
            None => count(service, options, file, stop).await?,
        };
        // A daily file that cannot be counted is no evidence against the hourly files.
        let Some(rows) = rows else { continue };
        let last = file
            .log_date
            .checked_add(SignedDuration::from_hours(24))
            .and_then(|end| end.checked_add(LATEST));
        let is_over = last.is_ok_and(|last| now >= last);
        store.compare_daily(source.id, file, rows, is_over, now)?;
    }
    Ok(())
}

/// The number of rows of a file, or `None` if it does not arrive or is damaged.
async fn count<S: FileService>(
    service: &mut S,
    options: &FileOptions,
    file: &Listed,
    stop: &Stop,
) -> Result<Option<u64>, Error> {
    let staging = Staging::begin(&options.staging, &format!("{}-control", file.sf_id))?;
    let staged = match service.fetch(file, staging).await {
        Ok(staging) => staging.finish(),
        Err(Failure::Other(error)) => Err(error),
        Err(_) => return Ok(None),
    };
    match staged {
        Ok(staged) => rows(&staged, stop),
        Err(error) if super::sync::ends_all(&error) => Err(error),
        Err(_) => Ok(None),
    }
}

fn rows(staged: &Staged, stop: &Stop) -> Result<Option<u64>, Error> {
    let input = staged
        .open()
        .map_err(|error| Error::io("read", staged.path(), error))?;
    let Ok(mut reader) = CsvReader::new(input) else {
        return Ok(None);
    };
    loop {
        stop.check()?;
        match reader.next_row() {
            Ok(true) => {}
            Ok(false) => return Ok(Some(reader.summary().rows)),
            Err(_) => return Ok(None),
        }
    }
}
