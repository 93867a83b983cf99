//! The input of all operations.

use crate::faults::Mode;
use crate::quirks::Quirks;
use crate::tenant::State;
use crate::wsdl::ENTERPRISE;
use crate::xml::request::Element;

/// A call whose envelope has been parsed.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a State,
    pub(crate) version: u16,
    pub(crate) headers: Option<&'a Element>,
    pub(crate) body: &'a Element,
    pub(crate) quirks: Quirks,
    pub(crate) mode: &'a Mode,
}

impl<'a> Call<'a> {
    pub(crate) fn header(&self, name: &str) -> Option<&'a Element> {
        header(self.headers, name)
    }

    /// Whether a boolean child of a header is true.
    pub(crate) fn flag(&self, header: &str, child: &str) -> bool {
        self.header(header)
            .is_some_and(|header| header.is_true(child))
    }
}

/// Finds a SOAP header of the API.
pub(super) fn header<'a>(headers: Option<&'a Element>, name: &str) -> Option<&'a Element> {
    (headers?.children.iter()).find(|header| header.is(ENTERPRISE, name))
}
