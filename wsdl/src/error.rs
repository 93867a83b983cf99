//! The error type of this crate.

use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::excerpt::{Excerpt, is_unprintable};
use crate::model::Position;

/// The reason why a document was refused. The message says what is wrong and where, and
/// [`Error::kind`] returns the kind of the error.
///
/// The type has the size of one pointer. Its content is accessible only by methods, so that content can be
/// added compatibly.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    file: Option<PathBuf>,
    position: Option<Position>,
    path: Vec<String>,
    message: String,
    help: Option<String>,
    limit: Option<(&'static str, u64)>,
    excerpt: Option<Excerpt>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file could not be read.
    Io,
    /// The bytes are not text in an encoding that this crate reads.
    Encoding,
    /// The document is not well-formed XML, or not namespace-well-formed.
    NotWellFormed,
    /// The document refers to an entity that only a DTD could declare. DTDs are never read.
    Dtd,
    /// A [limit](crate::Limits) was exceeded. [`Error::limit`] returns its name and value.
    Limit,
    /// The root element is not a WSDL 1.1 `definitions` (or, for an imported file, a `schema`).
    NotWsdl,
    /// An element or attribute is missing, has an invalid value, or is in a place where it is not allowed.
    Invalid,
    /// A name is not an XML name (`NCName` or `QName`).
    IllegalName,
    /// A name refers to nothing.
    Undefined,
    /// Two definitions share a name.
    Duplicate,
    /// Definitions refer to each other in a circle.
    Cycle,
    /// The document uses a construct that is not supported.
    Unsupported,
    /// An import or include names a URL, or a file outside of the allowed directories.
    /// [`Reader`](crate::Reader) can allow more directories, be given the document, or skip it.
    ImportRefused,
    /// An imported or included file is missing.
    ImportNotFound,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            file: None,
            position: None,
            path: Vec::new(),
            message: message.into(),
            help: None,
            limit: None,
            excerpt: None,
            source: None,
        }))
    }

    /// Adds what was expected, or what the user can do, as a clause that follows `; `.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.0.position.get_or_insert(position);
        self
    }

    pub(crate) fn in_file(mut self, file: Option<&Path>) -> Self {
        if self.0.file.is_none() {
            self.0.file = file.map(Path::to_path_buf);
        }
        self
    }

    /// Adds the line of the document that the error refers to.
    pub(crate) fn in_text(mut self, text: &str) -> Self {
        if let (None, Some(position)) = (&self.0.excerpt, self.0.position) {
            self.0.excerpt = Excerpt::at(text, position);
        }
        self
    }

    pub(crate) fn on_path(mut self, path: Vec<String>) -> Self {
        if self.0.path.is_empty() {
            self.0.path = path;
        }
        self
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn over(name: &'static str, figure: u64, what: impl fmt::Display) -> Self {
        let mut error = Self::new(
            ErrorKind::Limit,
            format!("{what} exceeds the limit `{name}` of {figure}"),
        )
        .help("raise the limit with `Limits` if you trust the document");
        error.0.limit = Some((name, figure));
        error
    }

    /// The kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file, unless the document was given as bytes.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.0.file.as_deref()
    }

    /// Line and column, unless the error concerns a file as a whole.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.0.position
    }

    /// The line of the document that the error refers to, if the error has a position.
    #[must_use]
    pub fn excerpt(&self) -> Option<&Excerpt> {
        self.0.excerpt.as_ref()
    }

    /// The constructs around the error, outermost first: `definitions`, `schema {urn:x}`, ….
    #[must_use]
    pub fn path(&self) -> &[String] {
        &self.0.path
    }

    /// The message without file, position and path.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What was expected, or what the user can do.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The name and value of the limit that was exceeded; see [`Limits`](crate::Limits).
    #[must_use]
    pub fn limit(&self) -> Option<(&'static str, u64)> {
        self.0.limit
    }

    /// Whether a limit was exceeded.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.0.kind == ErrorKind::Limit
    }

    /// Whether the document needs its DTD, because it refers to an entity that only a DTD could declare.
    #[must_use]
    pub fn is_dtd(&self) -> bool {
        self.0.kind == ErrorKind::Dtd
    }

    /// Whether another document is needed that is missing or must not be read.
    #[must_use]
    pub fn is_import(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::ImportRefused | ErrorKind::ImportNotFound
        )
    }

    /// Whether the bytes are not well-formed XML in a known encoding.
    #[must_use]
    pub fn is_not_well_formed(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::NotWellFormed | ErrorKind::Encoding | ErrorKind::Dtd
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match (&inner.file, inner.position) {
            (Some(file), Some(position)) => write!(f, "{}:{position}: ", file.display())?,
            (Some(file), None) => write!(f, "{}: ", file.display())?,
            (None, Some(position)) => write!(f, "{position}: ")?,
            (None, None) => {}
        }
        if !inner.path.is_empty() {
            write!(f, "{}: ", inner.path.join(" > "))?;
        }
        f.write_str(&inner.message)?;
        if let Some(help) = &inner.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

/// Prints what `Display` prints, followed by the line of the document and the causes, because `unwrap()` in
/// a build script prints the debug form.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        if let Some(excerpt) = &self.0.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        let mut source = self.source();
        while let Some(cause) = source {
            write!(f, "\n  caused by: {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}

/// The number of characters of foreign text that a message repeats.
const QUOTE_MAX: usize = 80;
/// The number of characters of a location in a message. The caller needs the whole location to provide or
/// skip the import.
const LOCATION_MAX: usize = 500;
/// The number of characters of a message of a library.
const SAID_MAX: usize = 240;

/// A text of a document, prepared for a message: shortened, and without control or direction characters.
pub(crate) fn quoted(text: &str) -> String {
    format!("`{}`", clipped(text))
}

/// The location of an import, prepared for a message.
pub(crate) fn location(text: &str) -> String {
    let most = match text.chars().any(is_unprintable) {
        true => QUOTE_MAX,
        false => LOCATION_MAX,
    };
    format!("`{}`", clipped_to(text, most))
}

/// The message of a library, which may quote a document.
pub(crate) fn said(text: &str) -> String {
    clipped_to(text, SAID_MAX)
}

pub(crate) fn clipped(text: &str) -> String {
    clipped_to(text, QUOTE_MAX)
}

fn clipped_to(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == most {
            out.push('…');
            break;
        }
        if is_unprintable(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}
