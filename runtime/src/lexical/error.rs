//! The error of a text that a program gives.

use std::borrow::Cow;
use std::fmt;

/// A text that the program gave is not valid: as an [`Id`](crate::salesforce::Id), as a
/// [`Decimal`](crate::Decimal), or as the address of an [`Endpoint`](crate::Endpoint).
///
/// The message says what was expected. It does not contain the text, which may be personal data or
/// contain a password. `?` converts this error to an [`Error`](crate::Error), which is then a usage
/// error.
#[derive(Clone, PartialEq, Eq)]
pub struct ParseError(Cow<'static, str>);

impl ParseError {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ParseError").field(&self.0).finish()
    }
}

impl std::error::Error for ParseError {}
