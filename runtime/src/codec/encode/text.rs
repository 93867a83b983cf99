//! Simple values to their lexical forms.

use crate::error::{Error, ErrorKind};
use crate::lexical;
use crate::schema::{Field, Kind};
use crate::value::Value;

/// The text of an `xsd:list`; none if there is no item.
///
/// # Errors
///
/// If an item would not come back as one: it is empty, or has white space in it.
pub(crate) fn list<'v>(
    field: &Field,
    value: impl Fn(usize) -> Value<'v>,
) -> Result<Option<String>, Error> {
    let items = (0..).map(&value);
    let mut items = items.take_while(|item| !matches!(item, Value::Absent));
    let apart = |text: &str| text.is_empty() || text.contains(lexical::is_space);
    if items.any(|item| matches!(item, Value::Text(text) if apart(text))) {
        return Err(Error::new(
            ErrorKind::Encode,
            "expected items without white space in a list that white space separates",
        )
        .within(field.name));
    }
    Ok(joined(field, value))
}

/// As [`list`], whatever the items are.
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

pub(super) fn lexical_form(value: Value<'_>, kind: Kind) -> String {
    let mut text = String::new();
    push_lexical(&mut text, value, kind);
    text
}

/// The lexical form of a simple value.
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
        Value::Id(v) => out.push_str(v.as_str()),
        Value::Bytes(v) => lexical::write_bytes(out, v, kind),
        Value::Absent
        | Value::Nil
        | Value::Struct(_)
        | Value::Record(_)
        | Value::Element(_)
        | Value::Attribute(_) => {}
    }
}
