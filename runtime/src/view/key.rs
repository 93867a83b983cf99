//! The keys of fields.

use std::fmt;
use std::marker::PhantomData;

use super::View;

/// The key of a field: it names a field of the view `V` whose values have the type `T`.
///
/// There is one constant for each field. It is used to read the field, to set it, to set it to
/// null, and to name it in queries:
///
/// ```ignore
/// use enterprise::Account;
///
/// let mut account = Account::new();
/// account.set(Account::NAME, "Acme");
/// account.set_null(Account::PHONE);
/// assert_eq!(account.get(Account::NAME), Some("Acme"));
/// assert_eq!(format!("SELECT {} FROM Account", Account::NAME), "SELECT Name FROM Account");
/// ```
pub struct Key<V, T: ?Sized> {
    index: u16,
    types: PhantomData<fn(&V) -> &T>,
}

impl<V, T: ?Sized> Key<V, T> {
    /// The key of the field at an index of the view's table. For generated code.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(index: u16) -> Self {
        Self {
            index,
            types: PhantomData,
        }
    }

    pub(crate) fn index(self) -> u16 {
        self.index
    }
}

impl<V: View, T: ?Sized> Key<V, T> {
    /// Name of the field on the wire and in SOQL queries.
    #[must_use]
    pub fn name(self) -> &'static str {
        V::static_table()
            .field(self.index)
            .map_or("", |field| field.name)
    }
}

impl<V, T: ?Sized> Clone for Key<V, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V, T: ?Sized> Copy for Key<V, T> {}

impl<V: View, T: ?Sized> fmt::Display for Key<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl<V: View, T: ?Sized> fmt::Debug for Key<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", V::static_table().name, self.name())
    }
}

/// Something that names a field of the view `V`: one of the view's keys, or a wire name.
pub trait FieldName<V> {
    /// The name on the wire.
    fn field_name(&self) -> &str;
}

impl<V: View, T: ?Sized> FieldName<V> for Key<V, T> {
    fn field_name(&self) -> &str {
        self.name()
    }
}

impl<V> FieldName<V> for &str {
    fn field_name(&self) -> &str {
        self
    }
}

impl<V> FieldName<V> for &String {
    fn field_name(&self) -> &str {
        self
    }
}

/// Type parameter of a key to a parent record of type `V`.
///
/// Reading gives `None` if the parent has another type, as a polymorphic field may have.
/// [`Record::field`](crate::Record::field) reads such a parent.
#[derive(Debug)]
pub struct Parent<V>(PhantomData<V>);

/// Type parameter of a key to a nested struct of type `S`, such as an address or the result of a
/// sub-query.
#[derive(Debug)]
pub struct Nested<S>(PhantomData<S>);

/// Type parameter of a key to a repeated field with items of type `T`.
#[derive(Debug)]
pub struct List<T: ?Sized>(PhantomData<T>);
