//! Why a response has no result.

use super::Fault;
use crate::codec::{self, CodecError};

/// Why a response has no result.
#[derive(Debug)]
pub(crate) enum SoapError {
    /// The message cannot be read.
    Codec(CodecError),
    /// The response is not a SOAP message.
    NotSoap(String),
    /// The response is a message of the other version of SOAP.
    OtherVersion(String),
    /// The service answered with a fault.
    Fault(Box<Fault>),
}

impl<E: Into<CodecError>> From<E> for SoapError {
    fn from(error: E) -> Self {
        Self::Codec(error.into())
    }
}

/// Why reading a response stopped.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The rest of the unit has not arrived.
    More,
    /// The response has no result.
    Error(SoapError),
}

impl From<codec::Halt> for Halt {
    fn from(halt: codec::Halt) -> Self {
        match halt {
            codec::Halt::More => Self::More,
            codec::Halt::Error(error) => Self::Error(error.into()),
        }
    }
}

impl From<crate::xml::Halt> for Halt {
    fn from(halt: crate::xml::Halt) -> Self {
        codec::Halt::from(halt).into()
    }
}

impl From<SoapError> for Halt {
    fn from(error: SoapError) -> Self {
        Self::Error(error)
    }
}

impl From<CodecError> for Halt {
    fn from(error: CodecError) -> Self {
        Self::Error(error.into())
    }
}
