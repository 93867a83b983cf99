//! The error of texts that a program gives.

use std::borrow::Cow;
use std::fmt;

/// A text that the program gave is not what was expected: an [`Id`](crate::salesforce::Id), a
/// [`Decimal`](crate::Decimal) or the address of an [`Endpoint`](crate::Endpoint).
///
/// The message says what was expected. It does not repeat the text, which may be personal data or
/// hold a password. As [`Error`](crate::Error), which `?` makes of it, it is a usage error.
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
