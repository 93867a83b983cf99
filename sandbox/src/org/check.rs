//! Says no to descriptions that would make a WSDL or a database that cannot be.

use std::collections::BTreeMap;

use super::{Object, Org};
use crate::error::Error;

/// Checks names across objects; `lines` tells where each object begins.
pub(super) fn check(org: &Org, lines: &BTreeMap<String, usize>) -> Result<(), Error> {
    let mut prefixes = BTreeMap::new();
    for object in org.objects.values() {
        let line = lines.get(&object.name).copied().unwrap_or(0);
        let fail = |message: String| Err(Error::org(line, format!("object `{}`: {message}", object.name)));
        if !is_name(&object.name) || ["sObject", "AggregateResult", "Name"].contains(&object.name.as_str()) {
            return fail("this cannot be the name of an object".to_owned());
        }
        if let Some(other) = prefixes.insert(object.prefix, &object.name) {
            return fail(format!("`{other}` has the prefix {} too", object.prefix));
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
            return Some(format!("`{}` cannot be the name of a field", field.name));
        }
        for target in &field.targets {
            if !org.objects.contains_key(target) {
                return Some(format!("field `{}` refers to `{target}`, which is not there", field.name));
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
    object.children.keys().find_map(|name| take(name, "child relationship"))
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}
