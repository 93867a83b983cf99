//! What the documentation of fields and groups says.

use saponify_wsdl::model::{Model, TypeId, TypeKind, TypeName, Variety};

use super::types::{DocContent, FieldDoc, GroupDoc, NameList};
use crate::content::{GroupId, GroupKind};
use crate::content::{Member, NodeKind, Target};
use crate::select::Selection;

/// Most members of a group that its documentation names.
const MAX_NAMES: usize = 6;

/// The documentation of a field.
pub(super) fn field<'m>(selection: &Selection<'m>, member: &Member<'m>) -> FieldDoc<'m> {
    let content = match member.target {
        Target::Type(id) => DocContent::Type(type_name(selection.model, id)),
        Target::Group(id) => DocContent::Group(group(selection, id)),
        Target::MixedText => DocContent::Type("string"),
        Target::AnyElement | Target::AnyAttribute => DocContent::Wildcard,
    };
    FieldDoc {
        wire: member.name.clone(),
        node: member.node,
        content,
        value_constraint: member.value_constraint,
        occurs: Some(member.occurs),
        text: member.documentation,
    }
}

/// The documentation of a branch of a choice.
pub(super) fn branch<'m>(selection: &Selection<'m>, member: &Member<'m>) -> FieldDoc<'m> {
    let mut doc = field(selection, member);
    match member.target {
        Target::MixedText => doc.content = DocContent::MixedText,
        Target::AnyElement => doc.content = DocContent::OtherElement,
        Target::Type(_) | Target::Group(_) | Target::AnyAttribute => {}
    }
    if !member.occurs.repeated && !member.occurs.nillable {
        doc.occurs = None;
    }
    doc
}

/// What a group consists of.
pub(super) fn group(selection: &Selection<'_>, id: GroupId) -> GroupDoc {
    let group = selection.group(id);
    let names = || {
        let mut members = group
            .members
            .iter()
            .filter(|member| member.node != NodeKind::Text);
        let first = members.by_ref().take(MAX_NAMES);
        NameList {
            first: first.map(|member| member.name.to_string()).collect(),
            more: members.next().is_some(),
        }
    };
    match group.kind {
        GroupKind::Choice(_) => GroupDoc::Choice(names()),
        GroupKind::Sequence(_) => GroupDoc::Sequence(names()),
        GroupKind::Mixed(_) if group.members.len() < 2 => GroupDoc::MixedText,
        GroupKind::Mixed(_) => GroupDoc::Mixed(names()),
        GroupKind::Substitution(_) => GroupDoc::Substitution(group.name.clone()),
    }
}

/// What to call a type in documentation.
pub(crate) fn type_name(model: &Model, id: TypeId) -> &str {
    let def = model.type_def(id);
    match (&def.name, &def.kind) {
        (TypeName::Global(name), _) => &name.local,
        (_, TypeKind::Builtin(builtin)) => builtin.name(),
        (_, TypeKind::Complex(_)) => def.name.local(),
        (_, TypeKind::Simple(simple)) => match simple.variety {
            Variety::Restriction(base) => type_name(model, base),
            Variety::List(_) => "list",
            Variety::Union(_) => "union",
        },
    }
}
