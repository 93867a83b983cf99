//! Limits on what a message may cost.

/// The maximum nesting depth, whatever the configured limit is. Values are read, written and
/// converted recursively.
pub(crate) const MAX_DEPTH: usize = 128;

/// The time after which no more work is done for a call. Decoding a response never waits, so it
/// must look at the clock itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WorkDeadline(pub(crate) Option<tokio::time::Instant>);

impl WorkDeadline {
    pub(crate) fn is_over(self) -> bool {
        self.0.is_some_and(|end| tokio::time::Instant::now() >= end)
    }
}

/// Limits on a message that arrives: the response to a call, or the request that a server gets. If a
/// limit is exceeded, the error names the limit and its value.
///
/// ```
/// let limits = saponify::Limits { text: 64 << 20, ..saponify::Limits::default() };
/// # assert_eq!(limits.depth, 100);
/// ```
///
/// A later version may have more limits, so a literal ends with `..`, as above.
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
    /// The maximum length of the whole message in bytes, after decompression.
    pub body: usize,
    /// The maximum number of bytes of a response that an error keeps for
    /// [`Error::expose_response`](crate::Error::expose_response).
    pub error_response: usize,
    /// The maximum number of bytes of memory for the values of one row, or of a message that is
    /// read as a whole, in addition to their text. An empty element is short, but the struct that
    /// is made of it may be large.
    pub memory: usize,
}

impl Limits {
    /// The limits of a server. They are smaller than the defaults, because anybody can send a request: a
    /// body and each text of at most 2 MiB, and values of at most 8 MiB.
    ///
    /// ```
    /// let limits = saponify::Limits { body: 16 << 20, ..saponify::Limits::of_requests() };
    /// # assert_eq!(limits.text, 2 << 20);
    /// ```
    #[must_use]
    pub const fn of_requests() -> Self {
        Self {
            text: 2 << 20,
            body: 2 << 20,
            error_response: 0,
            memory: 8 << 20,
            ..Self::of_responses()
        }
    }

    const fn of_responses() -> Self {
        Self {
            depth: 100,
            attributes: 100,
            attribute: 64 << 10,
            namespaces: 64,
            name: 1 << 10,
            text: 16 << 20,
            body: 64 << 20,
            error_response: 1 << 20,
            memory: 256 << 20,
        }
    }
}

/// The limits of a client.
impl Default for Limits {
    fn default() -> Self {
        Self::of_responses()
    }
}
