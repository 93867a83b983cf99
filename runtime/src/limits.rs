//! Limits on what a response may cost.

/// The maximum nesting depth, whatever the configured limit is. Values are read, written and
/// converted recursively.
pub(crate) const MAX_DEPTH: usize = 128;

/// The moment after which no more work is done for a call. Reading an answer never waits, so that
/// nothing but a look at the clock ends it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WorkDeadline(pub(crate) Option<tokio::time::Instant>);

impl WorkDeadline {
    pub(crate) fn is_over(self) -> bool {
        self.0.is_some_and(|end| tokio::time::Instant::now() >= end)
    }
}

/// Limits on an answer. Each one has an error of its own that names it and its figure.
///
/// ```
/// let limits = saponify::Limits { text: 64 << 20, ..saponify::Limits::default() };
/// # assert_eq!(limits.depth, 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The maximum nesting depth of elements. A value above 128 counts as 128, which a small stack
    /// can hold.
    pub depth: usize,
    /// The maximum number of attributes of one element, including namespace declarations.
    pub attributes: usize,
    /// The maximum length of an attribute value in bytes.
    pub attribute: usize,
    /// The maximum number of namespace declarations in scope.
    pub namespaces: usize,
    /// The maximum length of a name in bytes.
    pub name: usize,
    /// The maximum length in bytes of the text of one element, or of a comment. Raise it to read
    /// large base64 fields.
    pub text: usize,
    /// The maximum length of the whole response in bytes, after decompression.
    pub body: usize,
    /// Bytes of an answer that an error keeps, for [`Error::expose_answer`](crate::Error::expose_answer).
    pub error_answer: usize,
    /// Bytes of memory for the values of one row, or of an answer that is read as a whole, beside
    /// their text. An empty element is short, but the struct that it becomes may be large.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 100,
            attributes: 100,
            attribute: 64 << 10,
            namespaces: 64,
            name: 1 << 10,
            text: 16 << 20,
            body: 64 << 20,
            error_answer: 1 << 20,
            memory: 256 << 20,
        }
    }
}
