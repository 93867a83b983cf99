//! The plan of operations and services.

use super::build::{leaf, type_ref, wrap};
use super::tables::Numbers;
use super::{Argument, FieldType, Header, Leaf, Operation, Part, Query, Service, Wrap, roles};
use crate::names::{Names, Roles};
use crate::salesforce;
use crate::select::{Face, Selection, ShapeId};

/// All operations, with the names taken out of `names`.
pub(super) fn operations<'m>(
    selection: &Selection<'m>,
    names: &mut Names,
    numbers: &Numbers,
) -> Vec<Operation<'m>> {
    let taken = std::mem::take(&mut names.operations);
    let names = &*names;
    let table = |id: ShapeId| names.shapes[id.0 as usize].table.clone();
    let planned = selection
        .operations
        .iter()
        .zip(taken)
        .map(|(operation, own)| {
            let request = selection.shape(operation.request);
            let arguments = request
                .members
                .iter()
                .zip(&own.arguments)
                .map(|(member, ident)| {
                    let leaf = leaf(selection, names, member, None);
                    Argument {
                        ident: ident.clone(),
                        leaf,
                        wrap: wrap(selection, member, false),
                    }
                });
            let type_of = |id: ShapeId| {
                let shape = selection.shape(id);
                let ident = &names.shapes[id.0 as usize].ty;
                (shape.face == Face::Struct).then(|| type_ref(names, shape.ns, ident, None))
            };
            let parts = |ids: &[ShapeId]| {
                let part = |id: &ShapeId| Part {
                    table: table(*id),
                    ty: type_of(*id),
                };
                ids.iter().map(part).collect()
            };
            // The detail is read as what the element's type is.
            let fault = |id: &ShapeId| Part {
                table: table(*id),
                ty: type_of(*id).or_else(|| selection.shape(*id).base.and_then(type_of)),
            };
            let types = operation.types.iter().map(|name| match name {
                Some(name) => (numbers.of(name.ns), name.local.as_str()),
                None => (0, ""),
            });
            Operation {
                wire: operation.name,
                action: operation.action,
                style: operation.style,
                types: types.collect(),
                documentation: operation.documentation,
                remarks: salesforce::operation(
                    selection.uri(request.ns),
                    operation.name,
                    request.members.iter().map(|member| &member.name),
                ),
                request: table(operation.request),
                response: table(operation.response),
                headers: parts(&operation.headers),
                output_headers: parts(&operation.output_headers),
                faults: operation.faults.iter().map(fault).collect(),
                output: output(selection, names, operation),
                arguments: arguments.collect(),
                names: own,
            }
        });
    planned.collect()
}

fn output(
    selection: &Selection<'_>,
    names: &Names,
    operation: &crate::select::Operation<'_>,
) -> Option<FieldType> {
    if let Some(id) = operation.whole {
        let ident = &names.shapes[id.0 as usize].ty;
        let leaf = Leaf::Struct(type_ref(names, selection.shape(id).ns, ident, None));
        return Some(FieldType {
            leaf,
            wrap: Wrap::Required,
            boxed: false,
        });
    }
    match selection.shape(operation.response).members.as_slice() {
        [member] => {
            let leaf = leaf(selection, names, member, None);
            // Answers pair with arguments by position, so nil items keep theirs.
            Some(FieldType {
                leaf,
                wrap: wrap(selection, member, true),
                boxed: false,
            })
        }
        _ => None,
    }
}

/// All services.
pub(super) fn services<'m>(
    selection: &Selection<'m>,
    names: &Names,
    roles: &Roles,
    header: &Header<'m>,
) -> Vec<Service<'m>> {
    let planned = selection
        .services
        .iter()
        .zip(&names.services)
        .map(|(service, ident)| {
            let all = || {
                service
                    .operations
                    .clone()
                    .map(|number| &selection.operations[number])
            };
            let table = |id: ShapeId| names.shapes[id.0 as usize].table.clone();
            let within = |number: &usize| service.operations.contains(number);
            Service {
                ident: ident.clone(),
                name: service.name,
                port: service.port,
                endpoint: service.endpoint,
                api_version: header.facts.api_version,
                documentation: service.documentation,
                soap12: service.soap12,
                operations: service.operations.clone(),
                session_header: all()
                    .find_map(|operation| roles::session_header(selection, operation))
                    .map(table),
                limit_header: all()
                    .find_map(|operation| roles::limit_header(selection, operation))
                    .map(table),
                login: roles.login.filter(within),
                query: roles.query.as_ref().is_some_and(within),
            }
        });
    planned.collect()
}

/// The operations behind the stream of rows.
pub(super) fn query(selection: &Selection<'_>, names: &Names, roles: &Roles) -> Option<Query> {
    let (query, query_more) = (roles.query?, roles.query_more?);
    let options = roles::query_options(selection, &selection.operations[query]);
    Some(Query {
        query,
        query_all: roles.query_all,
        query_more,
        options: options.map(|id| names.shapes[id.0 as usize].table.clone()),
    })
}
