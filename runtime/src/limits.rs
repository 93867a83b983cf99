//! Limits on what a response may cost.

/// The maximum nesting depth, whatever the configured limit is. Values are read, written and
/// converted recursively.
pub(crate) const MAX_DEPTH: usize = 128;

/// Limits on a response. Each limit has its own error, which contains the name and the value of the
/// limit.
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
    /// The maximum number of bytes of memory for the values of one row, or of a response that is
    /// read as a whole, in addition to the text. An empty element is short, but the struct that it
    /// becomes may be large.
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
            memory: 256 << 20,
        }
    }
}
