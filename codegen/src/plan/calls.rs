//! The operations and services of a plan.

use super::types::{FieldType, InnerType, TableId, TypeRef, Wrap};
use crate::names::RowMethods;
use crate::salesforce::documentation::Remarks;
use crate::select::Style;

/// An operation: its static, its type and its method.
#[derive(Debug)]
pub(crate) struct Operation<'m> {
    pub(crate) method: String,
    pub(crate) ty: String,
    /// Identifier of its static.
    pub(crate) ident: String,
    pub(crate) rows: Option<RowMethods>,
    pub(crate) wire: &'m str,
    pub(crate) action: &'m str,
    pub(crate) style: Style,
    /// Namespace and name of each argument's type, for an encoded request; empty names for none.
    pub(crate) types: Vec<(u8, &'m str)>,
    pub(crate) documentation: Option<&'m str>,
    /// What Salesforce's documentation says about it.
    pub(crate) remarks: Option<Remarks>,
    pub(crate) request: TableId,
    pub(crate) response: TableId,
    pub(crate) headers: Vec<Part>,
    pub(crate) output_headers: Vec<Part>,
    pub(crate) faults: Vec<Part>,
    /// `None` for an operation without results.
    pub(crate) output: Option<FieldType>,
    pub(crate) arguments: Vec<Argument>,
}

/// A header or a fault: its table and, if it is generated, its type.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) table: TableId,
    pub(crate) ty: Option<TypeRef>,
}

/// A parameter of a method.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) ident: String,
    pub(crate) inner: InnerType,
    pub(crate) wrap: Wrap,
    /// How a server receives it. As in results, nil items keep their position.
    pub(crate) received: Wrap,
}

/// A service.
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
    /// Range in `Plan::operations`.
    pub(crate) operations: std::ops::Range<usize>,
    pub(crate) session_header: Option<TableId>,
    pub(crate) limit_header: Option<TableId>,
    /// The operation to log in with.
    pub(crate) login: Option<usize>,
    /// Whether `Plan::query` belongs to this service.
    pub(crate) query: bool,
}

/// The operations behind the stream of rows, by number.
#[derive(Debug)]
pub(crate) struct QueryOperations {
    pub(crate) query: usize,
    pub(crate) query_all: Option<usize>,
    pub(crate) query_more: usize,
    /// The header that proposes the number of rows in a batch.
    pub(crate) options: Option<TableId>,
}
