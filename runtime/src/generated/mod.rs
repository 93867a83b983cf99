//! What generated code may name. **No stability promise**: generated code and this crate go
//! together, which generated code checks with [`VERSION`].

mod enums;
mod service;
mod structs;
mod views;

pub use jiff::Timestamp as DateTime;
pub use jiff::civil::{Date, Time};

pub use crate::any::{AnyValue, Attribute, Decimal, Element};
pub use crate::argument::{Arg, OneView, Texts, Views};
pub use crate::bulk::{Bulk, ExternalId, Source};
pub use crate::call::{Call, OperationType, Reply};
pub use crate::client::{ApiUsage, Builder, Client, FromClient};
pub use crate::headers::HeaderOf;
pub use crate::record::Record;
pub use crate::records::Records;
pub use crate::schema::table::{field, nested};
pub use crate::schema::{
    Default, Field, Kind, Namespace, Operation, QueryOperations, Schema, Service, SoapVersion, Type,
};
pub use crate::secret::Credentials;
pub use crate::soap::request::Body as RequestBody;
pub use crate::soql::QueryText;
pub use crate::typed::Typed;
pub use crate::value::{Bytes, Derivable, FieldValue, OpenEnum, Slot, Struct, Tabled, Value};
pub use crate::value::{DerivableForm, EnumForm, Form, StructForm};
pub use crate::view::{FieldType, IntoField, Key, List, Nested, Parent, View};
pub use crate::{Error, Id};

#[cfg(feature = "serde")]
pub use crate::json;
pub use crate::{
    gen_abstract_type as abstract_type, gen_choice as choice, gen_derivable as derivable,
    gen_open_enum as open_enum, gen_operation as operation, gen_serde as serde,
    gen_service as service, gen_structure as structure, gen_view as view,
};
#[cfg(feature = "serde")]
pub use serde_core;

/// Version of the interface between generated code and the runtime. Generated code asserts it.
pub const VERSION: u32 = 3;

/// Flag: `minOccurs="0"`.
pub const OPT: u8 = Field::OPTIONAL;
/// Flag: `nillable="true"`.
pub const NIL: u8 = Field::NILLABLE;
/// Flag: repeated.
pub const REP: u8 = Field::REPEATED;
/// Flag: an attribute.
pub const ATT: u8 = Field::ATTRIBUTE;
/// Flag: the element's own text.
pub const TXT: u8 = Field::TEXT;
/// Flag: never shown.
pub const SEC: u8 = Field::SENSITIVE;
/// Flag: a list in one text.
pub const LST: u8 = Field::LIST;

/// The typed key of a field.
#[must_use]
pub const fn key<V, T: ?Sized>(index: u16) -> Key<V, T> {
    Key::new(index)
}

/// One arm of a struct's `slot`.
#[inline(never)]
pub fn slot<T: FieldValue>(field: &mut T, nil: bool) -> Slot<'_> {
    if nil {
        field.nil();
        Slot::None
    } else {
        field.slot()
    }
}

/// The n-th occurrence of the chosen branch: nil if the branch itself says so, or is a list
/// without items.
#[inline]
pub fn branch<'v, T: FieldValue>(value: &'v T, n: usize, table: &Type, index: u16) -> Value<'v> {
    let is_list = |field: &Field| field.has(Field::LIST);
    match value.value(n) {
        Value::Absent
            if n == 0 && (T::Form::NILLABLE || table.field(index).is_some_and(is_list)) =>
        {
            Value::Nil
        }
        value => value,
    }
}

/// A value as the struct that it is.
#[inline]
pub fn as_struct<T: FieldValue>(value: &mut T) -> Option<&mut dyn Struct> {
    match value.slot() {
        Slot::Struct(value) => Some(value),
        Slot::Derivable(value) => match value.base() {
            Slot::Struct(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// Position of a text in a list.
#[must_use]
pub fn index_of(list: &[&str], text: &str) -> Option<usize> {
    list.iter().position(|item| *item == text)
}

pub use crate::show::debug;
pub use crate::walk::{BaseStruct, Derived, Heir, same, stand_in};

/// A record argument.
pub fn record<V: View>(view: &V) -> OneView<'_, V> {
    OneView(view)
}

/// Record arguments.
pub fn records<V: View>(views: &[V]) -> Views<'_, V> {
    Views(views)
}

/// String arguments.
pub fn texts<S: AsRef<str>>(texts: &[S]) -> Texts<'_, S> {
    Texts(texts)
}
