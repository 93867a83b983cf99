//! The comparison of what two orgs say about their objects beyond the WSDL.

use super::pairs::pairs;
use super::types::{Change, ChangeKind, Impact, Item};
use crate::catalog::{Catalog, Type};
use crate::describe::{Describe, Field, Object, Value};

/// Why a rule that is stricter than before breaks.
const REFUSED: &str = "The service may refuse what old programs write.";

/// Compares the describes of the objects and fields that both catalogs have. What only one of them has is a change
/// of the WSDL.
pub(crate) fn compare(
    old: (&Catalog, &Describe),
    new: (&Catalog, &Describe),
    changes: &mut Vec<Change>,
) {
    for (name, before) in &old.1.objects {
        let types = old.0.object(name).zip(new.0.object(name));
        let (Some(after), Some(types)) = (new.1.objects.get(name), types) else {
            continue;
        };
        if before != after {
            object(name, types, before, after, changes);
        }
    }
}

fn object(
    name: &str,
    types: (&Type, &Type),
    old: &Object,
    new: &Object,
    changes: &mut Vec<Change>,
) {
    let labels = |object: &Object| match object.label_plural.is_empty() {
        true => object.label.clone(),
        false => format!("{} ({})", object.label, object.label_plural),
    };
    let change = |kind| Change::new(Item::Object, kind, name);
    if labels(old) != labels(new) {
        changes.push(change(ChangeKind::LabelChanged).between(labels(old), labels(new)));
    }
    if old.key_prefix != new.key_prefix {
        let change = change(ChangeKind::PropertyChanged);
        let begin = |prefix: &str| match prefix {
            "" => "no ids of its own".to_owned(),
            prefix => format!("ids begin with {prefix}"),
        };
        changes.push(change.between(begin(&old.key_prefix), begin(&new.key_prefix)));
    }
    for (child, before) in &old.children {
        let after = new.children.get(child).filter(|after| before != *after);
        if let Some(after) = after {
            let rows = |child: &crate::describe::Child| format!("{}.{}", child.object, child.field);
            let change = Change::new(Item::ChildRelationship, ChangeKind::TargetsChanged, child);
            let change = change.of(name).between(rows(before), rows(after));
            changes.push(change.data(Impact::Breaking, "Its rows are of another relationship."));
        }
    }
    for (field, before) in &old.fields {
        let (Some(after), Some(type_of_old), Some(type_of_new)) = (
            new.fields.get(field),
            type_name(types.0, field),
            type_name(types.1, field),
        ) else {
            continue;
        };
        if before != after {
            let known = changes.len();
            fields(
                name,
                field,
                before,
                after,
                type_of_old == type_of_new,
                changes,
            );
            if changes.len() == known {
                let change = Change::new(Item::Field, ChangeKind::DocumentationChanged, field);
                changes.push(change.of(name));
            }
        }
    }
}

fn type_name<'t>(ty: &'t Type, field: &str) -> Option<&'t str> {
    let field = ty.fields.iter().find(|known| known.name == field);
    field.map(|field| &*field.type_name)
}

/// What differs between the describes of a field. `is_same_type` says whether the WSDL has the same type for both.
fn fields(
    owner: &str,
    name: &str,
    old: &Field,
    new: &Field,
    is_same_type: bool,
    changes: &mut Vec<Change>,
) {
    let change = |kind| Change::new(Item::Field, kind, name).of(owner);
    let mut add = |change: Change| changes.push(change);
    if old.label != new.label {
        add(change(ChangeKind::LabelChanged).between(&old.label, &new.label));
    }
    if old.help != new.help {
        add(change(ChangeKind::HelpChanged).between(&old.help, &new.help));
    }
    // Otherwise the WSDL explains the change.
    if old.ty != new.ty && is_same_type {
        let change = change(ChangeKind::TypeChanged).between(&old.ty, &new.ty);
        add(match new.ty.as_str() {
            // The only text whose form the service checks.
            "email" => change.data(Impact::Breaking, REFUSED),
            _ => change.data(Impact::Neutral, "The type in the WSDL is the same."),
        });
    }
    let (before, after) = (size(old), size(new));
    if is_same_type && old.ty == new.ty && before != after {
        let change = change(ChangeKind::LengthChanged).between(in_words(old), in_words(new));
        let fits = before
            .iter()
            .zip(after)
            .all(|(before, after)| *before <= after);
        add(match fits {
            true => change.data(Impact::Additive, "Old programs may read longer values."),
            false => change.data(Impact::Breaking, REFUSED),
        });
    }
    if old.restricted != new.restricted {
        let words = |is_restricted| match is_restricted {
            true => "only the listed values",
            false => "any value",
        };
        let change =
            change(ChangeKind::FacetsChanged).between(words(old.restricted), words(new.restricted));
        add(match new.restricted {
            true => change.data(Impact::Breaking, REFUSED),
            false => change.data(Impact::Additive, "Old programs may read other values."),
        });
    }
    if old.refers_to != new.refers_to {
        let change = change(ChangeKind::TargetsChanged)
            .between(old.refers_to.join(", "), new.refers_to.join(", "));
        let keeps = old
            .refers_to
            .iter()
            .all(|object| new.refers_to.contains(object));
        add(match keeps {
            true => change.data(Impact::Additive, "It may hold ids of other objects."),
            false => change.data(Impact::Breaking, REFUSED),
        });
    }
    for property in properties(old, new) {
        if property.before != property.after {
            let words = |is_set| if is_set { property.yes } else { property.no };
            let change = change(ChangeKind::PropertyChanged)
                .between(words(property.before), words(property.after));
            add(match property.after == property.breaks_if {
                true => change.data(Impact::Breaking, property.why),
                false => change.data(Impact::Additive, ""),
            });
        }
    }
    for pair in pairs(&old.values, &new.values, |value| (&value.value, ())) {
        changes.extend(value(name, pair, new.restricted).map(|change| change.of(owner)));
    }
}

/// The most characters, digits before the point, digits after it, and digits of a whole number.
fn size(field: &Field) -> [u32; 4] {
    let before = field.precision.saturating_sub(field.scale);
    [field.length, before, field.scale, field.digits]
}

fn in_words(field: &Field) -> String {
    let [length, before, scale, digits] = size(field);
    match (before + scale, digits) {
        (0, 0) => format!("{length} characters"),
        (0, digits) => format!("{digits} digits"),
        _ => format!("{before} digits before the point and {scale} after it"),
    }
}

/// What is true of a field or not.
struct Property {
    before: bool,
    after: bool,
    yes: &'static str,
    no: &'static str,
    /// The state that breaks programs which relied on the other one.
    breaks_if: bool,
    why: &'static str,
}

fn properties(old: &Field, new: &Field) -> [Property; 5] {
    [
        Property {
            before: old.filterable,
            after: new.filterable,
            yes: "can be filtered by",
            no: "cannot be filtered by",
            breaks_if: false,
            why: "Queries that filter by it fail.",
        },
        Property {
            before: old.sortable,
            after: new.sortable,
            yes: "can be sorted by",
            no: "cannot be sorted by",
            breaks_if: false,
            why: "Queries that sort by it fail.",
        },
        Property {
            before: old.external_id,
            after: new.external_id,
            yes: "external id",
            no: "no external id",
            breaks_if: false,
            why: "An upsert by it fails.",
        },
        Property {
            before: old.unique,
            after: new.unique,
            yes: "unique",
            no: "not unique",
            breaks_if: true,
            why: "Rows with a value that another row has are refused.",
        },
        Property {
            before: old.calculated,
            after: new.calculated,
            yes: "computed by the org",
            no: "not computed",
            breaks_if: true,
            why: "Rows that set it are refused.",
        },
    ]
}

/// What differs in a value of a picklist.
fn value(
    field: &str,
    pair: (Option<&Value>, Option<&Value>),
    is_restricted: bool,
) -> Option<Change> {
    let named = |kind, value: &Value| {
        Change::new(
            Item::PicklistValue,
            kind,
            &format!("{field}.{}", value.value),
        )
    };
    let gone = |change: Change| match is_restricted {
        true => change.data(Impact::Breaking, "The service refuses the value."),
        false => change.data(Impact::Neutral, "The service still accepts the value."),
    };
    match pair {
        (None, Some(value)) if value.inactive => Some(named(ChangeKind::Added, value)),
        (None, Some(value)) => {
            let change = named(ChangeKind::Added, value).between("", &value.label);
            Some(change.data(Impact::Additive, ""))
        }
        (Some(value), None) if value.inactive => Some(named(ChangeKind::Removed, value)),
        (Some(value), None) => Some(gone(named(ChangeKind::Removed, value))),
        (Some(old), Some(new)) if old.inactive != new.inactive => {
            let words = |is_inactive| if is_inactive { "inactive" } else { "active" };
            let change = named(ChangeKind::PropertyChanged, new)
                .between(words(old.inactive), words(new.inactive));
            Some(match new.inactive {
                true => gone(change),
                false => change.data(Impact::Additive, ""),
            })
        }
        (Some(old), Some(new)) if old.label != new.label => {
            Some(named(ChangeKind::LabelChanged, new).between(&old.label, &new.label))
        }
        _ => None,
    }
}
