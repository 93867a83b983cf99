//! Stage "plan": the output in Rust's terms. Everything is decided here; emission only prints.

mod build;
mod cycles;
mod derives;
mod dump;
mod operations;
mod roles;
mod tables;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::salesforce::Remarks;

pub(crate) use build::plan;
pub(crate) use roles::roles;
pub(crate) use tables::place_flag;

/// The output, decided.
#[derive(Debug)]
pub(crate) struct Plan<'m> {
    pub(crate) header: Header<'m>,
    /// Namespaces of the tables; the first is "no namespace".
    pub(crate) namespaces: Vec<Namespace<'m>>,
    /// Modules of types, sorted by name.
    pub(crate) modules: Vec<Module<'m>>,
    /// Sorted by identifier.
    pub(crate) tables: Vec<Table<'m>>,
    pub(crate) operations: Vec<Operation<'m>>,
    pub(crate) services: Vec<Service<'m>>,
    pub(crate) query: Option<Query>,
    /// Whether views get a getter and a setter per field.
    pub(crate) methods: bool,
    /// Whether types and fields are documented.
    pub(crate) docs: bool,
    /// Whether types are `Serialize` and `Deserialize`.
    pub(crate) serde: bool,
    pub(crate) notes: Vec<String>,
}

/// What the head of the output says.
#[derive(Debug)]
pub(crate) struct Header<'m> {
    /// File name of the WSDL.
    pub(crate) source: String,
    /// First half of its SHA-256, in hexadecimal.
    pub(crate) digest: String,
    pub(crate) facts: crate::comment::Facts<'m>,
    pub(crate) endpoints: Vec<&'m str>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Namespace<'m> {
    pub(crate) uri: &'m str,
    pub(crate) prefix: Cow<'m, str>,
}

/// A module of types.
#[derive(Debug)]
pub(crate) struct Module<'m> {
    pub(crate) name: String,
    pub(crate) uris: Vec<&'m str>,
    /// Sorted by identifier.
    pub(crate) items: Vec<Item<'m>>,
}

#[derive(Debug)]
pub(crate) enum Item<'m> {
    View(View<'m>),
    Struct(Struct<'m>),
    Choice(Choice<'m>),
    Abstract(Abstract<'m>),
    Enum(Enum<'m>),
}

/// A typed view over records.
#[derive(Debug)]
pub(crate) struct View<'m> {
    pub(crate) ident: String,
    pub(crate) wire: Cow<'m, str>,
    pub(crate) table: String,
    pub(crate) documentation: Option<&'m str>,
    pub(crate) derives: Vec<String>,
    pub(crate) fields: Vec<ViewField<'m>>,
}

#[derive(Debug)]
pub(crate) struct ViewField<'m> {
    pub(crate) index: usize,
    pub(crate) names: crate::names::FieldNames,
    pub(crate) ty: ViewType,
    /// Whether it holds the rows of a sub-query, which nobody sets.
    pub(crate) rows: bool,
    pub(crate) doc: FieldDoc<'m>,
}

/// What a field's documentation says of it.
#[derive(Debug)]
pub(crate) struct FieldDoc<'m> {
    pub(crate) wire: Cow<'m, str>,
    pub(crate) place: crate::fields::Place,
    /// What a group consists of, instead of a type.
    pub(crate) group: Option<String>,
    pub(crate) default: Option<crate::fields::Default<'m>>,
    /// Name of the type in the schema.
    pub(crate) ty: &'m str,
    /// `None` for a branch of a choice, which is there once.
    pub(crate) occurs: Option<crate::fields::Occurs>,
    pub(crate) text: Option<&'m str>,
}

/// Types of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ViewType {
    Text,
    Bytes,
    /// A type that is passed by value.
    Plain(&'static str),
    Parent(TypeRef),
    Nested(TypeRef),
    Record,
    Any,
    Texts,
    Ids,
}

/// A plain struct.
#[derive(Debug)]
pub(crate) struct Struct<'m> {
    pub(crate) ident: String,
    pub(crate) wire: Cow<'m, str>,
    pub(crate) table: String,
    pub(crate) base: Option<TypeRef>,
    /// Whether types derive from it.
    pub(crate) is_base: bool,
    /// Those that may stand in its place; those in other modules with their path.
    pub(crate) derived: Vec<TypeRef>,
    pub(crate) header: bool,
    pub(crate) documentation: Option<&'m str>,
    /// What Salesforce's guide says of a header.
    pub(crate) remarks: Option<String>,
    pub(crate) derives: Vec<String>,
    pub(crate) fields: Vec<StructField<'m>>,
}

#[derive(Debug)]
pub(crate) struct StructField<'m> {
    pub(crate) ident: String,
    pub(crate) ty: FieldType,
    pub(crate) doc: FieldDoc<'m>,
}

/// A Rust type made of a leaf and what is around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldType {
    pub(crate) leaf: Leaf,
    pub(crate) wrap: Wrap,
    pub(crate) boxed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrap {
    Required,
    Optional,
    Repeated,
    /// Repeated, where items may be nil and their position matters.
    RepeatedOptional,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    Text,
    Bytes,
    /// A type that is `Copy`.
    Plain(&'static str),
    Decimal,
    Enum(TypeRef),
    Struct(TypeRef),
    Record,
    Any,
    Element,
    Attribute,
}

/// A generated type, as named from where it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TypeRef {
    /// The module, if it is another one.
    pub(crate) module: Option<String>,
    pub(crate) ident: String,
}

/// A choice: an enum with a variant for each branch, in the order of its table.
#[derive(Debug)]
pub(crate) struct Choice<'m> {
    pub(crate) ident: String,
    pub(crate) wire: Cow<'m, str>,
    pub(crate) table: String,
    /// What it is, in words.
    pub(crate) about: String,
    pub(crate) derives: Vec<String>,
    pub(crate) variants: Vec<StructField<'m>>,
}

/// An abstract type: an enum with a variant for each type that derives from it.
#[derive(Debug)]
pub(crate) struct Abstract<'m> {
    pub(crate) ident: String,
    pub(crate) wire: Cow<'m, str>,
    pub(crate) documentation: Option<&'m str>,
    pub(crate) derives: Vec<String>,
    pub(crate) variants: Vec<Heir>,
}

/// A variant for a derived type.
#[derive(Debug)]
pub(crate) struct Heir {
    pub(crate) ident: String,
    pub(crate) ty: TypeRef,
}

/// An open enumeration.
#[derive(Debug)]
pub(crate) struct Enum<'m> {
    pub(crate) ident: String,
    pub(crate) wire: &'m str,
    pub(crate) documentation: Option<&'m str>,
    pub(crate) derives: Vec<String>,
    pub(crate) variants: Vec<Variant<'m>>,
}

#[derive(Debug)]
pub(crate) struct Variant<'m> {
    pub(crate) ident: String,
    pub(crate) wire: &'m str,
    pub(crate) documentation: Option<&'m str>,
}

/// A static table.
#[derive(Debug)]
pub(crate) struct Table<'m> {
    pub(crate) ident: String,
    pub(crate) wire: Cow<'m, str>,
    pub(crate) ns: u8,
    pub(crate) open: bool,
    pub(crate) nulls_by_name: bool,
    pub(crate) typed: bool,
    pub(crate) choice: bool,
    /// Which field an element is depends on where it stands.
    pub(crate) grouped: bool,
    /// Whether any child element is one of the first field, whatever its name.
    pub(crate) any_name: bool,
    pub(crate) sorted_from: usize,
    pub(crate) base: Option<String>,
    pub(crate) fields: Vec<TableField<'m>>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct TableField<'m> {
    pub(crate) wire: Cow<'m, str>,
    pub(crate) ns: u8,
    pub(crate) kind: &'static str,
    pub(crate) place: crate::fields::Place,
    pub(crate) occurs: crate::fields::Occurs,
    pub(crate) sensitive: bool,
    /// Several values in one text.
    pub(crate) list: bool,
    /// `default` or `fixed`.
    pub(crate) default: Option<&'m str>,
    /// Table of the field's type.
    pub(crate) ty: Option<String>,
}

/// An operation: its table, its type and its method.
#[derive(Debug)]
pub(crate) struct Operation<'m> {
    pub(crate) names: crate::names::OperationNames,
    pub(crate) wire: &'m str,
    pub(crate) action: &'m str,
    pub(crate) style: crate::select::Style,
    /// Namespace and name of each argument's type, for an encoded request; empty names for none.
    pub(crate) types: Vec<(u8, &'m str)>,
    pub(crate) documentation: Option<&'m str>,
    /// What Salesforce's guide says of it.
    pub(crate) remarks: Option<Remarks>,
    pub(crate) request: String,
    pub(crate) response: String,
    pub(crate) headers: Vec<Part>,
    pub(crate) output_headers: Vec<Part>,
    pub(crate) faults: Vec<Part>,
    /// `None` for an operation without an answer of its own.
    pub(crate) output: Option<FieldType>,
    pub(crate) arguments: Vec<Argument>,
}

/// A header or a fault: its table and, if it is generated, its type.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) table: String,
    pub(crate) ty: Option<TypeRef>,
}

/// A parameter of a method.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) ident: String,
    pub(crate) leaf: Leaf,
    pub(crate) wrap: Wrap,
}

/// A service and the roles of its operations.
#[derive(Debug)]
pub(crate) struct Service<'m> {
    pub(crate) ident: String,
    pub(crate) name: &'m str,
    pub(crate) port: &'m str,
    pub(crate) endpoint: &'m str,
    pub(crate) api_version: &'m str,
    pub(crate) documentation: Option<&'m str>,
    /// Whether the port speaks SOAP 1.2, not 1.1.
    pub(crate) soap12: bool,
    /// Range in [`Plan::operations`].
    pub(crate) operations: std::ops::Range<usize>,
    pub(crate) session_header: Option<String>,
    pub(crate) limit_header: Option<String>,
    /// The operation to log in with.
    pub(crate) login: Option<usize>,
    /// Whether [`Plan::query`] is of this service.
    pub(crate) query: bool,
}

/// Operations behind the stream of rows, by number.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) query: usize,
    pub(crate) query_all: Option<usize>,
    pub(crate) query_more: usize,
    /// Table of the header that proposes a batch size.
    pub(crate) options: Option<String>,
}
