//! Hazard: an incomplete day that is reported as complete.

use saponify_cli::connector::Error;
use saponify_cli::connector::store::{Day, Delivery, Interval, Listed, Method, Reconciliation};

use super::{DAY, Fixture, Written, at, span};

fn day(fixture: &mut Fixture, source: &str) -> Day {
    let source = fixture.store.source(source, at(0)).unwrap();
    fixture.store.days(&source, span(0, DAY)).unwrap().remove(0)
}

fn count(fixture: &mut Fixture, method: Method, expected: u64, found: u64, repaired: u64) {
    let source = fixture.logins();
    let result = Reconciliation {
        span: span(0, DAY),
        method,
        expected,
        found,
        repaired,
        at: at(2 * DAY),
    };
    fixture.store.reconciled(source.id, &result).unwrap();
}

#[test]
fn a_day_is_complete_once_it_is_covered_and_counted_a_day_later() {
    let mut fixture = Fixture::new();
    fixture.collect(span(0, DAY / 2), &[(10, "0Ya1", "Success")]);
    let half = day(&mut fixture, "logins");
    assert!(!half.covered);
    assert_eq!(
        (half.received, half.stored, half.expected, half.delivered),
        (1, 1, None, None)
    );

    fixture.collect(span(DAY / 2 - 60, DAY), &[(DAY - 1, "0Ya2", "Success")]);
    let read = day(&mut fixture, "logins");
    assert!(
        read.covered && !read.is_complete(),
        "nobody has counted yet"
    );
    count(&mut fixture, Method::CountHour, 2, 2, 0);
    assert!(
        !day(&mut fixture, "logins").is_complete(),
        "an hour later is not a day later"
    );
    count(&mut fixture, Method::CountDay, 3, 2, 0);
    assert!(
        !day(&mut fixture, "logins").is_complete(),
        "a row is missing"
    );
    count(&mut fixture, Method::CountDay, 3, 2, 1);
    let counted = day(&mut fixture, "logins");
    assert!(counted.is_complete());
    assert_eq!(counted.expected, Some(3));
}

#[test]
fn a_hole_between_windows_is_not_covered() {
    let mut fixture = Fixture::new();
    fixture.collect(span(0, 1_000), &[]);
    fixture.collect(span(1_001, DAY), &[]);
    assert!(!day(&mut fixture, "logins").covered);
    fixture.collect(span(900, 1_100), &[]);
    assert!(day(&mut fixture, "logins").covered);
}

#[test]
fn an_open_gap_makes_a_day_incomplete() {
    let mut fixture = Fixture::new();
    fixture.collect(span(0, DAY), &[]);
    count(&mut fixture, Method::CountDay, 0, 0, 0);
    assert!(day(&mut fixture, "logins").is_complete());
    let source = fixture.logins();
    fixture
        .store
        .gap(source.id, span(100, 200), "the org was locked", at(DAY))
        .unwrap();
    fixture
        .store
        .gap(source.id, span(100, 200), "the org was locked", at(DAY))
        .unwrap();
    let gapped = day(&mut fixture, "logins");
    assert_eq!((gapped.gaps, gapped.is_complete()), (1, false));
    assert_eq!(
        fixture
            .store
            .close_gaps(source.id, span(0, 150), "the org was locked", at(DAY))
            .unwrap(),
        0
    );
    assert_eq!(
        fixture
            .store
            .close_gaps(source.id, span(0, DAY), "the org was locked", at(DAY))
            .unwrap(),
        1
    );
    assert!(day(&mut fixture, "logins").is_complete());
}

#[test]
fn the_slowest_sink_determines_what_is_delivered() {
    let mut fixture = Fixture::new();
    fixture.collect(
        span(0, DAY),
        &[(10, "0Ya1", "Success"), (20, "0Ya2", "Success")],
    );
    for (sink, cursor) in [("a", 2), ("b", 1)] {
        let delivery = Delivery {
            cursor,
            rows: 1,
            position: None,
            local_now: at(DAY),
        };
        fixture.store.delivered(sink, &delivery).unwrap();
    }
    assert_eq!(day(&mut fixture, "logins").delivered, Some(1));
    // A sink that is not set up any more keeps nobody waiting, and one that has not begun has nothing yet.
    let source = fixture.logins();
    for (sinks, delivered) in [
        (&["a"][..], Some(2)),
        (&["a", "b"], Some(1)),
        (&["a", "new"], Some(0)),
        (&[], None),
    ] {
        let sinks: Vec<String> = sinks.iter().map(|sink| (*sink).to_owned()).collect();
        let days = fixture
            .store
            .days_for(&source, span(0, DAY), &sinks)
            .unwrap();
        assert_eq!(days[0].delivered, delivered, "{sinks:?}");
    }
}

#[test]
fn a_day_of_files_is_complete_when_each_listed_file_is_stored() {
    let mut fixture = Fixture::new();
    let source = fixture.store.source("files", at(0)).unwrap();
    let files = ["0AT1", "0AT2"].map(|sf_id| Listed {
        sf_id: sf_id.to_owned(),
        event_type: "Login".to_owned(),
        interval: Interval::Hourly,
        sequence: 1,
        log_date: at(3_600),
        created: at(DAY / 2),
        length: 10,
        modified: at(DAY / 2),
    });
    fixture
        .store
        .list_files(source.id, &files, |_| true, None, at(DAY))
        .unwrap();
    let listed = day(&mut fixture, "files");
    assert_eq!(
        listed.expected, None,
        "how many rows there are is not known yet"
    );
    for pending in fixture.store.pending_files().unwrap() {
        fixture
            .store
            .store_file::<Error>(source.id, &pending, at(DAY), |rows| {
                let mut file = Written::new(rows, &["A"])?;
                file.push(rows, None, &["x"])?;
                Ok(file.end())
            })
            .unwrap();
    }
    let stored = day(&mut fixture, "files");
    assert_eq!((stored.expected, stored.stored), (Some(2), 2));
    assert!(
        !stored.is_complete(),
        "more files of this day may still come"
    );
    fixture.store.reached(source.id, at(DAY)).unwrap();
    assert!(day(&mut fixture, "files").is_complete());

    // A replaced file makes its day incomplete until it is fetched, and counts once.
    let mut again = files[0].clone();
    again.length = 11;
    fixture
        .store
        .list_files(source.id, &[again], |_| true, None, at(DAY))
        .unwrap();
    let waiting = day(&mut fixture, "files");
    let counts = waiting.files.unwrap();
    assert_eq!((counts.listed, counts.stored, counts.pending), (2, 1, 1));
    assert!(!waiting.is_complete());
}
