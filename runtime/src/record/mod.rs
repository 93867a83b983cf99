//! The sparse record behind every sObject view.
//!
//! A record costs what was selected, not what its type declares: the texts of all present fields
//! lie in one string, and an entry of twelve bytes says which field each one is. Text is checked
//! against the field's kind when it arrives and converted when it is asked for, so the lexical
//! form of a number or date is never lost. Clones share their content until one is changed.

mod any;
mod by_name;
mod compare;
mod error;
mod field_ref;
mod get_as;
mod inner;
mod mixed;
mod retype;

use std::sync::Arc;

pub(crate) use any::same_attributes;
pub use any::{AnyValue, Attribute, Content, Element, Elements, TypeName};
pub use error::ValueError;
pub(crate) use error::ValueErrorKind;
pub use field_ref::FieldRef;
pub(crate) use inner::Inner;
pub use mixed::{Mixed, Node};

use crate::schema::ANY_RECORD;
use crate::schema::Type;

/// Fields of one object, present ones only, with what the table does not know beside them.
///
/// A typed view such as `Account` is a record that is known to be of that type:
/// [`cast`](Record::cast) goes one way, the view's `into_record` the other.
#[derive(Clone)]
pub struct Record(Arc<Inner>);

/// Whether a field is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Not in the record: not selected, or (in an Enterprise answer) null.
    Absent,
    /// Null.
    Null,
    /// Has a value.
    Present,
}

impl Record {
    /// An empty record of a type.
    #[must_use]
    pub fn new(ty: &'static Type) -> Self {
        Self(Arc::new(Inner::new(ty)))
    }

    /// An empty record of a type that no table describes, such as an object made after the code
    /// was generated. `base` is the table of the type that it extends.
    #[must_use]
    pub fn of_type(base: &'static Type, namespace: &str, name: &str) -> Self {
        let mut inner = Inner::new(base);
        inner.set_type_name(namespace, name);
        Self(Arc::new(inner))
    }

    /// The table that the record was read or made with.
    #[must_use]
    pub fn table(&self) -> &'static Type {
        self.0.ty()
    }

    /// Local name of its type: that of the message if it told one, else that of the table.
    #[must_use]
    pub fn type_name(&self) -> &str {
        let named = self.0.type_name();
        named.map_or(self.0.ty().name, |name| &name.name)
    }

    /// Whether the message told no other name for its type than the table.
    pub(crate) fn has_name_of_table(&self) -> bool {
        self.0.type_name().is_none()
    }

    /// Namespace of its type.
    #[must_use]
    pub fn type_namespace(&self) -> &str {
        let named = self.0.type_name();
        named.map_or_else(|| self.0.ty().namespace(), |name| &name.namespace)
    }

    /// Whether no field is there, null or not.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The field of this wire name, whether the table knows it or not; the first if repeated.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldRef<'_>> {
        let known = self.table().find(name).and_then(|index| self.0.get(index));
        known.or_else(|| {
            let extra = self.extra().iter().find(|e| *e.name == *name);
            extra.map(|e| FieldRef::from(&e.value))
        })
    }

    /// Text of the field of this wire name, if it has text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.field(name)?.as_str()
    }

    /// Every field that is there, in schema order; those the table does not know come last.
    pub fn fields(&self) -> impl Iterator<Item = (&str, FieldRef<'_>)> {
        self.qualified_fields()
            .map(|((_, name), value)| (name, value))
    }

    /// As [`fields`](Record::fields), by namespace and name.
    fn qualified_fields(&self) -> impl Iterator<Item = ((&str, &str), FieldRef<'_>)> {
        let table = self.table();
        let known = self
            .0
            .entries()
            .map(|(_, field, value)| ((table.uri(field), field.name), value));
        let extra = self.extra().iter();
        known.chain(extra.map(|e| ((&*e.namespace, &*e.name), FieldRef::from(&e.value))))
    }

    /// Elements that the table does not know, in the order of the message.
    #[must_use]
    pub fn extra(&self) -> &[Element] {
        self.0.extra()
    }

    /// Adds an element that the table does not know.
    pub fn push_extra(&mut self, element: Element) {
        self.inner_mut().push_extra(element);
    }

    /// The record under another type's name.
    pub(crate) fn named(mut self, namespace: &str, name: &str) -> Self {
        self.inner_mut().set_type_name(namespace, name);
        self
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn inner_mut(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    /// The record that was pushed together.
    pub(crate) fn from_inner(mut inner: Inner) -> Self {
        inner.sort();
        Self(Arc::new(inner))
    }
}

impl Default for Record {
    /// An empty record of no type; decoding replaces it.
    fn default() -> Self {
        Self::new(&ANY_RECORD)
    }
}

/// The fields of a record with their names, in the order of [`Record::fields`].
impl<'a> IntoIterator for &'a Record {
    type Item = (&'a str, FieldRef<'a>);
    type IntoIter = Box<dyn Iterator<Item = Self::Item> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.fields())
    }
}
