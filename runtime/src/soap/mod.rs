//! SOAP 1.1: the envelope around requests and answers, and faults.

pub(crate) mod answer;
mod fault;
pub(crate) mod request;
mod step;

pub use fault::Fault;

/// Namespace of the SOAP 1.1 envelope.
pub(crate) const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// The actor that is whoever gets the message, so us too.
pub(crate) const NEXT: &str = "http://schemas.xmlsoap.org/soap/actor/next";
