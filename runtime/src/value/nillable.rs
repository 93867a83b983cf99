//! Values that may be nil, where nil is not the same as absent.

use super::{Access, FieldValue, Slot, Value};
use crate::record::Attribute;

/// The content of an element that is present: a value, or nil (`xsi:nil="true"`).
///
/// An optional field that is nillable is an `Option<Nillable<T>>` in two cases: the generator is
/// asked for it (`Config::nillable`), or the type of the field has attributes, which a nil element
/// may have, too. `None` then stands for an absent element, and `Some(Nillable::nil())` for a nil
/// element.
///
/// ```
/// use saponify::Nillable;
///
/// let mut name: Option<Nillable<String>> = Some("Ada".to_owned().into());
/// assert_eq!(name.as_ref().and_then(Nillable::value).map(String::as_str), Some("Ada"));
/// name = Some(Nillable::nil());
/// assert!(name.is_some_and(|name| name.is_nil()));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Nillable<T> {
    /// Nil, with the attributes of the element.
    Nil(Vec<Attribute>),
    /// A value.
    Value(T),
}

impl<T> Nillable<T> {
    /// Nil without attributes.
    #[must_use]
    pub const fn nil() -> Self {
        Self::Nil(Vec::new())
    }

    /// The value, unless it is nil.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Nil(_) => None,
            Self::Value(value) => Some(value),
        }
    }

    /// The value, unless it is nil.
    #[must_use]
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Nil(_) => None,
            Self::Value(value) => Some(value),
        }
    }

    /// Whether it is nil.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil(_))
    }
}

impl<T> Default for Nillable<T> {
    /// Nil.
    fn default() -> Self {
        Self::nil()
    }
}

impl<T> From<T> for Nillable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// How a [`Nillable`] is filled and read.
#[derive(Debug)]
pub struct NillableAccess;

impl<T: FieldValue + Default> FieldValue for Nillable<T> {
    type Access = NillableAccess;
}

impl<T: FieldValue + Default> Access<Nillable<T>> for NillableAccess {
    const NILLABLE: bool = true;
    const KEEPS_NIL: bool = true;

    fn slot(value: &mut Nillable<T>) -> Slot<'_> {
        *value = Nillable::Value(T::default());
        match value {
            Nillable::Value(value) => value.slot(),
            Nillable::Nil(_) => Slot::None,
        }
    }

    fn nil(value: &mut Nillable<T>) -> Slot<'_> {
        *value = Nillable::nil();
        match value {
            Nillable::Nil(attributes) => Slot::NilAttributes(attributes),
            Nillable::Value(_) => Slot::None,
        }
    }

    fn value(value: &Nillable<T>, n: usize) -> Value<'_> {
        match value {
            Nillable::Value(value) => value.value(n),
            Nillable::Nil(_) if n > 0 => Value::Absent,
            Nillable::Nil(attributes) if attributes.is_empty() => Value::Nil,
            Nillable::Nil(attributes) => Value::NilWith(attributes),
        }
    }
}
