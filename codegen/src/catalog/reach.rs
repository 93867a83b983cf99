//! Which types requests and responses can contain.

use std::collections::BTreeSet;

use saponify_wsdl::model::TypeId;

use crate::select::{Selection, ShapeId, ShapeKind, ValueType};

/// The shapes and enumerations that some messages can contain.
#[derive(Debug, Default)]
pub(super) struct Reach {
    shapes: BTreeSet<ShapeId>,
    enums: BTreeSet<TypeId>,
}

impl Reach {
    /// What requests and their headers can contain.
    pub(super) fn of_requests(selection: &Selection<'_>) -> Self {
        let operations = selection.operations.iter();
        Self::from(
            selection,
            operations.flat_map(|operation| {
                let body = std::iter::once(operation.request);
                body.chain(operation.headers.iter().copied())
            }),
        )
    }

    /// What responses, their headers and faults can contain.
    pub(super) fn of_responses(selection: &Selection<'_>) -> Self {
        let operations = selection.operations.iter();
        Self::from(
            selection,
            operations.flat_map(|operation| {
                let body = std::iter::once(operation.response);
                let headers = operation.output_headers.iter().chain(&operation.faults);
                body.chain(headers.copied())
            }),
        )
    }

    pub(super) fn has(&self, id: ShapeId) -> bool {
        self.shapes.contains(&id)
    }

    pub(super) fn has_enum(&self, id: TypeId) -> bool {
        self.enums.contains(&id)
    }

    fn from(selection: &Selection<'_>, roots: impl Iterator<Item = ShapeId>) -> Self {
        let mut reach = Self::default();
        let mut queue: Vec<ShapeId> = roots.collect();
        // A field of the base of all objects can hold any object.
        let objects = || {
            let views = selection
                .ids()
                .filter(|(_, shape)| shape.kind == ShapeKind::View);
            views.map(|(id, _)| id)
        };
        while let Some(id) = queue.pop() {
            if !reach.shapes.insert(id) {
                continue;
            }
            let shape = selection.shape(id);
            if shape.kind == ShapeKind::OpenBase {
                queue.extend(objects());
            }
            queue.extend(shape.base);
            queue.extend(&shape.derived);
            for member in &shape.members {
                let value = selection
                    .item_type(member)
                    .or_else(|| selection.value_type(member));
                match value {
                    Some(ValueType::Shape(id)) => queue.push(id),
                    Some(ValueType::Enum(id)) => {
                        reach.enums.insert(id);
                    }
                    _ => {}
                }
            }
        }
        reach
    }
}
