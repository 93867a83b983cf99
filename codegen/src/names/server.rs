//! The names of the server side: the traits of port types and the enums of faults, in one module.

use saponify_wsdl::model::NsId;

use super::case::{capitalised, spelled, written};
use super::identifiers::{FaultNames, Names};
use super::scope::Scope;
use crate::select::Selection;

/// Names the traits after the clients, and the enum of an operation's faults after the operation.
pub(super) fn server(selection: &Selection<'_>, names: &mut Names) {
    let mut scope = Scope::default();
    names.services.iter().for_each(|ident| scope.reserve(ident));
    let operations = &names.operations;
    let idents = scope.assign(operations.len(), |at, level| {
        let suffix = match level {
            0 => "Fault",
            1 => "Faults",
            2 => "OperationFault",
            _ => "OperationFaults",
        };
        [format!("{}{suffix}", operations[at].ty)]
    });
    for ((operation, names), [ident]) in (selection.operations.iter())
        .zip(&mut names.operations)
        .zip(idents)
    {
        let shapes = operation.faults.iter().map(|id| selection.shape(*id));
        let wires: Vec<(&str, NsId)> = shapes.map(|shape| (&*shape.name, shape.ns)).collect();
        let mut scope = Scope::default();
        scope.reserve("Other");
        let variants = scope.assign(wires.len(), |at, level| {
            let (wire, _) = wires[at];
            [match level {
                0 => capitalised(wire),
                1 => written(wire, 'X'),
                _ => spelled(wire, 'X'),
            }]
        });
        names.faults = Some(FaultNames {
            ident,
            variants: variants.into_iter().map(|[ident]| ident).collect(),
        });
    }
}
