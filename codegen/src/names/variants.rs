//! Variants of enumerations, choices and abstract types.

use saponify_wsdl::model::TypeId;

use super::case::{capitalised, spelled, variant, written};
use super::conflicts::NameConflicts;
use super::fields::members;
use super::identifiers::FieldNames;
use super::renames::{Renames, taken};
use super::reserved::OF_ENUMS;
use super::scope::Scope;
use crate::content::Member;
use crate::error::Error;
use crate::select::{Selection, Shape};

/// The variants of an enumeration.
pub(super) fn of_enum(
    selection: &Selection<'_>,
    renames: &Renames<'_>,
    id: TypeId,
    conflicts: &mut NameConflicts,
) -> Result<Vec<String>, Error> {
    let values = selection.values(id);
    let ty = selection.model.type_def(id).name.local();
    // The prefix of a qualified name means nothing outside of its document.
    let text = |index: usize| {
        let qname = values[index].qname.as_ref();
        qname.map_or(values[index].value.as_str(), |name| name.local.as_str())
    };
    let mut scope = Scope::with_reserved(OF_ENUMS);
    let mut variants = vec![String::new(); values.len()];
    let mut open = Vec::new();
    for (index, value) in values.iter().enumerate() {
        match renames.value(ty, &value.value) {
            Some(rust) if scope.claim(&[rust.to_owned()]) => variants[index] = rust.to_owned(),
            Some(rust) => return Err(taken("value", &format!("{ty}.{}", value.value), rust)),
            None => open.push(index),
        }
    }
    open.sort_by_key(|index| (text(*index), values[*index].value.as_str()));
    let spelling = |at: usize, level: usize| {
        [match level {
            0 => variant(text(open[at])),
            1 => written(text(open[at]), 'X'),
            _ => spelled(text(open[at]), 'X'),
        }]
    };
    let idents = scope.assign_with_level(open.len(), spelling);
    for (&index, ([ident], level)) in open.iter().zip(idents) {
        if level > 0 {
            conflicts.add(&[ty, text(index)], &ident);
        }
        variants[index] = ident;
    }
    Ok(variants)
}

/// The variants of a choice, one for each branch.
pub(super) fn of_choice(
    shape: &Shape<'_>,
    renames: &Renames<'_>,
    conflicts: &mut NameConflicts,
) -> Result<Vec<FieldNames>, Error> {
    let spelling = |member: &Member<'_>, level: usize| match level {
        0 => variant(&member.name),
        1 => written(&member.name, 'X'),
        _ => spelled(&member.name, 'X'),
    };
    let make = |stem: &str| [stem.to_owned()];
    let idents = members(
        shape,
        renames,
        &mut Scope::default(),
        conflicts,
        spelling,
        make,
    )?;
    Ok(FieldNames::plain(idents))
}

/// The variants of an abstract type, one for each derived type.
pub(super) fn of_abstract(selection: &Selection<'_>, shape: &Shape<'_>) -> Vec<FieldNames> {
    let mut scope = Scope::with_reserved(&["Other"]);
    // The derived types are sorted by name.
    let idents = scope.assign(shape.derived.len(), |at, level| {
        let path = selection.shape(shape.derived[at]).name_path();
        [match level {
            0 => path.iter().map(|name| capitalised(name)).collect(),
            1 => written(&path.join("_"), 'X'),
            _ => spelled(&path.join("_"), 'X'),
        }]
    });
    FieldNames::plain(idents)
}
