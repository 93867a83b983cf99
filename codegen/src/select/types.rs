//! The result of stage "select": the selection.

use std::borrow::Cow;

use saponify_wsdl::model::{Builtin, ElementId, Enumeration, Model, NsId, QName, TypeId, TypeKind};

use crate::content::{Group, GroupId, Groups};
use crate::content::{Member, NO_NS, Target};
use crate::salesforce::{self, operations::BulkKind};

/// Index of a [`Shape`] in [`Selection::shapes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ShapeId(pub(crate) u32);

/// The parts of the model that are generated, and what each of them is.
#[derive(Debug)]
pub(crate) struct Selection<'m> {
    pub(crate) model: &'m Model,
    /// Everything that gets a table, sorted by name, then namespace.
    pub(crate) shapes: Vec<Shape<'m>>,
    /// The enumerations that are kept, sorted like shapes.
    pub(crate) enums: Vec<TypeId>,
    /// What the value of a field of each type is, by type.
    pub(super) value_types: Vec<ValueType>,
    /// The item types of the types that are lists, by type.
    pub(super) lists: Vec<Option<TypeId>>,
    /// The shapes of groups, by group.
    pub(super) group_shapes: Vec<Option<ShapeId>>,
    pub(super) groups: Groups<'m>,
    pub(crate) services: Vec<Service<'m>>,
    pub(crate) operations: Vec<Operation<'m>>,
    pub(crate) special: SpecialOperations,
    pub(crate) notes: Vec<String>,
}

/// Operations for which the runtime has methods of its own, by number.
#[derive(Debug, Default)]
pub(crate) struct SpecialOperations {
    pub(crate) login: Option<usize>,
    pub(crate) query: Option<QueryOperations>,
    /// Operations that take many rows.
    pub(crate) bulk: Vec<(usize, BulkKind)>,
}

/// The operations behind the stream of rows, by number.
#[derive(Debug)]
pub(crate) struct QueryOperations {
    pub(crate) query: usize,
    pub(crate) query_all: Option<usize>,
    pub(crate) query_more: usize,
    /// The header that proposes the number of rows in a batch.
    pub(crate) options: Option<ShapeId>,
}

/// Something that gets a table: a complex type, an element, a group or a message body.
#[derive(Debug)]
pub(crate) struct Shape<'m> {
    pub(crate) name: Cow<'m, str>,
    pub(crate) ns: NsId,
    /// The names that make up the Rust name: one, or the path to an anonymous type.
    pub(crate) path: Vec<Cow<'m, str>>,
    pub(crate) origin: Origin,
    pub(crate) kind: ShapeKind,
    pub(crate) members: Vec<Member<'m>>,
    pub(crate) base: Option<ShapeId>,
    /// Whether plain structs derive from this one.
    pub(crate) is_base: bool,
    /// The types, derived directly or not, whose values may be given where this one is declared.
    /// Sorted.
    pub(crate) derived: Vec<ShapeId>,
    pub(crate) documentation: Option<&'m str>,
}

/// What a shape was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Origin {
    Type(TypeId),
    /// A global element whose type has another name or is simple.
    Element(ElementId),
    /// A part of the content of types.
    Group(GroupId),
    /// A message body that no element declares, as in the rpc style: the operation's number, and
    /// whether it is the response.
    Message(u32, bool),
}

/// What a shape becomes in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShapeKind {
    /// A typed view over a record.
    View,
    /// The type from which all views derive. Fields of this type are untyped records.
    OpenBase,
    /// A plain struct.
    Struct,
    /// An enum with a variant for each member.
    Choice,
    /// An enum with a variant for each derived type.
    Abstract,
    /// Nothing but its table, which operations read and write.
    TableOnly,
}

/// What the value of a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueType {
    /// A value of a built-in simple type.
    Simple(Builtin),
    /// A Salesforce record id.
    RecordId,
    /// An enumeration.
    Enum(TypeId),
    /// A value with a table.
    Shape(ShapeId),
    /// A value of any type, which `xsi:type` names.
    Any,
}

/// A service, and the one of its ports that is used.
#[derive(Debug)]
pub(crate) struct Service<'m> {
    pub(crate) name: &'m str,
    pub(crate) port: &'m str,
    pub(crate) port_type: &'m str,
    pub(crate) endpoint: &'m str,
    pub(crate) documentation: Option<&'m str>,
    /// Whether the port speaks SOAP 1.2, not 1.1.
    pub(crate) soap12: bool,
    /// The services and names of other ports with the same port type and version of SOAP.
    pub(crate) others: Vec<(&'m str, &'m str)>,
    /// Range in [`Selection::operations`]. The ports of both SOAP versions have the same.
    pub(crate) operations: std::ops::Range<usize>,
    /// The header that carries the session.
    pub(crate) session_header: Option<ShapeId>,
    /// The header of responses that reports API usage.
    pub(crate) limit_header: Option<ShapeId>,
}

/// An operation that the runtime can call.
#[derive(Debug)]
pub(crate) struct Operation<'m> {
    pub(crate) name: &'m str,
    /// The name of the input, which distinguishes overloads.
    pub(crate) input: &'m str,
    pub(crate) action: &'m str,
    pub(crate) style: Style,
    /// The names of the arguments' types, if the request is encoded.
    pub(crate) types: Vec<Option<&'m QName>>,
    pub(crate) documentation: Option<&'m str>,
    pub(crate) request: ShapeId,
    pub(crate) response: ShapeId,
    /// The struct of the results, if there are several.
    pub(crate) result_struct: Option<ShapeId>,
    pub(crate) headers: Vec<ShapeId>,
    pub(crate) output_headers: Vec<ShapeId>,
    pub(crate) faults: Vec<ShapeId>,
}

impl<'m> Selection<'m> {
    /// The shape with an id.
    pub(crate) fn shape(&self, id: ShapeId) -> &Shape<'m> {
        &self.shapes[id.0 as usize]
    }

    /// Whether the service is Salesforce.
    pub(crate) fn is_of_salesforce(&self) -> bool {
        let mut namespaces = self.model.namespaces.iter();
        namespaces.any(|namespace| salesforce::is_salesforce(&namespace.uri))
    }

    /// All shapes with their ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (ShapeId, &Shape<'m>)> {
        self.shapes
            .iter()
            .enumerate()
            .map(|(index, shape)| (ShapeId(index as u32), shape))
    }

    /// What the value of a member is; `None` for wildcards.
    pub(crate) fn value_type(&self, member: &Member<'_>) -> Option<ValueType> {
        match member.target {
            Target::Type(id) => Some(self.value_types[id.0 as usize]),
            Target::Group(id) => self.group_shapes[id.0 as usize].map(ValueType::Shape),
            Target::MixedText => Some(ValueType::Simple(Builtin::String)),
            Target::AnyElement | Target::AnyAttribute => None,
        }
    }

    /// The type of the items, if the member is an `xsd:list`: several values in one text.
    pub(crate) fn list_of(&self, member: &Member<'_>) -> Option<TypeId> {
        let items = self.lists[member.type_id()?.0 as usize];
        items.filter(|_| !member.occurs.repeated)
    }

    /// What each item of a list in one text is.
    pub(crate) fn item_type(&self, member: &Member<'_>) -> Option<ValueType> {
        self.list_of(member)
            .map(|item| self.value_types[item.0 as usize])
    }

    /// The group with an id.
    pub(crate) fn group(&self, id: GroupId) -> &Group<'m> {
        self.groups.get(id)
    }

    /// The URI of a namespace; empty for [`NO_NS`].
    pub(crate) fn uri(&self, ns: NsId) -> &'m str {
        namespace_uri(self.model, ns)
    }

    /// The values of an enumeration.
    pub(crate) fn values(&self, id: TypeId) -> &'m [Enumeration] {
        match &self.model.type_def(id).kind {
            TypeKind::Simple(simple) => &simple.facets.enumerations,
            _ => &[],
        }
    }
}

/// The style of an operation's messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Style {
    /// The fields of the request are children of the SOAP body itself.
    pub(crate) bare_request: bool,
    /// The fields of the response are children of the SOAP body itself.
    pub(crate) bare_response: bool,
    /// The response element may have any name.
    pub(crate) rpc: bool,
    /// Values are encoded by the rules of SOAP (SOAP 1.1 section 5, SOAP 1.2 part 2).
    pub(crate) encoded: bool,
    /// The service sends no response.
    pub(crate) one_way: bool,
}

impl Shape<'_> {
    /// The names that make up the Rust name.
    pub(crate) fn name_path(&self) -> Vec<&str> {
        match self.path.as_slice() {
            [] => vec![&self.name],
            path => path.iter().map(|name| &**name).collect(),
        }
    }

    /// The member that lists the fields that are null, as Salesforce's records have it: the first one
    /// that is repeated.
    pub(crate) fn names_of_nulls(&self) -> Option<usize> {
        let first = self
            .members
            .iter()
            .position(|member| member.occurs.repeated)?;
        salesforce::lists_null_fields(&self.members[first].name).then_some(first)
    }
}

impl ShapeKind {
    /// Whether the shape is a type of the output.
    pub(crate) fn has_type(self) -> bool {
        match self {
            ShapeKind::View | ShapeKind::Struct | ShapeKind::Choice | ShapeKind::Abstract => true,
            ShapeKind::OpenBase | ShapeKind::TableOnly => false,
        }
    }

    /// Whether values are records.
    pub(crate) fn is_record(self) -> bool {
        matches!(self, ShapeKind::View | ShapeKind::OpenBase)
    }
}

/// The URI of a namespace; empty for [`NO_NS`].
pub(super) fn namespace_uri(model: &Model, ns: NsId) -> &str {
    if ns == NO_NS { "" } else { model.namespace(ns) }
}
