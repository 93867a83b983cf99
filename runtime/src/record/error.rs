//! The error of a value that does not fit its field.

use std::borrow::Cow;
use std::fmt;

/// A value does not fit its field, or a record does not have the expected type.
///
/// The message says what was expected, and [`path`](ValueError::path) says where. The message does
/// not contain the value, which may be personal data. `?` converts this error to an
/// [`Error`](crate::Error).
pub struct ValueError(Box<Inner>);

struct Inner {
    kind: ValueErrorKind,
    message: Cow<'static, str>,
    /// Field names, from the innermost field to the outermost one.
    path: Vec<String>,
}

/// The classes of [`ValueError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueErrorKind {
    /// The program asked for something impossible.
    Usage,
    /// A received value does not fit.
    Decode,
}

impl ValueError {
    fn new(kind: ValueErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            path: Vec::new(),
        }))
    }

    pub(crate) fn usage(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ValueErrorKind::Usage, message)
    }

    pub(crate) fn decode(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ValueErrorKind::Decode, message)
    }

    /// Adds the name of the field that holds the value.
    pub(crate) fn within(mut self, name: impl Into<String>) -> Self {
        self.0.path.push(name.into());
        self
    }

    pub(crate) fn into_parts(self) -> (ValueErrorKind, Cow<'static, str>, Vec<String>) {
        (self.0.kind, self.0.message, self.0.path)
    }

    /// The program gave a value that the field cannot have.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.0.kind == ValueErrorKind::Usage
    }

    /// A value that the service sent cannot be read as the requested type.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.0.kind == ValueErrorKind::Decode
    }

    /// The fields that lead to the value, joined by `/`, outermost field first. It is empty if the
    /// error is about the value itself.
    #[must_use]
    pub fn path(&self) -> String {
        let names: Vec<_> = self.0.path.iter().rev().map(String::as_str).collect();
        names.join("/")
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match &*self.0.path {
            [] => Ok(()),
            _ => write!(f, " (at {})", self.path()),
        }
    }
}

impl fmt::Debug for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueError")
            .field("kind", &self.0.kind)
            .field("message", &self.to_string())
            .finish()
    }
}

impl std::error::Error for ValueError {}
