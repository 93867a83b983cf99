//! A reference to one field of a record.

use super::Record;
use crate::record::{AnyValue, Content};

/// A reference to one field of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum FieldRef<'a> {
    /// Null.
    Null,
    /// A simple value in its lexical form.
    Text(&'a str),
    /// A nested record.
    Record(&'a Record),
    /// A value that states its own type.
    Any(&'a AnyValue),
}

impl<'a> FieldRef<'a> {
    /// The text, if the field is text.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            FieldRef::Text(text) => Some(text),
            FieldRef::Any(value) => value.as_str(),
            _ => None,
        }
    }

    /// The record, if the field has child elements.
    #[must_use]
    pub fn as_record(self) -> Option<&'a Record> {
        match self {
            FieldRef::Record(record) => Some(record),
            FieldRef::Any(value) => value.as_record(),
            _ => None,
        }
    }

    /// Whether the field is null.
    #[must_use]
    pub fn is_null(self) -> bool {
        match self {
            FieldRef::Null => true,
            FieldRef::Any(value) => value.is_nil(),
            _ => false,
        }
    }

    /// Replaces a value that states no type and has no attributes by its content.
    pub(crate) fn plain(self) -> Self {
        match self {
            FieldRef::Any(value) => value.into(),
            plain => plain,
        }
    }

    pub(crate) fn to_any(self) -> AnyValue {
        match self {
            FieldRef::Null => AnyValue::default(),
            FieldRef::Text(text) => AnyValue::text(text),
            FieldRef::Record(record) => record.clone().into(),
            FieldRef::Any(value) => value.clone(),
        }
    }
}

impl<'a> From<&'a AnyValue> for FieldRef<'a> {
    fn from(value: &'a AnyValue) -> Self {
        match (&value.content, &value.type_name) {
            _ if !value.attributes.is_empty() => FieldRef::Any(value),
            (Content::Nil, _) => FieldRef::Null,
            (Content::Text(text), None) => FieldRef::Text(text),
            (Content::Record(record), None) => FieldRef::Record(record),
            (Content::Record(record), Some(name)) if name.is_of(record) => FieldRef::Record(record),
            _ => FieldRef::Any(value),
        }
    }
}
