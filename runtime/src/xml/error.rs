//! Why a document cannot be read.

/// What to do about a message that exceeds a limit of its size.
pub(crate) const SMALLER: &str = "ask for smaller batches or raise the limit";

/// Why a document cannot be read. The message says what was found. If a limit was exceeded, the
/// message contains its name and value.
#[derive(Debug)]
pub(crate) struct XmlError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: XmlErrorKind,
    message: String,
    /// What the program that reads the document can do.
    advice: Option<&'static str>,
}

/// The classes of [`XmlError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum XmlErrorKind {
    /// The document is not well-formed, or its bytes do not fit its encoding.
    Malformed,
    /// A limit was exceeded.
    Limit,
    /// The document ends before it is complete.
    Truncated,
    /// There is no document at all.
    Empty,
    /// The deadline of the call has passed.
    Late,
}

impl XmlError {
    pub(crate) fn new(kind: XmlErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            advice: None,
        }))
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(XmlErrorKind::Malformed, message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(XmlErrorKind::Limit, message)
    }

    /// The deadline of the call has passed before the document was read.
    pub(crate) fn late() -> Self {
        let message = "the message was not read within the deadline of the call";
        Self::new(XmlErrorKind::Late, message)
    }

    /// Adds what the program that reads the document can do. Whoever sent the document does not see it.
    pub(crate) fn with_advice(mut self, advice: &'static str) -> Self {
        self.0.advice = Some(advice);
        self
    }

    pub(crate) fn into_parts(self) -> (XmlErrorKind, String, Option<&'static str>) {
        (self.0.kind, self.0.message, self.0.advice)
    }
}

impl std::fmt::Display for XmlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)?;
        match self.0.advice {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for XmlError {}
