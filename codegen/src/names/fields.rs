//! Fields, getters, setters, keys and arguments.

use super::case::{is_lower, lower, screaming, snake, spelled, written};
use super::conflicts::NameConflicts;
use super::identifiers::FieldNames;
use super::renames::{Renames, taken};
use super::reserved::{OF_STRUCTS, OF_VIEWS};
use super::scope::Scope;
use crate::content::{Member, NodeKind};
use crate::error::Error;
use crate::select::Shape;

/// The spellings of a name that begins with a small letter.
pub(super) fn spelling(name: &str, level: usize) -> String {
    match level {
        0 => snake(name),
        1 => lower(name),
        2 => written(name, 'x'),
        _ => spelled(name, 'x'),
    }
}

/// The spellings of a member. If an element has the same name, an attribute or text gets a suffix.
fn member_spelling(member: &Member<'_>, level: usize) -> String {
    let suffix = match member.node {
        _ if level == 0 => "",
        NodeKind::Attribute => "_attribute",
        NodeKind::Text => "_text",
        NodeKind::AnyElement => "_element",
        NodeKind::AnyAttribute => "_attributes",
        NodeKind::Element => return spelling(&member.name, level),
    };
    spelling(&member.name, level.saturating_sub(1)) + suffix
}

/// The indices of the elements, and of all other members, in the byte order of their names. Elements
/// come first, so that an attribute never changes the name of an element.
fn ranks(members: &[Member<'_>]) -> [Vec<usize>; 2] {
    let mut order: Vec<usize> = (0..members.len()).collect();
    // The sort is stable: of two elements with the same name, the first one stays first.
    order.sort_by(|a, b| {
        let [a, b] = [a, b].map(|index| &members[*index]);
        (&a.name, a.node, a.ns).cmp(&(&b.name, b.node, b.ns))
    });
    let (elements, others) = order
        .into_iter()
        .partition(|index| members[*index].node == NodeKind::Element);
    [elements, others]
}

/// The identifiers of members. `make` makes all identifiers of a stem; the first is that of the field.
pub(super) fn members<const N: usize>(
    shape: &Shape<'_>,
    renames: &Renames<'_>,
    scope: &mut Scope,
    conflicts: &mut NameConflicts,
    spelling: impl Fn(&Member<'_>, usize) -> String,
    make: impl Fn(&str) -> [String; N],
) -> Result<Vec<[String; N]>, Error> {
    let mut all: Vec<[String; N]> =
        vec![std::array::from_fn(|_| String::new()); shape.members.len()];
    let ranks = ranks(&shape.members);
    for &index in ranks.iter().flatten() {
        let member = &shape.members[index];
        if let Some(rust) = renames.field(shape, member) {
            all[index] = make(rust);
            if !scope.claim(&all[index]) {
                let wire = format!("{}.{}", shape.name, member.name);
                return Err(taken("field", &wire, rust));
            }
        }
    }
    for rank in ranks {
        let rank: Vec<usize> = rank.into_iter().filter(|i| all[*i][0].is_empty()).collect();
        let idents = scope.assign_with_level(rank.len(), |at, level| {
            make(&spelling(&shape.members[rank[at]], level))
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
    let idents = members(
        shape,
        renames,
        &mut scope,
        conflicts,
        member_spelling,
        |stem| {
            let key = screaming(stem);
            // Constants and methods share one namespace, and some scripts have no capitals. A spelling
            // with capitals of its own must not be capitalized, because it could then equal another.
            let own = key != stem && (stem.is_empty() || is_lower(stem));
            let key = if own { key } else { format!("{stem}_KEY") };
            [stem.to_owned(), key]
        },
    )?;
    let mut fields: Vec<FieldNames> = Vec::with_capacity(idents.len());
    for [ident, key] in idents {
        let setter = String::new();
        fields.push(FieldNames { ident, key, setter });
    }
    for index in ranks(&shape.members).into_iter().flatten() {
        let stem = ["with_", scope.unescaped(&fields[index].ident)].concat();
        fields[index].setter = scope.assign_one(|level| stem.clone() + &"_".repeat(level));
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
    let idents = members(shape, renames, &mut scope, conflicts, member_spelling, make)?;
    Ok(FieldNames::plain(idents))
}

/// The arguments of a method, one for each member of the request.
pub(super) fn of_arguments(request: &Shape<'_>) -> Vec<String> {
    let mut scope = Scope::default();
    let mut arguments = vec![String::new(); request.members.len()];
    for rank in ranks(&request.members) {
        let idents = scope.assign(rank.len(), |at, level| {
            [member_spelling(&request.members[rank[at]], level)]
        });
        for (index, [ident]) in rank.into_iter().zip(idents) {
            arguments[index] = ident;
        }
    }
    arguments
}
