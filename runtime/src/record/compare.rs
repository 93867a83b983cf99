//! Equality of records.

use std::iter::once;
use std::sync::Arc;

use super::{FieldRef, Record};
use crate::record::{Content, same_attributes};

impl PartialEq for Record {
    /// Two records are equal if they have the same type name and the same fields with the same
    /// lexical forms. Null and absent are different. The table of a record and the order of fields
    /// with different names do not matter.
    fn eq(&self, other: &Self) -> bool {
        // This uses a list instead of recursion, because a program may nest records as deep as its
        // memory allows.
        let mut rest = Vec::new();
        let mut next = Some((self, other));
        while let Some((a, b)) = next {
            if !Arc::ptr_eq(&a.0, &b.0) && !same_record(a, b, &mut rest) {
                return false;
            }
            next = rest.pop();
        }
        true
    }
}

/// Compares two records except for their nested records, which are appended to `rest`.
fn same_record<'a>(a: &'a Record, b: &'a Record, rest: &mut Vec<(&'a Record, &'a Record)>) -> bool {
    if a.type_name() != b.type_name() || a.type_namespace() != b.type_namespace() {
        return false;
    }
    let (mut left, mut right) = (a.qualified_fields(), b.qualified_fields());
    // Both records are read in parallel as long as the names agree. Usually they agree to the end.
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some((a_name, a)), Some((b_name, b))) if a_name == b_name => {
                if !same_field(a, b, rest) {
                    return false;
                }
            }
            (Some(a), Some(b)) => {
                let a = in_order(once(a).chain(left));
                let b = in_order(once(b).chain(right));
                return a.len() == b.len()
                    && a.into_iter()
                        .zip(b)
                        .all(|(a, b)| a.0 == b.0 && same_field(a.1, b.1, rest));
            }
            _ => return false,
        }
    }
}

type Named<'a> = ((&'a str, &'a str), FieldRef<'a>);

/// The fields sorted by name. Fields with the same name keep their order.
fn in_order<'a>(fields: impl Iterator<Item = Named<'a>>) -> Vec<Named<'a>> {
    let mut fields: Vec<_> = fields.collect();
    fields.sort_by_key(|(name, _)| *name);
    fields
}

fn same_field<'a>(
    a: FieldRef<'a>,
    b: FieldRef<'a>,
    rest: &mut Vec<(&'a Record, &'a Record)>,
) -> bool {
    match (a.plain(), b.plain()) {
        (FieldRef::Null, FieldRef::Null) => true,
        (FieldRef::Text(a), FieldRef::Text(b)) => a == b,
        (FieldRef::Record(a), FieldRef::Record(b)) => {
            rest.push((a, b));
            true
        }
        (FieldRef::Any(a), FieldRef::Any(b)) => {
            a.type_name == b.type_name
                && same_attributes(&a.attributes, &b.attributes)
                && match (&a.content, &b.content) {
                    (Content::Record(a), Content::Record(b)) => {
                        rest.push((a, b));
                        true
                    }
                    (Content::Mixed(a), Content::Mixed(b)) => {
                        rest.push((a.elements(), b.elements()));
                        a.same_but_elements(b)
                    }
                    (a, b) => a == b,
                }
        }
        _ => false,
    }
}
