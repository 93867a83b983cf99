//! `Debug` of values, written once over their tables. Fields have their wire names, absent fields
//! are left out, secret values are `***`, and levels below a limit are not shown.

use std::fmt;

use crate::record::{AnyValue, Content, Element, Mixed, Node};
use crate::record::{FieldRef, Record};
use crate::schema::{Field, Kind};
use crate::secret::names_secret;
use crate::value::{Struct, Value};

/// The number of nested levels that are shown. A program may nest values more deeply than the stack
/// permits recursion.
const LEVELS: usize = 50;

/// A value and its depth below the value that is formatted.
struct AtDepth<T>(T, usize);

/// `Debug` of a struct. Generated code calls it.
pub fn debug(value: &dyn Struct, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    structure(value, 0, f)
}

fn structure(value: &dyn Struct, level: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if level > LEVELS {
        return f.write_str("…");
    }
    let table = value.table();
    let mut out = f.debug_struct(table.name);
    for (index, field) in (0..).zip(table.fields()) {
        if field.is_sensitive() {
            out.field(field.name, &format_args!("***"));
        } else if field.has(Field::REPEATED | Field::LIST) || field.kind == Kind::Attributes {
            let items = (0..).map(|n| value.value(index, n));
            let items: Vec<_> = items
                .take_while(|item| !matches!(item, Value::Absent))
                .map(|item| AtDepth(item, level + 1))
                .collect();
            // If a list is the selected branch of a choice, nil means that it has no items.
            let none = field.has(Field::LIST) && matches!(items[..], [AtDepth(Value::Nil, _)]);
            if none {
                out.field(field.name, &[(); 0]);
            } else if !items.is_empty() {
                out.field(field.name, &items);
            }
        } else {
            match value.value(index, 0) {
                Value::Absent => {}
                item => _ = out.field(field.name, &AtDepth(item, level + 1)),
            }
        }
    }
    if let Some(derived) = value.derived() {
        out.field("derived", &AtDepth(Value::Struct(derived), level + 1));
    }
    out.finish()
}

fn record(record: &Record, level: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if level > LEVELS {
        return f.write_str("…");
    }
    let mut out = f.debug_struct(record.type_name());
    for (_, field, value) in record.inner().entries() {
        if field.is_sensitive() {
            out.field(field.name, &format_args!("***"));
        } else {
            out.field(field.name, &AtDepth(value, level + 1));
        }
    }
    for element in record.extra() {
        if names_secret(&element.name) {
            out.field(&element.name, &format_args!("***"));
            continue;
        }
        let value = FieldRef::from(&element.value);
        out.field(&element.name, &AtDepth(value, level + 1));
    }
    out.finish()
}

fn any(value: &AnyValue, level: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut out = f.debug_struct("AnyValue");
    out.field("type_name", &value.type_name);
    if !value.attributes.is_empty() {
        out.field("attributes", &value.attributes);
    }
    out.field("content", &AtDepth(&value.content, level));
    out.finish()
}

fn content(value: &Content, level: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Content::Nil => f.write_str("nil"),
        Content::Text(text) => fmt::Debug::fmt(text, f),
        Content::Record(value) => record(value, level, f),
        Content::Mixed(value) => mixed(value, level, f),
    }
}

fn mixed(value: &Mixed, level: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let nodes = value.nodes().map(|node| AtDepth(node, level + 1));
    f.debug_list().entries(nodes).finish()
}

fn element(element: &Element, level: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut out = f.debug_struct("Element");
    out.field("namespace", &element.namespace)
        .field("name", &element.name);
    match names_secret(&element.name) {
        true => out.field("value", &format_args!("***")),
        false => out.field("value", &AtDepth(&element.value, level)),
    };
    out.finish()
}

impl fmt::Debug for AtDepth<Value<'_>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Absent | Value::Nil | Value::NilWith(_) => f.write_str("nil"),
            Value::Text(v) => fmt::Debug::fmt(v, f),
            Value::Boolean(v) => fmt::Debug::fmt(&v, f),
            Value::Integer(v) => fmt::Debug::fmt(&v, f),
            Value::Unsigned(v) => fmt::Debug::fmt(&v, f),
            Value::Float(v) => fmt::Debug::fmt(&v, f),
            Value::Double(v) => fmt::Debug::fmt(&v, f),
            Value::DateTime(v) => fmt::Display::fmt(&v, f),
            Value::Date(v) => fmt::Display::fmt(&v, f),
            Value::Time(v) => fmt::Display::fmt(&v, f),
            Value::XsdDateTime(v) => fmt::Display::fmt(&v, f),
            Value::XsdTime(v) => fmt::Display::fmt(&v, f),
            Value::Id(v) => fmt::Display::fmt(&v, f),
            Value::Bytes(v) => write!(f, "{} bytes", v.len()),
            Value::Struct(v) => structure(v, self.1, f),
            Value::Record(v) => record(v, self.1, f),
            Value::Any(v) => any(v, self.1, f),
            Value::Element(v) => element(v, self.1, f),
            Value::Attribute(v) => fmt::Debug::fmt(v, f),
        }
    }
}

impl fmt::Debug for AtDepth<FieldRef<'_>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            FieldRef::Null => f.write_str("nil"),
            FieldRef::Text(text) => fmt::Debug::fmt(text, f),
            FieldRef::Record(value) => record(value, self.1, f),
            FieldRef::Any(value) => any(value, self.1, f),
        }
    }
}

impl fmt::Debug for AtDepth<Node<'_>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            _ if self.1 > LEVELS => f.write_str("…"),
            Node::Text(text) => fmt::Debug::fmt(text, f),
            Node::Element(value) => element(value, self.1, f),
        }
    }
}

impl fmt::Debug for Mixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mixed(self, 0, f)
    }
}

impl fmt::Debug for AtDepth<&Content> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        content(self.0, self.1, f)
    }
}

impl fmt::Debug for AtDepth<&AnyValue> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        any(self.0, self.1, f)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        record(self, 0, f)
    }
}

impl fmt::Debug for AnyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        any(self, 0, f)
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        content(self, 0, f)
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        element(self, 0, f)
    }
}
