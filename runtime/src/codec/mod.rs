//! The codec: it reads and writes all types by their tables.

mod attachments;
mod binary;
mod decode;
mod encode;
mod error;
mod groups;
mod occurs;
mod plain;
mod records;
mod references;
mod stray;
mod template;

pub use attachments::Attachment;
pub(crate) use attachments::Attachments;
pub(crate) use decode::{Decoder, find, is_nil, leaf};
pub(crate) use encode::{Encoder, list};
pub(crate) use error::{CodecError, CodecErrorKind, Halt};
#[cfg(feature = "serde")]
pub(crate) use records::push_text;
pub(crate) use references::References;
pub(crate) use stray::{Seen, expanded, shown};
