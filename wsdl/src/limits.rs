//! Limits on the resources that a document may use.

/// Upper bounds for a document. A document that exceeds one is refused with an [`Error`](crate::Error) that
/// names it.
///
/// The defaults are far above any WSDL in use, and far below what would affect a build machine.
///
/// ```
/// use saponify_wsdl::{Limits, Reader};
///
/// let mut limits = Limits::default();
/// limits.file_size = 1024;
/// let error = Reader::new().limits(limits).read(&[b' '; 1025]).unwrap_err();
/// assert_eq!(error.limit(), Some(("file_size", 1024)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one file. Default: 64 MiB. The largest possible value is 4 GiB - 1, because positions have
    /// 32 bits.
    pub file_size: u64,
    /// Files of one WSDL, including the WSDL itself. Default: 1,000.
    pub files: u64,
    /// Bytes of all files together. The same bound applies to the text that groups and paths of names copy
    /// into the model. Default: 256 MiB.
    pub total_size: u64,
    /// Nesting of XML elements. Default: 100.
    ///
    /// Reading recurses as deep as this and as `nesting`. The defaults need less than 256 KiB of stack in
    /// an unoptimized build. Twice the depth needs twice the stack.
    pub depth: u64,
    /// XML elements and attributes of all files together. Default: 4,000,000.
    pub elements: u64,
    /// Attributes of one element, including namespace declarations. Default: 512.
    pub attributes: u64,
    /// Bytes of one attribute value. Default: 64 KiB.
    pub attribute_length: u64,
    /// Namespace declarations in scope at one element. Default: 256.
    pub namespace_bindings: u64,
    /// Bytes of one element or attribute name, and of any name in a value. Default: 1 KiB.
    pub name_length: u64,
    /// Bytes of one run of text. Default: 1 MiB.
    pub text_length: u64,
    /// Types, including anonymous ones. Default: 200,000.
    pub types: u64,
    /// Particles and attribute uses of all types after groups are expanded. Default: 1,000,000.
    pub particles: u64,
    /// Nesting of particles and anonymous types after groups are expanded. Default: 64.
    pub nesting: u64,
    /// Operations of one portType that have the same name. Default: 100.
    pub overloads: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_size: 64 << 20,
            files: 1_000,
            total_size: 256 << 20,
            depth: 100,
            elements: 4_000_000,
            attributes: 512,
            attribute_length: 64 << 10,
            namespace_bindings: 256,
            name_length: 1 << 10,
            text_length: 1 << 20,
            types: 200_000,
            particles: 1_000_000,
            nesting: 64,
            overloads: 100,
        }
    }
}
