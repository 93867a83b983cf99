//! SOAP 1.1 and 1.2: the envelope around requests and answers, faults, attachments.

pub(crate) mod answer;
mod fault;
pub(crate) mod multipart;
mod read_fault;
pub(crate) mod request;
mod step;

pub use fault::Fault;
pub use multipart::Attachment;
