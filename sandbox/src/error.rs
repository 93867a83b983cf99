//! The error of this crate.

use std::fmt;
use std::path::Path;

/// An org description could not be read, or a sandbox could not be started.
pub struct Error(Box<Kind>);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("org description: {message}")]
    Toml { message: String },
    #[error("org description, line {line}: {message}")]
    Org { line: usize, message: String },
    #[error("{what}")]
    Io {
        what: String,
        source: std::io::Error,
    },
    #[error("database: {what}")]
    Database {
        what: String,
        source: rusqlite::Error,
    },
    #[error("{0}")]
    Other(String),
}

impl Error {
    pub(crate) fn toml(error: &toml::de::Error) -> Self {
        Self(Box::new(Kind::Toml {
            message: error.to_string().trim_end().to_owned(),
        }))
    }

    pub(crate) fn org(line: usize, message: impl Into<String>) -> Self {
        Self(Box::new(Kind::Org {
            line,
            message: message.into(),
        }))
    }

    pub(crate) fn read(path: &Path, source: std::io::Error) -> Self {
        Self::io(format!("cannot read {}", path.display()), source)
    }

    pub(crate) fn io(what: impl Into<String>, source: std::io::Error) -> Self {
        Self(Box::new(Kind::Io {
            what: what.into(),
            source,
        }))
    }

    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self(Box::new(Kind::Other(message.into())))
    }

    pub(crate) fn database(what: impl Into<String>, source: rusqlite::Error) -> Self {
        Self(Box::new(Kind::Database {
            what: what.into(),
            source,
        }))
    }

    /// The line of the org description that contains the error, if the error is in a line of it.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match *self.0 {
            Kind::Org { line, .. } => Some(line),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Prints the whole chain of causes, because `unwrap` prints the debug form.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)?;
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.0)
    }
}
