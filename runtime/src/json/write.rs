//! Writes values as JSON by their tables.

use serde_core::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::ATTRIBUTES;
use super::members::{Elements, Group, Groups, key, other_attribute, other_key};
use super::number;
use super::read::expected;
use super::untyped::{AnyOut, Attributes};

use crate::lexical::binary;
use crate::limits::MAX_DEPTH;
use crate::record::Attribute;
use crate::record::{FieldRef, Record};
use crate::schema::ANY_RECORD;
use crate::schema::{Field, Kind, Type};
use crate::value::push_lexical;
use crate::value::{Struct, Value};

/// A struct.
pub(super) struct StructOut<'a> {
    value: &'a dyn Struct,
    /// The type that the field declares, if the value belongs to a field that the reader knows.
    declared: Option<&'static Type>,
    namespace: &'a str,
    depth: usize,
}

/// A record in a field that declares a type.
pub(super) struct RecordOut<'a> {
    pub(super) record: &'a Record,
    pub(super) declared: &'static Type,
    /// The attributes that are not fields.
    pub(super) attributes: &'a [Attribute],
    /// The namespace of the enclosing record.
    pub(super) namespace: &'a str,
    pub(super) depth: usize,
}

/// One occurrence of a struct's field.
struct Item<'a> {
    value: Value<'a>,
    field: &'static Field,
    namespace: &'a str,
    depth: usize,
}

/// Every occurrence of a field of a record.
pub(super) struct Occurrences<'a> {
    group: Group<'a>,
    /// The field, if the reader knows it.
    field: Option<&'static Field>,
    namespace: &'a str,
    depth: usize,
}

/// One occurrence of a field.
struct Occurrence<'a> {
    value: FieldRef<'a>,
    field: Option<&'static Field>,
    namespace: &'a str,
    depth: usize,
}

struct List<I>(I);

/// The text of a simple value.
pub(super) struct Leaf<'a>(pub(super) &'a str, pub(super) Kind);

impl<'a> StructOut<'a> {
    pub(super) fn new(value: &'a dyn Struct) -> Self {
        Self {
            declared: Some(value.table()),
            value,
            namespace: "",
            depth: 0,
        }
    }
}

impl<'a> StructOut<'a> {
    /// A value of any type that derives from an abstract type.
    pub(super) fn undeclared(value: &'a dyn Struct) -> Self {
        Self {
            declared: None,
            ..Self::new(value)
        }
    }
}

impl<'a> RecordOut<'a> {
    pub(super) fn new(record: &'a Record, declared: &'static Type) -> Self {
        Self {
            record,
            declared,
            attributes: &[],
            namespace: "",
            depth: 0,
        }
    }
}

pub(super) fn check_depth<E: serde_core::ser::Error>(depth: usize) -> Result<(), E> {
    if depth <= MAX_DEPTH {
        return Ok(());
    }
    Err(E::custom(format!(
        "the value nests deeper than the fixed limit of {MAX_DEPTH}"
    )))
}

impl Serialize for StructOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        check_depth(self.depth)?;
        let value = self.value.derived().unwrap_or(self.value);
        let table = value.table();
        let namespace = table.namespace();
        let mut out = serializer.serialize_map(None)?;
        if self.declared != Some(table) {
            let declared = self.declared.unwrap_or(&ANY_RECORD);
            let attributes = Attributes {
                namespace,
                name: table.name,
                expected: expected(declared, self.namespace),
            };
            out.serialize_entry(ATTRIBUTES, &attributes)?;
        }
        for (index, field) in (0..).zip(table.fields()) {
            let occurrences = || {
                (0..)
                    .map(|n| value.value(index, n))
                    .take_while(|value| !matches!(value, Value::Absent))
            };
            let item = |value| Item {
                value,
                field,
                namespace,
                depth: self.depth + 1,
            };
            if field.kind == Kind::Wildcard {
                let elements = occurrences().filter_map(|value| match value {
                    Value::Element(element) => Some(element),
                    _ => None,
                });
                let elements: Vec<_> = elements.collect();
                let all = Elements {
                    table,
                    depth: self.depth + 1,
                    elements: &elements,
                };
                all.write::<S>(&mut out, index)?;
            } else if field.kind == Kind::Attributes {
                for value in occurrences() {
                    if let Value::Attribute(attribute) = value {
                        let key = other_attribute(table, attribute);
                        out.serialize_entry(&key, &attribute.value)?;
                    }
                }
            } else if field.has(Field::REPEATED | Field::LIST) {
                if !matches!(value.value(index, 0), Value::Absent) {
                    let items = List(occurrences().map(item));
                    out.serialize_entry(&*key(table, index, field), &items)?;
                }
            } else if let Some(value) = occurrences().next() {
                out.serialize_entry(&*key(table, index, field), &item(value))?;
            }
        }
        out.end()
    }
}

impl Serialize for RecordOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        check_depth(self.depth)?;
        let (record, declared) = (self.record, self.declared);
        let (name, own) = (record.type_name(), record.type_namespace());
        let is_declared = name == declared.name && own == declared.namespace();
        let table = if is_declared {
            declared
        } else {
            declared.root()
        };
        // The namespace that the reader gives to names without a namespace.
        let namespace = if is_declared && name.is_empty() {
            self.namespace
        } else {
            own
        };
        let mut out = serializer.serialize_map(None)?;
        if !is_declared || record.table().has(Type::TYPED) {
            let attributes = Attributes {
                namespace: own,
                name,
                expected: expected(declared, self.namespace),
            };
            out.serialize_entry(ATTRIBUTES, &attributes)?;
        }
        for attribute in self.attributes {
            out.serialize_entry(&other_attribute(table, attribute), &attribute.value)?;
        }
        for group in self.groups() {
            let depth = self.depth + 1;
            match find(table, group.namespace, group.name) {
                Some((index, field)) => {
                    let values = Occurrences {
                        group,
                        field: Some(field),
                        namespace,
                        depth,
                    };
                    out.serialize_entry(&*key(table, index, field), &values)?;
                }
                None => {
                    let key = other_key(table, namespace, group.namespace, group.name);
                    out.serialize_entry(&*key, &Occurrences::other(group, depth))?;
                }
            }
        }
        out.end()
    }
}

/// The field or attribute of a table with this namespace and name.
fn find(table: &'static Type, namespace: &str, name: &str) -> Option<(u16, &'static Field)> {
    let fits = |field: &Field| {
        let is_named = !matches!(field.kind, Kind::Wildcard | Kind::Attributes);
        field.name == name && is_named && table.uri(field) == namespace
    };
    let index = table.find(name)?;
    match table.field(index).filter(|field| fits(field)) {
        Some(field) => Some((index, field)),
        None => (0..).zip(table.fields()).find(|(_, field)| fits(field)),
    }
}

impl<'a> RecordOut<'a> {
    /// Every field, grouped by its namespace and name.
    fn groups(&self) -> Vec<Group<'a>> {
        let record = self.record;
        let table = record.table();
        let mut groups = Groups::default();
        for (_, field, value) in record.inner().entries() {
            groups.push(table.uri(field), field.name, value);
        }
        for element in record.extra() {
            groups.push_extra(element);
        }
        groups.groups
    }
}

impl<'a> Occurrences<'a> {
    /// Values that the table does not know. Names in these values are in the values' own namespace.
    pub(super) fn other(group: Group<'a>, depth: usize) -> Self {
        Self {
            namespace: group.namespace,
            group,
            field: None,
            depth,
        }
    }

    fn one(&self, value: FieldRef<'a>) -> Occurrence<'a> {
        Occurrence {
            value,
            field: self.field,
            namespace: self.namespace,
            depth: self.depth,
        }
    }
}

impl Serialize for Occurrences<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Group { first, rest, .. } = &self.group;
        let is_list = match self.field {
            // If the list is null as a whole, it is not written as a list that contains a null.
            Some(field) => field.has(Field::REPEATED) && !(rest.is_empty() && first.is_null()),
            None => !rest.is_empty(),
        };
        if is_list {
            let all = std::iter::once(first).chain(rest);
            return List(all.map(|value| self.one(*value))).serialize(serializer);
        }
        // If the field is not repeated, the last occurrence counts.
        self.one(*rest.last().unwrap_or(first))
            .serialize(serializer)
    }
}

impl Serialize for Occurrence<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let any = AnyOut::new(self.value, self.namespace, self.depth);
        let Some(field) = self.field else {
            return any.serialize(serializer);
        };
        if self.value.is_null() && field.kind != Kind::Any {
            return serializer.serialize_unit();
        }
        let attributes: &[Attribute] = match self.value {
            FieldRef::Any(value) => &value.attributes,
            _ => &[],
        };
        match (field.kind, self.value.as_record(), self.value.as_str()) {
            (Kind::Struct | Kind::Record | Kind::Group, Some(record), _) => RecordOut {
                record,
                declared: field.ty.unwrap_or(&ANY_RECORD),
                attributes,
                namespace: self.namespace,
                depth: self.depth,
            }
            .serialize(serializer),
            // Simple content with attributes.
            (Kind::Struct | Kind::Record, None, Some(_)) if !attributes.is_empty() => {
                any.serialize(serializer)
            }
            (Kind::Any, ..) => any.serialize(serializer),
            (_, _, Some(text)) => Leaf(text, field.text_kind()).serialize(serializer),
            _ => any.serialize(serializer),
        }
    }
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, depth) = (self.field.kind, self.depth);
        match self.value {
            Value::Absent | Value::Nil | Value::NilWith(_) => serializer.serialize_unit(),
            Value::Attribute(attribute) => serializer.serialize_str(&attribute.value),
            Value::Text(text) => Leaf(text, kind).serialize(serializer),
            Value::Boolean(value) => serializer.serialize_bool(value),
            Value::Bytes(bytes) if kind != Kind::Hex => {
                serializer.collect_str(&binary::Base64(bytes))
            }
            Value::Struct(value) => StructOut {
                value,
                declared: self.field.ty.or(Some(value.table())),
                namespace: self.namespace,
                depth,
            }
            .serialize(serializer),
            Value::Record(record) => RecordOut {
                record,
                declared: self.field.ty.unwrap_or(&ANY_RECORD),
                attributes: &[],
                namespace: self.namespace,
                depth,
            }
            .serialize(serializer),
            Value::Any(value) => {
                // For an abstract type, the declared type decides which namespace is expected.
                let namespace = match self.field.ty {
                    Some(declared) => expected(declared, self.namespace),
                    None => self.namespace,
                };
                AnyOut::new(FieldRef::Any(value), namespace, depth).serialize(serializer)
            }
            Value::Element(element) => {
                let value = FieldRef::Any(&element.value);
                AnyOut::new(value, self.namespace, depth).serialize(serializer)
            }
            leaf => {
                let mut text = String::new();
                push_lexical(&mut text, leaf, kind);
                let kind = match leaf {
                    Value::Integer(_) | Value::Unsigned(_) => Kind::Long,
                    Value::Float(_) | Value::Double(_) => Kind::Double,
                    _ => Kind::String,
                };
                Leaf(&text, kind).serialize(serializer)
            }
        }
    }
}

impl Serialize for Leaf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.1, self.0) {
            (Kind::Boolean, "true") => serializer.serialize_bool(true),
            (Kind::Boolean, "false") => serializer.serialize_bool(false),
            (
                Kind::Byte
                | Kind::Short
                | Kind::Int
                | Kind::Long
                | Kind::UnsignedByte
                | Kind::UnsignedShort
                | Kind::UnsignedInt
                | Kind::UnsignedLong
                | Kind::Float
                | Kind::Double
                | Kind::Decimal,
                text,
            ) => number::write(text, serializer),
            (_, text) => serializer.serialize_str(text),
        }
    }
}

impl<I> Serialize for List<I>
where
    I: Iterator + Clone,
    I::Item: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_seq(None)?;
        for item in self.0.clone() {
            out.serialize_element(&item)?;
        }
        out.end()
    }
}
