//! The items that generated code may name. **There is no stability promise**: generated code and
//! this crate must fit each other, and generated code checks that with [`VERSION`].

mod deep;
mod enums;
mod fields;
mod serde;
#[cfg(feature = "server")]
mod server;
mod service;
mod structs;
mod views;

pub use deep::{Deep, DeepAccess};
pub use jiff::Timestamp as DateTime;
pub use jiff::civil::{Date, Time};

pub use crate::client::HeaderOf;
pub use crate::client::{Arg, Ids, OneView, Texts, Views};
pub use crate::client::{Builder, Client, FromClient};
pub use crate::client::{Call, OperationType, Reply};
pub use crate::client::{IdList, RecordList};
pub use crate::error::Error;
pub use crate::lexical::Decimal;
pub use crate::lexical::Id;
pub use crate::lexical::{XsdDateTime, XsdTime};
pub use crate::record::Record;
pub use crate::record::{AnyValue, Attribute, Element};
pub use crate::salesforce::ApiUsage;
pub use crate::salesforce::Credentials;
pub use crate::salesforce::bulk::{Bulk, ExternalId, Source};
pub use crate::salesforce::soql::QueryText;
pub use crate::salesforce::{HeaderOfRecords, OneCall, Records};
pub use crate::schema::{
    DefaultValue, Field, Kind, Namespace, Operation, QueryOperations, Schema, Service, SoapVersion,
    Type,
};
pub use crate::soap::request::RequestBody;
pub use crate::value::{Access, DerivableAccess, EnumAccess, StructAccess};
pub use crate::value::{
    Binary, Derivable, FieldValue, GeneratedStruct, OpenEnum, Slot, Struct, Value,
};
pub use crate::view::{
    ChildRows, FieldType, IntoField, Key, List, Nested, Parent, SubqueryResult, Typed, TypedView,
    View,
};
#[cfg(feature = "server")]
pub use server::*;

pub use fields::{get, set, set_key};

#[cfg(feature = "serde")]
pub use crate::json;
pub use crate::{
    gen_abstract_type as abstract_type, gen_choice as choice, gen_derivable as derivable,
    gen_needs_serde as needs_serde, gen_needs_server as needs_server, gen_open_enum as open_enum,
    gen_operation as operation, gen_records_headers as records_headers, gen_serde as serde,
    gen_service as service, gen_structure as structure, gen_view as view,
};
#[cfg(feature = "serde")]
pub use serde_core;

/// Version of the interface between generated code and this crate. Generated code asserts it.
pub const VERSION: u32 = 6;

/// The typed key of a field.
#[must_use]
pub const fn key<V, T: ?Sized>(index: u16) -> Key<V, T> {
    Key::new(index)
}

/// Position of a text in a list.
#[must_use]
pub fn index_of(list: &[&str], text: &str) -> Option<usize> {
    list.iter().position(|item| *item == text)
}

pub use crate::value::Nillable;
pub use crate::value::{
    BaseStruct, Derived, DerivedType, DerivedTypes, DerivesFrom, base_from_derived, same,
};
pub use crate::value::{Boxed, Branch, Choice, clone_choice, first_branch, same_choice};
pub use crate::value::{debug, slot};

/// A record argument.
pub fn record<V: View>(view: &V) -> OneView<'_, V> {
    OneView(view)
}

/// Record arguments.
pub fn records<L: RecordList>(records: L) -> Views<L> {
    Views(records)
}

/// Id arguments.
pub fn ids<L: IdList>(ids: L) -> Ids<L> {
    Ids(ids)
}

/// String arguments.
pub fn texts<S: AsRef<str>>(texts: &[S]) -> Texts<'_, S> {
    Texts(texts)
}
