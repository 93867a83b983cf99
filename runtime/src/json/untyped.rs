//! Writes values that state their own type, and the members that state a type.

use std::collections::HashMap;

use serde_core::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::members::{other_attribute, other_key};
use super::number;
use super::write::{Leaf, RecordOut, check_depth};
use super::{ATTRIBUTES, MIXED, TEXT, XSD, XSD_PREFIX};
use crate::record::FieldRef;
use crate::record::{AnyValue, Content, Mixed, Node, TypeName};
use crate::schema::ANY_RECORD;
use crate::schema::Kind;

/// A value that states its own type, or has none.
pub(super) struct AnyOut<'a> {
    value: FieldRef<'a>,
    namespace: &'a str,
    depth: usize,
}

/// The member `attributes`: the name of a type, and its namespace if that is not the expected one.
pub(super) struct Attributes<'a> {
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
    pub(super) expected: &'a str,
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

impl Serialize for AnyOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = |record, attributes, serializer| {
            RecordOut {
                record,
                declared: &ANY_RECORD,
                attributes,
                namespace: self.namespace,
                depth: self.depth,
            }
            .serialize(serializer)
        };
        let value = match self.value {
            FieldRef::Null => return serializer.serialize_unit(),
            FieldRef::Text(text) => return serializer.serialize_str(text),
            FieldRef::Record(value) => return record(value, &[], serializer),
            FieldRef::Any(value) => value,
        };
        let (name, attributes) = (&value.type_name, &value.attributes);
        let plain = attributes.is_empty();
        match (&value.content, name) {
            (Content::Nil, None) if plain => serializer.serialize_unit(),
            (Content::Text(text), None) if plain => serializer.serialize_str(text),
            (Content::Text(text), Some(name)) if plain => match natural(name, text) {
                Some(kind) => Leaf(text, kind).serialize(serializer),
                None => self.described(value, serializer),
            },
            (Content::Record(value), Some(name)) if !name.is_of(value) => {
                let named = value.clone().named(&name.namespace, &name.name);
                record(&named, attributes, serializer)
            }
            (Content::Record(value), _) => record(value, attributes, serializer),
            _ => self.described(value, serializer),
        }
    }
}

impl AnyOut<'_> {
    /// Writes the type, the attributes and the content as separate members.
    fn described<S: Serializer>(&self, value: &AnyValue, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        if let Some(name) = &value.type_name {
            let attributes = Attributes {
                namespace: &name.namespace,
                name: &name.name,
                expected: self.namespace,
            };
            out.serialize_entry(ATTRIBUTES, &attributes)?;
        }
        for attribute in &value.attributes {
            out.serialize_entry(&other_attribute(&ANY_RECORD, attribute), &attribute.value)?;
        }
        match &value.content {
            Content::Text(text) => out.serialize_entry(TEXT, text)?,
            Content::Mixed(mixed) => {
                let nodes = MixedOut {
                    mixed,
                    namespace: value
                        .type_name
                        .as_ref()
                        .map_or(self.namespace, |n| &n.namespace),
                    depth: self.depth + 1,
                };
                out.serialize_entry(MIXED, &nodes)?;
            }
            Content::Nil | Content::Record(_) => out.serialize_entry(TEXT, &())?,
        }
        out.end()
    }
}

/// Mixed content: text and elements in their order, with each element as an object with one member.
struct MixedOut<'a> {
    mixed: &'a Mixed,
    namespace: &'a str,
    depth: usize,
}

impl Serialize for MixedOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        check_depth(self.depth)?;
        let mut out = serializer.serialize_seq(None)?;
        for node in self.mixed.nodes() {
            match node {
                Node::Text(text) => out.serialize_element(text)?,
                Node::Element(element) => {
                    let (namespace, name) = (&element.namespace, &element.name);
                    let key = other_key(&ANY_RECORD, self.namespace, namespace, name);
                    let value = AnyOut::new(FieldRef::Any(&element.value), namespace, self.depth);
                    out.serialize_element(&HashMap::from([(key, value)]))?;
                }
            }
        }
        out.end()
    }
}

/// The kind of a value whose type is evident from its JSON form.
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
