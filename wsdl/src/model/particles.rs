//! The content of complex types: particles, elements, attributes and wildcards.

use super::{ElementId, NsId, Position, QName, TypeId};

/// A particle: a term and its number of occurrences. Groups are expanded where they are referred to.
#[derive(Clone, Debug, PartialEq)]
pub struct Particle {
    /// `minOccurs`, which is 1 by default.
    pub min_occurs: u64,
    /// `maxOccurs`, which is 1 by default. `None` is `unbounded`.
    pub max_occurs: Option<u64>,
    /// The term.
    pub term: Term,
    /// The position of the particle.
    pub position: Position,
}

/// The term of a particle.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// An element declared here.
    Element(Box<LocalElement>),
    /// A reference to a global element.
    Ref(ElementId),
    /// All of these particles, in this order.
    Sequence(Vec<Particle>),
    /// One of these particles.
    Choice(Vec<Particle>),
    /// All of these particles, in any order.
    All(Vec<Particle>),
    /// `xsd:any`.
    Any(Wildcard),
}

/// A local element declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalElement {
    /// The local name.
    pub name: String,
    /// The namespace on the wire, which `form` and `elementFormDefault` determine.
    pub ns: NsId,
    /// The type.
    pub type_id: TypeId,
    /// `nillable="true"`.
    pub nillable: bool,
    /// `default`.
    pub default: Option<String>,
    /// `fixed`.
    pub fixed: Option<String>,
    /// The annotation, as plain text.
    pub documentation: Option<String>,
}

/// A global element declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct ElementDecl {
    /// The name.
    pub name: QName,
    /// The type.
    pub type_id: TypeId,
    /// `nillable="true"`.
    pub nillable: bool,
    /// `abstract="true"`.
    pub is_abstract: bool,
    /// `substitutionGroup`: the head element that this element can replace.
    pub substitution_group: Option<ElementId>,
    /// `default`.
    pub default: Option<String>,
    /// `fixed`.
    pub fixed: Option<String>,
    /// The annotation, as plain text.
    pub documentation: Option<String>,
    /// The position of the declaration.
    pub position: Position,
}

/// An attribute of a complex type.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeUse {
    /// The local name.
    pub name: String,
    /// The namespace on the wire, whose URI is empty unless the attribute is qualified.
    pub ns: NsId,
    /// The type, which is always simple.
    pub type_id: TypeId,
    /// `use`.
    pub usage: Usage,
    /// `default`.
    pub default: Option<String>,
    /// `fixed`.
    pub fixed: Option<String>,
    /// `wsdl:arrayType` with its name resolved, for SOAP-encoded arrays.
    pub array_type: Option<ArrayType>,
    /// The annotation, as plain text.
    pub documentation: Option<String>,
    /// The position of the attribute.
    pub position: Position,
}

/// `use` of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// The attribute may be absent.
    Optional,
    /// The attribute must be present.
    Required,
    /// The attribute must be absent, because a restriction removes it.
    Prohibited,
}

/// `wsdl:arrayType="tns:Item[]"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayType {
    /// The type of the items.
    pub item: TypeId,
    /// The dimensions as written, such as `[]` or `[,]`.
    pub dimensions: String,
}

/// `xsd:any` or `xsd:anyAttribute`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcard {
    /// The accepted namespaces.
    pub namespaces: WildcardNamespaces,
    /// `processContents`.
    pub process_contents: ProcessContents,
}

/// The `namespace` constraint of a wildcard (XSD 1.0 part 1, section 3.10.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WildcardNamespaces {
    /// `##any`.
    Any,
    /// `##other`: any namespace but this one.
    Other(NsId),
    /// A list, in which `##targetNamespace` and `##local` are replaced.
    List(Vec<NsId>),
}

/// `processContents`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessContents {
    /// The content must be valid.
    Strict,
    /// The content is validated if a declaration is known.
    Lax,
    /// The content is not validated.
    Skip,
}
