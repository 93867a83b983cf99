//! Which field refers to what. A field `OwnerId` belongs to the element `Owner`, whose type is the
//! object that it refers to; a field `Ledger__c` belongs to `Ledger__r`.

use std::collections::{BTreeMap, BTreeSet};

use saponify_codegen::catalog::{Content, Type};

use super::Objects;

/// The objects that every polymorphic parent is declared as.
const ANY_OBJECT: [&str; 2] = ["sObject", "Name"];

/// Objects that are made the targets of a polymorphic reference of which nothing is known.
const USUAL: [&str; 6] = ["User", "Account", "Contact", "Group", "Lead", "Case"];

/// A reference of an object.
pub(super) struct Reference<'c> {
    /// The field with the id.
    pub(super) field: &'c str,
    /// The element of the parent. `None` if queries cannot follow the id.
    pub(super) relationship: Option<&'c str>,
    /// The object that it refers to. `None` if that may be one of several.
    pub(super) target: Option<&'c str>,
    /// The relationship of the child rows, and the objects that have it. Of a reference to one object,
    /// it is that object.
    pub(super) children: Option<(&'c str, BTreeSet<&'c str>)>,
}

/// The references of all objects, by object and in the order of the fields.
pub(super) struct References<'c> {
    by_object: BTreeMap<&'c str, Vec<Reference<'c>>>,
    /// The objects of a polymorphic reference of which nothing is known.
    usual: Vec<&'c str>,
}

impl<'c> References<'c> {
    pub(super) fn of(objects: &Objects<'c>) -> Self {
        let by_object = objects.iter();
        let by_object = by_object.map(|(name, ty)| (*name, of_object(ty, objects)));
        let known = USUAL.iter().copied().filter_map(|name| {
            let (known, _) = objects.get_key_value(name)?;
            Some(*known)
        });
        let mut usual: Vec<&str> = known.chain(objects.keys().copied()).take(2).collect();
        // A reference with a single target would not be polymorphic.
        if let [only] = usual[..] {
            usual.push(only);
        }
        Self {
            by_object: by_object.collect(),
            usual,
        }
    }

    pub(super) fn of_object(&self, object: &str) -> &[Reference<'c>] {
        self.by_object.get(object).map_or(&[], Vec::as_slice)
    }

    pub(super) fn of_object_mut(&mut self, object: &str) -> &mut [Reference<'c>] {
        let references = self.by_object.get_mut(object);
        references.map_or(&mut [], Vec::as_mut_slice)
    }

    /// The objects that a reference refers to.
    pub(super) fn targets(&self, reference: &Reference<'c>) -> Vec<&'c str> {
        match (reference.target, &reference.children) {
            (Some(target), _) => vec![target],
            (None, Some((_, objects))) => objects.iter().copied().collect(),
            (None, None) if reference.relationship.is_some() => self.usual.clone(),
            (None, None) => Vec::new(),
        }
    }
}

fn of_object<'c>(ty: &'c Type, objects: &Objects<'c>) -> Vec<Reference<'c>> {
    let ids = ty.fields.iter();
    let ids = ids.filter(|field| {
        field.content == Content::RecordId && field.name != "Id" && !field.repeated
    });
    let mut references: Vec<Reference<'c>> = ids
        .map(|field| Reference {
            field: &field.name,
            relationship: None,
            target: None,
            children: None,
        })
        .collect();
    for parent in ty.parents() {
        let Content::Parent(target) = &parent.content else {
            continue;
        };
        let target = match objects.get_key_value(target.as_str()) {
            Some((target, _)) => Some(*target),
            None if ANY_OBJECT.contains(&target.as_str()) => None,
            None => continue,
        };
        let ids = [
            format!("{}Id", parent.name),
            match parent.name.strip_suffix("__r") {
                Some(stem) => format!("{stem}__c"),
                None => parent.name.clone(),
            },
        ];
        let found = references.iter_mut().find(|reference| {
            reference.relationship.is_none() && ids.iter().any(|id| id == reference.field)
        });
        if let Some(reference) = found {
            reference.relationship = Some(&parent.name);
            reference.target = target;
        }
    }
    references
}
