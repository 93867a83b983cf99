//! Typed access to sparse records: views, keys, and the Rust types of fields.

use std::fmt;

use crate::record::Record;
use crate::schema::{ANY_RECORD, Type};

mod by_key;
mod by_name;
mod cast;
mod child_rows;
mod field_types;
mod into_field;
mod key;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
mod typed;

pub use by_name::{FieldLookup, FieldText};
pub use child_rows::{ChildRows, SubqueryResult};
pub use key::{FieldName, Key, List, Nested, Parent};
pub use typed::Typed;

/// A record type that generated code knows, such as `Account`.
///
/// [`Record`] is also a view, without a type of its own. Therefore functions that accept views also
/// accept records, and a slice of records may contain records of several types.
pub trait View: Clone + fmt::Debug + Send + Sync + 'static {
    /// The table of the type.
    fn static_table() -> &'static Type;

    /// Treats a record as a view of this type without a check. Use [`Record::cast`] if the type of
    /// the record is not known.
    fn from_record(record: Record) -> Self;

    /// The record behind the view.
    fn as_record(&self) -> &Record;

    /// The record behind the view, for changes.
    fn as_record_mut(&mut self) -> &mut Record;

    /// Consumes the view and returns its record.
    fn into_record(self) -> Record;
}

/// A view that generated code declares with [`view!`](crate::gen_view).
#[doc(hidden)]
pub trait TypedView:
    Clone + fmt::Debug + Send + Sync + std::ops::DerefMut<Target = Typed<Self>> + 'static
{
    /// See [`View::static_table`].
    fn view_table() -> &'static Type;

    /// Makes the view of its inner [`Typed`].
    fn from_typed(typed: Typed<Self>) -> Self;

    /// Returns the inner [`Typed`] of the view.
    fn into_typed(self) -> Typed<Self>;
}

impl<V: TypedView> View for V {
    fn static_table() -> &'static Type {
        V::view_table()
    }

    fn from_record(record: Record) -> Self {
        V::from_typed(Typed::of(record))
    }

    fn as_record(&self) -> &Record {
        Typed::as_record(self)
    }

    fn as_record_mut(&mut self) -> &mut Record {
        Typed::as_record_mut(self)
    }

    fn into_record(self) -> Record {
        self.into_typed().into_inner()
    }
}

impl View for Record {
    fn static_table() -> &'static Type {
        &ANY_RECORD
    }

    fn from_record(record: Record) -> Self {
        record
    }

    fn as_record(&self) -> &Record {
        self
    }

    fn as_record_mut(&mut self) -> &mut Record {
        self
    }

    fn into_record(self) -> Record {
        self
    }
}

/// The type parameter of a key, which says how values are read from a record.
pub trait FieldType {
    /// The type of the value that is read.
    type Get<'a>;

    /// Reads the field. `None` if the field is absent or null.
    #[doc(hidden)]
    fn read(record: &Record, field: u16) -> Option<Self::Get<'_>>;
}

/// A Rust value to which a field of type `T` may be set.
///
/// A field accepts a value of its own type, owned or borrowed (`&str`, `String`, `&[u8]`,
/// `Vec<u8>`), and a number of a type that converts to the field's type without loss. It also
/// accepts an [`Option`] of these, whose `None` is null. A list accepts any iterator over its
/// items.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` cannot be set to a value of type `{Self}`",
    label = "not a value for a field of type `{T}`",
    note = "an `Option` of a fitting value is accepted too, and its `None` is null",
    note = "an id is made from a text by `text.parse::<saponify::salesforce::Id>()?`, and a date by `text.parse::<saponify::jiff::civil::Date>()?`"
)]
pub trait IntoField<T: ?Sized> {
    /// Sets the field.
    #[doc(hidden)]
    fn write(self, record: &mut Record, field: u16);
}
