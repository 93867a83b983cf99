//! Hazard: a run that is killed anywhere, a service that fails in any way, and rows that are late.
//!
//! A simulated org responds to the real queries, and the store is a real one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use saponify_cli::connector::Error;
use saponify_cli::connector::progress::Watch;
use saponify_cli::connector::sources::rows::{Object, RowOptions, RowOutcome, sync};
use saponify_cli::connector::sources::{Batch, Failure, Service};
use saponify_cli::connector::store::{EventQuery, Method, Store};
use saponify_cli::connector::window::Policy;

use crate::store::{DAY, Fixture, at, events, span};

/// An org with LoginHistory rows: Id -> (time, the second from which it is visible).
#[derive(Default)]
pub(crate) struct Org {
    rows: BTreeMap<String, (Option<i64>, i64)>,
    pub(crate) now: i64,
    pub(crate) batch: usize,
    /// The largest number of rows of a query that does not time out.
    most: usize,
    /// Rows that a COUNT() includes but a query does not.
    phantoms: u64,
    refused: Vec<&'static str>,
    cursor: Vec<Vec<Option<String>>>,
    queries: Vec<String>,
    /// The number of cursors that are lost before one works.
    lost_cursors: usize,
    /// The failures of the requests, in a cycle.
    trouble: Vec<u8>,
}

/// The failure of a request. `killed` ends the run.
enum Trouble {
    Killed,
    CursorLost,
    None,
}

impl Org {
    pub(crate) fn new(rows: &[(&str, Option<i64>)]) -> Self {
        let rows = rows
            .iter()
            .map(|&(id, time)| (id.to_owned(), (time, time.unwrap_or(0))));
        Self {
            rows: rows.collect(),
            batch: 2,
            most: 1_000,
            ..Self::default()
        }
    }

    fn trouble(&mut self, query: &str) -> Trouble {
        self.queries.push(query.to_owned());
        let draw = self
            .trouble
            .get(self.queries.len() % self.trouble.len().max(1))
            .copied();
        match draw.unwrap_or(255) {
            0..16 => Trouble::Killed,
            16..32 => Trouble::CursorLost,
            _ => Trouble::None,
        }
    }

    /// The rows of a query in its order.
    fn matching(&self, query: &str) -> Vec<(Option<i64>, String)> {
        let (_, condition) = query.split_once(" WHERE ").unwrap();
        let condition = condition.split(" ORDER BY ").next().unwrap();
        let mut rows: Vec<_> = self
            .rows
            .iter()
            .filter(|(_, (_, visible))| *visible <= self.now)
            .map(|(id, (time, _))| (*time, id.clone()))
            .filter(|(time, id)| holds(condition, *time, id))
            .collect();
        rows.sort();
        rows
    }

    fn next(&mut self, size: Option<u64>) -> Batch {
        let rest = self.cursor.split_off(self.batch.min(self.cursor.len()));
        let rows = std::mem::replace(&mut self.cursor, rest);
        Batch {
            rows: rows.into_iter().collect(),
            size,
            last: self.cursor.is_empty(),
        }
    }
}

/// Evaluates the conditions of the connector's queries.
fn holds(condition: &str, time: Option<i64>, id: &str) -> bool {
    if condition == "LoginTime = null" {
        return time.is_none();
    }
    let Some(time) = time.map(at) else {
        return false;
    };
    let (range, after) = match condition.split_once(" AND (") {
        Some((range, after)) => (range, Some(after)),
        None => (condition, None),
    };
    let instant = |text: &str| text.trim_matches(['(', ')']).parse::<Timestamp>().unwrap();
    let in_range = range.split(" AND ").all(|part| {
        let parts: Vec<&str> = part.split(' ').collect();
        match parts[..] {
            ["LoginTime", ">=", bound] => time >= instant(bound),
            ["LoginTime", "<", bound] => time < instant(bound),
            _ => panic!("{part}"),
        }
    });
    // LoginTime > t OR (LoginTime = t AND Id > 'x'))
    let is_after = after.is_none_or(|after| {
        let words: Vec<&str> = after.split(' ').collect();
        let position = instant(words[2]);
        let key = words.last().unwrap().trim_matches(['\'', ')']);
        time > position || (time == position && id > key)
    });
    in_range && is_after
}

fn killed() -> Failure {
    // Any error of the connector serves this purpose.
    let error = "x"
        .parse::<saponify_cli::connector::vault::SecretSource>()
        .unwrap_err();
    Failure::Other(error)
}

impl Service for Org {
    async fn server_time(&mut self) -> Result<Timestamp, Failure> {
        Ok(at(self.now))
    }

    async fn query(&mut self, query: &str) -> Result<Batch, Failure> {
        match self.trouble(query) {
            Trouble::Killed => return Err(killed()),
            Trouble::CursorLost | Trouble::None => {}
        }
        let fields = query
            .strip_prefix("SELECT ")
            .unwrap()
            .split(" FROM ")
            .next()
            .unwrap();
        let fields: Vec<&str> = fields.split(", ").collect();
        if let Some(field) = self.refused.iter().find(|field| fields.contains(field)) {
            return Err(Failure::Field((*field).to_owned()));
        }
        let rows = self.matching(query);
        let seconds: BTreeSet<_> = rows.iter().map(|row| row.0).collect();
        if rows.len() > self.most && seconds.len() > 1 {
            return Err(Failure::TooLarge);
        }
        let size = rows.len() as u64;
        let row = |(time, id): (Option<i64>, String)| {
            let time = time.map(|second| at(second).to_string());
            let value = |field: &&str| match *field {
                "Id" => Some(id.clone()),
                "LoginTime" => time.clone(),
                "Status" => Some("Success".to_owned()),
                _ => None,
            };
            fields.iter().map(value).collect()
        };
        self.cursor = rows.into_iter().map(row).collect();
        Ok(self.next(Some(size)))
    }

    async fn more(&mut self) -> Result<Batch, Failure> {
        if self.lost_cursors > 0 {
            self.lost_cursors -= 1;
            return Err(Failure::CursorLost);
        }
        match self.trouble("more") {
            Trouble::Killed => Err(killed()),
            Trouble::CursorLost => Err(Failure::CursorLost),
            Trouble::None => Ok(self.next(None)),
        }
    }

    async fn count(&mut self, query: &str) -> Result<u64, Failure> {
        match self.trouble(query) {
            Trouble::Killed => Err(killed()),
            _ => Ok(self.matching(query).len() as u64 + self.phantoms),
        }
    }
}

fn run(fixture: &mut Fixture, org: &mut Org) -> Result<RowOutcome, Error> {
    collect(&mut fixture.store, org)
}

pub(crate) fn collect(store: &mut Store, org: &mut Org) -> Result<RowOutcome, Error> {
    let options = RowOptions {
        begins: at(0),
        retention: SignedDuration::from_hours(24 * 180),
        policy: Policy::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(sync(
        store,
        org,
        &Object::LOGINS,
        &options,
        &mut Watch::silent(),
    ))
}

fn stored(fixture: &Fixture) -> Vec<String> {
    fixture.keys(&EventQuery::default())
}

#[test]
fn rows_arrive_page_by_page() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(&[
        ("0Ya1", Some(100)),
        ("0Ya2", Some(100)),
        ("0Ya3", Some(100)),
        ("0Ya4", Some(3_500)),
        ("0Ya0", None),
    ]);
    org.now = 3_600;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(
        stored(&fixture),
        ["0Ya0", "0Ya1", "0Ya2", "0Ya3"],
        "the newest rows may not be settled"
    );
    assert_eq!((outcome.received, outcome.new), (4, 4));
    assert!(
        org.queries[0].starts_with("SELECT Id, LoginTime, UserId, ApiType, "),
        "{}",
        org.queries[0]
    );
    let condition = "WHERE LoginTime >= 1970-01-01T00:00:00Z AND LoginTime < 1970-01-01T00:58:00Z \
                     ORDER BY LoginTime, Id";
    assert!(org.queries[0].ends_with(condition), "{}", org.queries[0]);
    org.now = 3_900;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.received, outcome.new), (1, 1));
    assert_eq!(stored(&fixture).len(), 5);
    assert_eq!(fixture.logins().watermark, Some(at(3_780)));
}

#[test]
fn a_quiet_round_needs_one_query() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(&[]);
    org.now = 600;
    run(&mut fixture, &mut org).unwrap();
    let before = org.queries.len();
    org.now = 1_500;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(org.queries.len() - before, 1, "{:?}", org.queries);
}

#[test]
fn a_refused_field_is_left_out_and_recorded() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(&[("0Ya1", Some(100))]);
    org.refused = vec!["LoginGeoId", "ForwardedForIp"];
    org.now = 3_600;
    run(&mut fixture, &mut org).unwrap();
    let event = events(&fixture.store, &EventQuery::default()).remove(0);
    assert_eq!(event.value("Status"), Some("Success"));
    assert!(event.fields().all(|(name, _)| name != "LoginGeoId"));
    let drifts = fixture.store.drifts().unwrap();
    let names: BTreeSet<&str> = drifts.iter().map(|drift| drift.name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["ForwardedForIp", "LoginGeoId"]));

    org.refused = vec!["LoginTime"];
    org.now = 7_200;
    let error = run(&mut fixture, &mut org).unwrap_err();
    assert!(
        error
            .advice()
            .unwrap()
            .contains("read LoginTime of LoginHistory"),
        "{error:?}"
    );
}

#[test]
fn a_row_that_is_later_than_the_overlap_is_found_by_counting() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(&[("0Ya1", Some(100)), ("0Ya2", Some(200))]);
    org.rows.get_mut("0Ya2").unwrap().1 = 5_000;
    org.now = 3_600;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(stored(&fixture), ["0Ya1"]);
    org.now = 7_300;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.repaired, outcome.counted), (1, 1));
    assert_eq!(stored(&fixture), ["0Ya1", "0Ya2"]);
    let source = fixture.logins();
    let counts = fixture
        .store
        .reconciliations(source.id, span(0, DAY))
        .unwrap();
    assert_eq!(
        (counts[0].expected, counts[0].found, counts[0].repaired),
        (2, 1, 1)
    );
    assert!(fixture.store.gaps(span(0, DAY)).unwrap().is_empty());
}

/// Runs every quarter of an hour, and returns the number of queries of each run.
fn quarters(fixture: &mut Fixture, org: &mut Org, count: i64) -> Vec<usize> {
    let quarter = |_| {
        org.now += 900;
        let before = org.queries.len();
        run(fixture, org).unwrap();
        org.queries.len() - before
    };
    (0..count).map(quarter).collect()
}

#[test]
fn an_hour_with_few_rows_is_read_again_without_a_query_of_its_own() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(&[("0Ya1", Some(100)), ("0Ya2", Some(200))]);
    org.batch = 200;
    org.rows.get_mut("0Ya2").unwrap().1 = 5_000;
    // The first run also queries rows without a time.
    assert_eq!(quarters(&mut fixture, &mut org, 7), [2, 1, 1, 1, 1, 1, 1]);
    assert_eq!(stored(&fixture), ["0Ya1"]);
    assert_eq!(quarters(&mut fixture, &mut org, 5), [1; 5]);
    assert_eq!(stored(&fixture), ["0Ya1", "0Ya2"]);
    let source = fixture.logins();
    assert_eq!(source.hour_checked, Some(at(7_200)));
    let hours = fixture
        .store
        .reconciliations(source.id, span(0, DAY))
        .unwrap();
    let facts: Vec<_> = hours
        .iter()
        .map(|hour| {
            (
                hour.method,
                hour.span,
                hour.expected,
                hour.found,
                hour.repaired,
            )
        })
        .collect();
    assert_eq!(
        facts,
        [
            (Method::ReadHour, span(0, 3_600), 2, 1, 1),
            (Method::ReadHour, span(3_600, 7_200), 0, 0, 0)
        ]
    );
}

#[test]
fn an_hour_with_many_rows_is_counted() {
    let mut fixture = Fixture::new();
    let ids: Vec<String> = (0..300).map(|n| format!("0Ya{n:03}")).collect();
    let rows: Vec<_> = ids
        .iter()
        .zip(100..)
        .map(|(id, at)| (id.as_str(), Some(at)))
        .collect();
    let mut org = Org::new(&rows);
    org.batch = 500;
    assert_eq!(
        quarters(&mut fixture, &mut org, 8),
        [2, 1, 1, 1, 1, 1, 1, 2]
    );
    assert!(org.queries.last().unwrap().starts_with("SELECT COUNT() "));
}

#[test]
fn a_refused_field_is_asked_for_once_a_day() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(&[]);
    org.refused = vec!["LoginGeoId"];
    let asked = |org: &Org| {
        let asks = |query: &&String| query.contains("LoginGeoId");
        org.queries.iter().filter(asks).count()
    };
    quarters(&mut fixture, &mut org, 90);
    assert_eq!(asked(&org), 1);
    // A new process knows it, too.
    fixture.reopen();
    quarters(&mut fixture, &mut org, 5);
    assert_eq!(asked(&org), 1);
    org.refused.clear();
    quarters(&mut fixture, &mut org, 6);
    assert!(asked(&org) > 2);
    // After making a field visible, nobody need wait for a day.
    org.refused = vec!["LoginGeoId"];
    quarters(&mut fixture, &mut org, 1);
    org.refused.clear();
    let before = asked(&org);
    quarters(&mut fixture, &mut org, 1);
    assert_eq!(asked(&org), before);
    assert_eq!(fixture.forget_refusals(), 1);
    quarters(&mut fixture, &mut org, 1);
    assert_eq!(asked(&org), before + 1);
}

#[test]
fn a_lost_cursor_does_not_lose_rows_without_a_time() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(&[("0Ya1", None), ("0Ya2", None), ("0Ya3", None)]);
    org.now = 3_600;
    org.lost_cursors = 2;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(stored(&fixture), ["0Ya1", "0Ya2", "0Ya3"]);
    org.lost_cursors = 99;
    org.now += 2 * DAY;
    let error = run(&mut fixture, &mut org).unwrap_err();
    assert!(error.to_string().contains("cursor"), "{error}");
}

#[test]
fn old_days_are_counted_again_on_request() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(&[("0Ya1", Some(100)), ("0Ya2", Some(200))]);
    org.rows.get_mut("0Ya2").unwrap().1 = 9 * DAY;
    for day in 1..12 {
        org.now = day * DAY;
        run(&mut fixture, &mut org).unwrap();
    }
    assert_eq!(stored(&fixture), ["0Ya1"]);
    fixture.store.look_again("logins", at(0)).unwrap();
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(outcome.repaired, 1, "{outcome:?}");
    assert_eq!(stored(&fixture), ["0Ya1", "0Ya2"]);
}

#[test]
fn rows_that_are_counted_and_never_sent_are_a_gap() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(&[("0Ya1", Some(100))]);
    org.phantoms = 2;
    org.now = 7_300;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(outcome.gaps, 1);
    let gaps = fixture.store.gaps(span(0, DAY)).unwrap();
    assert_eq!(gaps[0].reason, "the service counts more rows than it sends");
    assert_eq!(gaps[0].closed, None);
    // The count a day later agrees.
    org.phantoms = 0;
    org.now = 2 * DAY + 60;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(
        fixture.store.gaps(span(0, DAY)).unwrap()[0].closed,
        Some(at(2 * DAY + 60))
    );
}

#[test]
fn rows_that_the_service_no_longer_keeps_are_a_gap() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(&[("0Ya1", Some(100))]);
    org.now = 3_600;
    run(&mut fixture, &mut org).unwrap();
    org.now = 200 * DAY;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(outcome.gaps, 1);
    let gaps = fixture.store.gaps(span(0, 300 * DAY)).unwrap();
    assert_eq!(gaps[0].span, span(3_480, 20 * DAY));
    assert!(
        gaps[0].reason.contains("keeps 180 days"),
        "{}",
        gaps[0].reason
    );
    assert_eq!(fixture.logins().watermark, Some(at(200 * DAY - 120)));
    assert_eq!(outcome.counted, 180, "what is gone is not counted");
}

#[test]
fn a_cursor_lost_among_rows_of_one_time_loses_none_of_them() {
    let mut fixture = Fixture::new();
    let ids = ["0Ya1", "0Ya2", "0Ya3", "0Ya4", "0Ya5"];
    let mut org = Org::new(&ids.map(|id| (id, Some(100))));
    // The second request, for more rows, loses the cursor.
    org.trouble = vec![255; 50];
    org.trouble[2] = 20;
    org.now = 3_600;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(stored(&fixture), ids, "none is left to the counts");
    assert_eq!(
        (outcome.received, outcome.counted),
        (5, 0),
        "and none came twice"
    );
    let resumed =
        "(LoginTime > 1970-01-01T00:01:40Z OR (LoginTime = 1970-01-01T00:01:40Z AND Id > '0Ya2'))";
    assert!(org.queries[2].contains(resumed), "{}", org.queries[2]);
}

#[test]
fn a_cursor_that_is_always_lost_ends_the_run() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(&[("0Ya1", Some(100))]);
    org.batch = 0;
    org.trouble = vec![20];
    org.now = 3_600;
    let error = run(&mut fixture, &mut org).unwrap_err();
    assert!(
        error.to_string().contains("repeatedly lost the cursor"),
        "{error}"
    );
    assert_eq!(fixture.logins().watermark, None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_row_is_stored_once_whatever_happens(
        rows in proptest::collection::vec(
            (
                0_i64..300,
                prop_oneof![6 => Just(0_i64), 3 => 1_i64..1_200, 1 => 1_200_i64..DAY],
                prop_oneof![12 => Just(true), 1 => Just(false)],
            ),
            0..120,
        ),
        batch in 1_usize..30,
        most in 1_usize..40,
        step in 2_000_i64..30_000,
        trouble in proptest::collection::vec(0_u8..=255, 1..61),
    ) {
        let mut fixture = Fixture::new();
        let mut org = Org {
            batch,
            most,
            trouble,
            ..Org::default()
        };
        for (n, (slot, delay, has_time)) in rows.iter().enumerate() {
            let second = slot * 577;
            org.rows.insert(format!("0Ya{n:04}"), (has_time.then_some(second), second + delay));
        }
        while org.now < 4 * DAY {
            org.now += step;
            // A run that was killed keeps what it has stored, and the next process opens the store again.
            if run(&mut fixture, &mut org).is_err() {
                fixture.reopen();
            }
        }
        org.trouble.clear();
        // Rows without a time are read once a day, and the last count is made a day later.
        org.now += 2 * DAY;
        run(&mut fixture, &mut org).unwrap();
        let mut found = stored(&fixture);
        found.sort();
        let all: Vec<String> = org.rows.keys().cloned().collect();
        prop_assert_eq!(found, all);
        prop_assert!(fixture.store.gaps(span(0, 9 * DAY)).unwrap().is_empty());
        let source = fixture.logins();
        let days = fixture.store.days(&source, span(0, 4 * DAY)).unwrap();
        prop_assert!(days.iter().all(|day| day.is_complete()), "{:?}", days);
    }
}
