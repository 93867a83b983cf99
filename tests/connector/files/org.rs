//! A simulated org whose event log files the tests of this folder list and fetch.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use saponify_cli::connector::Error;
use saponify_cli::connector::connection::settings::secret;
use saponify_cli::connector::connection::{Login, Org as Connection, Settings};
use saponify_cli::connector::progress::Watch;
use saponify_cli::connector::sources::files::{
    Choice, FileOptions, FileOutcome, FileService, Lengths, Staging, sync,
};
use saponify_cli::connector::sources::{Batch, Failure, Service};
use saponify_cli::connector::store::Listed;
use saponify_cli::connector::vault::Secrets;

use crate::store::{DAY, Fixture, at};

/// An event log file of the simulated org. Times are in seconds since 1970.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) event_type: &'static str,
    pub(super) interval: &'static str,
    pub(super) sequence: i64,
    pub(super) log_date: i64,
    pub(super) created: i64,
    pub(super) modified: i64,
    pub(super) text: String,
}

/// The daily file of `day`, counted from 1970. It is created a little before three o'clock of the next day.
pub(super) fn daily(day: i64) -> File {
    File {
        event_type: "Login",
        interval: "Daily",
        sequence: 0,
        log_date: day * DAY,
        created: (day + 1) * DAY + 10_000,
        modified: (day + 1) * DAY + 10_000,
        text: format!("\"EVENT_TYPE\",\"USER_ID\"\n\"Login\",\"day {day}\"\n"),
    }
}

/// The hourly file of `hour`, counted from 1970.
pub(super) fn hourly(hour: i64) -> File {
    File {
        interval: "Hourly",
        sequence: 1,
        log_date: hour * 3_600,
        created: hour * 3_600 + 15_000,
        modified: hour * 3_600 + 15_000,
        text: format!("\"EVENT_TYPE\",\"USER_ID\"\n\"Login\",\"hour {hour}\"\n"),
        ..daily(0)
    }
}

/// An org that lists and sends event log files as the tests set them.
#[derive(Default)]
pub(super) struct Org {
    pub(super) files: BTreeMap<String, File>,
    pub(super) now: i64,
    /// The fields that the org refuses to select.
    pub(super) refused: Vec<&'static str>,
    pub(super) queries: Vec<String>,
    /// The rows of the last query that were not sent yet.
    pub(super) cursor: Vec<Vec<Option<String>>>,
    /// The number of cursors that are lost before one works.
    pub(super) lost_cursors: usize,
    /// The ids of the files that were asked for, in order.
    pub(super) fetched: Vec<String>,
    /// The files that are cut off while they are fetched, and how often.
    pub(super) cut: BTreeMap<String, usize>,
    /// The files that are refused because they are too large.
    pub(super) unreachable: Vec<&'static str>,
    /// The files that are asked for without a response.
    pub(super) silent: Vec<&'static str>,
}

/// The error of a connector whose org cannot be reached.
async fn no_response() -> Error {
    let login = Login::Password {
        user: "nobody".to_owned(),
    };
    let mut secrets = Secrets::default();
    secrets.insert(secret::PASSWORD, "nothing".into());
    // No process listens on this port.
    let settings = Settings::new("https://127.0.0.1:1", login);
    let connected = Connection::connect(&settings, &secrets, Arc::new(|_| {})).await;
    connected.map(drop).unwrap_err()
}

impl Org {
    pub(super) fn add(&mut self, id: &str, file: File) {
        self.files.insert(id.to_owned(), file);
    }

    fn batch(&mut self, size: Option<u64>) -> Batch {
        let rest = self.cursor.split_off(self.cursor.len().min(2));
        let rows = std::mem::replace(&mut self.cursor, rest);
        Batch {
            rows: rows.into_iter().collect(),
            size,
            last: self.cursor.is_empty(),
        }
    }
}

impl Service for Org {
    async fn server_time(&mut self) -> Result<Timestamp, Failure> {
        Ok(at(self.now))
    }

    async fn query(&mut self, query: &str) -> Result<Batch, Failure> {
        self.queries.push(query.to_owned());
        let (fields, condition) = query
            .strip_prefix("SELECT ")
            .unwrap()
            .split_once(" FROM EventLogFile WHERE ")
            .unwrap();
        let fields: Vec<&str> = fields.split(", ").collect();
        if let Some(field) = self.refused.iter().find(|field| fields.contains(field)) {
            return Err(Failure::Field((*field).to_owned()));
        }
        let bounds: Vec<Timestamp> = condition
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect();
        let both = condition.contains("Sequence >= 0");
        let mut files: Vec<_> = self
            .files
            .iter()
            .filter(|(_, file)| (bounds[0]..bounds[1]).contains(&at(file.created)))
            .filter(|(_, file)| both || file.interval == "Daily")
            .collect();
        files.sort_by_key(|(id, file)| (file.created, (*id).clone()));
        let row = |(id, file): (&String, &File)| {
            let value = |field: &&str| match *field {
                "Id" => id.clone(),
                "EventType" => file.event_type.to_owned(),
                "LogDate" => at(file.log_date).to_string(),
                "CreatedDate" => at(file.created).to_string(),
                "SystemModstamp" => at(file.modified).to_string(),
                "LogFileLength" => format!("{}.0", file.text.len()),
                "Interval" => file.interval.to_owned(),
                "Sequence" => file.sequence.to_string(),
                other => panic!("{other}"),
            };
            fields.iter().map(|field| Some(value(field))).collect()
        };
        self.cursor = files.into_iter().map(row).collect();
        let size = self.cursor.len() as u64;
        Ok(self.batch(Some(size)))
    }

    async fn more(&mut self) -> Result<Batch, Failure> {
        match self.lost_cursors {
            0 => Ok(self.batch(None)),
            _ => {
                self.lost_cursors -= 1;
                Err(Failure::CursorLost)
            }
        }
    }

    async fn count(&mut self, query: &str) -> Result<u64, Failure> {
        panic!("{query}")
    }
}

impl FileService for Org {
    async fn fetch(&mut self, file: &Listed, mut staging: Staging) -> Result<Staging, Failure> {
        self.fetched.push(file.sf_id.clone());
        if self.unreachable.contains(&file.sf_id.as_str()) {
            return Err(Failure::TooLarge);
        }
        if self.silent.contains(&file.sf_id.as_str()) {
            return Err(no_response().await.into());
        }
        let text = self.files[&file.sf_id].text.as_bytes();
        let length = match self.cut.get_mut(&file.sf_id) {
            Some(times) if *times > 0 => {
                *times -= 1;
                text.len() - 3
            }
            _ => text.len(),
        };
        for piece in text[..length].chunks(7) {
            staging.bytes(piece)?;
        }
        Ok(staging)
    }
}

/// Runs one round of the collection of files.
pub(super) fn run_with(
    fixture: &mut Fixture,
    org: &mut Org,
    choice: Choice,
) -> Result<FileOutcome, Error> {
    let options = FileOptions {
        begins: at(0),
        retention: SignedDuration::from_hours(24 * 30),
        choice,
        lengths: Lengths::Exact,
        staging: fixture.folder.path().join("staging"),
        aside: fixture.folder.path().join("aside"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(sync(
        &mut fixture.store,
        org,
        &options,
        &mut Watch::silent(),
    ))
}

pub(super) fn run(fixture: &mut Fixture, org: &mut Org) -> Result<FileOutcome, Error> {
    run_with(fixture, org, Choice::Auto)
}
