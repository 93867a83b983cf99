//! The comparison of fields, and of the arguments of operations.

use std::cell::Cell;

use super::facets::effect;
use super::judge;
use super::pairs::pairs;
use super::types::{Change, ChangeKind, Impact, Item};
use crate::catalog::{Content, Field, TypeKind};

/// Where the fields stand, which decides what a change of them means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Role<'a> {
    pub(super) kind: TypeKind,
    /// Whether requests contain them.
    pub(super) sent: bool,
    /// Whether responses contain them.
    pub(super) received: bool,
    /// The old and the new namespace of what contains them. A field that moves with it is no change of
    /// its own.
    pub(super) namespaces: (&'a str, &'a str),
}

/// Compares the fields of a type.
pub(super) fn compare(
    owner: &str,
    role: Role<'_>,
    old: &[Field],
    new: &[Field],
    changes: &mut Vec<Change>,
) {
    for pair in pairs(old, new, |field| {
        ((&field.name, field.attribute), &field.namespace)
    }) {
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

fn item_of(role: Role<'_>, field: &Field) -> Item {
    match (&field.content, role.kind) {
        (_, TypeKind::Choice) => Item::Variant,
        (Content::Parent(_), TypeKind::Object) => Item::ParentRelationship,
        (Content::Children, _) => Item::ChildRelationship,
        _ => Item::Field,
    }
}

/// The type of a field. That a field of an object may be absent or nil goes without saying.
fn described(role: Role<'_>, field: &Field) -> String {
    match (role.kind, &field.content) {
        (TypeKind::Object, Content::Children) => String::new(),
        (TypeKind::Object, _) => field.type_name.clone(),
        _ => field.description(),
    }
}

/// Whether whoever writes the field must give it. A field that may be nil or be repeated must be there,
/// too.
pub(super) fn is_required(field: &Field) -> bool {
    !field.optional
}

/// Whether the Rust type of a field can say that there is no value.
fn can_be_none(field: &Field) -> bool {
    field.optional || field.nillable || field.repeated
}

fn added(role: Role<'_>, field: &Field) -> Change {
    let change = Change::new(item_of(role, field), ChangeKind::Added, &field.name)
        .between("", described(role, field));
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
        // Whoever answers calls, or pretends to in a test, makes values of types that are only received.
        TypeKind::Struct | TypeKind::Abstract => {
            let change = change.rust(
                Impact::Breaking,
                "A struct literal without `..Default::default()` needs the field.",
            );
            match role.sent && is_required(field) {
                true => change.data(
                    Impact::Breaking,
                    "The service requires it, and old programs do not send it.",
                ),
                false => change.data(Impact::Additive, ""),
            }
        }
    }
}

fn removed(role: Role<'_>, field: &Field) -> Change {
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
            match (role.sent, role.received && !can_be_none(field)) {
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
pub(super) fn changed(role: Role<'_>, item: Item, old: &Field, new: &Field) -> Vec<Change> {
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
                "Old programs cannot read every value of the new type as it is.",
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
        let is_list = kind == ChangeKind::RepeatedChanged;
        let reads_absence = match kind {
            ChangeKind::RepeatedChanged => false,
            // Items of a list that are nil keep their places only if the list is made for it.
            ChangeKind::NillableChanged if old.repeated => {
                !old.rust_type.is_empty() && old.rust_type == new.rust_type
            }
            _ => can_be_none(old) && old.rust_type == new.rust_type,
        };
        changes.push(match (after, role.sent, role.received) {
            // Less is allowed than before.
            (false, true, _) => change.data(
                Impact::Breaking,
                "The service may refuse what old programs write.",
            ),
            (false, false, _) => change.data(Impact::Neutral, ""),
            // More is allowed than before. Records read it, and so do structs whose field can be empty.
            (true, _, true) if !(is_object && !is_list || reads_absence) => change.data(
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
    if old.namespace != new.namespace && (&*old.namespace, &*new.namespace) != role.namespaces {
        let change = change(ChangeKind::NamespaceChanged).between(&*old.namespace, &*new.namespace);
        changes.push(judge::moved(change, role.sent, &new.namespace));
    }
    if old.facets != new.facets && old.type_name == new.type_name {
        let change =
            change(ChangeKind::FacetsChanged).between(old.facets_as_text(), new.facets_as_text());
        let effect = effect(&old.facets, &new.facets);
        // Proxies do not check facets.
        changes.push(match (effect.allows_less, effect.allows_more) {
            (true, _) if role.sent => change.data(
                Impact::Breaking,
                "The service may refuse what old programs write.",
            ),
            (_, true) => change.data(
                Impact::Additive,
                "Old programs read and write other values.",
            ),
            _ => change.data(Impact::Neutral, "The service sends fewer values."),
        });
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
