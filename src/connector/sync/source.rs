//! The names of the sources.

use std::fmt;
use std::str::FromStr;

use crate::connector::error::{Error, Kind};
use crate::connector::store::MESSAGES;

/// A source that is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// LoginHistory.
    Logins,
    /// SetupAuditTrail.
    Audit,
    /// EventLogFile.
    Files,
    /// Changed records of chosen objects.
    Changes,
}

/// The names of all sources: those that are collected, and the messages that the org sends by itself.
pub const NAMES: [&str; 5] = [
    Source::Logins.as_str(),
    Source::Audit.as_str(),
    Source::Files.as_str(),
    Source::Changes.as_str(),
    MESSAGES,
];

impl Source {
    /// All sources, in the order in which they are collected.
    pub const ALL: [Self; 4] = [Self::Logins, Self::Audit, Self::Files, Self::Changes];

    /// The name of the source.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logins => "logins",
            Self::Audit => "audit",
            Self::Files => "files",
            Self::Changes => "changes",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Source {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|source| source.as_str() == text);
        known.ok_or_else(|| {
            Error::new(
                Kind::Usage,
                format!("there is no source `{}`", text.escape_debug()),
            )
            .help("the sources are logins, audit, files and changes")
        })
    }
}
