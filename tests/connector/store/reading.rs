//! Hazard: rows out of order, or left out at the edge of a slice.

use std::ops::ControlFlow;

use saponify_cli::connector::Error;
use saponify_cli::connector::store::{EventQuery, Filter, PageProgress, Purpose, Row};

use super::{Fixture, at, events, span, store_rows};

fn filled() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.collect(
        span(0, 100),
        &[
            (10, "0Ya1", "Success"),
            (20, "0Ya2", "Failed"),
            (20, "0Ya3", "Success"),
            (30, "0Ya4", "Failed"),
        ],
    );
    let audit = fixture.store.source("audit", at(0)).unwrap();
    let window = fixture
        .store
        .open_window(audit.id, Purpose::Collect, Some(span(0, 100)), at(100))
        .unwrap();
    let progress = PageProgress {
        window,
        expected: None,
        position: None,
        closes: true,
        now: at(100),
    };
    store_rows(
        &mut fixture.store,
        &progress,
        &[(5, "0Ym1", "x"), (25, "0Ym2", "x")],
    );
    let row = Row {
        key: "0Ym3",
        time: None,
        values: &[None, None, None],
    };
    fixture
        .store
        .store_page(&progress, "SetupAuditTrail", super::COLUMNS, [row])
        .unwrap();
    fixture
}

#[test]
fn sources_are_merged_by_time_and_rows_without_a_time_come_first() {
    let fixture = filled();
    let all = fixture.keys(&EventQuery::default());
    assert_eq!(
        all,
        ["0Ym3", "0Ym1", "0Ya1", "0Ya2", "0Ya3", "0Ym2", "0Ya4"]
    );
}

#[test]
fn a_slice_includes_its_start_and_excludes_its_end() {
    let fixture = filled();
    let query = EventQuery {
        since: Some(at(20)),
        until: Some(at(30)),
        ..EventQuery::default()
    };
    assert_eq!(fixture.keys(&query), ["0Ya2", "0Ya3", "0Ym2"]);
    let logins = EventQuery {
        source: Some("logins".to_owned()),
        ..query
    };
    assert_eq!(fixture.keys(&logins), ["0Ya2", "0Ya3"]);
    let none = EventQuery {
        source: Some("nothing".to_owned()),
        ..EventQuery::default()
    };
    assert!(fixture.keys(&none).is_empty());
}

#[test]
fn a_filter_compares_one_column() {
    let fixture = filled();
    let filtered = |text: &str| {
        let filters = vec![text.parse::<Filter>().unwrap()];
        fixture.keys(&EventQuery {
            filters,
            ..EventQuery::default()
        })
    };
    assert_eq!(filtered("Status=Failed"), ["0Ya2", "0Ya4"]);
    assert_eq!(filtered("status=Failed"), ["0Ya2", "0Ya4"]);
    assert_eq!(filtered("Id="), ["0Ym3"], "an empty value matches a null");
    assert!(
        filtered("Nothing=").is_empty(),
        "a column that is not there matches nothing"
    );
    assert!("Status".parse::<Filter>().unwrap_err().is_usage());
    assert!("=x".parse::<Filter>().is_err());
}

#[test]
fn a_reader_can_stop_and_its_error_is_returned() {
    let fixture = filled();
    let mut seen = 0;
    fixture
        .store
        .events::<Error>(&EventQuery::default(), |_| {
            seen += 1;
            Ok(ControlFlow::Break(()))
        })
        .unwrap();
    assert_eq!(seen, 1);
    let error = fixture
        .store
        .events::<Box<dyn std::error::Error>>(&EventQuery::default(), |_| Err("enough".into()))
        .unwrap_err();
    assert_eq!(error.to_string(), "enough");
}

#[test]
fn an_event_as_json_has_its_key() {
    let fixture = filled();
    let all = events(&fixture.store, &EventQuery::default());
    assert_eq!(
        serde_json::to_string(&all[2]).unwrap(),
        r#"{"source":"logins","about":"LoginHistory","key":"0Ya1","time":"1970-01-01T00:00:10.000Z","record":{"Id":"0Ya1","LoginTime":"1970-01-01T00:00:10Z","Status":"Success"}}"#
    );
    assert!(
        serde_json::to_string(&all[0])
            .unwrap()
            .contains(r#""time":null"#)
    );
}
