//! Collects the new event log files once.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::control;
use super::import::{Fetched, Import, Lengths, import};
use super::listing::{self, Choice, Kinds};
use super::stage::{Staged, Staging};
use crate::connector::error::{Error, Kind};
use crate::connector::progress::{Progress, Stop, Watch};
use crate::connector::sources::{Failure, Rows, Service, all_rows};
use crate::connector::store::{Listed, Listing, Pending, SourceState, Store};
use crate::connector::window::{Check, Span};

/// The longest delay with which a file appears, according to Salesforce.
pub(super) const LATEST: SignedDuration = SignedDuration::from_hours(72);

/// How far back a full list goes. Salesforce keeps files for at most 30 days, or for a year with a newer
/// licence.
const LISTED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long every org keeps its files.
const SURELY_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A file that still exists at this age shows that the org keeps files for longer than a day.
const OLDER_THAN_A_DAY: SignedDuration = SignedDuration::from_hours(36);

/// The reason of gaps in which files may have been created and deleted without being listed.
const NOT_LISTED: &str = "the service may have deleted files before the connector listed them";

/// A service whose event log files can be collected.
pub trait FileService: Service {
    /// Writes the content of a file to `staging`, piece by piece, and returns it.
    fn fetch(
        &mut self,
        file: &Listed,
        staging: Staging,
    ) -> impl Future<Output = Result<Staging, Failure>> + Send;
}

/// The options of the collection of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOptions {
    /// The first instant that is collected, if the source is new.
    pub begins: Timestamp,
    /// How long the service keeps files if it keeps them for longer than a day.
    pub retention: SignedDuration,
    /// Whether hourly or daily files are collected.
    pub choice: Choice,
    /// How LogFileLength is treated.
    pub lengths: Lengths,
    /// The folder for files that are being fetched.
    pub staging: PathBuf,
    /// The folder for damaged files.
    pub aside: PathBuf,
}

/// The result of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileOutcome {
    /// Changes of the ledger.
    pub listing: Listing,
    /// Added gaps for times in which files may have been created and deleted without being listed.
    pub unlisted: u64,
    /// Files that were stored.
    pub stored: u64,
    /// The rows of these files.
    pub rows: u64,
    /// Damaged files that were moved to the folder for damaged files.
    pub aside: u64,
    /// Files that could not be fetched.
    pub failed: u64,
    /// Files that were not tried, because the org did not respond.
    pub untried: u64,
    /// The first file that could not be fetched, with the reason.
    pub first_failure: Option<String>,
    /// The first damaged file, with the defect.
    pub first_damage: Option<String>,
}

impl FileOutcome {
    /// The problem that must be reported although the run succeeded. `aside` is the folder for damaged
    /// files.
    pub(crate) fn problem(&self, aside: &Path) -> Option<Error> {
        let (mut parts, mut help) = (Vec::new(), Vec::new());
        if let Some(first) = &self.first_failure {
            let mut part = format!("files that could not be fetched: {}", self.failed);
            if self.untried > 0 {
                part += &format!(
                    ", and files that were not tried because of that: {}",
                    self.untried
                );
            }
            parts.push(format!("{part}; the first is {first}"));
            help.push("the next round tries again to fetch the missing files".to_owned());
        }
        if let Some(first) = &self.first_damage {
            let part = format!("damaged files: {}; the first is {first}", self.aside);
            parts.push(part);
            help.push(format!(
                "the damaged files are kept in {}, and the report lists them",
                aside.display()
            ));
        }
        let message = format!("EventLogFile: {}", parts.join("; "));
        (!parts.is_empty()).then(|| Error::new(Kind::Data, message).help(help.join("; ")))
    }
}

/// Lists the files, compares the list with the ledger, and fetches the missing files, beginning with the
/// file that expires first.
///
/// Once a day, all files that the service keeps are listed, and otherwise those of the last three days.
///
/// # Errors
///
/// The service or the store failed. Files that were stored before that stay stored.
pub async fn sync<S: FileService>(
    store: &mut Store,
    service: &mut S,
    options: &FileOptions,
    watch: &mut Watch,
) -> Result<FileOutcome, Error> {
    let source = store.source("files", options.begins)?;
    let now = service.server_time().await.map_err(other)?;
    let mut outcome = FileOutcome::default();
    let daily = list(store, service, &source, options, now, &mut outcome).await?;
    let pending = store.pending_files()?;
    for (done, file) in pending.iter().enumerate() {
        watch.stop.check()?;
        watch.report(&Progress::File {
            done: done as u64,
            of: pending.len() as u64,
            event_type: &file.file.event_type,
            length: file.file.length,
            rows: outcome.rows,
        });
        let mut fetching = Fetching {
            store: &mut *store,
            options,
            source: &source,
            now,
            stop: &watch.stop,
        };
        if !fetching.fetch(service, file, &mut outcome).await? {
            outcome.untried = (pending.len() - done - 1) as u64;
            break;
        }
    }
    control::compare(store, service, &source, options, &daily, now, &watch.stop).await?;
    Ok(outcome)
}

/// Lists the files. Returns the daily files that are only compared, because there are hourly ones.
async fn list<S: FileService>(
    store: &mut Store,
    service: &mut S,
    source: &SourceState,
    options: &FileOptions,
    now: Timestamp,
    outcome: &mut FileOutcome,
) -> Result<Vec<Listed>, Error> {
    let back = |length| now.checked_sub(length).unwrap_or(source.begins);
    let oldest = source.begins.max(back(LISTED.max(options.retention)));
    let is_full = source
        .day_checked
        .is_none_or(|listed| now.duration_since(listed) >= SignedDuration::from_hours(24));
    let from = match source.watermark {
        Some(watermark) if !is_full => watermark.max(oldest),
        _ => oldest,
    };
    let Some(created) = Span::new(from, now) else {
        return Ok(Default::default());
    };
    let mut files = listing(store, service, created, now).await?;
    tracing::info!(
        source = "files",
        from = %created.start(),
        to = %created.end(),
        files = files.len(),
        "listed files"
    );
    let kinds = Kinds::new(
        options.choice,
        &files,
        store.first_hourly_files()?,
        store.daily_files()?,
    );
    let wanted = |file: &Listed| kinds.wants(file);
    outcome.listing = store.list_files(source.id, &files, wanted, Some(created), now)?;
    if note_retention(store, source, options, &files, now)? {
        outcome.unlisted += 1;
    }
    if let Ok(until) = now.checked_sub(LATEST) {
        store.reached(source.id, until)?;
    }
    if is_full {
        store.checked(source.id, Check::Day, now)?;
    }
    files.retain(|file| kinds.is_control(file));
    Ok(files)
}

/// Records a gap if files may have been created and deleted without being listed. Returns whether a gap was added.
///
/// An org without Event Monitoring keeps files for a day. Therefore an empty list of older files proves
/// nothing until an older file has been seen.
fn note_retention(
    store: &mut Store,
    source: &SourceState,
    options: &FileOptions,
    listed: &[Listed],
    now: Timestamp,
) -> Result<bool, Error> {
    let listed = listed.iter().map(|file| now.duration_since(file.created));
    let kept = match listed.max().max(store.oldest_file_age()?) {
        Some(oldest) if oldest >= OLDER_THAN_A_DAY => options.retention,
        _ => SURELY_KEPT,
    };
    let Ok(oldest) = now.checked_sub(kept) else {
        return Ok(false);
    };
    // The watermark is behind the last list by the longest delay of a file.
    let last = (source.watermark).and_then(|watermark| watermark.checked_add(LATEST).ok());
    if last.is_some_and(|last| oldest <= last) {
        return Ok(false);
    }
    // The files of a day appear after its end, so those of the first day still exist.
    let first_whole_day = Span::day_of(oldest).map_or(oldest, Span::start);
    let from = source.watermark.unwrap_or(source.begins);
    match Span::new(from, first_whole_day) {
        Some(lost) => store.widen_gap(source.id, lost, NOT_LISTED, now),
        None => Ok(false),
    }
}

/// The complete list of the files that were created in a span.
async fn listing<S: FileService>(
    store: &mut Store,
    service: &mut S,
    created: Span,
    now: Timestamp,
) -> Result<Vec<Listed>, Error> {
    let day = SignedDuration::from_hours(24);
    let mut refused = store.refused("EventLogFile", now.checked_sub(day).unwrap_or(now))?;
    loop {
        let fields = listing::fields(&refused);
        match complete_rows(service, &listing::query(&fields, created)).await {
            Ok(rows) => {
                return rows
                    .iter()
                    .map(|row| listing::listed(&fields, &row.to_vec()))
                    .collect();
            }
            Err(Failure::Field(field))
                if listing::OPTIONAL.contains(&field.as_str()) && !refused.contains(&field) =>
            {
                store.refuse("EventLogFile", &field, now)?;
                refused.push(field);
            }
            Err(failure) => return Err(other(failure)),
        }
    }
}

/// All rows of a query. If the cursor is lost, the query is sent again, because an incomplete list would
/// look like deleted files.
async fn complete_rows<S: FileService>(service: &mut S, query: &str) -> Result<Rows, Failure> {
    for _ in 0..4 {
        match all_rows(service, query).await {
            Ok(found)
                if found
                    .size
                    .is_none_or(|size| found.rows.len() as u64 >= size) =>
            {
                return Ok(found.rows);
            }
            Ok(_) | Err(Failure::CursorLost) => {}
            Err(failure) => return Err(failure),
        }
    }
    Err(Failure::CursorLost)
}

struct Fetching<'a> {
    store: &'a mut Store,
    options: &'a FileOptions,
    source: &'a SourceState,
    now: Timestamp,
    stop: &'a Stop,
}

impl Fetching<'_> {
    /// Fetches a file, and fetches it again if it is damaged. Returns whether the next file should be
    /// tried.
    async fn fetch<S: FileService>(
        &mut self,
        service: &mut S,
        file: &Pending,
        outcome: &mut FileOutcome,
    ) -> Result<bool, Error> {
        let mut file = file.clone();
        loop {
            let staged = match self.stage(service, &file).await {
                Ok(staged) => staged,
                // The next file would fail in the same way, or the run was stopped.
                Err(error) if ends_all(&error) => return Err(error),
                Err(error) => {
                    let problem = error.text();
                    self.store.file_failed(&file, &problem, false)?;
                    outcome.failed += 1;
                    let first =
                        || format!("{} ({}): {problem}", file.file.sf_id, file.file.event_type);
                    outcome.first_failure.get_or_insert_with(first);
                    // After this file, the org did not respond. The next round tries the file last.
                    return Ok(!error.is_unreachable());
                }
            };
            let how = Import {
                source: self.source.id,
                lengths: self.options.lengths,
                aside: &self.options.aside,
                now: self.now,
                stop: self.stop,
            };
            match import(self.store, &file, staged, &how)? {
                Fetched::Stored(summary) => {
                    tracing::info!(
                        source = "files",
                        file = file.file.sf_id,
                        event_type = file.file.event_type,
                        bytes = file.file.length,
                        rows = summary.rows,
                        "stored a file"
                    );
                    outcome.stored += 1;
                    outcome.rows += summary.rows;
                    return Ok(true);
                }
                Fetched::Aside(flaw, _) => {
                    outcome.aside += 1;
                    let first =
                        || format!("{} ({}): {flaw}", file.file.sf_id, file.file.event_type);
                    outcome.first_damage.get_or_insert_with(first);
                    return Ok(true);
                }
                Fetched::Again(_) => file.damaged += 1,
            }
        }
    }

    async fn stage<S: FileService>(
        &mut self,
        service: &mut S,
        file: &Pending,
    ) -> Result<Staged, Error> {
        let name = format!("{}-{}", file.file.sf_id, file.number);
        let staging = Staging::begin(&self.options.staging, &name)?;
        let staging = service.fetch(&file.file, staging).await.map_err(other)?;
        staging.finish()
    }
}

/// Whether an error concerns more than a single file.
pub(super) fn ends_all(error: &Error) -> bool {
    error.is_disk_full() || error.is_read_only() || error.is_reserved() || error.is_stopped()
}

fn other(failure: Failure) -> Error {
    let message = match failure {
        Failure::Other(error) => return error,
        Failure::TooLarge => {
            "the service takes too long, or refuses a response of this size".to_owned()
        }
        Failure::TooOld => "the service refuses the requested time".to_owned(),
        Failure::CursorLost => "the service repeatedly lost the cursor of a query".to_owned(),
        Failure::Field(field) => format!("the service refuses the field {field}"),
    };
    Error::new(Kind::Data, format!("EventLogFile: {message}"))
}
