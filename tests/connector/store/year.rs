//! Hazard: a store that is slow after a year. `cargo test --release --test connector year -- --ignored
//! --nocapture` measures a year of a million logins; benches/README.md has the figures.

use std::time::Instant;

use rusqlite::Connection;
use saponify_cli::connector::store::{EventQuery, PageProgress, Purpose, Row};

use super::{DAY, Fixture, at, span};

#[test]
fn a_slice_is_found_by_an_index() {
    let fixture = Fixture::new();
    let database = Connection::open(fixture.path()).unwrap();
    for (sql, index) in [
        (
            "SELECT * FROM event WHERE source = 1 AND time >= 1 AND time < 2 ORDER BY time, seq",
            "event_by_time",
        ),
        (
            "SELECT count(*) FROM event WHERE source = 1 AND time >= 1 AND time < 2",
            "COVERING INDEX event_by_time",
        ),
        (
            "SELECT * FROM event WHERE seq > 1 ORDER BY seq",
            "USING INTEGER PRIMARY KEY",
        ),
    ] {
        let plan: Vec<String> = database
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap()
            .query_map([], |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(plan[0].contains(index), "{plan:?}");
        assert!(
            !plan.iter().any(|step| step.contains("TEMP B-TREE")),
            "{plan:?}"
        );
    }
}

#[test]
#[ignore = "a measurement"]
fn a_year_of_a_million_logins() {
    const ROWS: i64 = 1_000_000;
    let columns = [
        "Id",
        "UserId",
        "LoginTime",
        "LoginType",
        "SourceIp",
        "Status",
        "Browser",
        "Platform",
        "Application",
        "TlsProtocol",
        "CountryIso",
        "LoginGeoId",
    ];
    let mut fixture = Fixture::new();
    let source = fixture.logins();
    let record = |n: i64| {
        let second = n * 365 * DAY / ROWS;
        let time = at(second);
        let key = format!("0Ya5e{n:013}");
        let values = [
            key.clone(),
            format!("0055e{:013}", n % 500),
            time.to_string(),
            "Application".to_owned(),
            format!("203.0.113.{}", n % 250),
            "Success".to_owned(),
            "Chrome 131".to_owned(),
            "Windows 11".to_owned(),
            "Browser".to_owned(),
            "TLS 1.3".to_owned(),
            "IE".to_owned(),
            format!("04F5e{:013}", n % 900),
        ];
        (time, key, values)
    };
    let began = Instant::now();
    for day in 0..365 {
        let window = span(day * DAY, (day + 1) * DAY);
        let id = fixture
            .store
            .open_window(source.id, Purpose::Collect, Some(window), window.end())
            .unwrap();
        let first = day * ROWS / 365;
        let last = (day + 1) * ROWS / 365;
        let rows: Vec<_> = (first..last).map(record).collect();
        let pages = rows.chunks(2_000).count();
        for (n, page) in rows.chunks(2_000).enumerate() {
            let progress = PageProgress {
                window: id,
                expected: None,
                position: None,
                closes: n + 1 == pages,
                now: window.end(),
            };
            let values: Vec<Vec<Option<&str>>> = page
                .iter()
                .map(|(_, _, values)| values.iter().map(|value| Some(value.as_str())).collect())
                .collect();
            let rows = page
                .iter()
                .zip(&values)
                .map(|((time, key, _), values)| Row {
                    key,
                    time: Some(*time),
                    values,
                });
            fixture
                .store
                .store_page(&progress, "LoginHistory", &columns, rows)
                .unwrap();
        }
    }
    let stored = began.elapsed().as_secs_f64();
    let size = std::fs::metadata(fixture.path()).unwrap().len();

    // The same rows by a bare prepared insert into a table with one unique key.
    let bare = Connection::open(fixture.folder.path().join("bare.db")).unwrap();
    bare.pragma_update(None, "journal_mode", "wal").unwrap();
    bare.pragma_update(None, "synchronous", "normal").unwrap();
    bare.execute_batch(
        "CREATE TABLE login (id TEXT PRIMARY KEY, time INTEGER, payload TEXT) STRICT",
    )
    .unwrap();
    let began = Instant::now();
    for first in (0..ROWS).step_by(2_000) {
        bare.execute_batch("BEGIN").unwrap();
        let mut add = bare
            .prepare_cached("INSERT INTO login VALUES (?1, ?2, ?3)")
            .unwrap();
        for n in first..first + 2_000 {
            let (time, key, values) = record(n);
            let payload = serde_json::to_string(&values).unwrap();
            add.execute(rusqlite::params![key, time.as_millisecond(), payload])
                .unwrap();
        }
        bare.execute_batch("COMMIT").unwrap();
    }
    let plain = began.elapsed().as_secs_f64();

    let mut slices = Vec::new();
    for day in [0, 100, 364] {
        let query = EventQuery {
            source: Some("logins".to_owned()),
            since: Some(at(day * DAY)),
            until: Some(at((day + 1) * DAY)),
            ..EventQuery::default()
        };
        let began = Instant::now();
        let found = super::events(&fixture.store, &query).len();
        slices.push((found, began.elapsed().as_secs_f64()));
    }
    println!("stored {ROWS} rows in {stored:.2} s, {} MB", size >> 20);
    println!(
        "bare prepared insert {plain:.2} s: {:.2} of its speed",
        plain / stored
    );
    println!("slices of a day (rows, seconds): {slices:?}");
}
