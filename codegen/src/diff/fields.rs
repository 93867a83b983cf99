//! The comparison of fields, and of the arguments of operations.

use std::cell::Cell;

use super::compare::pairs;
use super::judge;
use super::types::{Change, ChangeKind, Impact, Item};
use crate::catalog::{Content, Field, TypeKind};

/// Where the fields stand, which decides what a change of them means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Role {
    pub(super) kind: TypeKind,
    /// Whether requests contain them.
    pub(super) sent: bool,
    /// Whether responses contain them.
    pub(super) received: bool,
}

/// Compares the fields of a type.
pub(super) fn compare(
    owner: &str,
    role: Role,
    old: &[Field],
    new: &[Field],
    changes: &mut Vec<Change>,
) {
    for pair in pairs(old, new, |field| (&field.name, field.attribute)) {
        match pair {
            (None, Some(field)) => changes.push(added(role, field).of(owner)),
            (Some(field), None) => changes.push(removed(role, field).of(owner)),
            (Some(old), Some(new)) => {
                let differences = changed(role, item_of(role, new), old, new);
                changes.extend(differences.into_iter().map(|change| change.of(owner)));
            }
            (None, None) => {}
        }
    }
}

fn item_of(role: Role, field: &Field) -> Item {
    match (&field.content, role.kind) {
        (_, TypeKind::Choice) => Item::Variant,
        (Content::Parent(_), TypeKind::Object) => Item::ParentRelationship,
        (Content::Children, _) => Item::ChildRelationship,
        _ => Item::Field,
    }
}

/// The type of a field. That a field of an object may be absent or nil goes without saying.
fn described(role: Role, field: &Field) -> String {
    match (role.kind, &field.content) {
        (TypeKind::Object, Content::Children) => String::new(),
        (TypeKind::Object, _) => field.type_name.clone(),
        _ => field.description(),
    }
}

fn added(role: Role, field: &Field) -> Change {
    let change = Change::new(item_of(role, field), ChangeKind::Added, &field.name)
        .between("", described(role, field));
    let is_required = !field.optional && !field.nillable && !field.repeated;
    match role.kind {
        TypeKind::Object => change.rust(Impact::Additive, "").data(Impact::Additive, ""),
        TypeKind::Choice => change
            .rust(
                Impact::Breaking,
                "A `match` of all variants needs an arm for it.",
            )
            .data(
                Impact::Breaking,
                "Old programs cannot read a value that uses this branch.",
            ),
        TypeKind::Struct | TypeKind::Abstract => {
            let change = match role.sent {
                true => change.rust(
                    Impact::Breaking,
                    "A struct literal without `..Default::default()` needs the field.",
                ),
                false => change.rust(Impact::Additive, ""),
            };
            match role.sent && is_required {
                true => change.data(
                    Impact::Breaking,
                    "The service requires it, and old programs do not send it.",
                ),
                false => change.data(Impact::Additive, ""),
            }
        }
    }
}

fn removed(role: Role, field: &Field) -> Change {
    let change = Change::new(item_of(role, field), ChangeKind::Removed, &field.name)
        .between(described(role, field), "");
    match role.kind {
        TypeKind::Object => change
            .rust(
                Impact::Breaking,
                &format!("The key `{}` and its methods are gone.", field.key),
            )
            .data(
                Impact::Breaking,
                "Queries that select it and rows that set it are refused.",
            ),
        TypeKind::Choice => change.rust(Impact::Breaking, "The variant is gone.").data(
            Impact::Breaking,
            "The service does not know the branch any more.",
        ),
        TypeKind::Struct | TypeKind::Abstract => {
            let change = change.rust(
                Impact::Breaking,
                &format!("The field `{}` is gone.", field.rust),
            );
            match (role.sent, role.received && !field.optional) {
                (true, _) => change.data(Impact::Breaking, "A request that has it is refused."),
                (false, true) => change.data(
                    Impact::Breaking,
                    "Old programs require it and cannot read a response without it.",
                ),
                (false, false) => change.data(Impact::Breaking, "Its value does not arrive."),
            }
        }
    }
}

/// What differs between two fields with the same name.
pub(super) fn changed(role: Role, item: Item, old: &Field, new: &Field) -> Vec<Change> {
    let mut changes = Vec::new();
    let change = |kind| Change::new(item, kind, &new.name);
    // What the Rust type changes is said once, by the first change that explains it.
    let rust_differs = Cell::new(old.rust_type != new.rust_type);
    let rust = |change: Change| match rust_differs.take() {
        true => {
            let reason = format!(
                "The Rust type is `{}` and was `{}`.",
                new.rust_type, old.rust_type
            );
            change.rust(Impact::Breaking, &reason)
        }
        false => change,
    };
    if old.content != new.content || old.type_name != new.type_name {
        let change = change(ChangeKind::TypeChanged).between(&old.type_name, &new.type_name);
        let reads = judge::reads(&old.content, &new.content) || !role.received;
        let writes = judge::writes(&old.content, &new.content) || !role.sent;
        let is_parent = |content: &Content| matches!(content, Content::Parent(_));
        changes.push(match (reads, writes) {
            _ if is_parent(&old.content) && is_parent(&new.content) => {
                rust(change).data(Impact::Breaking, "Its rows may be of another object.")
            }
            (true, true) => rust(change),
            (false, true) => rust(change).data(
                Impact::Breaking,
                "Old programs cannot read every value of the new type.",
            ),
            (_, false) => rust(change).data(
                Impact::Breaking,
                "The service may refuse what old programs write.",
            ),
        });
    }
    let flags = [
        (
            ChangeKind::RepeatedChanged,
            old.repeated,
            new.repeated,
            "repeated",
            "single",
        ),
        (
            ChangeKind::OptionalChanged,
            old.optional,
            new.optional,
            "optional",
            "required",
        ),
        (
            ChangeKind::NillableChanged,
            old.nillable,
            new.nillable,
            "nillable",
            "not nillable",
        ),
    ];
    for (kind, before, after, yes, no) in flags {
        if before == after {
            continue;
        }
        let word = |is_set| if is_set { yes } else { no };
        let change = rust(change(kind).between(word(before), word(after)));
        let is_object = role.kind == TypeKind::Object;
        changes.push(match (after, role.sent, role.received) {
            // Less is allowed than before.
            (false, true, _) => change.data(
                Impact::Breaking,
                "The service may refuse what old programs write.",
            ),
            (false, false, _) => change.data(Impact::Neutral, ""),
            // More is allowed than before. Records read it, structs may not.
            (true, _, true) if !is_object || kind == ChangeKind::RepeatedChanged => change.data(
                Impact::Breaking,
                "Old programs may not read what the service may send.",
            ),
            (true, ..) => change.data(Impact::Additive, ""),
        });
    }
    if rust_differs.get() {
        changes.push(rust(
            change(ChangeKind::TypeChanged).between(&old.rust_type, &new.rust_type),
        ));
    }
    if old.facets != new.facets && old.type_name == new.type_name {
        changes.push(
            change(ChangeKind::FacetsChanged)
                .between(&old.facets, &new.facets)
                .data(
                    Impact::Breaking,
                    "Values that were allowed may not be any more.",
                ),
        );
    }
    if old.default != new.default {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        changes.push(
            change(ChangeKind::DefaultChanged)
                .between(text(&old.default), text(&new.default))
                .data(Impact::Breaking, "An empty element means another value."),
        );
    }
    let names = |field: &Field| {
        let names = [&field.rust, &field.key, &field.setter];
        let names = names.into_iter().filter(|name| !name.is_empty());
        names.map(String::as_str).collect::<Vec<_>>().join(", ")
    };
    if names(old) != names(new) {
        changes.push(
            change(ChangeKind::RustNameChanged)
                .between(names(old), names(new))
                .rust(
                    Impact::Breaking,
                    "A rename in the options keeps the old name.",
                ),
        );
    }
    if old.documentation != new.documentation {
        changes.push(change(ChangeKind::DocumentationChanged));
    }
    changes
}
