//! The plan of operations and services.

use saponify_wsdl::model::QName;

use super::calls::{Argument, Operation, Part, QueryOperations, Service};
use super::namespaces::NamespaceNumbers;
use super::output::Header;
use super::rust_types::Context;
use super::tables::TableIds;
use super::types::{Boxing, FieldType, InnerType, TypeRef, Wrap};
use crate::names::OperationNames;
use crate::salesforce::documentation;
use crate::select::{self, ShapeId, ShapeKind};

/// Plans all operations.
pub(super) fn operations<'m>(
    context: Context<'_, 'm>,
    tables: &TableIds,
    numbers: &NamespaceNumbers,
) -> Vec<Operation<'m>> {
    let operations = context
        .selection
        .operations
        .iter()
        .zip(&context.names.operations);
    operations
        .map(|(operation, names)| plan_operation(context, tables, numbers, operation, names))
        .collect()
}

fn plan_operation<'m>(
    context: Context<'_, 'm>,
    tables: &TableIds,
    numbers: &NamespaceNumbers,
    operation: &select::Operation<'m>,
    names: &OperationNames,
) -> Operation<'m> {
    let selection = context.selection;
    let request = selection.shape(operation.request);
    let arguments = request.members.iter().zip(&names.arguments);
    let arguments = arguments.map(|(member, ident)| Argument {
        ident: ident.clone(),
        inner: context.inner_type(member),
        wrap: context.wrap(member, false),
        received: context.wrap(member, true),
    });
    let part = |id: &ShapeId| Part {
        table: tables.of(*id),
        ty: struct_type(context, *id),
    };
    // A fault detail is read as the type of its element.
    let fault = |id: &ShapeId| {
        let base = selection.shape(*id).base;
        let of_base = || base.and_then(|base| struct_type(context, base));
        Part {
            table: tables.of(*id),
            ty: struct_type(context, *id).or_else(of_base),
        }
    };
    let type_name = |name: &Option<&'m QName>| match name {
        Some(name) => (numbers.of(name.ns), name.local.as_str()),
        None => (0, ""),
    };
    Operation {
        method: names.method.clone(),
        ty: names.ty.clone(),
        ident: names.table.clone(),
        rows: names.rows.clone(),
        wire: operation.name,
        action: operation.action,
        style: operation.style,
        types: operation.types.iter().map(type_name).collect(),
        documentation: operation.documentation,
        remarks: documentation::operation(
            selection.uri(request.ns),
            operation.name,
            request.members.iter().map(|member| &member.name),
        ),
        request: tables.of(operation.request),
        response: tables.of(operation.response),
        headers: operation.headers.iter().map(part).collect(),
        output_headers: operation.output_headers.iter().map(part).collect(),
        faults: operation.faults.iter().map(fault).collect(),
        output: output(context, operation),
        arguments: arguments.collect(),
    }
}

fn struct_type(context: Context<'_, '_>, id: ShapeId) -> Option<TypeRef> {
    let is_struct = context.selection.shape(id).kind == ShapeKind::Struct;
    is_struct.then(|| context.shape_type(id))
}

fn output(context: Context<'_, '_>, operation: &select::Operation<'_>) -> Option<FieldType> {
    let (inner, wrap) = match operation.result_struct {
        Some(id) => (InnerType::Struct(context.shape_type(id)), Wrap::Required),
        None => match context
            .selection
            .shape(operation.response)
            .members
            .as_slice()
        {
            // Results pair with arguments by position, so nil items keep theirs.
            [member] => (context.inner_type(member), context.wrap(member, true)),
            _ => return None,
        },
    };
    Some(FieldType {
        inner,
        wrap,
        boxing: Boxing::None,
    })
}

/// Plans all services.
pub(super) fn services<'m>(
    context: Context<'_, 'm>,
    tables: &TableIds,
    header: &Header<'m>,
) -> Vec<Service<'m>> {
    let selection = context.selection;
    let special = &selection.special;
    let services = selection.services.iter().zip(&context.names.services);
    let planned = services.map(|(service, ident)| Service {
        ident: ident.clone(),
        name: service.name,
        port: service.port,
        endpoint: service.endpoint,
        api_version: header.comment.api_version,
        documentation: service.documentation,
        soap12: service.soap12,
        operations: service.operations.clone(),
        session_header: service.session_header.map(|id| tables.of(id)),
        limit_header: service.limit_header.map(|id| tables.of(id)),
        login: special
            .login
            .filter(|number| service.operations.contains(number)),
        query: special
            .query
            .as_ref()
            .is_some_and(|query| service.operations.contains(&query.query)),
    });
    planned.collect()
}

/// The operations behind the stream of rows.
pub(super) fn query(context: Context<'_, '_>, tables: &TableIds) -> Option<QueryOperations> {
    let query = context.selection.special.query.as_ref()?;
    Some(QueryOperations {
        query: query.query,
        query_all: query.query_all,
        query_more: query.query_more,
        options: query.options.map(|id| tables.of(id)),
    })
}
