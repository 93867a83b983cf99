//! The failure of a delivery.

use std::fmt;
use std::time::Duration;

use crate::connector::error::{Error, Kind};

/// The failure of a delivery, and what it means for the next attempt.
pub struct Failure {
    error: Error,
    retry_after: Option<Duration>,
    replan: bool,
    about_rows: bool,
}

impl Failure {
    /// Makes the failure of a destination that cannot be reached or refuses what it is sent.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Error::new(Kind::Sink, message).into()
    }

    /// Adds advice for the user.
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self {
            error: self.error.help(help),
            ..self
        }
    }

    /// Adds the cause.
    pub(super) fn because(
        self,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            error: self.error.because(cause),
            ..self
        }
    }

    /// Sets the pause that the destination asks for.
    pub(super) fn retry_after(self, pause: Option<Duration>) -> Self {
        Self {
            retry_after: pause,
            ..self
        }
    }

    /// Allows the next batch to have other rows, because the destination accepted none of this one.
    pub(super) fn replanned(self) -> Self {
        Self {
            replan: true,
            ..self
        }
    }

    /// It is not known whether the rows are what is wrong. If the destination takes others, they are.
    pub(super) fn about_rows(self) -> Self {
        Self {
            about_rows: true,
            ..self
        }
    }

    /// What happened.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// Returns the error without the pause.
    #[must_use]
    pub fn into_error(self) -> Error {
        self.error
    }

    /// The pause that the destination asks for.
    #[must_use]
    pub fn pause(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(super) fn is_replanned(&self) -> bool {
        self.replan
    }

    pub(super) fn is_about_rows(&self) -> bool {
        self.about_rows
    }

    /// What the store keeps: the message with its causes, and what to do.
    #[must_use]
    pub fn text(&self) -> String {
        text_of(&self.error)
    }
}

/// The message of an error with its causes, and the advice.
pub(super) fn text_of(error: &Error) -> String {
    match error.advice() {
        Some(advice) => format!("{}; {advice}", error.text()),
        None => error.text(),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            retry_after: None,
            replan: false,
            about_rows: false,
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("error", &self.error)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}
