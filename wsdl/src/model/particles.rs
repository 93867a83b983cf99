//! What complex types contain: particles, elements, attributes, wildcards.

use super::{ElementId, NsId, Position, QName, TypeId};

/// A particle: a term and how often it occurs. Groups are expanded where they are referred to.
#[derive(Clone, Debug, PartialEq)]
pub struct Particle {
    /// `minOccurs`; 1 if absent.
    pub min_occurs: u64,
    /// `maxOccurs`; 1 if absent, `None` for `unbounded`.
    pub max_occurs: Option<u64>,
    /// What occurs.
    pub term: Term,
    /// Where it is.
    pub position: Position,
}

/// What a particle may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// An element declared here.
    Element(Box<LocalElement>),
    /// A reference to a global element.
    Ref(ElementId),
    /// All in this order.
    Sequence(Vec<Particle>),
    /// One of these.
    Choice(Vec<Particle>),
    /// All, in any order.
    All(Vec<Particle>),
    /// `xsd:any`.
    Any(Wildcard),
}

/// A local element declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalElement {
    /// Its local name.
    pub name: String,
    /// Its namespace on the wire, `form` and `elementFormDefault` taken into account.
    pub ns: NsId,
    /// Its type.
    pub type_id: TypeId,
    /// `nillable="true"`.
    pub nillable: bool,
    /// `default`.
    pub default: Option<String>,
    /// `fixed`.
    pub fixed: Option<String>,
    /// Annotation, as plain text.
    pub documentation: Option<String>,
}

/// A global element declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct ElementDecl {
    /// Its name.
    pub name: QName,
    /// Its type.
    pub type_id: TypeId,
    /// `nillable="true"`.
    pub nillable: bool,
    /// `abstract="true"`.
    pub is_abstract: bool,
    /// `substitutionGroup`: the head that this element may stand for.
    pub substitution_group: Option<ElementId>,
    /// `default`.
    pub default: Option<String>,
    /// `fixed`.
    pub fixed: Option<String>,
    /// Annotation, as plain text.
    pub documentation: Option<String>,
    /// Where it is.
    pub position: Position,
}

/// An attribute of a complex type.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeUse {
    /// Its local name.
    pub name: String,
    /// Its namespace on the wire; the empty URI unless qualified.
    pub ns: NsId,
    /// Its type, always simple.
    pub type_id: TypeId,
    /// `use`.
    pub usage: Usage,
    /// `default`.
    pub default: Option<String>,
    /// `fixed`.
    pub fixed: Option<String>,
    /// `wsdl:arrayType` as written with its name resolved, for SOAP-encoded arrays.
    pub array_type: Option<ArrayType>,
    /// Annotation, as plain text.
    pub documentation: Option<String>,
    /// Where it is.
    pub position: Position,
}

/// `use` of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// May be absent.
    Optional,
    /// Must be there.
    Required,
    /// Must not be there (a restriction removes it).
    Prohibited,
}

/// `wsdl:arrayType="tns:Item[]"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayType {
    /// Type of the items.
    pub item: TypeId,
    /// The dimensions as written, such as `[]` or `[,]`.
    pub dimensions: String,
}

/// `xsd:any` or `xsd:anyAttribute`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcard {
    /// Which namespaces it accepts.
    pub namespaces: WildcardNamespaces,
    /// `processContents`.
    pub process_contents: ProcessContents,
}

/// The `namespace` constraint of a wildcard (XSD 1.0 part 1, section 3.10.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WildcardNamespaces {
    /// `##any`.
    Any,
    /// `##other`: any but this one.
    Other(NsId),
    /// A list, `##targetNamespace` and `##local` replaced.
    List(Vec<NsId>),
}

/// `processContents`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessContents {
    /// Must be valid.
    Strict,
    /// Validated where a declaration is known.
    Lax,
    /// Not validated.
    Skip,
}
