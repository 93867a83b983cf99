//! Sets attributes of an event by their path.

use serde_json::{Map, Value};

/// Sets the attribute at a path such as `src_endpoint.location.country` or `privileges[]`, unless it
/// already has a value.
pub(super) fn set(event: &mut Map<String, Value>, path: &str, value: Value) {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    let (name, is_array) = match name.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (name, false),
    };
    if is_array {
        let array = event
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(array) = array else { return };
        match (rest, array.first_mut()) {
            (None, None) => array.push(value),
            (None, Some(_)) => {}
            (Some(rest), Some(Value::Object(first))) => set(first, rest, value),
            (Some(rest), _) => {
                let mut first = Map::new();
                set(&mut first, rest, value);
                array.push(Value::Object(first));
            }
        }
        return;
    }
    let Some(rest) = rest else {
        event.entry(name).or_insert(value);
        return;
    };
    let inner = event
        .entry(name)
        .or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        set(inner, rest, value);
    }
}

/// Whether the attribute at a path has a value.
pub(super) fn has(event: &Map<String, Value>, path: &str) -> bool {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    match (event.get(name), rest) {
        (Some(Value::Object(inner)), Some(rest)) => has(inner, rest),
        (found, None) => found.is_some(),
        _ => false,
    }
}
