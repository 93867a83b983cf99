//! All documents of one WSDL as written. `load` returns them, and `resolve` consumes them.

use std::path::{Path, PathBuf};

use crate::model::Position;
use crate::names::{Namespaces, Ns};
use crate::raw::{Definitions, Schema};

/// All documents of one WSDL, with names not yet resolved.
#[derive(Debug)]
pub(crate) struct Documents<'a> {
    pub(crate) definitions: Vec<Definitions<'a>>,
    pub(crate) schemas: Vec<Schema<'a>>,
    pub(crate) namespaces: Namespaces<'a>,
    pub(crate) files: Vec<File>,
    pub(crate) leading_comment: Option<String>,
    /// The notes: index of the file, position and text.
    pub(crate) notes: Vec<(usize, Position, String)>,
    /// The imports: index of the importing file, position, and index of the imported file.
    pub(crate) links: Vec<(usize, Position, usize)>,
    /// Namespaces that were imported from a location that was not read.
    pub(crate) unread: Vec<(Ns, String)>,
}

/// A file of the WSDL.
#[derive(Debug)]
pub(crate) struct File {
    /// The name in messages, or `None` for a WSDL that was given as bytes.
    pub(crate) name: Option<PathBuf>,
    /// Its directory, if it is a file.
    pub(crate) directory: Option<PathBuf>,
}

impl<'a> Documents<'a> {
    pub(crate) fn new() -> Self {
        Self {
            definitions: Vec::new(),
            schemas: Vec::new(),
            namespaces: Namespaces::new(),
            files: Vec::new(),
            leading_comment: None,
            notes: Vec::new(),
            links: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// The name of a file in messages.
    pub(crate) fn file_name(&self, file: usize) -> Option<&Path> {
        self.files.get(file)?.name.as_deref()
    }
}
