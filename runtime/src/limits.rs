//! Bounds on what an answer may cost.

/// Nesting that nothing may exceed, whatever the configured limit: values are read, written and
/// converted by recursion.
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
    /// Nesting of elements. More than 128 counts as 128, which a small stack can bear.
    pub depth: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes: usize,
    /// Bytes of one attribute's value.
    pub attribute: usize,
    /// Namespace declarations in scope at once.
    pub namespaces: usize,
    /// Bytes of one name.
    pub name: usize,
    /// Bytes of one element's text, or of a comment. Raise it to fetch large base64 fields.
    pub text: usize,
    /// Bytes of the whole answer after decompression.
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
