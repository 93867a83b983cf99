//! Limits on what a document may take.

/// Upper bounds on a document; passing one is an [`Error`](crate::Error) that names it.
///
/// The defaults are far above any WSDL in use and far below what hurts a build machine.
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
    /// Bytes of one file. Default 64 MiB; never above 4 GiB - 1, since positions are 32 bits wide.
    pub file_size: u64,
    /// Files read for one WSDL, itself included. Default 1,000.
    pub files: u64,
    /// Bytes of all files together, and of all text that groups and paths of names copy into the
    /// model. Default 256 MiB.
    pub total_size: u64,
    /// Elements within elements. Default 100.
    ///
    /// Reading recurses along it, and along `nesting`: the defaults need less than 256 KiB of stack
    /// in an unoptimised build, and twice the depth needs twice the stack.
    pub depth: u64,
    /// XML elements and attributes of all files together. Default 4,000,000.
    pub elements: u64,
    /// Attributes of one element, namespace declarations included. Default 512.
    pub attributes: u64,
    /// Bytes of one attribute value. Default 64 KiB.
    pub attribute_length: u64,
    /// Namespace declarations in scope at one element. Default 256.
    pub namespace_bindings: u64,
    /// Bytes of one element or attribute name, and of any name within a value. Default 1 KiB.
    pub name_length: u64,
    /// Bytes of one run of text. Default 1 MiB.
    pub text_length: u64,
    /// Types, anonymous ones included. Default 200,000.
    pub types: u64,
    /// Particles and attribute uses of all types after groups are expanded. Default 1,000,000.
    pub particles: u64,
    /// Particles and anonymous types within each other after groups are expanded. Default 64.
    pub nesting: u64,
    /// Operations of one port type that share a name. Default 100.
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
