//! The members of a complex type in one list: those of the base first, groups that occur once
//! opened, attributes and text beside elements.
//!
//! Occurrence is combined on the way down: a member of an optional sequence is optional. A choice,
//! a sequence that repeats as a whole, what may stand for the head of a substitution group and
//! mixed content are [groups]: one member each, with members of its own.

mod arrays;
pub(crate) mod groups;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saponify_wsdl::model::{
    AttributeUse, ComplexType, Content, DerivationMethod, ElementId, Model, NsId, Particle,
    TypeDef, TypeId, TypeKind, Usage,
};

use arrays::ITEMS;
pub(crate) use arrays::{is_array, keep_items};
use groups::{GroupId, Groups};

/// The namespace of members that have none of their own: text, wildcards, array items.
pub(crate) const NO_NS: NsId = NsId(u32::MAX);

/// One member of a flattened type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member<'m> {
    /// On the wire, or what a group is called.
    pub(crate) name: Cow<'m, str>,
    pub(crate) ns: NsId,
    pub(crate) node: NodeKind,
    pub(crate) target: Target,
    pub(crate) occurs: Occurs,
    pub(crate) value_constraint: Option<ValueConstraint<'m>>,
    pub(crate) documentation: Option<&'m str>,
}

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Target {
    Type(TypeId),
    Group(GroupId),
    /// Text between elements.
    MixedText,
    /// `xsd:any`.
    AnyElement,
    /// `xsd:anyAttribute`.
    AnyAttribute,
}

/// The `default` or `fixed` value of a member (XML Schema part 1, "value constraint").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValueConstraint<'m> {
    pub(crate) text: &'m str,
    /// Whether no other value is valid.
    pub(crate) fixed: bool,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum NodeKind {
    Element,
    Attribute,
    /// Text of the element itself (simple content).
    Text,
    /// `xsd:any`.
    AnyElement,
    /// `xsd:anyAttribute`.
    AnyAttribute,
}

/// How often a member occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Occurs {
    pub(crate) optional: bool,
    pub(crate) nillable: bool,
    pub(crate) repeated: bool,
}

/// What the members of a record cannot express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Loss {
    /// Text between the elements of mixed content.
    Mixed,
    /// Attributes of `anyAttribute`.
    AnyAttribute,
    /// That exactly one member of a choice is there.
    Choice,
    /// That the items of an array are numbered in more than one way.
    Dimensions,
    /// The order in which members of a repeated group alternate.
    RepeatedGroup,
}

impl Member<'_> {
    /// Its type, if it has one of its own.
    pub(crate) fn type_id(&self) -> Option<TypeId> {
        match self.target {
            Target::Type(id) => Some(id),
            _ => None,
        }
    }

    /// Its group, if it is one.
    pub(crate) fn group(&self) -> Option<GroupId> {
        match self.target {
            Target::Group(id) => Some(id),
            _ => None,
        }
    }

    /// Whether two members are the same one, told apart by name.
    pub(crate) fn is_like(&self, other: &Member<'_>) -> bool {
        (self.node, self.ns, &self.name) == (other.node, other.ns, &other.name)
            && self.group() == other.group()
    }
}

/// Finds who may stand for whom: elements by the head that they name.
pub(crate) type Substitutes = HashMap<ElementId, Vec<ElementId>>;

/// Elements by the head that they name themselves.
pub(crate) fn substitutes(model: &Model) -> Substitutes {
    let mut map = Substitutes::new();
    for (index, element) in model.elements.iter().enumerate() {
        if let Some(head) = element.substitution_group {
            map.entry(head).or_default().push(ElementId(index as u32));
        }
    }
    map
}

/// All that may stand for a head, also through others, in document order.
pub(crate) fn substitutes_of(map: &Substitutes, head: ElementId) -> Vec<ElementId> {
    let mut found = Vec::new();
    let mut heads = vec![head];
    // The reader refuses circles, so this ends.
    while let Some(head) = heads.pop() {
        let direct = map.get(&head).map_or(&[][..], Vec::as_slice);
        found.extend_from_slice(direct);
        heads.extend_from_slice(direct);
    }
    found.sort_unstable();
    found
}

/// Finds the types from which others derive that have mixed content with elements.
pub(crate) fn mixed_bases(model: &Model) -> HashSet<TypeId> {
    let mut found = HashSet::new();
    for (index, def) in model.types.iter().enumerate() {
        let is_mixed = matches!(
            &def.kind,
            TypeKind::Complex(complex) if matches!(complex.content, Content::Elements(_)) && complex.mixed
        );
        if is_mixed {
            // What is above a base that is known is known, too.
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

/// How to flatten.
pub(crate) struct Flatten<'m, 'a> {
    pub(crate) model: &'m Model,
    pub(crate) substitutes: &'a Substitutes,
    /// Types from which others derive that have mixed content with elements.
    pub(crate) mixed_bases: &'a HashSet<TypeId>,
    /// Says of each member, with the type that declares it, whether to keep it.
    pub(crate) is_wanted: &'a dyn Fn(TypeId, &Member<'_>) -> bool,
    /// Into a record, which has no groups: what they say is lost.
    pub(crate) record: bool,
}

/// Flattens a complex type. Simple and built-in types give one text member.
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
                // An extension is as mixed as its base (XML Schema part 1, section 3.4.6).
                mixed = complex.mixed || mixed && !is_restriction(complex);
            }
            // The root `anyType` has no members of its own.
            TypeKind::Builtin(saponify_wsdl::model::Builtin::AnyType) => {}
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

/// The members of one type while they are gathered.
pub(super) struct MemberList<'m, 'a> {
    options: &'a Flatten<'m, 'a>,
    groups: &'a mut Groups<'m>,
    losses: &'a mut Vec<Loss>,
    /// The type whose step this is.
    owner: TypeId,
    items: Vec<Member<'m>>,
    /// The last member of each name.
    index: HashMap<(NodeKind, NsId, Cow<'m, str>), usize>,
}

impl<'m> MemberList<'m, '_> {
    /// Adds or replaces what one derivation step declares.
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

    /// The text of simple content. A narrower step replaces the type of a wider one.
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
            // A prohibited one stays, optional, so that base fields remain a prefix.
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

    /// The items of a SOAP-encoded array; their element name is free, `item` is the custom.
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
                // The same element again, next to itself: it occurs more than once.
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

    /// Restricted content replaces that of the base in place; what it leaves out stays optional.
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
                // The first is that of the base, and so on.
                match wildcards.next() {
                    Some(at) => self.items[at].occurs = member.occurs,
                    None => self.push_wildcard(member),
                }
                continue;
            }
            match self.find(member.node, member.ns, &member.name) {
                // A group of fewer branches: the base's has them all.
                Some(at) if member.group().is_some() && self.items[at].group().is_some() => {}
                Some(at) => self.items[at] = member,
                None if self.is_in_group(&member) => {}
                None => self.push(member),
            }
        }
    }

    /// Whether a group that is already there has this member, or all branches of it.
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
        // Of a group, each member was asked for.
        if member.group().is_none() && !self.is_wanted(&member) {
            return;
        }
        let key = (member.node, member.ns, member.name.clone());
        self.index.insert(key, self.items.len());
        self.items.push(member);
    }

    fn is_wanted(&self, member: &Member<'_>) -> bool {
        (self.options.is_wanted)(self.owner, member)
    }

    /// What a particle declares, groups and all.
    fn content(&mut self, particle: &'m Particle) -> Vec<Member<'m>> {
        let mut own = Vec::new();
        self.particle(particle, Occurs::default(), &mut own);
        own
    }
}

/// A wildcard behind another one, called after the element before it. Right behind another one it
/// needs no place of its own, since that one's keeps any number of elements in their order.
fn another_wildcard<'m>(
    before: &[Member<'m>],
    wildcard: Member<'m>,
    is_taken: impl Fn(&str) -> bool,
) -> Option<Member<'m>> {
    let mut content = before.iter().rev();
    let last = content.find(|m| matches!(m.node, NodeKind::Element | NodeKind::AnyElement))?;
    if last.node == NodeKind::AnyElement {
        return None;
    }
    let mut name = format!("anyAfter{}", groups::capitalised(&last.name));
    if is_taken(&name) {
        // After the second element of one name.
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

/// Any number of times.
const ANY_NUMBER: Occurs = Occurs {
    optional: true,
    nillable: false,
    repeated: true,
};

/// A member that occurs once.
pub(crate) fn member<'m>(name: &'m str, ns: NsId, node: NodeKind, target: Target) -> Member<'m> {
    Member {
        name: Cow::Borrowed(name),
        ns,
        node,
        target,
        occurs: Occurs::default(),
        value_constraint: None,
        documentation: None,
    }
}

pub(super) fn value_constraint<'m>(
    default: Option<&'m str>,
    fixed: Option<&'m str>,
) -> Option<ValueConstraint<'m>> {
    let text = fixed.or(default)?;
    let fixed = fixed.is_some();
    Some(ValueConstraint { text, fixed })
}
