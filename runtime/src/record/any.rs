//! Values whose type only the message tells: `xsd:anyType`, `xsd:any`, and fields no table knows.

use std::fmt;

use super::{Mixed, Record};
use crate::secret::names_secret;

/// A value of `xsd:anyType`: its content and the type it came with.
///
/// What came goes out alike, prefixes aside: they are of the message, so that a text that is a
/// qualified name means nothing without it.
#[derive(Clone, Default)]
pub struct AnyValue {
    /// `xsi:type`, if the message had one.
    pub type_name: Option<TypeName>,
    /// Attributes, in the order of the message; those of `xsi:` (type, nil and hints where schemas
    /// are) are not among them.
    pub attributes: Vec<Attribute>,
    /// What was between the tags.
    pub content: Content,
}

/// A resolved `xsi:type`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeName {
    /// Namespace URI.
    pub namespace: Box<str>,
    /// Local name.
    pub name: Box<str>,
}

/// What an element holds.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// `xsi:nil="true"`.
    #[default]
    Nil,
    /// Text, also the empty one.
    Text(String),
    /// Child elements, in the order of the message.
    Record(Record),
    /// Child elements with text between them.
    Mixed(Mixed),
}

/// An element that no field of the table accepts: of an `xsd:any`, or newer than the table.
#[derive(Clone, Default, PartialEq)]
pub struct Element {
    /// Namespace URI, empty for none.
    pub namespace: Box<str>,
    /// Local name.
    pub name: Box<str>,
    /// What it holds.
    pub value: AnyValue,
}

/// An attribute that no field of the table accepts, of an `xsd:anyAttribute`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    /// Namespace URI, empty for none.
    pub namespace: Box<str>,
    /// Local name.
    pub name: Box<str>,
    /// Its value.
    pub value: String,
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Attribute");
        out.field("namespace", &self.namespace)
            .field("name", &self.name);
        match names_secret(&self.name) {
            true => out.field("value", &format_args!("***")),
            false => out.field("value", &self.value),
        };
        out.finish()
    }
}

impl AnyValue {
    /// Text of unstated type.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            content: Content::Text(text.into()),
            ..Self::default()
        }
    }

    /// The text, if it is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The record, if it has children. Text between them is not in it: see [`Content::Mixed`].
    #[must_use]
    pub fn as_record(&self) -> Option<&Record> {
        match &self.content {
            Content::Record(record) => Some(record),
            Content::Mixed(mixed) => Some(mixed.elements()),
            _ => None,
        }
    }

    /// The attribute of this name and no namespace.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|a| *a.name == *name && a.namespace.is_empty());
        found.map(|attribute| attribute.value.as_str())
    }

    /// Reads the text as a number, date or anything else that parses.
    ///
    /// # Errors
    ///
    /// The type's own error, or that of parsing an empty text if the value has none.
    pub fn parse<T: std::str::FromStr>(&self) -> Result<T, T::Err> {
        self.as_str().unwrap_or_default().trim().parse()
    }

    /// Whether the value is nil.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self.content, Content::Nil)
    }
}

/// Elements of an `xsd:any` by name, such as the properties of an `ExtendedErrorDetails`.
///
/// ```
/// use saponify::{AnyValue, Element, Elements as _};
///
/// let any = vec![Element {
///     name: "severity".into(),
///     value: AnyValue::text("high"),
///     ..Element::default()
/// }];
/// assert_eq!(any.text("severity"), Some("high"));
/// ```
pub trait Elements {
    /// The first element of this local name, in whatever namespace.
    fn named(&self, name: &str) -> Option<&Element>;

    /// The text of the first element of this local name, if it is text.
    fn text(&self, name: &str) -> Option<&str> {
        self.named(name)?.value.as_str()
    }
}

impl Elements for [Element] {
    fn named(&self, name: &str) -> Option<&Element> {
        self.iter().find(|element| &*element.name == name)
    }
}

impl From<Record> for AnyValue {
    /// The record, of the type that it says itself.
    fn from(record: Record) -> Self {
        Self {
            content: Content::Record(record),
            ..Self::default()
        }
    }
}

impl Content {
    /// The record, if there are children.
    pub(crate) fn into_record(self) -> Option<Record> {
        match self {
            Content::Record(record) => Some(record),
            Content::Mixed(mixed) => Some(mixed.into_elements()),
            Content::Nil | Content::Text(_) => None,
        }
    }
}

impl TypeName {
    pub(crate) fn new(namespace: &str, name: &str) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// Whether it is the type that the record itself names.
    pub(crate) fn is_of(&self, record: &Record) -> bool {
        *self.name == *record.type_name() && *self.namespace == *record.type_namespace()
    }
}

impl PartialEq for AnyValue {
    /// A record may name its type itself, or the value for it.
    fn eq(&self, other: &Self) -> bool {
        let same_type = match (&self.type_name, &other.type_name) {
            (None, Some(name)) => self.as_record().is_some_and(|record| name.is_of(record)),
            (Some(name), None) => other.as_record().is_some_and(|record| name.is_of(record)),
            (a, b) => a == b,
        };
        same_type
            && same_attributes(&self.attributes, &other.attributes)
            && self.content == other.content
    }
}

/// Attributes have no order.
pub(crate) fn same_attributes(a: &[Attribute], b: &[Attribute]) -> bool {
    let in_order = |attributes: &[Attribute]| {
        let mut all = attributes.to_vec();
        all.sort();
        all
    };
    a == b || a.len() == b.len() && in_order(a) == in_order(b)
}

impl fmt::Debug for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}{}", self.namespace, self.name)
    }
}
