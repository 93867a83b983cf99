//! Follows imports and includes until every document is read, each once.

mod settle;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};

use crate::encoding;
use crate::error::{self, Error, ErrorKind, quoted};
use crate::locate;
use crate::model::Position;
use crate::names::{Namespaces, Ns};
use crate::raw::{Builder, Contents, Definitions, Import, ImportKind, Schema};
use crate::reader::{Provided, Reader, Source};
use crate::redefine::redefine;
use crate::xml::{self, Budget, Node};

/// Every document of one WSDL, as written.
#[derive(Debug)]
pub(crate) struct Loaded<'a> {
    pub(crate) definitions: Vec<Definitions<'a>>,
    pub(crate) schemas: Vec<Schema<'a>>,
    pub(crate) namespaces: Namespaces<'a>,
    pub(crate) files: Vec<File>,
    pub(crate) leading_comment: Option<String>,
    pub(crate) notes: Vec<(usize, Position, String)>,
    /// Namespaces that were imported from a place that was not read.
    pub(crate) unread: Vec<(Ns, String)>,
}

/// A document, as messages call it.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) name: Option<PathBuf>,
    /// Its directory, if it is a file.
    directory: Option<PathBuf>,
}

/// A document to be read.
#[derive(Debug)]
struct Job<'a> {
    file: usize,
    text: &'a str,
    kind: ImportKind,
    /// The namespace that includes it.
    includer: Option<Ns>,
}

/// An import that cannot be followed, which is an error unless its namespace is defined elsewhere.
struct Unfollowed {
    error: Error,
    file: usize,
    kind: ImportKind,
    namespace: Option<Ns>,
    /// The namespace that imports, which cannot satisfy its own import.
    importer: Option<Ns>,
    location: String,
    position: Position,
}

pub(crate) struct Loader<'r, 'a> {
    reader: &'r Reader,
    texts: &'a [OnceCell<String>],
    /// Directories that may be read, canonical, and as they were given.
    roots: Vec<PathBuf>,
    given_roots: Vec<PathBuf>,
    budget: Budget<'r>,
    size: u64,
    loaded: Loaded<'a>,
    /// Documents by what identifies them: canonical path or provided location.
    known: HashMap<PathBuf, usize>,
    queue: VecDeque<Job<'a>>,
    /// What was queued and what was read: documents, and for those included on behalf of whom.
    queued: HashSet<(usize, Option<Ns>)>,
    done: HashSet<(usize, Option<Ns>)>,
    unfollowed: Vec<Unfollowed>,
}

impl<'r, 'a> Loader<'r, 'a> {
    pub(crate) fn new(reader: &'r Reader, texts: &'a [OnceCell<String>]) -> Self {
        Self {
            reader,
            texts,
            roots: Vec::new(),
            given_roots: Vec::new(),
            budget: Budget {
                limits: &reader.limits,
                elements: 0,
            },
            size: 0,
            loaded: Loaded {
                definitions: Vec::new(),
                schemas: Vec::new(),
                namespaces: Namespaces::new(),
                files: Vec::new(),
                leading_comment: None,
                notes: Vec::new(),
                unread: Vec::new(),
            },
            known: HashMap::new(),
            queue: VecDeque::new(),
            queued: HashSet::new(),
            done: HashSet::new(),
            unfollowed: Vec::new(),
        }
    }

    pub(crate) fn load(mut self, source: Source<'_>) -> Result<Loaded<'a>, Error> {
        let (bytes, file) = match source {
            Source::Bytes(bytes) => (
                bytes.to_vec(),
                File {
                    name: None,
                    directory: None,
                },
            ),
            Source::File(path) => self.open(path)?,
        };
        if let (Some(name), Some(directory)) = (&file.name, &file.directory) {
            let given = name.parent().unwrap_or(Path::new("")).to_path_buf();
            self.roots.push(directory.clone());
            self.given_roots.push(given);
            for root in &self.reader.roots {
                let root_path = root.canonicalize().map_err(|error| {
                    Error::new(ErrorKind::Io, "the allowed directory cannot be opened")
                        .in_file(Some(root))
                        .caused_by(error)
                })?;
                self.roots.push(root_path);
                self.given_roots.push(root.clone());
            }
            // A document that imports it back finds it here, by whichever link.
            let (path, _) = canonical(name)?;
            self.known.insert(path, 0);
        }
        let index = self.add(bytes, file)?;
        self.enqueue(index, ImportKind::Wsdl, None);
        while let Some(job) = self.queue.pop_front() {
            let file = job.file;
            self.document(&job)
                .map_err(|error| error.in_file(self.name(file)))?;
        }
        self.settle()?;
        self.add_well_known()?;
        redefine(&mut self.loaded.schemas, &self.loaded.files)?;
        Ok(self.loaded)
    }

    fn open(&self, path: &Path) -> Result<(Vec<u8>, File), Error> {
        let limit = self.reader.limits.file_size;
        let bytes = locate::read(path, limit).map_err(|error| error.in_file(Some(path)))?;
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let directory = directory.canonicalize().map_err(|error| {
            Error::new(ErrorKind::Io, "its directory cannot be opened")
                .in_file(Some(path))
                .caused_by(error)
        })?;
        let file = File {
            name: Some(path.to_path_buf()),
            directory: Some(directory),
        };
        Ok((bytes, file))
    }

    /// Takes a document in, decoded; returns its index.
    fn add(&mut self, bytes: Vec<u8>, file: File) -> Result<usize, Error> {
        let limits = &self.reader.limits;
        let index = self.loaded.files.len();
        let name = file.name.clone();
        self.loaded.files.push(file);
        self.size = self.size.saturating_add(bytes.len() as u64);
        let check = |length: u64, limit: u64, name, what| match length > limit {
            true => Err(Error::over(name, limit, what)),
            false => Ok(()),
        };
        let text = check(
            bytes.len() as u64,
            limits.file_size,
            "file_size",
            "the file",
        )
        .and_then(|()| {
            check(
                bytes.len() as u64,
                u64::from(u32::MAX),
                "file_size",
                "the file",
            )
        })
        .and_then(|()| {
            let what = "the size of all files together";
            check(self.size, limits.total_size, "total_size", what)
        })
        .and_then(|()| encoding::decode(bytes))
        .map_err(|error| error.in_file(name.as_deref()))?;
        let Some(slot) = self.texts.get(index) else {
            return Err(Error::over("files", limits.files, "the number of files"));
        };
        slot.get_or_init(|| text);
        Ok(index)
    }

    fn enqueue(&mut self, file: usize, kind: ImportKind, includer: Option<Ns>) {
        let texts = self.texts;
        if !self.queued.insert((file, includer)) {
            return;
        }
        if let Some(text) = texts.get(file).and_then(OnceCell::get) {
            self.queue.push_back(Job {
                file,
                text,
                kind,
                includer,
            });
        }
    }

    fn name(&self, file: usize) -> Option<&Path> {
        self.loaded.files.get(file)?.name.as_deref()
    }

    fn document(&mut self, job: &Job<'a>) -> Result<(), Error> {
        let namespaces = &mut self.loaded.namespaces;
        let document = xml::parse(job.text, namespaces, &mut self.budget)?;
        let root = document.root();
        let own = root.token("targetNamespace").filter(|uri| !uri.is_empty());
        let own = own.map(|uri| namespaces.intern(uri));
        let chameleon = job.includer.filter(|_| own.is_none());
        if !self.done.insert((job.file, chameleon)) {
            return Ok(());
        }
        if let (Some(own), Some(includer)) = (own, job.includer.filter(|ns| *ns != Ns::NONE))
            && own != includer
        {
            let message = format!(
                "the schema of {} is included by one of {}",
                quoted(namespaces.uri(own)),
                quoted(namespaces.uri(includer))
            );
            let error = root.error(ErrorKind::Invalid, message);
            return Err(error.help("use xsd:import for another namespace"));
        }
        let mut builder = Builder {
            namespaces,
            file: job.file,
            chameleon,
            contents: Contents::default(),
        };
        if root.is(Ns::WSDL, "definitions") && job.kind == ImportKind::Wsdl {
            builder.definitions(root)?;
        } else if root.is(Ns::XSD, "schema") && job.file != 0 {
            builder.schema(root)?;
        } else {
            return Err(wrong_root(root, self.loaded.namespaces.uri(root.ns()), job));
        }
        let contents = builder.contents;
        if job.file == 0 {
            self.loaded.leading_comment = document.leading_comment;
        }
        self.take(job.file, contents)
    }

    fn take(&mut self, file: usize, contents: Contents<'a>) -> Result<(), Error> {
        let notes = contents.notes.into_iter();
        let notes = notes.map(|(position, text)| (file, position, text));
        self.loaded.notes.extend(notes);
        for mut schema in contents.schemas {
            for (index, import) in schema.imports.iter().enumerate() {
                let found = self.import(file, import, Some(schema.target))?;
                let mut redefines = schema.redefines.iter_mut();
                if let Some(redefine) = redefines.find(|redefine| redefine.import == index) {
                    redefine.file = found;
                }
            }
            self.loaded.schemas.push(schema);
        }
        if let Some(definitions) = contents.definitions {
            for import in &definitions.imports {
                self.import(file, import, definitions.target_namespace)?;
            }
            self.loaded.definitions.push(definitions);
        }
        Ok(())
    }

    /// Follows an import; gives the document that it means, if there is one to read.
    fn import(
        &mut self,
        file: usize,
        import: &Import<'a>,
        importer: Option<Ns>,
    ) -> Result<Option<usize>, Error> {
        let Some(wanted) = self.wanted(import) else {
            return Ok(None);
        };
        match self.find(file, &wanted) {
            Ok(None) => {
                let text = format!(
                    "the import of {} is left out as asked",
                    error::location(&wanted)
                );
                self.loaded.notes.push((file, import.position, text));
                let unread = import.namespace.or(importer).unwrap_or(Ns::NONE);
                self.loaded.unread.push((unread, wanted));
                Ok(None)
            }
            Ok(Some(found)) => {
                let includer = importer.filter(|_| import.kind.is_include());
                self.enqueue(found, import.kind, includer);
                Ok(Some(found))
            }
            // Only a document that is not there may turn out not to be needed.
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

    /// What an import is followed by: its location, unless only its namespace was provided.
    /// `None` if it names a namespace and nothing else, which may be defined elsewhere.
    fn wanted(&self, import: &Import<'a>) -> Option<String> {
        let provided = |name: &str| self.reader.provided.contains_key(name);
        let location = import.location.as_deref();
        let by_namespace = import
            .namespace
            .map(|ns| self.loaded.namespaces.uri(ns))
            .filter(|uri| provided(uri) && !location.is_some_and(provided));
        by_namespace.or(location).map(str::to_string)
    }

    /// The document that is provided or lies at a location, read if it is new; `None` if it is to
    /// be left out.
    fn find(&mut self, from: usize, wanted: &str) -> Result<Option<usize>, Error> {
        let reader = self.reader;
        match reader.provided.get(wanted) {
            None => {
                let base = self.loaded.files[from].directory.as_deref();
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

    /// The document of a canonical path.
    fn file(&mut self, path: PathBuf) -> Result<usize, Error> {
        if let Some(index) = self.known.get(&path) {
            return Ok(*index);
        }
        let name = self.display_name(&path);
        let bytes = locate::read(&path, self.reader.limits.file_size)
            .map_err(|error| error.in_file(Some(&name)))?;
        let file = File {
            name: Some(name),
            directory: path.parent().map(Path::to_path_buf),
        };
        let index = self.add(bytes, file)?;
        self.known.insert(path, index);
        Ok(index)
    }

    /// A path in the words of the directory that was given for it.
    fn display_name(&self, path: &Path) -> PathBuf {
        let mut roots = self.roots.iter().zip(&self.given_roots);
        let below =
            |(root, given): (&PathBuf, &PathBuf)| Some(given.join(path.strip_prefix(root).ok()?));
        roots.find_map(below).unwrap_or_else(|| path.to_path_buf())
    }
}

/// The canonical forms of a file's path and of its directory.
fn canonical(path: &Path) -> Result<(PathBuf, PathBuf), Error> {
    let path = path.canonicalize().map_err(|error| {
        Error::new(ErrorKind::Io, "the file cannot be opened")
            .in_file(Some(path))
            .caused_by(error)
    })?;
    let directory = path.parent().unwrap_or(Path::new("")).to_path_buf();
    Ok((path, directory))
}

fn wrong_root(root: Node<'_, '_>, uri: &str, job: &Job<'_>) -> Error {
    let expected = match job.kind {
        ImportKind::Wsdl => "definitions of http://schemas.xmlsoap.org/wsdl/",
        ImportKind::Schema | ImportKind::Include | ImportKind::Redefine => {
            "schema of http://www.w3.org/2001/XMLSchema"
        }
    };
    let message = format!(
        "the root element is {} of {}, not {expected}",
        quoted(root.local()),
        match uri {
            "" => Cow::Borrowed("no namespace"),
            uri => Cow::Owned(quoted(uri)),
        }
    );
    let error = Error::new(ErrorKind::NotWsdl, message).at(root.position());
    match (root.local(), uri) {
        (local, _) if local.eq_ignore_ascii_case("html") => {
            error.help("this is a web page, such as a login or error page")
        }
        ("description", "http://www.w3.org/ns/wsdl") => {
            error.help("WSDL 2.0 is not supported; most services offer WSDL 1.1 too")
        }
        ("schema", uri) if uri.ends_with("/XMLSchema") && uri.contains("w3.org/") => {
            error.help("give the WSDL that uses this schema")
        }
        _ => error,
    }
}
