//! Values whose type only the message states: `xsd:anyType`, `xsd:any`, and fields that no table
//! knows.

use std::fmt;

use super::{Mixed, Record};
use crate::secret::names_secret;

/// A value of `xsd:anyType`: its content, and the type that the message stated.
///
/// Sending the value again writes the same XML, except for prefixes. Prefixes are declared by the
/// message, so a text that is a qualified name has no meaning outside of the message.
#[derive(Clone, Default)]
pub struct AnyValue {
    /// `xsi:type`, if the message stated one.
    pub type_name: Option<TypeName>,
    /// The attributes, in the order of the message. Attributes of the `xsi` namespace (`type`,
    /// `nil` and schema locations) are not included.
    pub attributes: Vec<Attribute>,
    /// The content of the element.
    pub content: Content,
}

/// An `xsi:type` whose prefix is resolved.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeName {
    /// Namespace URI.
    pub namespace: Box<str>,
    /// Local name.
    pub name: Box<str>,
}

/// The content of an element.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// `xsi:nil="true"`.
    #[default]
    Nil,
    /// Text, which may be empty.
    Text(String),
    /// Child elements, in the order of the message.
    Record(Record),
    /// Child elements with text between them.
    Mixed(Mixed),
}

/// An element that no field of the table accepts: it belongs to an `xsd:any`, or it is newer than
/// the table.
#[derive(Clone, Default, PartialEq)]
pub struct Element {
    /// Namespace URI. It is empty for "no namespace".
    pub namespace: Box<str>,
    /// Local name.
    pub name: Box<str>,
    /// The content, the type and the attributes of the element.
    pub value: AnyValue,
}

/// An attribute that no field of the table accepts, of an `xsd:anyAttribute`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    /// Namespace URI. It is empty for "no namespace".
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
    /// A text without a stated type.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            content: Content::Text(text.into()),
            ..Self::default()
        }
    }

    /// The text, if the content is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The record, if the content is child elements. It does not contain text between the elements:
    /// see [`Content::Mixed`].
    #[must_use]
    pub fn as_record(&self) -> Option<&Record> {
        match &self.content {
            Content::Record(record) => Some(record),
            Content::Mixed(mixed) => Some(mixed.elements()),
            _ => None,
        }
    }

    /// The attribute with this name and without a namespace.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|a| *a.name == *name && a.namespace.is_empty());
        found.map(|attribute| attribute.value.as_str())
    }

    /// Parses the text as a number, a date or any other type that implements `FromStr`.
    ///
    /// # Errors
    ///
    /// Returns the error of the type `T`. If the value has no text, an empty text is parsed.
    pub fn parse<T: std::str::FromStr>(&self) -> Result<T, T::Err> {
        self.as_str().unwrap_or_default().trim().parse()
    }

    /// Whether the value is nil.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self.content, Content::Nil)
    }
}

/// Access by name to the elements of an `xsd:any`, such as the properties of an
/// `ExtendedErrorDetails`.
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
    /// The first element with this local name, in any namespace.
    fn named(&self, name: &str) -> Option<&Element>;

    /// The text of the first element with this local name, if it has text.
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
    /// The value has the type that the record states.
    fn from(record: Record) -> Self {
        Self {
            content: Content::Record(record),
            ..Self::default()
        }
    }
}

impl Content {
    /// The record, if the content is child elements.
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

    /// Whether it is the type that the record itself states.
    pub(crate) fn is_of(&self, record: &Record) -> bool {
        *self.name == *record.type_name() && *self.namespace == *record.type_namespace()
    }
}

impl PartialEq for AnyValue {
    /// Either the record or the value that contains it may state the type.
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

/// The order of attributes does not matter.
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
