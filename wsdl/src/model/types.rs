//! Types of XML Schema.

use super::{AttributeUse, Builtin, NsId, Particle, Position, QName, TypeId, Wildcard};

/// A type definition, simple or complex.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeDef {
    /// The name of the type.
    pub name: TypeName,
    /// The annotation, as plain text.
    pub documentation: Option<String>,
    /// The position of the definition.
    pub position: Position,
    /// The definition.
    pub kind: TypeKind,
}

/// The name of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeName {
    /// A global type of a schema, or a built-in type (in the namespace of XML Schema).
    Global(QName),
    /// An anonymous type, which is identified by the path of names that leads to it, outermost first.
    ///
    /// The path starts at a global element or type. `["query"]` is the type inside the global element
    /// `query`, and `["Invoice", "line"]` is the type inside the element `line` of the type `Invoice`.
    /// `owner` distinguishes the two kinds. A type without a named element around it is named after its
    /// role in the enclosing type: `item` of a list, `member` of a union, `base` of a restriction.
    Anonymous {
        /// The namespace of the schema that contains the type.
        ns: NsId,
        /// The kind of the first name.
        owner: Owner,
        /// The names.
        path: Vec<String>,
    },
}

/// The kind of the first name in the path of an anonymous type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A global element.
    Element,
    /// A global type.
    Type,
    /// A global attribute, group or attribute group.
    Other,
}

/// The kinds of types.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// A built-in type of XML Schema.
    Builtin(Builtin),
    /// A simple type.
    Simple(SimpleType),
    /// A complex type.
    Complex(ComplexType),
}

/// A simple type: a restriction, a list or a union.
#[derive(Clone, Debug, PartialEq)]
pub struct SimpleType {
    /// The way in which the type is derived.
    pub variety: Variety,
    /// The facets of this derivation only, without those of the base.
    pub facets: Facets,
}

/// The three ways to derive a simple type (XSD 1.0 part 2, section 2.5.1).
#[derive(Clone, Debug, PartialEq)]
pub enum Variety {
    /// A restriction of another simple type.
    Restriction(TypeId),
    /// A list of values of another simple type, separated by white space.
    List(TypeId),
    /// A value of any one of several simple types.
    Union(Vec<TypeId>),
}

/// Constraining facets (XSD 1.0 part 2, section 4.3), in the lexical form of the document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facets {
    /// `enumeration`, in order.
    pub enumerations: Vec<Enumeration>,
    /// The `pattern`s of this derivation, which are alternatives. This crate never compiles them.
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
    /// The value as written. A value of type `xsd:QName` keeps its prefix; see [`Enumeration::qname`].
    pub value: String,
    /// The resolved name, if the base is `xsd:QName` and the prefix is bound.
    pub qname: Option<QName>,
    /// The annotation, as plain text.
    pub documentation: Option<String>,
    /// The position of the facet.
    pub position: Position,
}

/// The `whiteSpace` facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhiteSpace {
    /// White space is kept.
    Preserve,
    /// Each tab, newline and carriage return is replaced by a space.
    Replace,
    /// As for replace; then each run of spaces becomes one, and spaces at the ends are removed.
    Collapse,
}

/// A complex type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComplexType {
    /// The base, and how this type is derived from it. `None` for a type without a base.
    pub derivation: Option<Derivation>,
    /// The content between the tags. For an extension this is only the *added* content, and for a
    /// restriction it is the whole content.
    pub content: Content,
    /// The attributes of this derivation, with attribute groups expanded.
    pub attributes: Vec<AttributeUse>,
    /// `anyAttribute` of this derivation.
    pub any_attribute: Option<Wildcard>,
    /// `abstract="true"`.
    pub is_abstract: bool,
    /// `mixed="true"`: text is allowed between the child elements.
    pub mixed: bool,
}

/// Derivation of a complex type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// Extension or restriction.
    pub method: DerivationMethod,
    /// The base type, which is simple or built-in for simple content.
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
    /// No content, apart from that of the base.
    #[default]
    Empty,
    /// Child elements.
    Elements(Particle),
    /// Text of the simple base type, restricted by these facets.
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

    /// The namespace of the schema that contains the type.
    #[must_use]
    pub fn ns(&self) -> NsId {
        match self {
            TypeName::Global(name) => name.ns,
            TypeName::Anonymous { ns, .. } => *ns,
        }
    }
}
