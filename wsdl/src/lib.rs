//! Reads WSDL 1.1, and the XML Schema 1.0 inside it or beside it, into a resolved [`Model`].
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
//! Reading has three stages. Each is a folder, and every value between them can be printed:
//!
//! - `xml`: from text to an arena of elements with lines and columns. quick-xml finds the tokens;
//!   whether they make a well-formed document is checked here.
//! - `raw`: the documents as written, with types ([`dump_raw`] prints them). `load` follows their
//!   imports.
//! - `resolve`: names become ids, groups are expanded, and circles are refused ([`Model`]
//!   implements `Display`).
//!
//! # What is forgiven
//!
//! WSDLs in use are not always valid. Where the meaning is clear, the reader repairs what is wrong.
//! Each repair leaves a note in [`Model::notes`], with file, position and what was done. In short:
//!
//! - A reference to something that is not defined costs only what uses it. A field takes any type,
//!   an operation or a fault is left out. [`Reader::override_type`] says which type is meant.
//! - Definitions that occur twice in the same way are read once.
//! - A document type declaration is skipped; an entity that it may declare is an error.
//! - Schemas of the W3C, of OASIS and of some toolkits that many documents refer to are built in.
//!
//! The page [What is forgiven][page] of the guide has the whole list, and `tests/fixtures` has a
//! case for each entry.
//!
//! [page]: https://github.com/saponify/saponify/blob/main/guide/forgiven.md
//!
//! # Safety
//!
//! A WSDL may come from anywhere. Nothing in it makes this crate panic, open a connection, read a
//! file outside of the allowed directories, or take more than its [`Limits`] allow. An [`Error`]
//! says what is wrong: file, line, column, the path of names, and what to do.

#![forbid(unsafe_code)]

mod documents;
mod encoding;
mod error;
mod excerpt;
mod hidden;
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
pub use hidden::is_hidden;
pub use limits::Limits;
pub use model::Model;
pub use publish::{PublishedDocument, PublishedPiece};
pub use reader::Reader;

/// Reads a WSDL from bytes; no file is touched. [`Reader`] has options.
///
/// # Errors
///
/// See [`Reader::read`].
pub fn read(bytes: &[u8]) -> Result<Model, Error> {
    Reader::new().read(bytes)
}

/// Reads a WSDL from a file, and what it imports from its directory. [`Reader`] has options.
///
/// # Errors
///
/// See [`Reader::read_file`].
pub fn read_file(path: impl AsRef<Path>) -> Result<Model, Error> {
    Reader::new().read_file(path)
}

/// Prints a WSDL as written: typed, with names not yet resolved. For people and for tests.
///
/// # Errors
///
/// See [`Reader::dump_raw`].
pub fn dump_raw(bytes: &[u8]) -> Result<String, Error> {
    Reader::new().dump_raw(bytes)
}
