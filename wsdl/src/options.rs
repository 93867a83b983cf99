//! What a caller can say about how a WSDL is read.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use crate::limits::Limits;
use crate::model::Builtin;

/// The options of a [`Reader`](crate::Reader).
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) limits: Limits,
    /// Directories besides that of the WSDL in which imported files may be.
    pub(crate) roots: Vec<PathBuf>,
    /// What imports mean, by location or namespace.
    pub(crate) imports: HashMap<String, Provided>,
    /// Built-in types to be read in place of others, by name.
    pub(crate) types: BTreeMap<String, Builtin>,
}

/// What to read in place of what an import names.
#[derive(Clone, Debug)]
pub(crate) enum Provided {
    /// These bytes.
    Bytes(Vec<u8>),
    /// This file.
    File(PathBuf),
    /// Nothing: the import is left out.
    Nothing,
}
