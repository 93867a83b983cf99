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
//! Three stages, a folder each, every value between them printable:
//!
//! - `xml`: text to an arena of elements with lines and columns. quick-xml finds the tokens; that
//!   they make a well-formed document without a DTD is checked here.
//! - `raw`: the documents as written, typed ([`dump_raw`] prints them).
//! - `resolve`: names become ids, groups are expanded, circles refused ([`Model`] implements
//!   `Display`).
//!
//! WSDLs in use are not always valid. Where the meaning is clear, the reader repairs what is wrong
//! and says so in [`Model::notes`]; `tests/fixtures` has a case for each:
//!
//! - a name without a prefix, though the default namespace is another, is one of the target
//!   namespace (`missing-prefix`);
//! - a type of XML Schema under the namespace of a draft is that of 2001 (`draft-schema-types`);
//! - an import that cannot be followed is left out if its namespace is defined elsewhere
//!   (`import-url-defined-inline`), and a schema may use what it does not import
//!   (`unimported-namespace`);
//! - a port whose binding does not exist has the only one there is (`repair-port-binding`);
//! - `complexContent` that derives from nothing is as if it were not there
//!   (`repair-complex-content`).
//!
//! A WSDL is input from elsewhere: nothing in it makes this crate panic, open a connection, read a
//! file outside of allowed directories, or take more than its [`Limits`]. What it says about what
//! is wrong is in [`Error`]: file, line, column, the path of names, and what to do.

#![forbid(unsafe_code)]

mod documents;
mod encoding;
mod error;
mod limits;
mod load;
mod locate;
pub mod model;
mod names;
mod options;
mod print;
mod raw;
mod reader;
mod redefine;
mod resolve;
mod well_known;
mod xml;

use std::path::Path;

pub use error::{Error, ErrorKind};
pub use limits::Limits;
pub use model::Model;
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

/// Prints a WSDL as written: typed, names not yet resolved. For eyes and tests.
///
/// # Errors
///
/// See [`Reader::dump_raw`].
pub fn dump_raw(bytes: &[u8]) -> Result<String, Error> {
    Reader::new().dump_raw(bytes)
}
