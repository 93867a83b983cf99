//! The comparison of operations, their arguments, results and headers.

use std::collections::BTreeMap;

use super::fields::{self, Role};
use super::judge;
use super::order;
use super::pairs::pairs;
use super::types::{Change, ChangeKind, Impact, Item};
use crate::catalog::{Catalog, Header, Operation, TypeKind};

/// Headers that came, went or moved, old and new, with the operations that had or have them.
type Headers<'c> =
    BTreeMap<(Item, ChangeKind, Option<&'c Header>, Option<&'c Header>), Vec<&'c str>>;

pub(super) fn compare(old: &Catalog, new: &Catalog, changes: &mut Vec<Change>) {
    let mut headers: Headers<'_> = BTreeMap::new();
    let all = pairs(&old.operations, &new.operations, |operation| {
        (&operation.name, &operation.input)
    });
    for pair in all {
        match pair {
            (None, Some(new)) => changes.push(
                Change::new(Item::Operation, ChangeKind::Added, &new.name)
                    .between("", signature(new))
                    .rust(Impact::Additive, "")
                    .data(Impact::Additive, ""),
            ),
            (Some(old), None) => changes.push(
                Change::new(Item::Operation, ChangeKind::Removed, &old.name)
                    .between(signature(old), "")
                    .rust(
                        Impact::Breaking,
                        &format!("The method `{}` is gone.", old.rust),
                    )
                    .data(Impact::Breaking, "Calls of it fail."),
            ),
            (Some(old), Some(new)) => {
                operation(old, new, changes);
                let lists = [
                    (Item::Header, &old.headers, &new.headers),
                    (Item::OutputHeader, &old.output_headers, &new.output_headers),
                    (Item::Fault, &old.faults, &new.faults),
                ];
                for (item, old_headers, new_headers) in lists {
                    for pair in pairs(old_headers, new_headers, |header| {
                        (&header.name, &header.namespace)
                    }) {
                        let kind = match pair {
                            (None, Some(_)) => ChangeKind::Added,
                            (Some(_), None) => ChangeKind::Removed,
                            (Some(old), Some(new)) if old.namespace != new.namespace => {
                                ChangeKind::NamespaceChanged
                            }
                            _ => continue,
                        };
                        let known = headers.entry((item, kind, pair.0, pair.1)).or_default();
                        known.push(&new.name);
                    }
                }
            }
            (None, None) => {}
        }
    }
    changes.extend(
        headers
            .iter()
            .filter_map(|((item, kind, old, new), operations)| match (old, new) {
                (Some(old), Some(new)) => Some(moved_header(*item, old, new)),
                (old, new) => (*old)
                    .or(*new)
                    .map(|found| header(*item, *kind, found, operations)),
            }),
    );
}

fn signature(operation: &Operation) -> String {
    let arguments = operation.arguments.iter();
    let arguments: Vec<&str> = arguments.map(|argument| argument.name.as_str()).collect();
    format!("({}) -> {}", arguments.join(", "), operation.rust_result)
}

/// A header or fault whose element is in another namespace.
fn moved_header(item: Item, old: &Header, new: &Header) -> Change {
    let change = Change::new(item, ChangeKind::NamespaceChanged, &new.name)
        .between(&old.namespace, &new.namespace);
    judge::moved(change, item == Item::Header, &new.namespace)
}

/// A header or fault that came or went. A header is often that of many operations, so this is one
/// change of all of them.
fn header(item: Item, kind: ChangeKind, header: &Header, operations: &[&str]) -> Change {
    let list = format!("of {}", operations.join(", "));
    let change = Change::new(item, kind, &header.name);
    if kind == ChangeKind::Added {
        return change
            .between("", list)
            .rust(Impact::Additive, "")
            .data(Impact::Additive, "");
    }
    let change = change.between(list, "");
    match item {
        Item::Header => change
            .rust(Impact::Breaking, "Calls with this header do not compile.")
            .data(Impact::Breaking, "The service does not take it any more."),
        Item::OutputHeader => change
            .rust(Impact::Breaking, "Code that reads it does not compile.")
            .data(Impact::Breaking, "It does not arrive any more."),
        _ => change
            .rust(
                Impact::Breaking,
                "Code that looks for the fault does not compile.",
            )
            .data(Impact::Neutral, "The service does not send it any more."),
    }
}

fn operation(old: &Operation, new: &Operation, changes: &mut Vec<Change>) {
    let name = new.name.as_str();
    if old.rust != new.rust {
        changes.push(
            Change::new(Item::Operation, ChangeKind::RustNameChanged, name)
                .between(&old.rust, &new.rust)
                .rust(
                    Impact::Breaking,
                    "A rename in the options keeps the old name.",
                ),
        );
    }
    let values = [
        (
            &old.action,
            &new.action,
            "The service may not recognize what old programs call.",
        ),
        (
            &old.style,
            &new.style,
            "Messages are written in another way.",
        ),
    ];
    for (before, after, reason) in values {
        if before != after {
            changes.push(
                Change::new(Item::Operation, ChangeKind::ValueChanged, name)
                    .between(before, after)
                    .data(Impact::Breaking, reason),
            );
        }
    }
    let elements = [
        (&old.request, &new.request, true),
        (&old.response, &new.response, false),
    ];
    for (before, after, sent) in elements {
        if before != after {
            let change =
                Change::new(Item::Operation, ChangeKind::ValueChanged, name).between(before, after);
            changes.push(match local_name(before) == local_name(after) {
                true => judge::moved(change, sent, namespace(after)),
                false => change.data(
                    Impact::Breaking,
                    match sent {
                        true => "Old programs send the old element.",
                        false => "Old programs expect the old element.",
                    },
                ),
            });
        }
    }
    if old.documentation != new.documentation {
        changes.push(Change::new(
            Item::Operation,
            ChangeKind::DocumentationChanged,
            name,
        ));
    }
    arguments(old, new, changes);
    results(old, new, changes);
}

fn arguments(old: &Operation, new: &Operation, changes: &mut Vec<Change>) {
    let role = Role {
        kind: TypeKind::Struct,
        sent: true,
        received: false,
        namespaces: (namespace(&old.request), namespace(&new.request)),
    };
    let mut own = Vec::new();
    for pair in pairs(&old.arguments, &new.arguments, |field| {
        (&field.name, &field.namespace)
    }) {
        match pair {
            (None, Some(field)) => {
                let change = Change::new(Item::Argument, ChangeKind::Added, &field.name)
                    .between("", field.description())
                    .rust(Impact::Breaking, "The method takes another argument.");
                own.push(match fields::is_required(field) {
                    false => change.data(Impact::Additive, ""),
                    true => change.data(
                        Impact::Breaking,
                        "The service requires it, and old programs do not send it.",
                    ),
                });
            }
            (Some(field), None) => own.push(
                Change::new(Item::Argument, ChangeKind::Removed, &field.name)
                    .between(field.description(), "")
                    .rust(Impact::Breaking, "The method does not take the argument.")
                    .data(Impact::Breaking, "A request that has it is refused."),
            ),
            (Some(old), Some(new)) => own.extend(fields::changed(role, Item::Argument, old, new)),
            (None, None) => {}
        }
    }
    if let Some(change) = order::of_arguments(&old.arguments, &new.arguments) {
        let change = change.rust(
            Impact::Breaking,
            "The method takes its arguments in another order.",
        );
        own.push(match new.any_order {
            true => change,
            false => change.data(Impact::Breaking, "Elements are sent in another order."),
        });
    }
    changes.extend(own.into_iter().map(|change| change.of(&new.name)));
}

fn results(old: &Operation, new: &Operation, changes: &mut Vec<Change>) {
    let role = Role {
        kind: TypeKind::Struct,
        sent: false,
        received: true,
        namespaces: (namespace(&old.response), namespace(&new.response)),
    };
    let mut own = Vec::new();
    for pair in pairs(&old.results, &new.results, |field| {
        (&field.name, &field.namespace)
    }) {
        match pair {
            (None, Some(field)) => own.push(
                Change::new(Item::Result, ChangeKind::Added, &field.name)
                    .between("", field.description())
                    .data(Impact::Additive, ""),
            ),
            (Some(field), None) => own.push(
                Change::new(Item::Result, ChangeKind::Removed, &field.name)
                    .between(field.description(), "")
                    .data(Impact::Breaking, "Its value does not arrive."),
            ),
            (Some(old), Some(new)) => own.extend(fields::changed(role, Item::Result, old, new)),
            (None, None) => {}
        }
    }
    if old.rust_result != new.rust_result {
        own.push(
            Change::new(Item::Result, ChangeKind::TypeChanged, "(Rust)")
                .between(&old.rust_result, &new.rust_result)
                .rust(Impact::Breaking, "The method returns another type."),
        );
    }
    changes.extend(own.into_iter().map(|change| change.of(&new.name)));
}

/// The namespace of a name as `{namespace}name`.
fn namespace(name: &str) -> &str {
    let inside = name
        .strip_prefix('{')
        .and_then(|name| name.rsplit_once('}'));
    inside.map_or("", |(namespace, _)| namespace)
}

fn local_name(name: &str) -> &str {
    name.rsplit_once('}').map_or(name, |(_, local)| local)
}
