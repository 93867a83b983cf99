//! Fields, getters, setters, keys and arguments.

use super::case::{lower, screaming, snake, spelled, written};
use super::conflicts::NameConflicts;
use super::identifiers::FieldNames;
use super::renames::{Renames, taken};
use super::reserved::{OF_STRUCTS, OF_VIEWS};
use super::scope::Scope;
use crate::content::{Member, NodeKind};
use crate::error::Error;
use crate::select::Shape;

/// The forms of a name with a small letter at its head.
pub(super) fn form(name: &str, level: usize) -> String {
    match level {
        0 => snake(name),
        1 => lower(name),
        2 => written(name, 'x'),
        _ => spelled(name, 'x'),
    }
}

/// The forms of a member: what is no element says so, if an element has the name.
fn member_form(member: &Member<'_>, level: usize) -> String {
    let suffix = match member.node {
        _ if level == 0 => "",
        NodeKind::Attribute => "_attribute",
        NodeKind::Text => "_text",
        NodeKind::AnyElement => "_element",
        NodeKind::AnyAttribute => "_attributes",
        NodeKind::Element => return form(&member.name, level),
    };
    form(&member.name, level.saturating_sub(1)) + suffix
}

/// Indices of elements, and of all else, in byte order of the name on the wire: an element is
/// never called differently because of an attribute.
fn ranks(members: &[Member<'_>]) -> [Vec<usize>; 2] {
    let mut order: Vec<usize> = (0..members.len()).collect();
    // An element may occur in two places of a sequence: then the first one comes first.
    order.sort_by(|a, b| {
        let [a, b] = [a, b].map(|index| &members[*index]);
        (&a.name, a.node, a.ns).cmp(&(&b.name, b.node, b.ns))
    });
    let (elements, others) = order
        .into_iter()
        .partition(|index| members[*index].node == NodeKind::Element);
    [elements, others]
}

/// Identifiers of members. `make` makes those of one stem, of which the first is the field's.
pub(super) fn members<const N: usize>(
    shape: &Shape<'_>,
    renames: &Renames<'_>,
    scope: &mut Scope,
    conflicts: &mut NameConflicts,
    form: impl Fn(&Member<'_>, usize) -> String,
    make: impl Fn(&str) -> [String; N],
) -> Result<Vec<[String; N]>, Error> {
    let mut all: Vec<[String; N]> =
        vec![std::array::from_fn(|_| String::new()); shape.members.len()];
    let ranks = ranks(&shape.members);
    for &index in ranks.iter().flatten() {
        let member = &shape.members[index];
        if let Some(rust) = renames.field(shape, member) {
            all[index] = make(rust);
            if !scope.give(&all[index]) {
                let wire = format!("{}.{}", shape.name, member.name);
                return Err(taken("field", &wire, rust));
            }
        }
    }
    for rank in ranks {
        let rank: Vec<usize> = rank.into_iter().filter(|i| all[*i][0].is_empty()).collect();
        let idents = scope.assign_with_level(rank.len(), |at, level| {
            make(&form(&shape.members[rank[at]], level))
        });
        for (&index, (idents, level)) in rank.iter().zip(idents) {
            if level > 0 {
                conflicts.add(&[&shape.name, &shape.members[index].name], &idents[0]);
            }
            all[index] = idents;
        }
    }
    Ok(all)
}

pub(super) fn of_view(
    shape: &Shape<'_>,
    renames: &Renames<'_>,
    conflicts: &mut NameConflicts,
) -> Result<Vec<FieldNames>, Error> {
    let mut scope = Scope::with_reserved(OF_VIEWS);
    let idents = members(shape, renames, &mut scope, conflicts, member_form, |stem| {
        let key = screaming(stem);
        // Constants and methods share one namespace, and some scripts have no capitals. A form
        // that keeps its case does so because capitals would make it like another.
        let own = key != stem && (stem.is_empty() || lower(stem) == stem);
        let key = if own { key } else { format!("{stem}_KEY") };
        [stem.to_owned(), key]
    })?;
    let mut fields: Vec<FieldNames> = Vec::with_capacity(idents.len());
    for [ident, key] in idents {
        let setter = String::new();
        fields.push(FieldNames { ident, key, setter });
    }
    for index in ranks(&shape.members).into_iter().flatten() {
        let stem = format!("with_{}", scope.unescaped(&fields[index].ident));
        let mut setter = scope.assign(1, |_, level| [stem.clone() + &"_".repeat(level)]);
        fields[index].setter = setter.pop().map(|[ident]| ident).unwrap_or_default();
    }
    Ok(fields)
}

pub(super) fn of_struct(
    shape: &Shape<'_>,
    renames: &Renames<'_>,
    conflicts: &mut NameConflicts,
) -> Result<Vec<FieldNames>, Error> {
    let mut scope = Scope::with_reserved(OF_STRUCTS);
    let make = |stem: &str| [stem.to_owned()];
    let idents = members(shape, renames, &mut scope, conflicts, member_form, make)?;
    Ok(FieldNames::plain(idents))
}

/// Arguments of a method, one for each member of the request.
pub(super) fn of_arguments(request: &Shape<'_>) -> Vec<String> {
    let mut scope = Scope::default();
    let mut arguments = vec![String::new(); request.members.len()];
    for rank in ranks(&request.members) {
        let idents = scope.assign(rank.len(), |at, level| {
            [member_form(&request.members[rank[at]], level)]
        });
        for (index, [ident]) in rank.into_iter().zip(idents) {
            arguments[index] = ident;
        }
    }
    arguments
}
