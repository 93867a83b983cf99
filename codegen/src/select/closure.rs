//! The types that the kept parts need, and the selection made of all of them.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use saponify_wsdl::model::{Content, Model, Particle, Term, TypeDef, TypeId, TypeKind, TypeName};

use super::bindings::BoundService;
use super::builder::Builder;
use super::types::{
    Origin, Selection, Shape, ShapeId, SpecialOperations, ValueType, namespace_uri,
};
use crate::config::glob;
use crate::content::{self, Flatten, Member, Substitutes};
use crate::content::{GroupId, Groups};
use crate::error::Error;

/// Most fields of all types together. Inherited fields count for each type that has them.
const MAX_FIELDS: usize = 2_000_000;

impl<'m> Builder<'m, '_> {
    /// Marks the types to keep: those that the options ask for, and all that these need.
    ///
    /// # Errors
    ///
    /// If a pattern names nothing, or the types have too many fields.
    pub(super) fn close(&mut self, services: &[BoundService<'m>]) -> Result<(), Error> {
        let model = self.model;
        let has_views = self.open.iter().any(Option::is_some);
        let narrowed = !self.include.objects.is_empty()
            || !self.include.operations.is_empty()
            || !self.exclude.objects.is_empty()
            || !self.exclude.operations.is_empty();
        let mut queue = Vec::new();
        let mut dropped = vec![false; model.types.len()];
        for (index, def) in model.types.iter().enumerate() {
            let id = TypeId(index as u32);
            let TypeName::Global(name) = &def.name else {
                if !narrowed {
                    queue.push(id);
                }
                continue;
            };
            if matches!(def.kind, TypeKind::Builtin(_)) {
                continue;
            }
            let view = self.open[index].is_some();
            let root = self.open[index] == Some(id);
            let included = self.include.objects.matches(&name.local);
            let excluded = self.exclude.objects.matches(&name.local) && !root;
            dropped[index] = excluded;
            // `AggregateResult` declares no fields, and every aggregate query returns rows of this type.
            let open_only = view && !excluded && has_wildcard(def);
            let wanted = if self.include.objects.is_empty() {
                // A filter of operations leaves out structs that nothing needs, but no objects.
                view || !narrowed
            } else if has_views {
                included || root || open_only || (!view && !narrowed)
            } else {
                included
            };
            dropped[index] |= view && !wanted;
            if wanted && !excluded {
                queue.push(id);
            }
        }
        for operation in services.iter().flat_map(|service| &service.operations) {
            queue.extend(operation.elements().map(|id| model.element(id).type_id));
            queue.extend(operation.part_types(model));
        }
        let children = self.children();
        let mut flattened = 0;
        while let Some(id) = queue.pop() {
            let index = id.0 as usize;
            if std::mem::replace(&mut self.keep[index], true) {
                continue;
            }
            queue.extend(model.base(id));
            if !matches!(model.types[index].kind, TypeKind::Complex(_)) {
                continue;
            }
            self.members(id);
            let types = self.types_of(id);
            flattened += types.len();
            if flattened > MAX_FIELDS {
                return Err(Error::unsupported(
                    "the types have more than two million fields, inherited ones included: exclude \
                     some of them",
                ));
            }
            queue.extend(types.into_iter().filter(|id| !dropped[id.0 as usize]));
            if self.open[index].is_none() {
                let derived = children.get(&id).into_iter().flatten();
                queue.extend(derived.filter(|id| !dropped[id.0 as usize]));
            }
        }
        self.check()
    }

    /// The types of a type's members, and of the members of its groups.
    pub(super) fn types_of(&self, id: TypeId) -> Vec<TypeId> {
        let mut types = Vec::new();
        let mut seen = BTreeSet::new();
        let mut lists = vec![self.members[id.0 as usize].as_deref().unwrap_or_default()];
        while let Some(members) = lists.pop() {
            for member in members {
                types.extend(member.type_id());
                if let Some(group) = member.group().filter(|group| seen.insert(*group)) {
                    lists.push(&self.groups.get(group).members);
                }
            }
        }
        types
    }

    /// The complex types that derive directly from each type.
    fn children(&self) -> HashMap<TypeId, Vec<TypeId>> {
        let mut children: HashMap<TypeId, Vec<TypeId>> = HashMap::new();
        for (index, def) in self.model.types.iter().enumerate() {
            let id = TypeId(index as u32);
            if let (TypeKind::Complex(_), Some(base)) = (&def.kind, self.model.base(id)) {
                children.entry(base).or_default().push(id);
            }
        }
        children
    }

    fn check(&mut self) -> Result<(), Error> {
        let model = self.model;
        if !(self.include.fields.is_empty() && self.exclude.fields.is_empty()) {
            // A pattern of fields may name a type that was left out.
            for index in 0..model.types.len() {
                if matches!(model.types[index].kind, TypeKind::Complex(_)) {
                    self.members(TypeId(index as u32));
                }
            }
        }
        let types = || {
            let named = model.types.iter().filter_map(|def| match &def.name {
                TypeName::Global(name) => match def.kind {
                    TypeKind::Builtin(_) => None,
                    _ => Some(name.local.as_str()),
                },
                TypeName::Anonymous { .. } => None,
            });
            named.collect::<Vec<_>>()
        };
        self.include.objects.check(types)?;
        self.exclude.objects.check(types)?;
        let fields = |pattern: &str| {
            let mut names = Vec::new();
            for (index, def) in model.types.iter().enumerate() {
                if glob(pattern, def.name.local()) {
                    let members = self.members[index].iter().flatten();
                    names.extend(members.map(|member| &*member.name));
                    // A field that was excluded is a name that a pattern may have.
                    names.extend(declared(model, TypeId(index as u32)));
                }
            }
            names
        };
        self.include.fields.check_fields(types, fields)?;
        self.exclude.fields.check_fields(types, fields)
    }

    /// Makes the selection of what is kept.
    pub(super) fn finish(mut self, services: &[BoundService<'m>]) -> Selection<'m> {
        let model = self.model;
        let mut shapes = self.collect(services);
        shapes.sort_by(|a, b| {
            let uri = |shape: &Shape<'m>| namespace_uri(model, shape.ns);
            (&a.name, uri(a), &a.path, a.origin).cmp(&(&b.name, uri(b), &b.path, b.origin))
        });
        let ids: HashMap<Origin, ShapeId> = shapes
            .iter()
            .enumerate()
            .map(|(n, s)| (s.origin, ShapeId(n as u32)))
            .collect();
        let value_types = self.value_types(&ids);
        let types = || (0..model.types.len() as u32).map(TypeId);
        let lists = types().map(|id| self.list_items(id)).collect();
        let group_shapes = (0..self.groups.list.len() as u32)
            .map(|id| ids.get(&Origin::Group(GroupId(id))).copied())
            .collect();
        self.link_derivations(&mut shapes, &ids);
        let mut enums: Vec<TypeId> = types()
            .filter(|id| {
                self.keep[id.0 as usize] && value_types[id.0 as usize] == ValueType::Enum(*id)
            })
            .collect();
        enums.sort_by_key(|id| {
            let name = &model.type_def(*id).name;
            (name.local(), namespace_uri(model, name.ns()), *id)
        });
        let (services, operations) = super::link::link(model, services, &shapes, &ids);
        let notes = self.notes.into_iter().map(|(text, count)| match count {
            1 => text,
            count => format!("{text} ({count} times)"),
        });
        let notes = notes.collect();
        Selection {
            model,
            shapes,
            enums,
            value_types,
            lists,
            group_shapes,
            groups: self.groups,
            services,
            operations,
            special: SpecialOperations::default(),
            notes,
        }
    }

    /// What the values of the fields of each type are.
    fn value_types(&self, ids: &HashMap<Origin, ShapeId>) -> Vec<ValueType> {
        let value_types = (0..self.model.types.len() as u32).map(TypeId).map(|id| {
            if let Some(simple) = self.simple_value_type(id) {
                return simple;
            }
            let root = self.open[id.0 as usize];
            let own = ids.get(&Origin::Type(id));
            let or_root = own.or_else(|| ids.get(&Origin::Type(root?)));
            or_root.map_or(ValueType::Any, |shape| ValueType::Shape(*shape))
        });
        value_types.collect()
    }
}

/// Whether the type itself, not a base of it, declares a wildcard for elements.
fn has_wildcard(def: &TypeDef) -> bool {
    fn any(particle: &Particle) -> bool {
        match &particle.term {
            Term::Any(_) => true,
            Term::Sequence(items) | Term::Choice(items) | Term::All(items) => items.iter().any(any),
            Term::Element(_) | Term::Ref(_) => false,
        }
    }
    match &def.kind {
        TypeKind::Complex(complex) => match &complex.content {
            Content::Elements(particle) => any(particle),
            Content::Empty | Content::Simple(_) => false,
        },
        _ => false,
    }
}

/// The names of the elements that a type declares, also of those that the options exclude.
fn declared(model: &Model, id: TypeId) -> Vec<&str> {
    let everything = |_: TypeId, _: &Member<'_>| true;
    let options = Flatten {
        model,
        substitutes: &Substitutes::new(),
        mixed_bases: &HashSet::new(),
        is_wanted: &everything,
        record: true,
    };
    let members = content::members(&options, id, &mut Groups::default(), &mut Vec::new());
    let names = members.into_iter().filter_map(|member| match member.name {
        Cow::Borrowed(name) => Some(name),
        Cow::Owned(_) => None,
    });
    names.collect()
}
