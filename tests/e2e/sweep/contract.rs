//! The declarations of the WSDL, read without the code under test.

use std::collections::{BTreeMap, BTreeSet};

use saponify::Limits;
use saponify::probe::{self, Seen};
use saponify_wsdl::Model;
use saponify_wsdl::model::{
    Content, ElementDecl, ElementId, HeaderBinding, LocalElement, MessageId, PartTarget, Particle,
    QName, Term, TypeId, TypeKind, TypeName,
};

use crate::support::WSDL;

pub(super) struct Contract {
    pub(super) model: Model,
    /// The types that extend a type, directly or indirectly.
    families: BTreeMap<TypeId, Vec<TypeId>>,
    s_object: TypeId,
}

/// An operation with its global elements.
pub(super) struct Operation<'c> {
    pub(super) name: &'c str,
    pub(super) request: ElementId,
    pub(super) response: ElementId,
    pub(super) headers: Vec<ElementId>,
    pub(super) output_headers: Vec<ElementId>,
    pub(super) faults: Vec<ElementId>,
}

/// One part of the content of a type.
pub(super) enum Item<'c> {
    Element(&'c Particle, &'c LocalElement),
    Any,
}

impl Contract {
    pub(super) fn read() -> Self {
        let model = saponify_wsdl::read(&std::fs::read(WSDL).unwrap()).unwrap();
        let mut families: BTreeMap<TypeId, Vec<TypeId>> = BTreeMap::new();
        let ids = || (0..).map(TypeId).zip(&model.types);
        for (id, ty) in ids() {
            if matches!(ty.kind, TypeKind::Complex(_)) {
                for base in model.bases(id) {
                    families.entry(base).or_default().push(id);
                }
            }
        }
        let (s_object, _) = ids().find(|(_, ty)| ty.name.local() == "sObject").unwrap();
        Self {
            model,
            families,
            s_object,
        }
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let [binding] = &*self.model.bindings else {
            panic!("one binding")
        };
        let port = self.model.port_type(binding.port_type);
        binding.operations.iter().map(move |bound| {
            let operation = &port.operations[bound.operation];
            let whole = |message: MessageId| match &*self.model.message(message).parts {
                [part] => element(part.target),
                parts => panic!("{}: {parts:?}", operation.name),
            };
            let header = |header: &HeaderBinding| {
                let message = self.model.message(header.message);
                element(message.parts[header.part].target)
            };
            Operation {
                name: &operation.name,
                request: whole(operation.input.as_ref().unwrap().message),
                response: whole(operation.output.as_ref().unwrap().message),
                headers: bound.input.headers.iter().map(header).collect(),
                output_headers: bound.output.headers.iter().map(header).collect(),
                faults: operation
                    .faults
                    .iter()
                    .map(|fault| whole(fault.message))
                    .collect(),
            }
        })
    }

    pub(super) fn operation(&self, name: &str) -> Operation<'_> {
        self.operations()
            .find(|operation| operation.name == name)
            .unwrap()
    }

    pub(super) fn element(&self, id: ElementId) -> &ElementDecl {
        self.model.element(id)
    }

    /// Local names of global elements.
    pub(super) fn names<'c>(&'c self, elements: &'c [ElementId]) -> impl Iterator<Item = &'c str> {
        elements.iter().map(|id| &*self.element(*id).name.local)
    }

    pub(super) fn find(&self, elements: &[ElementId], name: &str) -> ElementId {
        let found = elements
            .iter()
            .find(|id| self.element(**id).name.local == name);
        *found.unwrap()
    }

    /// Whether the type is an sObject.
    pub(super) fn is_row(&self, id: TypeId) -> bool {
        id == self.s_object || self.model.bases(id).any(|base| base == self.s_object)
    }

    /// The types that extend this type.
    pub(super) fn family(&self, id: TypeId) -> &[TypeId] {
        self.families.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The content of a type, beginning with the content of its base.
    pub(super) fn items(&self, id: TypeId) -> Vec<Item<'_>> {
        let TypeKind::Complex(complex) = &self.model.type_def(id).kind else {
            return Vec::new();
        };
        let mut items = self
            .model
            .base(id)
            .map_or(Vec::new(), |base| self.items(base));
        if let Content::Elements(particle) = &complex.content {
            push(particle, &mut items);
        }
        items
    }

    /// `type.element` for every element that may occur below a global element, and `type.*` for
    /// wildcards.
    pub(super) fn below(&self, element: ElementId) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        self.collect(self.element(element).type_id, &mut all);
        all
    }

    fn collect(&self, id: TypeId, all: &mut BTreeSet<String>) {
        for item in self.items(id) {
            let Item::Element(_, element) = item else {
                all.insert(self.entry(id, "*"));
                continue;
            };
            let new = all.insert(self.entry(id, &element.name));
            if !new || self.is_row(element.type_id) {
                continue;
            }
            self.collect(element.type_id, all);
            for derived in self.family(element.type_id) {
                self.collect(*derived, all);
            }
        }
    }

    /// Records which elements of [`below`](Self::below) occur in a message.
    pub(super) fn note(&self, node: &Node, element: ElementId, used: &mut BTreeSet<String>) {
        let declared = self.element(element);
        assert_eq!(node.name, declared.name.local);
        self.note_type(node, declared.type_id, used);
    }

    fn note_type(&self, node: &Node, id: TypeId, used: &mut BTreeSet<String>) {
        if self.is_row(id) {
            return;
        }
        let id = match &node.ty {
            Some(name) => *self
                .family(id)
                .iter()
                .find(|id| self.model.type_def(**id).name.local() == name)
                .unwrap_or(&id),
            None => id,
        };
        let items = self.items(id);
        for child in &node.children {
            let found = items.iter().find_map(|item| match item {
                Item::Element(_, element) if element.name == child.name => Some(element),
                _ => None,
            });
            let Some(element) = found else {
                assert!(items.iter().any(|item| matches!(item, Item::Any)));
                used.insert(self.entry(id, "*"));
                continue;
            };
            used.insert(self.entry(id, &element.name));
            self.note_type(child, element.type_id, used);
        }
    }

    fn entry(&self, id: TypeId, name: &str) -> String {
        format!("{}.{name}", self.type_name(id))
    }

    /// The local name of a type, or that of the global element that it belongs to.
    pub(super) fn type_name(&self, id: TypeId) -> &str {
        self.model.type_def(id).name.local()
    }

    pub(super) fn global_name(&self, id: TypeId) -> Option<&QName> {
        match &self.model.type_def(id).name {
            TypeName::Global(name) => Some(name),
            TypeName::Anonymous { .. } => None,
        }
    }
}

fn element(target: PartTarget) -> ElementId {
    match target {
        PartTarget::Element(id) => id,
        PartTarget::Type(_) => panic!("every part of this WSDL must be an element"),
    }
}

fn push<'c>(particle: &'c Particle, items: &mut Vec<Item<'c>>) {
    match &particle.term {
        Term::Element(element) => items.push(Item::Element(particle, element)),
        Term::Sequence(particles) => particles.iter().for_each(|inner| push(inner, items)),
        Term::Any(_) => items.push(Item::Any),
        other => panic!("{other:?} does not occur in this WSDL"),
    }
}

/// An element of a message.
#[derive(Default)]
pub(super) struct Node {
    pub(super) name: String,
    /// The local part of `xsi:type`.
    pub(super) ty: Option<String>,
    pub(super) children: Vec<Node>,
}

pub(super) fn tree(document: &str) -> Node {
    let mut open = vec![Node::default()];
    for seen in probe::read([document.as_bytes()], Limits::default()).unwrap() {
        match seen {
            Seen::Start(_, name, attributes) => {
                let ty = attributes.iter().find(|(_, name, _)| name == "type");
                let ty = ty.map(|(_, _, value)| value.rsplit(':').next().unwrap().to_owned());
                open.push(Node {
                    name,
                    ty,
                    children: Vec::new(),
                });
            }
            Seen::End => {
                let node = open.pop().unwrap();
                open.last_mut().unwrap().children.push(node);
            }
            Seen::Text(_) => {}
        }
    }
    open.remove(0).children.remove(0)
}

/// The headers of an envelope, and the element in its body.
pub(super) fn parts(mut envelope: Node) -> (Vec<Node>, Node) {
    let body = envelope.children.pop().unwrap().children.remove(0);
    let header = envelope.children.pop();
    (header.map_or(Vec::new(), |header| header.children), body)
}
