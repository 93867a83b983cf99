//! Hazard: files that are listed by halves, made again, both hourly and daily, or cannot be fetched.

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
use saponify_cli::connector::store::{EventQuery, Listed};
use saponify_cli::connector::vault::Secrets;
use saponify_cli::connector::window::Span;

use crate::store::{DAY, Fixture, at, span};

#[derive(Debug, Clone)]
struct File {
    event_type: &'static str,
    interval: &'static str,
    sequence: i64,
    log_date: i64,
    created: i64,
    modified: i64,
    text: String,
}

fn daily(day: i64) -> File {
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

fn hourly(hour: i64) -> File {
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

#[derive(Default)]
struct Org {
    files: BTreeMap<String, File>,
    now: i64,
    refused: Vec<&'static str>,
    queries: Vec<String>,
    cursor: Vec<Vec<Option<String>>>,
    /// Cursors that die before one lives.
    lost_cursors: usize,
    fetched: Vec<String>,
    /// Files that are cut on their way, and how often.
    cut: BTreeMap<String, usize>,
    unreachable: Vec<&'static str>,
    /// Files during which the org is silent.
    silent: Vec<&'static str>,
}

/// What a connector gets from an org that cannot be reached.
async fn no_answer() -> Error {
    let login = Login::Password {
        user: "nobody".to_owned(),
    };
    let mut secrets = Secrets::default();
    secrets.insert(secret::PASSWORD, "nothing".into());
    // No process listens at this port.
    let settings = Settings::new("https://127.0.0.1:1", login);
    let connected = Connection::connect(&settings, &secrets, Arc::new(|_| {})).await;
    connected.map(drop).unwrap_err()
}

impl Org {
    fn add(&mut self, id: &str, file: File) {
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
            return Err(no_answer().await.into());
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

fn run_with(fixture: &mut Fixture, org: &mut Org, choice: Choice) -> Result<FileOutcome, Error> {
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

fn run(fixture: &mut Fixture, org: &mut Org) -> Result<FileOutcome, Error> {
    run_with(fixture, org, Choice::Auto)
}

fn keys(fixture: &Fixture) -> Vec<String> {
    let mut keys = fixture.keys(&EventQuery::default());
    keys.sort();
    keys
}

#[test]
fn new_files_are_fetched_and_old_ones_are_not_fetched_again() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    for day in 0..5 {
        org.add(&format!("0AT{day}"), daily(day));
    }
    org.now = 4 * DAY;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(
        (outcome.listing.added, outcome.stored, outcome.rows),
        (3, 3, 3)
    );
    assert_eq!(
        org.fetched,
        ["0AT0", "0AT1", "0AT2"],
        "the one that expires first comes first"
    );
    org.now = 4 * DAY + 12_000;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(outcome.stored, 1);
    assert_eq!(org.fetched.len(), 4);
    // In between, the list begins three days back; a day later it begins at the beginning.
    assert!(
        org.queries[1].contains("CreatedDate >= 1970-01-02T00:00:00Z"),
        "{}",
        org.queries[1]
    );
    org.now = 6 * DAY;
    run(&mut fixture, &mut org).unwrap();
    assert!(
        org.queries[2].contains("CreatedDate >= 1970-01-01T00:00:00Z"),
        "{}",
        org.queries[2]
    );
    assert_eq!(keys(&fixture).len(), 5);
}

#[test]
fn a_day_is_taken_hourly_or_daily_and_not_both() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    // Two days with daily files only, then both kinds.
    for day in 0..4 {
        org.add(&format!("0ATd{day}"), daily(day));
    }
    for hour in 50..54 {
        org.add(&format!("0ATh{hour}"), hourly(hour));
    }
    org.add(
        "0ATother",
        File {
            event_type: "Logout",
            ..daily(3)
        },
    );
    org.now = 6 * DAY;
    run(&mut fixture, &mut org).unwrap();
    let expected = [
        "0ATd0/1/1",
        "0ATd1/1/1",
        "0ATh50/1/1",
        "0ATh51/1/1",
        "0ATh52/1/1",
        "0ATh53/1/1",
        "0ATother/1/1",
    ];
    assert_eq!(keys(&fixture), expected);
    // Later lists do not have the first hourly file any more; the ledger remembers.
    org.files.retain(|id, _| !id.starts_with("0ATh"));
    org.add("0ATd9", daily(9));
    org.now = 11 * DAY;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), expected);
    let outcome = run_with(&mut Fixture::new(), &mut org, Choice::Daily).unwrap();
    assert_eq!(outcome.stored, 6);
    let outcome = run_with(&mut Fixture::new(), &mut org, Choice::Hourly).unwrap();
    assert_eq!(outcome.stored, 0);
}

#[test]
fn an_org_that_hides_interval_and_sequence_has_daily_files() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0ATd0", daily(0));
    org.add("0ATh1", hourly(1));
    org.refused = vec!["Interval", "Sequence"];
    org.now = 3 * DAY;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), ["0ATd0/1/1"]);
    let drifts = fixture.store.drifts().unwrap();
    assert_eq!(drifts.len(), 2);
    // If only Interval is hidden, Sequence tells the kinds apart.
    org.refused = vec!["Interval"];
    let mut fixture = Fixture::new();
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), ["0ATh1/1/1"]);
}

#[test]
fn half_a_list_makes_no_file_gone() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    for day in 0..5 {
        org.add(&format!("0AT{day}"), daily(day));
    }
    org.now = 8 * DAY;
    org.lost_cursors = 2;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(outcome.listing.added, 5);
    org.lost_cursors = 99;
    org.now = 9 * DAY;
    let error = run(&mut fixture, &mut org).unwrap_err();
    assert!(error.to_string().contains("cursor"), "{error}");
    org.lost_cursors = 0;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(outcome.listing.gone, 0);
}

#[test]
fn a_file_that_is_cut_once_is_stored_and_one_that_is_cut_twice_is_set_aside() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0AT0", daily(0));
    org.add("0AT1", daily(1));
    org.add("0AT2", daily(2));
    org.cut = [("0AT0".to_owned(), 1), ("0AT1".to_owned(), 2)].into();
    org.now = 6 * DAY;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.stored, outcome.aside), (2, 1));
    assert_eq!(keys(&fixture), ["0AT0/1/1", "0AT2/1/1"]);
    assert_eq!(fixture.store.gaps(span(0, 9 * DAY)).unwrap().len(), 1);
    assert_eq!(
        std::fs::read_dir(fixture.folder.path().join("aside"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn a_file_that_cannot_be_fetched_waits_and_the_others_come() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0AT0", daily(0));
    org.add("0AT1", daily(1));
    org.unreachable = vec!["0AT0"];
    org.now = 6 * DAY;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.stored, outcome.failed), (1, 1));
    assert_eq!(fixture.store.pending_files().unwrap().len(), 1);
    org.unreachable.clear();
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.stored, outcome.failed), (1, 0));
    assert_eq!(keys(&fixture).len(), 2);
}

/// The spans in which files may have come and gone.
fn gaps(fixture: &Fixture) -> Vec<Span> {
    let gaps = fixture.store.gaps(span(0, 99 * DAY)).unwrap();
    gaps.iter().map(|gap| gap.span).collect()
}

#[test]
fn files_that_came_and_went_unseen_are_a_gap() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    // A file that is older than a day shows that files are kept for thirty days.
    org.add("0AT0", daily(0));
    org.now = 5 * DAY;
    assert_eq!(run(&mut fixture, &mut org).unwrap().unlisted, 0);
    assert_eq!(gaps(&fixture), []);
    // Files of the last three days may not have been there yet. Those of the day that is thirty days ago
    // appeared after it.
    org.now = 50 * DAY + 3_600;
    assert_eq!(run(&mut fixture, &mut org).unwrap().unlisted, 1);
    assert_eq!(gaps(&fixture), [span(2 * DAY, 20 * DAY)]);
    org.now += 3_600;
    assert_eq!(run(&mut fixture, &mut org).unwrap().unlisted, 0);
    assert_eq!(gaps(&fixture), [span(2 * DAY, 20 * DAY)]);
}

#[test]
fn an_org_that_keeps_files_for_a_day_has_no_complete_days_before_it() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    let keep = |org: &mut Org| {
        let now = org.now;
        org.files = (0..now / DAY)
            .map(|day| (format!("0AT{day}"), daily(day)))
            .filter(|(_, file)| (now - DAY..now).contains(&file.created))
            .collect();
    };
    org.now = 20 * DAY + 12_000;
    keep(&mut org);
    assert_eq!(org.files.len(), 1);
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(gaps(&fixture), [span(0, 19 * DAY)]);
    let states = |fixture: &Fixture| -> Vec<bool> {
        let source = fixture.store.sources().unwrap().remove(0);
        let days = fixture.store.days(&source, span(15 * DAY, 24 * DAY));
        days.unwrap().iter().map(|day| day.is_complete()).collect()
    };
    // As long as somebody looks every few hours, no gap is added.
    for _ in 0..30 {
        org.now += 5 * 3_600;
        keep(&mut org);
        run(&mut fixture, &mut org).unwrap();
    }
    assert_eq!(gaps(&fixture), [span(0, 19 * DAY)]);
    let (lost, whole) = (false, true);
    assert_eq!(
        states(&fixture),
        [lost, lost, lost, lost, whole, whole, whole, whole, lost]
    );

    // Two days without a listing.
    let last = org.now;
    org.now += 2 * DAY;
    keep(&mut org);
    run(&mut fixture, &mut org).unwrap();
    let lost = Span::new(at(last - 3 * DAY), at((org.now - DAY) / DAY * DAY));
    assert_eq!(gaps(&fixture), [span(0, 19 * DAY), lost.unwrap()]);
}

#[test]
fn an_org_without_any_file_proves_nothing_about_the_past() {
    let mut fixture = Fixture::new();
    let mut org = Org {
        now: 20 * DAY + 12_000,
        ..Org::default()
    };
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(gaps(&fixture), [span(0, 19 * DAY)]);
}

#[test]
fn the_day_on_which_hourly_files_begin_is_taken_from_its_daily_file() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0ATd0", daily(0));
    // Hourly files begin at ten o'clock, and the daily file has the rows of all hours.
    let mut whole = daily(1);
    whole
        .text
        .push_str("\"Login\",\"again\"\n\"Login\",\"once more\"\n");
    org.add("0ATd1", whole);
    org.add("0ATh34", hourly(34));
    org.add("0ATh35", hourly(35));
    org.add("0ATh48", hourly(48));
    org.now = 3 * DAY;
    run(&mut fixture, &mut org).unwrap();
    // Until more hourly files can come, the hourly ones are taken.
    let hourly_ones = ["0ATd0/1/1", "0ATh34/1/1", "0ATh35/1/1", "0ATh48/1/1"];
    assert_eq!(keys(&fixture), hourly_ones);
    org.now = 5 * DAY + 50_000;
    run(&mut fixture, &mut org).unwrap();
    run(&mut fixture, &mut org).unwrap();
    let daily_one = [
        "0ATd0/1/1",
        "0ATd1/1/1",
        "0ATd1/1/2",
        "0ATd1/1/3",
        "0ATh48/1/1",
    ];
    assert_eq!(keys(&fixture), daily_one);
    assert_eq!(gaps(&fixture), []);

    // An hourly file of that day that appears later does not bring its rows a second time.
    org.add(
        "0ATh30",
        File {
            created: org.now,
            ..hourly(30)
        },
    );
    org.now += 26 * 3_600;
    run(&mut fixture, &mut org).unwrap();
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), daily_one);
    assert_eq!(gaps(&fixture), []);
}

#[test]
fn a_day_without_hourly_files_is_taken_from_its_daily_file() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0ATh24", hourly(24));
    org.add("0ATd1", daily(1));
    org.add("0ATd2", daily(2));
    org.now = 4 * DAY;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), ["0ATh24/1/1"]);
    org.now = 7 * DAY;
    run(&mut fixture, &mut org).unwrap();
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), ["0ATd2/1/1", "0ATh24/1/1"]);
    assert_eq!(gaps(&fixture), []);
}

#[test]
fn a_file_that_is_made_again_is_fetched_again() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0AT0", daily(0));
    org.now = 2 * DAY;
    run(&mut fixture, &mut org).unwrap();
    let file = org.files.get_mut("0AT0").unwrap();
    file.modified += 500;
    file.text += "\"Login\",\"late\"\n";
    org.now = 2 * DAY + 3_600;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.listing.changed, outcome.rows), (1, 2));
    assert_eq!(keys(&fixture), ["0AT0/2/1", "0AT0/2/2"]);
}

#[test]
fn a_daily_file_controls_the_hourly_ones() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0ATh1", hourly(24));
    org.add("0ATh2", hourly(25));
    // Two rows, as the hourly files have.
    let mut whole = daily(1);
    whole.text.push_str("\"Login\",\"again\"\n");
    org.add("0ATd1", whole);
    org.now = 3 * DAY;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.stored, outcome.rows), (2, 2), "{outcome:?}");
    let counts = fixture.store.daily_counts(span(0, 9 * DAY)).unwrap();
    assert_eq!(counts.len(), 1);
    assert_eq!((counts[0].daily, counts[0].hourly), (2, 2), "{counts:?}");

    // The daily file is made again, with a row that no hourly file has.
    let more = org.files.get_mut("0ATd1").unwrap();
    more.text.push_str("\"Login\",\"missing\"\n");
    more.modified += 1;
    org.now = 3 * DAY + 7_200;
    run(&mut fixture, &mut org).unwrap();
    assert!(
        fixture.store.gaps(span(0, 9 * DAY)).unwrap().is_empty(),
        "it may come yet"
    );
    org.now = 5 * DAY + 7_200;
    run(&mut fixture, &mut org).unwrap();
    let gaps = fixture.store.gaps(span(0, 9 * DAY)).unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!((gaps[0].subject.as_str(), gaps[0].closed), ("0ATd1", None));
    let fetches = org.fetched.iter().filter(|id| *id == "0ATd1").count();
    assert_eq!(fetches, 2, "each content is counted once");

    let mut late = hourly(26);
    late.created = 5 * DAY + 7_300;
    org.add("0ATh3", late);
    org.now = 5 * DAY + 10_800;
    run(&mut fixture, &mut org).unwrap();
    // The daily file is listed again with the next full listing.
    org.now = 6 * DAY + 14_400;
    run(&mut fixture, &mut org).unwrap();
    let gaps = fixture.store.gaps(span(0, 9 * DAY)).unwrap();
    assert!(gaps[0].closed.is_some(), "{gaps:?}");
}

#[test]
fn an_org_that_does_not_answer_ends_the_round_of_files() {
    let mut fixture = Fixture::new();
    let mut org = Org {
        now: 4 * DAY,
        silent: vec!["0AT0"],
        ..Org::default()
    };
    for day in 0..3 {
        org.add(&format!("0AT{day}"), daily(day));
    }
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(org.fetched, ["0AT0"]);
    assert_eq!((outcome.failed, outcome.untried, outcome.stored), (1, 2, 0));
    assert!(outcome.first_failure.unwrap().contains("0AT0"));
    // If it is the fault of one file, that file does not keep the others from being fetched.
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(org.fetched, ["0AT0", "0AT1", "0AT2", "0AT0"]);
    assert_eq!((outcome.failed, outcome.untried, outcome.stored), (1, 0, 2));
    org.silent.clear();
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.failed, outcome.stored), (0, 1));
}
