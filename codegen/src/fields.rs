//! The members of a complex type in one flat list: those of the base first, groups opened,
//! attributes and text beside elements.
//!
//! Occurrence is combined on the way down: a member of an optional group is optional, one of a
//! repeated group is repeated, one of a choice is optional.

use std::collections::HashMap;

use saponify_wsdl::model::{
    AttributeUse, ComplexType, Content, DerivationMethod, ElementId, LocalElement, Model, NsId,
    Particle, Term, TypeDef, TypeId, TypeKind, Usage,
};

/// The namespace of members that have none of their own: text, wildcards, array items.
pub(crate) const NO_NS: NsId = NsId(u32::MAX);

/// One member of a flattened type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member<'m> {
    pub(crate) name: &'m str,
    pub(crate) ns: NsId,
    pub(crate) place: Place,
    /// `None` only for a wildcard.
    pub(crate) type_id: Option<TypeId>,
    pub(crate) occurs: Occurs,
    pub(crate) documentation: Option<&'m str>,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    Element,
    Attribute,
    /// Text of the element itself (simple content).
    Text,
    /// `xsd:any`.
    Wildcard,
}

/// How often a member occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Occurs {
    pub(crate) optional: bool,
    pub(crate) nillable: bool,
    pub(crate) repeated: bool,
}

/// What flattening could not express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Loss {
    /// Text between the elements of mixed content.
    Mixed,
    /// Attributes of `anyAttribute`.
    AnyAttribute,
    /// That exactly one member of a choice is there.
    Choice,
    /// The order in which members of a repeated group alternate.
    RepeatedGroup,
}

/// Finds who may stand for whom: members of substitution groups by head.
pub(crate) type Substitutes = HashMap<ElementId, Vec<ElementId>>;

/// Members of substitution groups, transitively, in document order.
pub(crate) fn substitutes(model: &Model) -> Substitutes {
    let mut map = Substitutes::new();
    for (index, element) in model.elements.iter().enumerate() {
        let mut head = element.substitution_group;
        // Each step goes to another element, so a circle would repeat one within this many steps.
        for _ in 0..model.elements.len() {
            let Some(id) = head else { break };
            map.entry(id).or_default().push(ElementId(index as u32));
            head = model.element(id).substitution_group;
        }
    }
    map
}

/// Flattens a complex type. Simple and built-in types give one text member.
///
/// `wanted` says of each member, with the type that declares it, whether to keep it.
pub(crate) fn members<'m>(
    model: &'m Model,
    substitutes: &Substitutes,
    id: TypeId,
    wanted: &dyn Fn(TypeId, &Member<'_>) -> bool,
    losses: &mut Vec<Loss>,
) -> Vec<Member<'m>> {
    let mut chain: Vec<TypeId> = model.bases(id).collect();
    chain.reverse();
    chain.push(id);
    let mut list = List {
        model,
        substitutes,
        wanted,
        losses,
        owner: id,
        items: Vec::new(),
        index: HashMap::new(),
    };
    for id in chain {
        list.owner = id;
        let def = model.type_def(id);
        match &def.kind {
            TypeKind::Complex(complex) => list.step(complex),
            // The root `anyType` has no members of its own.
            TypeKind::Builtin(saponify_wsdl::model::Builtin::AnyType) => {}
            TypeKind::Builtin(_) | TypeKind::Simple(_) => list.text(id, def),
        }
    }
    list.items
}

struct List<'m, 'a> {
    model: &'m Model,
    substitutes: &'a Substitutes,
    wanted: &'a dyn Fn(TypeId, &Member<'_>) -> bool,
    losses: &'a mut Vec<Loss>,
    /// The type whose step this is.
    owner: TypeId,
    items: Vec<Member<'m>>,
    index: HashMap<(Place, NsId, &'m str), usize>,
}

impl<'m> List<'m, '_> {
    /// Adds or replaces what one derivation step declares.
    fn step(&mut self, complex: &'m ComplexType) {
        let restriction = complex
            .derivation
            .as_ref()
            .is_some_and(|d| d.method == DerivationMethod::Restriction);
        if complex.mixed {
            self.losses.push(Loss::Mixed);
        }
        if complex.any_attribute.is_some() {
            self.losses.push(Loss::AnyAttribute);
        }
        match &complex.content {
            Content::Elements(particle) => {
                let mut own = Vec::new();
                self.particle(particle, Occurs::default(), &mut own);
                if restriction {
                    self.restrict(own)
                } else {
                    self.extend(own)
                }
            }
            Content::Empty if restriction => self.restrict(Vec::new()),
            Content::Empty | Content::Simple(_) => {}
        }
        for attribute in &complex.attributes {
            self.attribute(attribute);
        }
    }

    /// The text of simple content. A narrower step replaces the type of a wider one.
    fn text(&mut self, id: TypeId, def: &'m TypeDef) {
        match self.index.get(&(Place::Text, NO_NS, "value")) {
            Some(&at) => self.items[at].type_id = Some(id),
            None => self.push(Member {
                name: "value",
                ns: NO_NS,
                place: Place::Text,
                type_id: Some(id),
                occurs: Occurs::default(),
                documentation: def.documentation.as_deref(),
            }),
        }
    }

    fn attribute(&mut self, attribute: &'m AttributeUse) {
        if let Some(array) = &attribute.array_type {
            return self.array(array.item);
        }
        let member = Member {
            name: &attribute.name,
            ns: attribute.ns,
            place: Place::Attribute,
            type_id: Some(attribute.type_id),
            occurs: Occurs {
                optional: attribute.usage != Usage::Required,
                ..Occurs::default()
            },
            documentation: attribute.documentation.as_deref(),
        };
        match self
            .index
            .get(&(Place::Attribute, attribute.ns, attribute.name.as_str()))
        {
            // A prohibited one stays, optional, so that base fields remain a prefix.
            Some(&at) => self.items[at] = member,
            None if attribute.usage == Usage::Prohibited => {}
            None => self.push(member),
        }
    }

    /// The items of a SOAP-encoded array; their element name is free, `item` is the custom.
    fn array(&mut self, item: TypeId) {
        let wildcard = self
            .items
            .iter()
            .position(|member| member.place == Place::Wildcard);
        let member = Member {
            name: "item",
            ns: NO_NS,
            place: Place::Element,
            type_id: Some(item),
            occurs: Occurs {
                optional: true,
                nillable: true,
                repeated: true,
            },
            documentation: None,
        };
        match wildcard {
            Some(at) => self.items[at] = member,
            None => self.push(member),
        }
    }

    fn extend(&mut self, own: Vec<Member<'m>>) {
        for member in own {
            match self.index.get(&(member.place, member.ns, member.name)) {
                // The same element twice in a row of particles: it occurs more than once.
                Some(&at) => self.items[at].occurs.repeated = true,
                None => self.push(member),
            }
        }
    }

    /// Restricted content replaces that of the base in place; what it leaves out stays optional.
    fn restrict(&mut self, own: Vec<Member<'m>>) {
        for item in &mut self.items {
            if matches!(item.place, Place::Element | Place::Wildcard) {
                item.occurs.optional = true;
            }
        }
        for member in own {
            match self.index.get(&(member.place, member.ns, member.name)) {
                Some(&at) => self.items[at] = member,
                None => self.push(member),
            }
        }
    }

    fn push(&mut self, member: Member<'m>) {
        if !(self.wanted)(self.owner, &member) {
            return;
        }
        self.index
            .insert((member.place, member.ns, member.name), self.items.len());
        self.items.push(member);
    }

    fn particle(&mut self, particle: &'m Particle, outer: Occurs, out: &mut Vec<Member<'m>>) {
        if particle.max_occurs == Some(0) {
            return;
        }
        let occurs = Occurs {
            optional: outer.optional || particle.min_occurs == 0,
            nillable: false,
            repeated: outer.repeated || particle.max_occurs.is_none_or(|max| max > 1),
        };
        match &particle.term {
            Term::Element(element) => out.push(local(element, occurs)),
            Term::Ref(id) => self.reference(*id, occurs, out),
            Term::Sequence(items) | Term::All(items) => {
                if occurs.repeated && items.len() > 1 {
                    self.losses.push(Loss::RepeatedGroup);
                }
                for item in items {
                    self.particle(item, occurs, out);
                }
            }
            Term::Choice(branches) => self.choice(branches, occurs, out),
            Term::Any(_) => out.push(Member {
                name: "any",
                ns: NO_NS,
                place: Place::Wildcard,
                type_id: None,
                occurs: Occurs {
                    optional: true,
                    nillable: false,
                    repeated: true,
                },
                documentation: None,
            }),
        }
    }

    /// Branches exclude each other: all optional, and a name in two branches is one member.
    fn choice(&mut self, branches: &'m [Particle], occurs: Occurs, out: &mut Vec<Member<'m>>) {
        let optional = occurs.optional || branches.len() > 1;
        if branches.len() > 1 {
            self.losses.push(Loss::Choice);
        }
        let start = out.len();
        for branch in branches {
            let mut own = Vec::new();
            self.particle(branch, Occurs { optional, ..occurs }, &mut own);
            for member in own {
                let same = |m: &&mut Member<'m>| {
                    (m.place, m.ns, m.name) == (member.place, member.ns, member.name)
                };
                match out[start..].iter_mut().find(same) {
                    Some(known) => known.occurs.repeated |= member.occurs.repeated,
                    None => out.push(member),
                }
            }
        }
    }

    /// A reference to a global element: the element, or any that may stand for it.
    fn reference(&self, id: ElementId, occurs: Occurs, out: &mut Vec<Member<'m>>) {
        let Some(others) = self.substitutes.get(&id) else {
            return out.push(self.global(id, occurs));
        };
        let occurs = Occurs {
            optional: true,
            ..occurs
        };
        for id in std::iter::once(id).chain(others.iter().copied()) {
            if !self.model.element(id).is_abstract {
                out.push(self.global(id, occurs));
            }
        }
    }

    fn global(&self, id: ElementId, occurs: Occurs) -> Member<'m> {
        let element = self.model.element(id);
        Member {
            name: &element.name.local,
            ns: element.name.ns,
            place: Place::Element,
            type_id: Some(element.type_id),
            occurs: Occurs {
                nillable: element.nillable,
                ..occurs
            },
            documentation: element.documentation.as_deref(),
        }
    }
}

fn local(element: &LocalElement, occurs: Occurs) -> Member<'_> {
    Member {
        name: &element.name,
        ns: element.ns,
        place: Place::Element,
        type_id: Some(element.type_id),
        occurs: Occurs {
            nillable: element.nillable,
            ..occurs
        },
        documentation: element.documentation.as_deref(),
    }
}
