//! The resolved model of a WSDL 1.1 document and the XML Schemas inside it.
//!
//! This is WSDL's and XSD's own vocabulary, not any service's subset of it: particles are a tree,
//! attributes and facets are kept, and there may be several services, bindings and schemas.
//! Everything lives in arenas addressed by small ids, so the model is cyclic where schemas are
//! (a type may contain itself) and still plain data: it clones, compares and prints.
//!
//! All sequences are in document order; names are those of the document, never altered.

use std::fmt;
use std::path::PathBuf;

/// Index of a [`Namespace`] in [`Model::namespaces`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NsId(pub u32);

/// Index of a [`TypeDef`] in [`Model::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// Index of an [`ElementDecl`] in [`Model::elements`] (global elements only).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(pub u32);

/// Index of a [`Message`] in [`Model::messages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u32);

/// Index of a [`PortType`] in [`Model::port_types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortTypeId(pub u32);

/// Index of a [`Binding`] in [`Model::bindings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingId(pub u32);

/// A resolved qualified name: namespace and local part. The prefix of the document is gone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QName {
    /// The namespace; [`Model::namespace`] gives its URI. No namespace is the empty URI.
    pub ns: NsId,
    /// The local part.
    pub local: String,
}

/// Where a construct starts in its document. Lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1; 0 means the construct has no place of its own (a built-in type).
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// A whole WSDL: what [`read`](crate::read) returns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// Text of the comments before the root element, joined by newlines, trimmed.
    ///
    /// Salesforce puts the API version, the generation time and the installed packages there.
    pub leading_comment: Option<String>,
    /// `definitions/@name`.
    pub name: Option<String>,
    /// `definitions/@targetNamespace`.
    pub target_namespace: Option<NsId>,
    /// `definitions/documentation`, as plain text.
    pub documentation: Option<String>,
    /// Every namespace that a name of the model uses, in order of first appearance.
    pub namespaces: Vec<Namespace>,
    /// The schemas, in document order.
    pub schemas: Vec<Schema>,
    /// Every type, built-in ones that are used, named and anonymous.
    pub types: Vec<TypeDef>,
    /// Every global element declaration.
    pub elements: Vec<ElementDecl>,
    /// Messages.
    pub messages: Vec<Message>,
    /// Port types.
    pub port_types: Vec<PortType>,
    /// Bindings, those of unknown protocols included (see [`Protocol::Other`]).
    pub bindings: Vec<Binding>,
    /// Services.
    pub services: Vec<Service>,
    /// Constructs that were understood but left out, and repairs that were made.
    pub notes: Vec<Note>,
    /// The files read, the WSDL itself first; empty if it was given as bytes and imports nothing.
    ///
    /// A build script prints a `cargo:rerun-if-changed` for each. A document that was
    /// [provided](crate::Reader::provide) stands here under its location.
    pub files: Vec<PathBuf>,
}

/// Something a reader of the output should know and that is no error.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Where.
    pub position: Position,
    /// In which file, unless the document was given as bytes.
    pub file: Option<PathBuf>,
    /// What, in one sentence.
    pub text: String,
}

/// A namespace and the prefix that the document prefers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// The URI; empty for "no namespace".
    pub uri: String,
    /// The first prefix that the document bound to it, if it bound one.
    pub prefix: Option<String>,
}

/// One `xsd:schema`.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// `targetNamespace`.
    pub target_namespace: NsId,
    /// `elementFormDefault="qualified"`.
    pub element_qualified: bool,
    /// `attributeFormDefault="qualified"`.
    pub attribute_qualified: bool,
    /// Annotation of the schema itself.
    pub documentation: Option<String>,
    /// Where it starts.
    pub position: Position,
}

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

/// A WSDL message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its name.
    pub name: QName,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Where it is.
    pub position: Position,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What it refers to.
    pub target: PartTarget,
}

/// `element` or `type` of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartTarget {
    /// `element="…"`.
    Element(ElementId),
    /// `type="…"`.
    Type(TypeId),
}

/// A WSDL port type.
#[derive(Clone, Debug, PartialEq)]
pub struct PortType {
    /// Its name.
    pub name: QName,
    /// Documentation, as plain text.
    pub documentation: Option<String>,
    /// Its operations; two may share a name.
    pub operations: Vec<Operation>,
    /// Where it is.
    pub position: Position,
}

/// An operation of a port type.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its name.
    pub name: String,
    /// Documentation, as plain text.
    pub documentation: Option<String>,
    /// The request, unless the operation is a notification.
    pub input: Option<OperationMessage>,
    /// The response, unless the operation is one-way.
    pub output: Option<OperationMessage>,
    /// Declared faults.
    pub faults: Vec<OperationMessage>,
    /// `parameterOrder`, if given.
    pub parameter_order: Vec<String>,
    /// Where it is.
    pub position: Position,
}

/// `input`, `output` or `fault` of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationMessage {
    /// Its name, given or by the default of WSDL 1.1 section 2.4.5.
    pub name: String,
    /// The message.
    pub message: MessageId,
}

/// A binding.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// Its name.
    pub name: QName,
    /// The port type it binds.
    pub port_type: PortTypeId,
    /// The protocol.
    pub protocol: Protocol,
    /// `soap:binding/@transport`.
    pub transport: Option<String>,
    /// One entry per bound operation, in document order.
    pub operations: Vec<BindingOperation>,
    /// Documentation, as plain text.
    pub documentation: Option<String>,
    /// Where it is.
    pub position: Position,
}

/// What a binding speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// SOAP 1.1 (`http://schemas.xmlsoap.org/wsdl/soap/`).
    Soap11,
    /// SOAP 1.2 (`http://schemas.xmlsoap.org/wsdl/soap12/`).
    Soap12,
    /// HTTP GET or POST (`http://schemas.xmlsoap.org/wsdl/http/`).
    Http,
    /// Anything else, or nothing.
    Other,
}

/// An operation as bound.
#[derive(Clone, Debug, PartialEq)]
pub struct BindingOperation {
    /// Its name.
    pub name: String,
    /// Index into the port type's operations; overloads are told apart by input and output names.
    pub operation: usize,
    /// `soapAction`, the empty string included; `None` if absent.
    pub soap_action: Option<String>,
    /// `style`, the binding's if the operation has none.
    pub style: Style,
    /// Body and headers of the request.
    pub input: BindingMessage,
    /// Body and headers of the response.
    pub output: BindingMessage,
    /// Names of the bound faults and how they are encoded.
    pub faults: Vec<BindingFault>,
    /// Where it is.
    pub position: Position,
}

/// `style` of a SOAP operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// The body holds the part itself.
    #[default]
    Document,
    /// The body holds an element named after the operation, with one child per part.
    Rpc,
}

/// `use` of a SOAP body, header or fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Use {
    /// As the schema says.
    #[default]
    Literal,
    /// By the rules of SOAP 1.1 section 5.
    Encoded,
}

/// SOAP body and headers of one direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BindingMessage {
    /// `use` of the body.
    pub body_use: Use,
    /// `parts` of the body: indices into the message's parts. All of them if not given.
    pub body_parts: Option<Vec<usize>>,
    /// `namespace` of an rpc body.
    pub body_namespace: Option<NsId>,
    /// Headers in document order.
    pub headers: Vec<HeaderBinding>,
    /// Whether the body is inside `mime:multipartRelated`.
    pub multipart: bool,
}

/// `soap:header`.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaderBinding {
    /// The message that holds the part.
    pub message: MessageId,
    /// Index of the part.
    pub part: usize,
    /// `use`.
    pub header_use: Use,
    /// `soap:headerfault`s: message and part.
    pub faults: Vec<(MessageId, usize)>,
}

/// `soap:fault` of a bound operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingFault {
    /// Name of the port type's fault.
    pub name: String,
    /// `use`.
    pub fault_use: Use,
}

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: QName,
    /// Documentation, as plain text.
    pub documentation: Option<String>,
    /// Its ports.
    pub ports: Vec<Port>,
    /// Where it is.
    pub position: Position,
}

/// A port: a binding at an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its binding.
    pub binding: BindingId,
    /// `soap:address/@location`, as written.
    pub address: Option<String>,
    /// Documentation, as plain text.
    pub documentation: Option<String>,
}

macro_rules! builtins {
    ($($variant:ident = $name:literal,)*) => {
        /// The types of XML Schema 1.0 part 2, and the two roots of the type hierarchy.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Builtin {
            $(
                #[doc = concat!("`xsd:", $name, "`")]
                $variant,
            )*
        }

        impl Builtin {
            /// Every built-in type.
            pub const ALL: &'static [Builtin] = &[$(Builtin::$variant,)*];

            /// The local name in the XML Schema namespace.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Builtin::$variant => $name,)*
                }
            }
        }
    };
}

builtins! {
    AnyType = "anyType",
    AnySimpleType = "anySimpleType",
    String = "string",
    Boolean = "boolean",
    Decimal = "decimal",
    Float = "float",
    Double = "double",
    Duration = "duration",
    DateTime = "dateTime",
    Time = "time",
    Date = "date",
    GYearMonth = "gYearMonth",
    GYear = "gYear",
    GMonthDay = "gMonthDay",
    GDay = "gDay",
    GMonth = "gMonth",
    HexBinary = "hexBinary",
    Base64Binary = "base64Binary",
    AnyUri = "anyURI",
    QName = "QName",
    Notation = "NOTATION",
    NormalizedString = "normalizedString",
    Token = "token",
    Language = "language",
    NmToken = "NMTOKEN",
    NmTokens = "NMTOKENS",
    Name = "Name",
    NcName = "NCName",
    Id = "ID",
    IdRef = "IDREF",
    IdRefs = "IDREFS",
    Entity = "ENTITY",
    Entities = "ENTITIES",
    Integer = "integer",
    NonPositiveInteger = "nonPositiveInteger",
    NegativeInteger = "negativeInteger",
    Long = "long",
    Int = "int",
    Short = "short",
    Byte = "byte",
    NonNegativeInteger = "nonNegativeInteger",
    UnsignedLong = "unsignedLong",
    UnsignedInt = "unsignedInt",
    UnsignedShort = "unsignedShort",
    UnsignedByte = "unsignedByte",
    PositiveInteger = "positiveInteger",
}

impl Builtin {
    /// The built-in type of this local name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|builtin| builtin.name() == name)
    }
}

impl Model {
    /// The type behind an id.
    #[must_use]
    pub fn type_def(&self, id: TypeId) -> &TypeDef {
        &self.types[id.0 as usize]
    }

    /// The global element behind an id.
    #[must_use]
    pub fn element(&self, id: ElementId) -> &ElementDecl {
        &self.elements[id.0 as usize]
    }

    /// The message behind an id.
    #[must_use]
    pub fn message(&self, id: MessageId) -> &Message {
        &self.messages[id.0 as usize]
    }

    /// The port type behind an id.
    #[must_use]
    pub fn port_type(&self, id: PortTypeId) -> &PortType {
        &self.port_types[id.0 as usize]
    }

    /// The binding behind an id.
    #[must_use]
    pub fn binding(&self, id: BindingId) -> &Binding {
        &self.bindings[id.0 as usize]
    }

    /// The URI of a namespace.
    #[must_use]
    pub fn namespace(&self, id: NsId) -> &str {
        &self.namespaces[id.0 as usize].uri
    }

    /// The id of a namespace by URI, if the model uses it.
    #[must_use]
    pub fn namespace_id(&self, uri: &str) -> Option<NsId> {
        let index = self.namespaces.iter().position(|ns| ns.uri == uri)?;
        Some(NsId(index as u32))
    }

    /// A name in Clark notation: `{uri}local`, or `local` alone without a namespace.
    #[must_use]
    pub fn clark(&self, name: &QName) -> String {
        match self.namespace(name.ns) {
            "" => name.local.clone(),
            uri => format!("{{{uri}}}{}", name.local),
        }
    }

    /// Base type ids from the type's own base up to the root of its derivation.
    ///
    /// The reader has refused cyclic derivations, so this ends.
    pub fn bases(&self, id: TypeId) -> impl Iterator<Item = TypeId> + '_ {
        std::iter::successors(self.base(id), |id| self.base(*id))
    }

    /// The direct base of a type, if it has one.
    #[must_use]
    pub fn base(&self, id: TypeId) -> Option<TypeId> {
        match &self.type_def(id).kind {
            TypeKind::Builtin(_) => None,
            TypeKind::Simple(simple) => match &simple.variety {
                Variety::Restriction(base) => Some(*base),
                Variety::List(_) | Variety::Union(_) => None,
            },
            TypeKind::Complex(complex) => complex.derivation.as_ref().map(|d| d.base),
        }
    }
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

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
