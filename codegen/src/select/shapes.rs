//! The shapes that kept types, elements, groups and bodies become.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use saponify_wsdl::model::{ElementId, Model, PartTarget, TypeDef, TypeId, TypeKind, TypeName};

use super::service::{Body, BoundService};
use super::{Builder, Face, Origin, Shape, ShapeId};
use crate::fields::groups::{GroupId, GroupKind};
use crate::fields::{self, Member, NO_NS, Occurs, Place, Target};

impl<'m> Builder<'m, '_> {
    /// Shapes of types, of elements with a table of their own, and of synthetic bodies.
    pub(super) fn collect(&mut self, services: &[BoundService<'m>]) -> Vec<Shape<'m>> {
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
                        is_base: false,
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
    pub(super) fn collect_groups(&self, shapes: &mut Vec<Shape<'m>>) {
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

    pub(super) fn of_group(&self, id: GroupId) -> Shape<'m> {
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
            is_base: false,
            derived: Vec::new(),
            documentation: None,
        }
    }

    /// Types of members of kept types: what must have a face of its own.
    pub(super) fn referred(&self) -> BTreeSet<TypeId> {
        let kept = (0..self.keep.len()).filter(|index| self.keep[*index]);
        kept.flat_map(|index| self.types_of(TypeId(index as u32)))
            .filter(|id| matches!(self.model.type_def(*id).name, TypeName::Anonymous { .. }))
            .collect()
    }

    pub(super) fn of_type(&mut self, id: TypeId, face: Face) -> Shape<'m> {
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
            is_base: false,
            derived: Vec::new(),
            documentation: def.documentation.as_deref(),
        }
    }

    pub(super) fn of_element(&mut self, id: ElementId, face: Face) -> Shape<'m> {
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
            is_base: false,
            derived: Vec::new(),
            documentation: element.documentation.as_deref(),
        }
    }

    /// Whether the fields of a base are the first fields of a type.
    fn is_prefix(&self, base: &Shape<'_>, shape: &Shape<'_>) -> bool {
        begins_with(&shape.members, &base.members, |a, b| {
            a.is_like(b) || self.is_more_mixed(a, b)
        })
    }

    /// Whether mixed content is that of a base with more elements.
    fn is_more_mixed(&self, base: &Member<'_>, derived: &Member<'_>) -> bool {
        let mixed = |member: &Member<'_>| {
            let group = member.group().map(|id| self.groups.get(id));
            group.filter(|group| matches!(group.kind, GroupKind::Mixed(_)))
        };
        match (mixed(base), mixed(derived)) {
            (Some(base), Some(derived)) => {
                begins_with(&derived.members, &base.members, Member::is_like)
            }
            _ => false,
        }
    }

    /// Links bases to derived types. A base takes values of derived types only if there is a place for
    /// them, a member of its type.
    pub(super) fn families(&self, shapes: &mut [Shape<'m>], ids: &HashMap<Origin, ShapeId>) {
        let members = shapes.iter().flat_map(|shape| &shape.members);
        let places: HashSet<TypeId> = members.filter_map(Member::type_id).collect();
        for index in 0..shapes.len() {
            let shape = ShapeId(index as u32);
            match shapes[index].origin {
                Origin::Type(id) => {
                    let bases = self.model.bases(id).map(Origin::Type);
                    let bases = bases.filter_map(|base| ids.get(&base).copied());
                    // A base counts only if its fields are the first ones here, too: those of an
                    // array that SOAP encodes are not.
                    let bases: Vec<_> = bases
                        .take_while(|base| self.is_prefix(&shapes[base.0 as usize], &shapes[index]))
                        .collect();
                    shapes[index].base = bases.first().copied();
                    if shapes[index].face != Face::Struct {
                        continue;
                    }
                    for base in bases {
                        let base = &mut shapes[base.0 as usize];
                        let is_place = match base.origin {
                            Origin::Type(id) => places.contains(&id),
                            _ => false,
                        };
                        base.is_base = true;
                        if is_place || base.face == Face::Abstract {
                            base.derived.push(shape);
                        }
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

fn begins_with<'m>(
    list: &[Member<'m>],
    start: &[Member<'m>],
    alike: impl Fn(&Member<'m>, &Member<'m>) -> bool,
) -> bool {
    start.len() <= list.len() && start.iter().zip(list).all(|(a, b)| alike(a, b))
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
