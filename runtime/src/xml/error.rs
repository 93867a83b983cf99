//! Why a document cannot be read.

/// Why a document cannot be read. The message says what was found. If a limit was exceeded, the
/// message contains its name and value.
#[derive(Debug)]
pub(crate) struct XmlError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: XmlErrorKind,
    message: String,
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
        let message = message.into();
        Self(Box::new(Inner { kind, message }))
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

    pub(crate) fn into_parts(self) -> (XmlErrorKind, String) {
        (self.0.kind, self.0.message)
    }
}

impl std::fmt::Display for XmlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for XmlError {}
