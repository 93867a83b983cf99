//! What the kept parts need, and the shapes they become.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use saponify_wsdl::model::{Content, Model, Particle, Term, TypeDef, TypeId, TypeKind, TypeName};

use super::service::BoundService;
use super::{Builder, FIELDS, OBJECTS, OPERATIONS, Origin, Selection, Shape, ShapeId, Use};
use crate::error::Error;
use crate::fields::groups::{GroupId, Groups};
use crate::fields::{self, Flatten, Member, Substitutes};

/// Most fields of all types together, inherited ones counted with each heir.
const MOST_FIELDS: usize = 2_000_000;

impl<'m> Builder<'m, '_> {
    /// Marks the types to keep.
    pub(super) fn close(&mut self, services: &[BoundService<'m>]) -> Result<(), Error> {
        let model = self.model;
        let has_views = self.open.iter().any(Option::is_some);
        let narrowed = !self.include[OBJECTS].is_empty()
            || !self.include[OPERATIONS].is_empty()
            || !self.exclude[OBJECTS].is_empty()
            || !self.exclude[OPERATIONS].is_empty();
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
            let included = self.include[OBJECTS].matches(&name.local);
            let excluded = self.exclude[OBJECTS].matches(&name.local) && !root;
            dropped[index] = excluded;
            // Rows of aggregates have no fields of their own, and no query does without them.
            let open_only = view && !excluded && has_wildcard(def);
            let wanted = if self.include[OBJECTS].is_empty() {
                // Filters of operations drop structs that nothing needs, not objects.
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
            if flattened > MOST_FIELDS {
                return Err(Error::unsupported(
                    "the types have more than two million fields with those they inherit: leave \
                     some out",
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

    /// Complex types by base.
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
        if !(self.include[FIELDS].is_empty() && self.exclude[FIELDS].is_empty()) {
            // Types that were dropped may still be named by a field pattern.
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
        self.include[OBJECTS].check(types)?;
        self.exclude[OBJECTS].check(types)?;
        let fields = |pattern: &str| {
            let mut names = Vec::new();
            for (index, def) in model.types.iter().enumerate() {
                if super::glob(pattern, def.name.local()) {
                    let members = self.members[index].iter().flatten();
                    names.extend(members.map(|member| &*member.name));
                    // What an exclude took out is a name, too.
                    names.extend(declared(model, TypeId(index as u32)));
                }
            }
            names
        };
        self.include[FIELDS].check_fields(types, fields)?;
        self.exclude[FIELDS].check_fields(types, fields)
    }

    /// Makes shapes of what is kept.
    pub(super) fn finish(
        mut self,
        services: Vec<BoundService<'m>>,
    ) -> Result<Selection<'m>, Error> {
        let model = self.model;
        let mut shapes = self.collect(&services);
        shapes.sort_by(|a, b| {
            let uri = |shape: &Shape<'m>| super::uri(model, shape.ns);
            (&a.name, uri(a), &a.path, a.origin).cmp(&(&b.name, uri(b), &b.path, b.origin))
        });
        let ids: HashMap<Origin, ShapeId> = shapes
            .iter()
            .enumerate()
            .map(|(n, s)| (s.origin, ShapeId(n as u32)))
            .collect();
        let uses = self.uses(&ids);
        let types = || (0..model.types.len() as u32).map(TypeId);
        let lists = types().map(|id| self.list_items(id)).collect();
        let group_shapes = (0..self.groups.list.len() as u32)
            .map(|id| ids.get(&Origin::Group(GroupId(id))).copied())
            .collect();
        self.families(&mut shapes, &ids);
        let mut enums: Vec<TypeId> = types()
            .filter(|id| self.keep[id.0 as usize] && uses[id.0 as usize] == Use::Enum(*id))
            .collect();
        enums.sort_by_key(|id| {
            let name = &model.type_def(*id).name;
            (name.local(), super::uri(model, name.ns()), *id)
        });
        let (services, operations) = super::link::link(model, &services, &shapes, &ids);
        let notes = self.notes.into_iter().map(|(text, count)| match count {
            1 => text,
            count => format!("{text} ({count} times)"),
        });
        let notes = notes.collect();
        Ok(Selection {
            model,
            shapes,
            enums,
            uses,
            lists,
            group_shapes,
            groups: self.groups,
            services,
            operations,
            notes,
        })
    }

    /// What fields of each type are.
    fn uses(&self, ids: &HashMap<Origin, ShapeId>) -> Vec<Use> {
        let uses = (0..self.model.types.len() as u32).map(TypeId).map(|id| {
            if let Some(simple) = self.simple_use(id) {
                return simple;
            }
            let root = self.open[id.0 as usize];
            let own = ids.get(&Origin::Type(id));
            let or_root = own.or_else(|| ids.get(&Origin::Type(root?)));
            or_root.map_or(Use::Any, |shape| Use::Shape(*shape))
        });
        uses.collect()
    }
}

/// Whether a type itself accepts any element.
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

/// Names of the elements that a type declares itself, whatever the filter says.
fn declared(model: &Model, id: TypeId) -> Vec<&str> {
    let everything = |_: TypeId, _: &Member<'_>| true;
    let how = Flatten {
        model,
        substitutes: &Substitutes::new(),
        mixed_bases: &HashSet::new(),
        wanted: &everything,
        record: true,
    };
    let members = fields::members(&how, id, &mut Groups::default(), &mut Vec::new());
    let names = members.into_iter().filter_map(|member| match member.name {
        Cow::Borrowed(name) => Some(name),
        Cow::Owned(_) => None,
    });
    names.collect()
}
