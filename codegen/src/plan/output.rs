//! The result of stage "plan": the output, in which each name and type is decided.

use saponify_wsdl::PublishedDocument;

use super::calls::{Operation, QueryOperations, Service};
use super::portion::Portion;
use super::server::Server;
use super::types::{Module, Namespace, Table, TableId};
use crate::salesforce::leading_comment::LeadingComment;

/// The output. Everything is decided; emission only prints.
#[derive(Debug)]
pub(crate) struct Plan<'m> {
    pub(crate) header: Header<'m>,
    /// The namespaces that tables number; the first is "no namespace".
    pub(crate) namespaces: Vec<Namespace<'m>>,
    /// The modules of types, sorted by name.
    pub(crate) modules: Vec<Module<'m>>,
    /// Sorted by identifier. [`TableId`] counts them.
    pub(crate) tables: Vec<Table<'m>>,
    pub(crate) operations: Vec<Operation<'m>>,
    pub(crate) services: Vec<Service<'m>>,
    pub(crate) query: Option<QueryOperations>,
    /// The server side, if it is generated.
    pub(crate) server: Option<Server<'m>>,
    /// Whether views get a getter and a setter per field.
    pub(crate) methods: bool,
    /// Whether types and fields are documented.
    pub(crate) docs: bool,
    /// Whether types are `Serialize` and `Deserialize`.
    pub(crate) serde: bool,
    /// What is printed of all this.
    pub(crate) portion: Portion,
    pub(crate) notes: Vec<String>,
}

/// What the beginning of the output says.
#[derive(Debug)]
pub(crate) struct Header<'m> {
    /// File name of the WSDL.
    pub(crate) source: String,
    /// First half of its SHA-256, in hexadecimal.
    pub(crate) digest: String,
    pub(crate) comment: LeadingComment<'m>,
    pub(crate) endpoints: Vec<&'m str>,
    /// The documents that a server publishes, if the server side is generated.
    pub(crate) documents: &'m [PublishedDocument],
}

impl<'m> Plan<'m> {
    pub(crate) fn table(&self, id: TableId) -> &Table<'m> {
        &self.tables[id.0]
    }
}
