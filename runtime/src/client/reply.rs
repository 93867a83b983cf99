//! The answer to a call.

use crate::codec::{Attachment, Attachments};
use crate::error::Error;
use crate::record::Record;
use crate::soap::find_header;
use crate::value::GeneratedStruct;

/// A result and the headers that came with it.
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

    /// The result alone.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The part of a multipart answer that a `cid:` URL names, as a field of the type `swaRef` has
    /// it. What an `xop:Include` stands for (MTOM) is in its field already.
    pub fn attachment(&self, url: &str) -> Option<&Attachment> {
        self.attachments.get(url)
    }

    /// A header of the answer, if it came.
    ///
    /// # Errors
    ///
    /// If it came but cannot be read.
    pub fn header<H: GeneratedStruct>(&self) -> Result<Option<H>, Error> {
        Ok(find_header(&self.headers)?)
    }
}
