//! Why a message cannot be read or written.

use std::borrow::Cow;

use crate::record::{ValueError, ValueErrorKind};
use crate::xml::{self, XmlError, XmlErrorKind};

/// Why a message cannot be read or written, and at which element.
#[derive(Debug)]
pub(crate) struct CodecError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: CodecErrorKind,
    message: Cow<'static, str>,
    /// What the program that reads or writes the message can do.
    advice: Option<Cow<'static, str>>,
    /// Element names, from the innermost element to the outermost one.
    path: Vec<String>,
}

/// The classes of [`CodecError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodecErrorKind {
    /// The program asked for something impossible.
    Usage,
    /// The message is not well-formed, or its content does not fit its type.
    Decode,
    /// A value cannot be written as XML.
    Encode,
    /// A limit was exceeded.
    Limit,
    /// The message ends before it is complete.
    Truncated,
    /// There is no message at all.
    Empty,
    /// The deadline of the call has passed.
    Late,
}

impl CodecError {
    pub(crate) fn new(kind: CodecErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            advice: None,
            path: Vec::new(),
        }))
    }

    pub(crate) fn usage(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(CodecErrorKind::Usage, message)
    }

    pub(crate) fn decode(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(CodecErrorKind::Decode, message)
    }

    pub(crate) fn encode(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(CodecErrorKind::Encode, message)
    }

    pub(crate) fn limit(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(CodecErrorKind::Limit, message)
    }

    /// Adds the name of the element that was being read or written.
    pub(crate) fn within(mut self, name: impl Into<String>) -> Self {
        self.0.path.push(name.into());
        self
    }

    /// Adds what the program that reads or writes the message can do. Whoever sent the message does
    /// not see it.
    pub(crate) fn with_advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// Takes the advice away.
    #[cfg(feature = "server")]
    pub(crate) fn take_advice(&mut self) -> Option<Cow<'static, str>> {
        self.0.advice.take()
    }

    #[cfg(any(test, feature = "server"))]
    pub(crate) fn kind(&self) -> CodecErrorKind {
        self.0.kind
    }

    pub(crate) fn into_parts(self) -> (CodecErrorKind, Cow<'static, str>, Vec<String>) {
        let message = match self.0.advice {
            Some(advice) => format!("{}; {advice}", self.0.message).into(),
            None => self.0.message,
        };
        (self.0.kind, message, self.0.path)
    }
}

impl From<XmlError> for CodecError {
    fn from(error: XmlError) -> Self {
        let (kind, message, advice) = error.into_parts();
        let kind = match kind {
            XmlErrorKind::Malformed => CodecErrorKind::Decode,
            XmlErrorKind::Limit => CodecErrorKind::Limit,
            XmlErrorKind::Truncated => CodecErrorKind::Truncated,
            XmlErrorKind::Empty => CodecErrorKind::Empty,
            XmlErrorKind::Late => CodecErrorKind::Late,
        };
        let error = Self::new(kind, message);
        match advice {
            Some(advice) => error.with_advice(advice),
            None => error,
        }
    }
}

impl From<ValueError> for CodecError {
    fn from(error: ValueError) -> Self {
        let (kind, message, path) = error.into_parts();
        let kind = match kind {
            ValueErrorKind::Usage => CodecErrorKind::Usage,
            ValueErrorKind::Decode => CodecErrorKind::Decode,
        };
        Self(Box::new(Inner {
            kind,
            message,
            advice: None,
            path,
        }))
    }
}

/// Why decoding stopped.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The rest of the value has not arrived.
    More,
    /// The message is not valid.
    Error(CodecError),
}

impl Halt {
    /// Adds the name of the element that was being read.
    pub(crate) fn within(self, name: &str) -> Self {
        match self {
            Self::More => Self::More,
            Self::Error(error) => Self::Error(error.within(name)),
        }
    }
}

impl From<xml::Halt> for Halt {
    fn from(halt: xml::Halt) -> Self {
        match halt {
            xml::Halt::More => Self::More,
            xml::Halt::Error(error) => Self::Error(error.into()),
        }
    }
}

impl<E: Into<CodecError>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}
