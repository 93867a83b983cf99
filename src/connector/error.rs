//! The error of the connector.

use std::error::Error as StdError;
use std::fmt;

/// An error of the connector: its message, its cause, and advice for the user.
///
/// The message names files, tables and settings. It never contains secrets or field values.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    message: String,
    help: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of an error, for the predicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The caller asked for something that is not possible.
    Usage,
    /// A file or folder could not be read or written.
    Io,
    /// The store refused or failed.
    Store,
    /// There is no room left on the disk.
    Full,
    /// The store cannot be written.
    ReadOnly,
    /// A newer version of the program has written the store.
    Newer,
    /// A secret could not be stored or found.
    Vault,
    /// Data is not in the form that is expected.
    Data,
    /// Another instance works on the connection.
    Locked,
    /// The org cannot be reached, refuses a call, or sends a response that cannot be read.
    Service,
    /// A sink cannot be reached, or refuses what it is sent.
    Sink,
    /// The remaining daily API calls of the org are left to others.
    Reserved,
    /// The user has stopped the program.
    Stopped,
    /// The database cannot be reached.
    Away,
    /// The database refuses the login.
    #[cfg(feature = "postgres")]
    Refused,
    /// The lease of the connection is lost.
    Lost,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            help: None,
            source: None,
        }))
    }

    /// Makes the error of a caller who asked for something that is not possible.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Adds advice for the user.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Adds the cause.
    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Makes the error of a file or folder that could not be read or written.
    pub(crate) fn io(action: &str, path: &std::path::Path, error: std::io::Error) -> Self {
        let kind = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Kind::Full,
            std::io::ErrorKind::ReadOnlyFilesystem => Kind::ReadOnly,
            _ => Kind::Io,
        };
        Self::new(kind, format!("cannot {action} {}", path.display())).because(error)
    }

    /// Whether the org refused the credentials. A new attempt does not help, and may lock the user out.
    #[must_use]
    pub fn is_refused_login(&self) -> bool {
        self.cause().is_some_and(|cause| {
            let is_login = cause.is_login()
                || cause.is_password_expired()
                || cause.operation() == Some("login");
            is_login && cause.recovery() == saponify::Recovery::GiveUp && !cause.is_protocol()
        })
    }

    /// Whether the org did not respond in time, or could not be connected to. The next call would probably
    /// fail in the same way, and would take as long.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        self.cause()
            .is_some_and(|cause| cause.is_timeout() || cause.is_connect())
    }

    /// Whether the org sent no response at all, neither a result nor a fault.
    pub(crate) fn has_no_response(&self) -> bool {
        self.cause()
            .is_some_and(|cause| cause.is_transport() || cause.is_protocol())
    }

    /// Whether only a new login helps, because the org refused to renew the session.
    pub(crate) fn needs_login(&self) -> bool {
        self.is_refused_login()
            || self
                .cause()
                .is_some_and(saponify::Error::is_session_expired)
    }

    /// The error of the call that caused this error, if there is one.
    pub(crate) fn cause(&self) -> Option<&saponify::Error> {
        self.0.source.as_deref()?.downcast_ref()
    }

    /// The message followed by its causes, as one text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.0.message.clone();
        for cause in self.causes() {
            text.push_str(": ");
            text.push_str(&cause);
        }
        text
    }

    /// The causes: the failed call, and the innermost error. The layers of the network in between are left
    /// out, because they do not help the user.
    #[must_use]
    pub fn causes(&self) -> Vec<String> {
        let mut causes: Vec<String> = Vec::new();
        let mut source = StdError::source(self);
        while let Some(cause) = source {
            let text = super::options::with_options(&cause.to_string());
            let said = causes.last().unwrap_or(&self.0.message);
            if !said.contains(&text) {
                causes.push(text);
            }
            source = cause.source();
        }
        if let Some(last) = causes.len().checked_sub(1).filter(|last| *last > 1) {
            causes.drain(1..last);
        }
        causes
    }

    /// Advice for the user, if there is any.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// Whether the caller asked for something that is not possible, such as an unknown connection or a name
    /// that is taken.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.0.kind == Kind::Usage
    }

    /// Whether another instance works on the connection.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.0.kind == Kind::Locked
    }

    /// The exit code of the program: 2 for wrong usage, 4 if another instance works on the connection,
    /// otherwise 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.0.kind {
            Kind::Usage => 2,
            Kind::Locked | Kind::Lost => 4,
            // As a shell says of a program that Ctrl-C ends.
            Kind::Stopped => 130,
            _ => 1,
        }
    }

    /// Whether the org could not be reached, refused a call, or sent a response that cannot be read.
    #[must_use]
    pub fn is_service(&self) -> bool {
        self.0.kind == Kind::Service
    }

    /// Whether a sink could not be reached, or refused what it was sent.
    #[must_use]
    pub fn is_sink(&self) -> bool {
        self.0.kind == Kind::Sink
    }

    /// Whether the connector made no call, because it leaves the last tenth of the daily API calls to
    /// others.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.0.kind == Kind::Reserved
    }

    /// Whether the user has stopped the program. Everything that was stored before that stays stored.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.kind == Kind::Stopped
    }

    /// Whether the database that holds the connections cannot be reached. Nothing is damaged, and the next
    /// round continues.
    #[must_use]
    pub fn is_database_away(&self) -> bool {
        self.0.kind == Kind::Away
    }

    /// Whether the lease of the connection is lost, because this process was paused or disconnected for too
    /// long. Another instance may work on the connection, and nothing of the last change is stored.
    #[must_use]
    pub fn is_lease_lost(&self) -> bool {
        self.0.kind == Kind::Lost
    }

    /// Whether the disk is full. Nothing is damaged, and the next run continues.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        self.0.kind == Kind::Full
    }

    /// Whether the store, or the folder of the store, cannot be written.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.0.kind == Kind::ReadOnly
    }

    /// Whether a newer version of the program has written the store.
    #[must_use]
    pub fn is_newer_store(&self) -> bool {
        self.0.kind == Kind::Newer
    }

    /// Whether a secret could not be stored, found or decrypted.
    #[must_use]
    pub fn is_vault(&self) -> bool {
        self.0.kind == Kind::Vault
    }

    /// Whether data was not in the form that is expected.
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.0.kind == Kind::Data
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
