//! Finds the document of an import or include, and decides what happens if it cannot be read.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::Loader;
use crate::documents::File;
use crate::error::{self, Error, ErrorKind};
use crate::locate;
use crate::model::Position;
use crate::names::Ns;
use crate::options::Provided;
use crate::raw::{Import, ImportKind};
use crate::well_known;

/// An import that cannot be followed. It is an error, unless its namespace is defined elsewhere.
pub(super) struct Unfollowed {
    error: Error,
    file: usize,
    kind: ImportKind,
    namespace: Option<Ns>,
    /// The importing namespace. It cannot be the one that defines the imported names.
    importer: Option<Ns>,
    location: String,
    position: Position,
}

impl<'a> Loader<'_, 'a> {
    /// Follows an import. Returns the file, if there is one to read.
    pub(super) fn import(
        &mut self,
        file: usize,
        import: &Import<'a>,
        importer: Option<Ns>,
    ) -> Result<Option<usize>, Error> {
        let Some(wanted) = self.wanted(import) else {
            return Ok(None);
        };
        let is_fixed = import
            .namespace
            .is_some_and(|ns| well_known::is_fixed(self.documents.namespaces.uri(ns)));
        if is_fixed && !self.options.imports.contains_key(&wanted) {
            let text = format!(
                "the import location {} is not read: its namespace is built in",
                error::location(&wanted),
            );
            self.documents.notes.push((file, import.position, text));
            return Ok(None);
        }
        match self.find(file, &wanted) {
            Ok(None) => {
                let text = format!(
                    "the import of {} is left out as asked",
                    error::location(&wanted)
                );
                self.documents.notes.push((file, import.position, text));
                let unread = import.namespace.or(importer).unwrap_or(Ns::NONE);
                self.documents.unread.push((unread, wanted));
                Ok(None)
            }
            Ok(Some(found)) => {
                let includer = importer.filter(|_| import.kind.is_include());
                self.enqueue(found, import.kind, includer);
                self.documents.links.push((file, import.position, found));
                Ok(Some(found))
            }
            // The document may turn out not to be needed.
            Err(error) if error.is_import() && !import.kind.is_include() => {
                self.unfollowed.push(Unfollowed {
                    error,
                    file,
                    kind: import.kind,
                    namespace: import.namespace,
                    importer,
                    location: wanted,
                    position: import.position,
                });
                Ok(None)
            }
            Err(error) => Err(error.at(import.position)),
        }
    }

    /// The text that identifies the document of an import: its location, or its namespace if only that was
    /// provided. `None` if it has no location, because its namespace may be defined elsewhere.
    fn wanted(&self, import: &Import<'a>) -> Option<String> {
        let provided = |name: &str| self.options.imports.contains_key(name);
        let location = import.location.as_deref();
        let by_namespace = import
            .namespace
            .map(|ns| self.documents.namespaces.uri(ns))
            .filter(|uri| provided(uri) && !location.is_some_and(provided));
        by_namespace.or(location).map(str::to_string)
    }

    /// The document that is provided or that is at a location. It is read if it is new. `None` if it is
    /// left out.
    fn find(&mut self, from: usize, wanted: &str) -> Result<Option<usize>, Error> {
        let options = self.options;
        match options.imports.get(wanted) {
            None => {
                let base = self.documents.files[from].directory.as_deref();
                let path = locate::locate(wanted, base, &self.roots)?;
                self.file(path).map(Some)
            }
            Some(Provided::Nothing) => Ok(None),
            Some(Provided::Bytes(bytes)) => {
                let key = PathBuf::from(format!("provided:{wanted}"));
                if let Some(index) = self.known.get(&key) {
                    return Ok(Some(*index));
                }
                let file = File {
                    name: Some(PathBuf::from(wanted)),
                    directory: None,
                };
                let index = self.add(bytes.clone(), file)?;
                self.known.insert(key, index);
                Ok(Some(index))
            }
            Some(Provided::File(given)) => {
                let (path, directory) = canonical(given)?;
                if !self.roots.contains(&directory) {
                    self.roots.push(directory);
                    let parent = given.parent().unwrap_or(Path::new(""));
                    self.given_roots.push(parent.to_path_buf());
                }
                self.file(path).map(Some)
            }
        }
    }

    /// The document at a canonical path.
    fn file(&mut self, path: PathBuf) -> Result<usize, Error> {
        if let Some(index) = self.known.get(&path) {
            return Ok(*index);
        }
        let name = self.display_name(&path);
        let bytes = locate::read(&path, self.options.limits.file_size)
            .map_err(|error| error.in_file(Some(&name)))?;
        let file = File {
            name: Some(name),
            directory: path.parent().map(Path::to_path_buf),
        };
        let index = self.add(bytes, file)?;
        self.known.insert(path, index);
        Ok(index)
    }

    /// The path in the form that begins with the directory that the caller gave.
    fn display_name(&self, path: &Path) -> PathBuf {
        let mut roots = self.roots.iter().zip(&self.given_roots);
        let below =
            |(root, given): (&PathBuf, &PathBuf)| Some(given.join(path.strip_prefix(root).ok()?));
        roots.find_map(below).unwrap_or_else(|| path.to_path_buf())
    }

    /// Decides about the imports that could not be followed, after all others have been followed.
    pub(super) fn check_unfollowed(&mut self) -> Result<(), Error> {
        let unfollowed = std::mem::take(&mut self.unfollowed);
        let targets: HashSet<Ns> = self.documents.schemas.iter().map(|s| s.target).collect();
        let definitions = self.documents.definitions.iter();
        let mut definitions: HashSet<Ns> = definitions.filter_map(|d| d.target_namespace).collect();
        for import in unfollowed {
            let namespace = import.namespace.or_else(|| {
                let uri = well_known::namespace_of(&import.location)?;
                Some(self.documents.namespaces.intern(uri.into()))
            });
            let found = namespace.and_then(|ns| {
                let uri = self.documents.namespaces.uri(ns);
                let (defined, known) = match import.kind {
                    ImportKind::Wsdl => (&definitions, well_known::definitions(uri)),
                    _ => (&targets, well_known::schema(uri)),
                };
                match (defined.contains(&ns), known) {
                    (true, _) if Some(ns) != import.importer => Some((ns, "defined elsewhere")),
                    (_, Some(_)) => Some((ns, "built in")),
                    (_, None) => None,
                }
            });
            let Some((ns, how)) = found else {
                let name = self.documents.file_name(import.file);
                let error = import.error.at(import.position).in_file(name);
                let text = self.texts.get(import.file).and_then(OnceCell::get);
                return Err(match text {
                    Some(text) => error.in_text(text),
                    None => error,
                });
            };
            if import.kind == ImportKind::Wsdl {
                self.add_well_known_definitions(ns, &mut definitions)?;
            }
            let text = format!(
                "the import location {} is not read: its namespace is {how}",
                error::location(&import.location)
            );
            self.documents
                .notes
                .push((import.file, import.position, text));
            self.documents.unread.push((ns, import.location));
        }
        Ok(())
    }
}

/// The canonical forms of a file's path and of its directory.
pub(super) fn canonical(path: &Path) -> Result<(PathBuf, PathBuf), Error> {
    let path = path.canonicalize().map_err(|error| {
        Error::new(ErrorKind::Io, "the file cannot be opened")
            .in_file(Some(path))
            .caused_by(error)
    })?;
    let directory = path.parent().unwrap_or(Path::new("")).to_path_buf();
    Ok((path, directory))
}
