//! The options of a reader.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use crate::limits::Limits;
use crate::model::Builtin;

/// The options of a [`Reader`](crate::Reader).
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) limits: Limits,
    /// Directories from which imported files may be read, in addition to that of the WSDL.
    pub(crate) roots: Vec<PathBuf>,
    /// The documents that the caller provides for imports, by location or namespace.
    pub(crate) imports: HashMap<String, Provided>,
    /// Built-in types that replace other types, by the name of the replaced type.
    pub(crate) types: BTreeMap<String, Builtin>,
}

/// What the caller provides for an import.
#[derive(Clone, Debug)]
pub(crate) enum Provided {
    /// These bytes.
    Bytes(Vec<u8>),
    /// This file.
    File(PathBuf),
    /// Nothing, so that the import is left out.
    Nothing,
}
