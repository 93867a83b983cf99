//! The members of a type and its bases in one list.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saponify_wsdl::model::{
    AttributeUse, Builtin, ComplexType, Content, DerivationMethod, Model, NsId, Particle, TypeDef,
    TypeId, TypeKind, Usage,
};

use super::member::{
    ANY_NUMBER, GroupId, Groups, ITEMS, Loss, Member, NO_NS, NodeKind, Occurs, Target, capitalised,
    member, value_constraint,
};
use super::substitution::Substitutes;

/// Finds the types from which types with mixed content and elements derive.
pub(crate) fn mixed_bases(model: &Model) -> HashSet<TypeId> {
    let mut found = HashSet::new();
    for (index, def) in model.types.iter().enumerate() {
        let is_mixed = matches!(
            &def.kind,
            TypeKind::Complex(complex) if matches!(complex.content, Content::Elements(_)) && complex.mixed
        );
        if is_mixed {
            // If a base is known, so are all bases of it.
            let bases = model.bases(TypeId(index as u32));
            for base in bases
                .take_while(|base| !found.contains(base))
                .collect::<Vec<_>>()
            {
                found.insert(base);
            }
        }
    }
    found
}

/// What to flatten, and how.
pub(crate) struct Flatten<'m, 'a> {
    pub(crate) model: &'m Model,
    pub(crate) substitutes: &'a Substitutes,
    /// The types from which types with mixed content and elements derive.
    pub(crate) mixed_bases: &'a HashSet<TypeId>,
    /// Decides whether to keep a member of the type that declares it.
    pub(crate) is_wanted: &'a dyn Fn(TypeId, &Member<'_>) -> bool,
    /// Whether the members are those of a record, which has no groups.
    pub(crate) record: bool,
}

/// The members of a type: those of its bases first. A simple type has one member, its text.
pub(crate) fn members<'m>(
    options: &Flatten<'m, '_>,
    id: TypeId,
    groups: &mut Groups<'m>,
    losses: &mut Vec<Loss>,
) -> Vec<Member<'m>> {
    let model = options.model;
    let mut chain: Vec<TypeId> = model.bases(id).collect();
    chain.reverse();
    chain.push(id);
    let mut list = MemberList {
        options,
        groups,
        losses,
        owner: id,
        items: Vec::new(),
        index: HashMap::new(),
    };
    let mut mixed = false;
    for id in chain {
        list.owner = id;
        let def = model.type_def(id);
        match &def.kind {
            TypeKind::Complex(complex) => {
                list.derivation_step(complex);
                // An extension is mixed if its base is (XML Schema part 1, section 3.4.6). With
                // simple content, `mixed` means nothing (section 3.4.2).
                let is_simple = matches!(complex.content, Content::Simple(_));
                let is_mixed = complex.mixed || mixed && !is_restriction(complex);
                mixed = is_mixed && !is_simple;
            }
            // The root `anyType` has no members of its own.
            TypeKind::Builtin(Builtin::AnyType) => {}
            TypeKind::Builtin(_) | TypeKind::Simple(_) => list.text(id, def),
        }
    }
    if mixed && options.record {
        list.losses.push(Loss::Mixed);
    } else if mixed {
        list.collect_mixed_content();
    }
    list.items
}

/// The members of one type, while they are collected.
pub(super) struct MemberList<'m, 'a> {
    pub(super) options: &'a Flatten<'m, 'a>,
    pub(super) groups: &'a mut Groups<'m>,
    pub(super) losses: &'a mut Vec<Loss>,
    /// The type whose own members are being added.
    pub(super) owner: TypeId,
    pub(super) items: Vec<Member<'m>>,
    /// The last member of each name.
    index: HashMap<(NodeKind, NsId, Cow<'m, str>), usize>,
}

impl<'m> MemberList<'m, '_> {
    /// Adds or replaces the members that one step of the derivation declares.
    fn derivation_step(&mut self, complex: &'m ComplexType) {
        let restriction = is_restriction(complex);
        match &complex.content {
            Content::Elements(particle) => {
                let own = self.content(particle);
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
        if complex.any_attribute.is_some() {
            self.any_attribute();
        }
    }

    /// Adds the text of simple content, or narrows its type.
    fn text(&mut self, id: TypeId, def: &'m TypeDef) {
        let target = Target::Type(id);
        match self.find(NodeKind::Text, NO_NS, "value") {
            Some(at) => self.items[at].target = target,
            None => self.push(Member {
                documentation: def.documentation.as_deref(),
                ..member("value", NO_NS, NodeKind::Text, target)
            }),
        }
    }

    fn attribute(&mut self, attribute: &'m AttributeUse) {
        if let Some(array) = &attribute.array_type {
            let one = array.dimensions.matches(['[', ',']).count() == 1;
            if one {
                self.array(array.item);
            } else {
                self.losses.push(Loss::Dimensions);
            }
            return;
        }
        let target = Target::Type(attribute.type_id);
        let member = Member {
            occurs: Occurs {
                optional: attribute.usage != Usage::Required,
                ..Occurs::default()
            },
            value_constraint: value_constraint(
                attribute.default.as_deref(),
                attribute.fixed.as_deref(),
            ),
            documentation: attribute.documentation.as_deref(),
            ..member(&attribute.name, attribute.ns, NodeKind::Attribute, target)
        };
        match self.find(NodeKind::Attribute, attribute.ns, &attribute.name) {
            // A prohibited attribute stays as an optional one, so that the fields still begin with
            // those of the base.
            Some(at) => self.items[at] = member,
            None if attribute.usage == Usage::Prohibited => {}
            None => self.push(member),
        }
    }

    fn any_attribute(&mut self) {
        if self.options.record {
            self.losses.push(Loss::AnyAttribute);
            return;
        }
        let node = NodeKind::AnyAttribute;
        if self.items.iter().all(|member| member.node != node) {
            self.push(Member {
                occurs: ANY_NUMBER,
                ..member("attributes", NO_NS, node, Target::AnyAttribute)
            });
        }
    }

    /// Adds the items of a SOAP-encoded array. Their element may have any name; `item` is usual.
    fn array(&mut self, item: TypeId) {
        let wildcard = self
            .items
            .iter()
            .position(|member| member.node == NodeKind::AnyElement);
        let member = Member {
            occurs: ITEMS,
            ..member("item", NO_NS, NodeKind::Element, Target::Type(item))
        };
        match wildcard {
            Some(at) => self.items[at] = member,
            None => self.push(member),
        }
    }

    fn extend(&mut self, own: Vec<Member<'m>>) {
        let start = self.items.len();
        for member in own {
            match self.find(member.node, member.ns, &member.name) {
                // The same element directly again means that it occurs more than once.
                Some(at)
                    if self.options.record
                        || (at >= start
                            && at + 1 == self.items.len()
                            && self.items[at].is_like(&member)) =>
                {
                    self.items[at].occurs.repeated = true;
                }
                Some(_) if member.node == NodeKind::AnyElement => self.push_wildcard(member),
                _ => self.push(member),
            }
        }
    }

    fn push_wildcard(&mut self, wildcard: Member<'m>) {
        let is_taken = |name: &str| self.find(NodeKind::AnyElement, NO_NS, name).is_some();
        let named = if is_taken(&wildcard.name) {
            another_wildcard(&self.items, wildcard, is_taken)
        } else {
            Some(wildcard)
        };
        if let Some(named) = named {
            self.push(named);
        }
    }

    /// Replaces members of the base by those of a restriction. Members that the restriction omits stay
    /// as optional ones.
    fn restrict(&mut self, own: Vec<Member<'m>>) {
        for item in &mut self.items {
            if matches!(item.node, NodeKind::Element | NodeKind::AnyElement) {
                item.occurs.optional = true;
            }
        }
        let mut wildcards = (0..self.items.len())
            .filter(|at| self.items[*at].node == NodeKind::AnyElement)
            .collect::<Vec<_>>()
            .into_iter();
        for member in own {
            if member.node == NodeKind::AnyElement {
                // The first wildcard restricts the first one of the base, and so on.
                match wildcards.next() {
                    Some(at) => self.items[at].occurs = member.occurs,
                    None => self.push_wildcard(member),
                }
                continue;
            }
            match self.find(member.node, member.ns, &member.name) {
                // The restricted group has fewer branches than that of the base.
                Some(at) if member.group().is_some() && self.items[at].group().is_some() => {}
                Some(at) => self.items[at] = member,
                None if self.is_in_group(&member) => {}
                None => self.push(member),
            }
        }
    }

    /// Whether a group of the base has this member, or all branches of it.
    fn is_in_group(&self, member: &Member<'_>) -> bool {
        if let Some(id) = member.group() {
            let group = self.groups.get(id);
            return group.kind.is_choice() && group.members.iter().all(|own| self.is_in_group(own));
        }
        let mut groups: Vec<GroupId> = self.items.iter().filter_map(Member::group).collect();
        while let Some(id) = groups.pop() {
            let members = &self.groups.get(id).members;
            if members.iter().any(|known| known.is_like(member)) {
                return true;
            }
            groups.extend(members.iter().filter_map(Member::group));
        }
        false
    }

    fn find(&self, node: NodeKind, ns: NsId, name: &str) -> Option<usize> {
        self.index.get(&(node, ns, Cow::Borrowed(name))).copied()
    }

    fn push(&mut self, member: Member<'m>) {
        // The members of a group were each tested.
        if member.group().is_none() && !self.is_wanted(&member) {
            return;
        }
        let key = (member.node, member.ns, member.name.clone());
        self.index.insert(key, self.items.len());
        self.items.push(member);
    }

    pub(super) fn is_wanted(&self, member: &Member<'_>) -> bool {
        (self.options.is_wanted)(self.owner, member)
    }

    /// The members that a particle declares.
    fn content(&mut self, particle: &'m Particle) -> Vec<Member<'m>> {
        let mut own = Vec::new();
        self.particle(particle, Occurs::default(), &mut own);
        own
    }
}

/// A second wildcard, named after the element before it. Directly after another wildcard it needs no
/// member of its own, because the first one keeps any number of elements in their order.
pub(super) fn another_wildcard<'m>(
    before: &[Member<'m>],
    wildcard: Member<'m>,
    is_taken: impl Fn(&str) -> bool,
) -> Option<Member<'m>> {
    let mut content = before.iter().rev();
    let last = content.find(|m| matches!(m.node, NodeKind::Element | NodeKind::AnyElement))?;
    if last.node == NodeKind::AnyElement {
        return None;
    }
    let mut name = format!("anyAfter{}", capitalised(&last.name));
    if is_taken(&name) {
        // The element occurs twice, each time followed by a wildcard.
        name.push_str(&before.len().to_string());
    }
    Some(Member {
        name: Cow::Owned(name),
        ..wildcard
    })
}

fn is_restriction(complex: &ComplexType) -> bool {
    let derivation = complex.derivation.as_ref();
    derivation.is_some_and(|d| d.method == DerivationMethod::Restriction)
}
