//! The error of headers that the WSDL does not declare.

use std::error::Error as StdError;
use std::fmt;

/// A [`RawHeader`](super::RawHeader) cannot be written, so the request is not sent.
///
/// `?` converts this error to an [`Error`](crate::Error).
pub struct HeaderError(Box<Inner>);

struct Inner {
    /// True if the header is not well-formed XML or has characters that XML does not allow. False
    /// if something that it needs is missing or wrong.
    encode: bool,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl HeaderError {
    /// Something that the header needs is missing or wrong. The message is written to logs, so it
    /// must not contain a secret.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            encode: false,
            message: message.into(),
            source: None,
        }))
    }

    /// Adds the error that caused this one.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn encode(message: impl Into<String>) -> Self {
        let mut error = Self::new(message);
        error.0.encode = true;
        error
    }

    /// The header would not be well-formed XML.
    #[must_use]
    pub fn is_encode(&self) -> bool {
        self.0.encode
    }

    /// Something that the header needs is missing or wrong.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        !self.0.encode
    }

    pub(crate) fn into_parts(self) -> (bool, String, Option<Box<dyn StdError + Send + Sync>>) {
        (self.0.encode, self.0.message, self.0.source)
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderError")
            .field("message", &self.0.message)
            .field("source", &self.0.source.as_ref().map(ToString::to_string))
            .finish()
    }
}

impl StdError for HeaderError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_deref();
        source.map(|source| source as &(dyn StdError + 'static))
    }
}
