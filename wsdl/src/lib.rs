//! Reads WSDL 1.1 and XML Schema 1.0, inline or in separate files, into a resolved [`Model`].
//!
//! ```
//! use saponify_wsdl::model::{PartTarget, Protocol};
//!
//! let wsdl = br#"<?xml version="1.0"?>
//!     <definitions xmlns="http://schemas.xmlsoap.org/wsdl/"
//!                  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
//!                  xmlns:xsd="http://www.w3.org/2001/XMLSchema"
//!                  xmlns:tns="urn:shop" targetNamespace="urn:shop">
//!         <types>
//!             <xsd:schema targetNamespace="urn:shop">
//!                 <xsd:element name="order" type="xsd:string"/>
//!             </xsd:schema>
//!         </types>
//!         <message name="order"><part name="parameters" element="tns:order"/></message>
//!         <portType name="Shop">
//!             <operation name="order"><input message="tns:order"/></operation>
//!         </portType>
//!         <binding name="ShopSoap" type="tns:Shop">
//!             <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
//!             <operation name="order"><soap:operation soapAction=""/></operation>
//!         </binding>
//!     </definitions>"#;
//!
//! let model = saponify_wsdl::read(wsdl)?;
//! assert_eq!(model.bindings[0].protocol, Protocol::Soap11);
//! let PartTarget::Element(order) = model.messages[0].parts[0].target else { panic!() };
//! assert_eq!(model.clark(&model.element(order).name), "{urn:shop}order");
//! # Ok::<(), saponify_wsdl::Error>(())
//! ```
//!
//! Reading has three stages. Each stage is a folder, and the values between them can be printed:
//!
//! - `xml` parses text into an arena of elements with lines and columns. quick-xml splits the text into tokens.
//!   This crate checks whether the tokens are a well-formed document.
//! - `raw` builds typed trees of the documents as written ([`dump_raw`] prints them). `load` follows their
//!   imports.
//! - `resolve` replaces names by ids, expands groups, and refuses cycles ([`Model`]
//!   implements `Display`).
//!
//! # What is forgiven
//!
//! Many WSDLs in use are not valid. If the meaning is clear, the reader repairs the mistake. Each repair
//! adds a note to [`Model::notes`], with file, position and the repair. In short:
//!
//! - An undefined name affects only the constructs that refer to it: a field accepts any type, and
//!   an operation or a fault is left out. [`Reader::override_type`] sets the type to use instead.
//! - Definitions that are repeated identically are read once.
//! - A document type declaration is skipped. A reference to an entity that it may declare is an error.
//! - Schemas of the W3C, of OASIS and of some toolkits that many documents refer to are built in.
//!
//! The page [What is forgiven][page] of the guide has the whole list, and `tests/fixtures` has a
//! case for each entry.
//!
//! [page]: https://github.com/saponify/saponify/blob/main/guide/forgiven.md
//!
//! # Safety
//!
//! A WSDL may come from an untrusted source. No content makes this crate panic, open a connection, read a
//! file outside of the allowed directories, or use more resources than its [`Limits`] allow. An [`Error`]
//! states what is wrong, with file, line, column, the path of names, and what to do.

#![forbid(unsafe_code)]

mod documents;
mod encoding;
mod error;
mod excerpt;
mod limits;
mod load;
mod locate;
pub mod model;
mod names;
mod options;
mod print;
mod publish;
mod raw;
mod reader;
mod redefine;
mod resolve;
mod well_known;
mod xml;

use std::path::Path;

pub use error::{Error, ErrorKind};
pub use excerpt::Excerpt;
pub use limits::Limits;
pub use model::Model;
pub use publish::{PublishedDocument, PublishedPiece};
pub use reader::Reader;

/// Reads a WSDL from bytes. No file is read. [`Reader`] has options.
///
/// # Errors
///
/// See [`Reader::read`].
pub fn read(bytes: &[u8]) -> Result<Model, Error> {
    Reader::new().read(bytes)
}

/// Reads a WSDL from a file, and the files that it imports from the same directory. [`Reader`] has options.
///
/// # Errors
///
/// See [`Reader::read_file`].
pub fn read_file(path: impl AsRef<Path>) -> Result<Model, Error> {
    Reader::new().read_file(path)
}

/// Prints the typed tree of a WSDL before names are resolved. It is for debugging; the format is unstable.
///
/// # Errors
///
/// See [`Reader::dump_raw`].
pub fn dump_raw(bytes: &[u8]) -> Result<String, Error> {
    Reader::new().dump_raw(bytes)
}
