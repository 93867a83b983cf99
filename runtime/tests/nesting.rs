//! Deep values, on a thread with little stack: nothing overflows it.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "kinds/mod.rs"]
mod kinds;

use kinds::{All, NS, THING, Thing};
use saponify::probe;
use saponify::{AnyValue, Content, Element, Limits, Mixed, Record, json};

/// Without optimisation, frames are about four times as large.
const STACK: usize = if cfg!(debug_assertions) {
    1 << 20
} else {
    256 << 10
};

fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK);
    thread.spawn(run).unwrap().join().unwrap();
}

fn document(levels: usize, open: &str, close: &str, inner: &str) -> String {
    let declarations =
        format!("xmlns='{NS}' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'");
    format!(
        "<All {declarations}>{}{inner}{}</All>",
        open.repeat(levels),
        close.repeat(levels)
    )
}

/// Everything that a value can be asked.
fn use_all_of(value: &All) {
    let copy = value.clone();
    assert!(copy == *value);
    let shown = format!("{value:?}");
    assert!(shown.len() > 100 && shown.contains('…'), "{}", shown.len());
    let _ = format!("{value:#?}");
    let written = probe::encode(value).unwrap();
    let read: All = probe::decode(&written, deep(), &[]).unwrap();
    let mut text = Vec::new();
    json::write_structure(value, &mut serde_json::Serializer::new(&mut text)).unwrap();
    let mut read_again = All::default();
    let mut parser = serde_json::Deserializer::from_slice(&text);
    match json::read_into(&mut read_again, &mut parser) {
        Ok(()) => assert!(read_again == *value),
        // A level here may be two in JSON, of which its parser takes 128.
        Err(error) => assert!(error.to_string().contains("recursion limit"), "{error}"),
    }
    // An absent `Id` is written as nil, so the values need not be equal: their forms are.
    assert_eq!(probe::encode(&read).unwrap(), written);
}

fn deep() -> Limits {
    Limits {
        depth: 110,
        ..Limits::default()
    }
}

#[test]
fn values_as_deep_as_the_limit_are_read_and_used() {
    let levels = Limits::default().depth - 2;
    for (open, close, inner) in [
        ("<things>", "</things>", ""),
        ("<nested>", "</nested>", "<string>x</string>"),
        ("<any>", "</any>", "x"),
        ("<unknown>", "</unknown>", "x"),
    ] {
        // Only one level takes the field's own type; the rest are unknown elements inside it.
        let too_deep = document(levels + 2, open, close, "");
        let document = document(levels, open, close, inner);
        on_a_small_stack(move || {
            let value: All = probe::decode(&document, Limits::default(), &[]).unwrap();
            use_all_of(&value);
            let error = probe::decode::<All>(&too_deep, Limits::default(), &[]);
            assert!(error.unwrap_err().to_string().contains("`depth` of 100"));
        });
    }
}

#[test]
fn parents_as_deep_as_the_limit_are_read_and_used() {
    let levels = Limits::default().depth - 3;
    let document = document(1, "<things>", "</things>", "PARENTS").replace(
        "PARENTS",
        &format!(
            "{}<Text>x</Text>{}",
            "<Parent>".repeat(levels),
            "</Parent>".repeat(levels)
        ),
    );
    on_a_small_stack(move || {
        let value: All = probe::decode(&document, Limits::default(), &[]).unwrap();
        let mut thing: &Thing = &value.things[0].cast().unwrap();
        let mut steps = 0;
        while let Some(parent) = thing.get(Thing::PARENT) {
            thing = parent;
            steps += 1;
        }
        assert_eq!((steps, thing.get(Thing::TEXT)), (levels, Some("x")));
        use_all_of(&value);
    });
}

#[test]
fn the_configured_depth_has_a_bound_that_a_small_stack_bears() {
    on_a_small_stack(|| {
        let limits = Limits {
            depth: usize::MAX,
            ..Limits::default()
        };
        for (open, close) in [("<nested>", "</nested>"), ("<any>", "</any>")] {
            let value: All = probe::decode(&document(126, open, close, ""), limits, &[]).unwrap();
            let written = probe::encode(&value).unwrap();
            assert!(probe::decode::<All>(&written, limits, &[]).unwrap() == value);
            let error = probe::decode::<All>(&document(300, open, close, ""), limits, &[]);
            assert!(error.unwrap_err().is_limit());
        }
    });
}

const VERY: usize = 200_000;

fn deep_parents() -> Thing {
    let mut thing = Thing::new().with(Thing::TEXT, "x");
    for _ in 0..VERY {
        thing = Thing::new().with(Thing::PARENT, thing);
    }
    thing
}

fn deep_elements() -> AnyValue {
    let mut value = AnyValue::text("x");
    for level in 0..VERY {
        let element = Element {
            namespace: NS.into(),
            name: "x".into(),
            value,
        };
        value = if level % 2 == 0 {
            let mut record = Record::default();
            record.push_extra(element);
            record.into()
        } else {
            let mut mixed = Mixed::new();
            mixed.push_text("y");
            mixed.push(element);
            AnyValue {
                content: Content::Mixed(mixed),
                ..AnyValue::default()
            }
        };
    }
    value
}

#[test]
fn a_program_may_build_as_deep_as_it_likes_and_drop_it() {
    on_a_small_stack(|| {
        let thing = deep_parents();
        let other = thing.clone();
        // The last owner takes it apart, whichever it is.
        drop(thing);
        assert_eq!(other.presence(Thing::PARENT), saponify::Presence::Present);
        drop(other);
        drop(deep_elements());
        let mut thing = deep_parents();
        thing.set_null(Thing::PARENT);
        thing.set(Thing::ANY, deep_elements());
        let mut copy = thing.clone();
        copy.unset(Thing::ANY);
        drop((thing, copy));
    });
}

#[test]
fn what_is_too_deep_compares_and_shows_but_is_not_sent() {
    on_a_small_stack(|| {
        let (a, b) = (deep_parents(), deep_parents());
        assert!(a == b);
        assert!(a != b.clone().with(Thing::TEXT, "y"));
        assert!(format!("{a:?}").contains('…'));
        assert!(deep_elements() == deep_elements());
        assert!(format!("{:?}", deep_elements()).contains('…'));
        for value in [
            All {
                things: vec![a.clone().into()],
                ..All::default()
            },
            All {
                any: Some(deep_elements()),
                ..All::default()
            },
            All {
                wildcard: vec![Element {
                    namespace: "urn:unknown".into(),
                    name: "x".into(),
                    value: deep_elements(),
                }],
                ..All::default()
            },
        ] {
            let error = probe::encode(&value).unwrap_err();
            assert!(
                error.is_encode() && error.to_string().contains("128"),
                "{error}"
            );
        }
        // Nor does it become another type's.
        let mut unknown = Record::of_type(Record::default().table(), NS, "Thing");
        unknown.push_extra(Element {
            namespace: NS.into(),
            name: "Any".into(),
            value: deep_elements(),
        });
        // An `any` is taken as it is.
        assert!(unknown.cast::<Thing>().is_ok());
        let mut chain = Record::default();
        for _ in 0..VERY {
            let mut outer = Record::of_type(Record::default().table(), NS, "Thing");
            outer.push_extra(Element {
                namespace: NS.into(),
                name: "Parent".into(),
                value: chain.into(),
            });
            chain = outer;
        }
        let error = chain.cast::<Thing>().unwrap_err();
        assert!(error.to_string().contains("128"));
        assert!(error.path().len() < 10_000);
    });
    assert_eq!(THING.name(), "Thing");
}
