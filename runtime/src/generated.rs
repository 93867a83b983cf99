//! What generated code may name. **No stability promise**: generated code and this crate go
//! together, which generated code checks with [`VERSION`].

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
pub const VERSION: u32 = 2;

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

/// Declares a view: a newtype over [`Record`] with its table, and the methods that all views have.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_view {
    ($(#[$meta:meta])* $name:ident, $table:path) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        pub struct $name($crate::generated::Typed<$name>);

        impl $name {
            /// An empty record.
            #[inline]
            #[must_use]
            pub fn new() -> Self {
                Self($crate::generated::Typed::new())
            }

            /// The record with a field set.
            #[inline]
            #[must_use]
            pub fn with<T: ?Sized>(
                self,
                key: $crate::generated::Key<Self, T>,
                value: impl $crate::generated::IntoField<T>,
            ) -> Self {
                Self(self.0.with(key, value))
            }
        }

        impl ::core::ops::Deref for $name {
            type Target = $crate::generated::Typed<$name>;

            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl ::core::ops::DerefMut for $name {
            #[inline]
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.0
            }
        }

        impl $crate::generated::View for $name {
            const TABLE: &'static $crate::generated::Type = &$table;

            #[inline]
            fn from_record(record: $crate::generated::Record) -> Self {
                Self($crate::generated::Typed::from_record(record))
            }

            #[inline]
            fn as_record(&self) -> &$crate::generated::Record {
                self.0.as_record()
            }

            #[inline]
            fn as_record_mut(&mut self) -> &mut $crate::generated::Record {
                self.0.as_record_mut()
            }

            #[inline]
            fn into_record(self) -> $crate::generated::Record {
                self.0.into_record()
            }
        }

        impl ::core::default::Default for $name {
            #[inline]
            fn default() -> Self {
                Self::new()
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(self.0.as_record(), f)
            }
        }

        impl ::core::convert::From<$name> for $crate::generated::Record {
            #[inline]
            fn from(view: $name) -> Self {
                view.0.into_record()
            }
        }
    };
}

/// Ties a plain struct to its table. Fields are given in table order.
///
/// With `derived`, the struct has a field `derived` that holds a value of a derived type.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_structure {
    ($name:ident, $table:path, $($index:literal: $field:ident),* $(,)?) => {
        $crate::gen_structure!(@ $name, $table, [], $($index: $field),*);

        impl $crate::generated::FieldValue for $name {
            #[inline]
            fn slot(&mut self) -> $crate::generated::Slot<'_> {
                $crate::generated::Slot::Struct(self)
            }

            #[inline]

            fn value(&self, n: usize) -> $crate::generated::Value<'_> {
                if n == 0 {
                    $crate::generated::Value::Struct(self)
                } else {
                    $crate::generated::Value::Absent
                }
            }
        }
    };
    (@ $name:ident, $table:path, [$($derived:item)?], $($index:literal: $field:ident),*) => {
        impl $crate::generated::Struct for $name {
            #[inline]
            fn table(&self) -> &'static $crate::generated::Type {
                &$table
            }

            #[allow(unused_variables)]
            #[inline]
            fn slot(&mut self, field: u16, nil: bool) -> $crate::generated::Slot<'_> {
                match field {
                    $($index => $crate::generated::slot(&mut self.$field, nil),)*
                    _ => $crate::generated::Slot::None,
                }
            }

            #[allow(unused_variables)]
            #[inline]
            fn value(&self, field: u16, n: usize) -> $crate::generated::Value<'_> {
                match field {
                    $($index => $crate::generated::FieldValue::value(&self.$field, n),)*
                    _ => $crate::generated::Value::Absent,
                }
            }

            #[inline]

            fn boxed(&self) -> ::std::boxed::Box<dyn $crate::generated::Struct> {
                ::std::boxed::Box::new(::core::clone::Clone::clone(self))
            }

            $($derived)?
        }

        impl $crate::generated::Tabled for $name {
            const TABLE: &'static $crate::generated::Type = &$table;
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::debug(self, f)
            }
        }
    };
}

/// Like [`structure!`](crate::gen_structure), for a base struct with derived types: the struct has
/// a last field `derived: Derived`.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_derivable {
    ($name:ident, $table:path, [$($sub:path),* $(,)?], $($index:literal: $field:ident),* $(,)?) => {
        $crate::gen_structure!(@ $name, $table, [
            #[inline]
            fn derived(&self) -> ::core::option::Option<&dyn $crate::generated::Struct> {
                self.derived.as_dyn()
            }
        ], $($index: $field),*);

        impl $crate::generated::Derivable for $name {
            #[inline]
            fn base(&mut self) -> $crate::generated::Slot<'_> {
                $crate::generated::Slot::Struct(self)
            }

            #[inline]

            fn derive(
                &mut self,
                namespace: &str,
                name: &str,
            ) -> ::core::option::Option<&mut dyn $crate::generated::Struct> {
                $(
                    let table = <$sub as $crate::generated::Tabled>::TABLE;
                    if table.name == name && table.namespace() == namespace {
                        return ::core::option::Option::Some(self.derived.make::<$sub>());
                    }
                )*
                ::core::option::Option::None
            }

            #[inline]

            fn settle(&mut self) {
                if let ::core::option::Option::Some(derived) = self.derived.take() {
                    $crate::generated::copy_base(&*derived, self);
                    self.derived.restore(derived);
                }
            }
        }

        $(
            impl ::core::convert::From<$sub> for $name {
                #[inline]
                fn from(value: $sub) -> Self {
                    let mut base = <Self as ::core::default::Default>::default();
                    base.derived.put(value);
                    $crate::generated::Derivable::settle(&mut base);
                    base
                }
            }
        )*

        impl $crate::generated::FieldValue for $name {
            #[inline]
            fn slot(&mut self) -> $crate::generated::Slot<'_> {
                $crate::generated::Slot::Derivable(self)
            }

            #[inline]

            fn value(&self, n: usize) -> $crate::generated::Value<'_> {
                if n == 0 {
                    $crate::generated::Value::Struct(self)
                } else {
                    $crate::generated::Value::Absent
                }
            }
        }
    };
}

/// Declares a choice: an enum with a variant for each branch, numbered as in its table.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_choice {
    (
        $(#[$meta:meta])* $name:ident, $table:path
        { $(#[$first_doc:meta])* $first:ident($first_ty:ty) = $first_index:literal,
          $($(#[$doc:meta])* $variant:ident($ty:ty) = $index:literal,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        pub enum $name {
            $(#[$first_doc])* $first($first_ty),
            $($(#[$doc])* $variant($ty),)*
        }

        impl ::core::default::Default for $name {
            /// The first branch, empty.
            #[inline]
            fn default() -> Self {
                Self::$first(::core::default::Default::default())
            }
        }

        impl $crate::generated::Struct for $name {
            #[inline]
            fn table(&self) -> &'static $crate::generated::Type {
                &$table
            }

            #[inline]
            fn slot(&mut self, field: u16, nil: bool) -> $crate::generated::Slot<'_> {
                match field {
                    $first_index if !::core::matches!(self, Self::$first(_)) => {
                        *self = Self::$first(::core::default::Default::default());
                    }
                    $($index if !::core::matches!(self, Self::$variant(_)) => {
                        *self = Self::$variant(::core::default::Default::default());
                    })*
                    _ => {}
                }
                match self {
                    Self::$first(value) => $crate::generated::slot(value, nil),
                    $(Self::$variant(value) => $crate::generated::slot(value, nil),)*
                }
            }

            #[inline]
            fn value(&self, field: u16, n: usize) -> $crate::generated::Value<'_> {
                match (self, field) {
                    (Self::$first(value), $first_index) => $crate::generated::branch(value, n),
                    $((Self::$variant(value), $index) => $crate::generated::branch(value, n),)*
                    _ => $crate::generated::Value::Absent,
                }
            }

            #[inline]
            fn boxed(&self) -> ::std::boxed::Box<dyn $crate::generated::Struct> {
                ::std::boxed::Box::new(::core::clone::Clone::clone(self))
            }
        }

        impl $crate::generated::Tabled for $name {
            const TABLE: &'static $crate::generated::Type = &$table;
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::debug(self, f)
            }
        }

        impl $crate::generated::FieldValue for $name {
            #[inline]
            fn slot(&mut self) -> $crate::generated::Slot<'_> {
                $crate::generated::Slot::Struct(self)
            }

            #[inline]
            fn value(&self, n: usize) -> $crate::generated::Value<'_> {
                if n == 0 {
                    $crate::generated::Value::Struct(self)
                } else {
                    $crate::generated::Value::Absent
                }
            }
        }
    };
}

/// Declares an abstract type: an enum with a variant for each type that derives from it, and
/// `Other` for those that the WSDL does not know.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_abstract_type {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident($ty:ty) = $sub:path,)* }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant($ty),)*
            /// A value of a type that the WSDL does not list, or of none.
            Other($crate::generated::Record),
        }

        impl ::core::default::Default for $name {
            /// No value of any type.
            #[inline]
            fn default() -> Self {
                Self::Other(::core::default::Default::default())
            }
        }

        impl $crate::generated::Derivable for $name {
            #[inline]
            fn base(&mut self) -> $crate::generated::Slot<'_> {
                *self = Self::default();
                match self {
                    Self::Other(record) => $crate::generated::Slot::Record(record),
                    #[allow(unreachable_patterns)]
                    _ => $crate::generated::Slot::None,
                }
            }

            #[allow(unused_variables)]
            #[inline]
            fn derive(
                &mut self,
                namespace: &str,
                name: &str,
            ) -> ::core::option::Option<&mut dyn $crate::generated::Struct> {
                $(
                    let table = <$sub as $crate::generated::Tabled>::TABLE;
                    if table.name == name && table.namespace() == namespace {
                        *self = Self::$variant(::core::default::Default::default());
                        if let Self::$variant(value) = self {
                            return $crate::generated::as_struct(value);
                        }
                        return ::core::option::Option::None;
                    }
                )*
                ::core::option::Option::None
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    $(Self::$variant(value) => ::core::fmt::Debug::fmt(value, f),)*
                    Self::Other(record) => ::core::fmt::Debug::fmt(record, f),
                }
            }
        }

        $(
            impl ::core::convert::From<$sub> for $name {
                #[inline]
                fn from(value: $sub) -> Self {
                    Self::$variant(value.into())
                }
            }
        )*

        impl $crate::generated::FieldValue for $name {
            #[inline]
            fn slot(&mut self) -> $crate::generated::Slot<'_> {
                $crate::generated::Slot::Derivable(self)
            }

            #[inline]
            fn value(&self, n: usize) -> $crate::generated::Value<'_> {
                match self {
                    $(Self::$variant(value) => $crate::generated::FieldValue::value(value, n),)*
                    Self::Other(record) => $crate::generated::FieldValue::value(record, n),
                }
            }
        }
    };
}

/// Declares an open enum: known values, and `Other` for any that came later.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
            /// A value that the WSDL does not list. Match on [`as_str`](Self::as_str) to tell
            /// which: a later version of the code may know it.
            Other(::std::string::String),
        }

        impl $name {
            /// The values that the WSDL lists, in its order.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// The value on the wire.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl $crate::generated::OpenEnum for $name {
            #[inline]
            fn as_str(&self) -> &str {
                $name::as_str(self)
            }

            #[inline]

            fn assign(&mut self, text: &str) {
                *self = ::core::convert::From::from(text);
            }
        }

        impl ::core::convert::From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                const WIRE: &[&str] = &[$($wire,)*];
                match $crate::generated::index_of(WIRE, text) {
                    ::core::option::Option::Some(index) => Self::KNOWN[index].clone(),
                    ::core::option::Option::None => Self::Other(text.into()),
                }
            }
        }

        impl ::core::default::Default for $name {
            /// No value: the empty text.
            #[inline]
            fn default() -> Self {
                Self::Other(::std::string::String::new())
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::generated::FieldValue for $name {
            #[inline]
            fn slot(&mut self) -> $crate::generated::Slot<'_> {
                $crate::generated::Slot::Enum(self)
            }

            #[inline]

            fn value(&self, n: usize) -> $crate::generated::Value<'_> {
                if n == 0 {
                    $crate::generated::Value::Text(self.as_str())
                } else {
                    $crate::generated::Value::Absent
                }
            }
        }
    };
}

/// Declares the type of an operation: its table, its output and the headers that it takes.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_operation {
    ($(#[$meta:meta])* $name:ident, $table:path, $output:ty, [$($header:path),* $(,)?]) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl $crate::generated::OperationType for $name {
            type Output = $output;
            const OPERATION: &'static $crate::generated::Operation = &$table;
        }

        $(impl $crate::generated::HeaderOf<$name> for $header {})*
    };
}

/// One arm of a struct's `slot`.
#[inline]
pub fn slot<T: FieldValue>(field: &mut T, nil: bool) -> Slot<'_> {
    if nil {
        field.nil();
        Slot::None
    } else {
        field.slot()
    }
}

/// The n-th occurrence of the chosen branch: nil if the branch itself says so.
#[inline]
pub fn branch<T: FieldValue>(value: &T, n: usize) -> Value<'_> {
    match value.value(n) {
        Value::Absent if n == 0 && T::NILLABLE => Value::Nil,
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
pub use crate::walk::{Derived, copy_base};

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

/// Declares a service: a client, how to make one, and the headers that its requests may carry.
#[doc(hidden)]
#[macro_export]
macro_rules! gen_service {
    ($(#[$meta:meta])* $name:ident, $service:path, []) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name {
            client: $crate::generated::Client,
        }

        impl $name {
            /// How to reach the service, and with what session.
            pub fn builder() -> $crate::Builder<Self> {
                ::core::default::Default::default()
            }

            /// The client behind the service: its session and its API usage.
            #[must_use]
            pub fn client(&self) -> &$crate::Client {
                &self.client
            }
        }

        impl $crate::generated::FromClient for $name {
            const SERVICE: &'static $crate::generated::Service = &$service;

            fn from_client(client: $crate::generated::Client) -> Self {
                Self { client }
            }
        }
    };
    ($(#[$meta:meta])* $name:ident, $service:path, [$($header:path),+ $(,)?]) => {
        $crate::gen_service! { $(#[$meta])* $name, $service, [] }

        impl $name {
            /// The same client, whose calls also carry this header wherever the WSDL binds it to
            /// the operation. A header that a call gets itself takes its place.
            #[must_use]
            pub fn with<H: $crate::HeaderFor<Self>>(&self, header: H) -> Self {
                Self { client: self.client.with(header) }
            }

            /// The same client, whose calls do not carry this header.
            #[must_use]
            pub fn without<H: $crate::HeaderFor<Self>>(&self) -> Self {
                Self { client: self.client.without::<H>() }
            }
        }

        $(impl $crate::HeaderFor<$name> for $header {})+
    };
}
