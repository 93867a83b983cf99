//! Refuses descriptions that would result in an invalid WSDL or an invalid database.

use std::collections::BTreeMap;

use super::{Object, Org};
use crate::error::Error;

/// Checks that names do not collide. `lines` contains the line at which each object begins.
pub(super) fn check(org: &Org, lines: &BTreeMap<String, usize>) -> Result<(), Error> {
    let mut prefixes = BTreeMap::new();
    let mut children = BTreeMap::new();
    let mut names = BTreeMap::new();
    for object in org.objects.values() {
        let line = lines.get(&object.name).copied().unwrap_or(0);
        let fail = |message: String| {
            Err(Error::org(
                line,
                format!("object `{}`: {message}", object.name),
            ))
        };
        if !is_name(&object.name)
            || ["sObject", "AggregateResult", "Name"].contains(&object.name.as_str())
        {
            return fail("an object cannot have this name".to_owned());
        }
        // Names of SQLite tables are case-insensitive.
        if let Some(other) = names.insert(object.name.to_ascii_lowercase(), &object.name) {
            return fail(format!("`{other}` differs from it only by case"));
        }
        if let Some(other) = prefixes.insert(object.prefix, &object.name) {
            return fail(format!("`{other}` has the same prefix {}", object.prefix));
        }
        for field in object.fields.values() {
            let Some(name) = &field.children else {
                continue;
            };
            for target in &field.targets {
                if let Some(other) = children.insert((target, name), &field.name) {
                    return fail(format!(
                        "`{other}` and `{}` are both `{name}` of {target}",
                        field.name
                    ));
                }
            }
        }
        if let Some(message) = fields(org, object) {
            return fail(message);
        }
    }
    Ok(())
}

fn fields(org: &Org, object: &Object) -> Option<String> {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let mut take = |name: &str, what: &'static str| {
        let other = taken.insert(name.to_ascii_lowercase(), what)?;
        Some(format!("`{name}` is the name of a {other} and of a {what}"))
    };
    for field in object.fields.values() {
        if !is_name(&field.name) {
            return Some(format!("a field cannot have the name `{}`", field.name));
        }
        for target in &field.targets {
            if !org.objects.contains_key(target) {
                return Some(format!(
                    "field `{}` refers to `{target}`, and the org has no such object",
                    field.name
                ));
            }
        }
        if let Some(clash) = take(&field.name, "field") {
            return Some(clash);
        }
        if let Some(relationship) = &field.relationship
            && let Some(clash) = take(relationship, "parent relationship")
        {
            return Some(clash);
        }
    }
    let links = (object.fields.values())
        .flat_map(|field| [&field.relationship, &field.children])
        .flatten();
    if let Some(name) = links.into_iter().find(|name| !is_name(name)) {
        return Some(format!("a relationship cannot have the name `{name}`"));
    }
    if let Some(name) = object.elements.keys().find(|name| !is_name(name)) {
        return Some(format!("an element cannot have the name `{name}`"));
    }
    (object.children.keys())
        .find_map(|name| take(name, "child relationship"))
        .or_else(|| {
            let mut elements = object.elements.keys();
            elements.find_map(|name| take(name, "element"))
        })
}

pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}
