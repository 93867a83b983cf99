//! The resolved model of a WSDL 1.1 document and the XML Schemas inside it.
//!
//! This is WSDL's and XSD's own vocabulary, not any service's subset of it: particles are a tree,
//! attributes and facets are kept, and there may be several services, bindings and schemas.
//! Everything lives in arenas addressed by small ids, so the model is cyclic where schemas are
//! (a type may contain itself) and still plain data: it clones, compares and prints.
//!
//! All sequences are in document order; names are those of the document, never altered.

mod builtin;
mod particles;
mod types;
mod wsdl;

use std::fmt;
use std::path::PathBuf;

pub use builtin::Builtin;
pub use particles::*;
pub use types::*;
pub use wsdl::*;

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
    /// Names of the operations that were left out of a port type or binding. A note says why, for
    /// each of them.
    pub left_out: Vec<String>,
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

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
