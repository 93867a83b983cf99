//! The members of a type, and the groups that some of them are.

use std::borrow::Cow;
use std::collections::HashMap;

use saponify_wsdl::model::{ElementId, NsId, TypeId};

/// The namespace of members whose names have none: text, wildcards and array items.
pub(crate) const NO_NS: NsId = NsId(u32::MAX);

/// An element, an attribute, a wildcard, text or a group in the content of a type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member<'m> {
    /// The name on the wire, or the name of a group.
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

/// What kind of node holds a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum NodeKind {
    Element,
    Attribute,
    /// The text of the element itself: simple content.
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

/// Something in the schema that the members of a record cannot express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Loss {
    /// The text between the elements of mixed content.
    Mixed,
    /// The attributes that `anyAttribute` allows.
    AnyAttribute,
    /// The rule that exactly one branch of a choice occurs.
    Choice,
    /// The dimensions of an array that has more than one.
    Dimensions,
    /// The order of the members of a repeated group.
    RepeatedGroup,
}

impl Member<'_> {
    /// Its type, if it is no wildcard or group.
    pub(crate) fn type_id(&self) -> Option<TypeId> {
        match self.target {
            Target::Type(id) => Some(id),
            _ => None,
        }
    }

    /// Its group, if it is a group.
    pub(crate) fn group(&self) -> Option<GroupId> {
        match self.target {
            Target::Group(id) => Some(id),
            _ => None,
        }
    }

    /// Whether two members are the same by kind, name and group.
    pub(crate) fn is_like(&self, other: &Member<'_>) -> bool {
        (self.node, self.ns, &self.name) == (other.node, other.ns, &other.name)
            && self.group() == other.group()
    }
}

/// Index of a [`Group`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GroupId(pub(crate) u32);

/// A part of the content of types that is not an element but contains elements.
#[derive(Debug)]
pub(crate) struct Group<'m> {
    pub(crate) kind: GroupKind,
    /// Its name, made of the names of its members: `cardOrIban`, `opensAndCloses`, `content`.
    pub(crate) name: String,
    pub(crate) members: Vec<Member<'m>>,
}

/// What a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GroupKind {
    /// One of its members. The type declares the choice.
    Choice(TypeId),
    /// All of its members, in order. The type declares the sequence.
    Sequence(TypeId),
    /// Mixed content of the type: text or one of the members, any number of times.
    Mixed(TypeId),
    /// The head of a substitution group, or an element that substitutes for it.
    Substitution(ElementId),
}

/// All groups, each of them once: the types that inherit a group share it.
#[derive(Debug, Default)]
pub(crate) struct Groups<'m> {
    pub(crate) list: Vec<Group<'m>>,
    /// By the type that declares the particle, and the particle's address.
    pub(super) particles: HashMap<(TypeId, usize), GroupId>,
    /// By the head of a substitution group.
    pub(super) heads: HashMap<ElementId, GroupId>,
}

impl<'m> Groups<'m> {
    pub(crate) fn get(&self, id: GroupId) -> &Group<'m> {
        &self.list[id.0 as usize]
    }

    pub(super) fn add(&mut self, group: Group<'m>) -> GroupId {
        let id = GroupId(self.list.len() as u32);
        self.list.push(group);
        id
    }
}

impl GroupKind {
    /// Whether only one member occurs at a time.
    pub(crate) fn is_choice(self) -> bool {
        !matches!(self, GroupKind::Sequence(_))
    }
}

/// Occurs any number of times, or not at all.
pub(super) const ANY_NUMBER: Occurs = Occurs {
    optional: true,
    nillable: false,
    repeated: true,
};

/// How items of an array occur: an item may be nil, and keeps its position.
pub(super) const ITEMS: Occurs = Occurs {
    nillable: true,
    ..ANY_NUMBER
};

/// A member that occurs exactly once.
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

/// A name with a capital as its first letter.
pub(super) fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
