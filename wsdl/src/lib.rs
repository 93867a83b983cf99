//! Reads WSDL 1.1 with inline XML Schema 1.0 into a resolved [`Model`].
#![forbid(unsafe_code)]

mod encoding;
mod error;
mod limits;
mod load;
mod locate;
pub mod model;
mod names;
mod print;
mod raw;
mod reader;
mod resolve;
mod well_known;
mod xml;

use std::path::Path;

pub use error::{Error, ErrorKind};
pub use limits::Limits;
pub use model::Model;
pub use reader::Reader;

/// Reads a WSDL from bytes.
///
/// # Errors
///
/// See [`Reader::read`].
pub fn read(bytes: &[u8]) -> Result<Model, Error> {
    Reader::new().read(bytes)
}

/// Reads a WSDL from a file.
///
/// # Errors
///
/// See [`Reader::read_file`].
pub fn read_file(path: impl AsRef<Path>) -> Result<Model, Error> {
    Reader::new().read_file(path)
}

/// Prints a WSDL as written.
///
/// # Errors
///
/// See [`Reader::dump_raw`].
pub fn dump_raw(bytes: &[u8]) -> Result<String, Error> {
    Reader::new().dump_raw(bytes)
}
