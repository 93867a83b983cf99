//! Which object the rows of a child relationship are of. The WSDL has only the name of the
//! relationship, which is usually the plural of that object: `Contacts`, `Invoices__r`.

use std::collections::{BTreeMap, BTreeSet};

use saponify_codegen::catalog::Type;

use super::Objects;
use super::references::{Reference, References};

/// Child relationships of which the object is not known, by the object that has them.
pub(super) type Unknown<'c> = BTreeSet<(&'c str, &'c str)>;

/// A polymorphic reference, and the objects with a child relationship of a name that may be its own.
type Shared<'c> = BTreeMap<(&'c str, &'c str), BTreeMap<&'c str, BTreeSet<&'c str>>>;

/// Finds the references of child relationships. Returns the relationships without one.
pub(super) fn assign<'c>(objects: &Objects<'c>, references: &mut References<'c>) -> Unknown<'c> {
    let mut by_stem: BTreeMap<String, &str> = BTreeMap::new();
    for name in objects.keys() {
        by_stem.entry(stem(name, "__c")).or_insert(name);
    }
    let mut unknown = Unknown::new();
    let mut shared = Shared::new();
    for (object, relationship) in relationships(objects) {
        let stems = singulars(&stem(relationship, "__r"));
        // `Histories` of `Account` are of `AccountHistory`, and `Contacts` are of `Contact`.
        let own = stems
            .iter()
            .map(|child| stem(object, "__c") + child)
            .find_map(|stem| by_stem.get(&stem).copied());
        let child = own.or_else(|| stems.iter().find_map(|stem| by_stem.get(stem).copied()));
        let place = child.and_then(|child| {
            let index = exact(references.of_object(child), object)
                .or_else(|| polymorphic(references.of_object(child), object))?;
            let reference = references.of_object_mut(child).get_mut(index)?;
            Some((child, reference))
        });
        match place {
            Some((_, reference)) if reference.target.is_some() => {
                reference.children = Some((relationship, BTreeSet::from([object])));
            }
            Some((child, reference)) => {
                let names = shared.entry((child, reference.field)).or_default();
                names.entry(relationship).or_default().insert(object);
            }
            None => {
                unknown.insert((object, relationship));
            }
        }
    }
    for ((child, field), names) in shared {
        choose_name(references.of_object_mut(child), field, names, &mut unknown);
    }
    unknown
}

/// A polymorphic reference has one name for the rows of all its targets. With one target only it
/// would not be polymorphic.
fn choose_name<'c>(
    references: &mut [Reference<'c>],
    field: &str,
    names: BTreeMap<&'c str, BTreeSet<&'c str>>,
    unknown: &mut Unknown<'c>,
) {
    let most = names.iter().max_by_key(|(_, objects)| objects.len());
    let chosen = most
        .filter(|(_, objects)| objects.len() > 1)
        .map(|(name, _)| *name);
    for (name, objects) in names {
        let mut all = references.iter_mut();
        match all.find(|reference| reference.field == field) {
            Some(reference) if chosen == Some(name) => reference.children = Some((name, objects)),
            _ => unknown.extend(objects.into_iter().map(|object| (object, name))),
        }
    }
}

fn relationships<'c>(objects: &Objects<'c>) -> impl Iterator<Item = (&'c str, &'c str)> {
    let children = |ty: &'c Type| ty.children().map(|field| field.name.as_str());
    let pairs = objects.iter();
    pairs.flat_map(move |(name, ty)| children(ty).map(move |field| (*name, field)))
}

/// The reference to an object that has no child relationship yet. One that is named after the object
/// is preferred, and one that the server sets comes last.
fn exact(references: &[Reference<'_>], object: &str) -> Option<usize> {
    let rank = |reference: &Reference<'_>| match reference.field {
        "CreatedById" | "LastModifiedById" | "OwnerId" => 2,
        field if stem(field, "__c").starts_with(&stem(object, "__c")) => 0,
        _ => 1,
    };
    let mut candidates = references.iter().enumerate();
    let first = candidates
        .by_ref()
        .filter(|(_, reference)| reference.target == Some(object) && reference.children.is_none())
        .min_by_key(|(index, reference)| (rank(reference), *index));
    first.map(|(index, _)| index)
}

/// The polymorphic reference that may refer to an object.
fn polymorphic(references: &[Reference<'_>], object: &str) -> Option<usize> {
    let is_person = ["Contact", "Lead"].contains(&object);
    let rank = |reference: &Reference<'_>| match reference.field {
        "WhoId" if is_person => 0,
        "WhatId" if !is_person => 0,
        "ParentId" | "LinkedEntityId" => 1,
        "OwnerId" | "WhoId" | "WhatId" => 9,
        _ => 2,
    };
    let several = references.iter().enumerate();
    let several = several
        .filter(|(_, reference)| reference.target.is_none() && reference.relationship.is_some());
    let first = several.min_by_key(|(index, reference)| (rank(reference), *index));
    first.map(|(index, _)| index)
}

/// A name without its suffix, case and underscores.
fn stem(name: &str, suffix: &str) -> String {
    let name = name.strip_suffix(suffix).unwrap_or(name);
    name.replace('_', "").to_lowercase()
}

/// What a plural may be the plural of, likely ones first.
fn singulars(plural: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(stem) = plural.strip_suffix("ies") {
        found.push(format!("{stem}y"));
    }
    for ending in ["s", "es"] {
        found.extend(plural.strip_suffix(ending).map(str::to_owned));
    }
    found.push(plural.to_owned());
    found
}
