//! The error type of this crate. A message says what was expected, what was found and what to do.

use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

use saponify_wsdl::Excerpt;

/// Why no code was written.
///
/// `Debug` prints the message, all causes and the option that helps, because a build script that
/// unwraps the result shows that text.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    message: String,
    file: Option<PathBuf>,
    excerpt: Option<Excerpt>,
    /// The key of the option that is wrong, and the name or pattern in it.
    option: Option<(&'static str, String)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Io,
    Wsdl,
    Config,
    Selection,
    Unsupported,
    Internal,
}

impl Error {
    pub(crate) fn io(what: &str, path: &Path, source: std::io::Error) -> Self {
        Self::new(Kind::Io, format!("{what} {}", path.display())).caused_by(source)
    }

    pub(crate) fn wsdl(input: Option<&PathBuf>, source: saponify_wsdl::Error) -> Self {
        let message = match input {
            Some(path) => format!("the WSDL {} cannot be read", path.display()),
            None => "the WSDL cannot be read".to_owned(),
        };
        Self::new(Kind::Wsdl, message).caused_by(source)
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(Kind::Config, message)
    }

    pub(crate) fn selection(message: impl Into<String>) -> Self {
        Self::new(Kind::Selection, message)
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(Kind::Unsupported, message)
    }

    /// A defect of this crate: `place` says what is wrong, and where.
    pub(crate) fn internal(place: impl std::fmt::Display) -> Self {
        Self::new(
            Kind::Internal,
            format!(
                "no code was written, because it would not compile: {place}. This is a defect of \
                 saponify-codegen; please report it with the WSDL"
            ),
        )
    }

    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            file: None,
            excerpt: None,
            option: None,
            source: None,
        }))
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds the key of the option that is wrong, and the name or pattern in it.
    pub(crate) fn about(mut self, option: &'static str, name: &str) -> Self {
        self.0.option = Some((option, name.to_owned()));
        self
    }

    /// The key of the option that is wrong, and the name or pattern in it.
    #[cfg(feature = "toml")]
    pub(crate) fn option(&self) -> Option<(&'static str, &str)> {
        let option = self.0.option.as_ref();
        option.map(|(option, name)| (*option, name.as_str()))
    }

    /// Adds the file of options that is wrong.
    #[cfg(feature = "toml")]
    pub(crate) fn in_file(mut self, file: &Path) -> Self {
        self.0.file = Some(file.to_owned());
        self
    }

    #[cfg(feature = "toml")]
    pub(crate) fn with_excerpt(mut self, excerpt: Option<Excerpt>) -> Self {
        self.0.excerpt = excerpt;
        self
    }

    /// A file or directory could not be read or written.
    #[must_use]
    pub fn is_io(&self) -> bool {
        self.0.kind == Kind::Io
    }

    /// The WSDL was refused. [`wsdl_error`](Error::wsdl_error) has the position.
    #[must_use]
    pub fn is_wsdl(&self) -> bool {
        self.0.kind == Kind::Wsdl
    }

    /// An option has a value that it cannot have.
    #[must_use]
    pub fn is_config(&self) -> bool {
        self.0.kind == Kind::Config
    }

    /// A pattern or a name in the options matches nothing in the WSDL.
    #[must_use]
    pub fn is_selection(&self) -> bool {
        self.0.kind == Kind::Selection
    }

    /// The WSDL is valid, but generated code cannot express it.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        self.0.kind == Kind::Unsupported
    }

    /// The generated code would not compile. This is a defect of this crate; the message names the
    /// place in the generated code.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.0.kind == Kind::Internal
    }

    /// The line of the WSDL or of `saponify.toml` that is wrong.
    #[must_use]
    pub fn excerpt(&self) -> Option<&Excerpt> {
        let own = self.0.excerpt.as_ref();
        own.or_else(|| self.wsdl_error()?.excerpt())
    }

    /// The file that is wrong, if it is a WSDL or `saponify.toml`.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        let own = self.0.file.as_deref();
        own.or_else(|| self.wsdl_error()?.file())
    }

    /// The reader's own error with its position, if the WSDL was refused.
    #[must_use]
    pub fn wsdl_error(&self) -> Option<&saponify_wsdl::Error> {
        self.0.source.as_ref()?.downcast_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.0.file {
            write!(f, "{}", file.display())?;
            if let Some(excerpt) = &self.0.excerpt {
                write!(f, ":{}", excerpt.position())?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(excerpt) = &self.0.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        let mut source = self.source();
        while let Some(cause) = source {
            write!(f, "\n  caused by: {cause}")?;
            source = cause.source();
        }
        if let Some(excerpt) = self.wsdl_error().and_then(saponify_wsdl::Error::excerpt) {
            write!(f, "\n{excerpt}")?;
        }
        if self
            .wsdl_error()
            .is_some_and(saponify_wsdl::Error::is_import)
        {
            f.write_str(
                "\n  help: `Config::import_roots` allows another directory, `provide_file` names a \
                 copy, and `skip_imports` leaves the import out",
            )?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}
