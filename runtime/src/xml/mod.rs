//! XML 1.0 and Namespaces, as far as SOAP needs them: without DTDs, and with only the five
//! predefined entities.
//!
//! The module does no I/O. The reader works on the part of a document that has arrived and says
//! when it needs more. It refuses documents that are not well-formed, which tokenizers that are
//! made only for speed do not.

pub(crate) mod chars;
mod encoding;
mod error;
mod input;
pub(crate) mod mask;
pub(crate) mod names;
mod prolog;
pub(crate) mod reader;
mod scan;
mod tag;
pub(crate) mod text;
pub(crate) mod writer;

pub(crate) use error::{SMALLER, XmlError, XmlErrorKind};
pub(crate) use input::Input;
pub(crate) use names::{Context, NsId};
pub(crate) use reader::{Checkpoint, Halt, Reader, Start, Token};

pub(crate) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
pub(crate) const XSD: &str = "http://www.w3.org/2001/XMLSchema";
