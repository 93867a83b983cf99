//! Values to JSON, by their tables.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_core::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::number;
use super::read::{Member, member, uri};
use super::{ATTRIBUTES, TEXT, XSD, XSD_PREFIX};
use crate::any::{Content, TypeName};
use crate::codec::{ANY_RECORD, push_lexical};
use crate::lexical;
use crate::limits::MAX_DEPTH;
use crate::record::{FieldRef, Record};
use crate::schema::{Field, Kind, Type};
use crate::value::{Struct, Value};

/// A struct.
pub(super) struct StructOut<'a> {
    value: &'a dyn Struct,
    depth: usize,
}

/// A record in a place that declares a type.
pub(super) struct RecordOut<'a> {
    record: &'a Record,
    declared: &'static Type,
    /// Namespace of the record around it.
    namespace: &'a str,
    depth: usize,
}

/// A value that says its own type, or has none.
pub(super) struct AnyOut<'a> {
    value: FieldRef<'a>,
    namespace: &'a str,
    depth: usize,
}

/// `attributes`: a type's name, and its namespace if that is not to be expected.
struct Attributes<'a> {
    namespace: &'a str,
    name: &'a str,
    expected: &'a str,
}

/// One occurrence of a struct's field.
struct Item<'a> {
    value: Value<'a>,
    field: &'static Field,
    namespace: &'a str,
    depth: usize,
}

/// Every occurrence of a record's field.
struct Occurrences<'a> {
    first: FieldRef<'a>,
    rest: Vec<FieldRef<'a>>,
    /// As the reader knows it.
    field: Option<&'static Field>,
    namespace: &'a str,
    depth: usize,
}

/// One of them.
struct Occurrence<'a> {
    value: FieldRef<'a>,
    field: Option<&'static Field>,
    namespace: &'a str,
    depth: usize,
}

struct List<I>(I);

/// The text of a simple value.
struct Leaf<'a>(&'a str, Kind);

impl<'a> StructOut<'a> {
    pub(super) fn new(value: &'a dyn Struct) -> Self {
        Self { value, depth: 0 }
    }
}

impl<'a> RecordOut<'a> {
    pub(super) fn new(record: &'a Record, declared: &'static Type) -> Self {
        Self {
            record,
            declared,
            namespace: "",
            depth: 0,
        }
    }
}

impl<'a> AnyOut<'a> {
    pub(super) fn new(value: FieldRef<'a>, namespace: &'a str, depth: usize) -> Self {
        Self {
            value,
            namespace,
            depth,
        }
    }
}

fn check_depth<E: serde_core::ser::Error>(depth: usize) -> Result<(), E> {
    if depth <= MAX_DEPTH {
        return Ok(());
    }
    Err(E::custom(format!(
        "the value nests deeper than the fixed limit of {MAX_DEPTH}"
    )))
}

/// The member that a field of a table is.
fn key(table: &'static Type, index: u16, field: &'static Field) -> Cow<'static, str> {
    if field.has(Field::TEXT) {
        return TEXT.into();
    }
    if field.has(Field::ATTRIBUTE) {
        return format!("@{}", field.name).into();
    }
    let found = member(table, "", field.name);
    if matches!(found, Member::Known(found) if found == index) && field.name != ATTRIBUTES {
        return field.name.into();
    }
    qualified(uri(table, field), field.name).into()
}

/// The member that an element is which the table does not know.
fn other_key<'a>(table: &Type, default: &str, namespace: &str, name: &'a str) -> Cow<'a, str> {
    let is_free = matches!(member(table, default, name), Member::Other(..));
    if is_free && namespace == default && name != ATTRIBUTES {
        return name.into();
    }
    qualified(namespace, name).into()
}

/// James Clark's notation.
fn qualified(namespace: &str, name: &str) -> String {
    format!("{{{namespace}}}{name}")
}

impl Serialize for StructOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        check_depth(self.depth)?;
        let declared = self.value.table();
        let value = self.value.derived().unwrap_or(self.value);
        let table = value.table();
        let namespace = table.namespace();
        let mut out = serializer.serialize_map(None)?;
        if table != declared {
            let attributes = Attributes {
                namespace,
                name: table.name,
                expected: declared.namespace(),
            };
            out.serialize_entry(ATTRIBUTES, &attributes)?;
        }
        for (index, field) in (0..).zip(table.fields) {
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
                    Value::Element(element) => {
                        let value = FieldRef::Any(&element.value);
                        Some((&*element.namespace, &*element.name, value))
                    }
                    _ => None,
                });
                for (namespace_of, name, values) in grouped(elements) {
                    let key = other_key(table, namespace, namespace_of, name);
                    let values = Occurrences::new(values, None, namespace_of, self.depth + 1);
                    out.serialize_entry(&*key, &values)?;
                }
            } else if field.has(Field::REPEATED) {
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

/// Neighbours or not, the values of each name in their order; names by their first value.
fn grouped<'a>(
    fields: impl Iterator<Item = (&'a str, &'a str, FieldRef<'a>)>,
) -> Vec<(&'a str, &'a str, (FieldRef<'a>, Vec<FieldRef<'a>>))> {
    let mut groups: Vec<(&str, &str, (FieldRef<'_>, Vec<FieldRef<'_>>))> = Vec::new();
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    for (namespace, name, value) in fields {
        let at = *places.entry((namespace, name)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, _, (_, rest))) => rest.push(value),
            None => groups.push((namespace, name, (value, Vec::new()))),
        }
    }
    groups
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
        // What the reader takes for the namespace of plain names.
        let namespace = if is_declared && name.is_empty() {
            self.namespace
        } else {
            own
        };
        let mut out = serializer.serialize_map(None)?;
        if !is_declared || record.table().has(Type::TYPED) {
            let expected = match declared.name {
                "" => self.namespace,
                _ => declared.namespace(),
            };
            let attributes = Attributes {
                namespace: own,
                name,
                expected,
            };
            out.serialize_entry(ATTRIBUTES, &attributes)?;
        }
        for (of, name, values) in grouped(self.members()) {
            let known = find(table, of, name);
            let depth = self.depth + 1;
            match known {
                Some((index, field)) => {
                    let values = Occurrences::new(values, Some(field), namespace, depth);
                    out.serialize_entry(&*key(table, index, field), &values)?;
                }
                None => {
                    let key = other_key(table, namespace, of, name);
                    out.serialize_entry(&*key, &Occurrences::new(values, None, of, depth))?;
                }
            }
        }
        out.end()
    }
}

/// The field of a table, an attribute or not, with this namespace and name.
fn find(table: &'static Type, namespace: &str, name: &str) -> Option<(u16, &'static Field)> {
    let fits = |field: &Field| {
        field.name == name && field.kind != Kind::Wildcard && uri(table, field) == namespace
    };
    let index = table.find(name)?;
    match table.field(index).filter(|field| fits(field)) {
        Some(field) => Some((index, field)),
        None => (0..).zip(table.fields).find(|(_, field)| fits(field)),
    }
}

impl<'a> RecordOut<'a> {
    /// Every field by its namespace and name.
    fn members(&self) -> impl Iterator<Item = (&'a str, &'a str, FieldRef<'a>)> {
        let record = self.record;
        let table = record.table();
        let known = record.inner().entries();
        let known = known.map(move |(_, field, value)| (uri(table, field), field.name, value));
        let extra = record.extra().iter();
        known.chain(extra.map(|e| (&*e.namespace, &*e.name, FieldRef::Any(&e.value))))
    }
}

impl<'a> Occurrences<'a> {
    fn new(
        (first, rest): (FieldRef<'a>, Vec<FieldRef<'a>>),
        field: Option<&'static Field>,
        namespace: &'a str,
        depth: usize,
    ) -> Self {
        Self {
            first,
            rest,
            field,
            namespace,
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
        let is_list = match self.field {
            Some(field) => field.has(Field::REPEATED),
            None => !self.rest.is_empty(),
        };
        let nil = self.rest.is_empty() && self.first.is_null();
        if is_list && !(nil && self.field.is_some()) {
            let all = std::iter::once(self.first).chain(self.rest.iter().copied());
            return List(all.map(|value| self.one(value))).serialize(serializer);
        }
        // Of a field that is not repeated, the last occurrence counts.
        let last = self.rest.last().copied().unwrap_or(self.first);
        self.one(last).serialize(serializer)
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
        match (field.kind, self.value.as_record(), self.value.as_str()) {
            (Kind::Struct | Kind::Record, Some(record), _) => RecordOut {
                record,
                declared: field.ty.unwrap_or(&ANY_RECORD),
                namespace: self.namespace,
                depth: self.depth,
            }
            .serialize(serializer),
            (Kind::Struct | Kind::Record | Kind::Any | Kind::Wildcard, ..) => {
                any.serialize(serializer)
            }
            (kind, _, Some(text)) => Leaf(text, kind).serialize(serializer),
            _ => any.serialize(serializer),
        }
    }
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, depth) = (self.field.kind, self.depth);
        match self.value {
            Value::Absent | Value::Nil => serializer.serialize_unit(),
            Value::Text(text) => Leaf(text, kind).serialize(serializer),
            Value::Boolean(value) => serializer.serialize_bool(value),
            Value::Bytes(bytes) if kind != Kind::Hex => {
                serializer.collect_str(&lexical::Base64(bytes))
            }
            Value::Struct(value) => StructOut { value, depth }.serialize(serializer),
            Value::Record(record) => RecordOut {
                record,
                declared: self.field.ty.unwrap_or(&ANY_RECORD),
                namespace: self.namespace,
                depth,
            }
            .serialize(serializer),
            Value::Any(value) => {
                AnyOut::new(FieldRef::Any(value), self.namespace, depth).serialize(serializer)
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

impl Serialize for AnyOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = |record, serializer| {
            RecordOut {
                record,
                declared: &ANY_RECORD,
                namespace: self.namespace,
                depth: self.depth,
            }
            .serialize(serializer)
        };
        let value = match self.value {
            FieldRef::Null => return serializer.serialize_unit(),
            FieldRef::Text(text) => return serializer.serialize_str(text),
            FieldRef::Record(value) => return record(value, serializer),
            FieldRef::Any(value) => value,
        };
        let text = match (&value.content, &value.type_name) {
            (Content::Nil, None) => return serializer.serialize_unit(),
            (Content::Text(text), None) => return serializer.serialize_str(text),
            (Content::Record(value), None) => return record(value, serializer),
            (Content::Record(value), Some(name)) => {
                if name.is_of(value) {
                    return record(value, serializer);
                }
                let named = value.clone().named(&name.namespace, &name.name);
                return record(&named, serializer);
            }
            (Content::Nil, Some(_)) => None,
            (Content::Text(text), Some(name)) => {
                if let Some(kind) = natural(name, text) {
                    return Leaf(text, kind).serialize(serializer);
                }
                Some(text)
            }
        };
        let mut out = serializer.serialize_map(None)?;
        if let Some(name) = &value.type_name {
            let attributes = Attributes {
                namespace: &name.namespace,
                name: &name.name,
                expected: self.namespace,
            };
            out.serialize_entry(ATTRIBUTES, &attributes)?;
        }
        out.serialize_entry(TEXT, &text)?;
        out.end()
    }
}

/// The kind of a value whose type its form in JSON tells.
fn natural(name: &TypeName, text: &str) -> Option<Kind> {
    if *name.namespace != *XSD {
        return None;
    }
    let fits = |is: fn(number::Number) -> bool| number::of_text(text).is_some_and(is);
    match &*name.name {
        "boolean" if matches!(text, "true" | "false") => Some(Kind::Boolean),
        "int" if fits(number::Number::is_int) => Some(Kind::Int),
        "long" if fits(number::Number::is_long) => Some(Kind::Long),
        "double" if fits(number::Number::is_float) => Some(Kind::Double),
        _ => None,
    }
}

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_xsd = self.namespace == XSD && self.expected != XSD;
        let is_plain = self.namespace == self.expected && !self.name.starts_with(XSD_PREFIX);
        let mut out = serializer.serialize_map(None)?;
        if is_xsd {
            out.serialize_entry("type", &format!("{XSD_PREFIX}{}", self.name))?;
            return out.end();
        }
        out.serialize_entry("type", self.name)?;
        if !is_plain {
            out.serialize_entry("namespace", self.namespace)?;
        }
        out.end()
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
