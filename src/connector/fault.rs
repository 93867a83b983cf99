//! The errors of a database.

use std::fmt;

use super::error::{Error, Kind};

/// An error of a database, without the action that failed. The caller adds the action.
pub(in crate::connector) struct Fault {
    kind: Kind,
    help: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl Fault {
    pub(in crate::connector) fn new(
        kind: Kind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            help: String::new(),
            source: source.into(),
        }
    }

    /// Whether the database cannot be reached.
    #[cfg(feature = "postgres")]
    pub(in crate::connector) fn is_away(&self) -> bool {
        self.kind == Kind::Away
    }

    /// Replaces the error of the database by its meaning.
    #[cfg(feature = "postgres")]
    pub(in crate::connector) fn instead(self, kind: Kind, meaning: &str) -> Self {
        Self::new(kind, meaning.to_owned()).help(self.help)
    }

    /// Adds what the error is about.
    pub(in crate::connector) fn about(self, what: impl fmt::Display) -> Self {
        Self {
            source: format!("{what}: {}", self.source).into(),
            ..self
        }
    }

    /// Adds advice for the user.
    pub(in crate::connector) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Makes the error of the action that failed.
    pub(in crate::connector) fn because_of(self, action: &str, place: &str) -> Error {
        let failed = Error::new(self.kind, format!("cannot {action} ({place})"));
        let failed = failed.because(self.source);
        match self.help.is_empty() {
            true => failed,
            false => failed.help(self.help),
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.source)
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::new(Kind::Store, error)
    }
}
