//! Port types: what a server needs of the WSDL besides the operations.

use super::{Operation, SoapVersion};

/// A port type that a server offers.
#[derive(Debug)]
pub struct Port {
    /// Name of the port type.
    pub(crate) name: &'static str,
    /// The names of the ports that offer it, such as `Shop.ShopPort`, and the version of SOAP that
    /// each of them speaks.
    pub(crate) ports: &'static [(&'static str, SoapVersion)],
    /// The operations of the port type.
    pub(crate) operations: &'static [&'static Operation],
    /// The WSDL and the documents that it imports. The WSDL itself is the first one.
    pub(crate) documents: &'static [Document],
}

impl Port {
    /// A port type with the ports that offer it, its operations, and the documents that describe it.
    #[must_use]
    pub const fn new(
        name: &'static str,
        ports: &'static [(&'static str, SoapVersion)],
        operations: &'static [&'static Operation],
        documents: &'static [Document],
    ) -> Self {
        Self {
            name,
            ports,
            operations,
            documents,
        }
    }

    /// Name of the port type.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether one of the ports speaks this version of SOAP.
    pub(crate) fn speaks(&self, version: SoapVersion) -> bool {
        self.ports.iter().any(|(_, soap)| *soap == version)
    }
}

/// A WSDL, or a document that it imports.
#[derive(Debug)]
pub struct Document {
    /// Whether this is a WSDL. Otherwise it is an XML Schema.
    pub(crate) is_wsdl: bool,
    /// The text, in the order of its pieces.
    pub(crate) pieces: &'static [Piece],
}

impl Document {
    /// A WSDL.
    #[must_use]
    pub const fn wsdl(pieces: &'static [Piece]) -> Self {
        Self {
            is_wsdl: true,
            pieces,
        }
    }

    /// An XML Schema.
    #[must_use]
    pub const fn schema(pieces: &'static [Piece]) -> Self {
        Self {
            is_wsdl: false,
            pieces,
        }
    }
}

/// A piece of a [`Document`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Piece {
    /// Text that is served as it is.
    Text(&'static str),
    /// The address of a port, by the name of the port.
    Address(&'static str),
    /// The location of an imported document, by its number.
    Location(usize),
}
