//! All documents of one WSDL as they are written. `load` returns them, and `resolve` takes them.

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
    /// Index of the file, position and text of each note.
    pub(crate) notes: Vec<(usize, Position, String)>,
    /// Index of the file and position of each import, and index of the file that it means.
    pub(crate) links: Vec<(usize, Position, usize)>,
    /// Namespaces that were imported from a place that was not read.
    pub(crate) unread: Vec<(Ns, String)>,
}

/// One of the files.
#[derive(Debug)]
pub(crate) struct File {
    /// As messages name it; `None` for a WSDL that was given as bytes.
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

    /// How messages name a file.
    pub(crate) fn file_name(&self, file: usize) -> Option<&Path> {
        self.files.get(file)?.name.as_deref()
    }
}
