//! The lexical forms of simple values.

use super::Value;
use crate::lexical;
use crate::schema::{Field, Kind};

/// The items of an `xsd:list` as one text, or `None` if there is no item.
pub(crate) fn joined<'v>(field: &Field, value: impl Fn(usize) -> Value<'v>) -> Option<String> {
    let mut text: Option<String> = None;
    for n in 0.. {
        let value = value(n);
        if matches!(value, Value::Absent) {
            break;
        }
        let text = match &mut text {
            Some(text) => {
                text.push(' ');
                text
            }
            None => text.insert(String::new()),
        };
        push_lexical(text, value, field.kind);
    }
    text
}

pub(crate) fn lexical_form(value: Value<'_>, kind: Kind) -> String {
    let mut text = String::new();
    push_lexical(&mut text, value, kind);
    text
}

/// Appends the lexical form of a simple value.
pub(crate) fn push_lexical(out: &mut String, value: Value<'_>, kind: Kind) {
    match value {
        Value::Text(v) => out.push_str(v),
        // Where no element can be, `xsd:anySimpleType` is text.
        Value::Any(v) => out.push_str(v.as_str().unwrap_or_default()),
        Value::Boolean(v) => out.push_str(if v { "true" } else { "false" }),
        Value::Integer(v) => out.push_str(&v.to_string()),
        Value::Unsigned(v) => out.push_str(&v.to_string()),
        Value::Float(v) => lexical::write_single(out, v),
        Value::Double(v) => lexical::write_float(out, v),
        Value::DateTime(v) => lexical::write_date_time(out, v),
        Value::Date(v) => lexical::write_date(out, v),
        Value::Time(v) => lexical::write_time(out, v),
        Value::XsdDateTime(v) => v.write(out),
        Value::XsdTime(v) => v.write(out),
        Value::Id(v) => out.push_str(v.as_str()),
        Value::Bytes(v) => lexical::write_bytes(out, v, kind),
        Value::Absent
        | Value::Nil
        | Value::NilWith(_)
        | Value::Struct(_)
        | Value::Record(_)
        | Value::Element(_)
        | Value::Attribute(_) => {}
    }
}
