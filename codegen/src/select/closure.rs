//! What the kept parts need, and the shapes they become.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use saponify_wsdl::model::{
    Content, ElementId, Model, PartTarget, Particle, Term, TypeDef, TypeId, TypeKind, TypeName,
};

use super::service::{Body, BoundService};
use super::{Builder, FIELDS, Face, OBJECTS, OPERATIONS, Origin, Selection, Shape, ShapeId, Use};
use crate::error::Error;
use crate::fields::groups::{GroupId, GroupKind, Groups};
use crate::fields::{self, Flatten, Member, NO_NS, Occurs, Place, Substitutes, Target};

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
    fn types_of(&self, id: TypeId) -> Vec<TypeId> {
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

    /// Shapes of types, of elements with a table of their own, and of synthetic bodies.
    fn collect(&mut self, services: &[BoundService<'m>]) -> Vec<Shape<'m>> {
        let model = self.model;
        let mut shapes = Vec::new();
        let mut wanted: BTreeMap<ElementId, Face> = BTreeMap::new();
        let mut bodies: BTreeSet<ElementId> = BTreeSet::new();
        let mut faced: BTreeSet<ElementId> = BTreeSet::new();
        let of_messages = match self.config.messages {
            true => Face::Struct,
            false => Face::Table,
        };
        for operation in services.iter().flat_map(|service| &service.operations) {
            for id in operation.elements() {
                wanted.entry(id).or_insert(of_messages);
            }
            if self.config.messages {
                wanted.extend(operation.bare_elements().map(|id| (id, Face::Struct)));
            }
            for id in operation.headers.iter().chain(&operation.output_headers) {
                wanted.insert(*id, Face::Struct);
                faced.insert(*id);
            }
            faced.extend(operation.faults.iter().filter_map(|fault| match fault {
                PartTarget::Element(id) => Some(*id),
                PartTarget::Type(_) => None,
            }));
            for body in [&operation.request, &operation.response] {
                let Body::Element(id) = body else { continue };
                if !self.config.messages {
                    bodies.insert(*id);
                }
            }
            if let Body::Element(id) = operation.response
                && self.members(model.element(id).type_id).len() > 1
            {
                faced.insert(id);
            }
        }
        // The type written inside a request or response element is no type of its own, unless
        // something else has it, too.
        let type_of = |id: &ElementId| model.element(*id).type_id;
        let anonymous =
            |id: &TypeId| matches!(model.type_def(*id).name, TypeName::Anonymous { .. });
        let mut wrappers: BTreeSet<TypeId> = bodies.iter().map(type_of).filter(anonymous).collect();
        let parts = services
            .iter()
            .flat_map(|service| &service.operations)
            .flat_map(|operation| operation.part_types(model));
        for id in faced
            .iter()
            .map(type_of)
            .chain(parts)
            .chain(self.referred())
        {
            wrappers.remove(&id);
        }
        let elements: HashMap<TypeId, ElementId> = (0..model.elements.len() as u32)
            .map(ElementId)
            .map(|id| (type_of(&id), id))
            .collect();
        for index in 0..model.types.len() {
            let id = TypeId(index as u32);
            if !self.keep[index] || !matches!(model.types[index].kind, TypeKind::Complex(_)) {
                continue;
            }
            let face = if wrappers.contains(&id) {
                Face::Table
            } else {
                Face::Struct
            };
            let mut shape = self.of_type(id, face);
            if anonymous(&id) && shape.documentation.is_none() {
                let element = elements.get(&id).map(|id| model.element(*id));
                shape.documentation = element.and_then(|e| e.documentation.as_deref());
            }
            shapes.push(shape);
        }
        for (id, face) in wanted {
            if !own(model, id) {
                shapes.push(self.of_element(id, face));
            }
        }
        let operations = services.iter().flat_map(|service| &service.operations);
        for (number, operation) in operations.enumerate() {
            for (body, response) in [(&operation.request, false), (&operation.response, true)] {
                if let Body::Synthetic {
                    name,
                    ns,
                    parts,
                    bare,
                } = body
                {
                    let origin = Origin::Synthetic(number as u32, response);
                    let face = if self.config.messages && !bare || response && parts.len() > 1 {
                        Face::Struct
                    } else {
                        Face::Table
                    };
                    shapes.push(Shape {
                        name: Cow::Owned(name.clone()),
                        ns: *ns,
                        path: Vec::new(),
                        origin,
                        face,
                        members: parts.iter().map(|part| part_member(model, *part)).collect(),
                        base: None,
                        derived: Vec::new(),
                        documentation: None,
                    });
                }
            }
        }
        self.collect_groups(&mut shapes);
        shapes
    }

    /// Shapes of the groups that shapes have, and of the groups in them.
    fn collect_groups(&self, shapes: &mut Vec<Shape<'m>>) {
        let groups_of = |members: &[Member<'_>]| members.iter().filter_map(Member::group).collect();
        let mut queue: Vec<GroupId> = Vec::new();
        for shape in shapes.iter() {
            let own: Vec<GroupId> = groups_of(&shape.members);
            queue.extend(own);
        }
        let mut seen = BTreeSet::new();
        while let Some(id) = queue.pop() {
            if seen.insert(id) {
                let own: Vec<GroupId> = groups_of(&self.groups.get(id).members);
                queue.extend(own);
                shapes.push(self.of_group(id));
            }
        }
    }

    fn of_group(&self, id: GroupId) -> Shape<'m> {
        let model = self.model;
        let group = self.groups.get(id);
        let face = match group.kind.is_choice() {
            true => Face::Choice,
            false => Face::Struct,
        };
        let (ns, mut path, word) = match group.kind {
            GroupKind::Choice(owner) | GroupKind::Sequence(owner) | GroupKind::Mixed(owner) => {
                let name = &model.type_def(owner).name;
                (name.ns(), path_of(name), group.name.as_str())
            }
            GroupKind::Substitution(head) => {
                let name = &model.element(head).name;
                (name.ns, vec![name.local.as_str()], "element")
            }
        };
        let name = path
            .iter()
            .chain([&word])
            .copied()
            .collect::<Vec<_>>()
            .join(".");
        Shape {
            name: Cow::Owned(name),
            ns,
            path: path
                .drain(..)
                .map(Cow::Borrowed)
                .chain([Cow::Owned(word.to_owned())])
                .collect(),
            origin: Origin::Group(id),
            face,
            members: group.members.clone(),
            base: None,
            derived: Vec::new(),
            documentation: None,
        }
    }

    /// Types of members of kept types: what must have a face of its own.
    fn referred(&self) -> BTreeSet<TypeId> {
        let kept = (0..self.keep.len()).filter(|index| self.keep[*index]);
        kept.flat_map(|index| self.types_of(TypeId(index as u32)))
            .filter(|id| matches!(self.model.type_def(*id).name, TypeName::Anonymous { .. }))
            .collect()
    }

    fn of_type(&mut self, id: TypeId, face: Face) -> Shape<'m> {
        let def = self.model.type_def(id);
        let face = match self.open[id.0 as usize] {
            Some(root) if root == id => Face::OpenBase,
            Some(_) => Face::View,
            None if face == Face::Struct && is_abstract(def) => Face::Abstract,
            None => face,
        };
        let path = path_of(&def.name).into_iter().map(Cow::Borrowed).collect();
        Shape {
            name: Cow::Borrowed(def.name.local()),
            ns: def.name.ns(),
            path,
            origin: Origin::Type(id),
            face,
            members: self.members(id).to_vec(),
            base: None,
            derived: Vec::new(),
            documentation: def.documentation.as_deref(),
        }
    }

    fn of_element(&mut self, id: ElementId, face: Face) -> Shape<'m> {
        let element = self.model.element(id);
        Shape {
            name: Cow::Borrowed(&element.name.local),
            ns: element.name.ns,
            path: vec![Cow::Borrowed(&element.name.local)],
            origin: Origin::Element(id),
            face,
            members: match self.model.type_def(element.type_id).kind {
                TypeKind::Complex(_) => self.members(element.type_id).to_vec(),
                _ => vec![Member {
                    occurs: Occurs {
                        nillable: element.nillable,
                        ..Occurs::default()
                    },
                    ..fields::member("value", NO_NS, Place::Text, Target::Type(element.type_id))
                }],
            },
            base: None,
            derived: Vec::new(),
            documentation: element.documentation.as_deref(),
        }
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

    /// Links bases to derived types.
    fn families(&self, shapes: &mut [Shape<'m>], ids: &HashMap<Origin, ShapeId>) {
        for index in 0..shapes.len() {
            let shape = ShapeId(index as u32);
            match shapes[index].origin {
                Origin::Type(id) => {
                    let bases = self.model.bases(id).map(Origin::Type);
                    let bases = bases.filter_map(|base| ids.get(&base).copied());
                    // A base counts only if its fields are the first ones here, too: those of an
                    // array that SOAP encodes are not.
                    let bases: Vec<_> = bases
                        .take_while(|base| is_prefix(&shapes[base.0 as usize], &shapes[index]))
                        .collect();
                    shapes[index].base = bases.first().copied();
                    if shapes[index].face != Face::Struct {
                        continue;
                    }
                    for base in bases {
                        shapes[base.0 as usize].derived.push(shape);
                    }
                }
                Origin::Element(id) if shapes[index].face == Face::Table => {
                    let ty = Origin::Type(self.model.element(id).type_id);
                    shapes[index].base = ids.get(&ty).copied();
                }
                Origin::Element(_) | Origin::Group(_) | Origin::Synthetic(..) => {}
            }
        }
    }
}

/// Names that make up the name of a type.
fn path_of(name: &TypeName) -> Vec<&str> {
    match name {
        TypeName::Global(name) => vec![name.local.as_str()],
        TypeName::Anonymous { path, .. } => path.iter().map(String::as_str).collect(),
    }
}

/// Whether an element's table is that of its type: the type is its own, or has its name.
pub(super) fn own(model: &Model, id: ElementId) -> bool {
    let element = model.element(id);
    let def = model.type_def(element.type_id);
    if !matches!(def.kind, TypeKind::Complex(_)) {
        return false;
    }
    match &def.name {
        TypeName::Global(name) => *name == element.name,
        TypeName::Anonymous { .. } => true,
    }
}

fn is_abstract(def: &TypeDef) -> bool {
    matches!(&def.kind, TypeKind::Complex(complex) if complex.is_abstract)
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

/// Whether the fields of a base are the first fields of a type.
fn is_prefix(base: &Shape<'_>, shape: &Shape<'_>) -> bool {
    base.members.len() <= shape.members.len()
        && base
            .members
            .iter()
            .zip(&shape.members)
            .all(|(a, b)| a.is_like(b))
}

/// Names of the elements that a type declares itself, whatever the filter says.
fn declared(model: &Model, id: TypeId) -> Vec<&str> {
    let everything = |_: TypeId, _: &Member<'_>| true;
    let how = Flatten {
        model,
        substitutes: &Substitutes::new(),
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

fn part_member<'m>(model: &'m Model, (name, target): (&'m str, PartTarget)) -> Member<'m> {
    let member = |name, ns, type_id, nillable| Member {
        occurs: Occurs {
            nillable,
            ..Occurs::default()
        },
        ..fields::member(name, ns, Place::Element, Target::Type(type_id))
    };
    match target {
        // Accessors of rpc parts have no namespace (WSDL 1.1 section 3.5; Basic Profile R2735).
        PartTarget::Type(id) => member(name, NO_NS, id, false),
        PartTarget::Element(id) => {
            let element = model.element(id);
            member(
                &element.name.local,
                element.name.ns,
                element.type_id,
                element.nillable,
            )
        }
    }
}
