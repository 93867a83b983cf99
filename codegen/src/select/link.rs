//! Operations linked to the shapes of their messages.

use std::collections::HashMap;

use saponify_wsdl::model::{ElementId, Model, PartTarget, QName, TypeName};

use super::bindings::{Body, BoundOperation, BoundService};
use super::shapes::is_table_of_type;
use super::types::{Operation, Origin, Service, Shape, ShapeId, ShapeKind};

/// The services and operations, linked to the shapes that they use.
pub(super) fn link<'m>(
    model: &'m Model,
    services: &[BoundService<'m>],
    shapes: &[Shape<'m>],
    ids: &HashMap<Origin, ShapeId>,
) -> (Vec<Service<'m>>, Vec<Operation<'m>>) {
    // `collect` made a shape of every body, header and fault.
    let element = |id: &ElementId| {
        let ty = Origin::Type(model.element(*id).type_id);
        let origin = if is_table_of_type(model, *id) {
            ty
        } else {
            Origin::Element(*id)
        };
        ids.get(&origin).copied()
    };
    let fault = |target: &PartTarget| match target {
        PartTarget::Element(id) => element(id),
        PartTarget::Type(id) => ids.get(&Origin::Type(*id)).copied(),
    };
    let body = |number: usize, response: bool, body: &Body<'m>| match body {
        Body::Element(id) => element(id),
        Body::Synthetic { .. } => ids.get(&Origin::Message(number as u32, response)).copied(),
    };
    let mut operations = Vec::new();
    let mut linked = Vec::new();
    for service in services {
        let same: Option<&Service<'m>> = service.same_as.and_then(|index| linked.get(index));
        let same = same.map(|service| service.operations.clone());
        let start = operations.len();
        for operation in &service.operations {
            let number = operations.len();
            let request = body(number, false, &operation.request);
            let response = body(number, true, &operation.response);
            let (Some(request), Some(response)) = (request, response) else {
                continue;
            };
            operations.push(Operation {
                name: operation.name,
                input: operation.input,
                action: operation.action,
                style: operation.style,
                types: types(model, operation),
                documentation: operation.documentation,
                request,
                response,
                result_struct: result_struct(model, operation, shapes, ids, response),
                headers: operation.headers.iter().filter_map(element).collect(),
                output_headers: operation
                    .output_headers
                    .iter()
                    .filter_map(element)
                    .collect(),
                faults: operation.faults.iter().filter_map(fault).collect(),
            });
        }
        linked.push(Service {
            name: service.name,
            port: service.port,
            others: service.others.clone(),
            port_type: service.port_type,
            endpoint: service.endpoint,
            documentation: service.documentation,
            soap12: service.soap12,
            operations: same.unwrap_or(start..operations.len()),
            session_header: None,
            limit_header: None,
        });
    }
    (linked, operations)
}

/// The name of each argument's type, which encoded messages state; `None` for anonymous types.
fn types<'m>(model: &'m Model, operation: &BoundOperation<'m>) -> Vec<Option<&'m QName>> {
    match &operation.request {
        Body::Synthetic { parts, .. } if operation.style.encoded => parts
            .iter()
            .map(|(_, target)| match target {
                PartTarget::Element(id) => model.element(*id).type_id,
                PartTarget::Type(id) => *id,
            })
            .map(|id| match &model.type_def(id).name {
                TypeName::Global(name) => Some(name),
                TypeName::Anonymous { .. } => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The struct of the results, if there are several.
fn result_struct(
    model: &Model,
    operation: &BoundOperation<'_>,
    shapes: &[Shape<'_>],
    ids: &HashMap<Origin, ShapeId>,
    response: ShapeId,
) -> Option<ShapeId> {
    let shape = &shapes[response.0 as usize];
    if shape.members.len() < 2 {
        return None;
    }
    match (&operation.response, shape.kind) {
        (_, ShapeKind::Struct) => Some(response),
        (Body::Element(id), _) => ids.get(&Origin::Type(model.element(*id).type_id)).copied(),
        (Body::Synthetic { .. }, _) => None,
    }
}
