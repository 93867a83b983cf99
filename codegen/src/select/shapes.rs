//! Shapes made of the types, elements, groups and message bodies that are kept.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use saponify_wsdl::model::{ElementId, Model, PartTarget, TypeDef, TypeId, TypeKind, TypeName};

use super::bindings::{Body, BoundService};
use super::builder::Builder;
use super::types::{Origin, Shape, ShapeKind};
use crate::content::{self, Member, NO_NS, NodeKind, Occurs, Target};
use crate::content::{GroupId, GroupKind};

impl<'m> Builder<'m, '_> {
    /// The shapes of types, of elements with a table of their own, of bodies that no element declares,
    /// and of groups.
    pub(super) fn collect(&mut self, services: &[BoundService<'m>]) -> Vec<Shape<'m>> {
        let model = self.model;
        let mut shapes = Vec::new();
        let mut kinds: BTreeMap<ElementId, ShapeKind> = BTreeMap::new();
        let mut bodies: BTreeSet<ElementId> = BTreeSet::new();
        let mut typed: BTreeSet<ElementId> = BTreeSet::new();
        let of_messages = match self.config.messages {
            true => ShapeKind::Struct,
            false => ShapeKind::TableOnly,
        };
        for operation in services.iter().flat_map(|service| &service.operations) {
            for id in operation.elements() {
                kinds.entry(id).or_insert(of_messages);
            }
            if self.config.messages {
                kinds.extend(operation.bare_elements().map(|id| (id, ShapeKind::Struct)));
            }
            for id in operation.headers.iter().chain(&operation.output_headers) {
                kinds.insert(*id, ShapeKind::Struct);
                typed.insert(*id);
            }
            typed.extend(operation.faults.iter().filter_map(|fault| match fault {
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
                typed.insert(id);
            }
        }
        // The anonymous type of a request or response element needs no Rust type, unless something
        // else refers to it.
        let type_of = |id: &ElementId| model.element(*id).type_id;
        let anonymous =
            |id: &TypeId| matches!(model.type_def(*id).name, TypeName::Anonymous { .. });
        let mut wrappers: BTreeSet<TypeId> = bodies.iter().map(type_of).filter(anonymous).collect();
        let parts = services
            .iter()
            .flat_map(|service| &service.operations)
            .flat_map(|operation| operation.part_types(model));
        for id in typed
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
            let kind = if wrappers.contains(&id) {
                ShapeKind::TableOnly
            } else {
                ShapeKind::Struct
            };
            let mut shape = self.of_type(id, kind);
            if anonymous(&id) && shape.documentation.is_none() {
                let element = elements.get(&id).map(|id| model.element(*id));
                shape.documentation = element.and_then(|e| e.documentation.as_deref());
            }
            shapes.push(shape);
        }
        for (id, kind) in kinds {
            if !is_table_of_type(model, id) {
                shapes.push(self.of_element(id, kind));
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
                    let origin = Origin::Message(number as u32, response);
                    let kind = if self.config.messages && !bare || response && parts.len() > 1 {
                        ShapeKind::Struct
                    } else {
                        ShapeKind::TableOnly
                    };
                    shapes.push(Shape {
                        name: Cow::Owned(name.clone()),
                        ns: *ns,
                        path: Vec::new(),
                        origin,
                        kind,
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

    /// Adds the shapes of the groups that shapes have, and of the groups within these.
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
        let kind = match group.kind.is_choice() {
            true => ShapeKind::Choice,
            false => ShapeKind::Struct,
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
            kind,
            members: group.members.clone(),
            base: None,
            is_base: false,
            derived: Vec::new(),
            documentation: None,
        }
    }

    /// The anonymous types to which members of kept types refer.
    pub(super) fn referred(&self) -> BTreeSet<TypeId> {
        let kept = (0..self.keep.len()).filter(|index| self.keep[*index]);
        kept.flat_map(|index| self.types_of(TypeId(index as u32)))
            .filter(|id| matches!(self.model.type_def(*id).name, TypeName::Anonymous { .. }))
            .collect()
    }

    pub(super) fn of_type(&mut self, id: TypeId, kind: ShapeKind) -> Shape<'m> {
        let def = self.model.type_def(id);
        let kind = match self.open[id.0 as usize] {
            Some(root) if root == id => ShapeKind::OpenBase,
            Some(_) => ShapeKind::View,
            None if kind == ShapeKind::Struct && is_abstract(def) => ShapeKind::Abstract,
            None => kind,
        };
        let path = path_of(&def.name).into_iter().map(Cow::Borrowed).collect();
        Shape {
            name: Cow::Borrowed(def.name.local()),
            ns: def.name.ns(),
            path,
            origin: Origin::Type(id),
            kind,
            members: self.members(id).to_vec(),
            base: None,
            is_base: false,
            derived: Vec::new(),
            documentation: def.documentation.as_deref(),
        }
    }

    pub(super) fn of_element(&mut self, id: ElementId, kind: ShapeKind) -> Shape<'m> {
        let element = self.model.element(id);
        Shape {
            name: Cow::Borrowed(&element.name.local),
            ns: element.name.ns,
            path: vec![Cow::Borrowed(&element.name.local)],
            origin: Origin::Element(id),
            kind,
            members: match self.model.type_def(element.type_id).kind {
                TypeKind::Complex(_) => self.members(element.type_id).to_vec(),
                _ => vec![Member {
                    occurs: Occurs {
                        nillable: element.nillable,
                        ..Occurs::default()
                    },
                    ..content::member(
                        "value",
                        NO_NS,
                        NodeKind::Text,
                        Target::Type(element.type_id),
                    )
                }],
            },
            base: None,
            is_base: false,
            derived: Vec::new(),
            documentation: element.documentation.as_deref(),
        }
    }
}

/// The names that make up the name of a type.
fn path_of(name: &TypeName) -> Vec<&str> {
    match name {
        TypeName::Global(name) => vec![name.local.as_str()],
        TypeName::Anonymous { path, .. } => path.iter().map(String::as_str).collect(),
    }
}

/// Whether an element has the table of its type: the type is anonymous, or has the element's name.
pub(super) fn is_table_of_type(model: &Model, id: ElementId) -> bool {
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
        ..content::member(name, ns, NodeKind::Element, Target::Type(type_id))
    };
    match target {
        // The elements of rpc parts have no namespace (WSDL 1.1 section 3.5; Basic Profile R2735).
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
