//! Operations with the shapes that they use.

use std::collections::HashMap;

use saponify_wsdl::model::{ElementId, Model};

use super::closure::own;
use super::service::{Body, BoundOperation, BoundService};
use super::{Face, Operation, Origin, Service, Shape, ShapeId};

/// Services and operations with the shapes they use.
pub(super) fn link<'m>(
    model: &'m Model,
    services: &[BoundService<'m>],
    shapes: &[Shape<'m>],
    ids: &HashMap<Origin, ShapeId>,
) -> (Vec<Service<'m>>, Vec<Operation<'m>>) {
    // Every body, header and fault was given a shape by `collect`.
    let element = |id: &ElementId| {
        let ty = Origin::Type(model.element(*id).type_id);
        let origin = if own(model, *id) {
            ty
        } else {
            Origin::Element(*id)
        };
        ids.get(&origin).copied()
    };
    let body = |number: usize, response: bool, body: &Body<'m>| match body {
        Body::Element(id) => element(id),
        Body::Synthetic { .. } => ids
            .get(&Origin::Synthetic(number as u32, response))
            .copied(),
    };
    let mut operations = Vec::new();
    let mut linked = Vec::new();
    for service in services {
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
                action: operation.action,
                documentation: operation.documentation,
                request,
                response,
                whole: whole(model, operation, shapes, ids, response),
                headers: operation.headers.iter().filter_map(element).collect(),
                output_headers: operation
                    .output_headers
                    .iter()
                    .filter_map(element)
                    .collect(),
                faults: operation.faults.iter().filter_map(element).collect(),
            });
        }
        linked.push(Service {
            name: service.name,
            port: service.port,
            port_type: service.port_type,
            endpoint: service.endpoint,
            documentation: service.documentation,
            operations: start..operations.len(),
        });
    }
    (linked, operations)
}

/// The struct that is a whole answer of several fields.
fn whole(
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
    match (&operation.response, shape.face) {
        (_, Face::Struct) => Some(response),
        (Body::Element(id), _) => ids.get(&Origin::Type(model.element(*id).type_id)).copied(),
        (Body::Synthetic { .. }, _) => None,
    }
}
