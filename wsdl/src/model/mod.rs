//! The resolved model of a WSDL 1.1 document and the XML Schemas inside it.
//!
//! The model uses the vocabulary of WSDL and XML Schema, and is not limited to one service: particles are a
//! tree, attributes and facets are kept, and there may be several services, bindings and schemas. All
//! definitions are in arenas and have small ids. Therefore the model can be cyclic where schemas are (a
//! type may contain itself), and it is still plain data, which can be cloned, compared and printed.
//!
//! All sequences are in document order. Names are never altered.

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

/// A resolved qualified name: namespace and local part, without the prefix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QName {
    /// The namespace. [`Model::namespace`] returns its URI, which is empty for no namespace.
    pub ns: NsId,
    /// The local part.
    pub local: String,
}

/// The start of a construct in its document. Lines and columns begin with 1, and columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1, or 0 for a construct that is in no document (a built-in type).
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// A resolved WSDL, which [`read`](crate::read) returns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The text of the comments before the root element, trimmed and joined by newlines.
    ///
    /// Salesforce writes the API version, the generation time and the installed packages there.
    pub leading_comment: Option<String>,
    /// `definitions/@name`.
    pub name: Option<String>,
    /// `definitions/@targetNamespace`.
    pub target_namespace: Option<NsId>,
    /// `definitions/documentation`, as plain text.
    pub documentation: Option<String>,
    /// Every namespace of a name in the model, in order of first appearance.
    pub namespaces: Vec<Namespace>,
    /// The schemas, in document order.
    pub schemas: Vec<Schema>,
    /// All types: built-in types that are used, named types and anonymous types.
    pub types: Vec<TypeDef>,
    /// All global element declarations.
    pub elements: Vec<ElementDecl>,
    /// Messages.
    pub messages: Vec<Message>,
    /// The portTypes.
    pub port_types: Vec<PortType>,
    /// Bindings, including those of unknown protocols (see [`Protocol::Other`]).
    pub bindings: Vec<Binding>,
    /// Services.
    pub services: Vec<Service>,
    /// The names of the operations that were left out of a portType or binding. There is a note with the
    /// reason for each of them.
    pub left_out: Vec<String>,
    /// Constructs that were left out, and repairs that were made.
    pub notes: Vec<Note>,
    /// The files that were read, beginning with the WSDL. It is empty if the WSDL was given as bytes and
    /// imports nothing.
    ///
    /// A build script prints a `cargo:rerun-if-changed` for each. A document that was
    /// [provided](crate::Reader::provide) is listed under its location.
    pub files: Vec<PathBuf>,
}

/// Information that is not an error.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The position.
    pub position: Position,
    /// The file, unless the document was given as bytes.
    pub file: Option<PathBuf>,
    /// The information, in one sentence.
    pub text: String,
}

/// A namespace and its preferred prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// The URI, which is empty for no namespace.
    pub uri: String,
    /// The first prefix that a document bound to it, if any.
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
    /// The annotation of the schema itself.
    pub documentation: Option<String>,
    /// The position of the schema.
    pub position: Position,
}

impl Model {
    /// The type with this id.
    #[must_use]
    pub fn type_def(&self, id: TypeId) -> &TypeDef {
        &self.types[id.0 as usize]
    }

    /// The global element with this id.
    #[must_use]
    pub fn element(&self, id: ElementId) -> &ElementDecl {
        &self.elements[id.0 as usize]
    }

    /// The message with this id.
    #[must_use]
    pub fn message(&self, id: MessageId) -> &Message {
        &self.messages[id.0 as usize]
    }

    /// The portType with this id.
    #[must_use]
    pub fn port_type(&self, id: PortTypeId) -> &PortType {
        &self.port_types[id.0 as usize]
    }

    /// The binding with this id.
    #[must_use]
    pub fn binding(&self, id: BindingId) -> &Binding {
        &self.bindings[id.0 as usize]
    }

    /// The URI of a namespace.
    #[must_use]
    pub fn namespace(&self, id: NsId) -> &str {
        &self.namespaces[id.0 as usize].uri
    }

    /// The id of the namespace with this URI, if the model uses it.
    #[must_use]
    pub fn namespace_id(&self, uri: &str) -> Option<NsId> {
        let index = self.namespaces.iter().position(|ns| ns.uri == uri)?;
        Some(NsId(index as u32))
    }

    /// A name in Clark notation: `{uri}local`, or only `local` if it has no namespace.
    #[must_use]
    pub fn clark(&self, name: &QName) -> String {
        match self.namespace(name.ns) {
            "" => name.local.clone(),
            uri => format!("{{{uri}}}{}", name.local),
        }
    }

    /// The base types from the direct base up to the root of the derivation.
    ///
    /// It ends, because the reader refuses cyclic derivations.
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
