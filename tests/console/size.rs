//! Hazard: a console that is slow with many events. `cargo test --release --test console size -- --ignored
//! --nocapture` measures its pages with a million of them.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use saponify_cli::connector::search::{Facet, Index, Search, Stopped};
use saponify_cli::connector::store::{PageProgress, Purpose, Row, Store};
use saponify_cli::connector::window::Span;

use super::support::{Served, USER, org};

/// The number of rows of the measurement: a million, or `SAPONIFY_ROWS`.
fn rows() -> i64 {
    let given = std::env::var("SAPONIFY_ROWS").ok();
    given.map_or(1_000_000, |rows| rows.parse().unwrap())
}

const DAYS: i64 = 60;

const COLUMNS: [&str; 8] = [
    "Id",
    "User.Username",
    "LoginTime",
    "LoginType",
    "SourceIp",
    "Status",
    "Browser",
    "Application",
];

/// Stores rows of the last days in windows of an hour, as a connector does.
fn fill(store: &mut Store, rows: i64, now: Timestamp) {
    let begins = now - SignedDuration::from_hours(24 * DAYS);
    let source = store.source("logins", begins).unwrap();
    let record = |n: i64| {
        let time = begins + SignedDuration::from_millis(n * DAYS * 86_400_000 / rows);
        let status = if n % 997 == 0 {
            "Invalid Password"
        } else {
            "Success"
        };
        let values = [
            format!("0Ya5e{n:013}"),
            format!("user{}@acme.example", n % 500),
            time.to_string(),
            if n % 3 == 0 {
                "Application"
            } else {
                "Remote Access 2.0"
            }
            .to_owned(),
            format!("203.0.{}.{}", n % 7, n % 250),
            status.to_owned(),
            "Chrome 131".to_owned(),
            "Browser".to_owned(),
        ];
        (time, values)
    };
    for hour in 0..DAYS * 24 {
        let start = begins + SignedDuration::from_hours(hour);
        let span = Span::new(start, start + SignedDuration::from_hours(1)).unwrap();
        let window = store
            .open_window(source.id, Purpose::Collect, Some(span), span.end())
            .unwrap();
        let first = hour * rows / (DAYS * 24);
        let made: Vec<_> = (first..(hour + 1) * rows / (DAYS * 24))
            .map(record)
            .collect();
        let values: Vec<Vec<Option<&str>>> = made
            .iter()
            .map(|(_, values)| values.iter().map(|value| Some(value.as_str())).collect())
            .collect();
        let rows = made.iter().zip(&values).map(|((time, key), values)| Row {
            key: &key[0],
            time: Some(*time),
            values,
        });
        let progress = PageProgress {
            window,
            expected: None,
            position: None,
            closes: true,
            now: span.end() + SignedDuration::from_mins(2),
        };
        store
            .store_page(&progress, "LoginHistory", &COLUMNS, rows)
            .unwrap();
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn pages_with_a_million_events() {
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    client.connect("acme", &org, USER[1]).await;
    let place = served.home.connection("acme").unwrap();
    {
        let lock = place.lock().unwrap();
        let mut store = place.store(&lock).unwrap();
        // An activation has stored where the source begins, and the rows begin before that.
        fill(&mut store, rows(), Timestamp::now());
        let began = Instant::now();
        let mut index = Index::open(&place.search().unwrap()).unwrap();
        while index.update(&store, 100_000).unwrap() > 0 {}
        let size = |path: &std::path::Path| std::fs::metadata(path).unwrap().len() >> 20;
        println!(
            "index: {:.1} s, {} MiB beside a store of {} MiB",
            began.elapsed().as_secs_f64(),
            size(&place.search().unwrap()),
            size(&place.folder().unwrap().join("store.db"))
        );
    }
    let day = (Timestamp::now() - SignedDuration::from_hours(24 * 30)).strftime("%Y-%m-%dT%H:%M");
    let events = "/connections/acme/events";
    for page in [
        "/".to_owned(),
        "/connections/acme".to_owned(),
        events.to_owned(),
        format!("{events}/1000"),
        format!("{events}?until={day}"),
        format!("{events}?user=user7%40acme.example"),
        format!("{events}?address=203.0.5.*"),
        format!("{events}?status=invalid+password"),
        format!("{events}?type=application&status=success&user=user7%40acme.example"),
        format!("{events}?type=application&address=203.0.5.7&status=invalid+password"),
        format!("{events}?user=nobody"),
        "/metrics".to_owned(),
    ] {
        let mut times = Vec::new();
        for _ in 0..21 {
            let began = Instant::now();
            let response = client.get(&page).await;
            times.push(began.elapsed());
            assert!(response.status.is_success(), "{page}: {}", response.text);
        }
        times.sort();
        let millis = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "{:7.1} ms, {:7.1} at most  {page}",
            millis(times[10]),
            millis(times[20])
        );
    }
}

/// The number of steps of SQLite's virtual machine for a page must not depend on the number of rows. Steps
/// cannot be counted from outside, but plans can be read: no page sorts or scans the table of all rows.
#[test]
fn a_page_of_results_uses_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("store.db")).unwrap();
    fill(&mut store, 30_000, Timestamp::now());
    let path = folder.path().join("search.db");
    let mut index = Index::open(&path).unwrap();
    while index.update(&store, 10_000).unwrap() > 0 {}
    assert_eq!(index.cursor().unwrap(), store.last_seq().unwrap());

    let database = rusqlite::Connection::open(&path).unwrap();
    for facet in Facet::ALL {
        let name = facet.as_str();
        let sql = format!(
            "EXPLAIN QUERY PLAN
             SELECT seq FROM entry INDEXED BY entry_by_{name} WHERE {name} = 1 AND time < 5
             UNION ALL
             SELECT seq FROM entry INDEXED BY entry_by_{name} WHERE {name} = 2 AND time < 5"
        );
        let sql = sql.replace("SELECT seq", "SELECT seq, time") + " ORDER BY time DESC, seq DESC";
        let mut plan = database.prepare(&sql).unwrap();
        let steps = plan.query_map([], |row| row.get::<_, String>(3)).unwrap();
        for step in steps {
            let step = step.unwrap();
            assert!(
                !step.contains("TEMP B-TREE") && !step.starts_with("SCAN"),
                "{step}"
            );
        }
    }

    let find = |values: &[(Facet, &str)], after| {
        let values = values
            .iter()
            .map(|(facet, value)| (*facet, (*value).to_owned()));
        let search = Search {
            values: values.collect(),
            after,
            ..Search::default()
        };
        index.find(&store, &search, 50).unwrap()
    };
    let found = find(
        &[(Facet::Type, "nothing*"), (Facet::Status, "success")],
        None,
    );
    assert_eq!((found.events.len(), found.stopped), (0, Stopped::End));
    let found = find(&[(Facet::Address, "203.0.*")], None);
    assert_eq!(found.stopped, Stopped::TooManyValues(Facet::Address));
    let user = [
        (Facet::Status, "success"),
        (Facet::User, "USER1@acme.example"),
    ];
    let (mut all, mut after) = (0, None);
    loop {
        let found = find(&user, after);
        all += found.events.len();
        match found.stopped {
            Stopped::Full(position) => after = Some(position),
            _ => break,
        }
    }
    assert_eq!(
        all,
        (0..30_000).filter(|n| n % 500 == 1 && n % 997 != 0).count()
    );
    let ever = Span::new(Timestamp::UNIX_EPOCH, Timestamp::MAX).unwrap();
    let days = index.days("logins", ever).unwrap();
    assert_eq!(days.iter().map(|(_, rows)| rows).sum::<u64>(), 30_000);
}

/// A search for two values that never occur together rejects many rows. It stops, and continues from there.
#[test]
fn a_search_without_results_stops() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("store.db")).unwrap();
    let now = Timestamp::now();
    let source = store
        .source("logins", now - SignedDuration::from_hours(2))
        .unwrap();
    let span = Span::new(now - SignedDuration::from_hours(1), now).unwrap();
    let window = store
        .open_window(source.id, Purpose::Collect, Some(span), now)
        .unwrap();
    let keys: Vec<String> = (0..45_000).map(|n| n.to_string()).collect();
    let values = |n: usize| match n % 2 {
        0 => [Some("Application"), Some("Success")],
        _ => [Some("Remote Access 2.0"), Some("Invalid Password")],
    };
    let both = [values(0), values(1)];
    let rows = keys.iter().enumerate().map(|(n, key)| Row {
        key,
        time: Some(span.start() + SignedDuration::from_millis(n as i64)),
        values: &both[n % 2],
    });
    let progress = PageProgress {
        window,
        expected: None,
        position: None,
        closes: true,
        now,
    };
    store
        .store_page(&progress, "LoginHistory", &["LoginType", "Status"], rows)
        .unwrap();
    let mut index = Index::open(&folder.path().join("search.db")).unwrap();
    while index.update(&store, 10_000).unwrap() > 0 {}
    let mut search = Search {
        values: vec![
            (Facet::Type, "Application".to_owned()),
            (Facet::Status, "Invalid Password".to_owned()),
        ],
        ..Search::default()
    };
    let found = index.find(&store, &search, 50).unwrap();
    assert!(found.events.is_empty());
    let Stopped::Passed(position, Some(time)) = found.stopped else {
        panic!("{:?}", found.stopped);
    };
    assert!(span.contains(time));
    search.after = Some(position);
    let found = index.find(&store, &search, 50).unwrap();
    assert_eq!((found.events.len(), found.stopped), (0, Stopped::End));
}
