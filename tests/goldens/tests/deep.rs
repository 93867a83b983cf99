//! Types that nest more deeply than rustc descends into fields: they compile, also in a crate that
//! uses them, and keep their values.

use saponify::Limits;
use saponify::probe::{decode, encode};
use saponify_goldens::deep::{List0, Nested, Ring0, Step0};

/// What a task that holds the values needs.
fn is_send<T: Send + Sync + 'static>() {}

#[test]
fn a_user_of_deep_types_need_not_raise_the_recursion_limit() {
    is_send::<List0>();
    is_send::<Ring0>();
    is_send::<Step0>();
    let _ = |soap: &Nested| is_send_value(soap.ask(&List0::default(), &Ring0::default()));
}

fn is_send_value<T: Send>(_: T) {}

/// A value in every level.
#[test]
fn values_stay_the_same() {
    let levels = 59;
    let inner = "<item>".repeat(levels) + "<text>x</text>" + &"</item>".repeat(levels);
    let document = format!("<List0 xmlns='urn:example:deep'>{inner}</List0>");
    let list: List0 = decode(&document, Limits::default(), &[]).expect(&document);
    let copy = list.clone();
    assert_eq!(copy, list);
    let text = encode(&copy).unwrap();
    assert_eq!(text.matches("item>").count(), 2 * levels, "{text}");
    let json = serde_json::to_string(&list).unwrap();
    assert_eq!(serde_json::from_str::<List0>(&json).unwrap(), list);
    assert_ne!(list, List0::default());
}
