//! The state of a connection in the store, which is found without reading every row.

use saponify_cli::connector::store::Calls;

use super::{DAY, Fixture, at, span};

#[test]
fn the_last_stated_number_of_calls_is_stored() {
    let mut fixture = Fixture::new();
    assert_eq!(fixture.store.calls().unwrap(), None);
    for used in [10, 20] {
        let calls = Calls {
            used,
            allowed: 15_000,
            local_at: at(used),
        };
        fixture.store.note_calls(calls).unwrap();
        assert_eq!(fixture.store.calls().unwrap(), Some(calls));
    }
}

#[test]
fn the_advice_of_a_failed_attempt_is_kept_until_one_succeeds() {
    let mut fixture = Fixture::new();
    let (problem, advice) = (Some("refused"), Some("unlock the user"));
    fixture
        .store
        .attempted("logins", problem, advice, at(1))
        .unwrap();
    let attempt = fixture.store.attempts().unwrap().remove(0);
    assert_eq!(attempt.advice.as_deref(), advice);
    fixture
        .store
        .attempted("logins", None, None, at(2))
        .unwrap();
    let attempt = fixture.store.attempts().unwrap().remove(0);
    assert_eq!((attempt.problem, attempt.advice), (None, None));
}

#[test]
fn open_gaps_and_recent_drift_are_found() {
    let mut fixture = Fixture::new();
    let source = fixture.logins();
    for n in 0..5 {
        let gap = span(n * DAY, (n + 1) * DAY);
        fixture.store.gap(source.id, gap, "lost", at(n)).unwrap();
        let name = format!("Column{n}");
        fixture
            .store
            .drift("LoginHistory", "column-added", &name, at(n))
            .unwrap();
    }
    let filled = span(3 * DAY, 4 * DAY);
    fixture
        .store
        .close_gaps(source.id, filled, "lost", at(9))
        .unwrap();
    let open = fixture.store.open_gaps(3).unwrap();
    let found: Vec<_> = open.iter().map(|gap| gap.found).collect();
    assert_eq!(found, [at(4), at(2), at(1)]);
    assert!(open.iter().all(|gap| gap.closed.is_none()));
    assert_eq!(fixture.store.count_open_gaps().unwrap()["logins"], 4);
    let last = fixture.store.last_drifts(2).unwrap();
    let names: Vec<_> = last.iter().map(|drift| drift.name.as_str()).collect();
    assert_eq!(names, ["Column4", "Column3"]);
}

#[test]
fn the_outline_of_a_day_agrees_with_the_day() {
    let mut fixture = Fixture::new();
    let source = fixture.logins();
    fixture.collect(span(0, DAY), &[(1, "a", "x"), (2, "b", "x")]);
    fixture
        .store
        .gap(source.id, span(DAY, 2 * DAY), "lost", at(0))
        .unwrap();
    let source = fixture.logins();
    let wanted = span(0, 3 * DAY);
    let days = fixture.store.days(&source, wanted).unwrap();
    let outlines = fixture.store.outlines(&source, wanted).unwrap();
    assert_eq!(days.len(), 3);
    let of_days: Vec<_> = days.iter().map(|day| day.outline()).collect();
    assert_eq!(of_days, outlines);
    let lags = fixture.store.lags(&source, at(0)).unwrap();
    assert_eq!((lags.len(), lags[0].until), (1, at(DAY)));
}

#[test]
fn rows_are_looked_up_by_sequence_number_and_counted_after_it() {
    let mut fixture = Fixture::new();
    fixture.collect(span(0, 100), &[(1, "a", "x"), (2, "b", "y")]);
    let last = fixture.store.last_seq().unwrap();
    let mut lookup = fixture.store.lookup().unwrap();
    let (event, superseded) = lookup.get(last).unwrap().unwrap();
    assert_eq!((event.key(), superseded), ("b", false));
    assert!(lookup.get(last + 1).unwrap().is_none());
    let after = |seq| fixture.store.count_after(seq).unwrap();
    assert_eq!(after(0), [("logins".to_owned(), 2)]);
    assert_eq!(after(last), []);
}
