//! Writes the rows of a query as XML, directly from the columns of SQLite.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::id::{Id, Prefix};
use crate::org::Kind;
use crate::quirks::Quirks;
use crate::soql::dates;
use crate::soql::plan::{Node, Shape};
use crate::store::value::write_double;
use crate::xml::response::{Out, escape_into};

/// The shape of a row, with prepared tags.
#[derive(Debug)]
pub(crate) struct Writer {
    items: Vec<Item>,
    presence: usize,
    /// The attribute that names the type, such as ` xsi:type="sf:Account"`.
    pub(crate) kind: String,
    unknown: bool,
    shuffle: bool,
    nil: bool,
    wraps: bool,
}

#[derive(Debug)]
enum Item {
    Value {
        open: Out,
        close: Out,
        column: usize,
        kind: Kind,
        prefix: Option<Prefix>,
    },
    Compound {
        name: String,
        kind: Kind,
        parts: Vec<(&'static str, usize)>,
    },
    Parent {
        name: String,
        alternatives: Vec<Writer>,
    },
    Children {
        name: String,
        plan: usize,
    },
}

/// Writes the rows of a sub-query, and returns their number.
pub(crate) trait Nested {
    fn children(
        &mut self,
        name: &str,
        plan: usize,
        row: &Row<'_>,
        out: &mut Out,
    ) -> rusqlite::Result<u64>;
}

impl Writer {
    pub(crate) fn new(shape: &Shape, quirks: &Quirks) -> Self {
        let object = if shape.as_name && !quirks.concrete_parents {
            "Name"
        } else {
            &shape.object
        };
        let items = shape
            .nodes
            .iter()
            .map(|((_, name), node)| Item::new(name, node, quirks))
            .collect();
        Self {
            items,
            presence: shape.presence,
            kind: format!(" xsi:type=\"sf:{object}\""),
            unknown: quirks.unknown_elements,
            shuffle: quirks.shuffle,
            nil: quirks.write_nil,
            wraps: quirks.wrapped_base64,
        }
    }

    /// Writes the fields of a row, and returns the number of rows of its sub-queries.
    pub(crate) fn write(
        &self,
        row: &Row<'_>,
        instance: [u8; 2],
        nested: &mut dyn Nested,
        out: &mut Out,
    ) -> rusqlite::Result<u64> {
        let mut inside = 0;
        let turn = match self.shuffle {
            true => row.get::<_, i64>(0).unwrap_or(0).unsigned_abs() as usize,
            false => 0,
        };
        let wraps = self.wraps && row.get::<_, i64>(0).unwrap_or(0) % 2 == 0;
        let count = self.items.len();
        for i in 0..count {
            // The order is rotated, and reversed every other time. It is unsorted, but the same in every
            // run.
            let at = if turn % 2 == 1 { count - 1 - i } else { i };
            match &self.items[(at + turn) % count] {
                Item::Value {
                    open,
                    close,
                    column,
                    kind,
                    prefix,
                } => {
                    let value = row.get_ref(*column)?;
                    if matches!(value, ValueRef::Null) {
                        if self.nil {
                            out.extend_from_slice(&open[..open.len() - 1]);
                            out.extend_from_slice(b" xsi:nil=\"true\"/>");
                        }
                        continue;
                    }
                    if *kind == Kind::AnyType {
                        write_any(&open[..open.len() - 1], value, out);
                    } else if let (true, ValueRef::Blob(bytes)) = (wraps, value) {
                        out.extend_from_slice(open);
                        write_wrapped(bytes, out);
                    } else {
                        out.extend_from_slice(open);
                        write_value(value, *kind, *prefix, instance, out);
                    }
                    out.extend_from_slice(close);
                }
                Item::Compound { name, kind, parts } => compound(name, *kind, parts, row, out)?,
                Item::Parent { name, alternatives } => {
                    let present = |writer: &&Self| {
                        !matches!(row.get_ref(writer.presence), Ok(ValueRef::Null) | Err(_))
                    };
                    let Some(writer) = alternatives.iter().find(present) else {
                        if self.nil {
                            out.extend_from_slice(
                                format!("<sf:{name} xsi:nil=\"true\"/>").as_bytes(),
                            );
                        }
                        continue;
                    };
                    for part in ["<sf:", name, &writer.kind, ">"] {
                        out.extend_from_slice(part.as_bytes());
                    }
                    inside += writer.write(row, instance, nested, out)?;
                    for part in ["</sf:", name, ">"] {
                        out.extend_from_slice(part.as_bytes());
                    }
                }
                Item::Children { name, plan } => {
                    inside += nested.children(name, *plan, row, out)?
                }
            }
        }
        if self.unknown {
            out.extend_from_slice(
                b"<sf:Brand_New_Field__c>newer than your WSDL</sf:Brand_New_Field__c>",
            );
        }
        Ok(inside)
    }
}

impl Item {
    fn new(name: &str, node: &Node, quirks: &Quirks) -> Self {
        match node {
            Node::Value {
                column,
                kind,
                prefix,
            } => Self::Value {
                open: format!("<sf:{name}>").into_bytes(),
                close: format!("</sf:{name}>").into_bytes(),
                column: *column,
                kind: *kind,
                prefix: *prefix,
            },
            Node::Compound { kind, parts } => Self::Compound {
                name: name.to_owned(),
                kind: *kind,
                parts: parts.clone(),
            },
            Node::Parent(shapes) => Self::Parent {
                name: name.to_owned(),
                alternatives: shapes
                    .iter()
                    .map(|shape| Writer::new(shape, quirks))
                    .collect(),
            },
            Node::Children(plan) => Self::Children {
                name: name.to_owned(),
                plan: *plan,
            },
        }
    }
}

/// Writes an address or a location, unless all of its components are null.
fn compound(
    name: &str,
    kind: Kind,
    parts: &[(&'static str, usize)],
    row: &Row<'_>,
    out: &mut Out,
) -> rusqlite::Result<()> {
    let mut inner = Out::new();
    let mut some = false;
    for (part, column) in parts {
        let value = row.get_ref(*column)?;
        if matches!(value, ValueRef::Null) {
            inner.extend_from_slice(format!("<{part} xsi:nil=\"true\"/>").as_bytes());
        } else {
            some = true;
            inner.extend_from_slice(format!("<{part}>").as_bytes());
            let kind = if matches!(value, ValueRef::Real(_)) {
                Kind::Double
            } else {
                Kind::String
            };
            write_value(value, kind, None, *b"00", &mut inner);
            inner.extend_from_slice(format!("</{part}>").as_bytes());
        }
        // In the type, codes of country and state follow the names. The sandbox has no codes.
        let code = match (*part, kind) {
            ("country", Kind::Address) => Some("countryCode"),
            ("state", Kind::Address) => Some("stateCode"),
            _ => None,
        };
        if let Some(code) = code {
            inner.extend_from_slice(format!("<{code} xsi:nil=\"true\"/>").as_bytes());
        }
    }
    if some {
        out.extend_from_slice(format!("<sf:{name} xsi:type=\"{}\">", kind.field_type()).as_bytes());
        out.extend_from_slice(&inner);
        out.extend_from_slice(format!("</sf:{name}>").as_bytes());
    }
    Ok(())
}

/// Writes a value of the type anyType. The first letter of the value encodes its actual type.
fn write_any(open: &[u8], value: ValueRef<'_>, out: &mut Out) {
    let text = value.as_str().unwrap_or("s");
    let kind = match text.as_bytes().first() {
        Some(b'd') => "double",
        Some(b'b') => "boolean",
        Some(b't') => "dateTime",
        Some(b'D') => "date",
        Some(b'i') => "int",
        _ => "string",
    };
    out.extend_from_slice(open);
    out.extend_from_slice(format!(" xsi:type=\"xsd:{kind}\">").as_bytes());
    escape_into(text.get(1..).unwrap_or("").as_bytes(), out);
}

/// Writes base64 in lines, as MIME does.
fn write_wrapped(bytes: &[u8], out: &mut Out) {
    // A line of 76 characters holds 57 bytes.
    for line in bytes.chunks(57) {
        out.extend_from_slice(STANDARD.encode(line).as_bytes());
        out.extend_from_slice(b"\r\n");
    }
}

/// Writes a value that is not null.
pub(crate) fn write_value(
    value: ValueRef<'_>,
    kind: Kind,
    prefix: Option<Prefix>,
    instance: [u8; 2],
    out: &mut Out,
) {
    match (value, kind) {
        (ValueRef::Text(text), _) => escape_into(text, out),
        (ValueRef::Integer(serial), Kind::Id) => match prefix {
            Some(prefix) => Id::new(prefix, serial).write(instance, out),
            None => Id::unpack(serial).write(instance, out),
        },
        (ValueRef::Integer(packed), Kind::Reference) => Id::unpack(packed).write(instance, out),
        (ValueRef::Integer(value), Kind::Boolean) => {
            out.extend_from_slice(if value == 0 { b"false" } else { b"true" });
        }
        (ValueRef::Integer(days), Kind::Date) => dates::write_date(days, out),
        (ValueRef::Integer(datetime), Kind::DateTime) => dates::write_datetime(datetime, out),
        (ValueRef::Integer(time), Kind::Time) => dates::write_time(time, out),
        (ValueRef::Integer(number), Kind::Double | Kind::Currency | Kind::Percent) => {
            write_double(number as f64, out)
        }
        (ValueRef::Integer(number), _) => out.extend_from_slice(number.to_string().as_bytes()),
        (ValueRef::Real(number), Kind::Int | Kind::Long) => {
            out.extend_from_slice(format!("{number:.0}").as_bytes())
        }
        (ValueRef::Real(number), _) => write_double(number, out),
        (ValueRef::Blob(bytes), _) => out.extend_from_slice(STANDARD.encode(bytes).as_bytes()),
        (ValueRef::Null, _) => {}
    }
}
