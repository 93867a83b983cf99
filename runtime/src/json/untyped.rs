//! Values that say their own type, and how a type is said.

use serde_core::ser::{Serialize, SerializeMap, Serializer};

use super::number;
use super::write::{Leaf, RecordOut};
use super::{ATTRIBUTES, TEXT, XSD, XSD_PREFIX};
use crate::any::{Content, TypeName};
use crate::codec::ANY_RECORD;
use crate::record::FieldRef;
use crate::schema::Kind;

/// A value that says its own type, or has none.
pub(super) struct AnyOut<'a> {
    value: FieldRef<'a>,
    namespace: &'a str,
    depth: usize,
}

/// `attributes`: a type's name, and its namespace if that is not to be expected.
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
