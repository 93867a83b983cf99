//! Hazard: a sink that fails stops collection, or a row is never delivered.

use std::ops::ControlFlow;

use saponify_cli::connector::Error;
use saponify_cli::connector::store::Delivery;

use super::{Fixture, at, span};

#[test]
fn a_cursor_moves_only_on_acknowledgement() {
    let mut fixture = Fixture::new();
    fixture.collect(
        span(0, 100),
        &[(10, "0Ya1", "Success"), (20, "0Ya2", "Success")],
    );
    let fresh = fixture.store.sink("ndjson").unwrap();
    assert_eq!((fresh.cursor, fresh.delivered, fresh.waiting), (0, 0, 2));
    assert!(fixture.store.sinks().unwrap().is_empty());

    let mut delivery = Delivery {
        cursor: 1,
        rows: 1,
        position: Some("file 1".to_owned()),
        local_now: at(500),
    };
    fixture.store.delivered("ndjson", &delivery).unwrap();
    fixture
        .store
        .sink_failed("ndjson", "the disk is full", at(600))
        .unwrap();
    fixture
        .store
        .sink_failed("other", "refused", at(600))
        .unwrap();
    fixture.reopen();
    let state = fixture.store.sink("ndjson").unwrap();
    assert_eq!((state.cursor, state.delivered, state.waiting), (1, 1, 1));
    assert_eq!(state.problem.as_deref(), Some("the disk is full"));
    assert_eq!(state.position.as_deref(), Some("file 1"));
    assert_eq!(fixture.store.sink("other").unwrap().waiting, 2);

    // This acknowledgement is out of order, so the cursor does not move back.
    delivery.cursor = 0;
    fixture.store.delivered("ndjson", &delivery).unwrap();
    let state = fixture.store.sink("ndjson").unwrap();
    assert_eq!((state.cursor, state.problem), (1, None));
}

#[test]
fn rows_are_delivered_in_the_order_of_storing() {
    let mut fixture = Fixture::new();
    fixture.collect(span(50, 100), &[(60, "0Ya9", "Success")]);
    fixture.collect(
        span(0, 100),
        &[(10, "0Ya1", "Success"), (60, "0Ya9", "Success")],
    );
    let mut keys = Vec::new();
    let mut after = |seq| {
        let mut last = seq;
        fixture
            .store
            .stored_after::<Error>(seq, |event| {
                keys.push(event.key().to_owned());
                last = event.seq();
                Ok(ControlFlow::Break(()))
            })
            .unwrap();
        last
    };
    let first = after(0);
    let second = after(first);
    assert_eq!(after(second), second, "nothing is left");
    assert_eq!(keys, ["0Ya9", "0Ya1"], "a late row is not passed over");
}
