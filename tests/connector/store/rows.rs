//! Hazard: a row that is stored twice or not at all, because a span was read again or a run was killed.

use saponify_cli::connector::store::{EventQuery, PageProgress, Purpose, Row};

use super::{COLUMNS, Fixture, at, position, span, store_rows};

#[test]
fn a_repeated_row_is_stored_once() {
    let mut fixture = Fixture::new();
    let first = fixture.collect(
        span(0, 100),
        &[(10, "0Ya1", "Success"), (20, "0Ya2", "Success")],
    );
    assert_eq!((first.received, first.new), (2, 2));
    let again = fixture.collect(
        span(15, 200),
        &[(20, "0Ya2", "Success"), (150, "0Ya3", "Failed")],
    );
    assert_eq!((again.received, again.new), (2, 1));
    assert_eq!(
        fixture.keys(&EventQuery::default()),
        ["0Ya1", "0Ya2", "0Ya3"]
    );
}

#[test]
fn the_same_id_in_two_sources_is_two_rows() {
    let mut fixture = Fixture::new();
    fixture.collect(span(0, 100), &[(10, "0Ya1", "Success")]);
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
    store_rows(&mut fixture.store, &progress, &[(10, "0Ya1", "x")]);
    assert_eq!(fixture.keys(&EventQuery::default()).len(), 2);
}

#[test]
fn the_watermark_moves_when_the_window_closes_and_never_back() {
    let mut fixture = Fixture::new();
    assert_eq!(fixture.logins().watermark, None);
    fixture.collect(span(0, 100), &[]);
    assert_eq!(fixture.logins().watermark, Some(at(100)));
    fixture.collect(span(50, 80), &[]);
    assert_eq!(fixture.logins().watermark, Some(at(100)));
}

#[test]
fn reading_again_does_not_move_the_watermark() {
    let mut fixture = Fixture::new();
    let source = fixture.logins();
    let window = fixture
        .store
        .open_window(source.id, Purpose::Reread, Some(span(0, 500)), at(900))
        .unwrap();
    let progress = PageProgress {
        window,
        expected: Some(1),
        position: None,
        closes: true,
        now: at(900),
    };
    store_rows(&mut fixture.store, &progress, &[(10, "0Ya1", "Success")]);
    assert_eq!(fixture.logins().watermark, None);
    assert_eq!(fixture.keys(&EventQuery::default()), ["0Ya1"]);
}

#[test]
fn a_stopped_window_is_resumed_after_its_last_row() {
    let mut fixture = Fixture::new();
    let source = fixture.logins();
    let window = fixture
        .store
        .open_window(source.id, Purpose::Collect, Some(span(0, 100)), at(100))
        .unwrap();
    let here = position(20, "0Ya2");
    let progress = PageProgress {
        window,
        expected: Some(3),
        position: Some(&here),
        closes: false,
        now: at(100),
    };
    store_rows(
        &mut fixture.store,
        &progress,
        &[(10, "0Ya1", "Success"), (20, "0Ya2", "Success")],
    );
    fixture.reopen();
    let open = fixture.store.left_open(source.id).unwrap().unwrap();
    assert_eq!((open.id, open.span), (window, span(0, 100)));
    assert_eq!((open.after, open.received), (Some(position(20, "0Ya2")), 2));
    assert_eq!(fixture.logins().watermark, None);

    fixture.store.narrow_window(window, span(0, 50)).unwrap();
    let open = fixture.store.left_open(source.id).unwrap().unwrap();
    assert_eq!(open.span, span(0, 50));
    let progress = PageProgress {
        closes: true,
        position: None,
        ..progress
    };
    store_rows(&mut fixture.store, &progress, &[]);
    assert_eq!(fixture.store.left_open(source.id).unwrap(), None);
    assert_eq!(fixture.logins().watermark, Some(at(50)));
}

#[test]
fn a_stopped_second_reading_is_forgotten() {
    let mut fixture = Fixture::new();
    let source = fixture.logins();
    for (purpose, span) in [
        (Purpose::Reread, Some(span(0, 100))),
        (Purpose::Nulls, None),
    ] {
        fixture
            .store
            .open_window(source.id, purpose, span, at(100))
            .unwrap();
    }
    assert_eq!(fixture.store.left_open(source.id).unwrap(), None);
}

#[test]
fn a_page_that_cannot_be_stored_leaves_nothing_behind() {
    let mut fixture = Fixture::new();
    let source = fixture.logins();
    let window = fixture
        .store
        .open_window(source.id, Purpose::Collect, Some(span(0, 100)), at(100))
        .unwrap();
    let progress = PageProgress {
        window,
        expected: None,
        position: None,
        closes: true,
        now: at(100),
    };
    // The iterator of the rows panics in the middle, as a process can be killed.
    let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let rows = (0..3).map(|n| match n {
            2 => panic!("in the middle of a page"),
            _ => Row {
                key: ["0Ya1", "0Ya2"][n],
                time: Some(at(10)),
                values: &[Some("x"), None, None],
            },
        });
        fixture
            .store
            .store_page(&progress, "LoginHistory", COLUMNS, rows)
    }));
    assert!(died.is_err());
    fixture.reopen();
    assert!(fixture.keys(&EventQuery::default()).is_empty());
    assert_eq!(fixture.logins().watermark, None);
}

#[test]
fn every_value_is_read_unchanged() {
    let mut fixture = Fixture::new();
    let source = fixture.logins();
    let window = fixture
        .store
        .open_window(source.id, Purpose::Collect, Some(span(0, 100)), at(100))
        .unwrap();
    let progress = PageProgress {
        window,
        expected: None,
        position: None,
        closes: true,
        now: at(100),
    };
    let odd = "quotes \" and \\, lines\r\n\ttabs, \0 and \u{1b}, \u{2028}, 雪 🦀";
    let row = Row {
        key: "0Ya1",
        time: None,
        values: &[Some(odd), Some(""), None],
    };
    fixture
        .store
        .store_page(&progress, "LoginHistory", COLUMNS, [row])
        .unwrap();
    let events = super::events(&fixture.store, &EventQuery::default());
    let fields: Vec<_> = events[0].fields().collect();
    assert_eq!(
        fields,
        [("Id", Some(odd)), ("LoginTime", Some("")), ("Status", None)]
    );
    assert_eq!(events[0].time(), None);
}
