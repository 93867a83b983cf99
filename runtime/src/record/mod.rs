//! The sparse record behind every sObject view.
//!
//! The memory of a record depends on the fields that were selected, and not on the fields that its
//! type declares. One string holds the texts of all present fields, and an entry of twelve bytes
//! for each field says where its text is. A text is checked against the kind of its field when it
//! arrives and converted when it is read, so the lexical form of a number or date is never lost.
//! Clones share their content until one of them is changed.

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
pub(crate) use inner::{Inner, MAX_SHARED_TEXT, Span};
pub use mixed::{Mixed, Node};

use crate::schema::ANY_RECORD;
use crate::schema::Type;

/// The present fields of one object, including fields that the table does not know.
///
/// A typed view such as `Account` is a record that is known to have that type.
/// [`cast`](Record::cast) converts a record to a view, and the view's `into_record` converts it
/// back.
#[derive(Clone)]
pub struct Record(Arc<Inner>);

/// Whether a field is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The field is not in the record: it was not selected, or it is null in a response of the
    /// Enterprise API, which omits null fields.
    Absent,
    /// The field is null.
    Null,
    /// The field has a value.
    Present,
}

impl Record {
    /// An empty record of a type.
    #[must_use]
    pub fn new(ty: &'static Type) -> Self {
        Self(Arc::new(Inner::new(ty)))
    }

    /// An empty record of a type that no table describes, such as an object that is newer than the
    /// generated code. `base` is the table of the type that it extends.
    #[must_use]
    pub fn of_type(base: &'static Type, namespace: &str, name: &str) -> Self {
        let mut inner = Inner::new(base);
        inner.set_type_name(namespace, name);
        Self(Arc::new(inner))
    }

    /// The table with which the record was read or made.
    #[must_use]
    pub fn table(&self) -> &'static Type {
        self.0.ty()
    }

    /// Local name of the record's type. It is the name that the message stated, or else the name of
    /// the table.
    #[must_use]
    pub fn type_name(&self) -> &str {
        let named = self.0.type_name();
        named.map_or(self.0.ty().name, |name| &name.name)
    }

    /// Whether the record's type has the name of the table, because the message stated no other.
    pub(crate) fn has_name_of_table(&self) -> bool {
        self.0.type_name().is_none()
    }

    /// Namespace of the record's type.
    #[must_use]
    pub fn type_namespace(&self) -> &str {
        let named = self.0.type_name();
        named.map_or_else(|| self.0.ty().namespace(), |name| &name.namespace)
    }

    /// Whether the record has no field at all, not even a null one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The field with this wire name, whether the table knows it or not. If the field is repeated,
    /// this is its first occurrence.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldRef<'_>> {
        let known = self.table().find(name).and_then(|index| self.0.get(index));
        known.or_else(|| {
            let extra = self.extra().iter().find(|e| *e.name == *name);
            extra.map(|e| FieldRef::from(&e.value))
        })
    }

    /// Text of the field with this wire name, if it has text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.field(name)?.as_str()
    }

    /// Every present field, in schema order. Fields that the table does not know come last.
    pub fn fields(&self) -> impl Iterator<Item = (&str, FieldRef<'_>)> {
        self.qualified_fields()
            .map(|((_, name), value)| (name, value))
    }

    /// Like [`fields`](Record::fields), with namespace and name.
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

    /// Renames the type of the record.
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

    /// Makes a record of appended entries.
    pub(crate) fn from_inner(mut inner: Inner) -> Self {
        inner.sort();
        Self(Arc::new(inner))
    }
}

impl Default for Record {
    /// An empty record without a type, which decoding replaces.
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
