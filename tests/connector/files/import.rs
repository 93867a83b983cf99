//! Hazard: half of a file in the store, a damaged file that is forgotten, or files that accumulate.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saponify_cli::connector::csv::Flaw;
use saponify_cli::connector::progress::Stop;
use saponify_cli::connector::sources::files::{Fetched, Import, Lengths, Staged, Staging, import};
use saponify_cli::connector::store::{EventQuery, Interval, Listed, Pending, SourceState};

use crate::store::{DAY, Fixture, at, events, span};

struct Org {
    fixture: Fixture,
    source: SourceState,
}

impl Org {
    fn new() -> Self {
        let mut fixture = Fixture::new();
        let source = fixture.store.source("files", at(0)).unwrap();
        Self { fixture, source }
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.fixture.folder.path().join(name)
    }

    fn list(&mut self, sf_id: &str, length: usize) -> Pending {
        let file = Listed {
            sf_id: sf_id.to_owned(),
            event_type: "Login".to_owned(),
            interval: Interval::Daily,
            sequence: 0,
            log_date: at(0),
            created: at(DAY),
            length: length as u64,
            modified: at(DAY),
        };
        self.fixture
            .store
            .list_files(self.source.id, &[file], |_| true, None, at(DAY))
            .unwrap();
        self.pending(sf_id)
    }

    fn pending(&self, sf_id: &str) -> Pending {
        let pending = self.fixture.store.pending_files().unwrap();
        pending
            .into_iter()
            .find(|pending| pending.file.sf_id == sf_id)
            .unwrap()
    }

    fn stage(&self, text: &str) -> Staged {
        let mut staging = Staging::begin(&self.folder("staging"), "0AT1-1").unwrap();
        // The pieces are small, but not for a large file.
        let size = 5.max(text.len() / 1_000);
        for piece in STANDARD.encode(text).as_bytes().chunks(size) {
            staging.base64(piece).unwrap();
        }
        staging.finish().unwrap()
    }

    fn import(&mut self, file: &Pending, text: &str) -> Fetched {
        let staged = self.stage(text);
        let aside = self.folder("aside");
        let store = &mut self.fixture.store;
        import(
            store,
            file,
            staged,
            &Import {
                source: self.source.id,
                lengths: Lengths::Exact,
                aside: &aside,
                now: at(2 * DAY),
                stop: &Stop::default(),
            },
        )
        .unwrap()
    }

    fn files_in(&self, name: &str) -> usize {
        std::fs::read_dir(self.folder(name)).map_or(0, Iterator::count)
    }
}

const FILE: &str = concat!(
    "\"EVENT_TYPE\",\"TIMESTAMP\",\"TIMESTAMP_DERIVED\",\"USER_ID\"\n",
    "\"Login\",\"20260131235959.123\",\"2026-01-31T23:59:59.170Z\",\"0055e1\"\n",
    "\"Login\",\"\",\"2026-01-31T23:59:59.170Z\",\"0055e1\"\n",
    "\"Login\",\"20261331000000.000\",\"\",\"0055e2\"\n",
);

#[test]
fn rows_have_the_time_of_their_timestamp() {
    let mut org = Org::new();
    let file = org.list("0AT1", FILE.len());
    let Fetched::Stored(summary) = org.import(&file, FILE) else {
        panic!("not stored");
    };
    assert_eq!(summary.rows, 3);
    let mut times: Vec<_> = events(&org.fixture.store, &EventQuery::default())
        .iter()
        .map(|event| {
            (
                event.key().to_owned(),
                event.time().map(|time| time.to_string()),
            )
        })
        .collect();
    times.sort();
    let expected = [
        ("0AT1/1/1", Some("2026-01-31T23:59:59.123Z")),
        ("0AT1/1/2", Some("2026-01-31T23:59:59.17Z")),
        ("0AT1/1/3", None),
    ];
    assert_eq!(
        times,
        expected.map(|(key, time)| (key.to_owned(), time.map(str::to_owned)))
    );
    assert_eq!(org.files_in("staging"), 0, "the staged bytes are removed");
    let entry = &org.fixture.store.files(span(0, DAY)).unwrap()[0];
    assert_eq!(entry.rows, Some(3));
}

#[test]
fn a_damaged_file_is_fetched_again_and_then_set_aside() {
    let mut org = Org::new();
    let cut = &FILE[..FILE.len() - 4];
    let file = org.list("0AT1", cut.len());
    let Fetched::Again(Flaw::Cut { row: 3 }) = org.import(&file, cut) else {
        panic!("not refused");
    };
    assert_eq!(org.files_in("staging"), 0);
    let file = org.pending("0AT1");
    assert_eq!(file.damaged, 1);
    let Fetched::Aside(Flaw::Cut { .. }, kept) = org.import(&file, cut) else {
        panic!("not set aside");
    };
    assert_eq!(
        std::fs::read_to_string(kept).unwrap(),
        cut,
        "the bytes are kept as they came"
    );
    assert!(org.fixture.store.pending_files().unwrap().is_empty());
    assert!(
        events(&org.fixture.store, &EventQuery::default()).is_empty(),
        "nothing half stored"
    );
    let gaps = org.fixture.store.gaps(span(0, DAY)).unwrap();
    assert_eq!(
        gaps[0].reason,
        "the file is damaged: it ends in the middle of row 3"
    );
}

#[test]
fn a_file_that_is_complete_the_second_time_is_stored() {
    let mut org = Org::new();
    let file = org.list("0AT1", FILE.len());
    // The file is cut between two rows, so only the length reveals it.
    let cut = &FILE[..FILE[..FILE.len() - 1].rfind('\n').unwrap() + 1];
    let Fetched::Again(Flaw::Length { announced, found }) = org.import(&file, cut) else {
        panic!("not refused");
    };
    assert_eq!((announced, found), (FILE.len() as u64, cut.len() as u64));
    let file = org.pending("0AT1");
    assert!(matches!(org.import(&file, FILE), Fetched::Stored(_)));
    assert!(org.fixture.store.gaps(span(0, DAY)).unwrap().is_empty());
}

#[test]
fn lengths_can_be_ignored() {
    let mut org = Org::new();
    let file = org.list("0AT1", 1);
    let staged = org.stage(FILE);
    let aside = org.folder("aside");
    let source = org.source.id;
    let store = &mut org.fixture.store;
    let fetched = import(
        store,
        &file,
        staged,
        &Import {
            source,
            lengths: Lengths::Ignored,
            aside: &aside,
            now: at(2 * DAY),
            stop: &Stop::default(),
        },
    )
    .unwrap();
    assert!(matches!(fetched, Fetched::Stored(_)));
}

#[test]
fn a_full_disk_does_not_count_as_damage_of_the_file() {
    let mut org = Org::new();
    let long = format!("A,B\n{}", format!("x,{}\n", "y".repeat(100)).repeat(5_000));
    let file = org.list("0AT1", long.len());
    org.fixture.store.limit_pages(25).unwrap();
    let (staged, aside) = (org.stage(&long), org.folder("aside"));
    let source = org.source.id;
    let store = &mut org.fixture.store;
    let error = import(
        store,
        &file,
        staged,
        &Import {
            source,
            lengths: Lengths::Exact,
            aside: &aside,
            now: at(DAY),
            stop: &Stop::default(),
        },
    )
    .unwrap_err();
    assert!(error.is_disk_full(), "{error:?}");
    assert_eq!(org.pending("0AT1").damaged, 0);
    assert!(events(&org.fixture.store, &EventQuery::default()).is_empty());
}

#[test]
fn new_and_missing_columns_are_recorded_once() {
    let mut org = Org::new();
    for (sf_id, text) in [
        ("0AT1", "A,B\n1,2\n"),
        ("0AT2", "A,C\n1,2\n"),
        ("0AT3", "A,C\n1,2\nA,C\n"),
        ("0AT4", "A,B\n1,2\n"),
    ] {
        let file = org.list(sf_id, text.len());
        assert!(matches!(org.import(&file, text), Fetched::Stored(_)));
    }
    let drifts = org.fixture.store.drifts().unwrap();
    let drifts: Vec<_> = drifts
        .iter()
        .map(|drift| (drift.kind.as_str(), drift.name.as_str()))
        .collect();
    assert_eq!(
        drifts,
        [
            ("column-added", "C"),
            ("column-missing", "B"),
            ("header-repeated", "0AT3"),
        ]
    );
}

#[test]
fn cut_base64_is_reported() {
    let org = Org::new();
    let mut staging = Staging::begin(&org.folder("staging"), "../../0AT1").unwrap();
    staging.base64(b"QUJ").unwrap();
    let error = staging.finish().unwrap_err();
    assert!(error.is_data(), "{error:?}");
    let mut staging = Staging::begin(&org.folder("staging"), "0AT1").unwrap();
    assert!(staging.base64(b"QU*D").unwrap_err().is_data());
    assert!(
        !org.folder("../0AT1.csv").exists(),
        "a name does not become a path"
    );
}

/// `cargo test --release --test connector gigabyte -- --ignored --nocapture` measures the memory for a file
/// of a gigabyte.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "a measurement"]
fn a_file_of_a_gigabyte() {
    const LENGTH: u64 = 1 << 30;
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
            / 1024
    };
    let mut org = Org::new();
    let mut header = Vec::new();
    let mut row = Vec::new();
    for column in 0..28 {
        header.push(format!("\"COLUMN_{column}\""));
        row.push(format!("\"value {column} of a row\""));
    }
    let (header, row) = (header.join(",") + "\n", row.join(",") + "\n");
    let rows = (LENGTH - header.len() as u64) / row.len() as u64;
    let length = header.len() as u64 + rows * row.len() as u64;
    let file = org.list("0AT1", length as usize);
    let began = std::time::Instant::now();
    let mut staging = Staging::begin(&org.folder("staging"), "0AT1-1").unwrap();
    // The pieces have a multiple of three bytes, so that their base64 can be joined.
    let piece = row.repeat(3_000);
    let text = STANDARD.encode(&piece);
    let head = header.clone() + &row.repeat(rows as usize % 3_000);
    let pad = head.len() % 3;
    staging.bytes(&head.as_bytes()[..pad]).unwrap();
    staging
        .base64(STANDARD.encode(&head.as_bytes()[pad..]).as_bytes())
        .unwrap();
    for _ in 0..rows / 3_000 {
        for part in text.as_bytes().chunks(16 << 10) {
            staging.base64(part).unwrap();
        }
    }
    let staged = staging.finish().unwrap();
    let arrived = began.elapsed().as_secs_f64();
    let (source, aside) = (org.source.id, org.folder("aside"));
    let store = &mut org.fixture.store;
    let began = std::time::Instant::now();
    let fetched = import(
        store,
        &file,
        staged,
        &Import {
            source,
            lengths: Lengths::Exact,
            aside: &aside,
            now: at(DAY),
            stop: &Stop::default(),
        },
    )
    .unwrap();
    let Fetched::Stored(summary) = fetched else {
        panic!("not stored: {fetched:?}");
    };
    assert_eq!(summary.rows, rows);
    println!(
        "{length} bytes, {rows} rows: received in {arrived:.1} s, stored in {:.1} s, peak memory {} MB",
        began.elapsed().as_secs_f64(),
        peak()
    );
}

/// Columns of files of these types that are public, with values of our own: without quotes, without
/// milliseconds, with a value of two lines, and with a new column at the end.
#[test]
fn files_of_many_types_are_read() {
    let login = "EVENT_TYPE,TIMESTAMP,REQUEST_ID,ORGANIZATION_ID,USER_ID,RUN_TIME,CPU_TIME,URI,SESSION_KEY,LOGIN_KEY,\
                 USER_TYPE,REQUEST_STATUS,DB_TOTAL_TIME,LOGIN_TYPE,BROWSER_TYPE,API_TYPE,API_VERSION,USER_NAME,\
                 TLS_PROTOCOL,CIPHER_SUITE,AUTHENTICATION_METHOD_REFERENCE,LOGIN_SUB_TYPE,TIMESTAMP_DERIVED,\
                 USER_ID_DERIVED,CLIENT_IP,URI_ID_DERIVED,LOGIN_STATUS,SOURCE_IP,EASY_SUITE_VALUE";
    let redirects = "EVENT_TYPE,TIMESTAMP,REQUEST_ID,ORGANIZATION_ID,USER_ID,RUN_TIME,CPU_TIME,URI,SESSION_KEY,\
                     LOGIN_KEY,MESSAGE,DOMAIN,SOURCE_HOSTNAME,TARGET_HOSTNAME,PATH,REDIRECT_REASON,\
                     IS_BLOCKED_REDIRECTION,REFERRER,ORIGIN,TIMESTAMP_DERIVED,USER_ID_DERIVED,CLIENT_IP,\
                     URI_ID_DERIVED";
    let usage = "EVENT_TYPE,TIMESTAMP,REQUEST_ID,ORGANIZATION_ID,USER_ID,API_FAMILY,API_VERSION,API_RESOURCE,\
                 CLIENT_NAME,HTTP_METHOD,CLIENT_IP,COUNTS_AGAINST_API_LIMIT,CONNECTED_APP_ID,ENTITY_NAME,STATUS_CODE,\
                 CONNECTED_APP_NAME,USER_NAME,TIMESTAMP_DERIVED";
    let csp = "EVENT_TYPE,TIMESTAMP,REQUEST_ID,BLOCKED_URI,BLOCKED_URI_DOMAIN,DIRECTIVE,CONTEXT,UNIQUE_ID,DISPOSITION,\
               SOURCE,COLUMN_NUMBER,LINE_NUMBER,SOURCE_FILE,RESOURCE_SAMPLE,TIMESTAMP_DERIVED";
    let sandbox = "EVENT_TYPE,TIMESTAMP,REQUEST_ID,SANDBOX_ID,ORGANIZATION_ID,PENDING_SANDBOX_ORG_ID,\
                   CURRENT_SANDBOX_ORG_ID,STATUS,USER_ID,TIMESTAMP_DERIVED,USER_ID_DERIVED";
    let encryption = "EVENT_TYPE,TIMESTAMP,REQUEST_ID,ORGANIZATION_ID,USER_ID,RUN_TIME,CPU_TIME,URI,SESSION_KEY,\
                      LOGIN_KEY,KEY_ID,ACTION,KEY_TYPE,METHOD,BOT_ID,BOT_SESSION_ID,PLANNER_ID,TIMESTAMP_DERIVED,\
                      USER_ID_DERIVED,CLIENT_IP,URI_ID_DERIVED,KEY_ID_DERIVED";
    let quoted = |cells: Vec<&str>| format!("\"{}\"\n", cells.join("\",\""));
    let plain = |cells: Vec<&str>| format!("{}\n", cells.join(","));
    let message = "Redirection was blocked,\nbecause \"\"legacy\"\" names are no longer supported.";
    for (number, (header, time, known, is_quoted)) in [
        (
            login,
            "20231218054831.655",
            ("SOURCE_IP", "198.51.100.7"),
            true,
        ),
        (redirects, "20220803011210", ("MESSAGE", message), true),
        (
            usage,
            "20251009183437.652",
            ("API_RESOURCE", "/v64.0/sobjects/Account"),
            false,
        ),
        (csp, "20251009183437.652", ("RESOURCE_SAMPLE", ""), false),
        (sandbox, "20251009183437.652", ("STATUS", "Activated"), true),
        (
            encryption,
            "20251009183437.652",
            ("CLIENT_IP", "Salesforce.com IP"),
            true,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut org = Org::new();
        let names: Vec<&str> = header.split(',').collect();
        let value = |name: &&str| match *name {
            "TIMESTAMP" => time,
            name if name == known.0 => known.1,
            "EVENT_TYPE" => "Any",
            _ => "",
        };
        let values: Vec<&str> = names.iter().map(value).collect();
        let text = match is_quoted {
            true => quoted(names.clone()) + &quoted(values),
            false => plain(names.clone()) + &plain(values),
        };
        let file = org.list(&format!("0AT{number}"), text.len());
        let Fetched::Stored(summary) = org.import(&file, &text) else {
            panic!("{text}");
        };
        assert_eq!(summary.rows, 1);
        let event = events(&org.fixture.store, &EventQuery::default()).remove(0);
        let read: Vec<&str> = event.fields().map(|(name, _)| name).collect();
        assert_eq!(read, names);
        assert_eq!(
            event.value(known.0),
            Some(known.1.replace("\"\"", "\"").as_str())
        );
        let second = event.time().unwrap().strftime("%Y%m%d%H%M%S").to_string();
        assert_eq!(second, time[..14]);
    }
}

#[test]
fn the_store_holds_the_file_byte_for_byte() {
    let mut org = Org::new();
    let lines: Vec<String> = (0..2_000)
        .map(|number| format!("\"Login\",\"\",\"{number} \"\"x\"\"\"\r\n"))
        .collect();
    let header = "\"EVENT_TYPE\",\"TIMESTAMP\",\"USER_ID\"\r\n";
    let (first, second) = lines.split_at(900);
    let text = format!(
        "\u{feff}{header}\n\n{}{header}{header}{}\r\n\n{header}",
        first.concat(),
        second.concat()
    );
    let file = org.list("0AT1", text.len());
    let Fetched::Stored(summary) = org.import(&file, &text) else {
        panic!("not stored");
    };
    assert_eq!((summary.rows, summary.repeated_headers), (2_000, 3));
    // The check compares the SHA-256 of what is stored with that of what was received.
    org.fixture.store.verify().unwrap();
    let read = events(&org.fixture.store, &EventQuery::default());
    assert_eq!(read.len(), 2_000);
    for (number, event) in read.iter().enumerate() {
        let expected = format!("{number} \"x\"");
        assert_eq!(event.value("USER_ID"), Some(expected.as_str()));
    }
}
