//! Whether elements are in another order.

use std::collections::HashSet;

use super::types::{Change, ChangeKind, Item};
use crate::catalog::Field;

/// The change of the order of fields that are elements, if there is one.
pub(super) fn of_fields(old: &[Field], new: &[Field]) -> Option<Change> {
    changed(Item::Field, old, new)
}

/// The change of the order of arguments, if there is one.
pub(super) fn of_arguments(old: &[Field], new: &[Field]) -> Option<Change> {
    changed(Item::Argument, old, new)
}

fn changed(item: Item, old: &[Field], new: &[Field]) -> Option<Change> {
    let elements = |fields: &'_ [Field]| -> Vec<String> {
        let elements = fields.iter().filter(|field| !field.attribute);
        elements.map(|field| field.name.clone()).collect()
    };
    let (mut before, mut after) = (elements(old), elements(new));
    if before == after {
        return None;
    }
    let known = |names: &[String]| -> HashSet<String> { names.iter().cloned().collect() };
    let (olds, news) = (known(&before), known(&after));
    before.retain(|name| news.contains(name));
    after.retain(|name| olds.contains(name));
    // Only what is between the first and the last name that moved is of interest.
    let equal = |(a, b): &(&String, &String)| a == b;
    let first = before.iter().zip(&after).take_while(equal).count();
    before.drain(..first);
    after.drain(..first);
    let last = before.iter().rev().zip(after.iter().rev());
    let last = last.take_while(equal).count();
    before.truncate(before.len() - last);
    after.truncate(after.len() - last);
    if before.is_empty() || after.is_empty() {
        // A name that occurs twice came or went.
        return None;
    }
    let change = Change::new(item, ChangeKind::OrderChanged, "(all)");
    Some(change.between(before.join(", "), after.join(", ")))
}
