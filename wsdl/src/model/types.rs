//! Types of XML Schema.

use super::{AttributeUse, Builtin, NsId, Particle, Position, QName, TypeId, Wildcard};

/// A type definition, simple or complex.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeDef {
    /// Name and origin.
    pub name: TypeName,
    /// Annotation, as plain text.
    pub documentation: Option<String>,
    /// Where it starts.
    pub position: Position,
    /// What it is.
    pub kind: TypeKind,
}

/// How a type is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeName {
    /// A global type of a schema, or a built-in one (namespace of XML Schema).
    Global(QName),
    /// An anonymous type: the path of names that leads to it, outermost first.
    ///
    /// The path starts at a global element or type: `["query"]` is the type written inside the
    /// global element `query`, `["Invoice", "line"]` the one inside the element `line` of the
    /// type `Invoice`. `owner` says which of the two kinds the first name is. Types without a name
    /// around them are called after what they are to the type that holds them: `item` of a list,
    /// `member` of a union, `base` of a restriction.
    Anonymous {
        /// Namespace of the schema that holds it.
        ns: NsId,
        /// Whether the first name is an element or a type.
        owner: Owner,
        /// The names.
        path: Vec<String>,
    },
}

/// What the first name of an anonymous type's path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A global element.
    Element,
    /// A global type.
    Type,
    /// A global attribute, group or attribute group.
    Other,
}

/// The two sorts of type.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// One of XML Schema's own types.
    Builtin(Builtin),
    /// A simple type.
    Simple(SimpleType),
    /// A complex type.
    Complex(ComplexType),
}

/// A simple type: a restriction, a list or a union.
#[derive(Clone, Debug, PartialEq)]
pub struct SimpleType {
    /// How it is made.
    pub variety: Variety,
    /// Facets of this step only; those of the base are the base's.
    pub facets: Facets,
}

/// The three ways to derive a simple type (XSD 1.0 part 2, section 2.5.1).
#[derive(Clone, Debug, PartialEq)]
pub enum Variety {
    /// Restriction of another simple type.
    Restriction(TypeId),
    /// Whitespace-separated list of another simple type.
    List(TypeId),
    /// Any one of several simple types.
    Union(Vec<TypeId>),
}

/// Constraining facets (XSD 1.0 part 2, section 4.3), lexical forms as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facets {
    /// `enumeration`, in order.
    pub enumerations: Vec<Enumeration>,
    /// `pattern`s of this step: alternatives. Never compiled by this crate.
    pub patterns: Vec<String>,
    /// `length`.
    pub length: Option<u64>,
    /// `minLength`.
    pub min_length: Option<u64>,
    /// `maxLength`.
    pub max_length: Option<u64>,
    /// `minInclusive`.
    pub min_inclusive: Option<String>,
    /// `maxInclusive`.
    pub max_inclusive: Option<String>,
    /// `minExclusive`.
    pub min_exclusive: Option<String>,
    /// `maxExclusive`.
    pub max_exclusive: Option<String>,
    /// `totalDigits`.
    pub total_digits: Option<u64>,
    /// `fractionDigits`.
    pub fraction_digits: Option<u64>,
    /// `whiteSpace`.
    pub white_space: Option<WhiteSpace>,
}

/// One `enumeration` facet.
#[derive(Clone, Debug, PartialEq)]
pub struct Enumeration {
    /// The value as written. For a QName base it still has its prefix; see [`Enumeration::qname`].
    pub value: String,
    /// The resolved name, if the base is `xsd:QName` and the prefix is bound.
    pub qname: Option<QName>,
    /// Annotation, as plain text.
    pub documentation: Option<String>,
    /// Where it is.
    pub position: Position,
}

/// The `whiteSpace` facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhiteSpace {
    /// Kept as it is.
    Preserve,
    /// Each tab, newline and return becomes a space.
    Replace,
    /// As replace, then runs of spaces become one, and those at the ends go.
    Collapse,
}

/// A complex type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComplexType {
    /// The base and how this type differs from it; `None` for a type without a base.
    pub derivation: Option<Derivation>,
    /// What is between the tags. For an extension this is the *added* content only; for a
    /// restriction it is the whole content.
    pub content: Content,
    /// Attributes of this step, attribute groups expanded.
    pub attributes: Vec<AttributeUse>,
    /// `anyAttribute` of this step.
    pub any_attribute: Option<Wildcard>,
    /// `abstract="true"`.
    pub is_abstract: bool,
    /// `mixed="true"`: text may stand between the children.
    pub mixed: bool,
}

/// Derivation of a complex type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// By extension or by restriction.
    pub method: DerivationMethod,
    /// The base type; simple or built-in for simple content.
    pub base: TypeId,
}

/// The two ways to derive a complex type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerivationMethod {
    /// `extension`.
    Extension,
    /// `restriction`.
    Restriction,
}

/// Content of a complex type.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Content {
    /// Nothing (of its own).
    #[default]
    Empty,
    /// Child elements.
    Elements(Particle),
    /// Text of the base simple type, narrowed by these facets.
    Simple(Facets),
}

impl TypeName {
    /// The local name of a global type, or the last name of an anonymous type's path.
    #[must_use]
    pub fn local(&self) -> &str {
        match self {
            TypeName::Global(name) => &name.local,
            TypeName::Anonymous { path, .. } => path.last().map_or("", String::as_str),
        }
    }

    /// The namespace of the schema that holds the type.
    #[must_use]
    pub fn ns(&self) -> NsId {
        match self {
            TypeName::Global(name) => name.ns,
            TypeName::Anonymous { ns, .. } => *ns,
        }
    }
}
