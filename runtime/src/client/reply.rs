//! The response to a call.

use crate::codec::{Attachment, Attachments};
use crate::error::Error;
use crate::record::Record;
use crate::soap::find_header;
use crate::value::GeneratedStruct;

/// A result, and the headers of the response.
#[derive(Clone, Debug)]
pub struct Reply<T> {
    pub(super) value: T,
    pub(super) headers: Vec<Record>,
    pub(super) attachments: Attachments,
}

impl<T> Reply<T> {
    /// The result.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Returns the result without the headers.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The part of a multipart response that a `cid:` URL names. Fields of the type `swaRef`
    /// contain such URLs. In MTOM, the part that an `xop:Include` refers to is already the value of
    /// its field.
    pub fn attachment(&self, url: &str) -> Option<&Attachment> {
        self.attachments.get(url)
    }

    /// A header of the response, if the response had it.
    ///
    /// # Errors
    ///
    /// Returns an error if the header arrived but cannot be read.
    pub fn header<H: GeneratedStruct>(&self) -> Result<Option<H>, Error> {
        Ok(find_header(&self.headers)?)
    }
}
