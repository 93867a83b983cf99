//! SOAP 1.1 and 1.2: the envelopes of requests and responses, faults, and attachments.

mod error;
mod fault;
pub(crate) mod form;
pub(crate) mod header;
pub(crate) mod multipart;
#[cfg(feature = "server")]
pub(crate) mod peek;
mod read_fault;
pub(crate) mod reader;
pub(crate) mod request;
pub(crate) mod response;
mod unit;

pub(crate) use error::SoapError;
pub use fault::Fault;

use crate::record::{Record, ValueError};
use crate::value::{GeneratedStruct, to_struct};

/// Finds a header among the headers of a response.
pub(crate) fn find_header<H: GeneratedStruct>(headers: &[Record]) -> Result<Option<H>, ValueError> {
    let mut headers = headers.iter();
    let record = headers.find(|record| record.table() == H::static_table());
    record.map(to_struct).transpose()
}
