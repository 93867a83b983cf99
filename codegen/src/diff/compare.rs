//! The comparison of two catalogs.

use std::collections::BTreeMap;

use super::fields::{self, Role};
use super::judge;
use super::operations;
use super::order;
use super::pairs::{Pair, pairs};
use super::types::{Change, ChangeKind, Diff, Impact, Item};
use crate::catalog::{Catalog, Enumeration, Type, TypeKind};

/// Compares two catalogs.
#[must_use]
pub fn compare(old: &Catalog, new: &Catalog) -> Diff {
    with(old, new, Vec::new())
}

/// As [`compare`], with changes that are already known.
pub(crate) fn with(old: &Catalog, new: &Catalog, mut changes: Vec<Change>) -> Diff {
    about(old, new, &mut changes);
    types(old, new, &mut changes);
    enumerations(old, new, &mut changes);
    operations::compare(old, new, &mut changes);
    changes.sort_by(|a, b| {
        let key = |change: &Change| (rank(change.item), change.item);
        let owners = (rank(a.item), a.path_of_owner()).cmp(&(rank(b.item), b.path_of_owner()));
        owners
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| (&a.name, a.kind).cmp(&(&b.name, b.kind)))
    });
    Diff {
        old: title(old),
        new: title(new),
        changes,
    }
}

/// The order of groups of items: what the WSDL is, objects, types, enumerations, operations.
fn rank(item: Item) -> u8 {
    match item {
        Item::ApiVersion | Item::Package | Item::Service | Item::Namespace => 0,
        Item::Object
        | Item::Field
        | Item::ParentRelationship
        | Item::ChildRelationship
        | Item::PicklistValue
        | Item::Type
        | Item::Variant => 1,
        Item::Enumeration | Item::Value => 2,
        Item::Operation
        | Item::Argument
        | Item::Result
        | Item::Header
        | Item::OutputHeader
        | Item::Fault => 3,
    }
}

impl Change {
    /// The owner, or the item itself if it has none.
    fn path_of_owner(&self) -> &str {
        match self.owner.is_empty() {
            true => &self.name,
            false => &self.owner,
        }
    }

    /// A change of something that stands by itself.
    pub(super) fn new(item: Item, kind: ChangeKind, name: &str) -> Self {
        Self {
            item,
            kind,
            owner: String::new(),
            name: name.to_owned(),
            old: String::new(),
            new: String::new(),
            rust: Impact::Neutral,
            data: Impact::Neutral,
            reason: String::new(),
        }
    }

    pub(super) fn of(self, owner: &str) -> Self {
        Self {
            owner: owner.to_owned(),
            ..self
        }
    }

    pub(super) fn between(self, old: impl Into<String>, new: impl Into<String>) -> Self {
        Self {
            old: old.into(),
            new: new.into(),
            ..self
        }
    }

    /// Sets what it means for code, and why. An empty text adds no reason.
    pub(super) fn rust(mut self, impact: Impact, reason: &str) -> Self {
        self.rust = impact;
        self.because(reason);
        self
    }

    /// Sets what it means for data, and why. An empty text adds no reason.
    pub(super) fn data(mut self, impact: Impact, reason: &str) -> Self {
        self.data = impact;
        self.because(reason);
        self
    }

    fn because(&mut self, reason: &str) {
        if !self.reason.is_empty() && !reason.is_empty() {
            self.reason.push(' ');
        }
        self.reason.push_str(reason);
    }
}

fn title(catalog: &Catalog) -> String {
    match catalog.api_version.is_empty() {
        true => catalog.source.clone(),
        false => format!("{} (API {})", catalog.source, catalog.api_version),
    }
}

/// What the WSDL says about itself.
fn about(old: &Catalog, new: &Catalog, changes: &mut Vec<Change>) {
    if old.api_version != new.api_version {
        changes.push(
            Change::new(Item::ApiVersion, ChangeKind::ValueChanged, "API version")
                .between(&old.api_version, &new.api_version)
                .rust(
                    Impact::Neutral,
                    "New proxies call the endpoint of the new version.",
                ),
        );
    }
    for pair in pairs(&old.packages, &new.packages, |package| {
        (&package.namespace, &package.name)
    }) {
        let change =
            match pair {
                (None, Some(new)) => Change::new(Item::Package, ChangeKind::Added, &new.name)
                    .between("", &new.version),
                (Some(old), None) => Change::new(Item::Package, ChangeKind::Removed, &old.name)
                    .between(&old.version, ""),
                (Some(old), Some(new)) if old.version != new.version => {
                    Change::new(Item::Package, ChangeKind::ValueChanged, &new.name)
                        .between(&old.version, &new.version)
                }
                _ => continue,
            };
        changes.push(change);
    }
    for pair in pairs(&old.services, &new.services, |service| {
        (&service.name, service.soap12)
    }) {
        let change = match pair {
            (None, Some(new)) => Change::new(Item::Service, ChangeKind::Added, &new.name)
                .between("", &new.endpoint)
                .rust(Impact::Additive, "There is a new client.")
                .data(Impact::Additive, ""),
            (Some(old), None) => Change::new(Item::Service, ChangeKind::Removed, &old.name)
                .between(&old.endpoint, "")
                .rust(Impact::Breaking, "Its client is gone.")
                .data(Impact::Breaking, ""),
            (Some(old), Some(new)) if old.rust != new.rust => {
                Change::new(Item::Service, ChangeKind::RustNameChanged, &new.name)
                    .between(&old.rust, &new.rust)
                    .rust(Impact::Breaking, "The client has another name.")
            }
            (Some(old), Some(new)) if old.endpoint != new.endpoint => {
                Change::new(Item::Service, ChangeKind::ValueChanged, &new.name)
                    .between(&old.endpoint, &new.endpoint)
                    .data(Impact::Neutral, "A login says which address is used.")
            }
            _ => continue,
        };
        changes.push(change);
    }
}

fn types(old: &Catalog, new: &Catalog, changes: &mut Vec<Change>) {
    let item = |ty: &Type| match ty.kind {
        TypeKind::Object => Item::Object,
        _ => Item::Type,
    };
    let pairs = pairs(&old.types, &new.types, |ty| (&ty.name, &ty.namespace));
    namespaces(&pairs, changes);
    for pair in pairs {
        match pair {
            (None, Some(new)) => {
                let change = Change::new(item(new), ChangeKind::Added, &new.name)
                    .between("", count(new.fields.len()))
                    .rust(Impact::Additive, "");
                changes.push(match new.kind {
                    TypeKind::Object => change.data(Impact::Additive, ""),
                    _ => change,
                });
            }
            (Some(old), None) => {
                let change = Change::new(item(old), ChangeKind::Removed, &old.name)
                    .between(count(old.fields.len()), "")
                    .rust(
                        Impact::Breaking,
                        &format!("The type `{}` is gone.", old.rust),
                    );
                changes.push(match old.kind {
                    TypeKind::Object => change.data(
                        Impact::Breaking,
                        "Calls and queries that name the object fail.",
                    ),
                    _ => change.data(Impact::Neutral, "What contained it is judged by itself."),
                });
            }
            // Nearly all types are the same.
            (Some(old), Some(new)) if old == new => {}
            (Some(old), Some(new)) => pair_of_types(item(new), old, new, changes),
            (None, None) => {}
        }
    }
}

/// The namespaces of types. A service that puts its version into its namespace moves all of its types, and
/// that is one change.
fn namespaces(pairs: &[Pair<'_, Type>], changes: &mut Vec<Change>) {
    let mut moved: BTreeMap<(&str, &str), Vec<(&Type, &Type)>> = BTreeMap::new();
    for (old, new) in pairs.iter().filter_map(|(old, new)| (*old).zip(*new)) {
        if old.namespace != new.namespace {
            let both = (&*old.namespace, &*new.namespace);
            moved.entry(both).or_default().push((old, new));
        }
    }
    for ((before, after), types) in moved {
        // The name of a type is on the wire if it may stand for another type. The names of its elements
        // are, if they are in the namespace.
        let is_written = |old: &Type| {
            let mut fields = old.fields.iter();
            old.kind == TypeKind::Object
                || old.base.is_some()
                || !old.derived.is_empty()
                || fields.any(|field| *field.namespace == *old.namespace)
        };
        let written = types.iter().filter(|(old, _)| is_written(old));
        let sent = written.clone().any(|(old, new)| old.sent || new.sent);
        let what = match types.as_slice() {
            [(old, _)] => format!("of {}", old.name),
            several => format!("of {} types", several.len()),
        };
        let change =
            Change::new(Item::Namespace, ChangeKind::ValueChanged, &what).between(before, after);
        changes.push(match written.count() {
            0 => change,
            _ => judge::moved(change, sent, after),
        });
    }
}

fn count(fields: usize) -> String {
    match fields {
        0 => String::new(),
        1 => "1 field".to_owned(),
        n => format!("{n} fields"),
    }
}

fn pair_of_types(item: Item, old: &Type, new: &Type, changes: &mut Vec<Change>) {
    let word = |kind| match kind {
        TypeKind::Object => "object",
        TypeKind::Struct => "struct",
        TypeKind::Choice => "choice",
        TypeKind::Abstract => "abstract type",
    };
    if old.kind != new.kind {
        changes.push(
            Change::new(item, ChangeKind::TypeChanged, &new.name)
                .between(word(old.kind), word(new.kind))
                .rust(Impact::Breaking, "It is another kind of type in Rust.")
                .data(Impact::Breaking, "It is written in another way."),
        );
        return;
    }
    if old.rust != new.rust {
        changes.push(
            Change::new(item, ChangeKind::RustNameChanged, &new.name)
                .between(&old.rust, &new.rust)
                .rust(
                    Impact::Breaking,
                    "A rename in the options keeps the old name.",
                ),
        );
    }
    if old.base != new.base {
        let text = |base: &Option<String>| base.clone().unwrap_or_default();
        changes.push(
            Change::new(item, ChangeKind::BaseChanged, &new.name)
                .between(text(&old.base), text(&new.base))
                .rust(Impact::Breaking, "It converts into other types.")
                .data(Impact::Breaking, "It stands for values of other types."),
        );
    }
    if old.documentation != new.documentation {
        changes.push(Change::new(
            item,
            ChangeKind::DocumentationChanged,
            &new.name,
        ));
    }
    if new.kind == TypeKind::Abstract {
        variants(old, new, changes);
    }
    let role = Role {
        kind: new.kind,
        sent: old.sent || new.sent,
        received: old.received || new.received,
        namespaces: (&old.namespace, &new.namespace),
    };
    fields::compare(&new.name, role, &old.fields, &new.fields, changes);
    if new.kind == TypeKind::Struct
        && let Some(change) = order::of_fields(&old.fields, &new.fields)
    {
        let change = match role.sent && !new.any_order {
            true => change.data(Impact::Breaking, "Elements are sent in another order."),
            false => change.data(Impact::Neutral, "Any order is read."),
        };
        changes.push(change.of(&new.name));
    }
}

/// Why another variant of an open enum breaks no code.
const OPEN: &str = "Old programs read it as `Other`. A `match` without an arm `_` can only be in the crate \
                    of the proxies, and needs an arm for it.";

/// The types that derive from an abstract type.
fn variants(old: &Type, new: &Type, changes: &mut Vec<Change>) {
    for pair in pairs(&old.derived, &new.derived, |name| (name, ())) {
        match pair {
            (None, Some(name)) => changes.push(
                Change::new(Item::Variant, ChangeKind::Added, name)
                    .of(&new.name)
                    .rust(Impact::Additive, OPEN)
                    .data(Impact::Additive, ""),
            ),
            (Some(name), None) => changes.push(
                Change::new(Item::Variant, ChangeKind::Removed, name)
                    .of(&new.name)
                    .rust(Impact::Breaking, "The variant is gone.")
                    .data(
                        Impact::Breaking,
                        "The service does not take the type any more.",
                    ),
            ),
            _ => {}
        }
    }
}

fn enumerations(old: &Catalog, new: &Catalog, changes: &mut Vec<Change>) {
    let all = pairs(&old.enumerations, &new.enumerations, |enumeration| {
        (&enumeration.name, &enumeration.namespace)
    });
    for pair in all {
        match pair {
            (None, Some(new)) => changes.push(
                Change::new(Item::Enumeration, ChangeKind::Added, &new.name)
                    .between("", format!("{} values", new.values.len()))
                    .rust(Impact::Additive, ""),
            ),
            (Some(old), None) => changes.push(
                Change::new(Item::Enumeration, ChangeKind::Removed, &old.name)
                    .between(format!("{} values", old.values.len()), "")
                    .rust(
                        Impact::Breaking,
                        &format!("The type `{}` is gone.", old.rust),
                    ),
            ),
            (Some(old), Some(new)) => values(old, new, changes),
            (None, None) => {}
        }
    }
}

fn values(old: &Enumeration, new: &Enumeration, changes: &mut Vec<Change>) {
    if old.rust != new.rust {
        changes.push(
            Change::new(Item::Enumeration, ChangeKind::RustNameChanged, &new.name)
                .between(&old.rust, &new.rust)
                .rust(
                    Impact::Breaking,
                    "A rename in the options keeps the old name.",
                ),
        );
    }
    if old.documentation != new.documentation {
        changes.push(Change::new(
            Item::Enumeration,
            ChangeKind::DocumentationChanged,
            &new.name,
        ));
    }
    let sent = old.sent || new.sent;
    for pair in pairs(&old.values, &new.values, |value| (&value.value, ())) {
        let change = match pair {
            (None, Some(value)) => Change::new(Item::Value, ChangeKind::Added, &value.value)
                .rust(Impact::Additive, OPEN)
                .data(Impact::Additive, ""),
            (Some(value), None) => {
                let change = Change::new(Item::Value, ChangeKind::Removed, &value.value).rust(
                    Impact::Breaking,
                    &format!("The variant `{}` is gone.", value.rust),
                );
                match sent {
                    true => change.data(Impact::Breaking, "The service refuses it."),
                    false => change.data(Impact::Neutral, "The service does not send it any more."),
                }
            }
            (Some(before), Some(after)) if before.rust != after.rust => {
                Change::new(Item::Value, ChangeKind::RustNameChanged, &after.value)
                    .between(&before.rust, &after.rust)
                    .rust(
                        Impact::Breaking,
                        "A rename in the options keeps the old name.",
                    )
            }
            _ => continue,
        };
        changes.push(change.of(&new.name));
    }
}
