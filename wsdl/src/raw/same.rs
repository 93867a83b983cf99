//! Compares definitions in different documents.
//!
//! Positions, documentation and prefixes are ignored. The surrounding schemas are taken into account: the
//! default of `form`, and the namespace of names in a chameleon include.

use super::{
    Attribute, AttributeGroup, AttributeItem, Attributes, Binding, BindingFault, BindingMessage,
    BindingOperation, ComplexType, Content, Element, Enumeration, Facets, Group, Header, Item,
    Message, Operation, OperationMessage, Part, Particle, Port, PortType, Schema, Service,
    SimpleType, Str, Term, Type, Unsupported, Variety, Wildcard, WildcardItem,
};
use crate::model::{DerivationMethod, ProcessContents, Protocol, Style, Usage, Use, WhiteSpace};
use crate::names::Ns;
use crate::xml::Name;

/// The schemas that contain the two definitions.
#[derive(Clone, Copy)]
pub(crate) struct Around<'s, 'a>(pub(crate) &'s Schema<'a>, pub(crate) &'s Schema<'a>);

/// A definition that can be compared with another of its kind.
pub(crate) trait Same {
    /// Whether both have the same meaning. Constructs of WSDL have no surrounding schemas.
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool;
}

macro_rules! same_if_equal {
    ($($kind:ty),* $(,)?) => {$(
        impl Same for $kind {
            fn same(&self, other: &Self, _: Option<Around<'_, '_>>) -> bool {
                self == other
            }
        }
    )*};
}

same_if_equal!(
    bool,
    u64,
    Str<'_>,
    Ns,
    Usage,
    Use,
    Style,
    Protocol,
    WhiteSpace,
    ProcessContents,
    DerivationMethod,
    WildcardItem,
);

macro_rules! same_fields {
    ($($kind:ident { $($field:ident),* $(,)? })*) => {$(
        impl Same for $kind<'_> {
            fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
                $(self.$field.same(&other.$field, around))&&*
            }
        }
    )*};
}

same_fields! {
    Message { name, parts }
    Part { name, element, type_name }
    PortType { name, operations }
    Operation { name, input, output, output_first, faults, parameter_order }
    OperationMessage { name, message }
    Binding { name, port_type, protocol, transport, style, operations, unsupported }
    Unsupported { operation }
    BindingOperation { name, soap_action, style, input, output, faults }
    BindingMessage { name, body_use, body_parts, body_namespace, headers, multipart }
    BindingFault { name, fault_use }
    Header { message, part, header_use, faults }
    Service { name, ports }
    Port { name, binding, address }
    Group { name, particle }
    AttributeGroup { name, attributes }
    Attributes { items, any }
    SimpleType { name, variety }
    Facets {
        enumerations, patterns, length, min_length, max_length, min_inclusive, max_inclusive,
        min_exclusive, max_exclusive, total_digits, fraction_digits, white_space,
    }
    Enumeration { value, name }
    ComplexType { name, is_abstract, mixed, derivation, content, attributes }
    Particle { min_occurs, max_occurs, term }
}

impl Same for Wildcard {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        self.namespaces.same(&other.namespaces, around)
            && self.process_contents == other.process_contents
    }
}

impl Same for Name<'_> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        let (one, two) = match around {
            Some(Around(one, two)) => (effective(self, one), effective(other, two)),
            None => (self.ns, other.ns),
        };
        one == two && self.local() == other.local()
    }
}

/// The namespace of a name in a schema. In a chameleon include, it may be that of the including schema.
fn effective(name: &Name<'_>, schema: &Schema<'_>) -> Option<Ns> {
    match name.ns {
        Some(Ns::NONE) if schema.chameleon => Some(schema.target),
        ns => ns,
    }
}

impl Same for Element<'_> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        let default = |schema: &Schema<'_>| schema.element_qualified;
        same_form(self.qualified, other.qualified, around, default)
            && self.same_but_form(other, around)
    }
}

impl Element<'_> {
    /// Compares all but `form`, because global elements and references to them are always qualified.
    fn same_but_form(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        self.name.same(&other.name, around)
            && self.reference.same(&other.reference, around)
            && self.type_name.same(&other.type_name, around)
            && self.anonymous.same(&other.anonymous, around)
            && self.substitution.same(&other.substitution, around)
            && self.nillable == other.nillable
            && self.is_abstract == other.is_abstract
            && self.default.same(&other.default, around)
            && self.fixed.same(&other.fixed, around)
    }
}

impl Same for Attribute<'_> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        let default = |schema: &Schema<'_>| schema.attribute_qualified;
        same_form(self.qualified, other.qualified, around, default)
            && self.same_but_form(other, around)
    }
}

impl Attribute<'_> {
    fn same_but_form(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        self.name.same(&other.name, around)
            && self.reference.same(&other.reference, around)
            && self.type_name.same(&other.type_name, around)
            && self.anonymous.same(&other.anonymous, around)
            && self.usage == other.usage
            && self.default.same(&other.default, around)
            && self.fixed.same(&other.fixed, around)
            && self.array_type.same(&other.array_type, around)
    }
}

/// Whether two `form`s have the same effect. An absent `form` has the default of its schema.
fn same_form(
    one: Option<bool>,
    two: Option<bool>,
    around: Option<Around<'_, '_>>,
    default: fn(&Schema<'_>) -> bool,
) -> bool {
    match around {
        Some(Around(first, second)) => {
            one.unwrap_or(default(first)) == two.unwrap_or(default(second))
        }
        None => one == two,
    }
}

impl Same for Item<'_> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        match (self, other) {
            (Item::Element(one), Item::Element(two)) => one.same_but_form(two, around),
            (Item::Attribute(one), Item::Attribute(two)) => one.same_but_form(two, around),
            (Item::Type(one), Item::Type(two)) => one.same(two, around),
            (Item::Group(one), Item::Group(two)) => one.same(two, around),
            (Item::AttributeGroup(one), Item::AttributeGroup(two)) => one.same(two, around),
            _ => false,
        }
    }
}

impl Same for Type<'_> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        match (self, other) {
            (Type::Simple(one), Type::Simple(two)) => one.same(two, around),
            (Type::Complex(one), Type::Complex(two)) => one.same(two, around),
            _ => false,
        }
    }
}

impl Same for AttributeItem<'_> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        match (self, other) {
            (AttributeItem::Attribute(one), AttributeItem::Attribute(two)) => {
                match one.reference.is_some() {
                    true => one.same_but_form(two, around),
                    false => one.same(two, around),
                }
            }
            (AttributeItem::Group(one, _), AttributeItem::Group(two, _)) => one.same(two, around),
            _ => false,
        }
    }
}

impl Same for Variety<'_> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        match (self, other) {
            (Variety::Restriction(a, b, c), Variety::Restriction(x, y, z)) => {
                a.same(x, around) && b.same(y, around) && c.same(z, around)
            }
            (Variety::List(a, b), Variety::List(x, y)) => a.same(x, around) && b.same(y, around),
            (Variety::Union(a, b), Variety::Union(x, y)) => a.same(x, around) && b.same(y, around),
            _ => false,
        }
    }
}

impl Same for Content<'_> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        match (self, other) {
            (Content::Elements(one), Content::Elements(two)) => one.same(two, around),
            (Content::Simple(a, b), Content::Simple(x, y)) => {
                a.same(x, around) && b.same(y, around)
            }
            _ => false,
        }
    }
}

impl Same for Term<'_> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        match (self, other) {
            (Term::Element(one), Term::Element(two)) if one.reference.is_some() => {
                one.same_but_form(two, around)
            }
            (Term::Element(one), Term::Element(two)) => one.same(two, around),
            (Term::Group(one), Term::Group(two)) => one.same(two, around),
            (Term::Any(one), Term::Any(two)) => one.same(two, around),
            (Term::Sequence(one), Term::Sequence(two))
            | (Term::Choice(one), Term::Choice(two))
            | (Term::All(one), Term::All(two)) => one.same(two, around),
            _ => false,
        }
    }
}

impl<T: Same> Same for Option<T> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        match (self, other) {
            (Some(one), Some(two)) => one.same(two, around),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<T: Same> Same for Vec<T> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        let mut pairs = self.iter().zip(other);
        self.len() == other.len() && pairs.all(|(one, two)| one.same(two, around))
    }
}

impl<T: Same> Same for Box<T> {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        (**self).same(other, around)
    }
}

impl<T: Same, U: Same> Same for (T, U) {
    fn same(&self, other: &Self, around: Option<Around<'_, '_>>) -> bool {
        self.0.same(&other.0, around) && self.1.same(&other.1, around)
    }
}
