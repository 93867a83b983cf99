//! Services, their methods, and the types and tables of operations.

use std::collections::BTreeMap;

use super::case::{capitalised, screaming, snake, spelled, written};
use super::fields;
use super::identifiers::{Names, OperationNames, RowMethods};
use super::renames::{checked, taken, unknown};
use super::reserved::{OF_OPERATIONS, OF_SERVICES};
use super::scope::Scope;
use crate::config::{Config, suggestion};
use crate::error::Error;
use crate::select::{Operation, Selection, Service};

pub(super) fn operations(
    selection: &Selection<'_>,
    config: &Config,
    names: &mut Names,
) -> Result<(), Error> {
    for (wire, rust) in &config.rename.operations {
        checked("operation", wire, rust)?;
        let mut operations = selection.operations.iter();
        if !operations.any(|operation| operation.name == wire) && !config.tolerant {
            let names = selection.operations.iter().map(|operation| operation.name);
            let help = suggestion("", wire, names.collect());
            return Err(unknown("operation", wire, &help));
        }
    }
    let mut scope = Scope::default();
    let services = scope.assign(selection.services.len(), |at, level| {
        let service = &selection.services[at];
        // The port of SOAP 1.2 comes after that of SOAP 1.1.
        let mut same = selection.services[..at].iter();
        let second = service.soap12 && same.any(|other| other.port_type == service.port_type);
        let suffix = if second { "12" } else { "" };
        [match level {
            0 => capitalised(service.port_type) + suffix,
            1 => capitalised(service.name) + &capitalised(service.port_type),
            _ => spelled(service.name, 'X') + &spelled(service.port_type, 'X'),
        }]
    });
    names.services = services.into_iter().map(|[ident]| ident).collect();
    let mut rows = BTreeMap::new();
    let methods = methods(selection, config, &mut rows)?;
    for (number, (method, [ty, table])) in methods
        .into_iter()
        .zip(types(selection, config))
        .enumerate()
    {
        let request = selection.shape(selection.operations[number].request);
        names.operations.push(OperationNames {
            method,
            ty,
            table,
            rows: rows.remove(&number),
            arguments: fields::of_arguments(request),
            faults: None,
        });
    }
    Ok(())
}

/// The method of each operation. Each service is a scope. Overloads are distinguished by their inputs.
fn methods(
    selection: &Selection<'_>,
    config: &Config,
    rows: &mut BTreeMap<usize, RowMethods>,
) -> Result<Vec<String>, Error> {
    let mut methods = vec![String::new(); selection.operations.len()];
    for service in distinct(selection) {
        let mut scope = Scope::with_reserved(OF_SERVICES);
        if config.server {
            scope.reserve("into_server");
        }
        let special = &selection.special;
        let has = |number: usize| service.operations.contains(&number);
        if special.login.is_some_and(has) {
            scope.reserve("login");
        }
        if special.query.as_ref().is_some_and(|query| has(query.query)) {
            scope.reserve("records");
            scope.reserve("children");
        }
        for (number, kind) in &special.bulk {
            if service.operations.contains(number) {
                let wire = selection.operations[*number].name;
                let chosen = config.rename.operations.get(wire);
                let stem = chosen.map_or_else(|| snake(wire), String::clone);
                let methods = RowMethods {
                    kind: *kind,
                    all: format!("{stem}_all"),
                    one: kind.gives_outcomes().then(|| format!("{stem}_one")),
                };
                scope.reserve(&methods.all);
                if let Some(one) = &methods.one {
                    scope.reserve(one);
                }
                rows.insert(*number, methods);
            }
        }
        let mut open = Vec::new();
        let mut given: BTreeMap<&str, &str> = BTreeMap::new();
        for number in service.operations.clone() {
            let wire = selection.operations[number].name;
            let chosen = config.rename.operations.get(wire).map(String::as_str);
            let login = (special.login == Some(number)).then_some("login_request");
            let Some(rust) = chosen.or(login) else {
                open.push((number, None));
                continue;
            };
            if scope.claim(&[rust.to_owned()]) {
                given.insert(rust, wire);
                methods[number] = rust.to_owned();
            } else if chosen.is_some() && given.get(rust) != Some(&wire) {
                return Err(taken("operation", wire, rust));
            } else {
                // Another overload has the name.
                open.push((number, Some(rust)));
            }
        }
        open.sort_by_key(|(number, _)| {
            let operation = &selection.operations[*number];
            (operation.name, operation.input)
        });
        let idents = scope.assign(open.len(), |at, level| {
            let (number, rust) = open[at];
            let Operation { name, input, .. } = &selection.operations[number];
            let stem = |level| match rust {
                Some(rust) => rust.to_owned(),
                None => fields::spelling(name, level),
            };
            [match level {
                3 => format!("{}_{}", stem(0), snake(input)),
                4 => format!("{}_{}", stem(4), spelled(input, 'x')),
                level => stem(level),
            }]
        });
        for ((number, _), [ident]) in open.into_iter().zip(idents) {
            methods[number] = ident;
        }
    }
    Ok(methods)
}

/// The services, except those that share the operations of another service over another version of
/// SOAP.
fn distinct<'s, 'm>(selection: &'s Selection<'m>) -> impl Iterator<Item = &'s Service<'m>> {
    let mut named = 0;
    selection.services.iter().filter(move |service| {
        let new = service.operations.end > named;
        named = named.max(service.operations.end);
        new
    })
}

/// The type and the static of each operation. All services share one scope, and so do types and
/// statics, because `GET` would be the name of both. If several services have an operation of the same
/// name, the name of the service is its prefix.
fn types(selection: &Selection<'_>, config: &Config) -> Vec<[String; 2]> {
    let mut scope = Scope::with_reserved(OF_OPERATIONS);
    let mut order: Vec<(usize, &str)> = Vec::new();
    for service in distinct(selection) {
        order.extend(
            service
                .operations
                .clone()
                .map(|number| (number, service.port_type)),
        );
    }
    order.sort_by_key(|(number, port_type)| {
        let operation = &selection.operations[*number];
        (operation.name, *port_type, operation.input)
    });
    let idents = scope.assign(order.len(), |at, level| {
        let Operation { name, input, .. } = &selection.operations[order[at].0];
        let name = config
            .rename
            .operations
            .get(*name)
            .map_or(*name, String::as_str);
        let port_type = order[at].1;
        let stem = match level {
            0 => name.to_owned(),
            1 => format!("{}_{name}", capitalised(port_type)),
            2 => format!("{name}_{input}"),
            3 => format!("{}_{name}_{input}", capitalised(port_type)),
            _ => spelled(&format!("{port_type}_{name}_{input}"), 'X'),
        };
        let (ty, table) = match level {
            0 => (capitalised(&stem), screaming(&snake(&stem))),
            _ => (written(&stem, 'X'), screaming(&snake(&stem))),
        };
        let table = match table == ty {
            true => format!("{table}_OPERATION"),
            false => table,
        };
        [ty, table]
    });
    let mut types = vec![[String::new(), String::new()]; selection.operations.len()];
    for ((number, _), idents) in order.into_iter().zip(idents) {
        types[number] = idents;
    }
    types
}
