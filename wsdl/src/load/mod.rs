//! Loads documents: follows imports and includes until every document has been read once.

mod built_in;
mod imports;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};

use crate::documents::{Documents, File};
use crate::encoding;
use crate::error::{Error, ErrorKind, quoted};
use crate::locate;
use crate::model::Position;
use crate::names::Ns;
use crate::options::Options;
use crate::raw::{Builder, Contents, ImportKind};
use crate::redefine::redefine;
use crate::xml::{self, Budget, Node};
use imports::{Unfollowed, canonical};

/// The origin of the WSDL.
#[derive(Debug)]
pub(crate) enum Source<'s> {
    /// Bytes in memory.
    Bytes(&'s [u8]),
    /// A file.
    File(&'s Path),
}

/// Reads a WSDL and every document that it imports. Each file is decoded into one of `texts`.
pub(crate) fn load<'a>(
    options: &Options,
    texts: &'a [OnceCell<String>],
    source: Source<'_>,
) -> Result<Documents<'a>, Error> {
    Loader::new(options, texts).load(source)
}

/// A document to be read.
#[derive(Debug)]
struct Job<'a> {
    file: usize,
    text: &'a str,
    kind: ImportKind,
    /// The namespace of the including schema.
    includer: Option<Ns>,
}

struct Loader<'r, 'a> {
    options: &'r Options,
    texts: &'a [OnceCell<String>],
    /// The directories that may be read, in canonical form and as given.
    roots: Vec<PathBuf>,
    given_roots: Vec<PathBuf>,
    budget: Budget<'r>,
    size: u64,
    documents: Documents<'a>,
    /// The files by their identity: the canonical path or the provided location.
    known: HashMap<PathBuf, usize>,
    queue: VecDeque<Job<'a>>,
    /// The files that were queued or read, with the namespace of the including schema.
    queued: HashSet<(usize, Option<Ns>)>,
    done: HashSet<(usize, Option<Ns>)>,
    /// The imported files by their text and the namespace of the including schema.
    copies: HashMap<(&'a str, Option<Ns>), usize>,
    unfollowed: Vec<Unfollowed>,
}

impl<'r, 'a> Loader<'r, 'a> {
    fn new(options: &'r Options, texts: &'a [OnceCell<String>]) -> Self {
        Self {
            options,
            texts,
            roots: Vec::new(),
            given_roots: Vec::new(),
            budget: Budget {
                limits: &options.limits,
                elements: 0,
            },
            size: 0,
            documents: Documents::new(),
            known: HashMap::new(),
            queue: VecDeque::new(),
            queued: HashSet::new(),
            done: HashSet::new(),
            copies: HashMap::new(),
            unfollowed: Vec::new(),
        }
    }

    fn load(mut self, source: Source<'_>) -> Result<Documents<'a>, Error> {
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
            for root in &self.options.roots {
                let root_path = root.canonicalize().map_err(|error| {
                    Error::new(ErrorKind::Io, "the allowed directory cannot be opened")
                        .in_file(Some(root))
                        .caused_by(error)
                })?;
                self.roots.push(root_path);
                self.given_roots.push(root.clone());
            }
            // A document that imports the WSDL finds it here, even through a link.
            let (path, _) = canonical(name)?;
            self.known.insert(path, 0);
        }
        let index = self.add(bytes, file)?;
        self.enqueue(index, ImportKind::Wsdl, None);
        while let Some(job) = self.queue.pop_front() {
            let (file, text) = (job.file, job.text);
            self.document(&job)
                .map_err(|error| error.in_file(self.documents.file_name(file)).in_text(text))?;
        }
        self.check_unfollowed()?;
        self.add_well_known()?;
        redefine(&mut self.documents)?;
        Ok(self.documents)
    }

    fn open(&self, path: &Path) -> Result<(Vec<u8>, File), Error> {
        let limit = self.options.limits.file_size;
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

    /// Decodes a document, stores its text, and returns the index of the file.
    fn add(&mut self, bytes: Vec<u8>, file: File) -> Result<usize, Error> {
        let limits = &self.options.limits;
        let index = self.documents.files.len();
        let name = file.name.clone();
        self.documents.files.push(file);
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

    fn document(&mut self, job: &Job<'a>) -> Result<(), Error> {
        let namespaces = &mut self.documents.namespaces;
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
            return Err(wrong_root(
                root,
                self.documents.namespaces.uri(root.ns()),
                job,
            ));
        }
        let mut contents = builder.contents;
        if let Some(position) = document.doctype {
            let text = "the document type declaration is skipped; nothing in it is read";
            contents.notes.insert(0, (position, text.to_string()));
        }
        if job.file == 0 {
            self.documents.leading_comment = document.leading_comment;
        } else {
            let first = self.copies.entry((job.text, chameleon)).or_insert(job.file);
            if *first != job.file {
                let first = *first;
                return self.add_copy(job.file, first, contents, root.position());
            }
        }
        self.add_contents(job.file, contents)
    }

    /// Adds the content of a document, and follows its imports.
    fn add_contents(&mut self, file: usize, contents: Contents<'a>) -> Result<(), Error> {
        let notes = contents.notes.into_iter();
        let notes = notes.map(|(position, text)| (file, position, text));
        self.documents.notes.extend(notes);
        for mut schema in contents.schemas {
            for (index, import) in schema.imports.iter().enumerate() {
                let found = self.import(file, import, Some(schema.target))?;
                let mut redefines = schema.redefines.iter_mut();
                if let Some(redefine) = redefines.find(|redefine| redefine.import == index) {
                    redefine.file = found;
                }
            }
            self.documents.schemas.push(schema);
        }
        if let Some(definitions) = contents.definitions {
            for import in &definitions.imports {
                self.import(file, import, definitions.target_namespace)?;
            }
            self.documents.definitions.push(definitions);
        }
        Ok(())
    }

    /// Leaves out a document whose text equals that of an earlier one. Its imports are followed, because
    /// they are relative to its own location.
    fn add_copy(
        &mut self,
        file: usize,
        first: usize,
        contents: Contents<'a>,
        position: Position,
    ) -> Result<(), Error> {
        let name = match self.documents.file_name(first) {
            Some(name) => name.display().to_string(),
            None => "another".to_string(),
        };
        let text = format!("the file is a copy of {name} and its definitions are read once");
        self.documents.notes.push((file, position, text));
        for schema in &contents.schemas {
            for import in &schema.imports {
                self.import(file, import, Some(schema.target))?;
            }
        }
        if let Some(definitions) = &contents.definitions {
            for import in &definitions.imports {
                self.import(file, import, definitions.target_namespace)?;
            }
        }
        Ok(())
    }
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
