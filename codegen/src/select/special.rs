//! Which operations and headers the runtime has methods for.

use saponify_wsdl::model::Builtin;

use super::types::{
    Operation, QueryOperations, Selection, Service, Shape, ShapeId, ShapeKind, SpecialOperations,
    ValueType,
};
use crate::content::Member;
use crate::salesforce::operations::{
    Parameter, ParameterKind, Signature, SpecialHeader, SpecialOperation, StructField, special,
    special_header,
};

/// Finds the special operations: the login of a service that has a session header, the first query
/// whose rows can be continued, and all that take many rows.
pub(super) fn operations(selection: &Selection<'_>) -> SpecialOperations {
    let kinds: Vec<Option<SpecialOperation>> = selection
        .operations
        .iter()
        .map(|operation| special(&signature(selection, operation)))
        .collect();
    let mut found = SpecialOperations {
        bulk: kinds
            .iter()
            .enumerate()
            .filter_map(|(number, kind)| match kind {
                Some(SpecialOperation::Bulk(kind)) => Some((number, *kind)),
                _ => None,
            })
            .collect(),
        ..SpecialOperations::default()
    };
    for service in &selection.services {
        let first = |kind| {
            service
                .operations
                .clone()
                .find(|number| kinds[*number] == Some(kind))
        };
        if found.login.is_none() && header(selection, service, SpecialHeader::Session).is_some() {
            found.login = first(SpecialOperation::Login);
        }
        let query = first(SpecialOperation::Query);
        let more = first(SpecialOperation::QueryMore);
        if let (None, Some(query), Some(query_more)) = (&found.query, query, more) {
            let request = &selection.operations[query].headers;
            found.query = Some(QueryOperations {
                query,
                query_all: first(SpecialOperation::QueryAll),
                query_more,
                options: of_kind(selection, request, SpecialHeader::QueryOptions),
            });
        }
    }
    found
}

/// The special header that the operations of a service have.
pub(super) fn header(
    selection: &Selection<'_>,
    service: &Service<'_>,
    kind: SpecialHeader,
) -> Option<ShapeId> {
    let operations = &selection.operations[service.operations.clone()];
    operations.iter().find_map(|operation| {
        let headers = match kind {
            SpecialHeader::Session | SpecialHeader::QueryOptions => &operation.headers,
            SpecialHeader::LimitInfo => &operation.output_headers,
        };
        of_kind(selection, headers, kind)
    })
}

fn of_kind(selection: &Selection<'_>, headers: &[ShapeId], kind: SpecialHeader) -> Option<ShapeId> {
    headers.iter().copied().find(|id| {
        let shape = selection.shape(*id);
        let children: Vec<&str> = shape.members.iter().map(|member| &*member.name).collect();
        special_header(&shape.name, &children) == Some(kind)
    })
}

fn signature<'s>(selection: &'s Selection<'_>, operation: &'s Operation<'_>) -> Signature<'s> {
    let parameters = |id| {
        let shape: &Shape<'_> = selection.shape(id);
        shape
            .members
            .iter()
            .map(|member| parameter(selection, member))
    };
    let mut results = parameters(operation.response);
    let result = results.next().filter(|_| results.next().is_none());
    Signature {
        name: operation.name,
        arguments: parameters(operation.request).collect(),
        result,
        plain_response: !operation.style.bare_response && !operation.style.encoded,
    }
}

fn parameter<'s>(selection: &'s Selection<'_>, member: &'s Member<'_>) -> Parameter<'s> {
    let kind = match selection.value_type(member) {
        Some(ValueType::Simple(Builtin::String)) => ParameterKind::Text,
        Some(ValueType::RecordId) => ParameterKind::RecordId,
        Some(ValueType::Shape(id)) => {
            let shape = selection.shape(id);
            match shape.kind {
                ShapeKind::View | ShapeKind::OpenBase => ParameterKind::Record,
                ShapeKind::Struct => ParameterKind::Struct(
                    shape
                        .members
                        .iter()
                        .map(|member| field(selection, member))
                        .collect(),
                ),
                ShapeKind::Choice | ShapeKind::Abstract | ShapeKind::TableOnly => {
                    ParameterKind::Other
                }
            }
        }
        _ => ParameterKind::Other,
    };
    Parameter {
        name: &member.name,
        kind,
        repeated: member.occurs.repeated,
        nillable: member.occurs.nillable,
    }
}

fn field<'s>(selection: &Selection<'_>, member: &'s Member<'_>) -> StructField<'s> {
    let is_boolean = selection.value_type(member) == Some(ValueType::Simple(Builtin::Boolean));
    StructField {
        name: &member.name,
        is_flag: is_boolean && !member.occurs.repeated,
    }
}
