//! Converts the errors of lower modules to the error of a call.

use super::{Error, ErrorKind, Inner};
use crate::codec::{CodecError, CodecErrorKind};
use crate::lexical::ParseError;
use crate::record::ValueError;
use crate::soap::SoapError;
use crate::transport::TransportError;
use crate::transport::error::TransportErrorKind;
use crate::ws::HeaderError;

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<ValueError> for Error {
    fn from(error: ValueError) -> Self {
        CodecError::from(error).into()
    }
}

impl From<CodecError> for Error {
    fn from(error: CodecError) -> Self {
        let (kind, message, path) = error.into_parts();
        let kind = match kind {
            CodecErrorKind::Usage => ErrorKind::Usage,
            CodecErrorKind::Decode => ErrorKind::Decode,
            CodecErrorKind::Encode => ErrorKind::Encode,
            CodecErrorKind::Limit => ErrorKind::Limit,
            CodecErrorKind::Truncated => ErrorKind::Truncated,
            CodecErrorKind::Empty => ErrorKind::Protocol,
            CodecErrorKind::Late => ErrorKind::Timeout,
        };
        Self(Box::new(Inner {
            path,
            ..Inner::new(kind, message.into())
        }))
    }
}

impl From<SoapError> for Error {
    fn from(error: SoapError) -> Self {
        match error {
            SoapError::Codec(error) => error.into(),
            SoapError::NotSoap(message) | SoapError::OtherVersion(message) => {
                Self::new(ErrorKind::Protocol, message)
            }
            SoapError::Fault(fault) => Self::from_fault(*fault),
        }
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let parts = error.into_parts();
        let kind = match parts.kind {
            TransportErrorKind::Usage => ErrorKind::Usage,
            TransportErrorKind::Connect => ErrorKind::Connect,
            TransportErrorKind::Tls => ErrorKind::Tls,
            TransportErrorKind::Timeout => ErrorKind::Timeout,
            TransportErrorKind::Broken => ErrorKind::Transport,
            TransportErrorKind::Truncated => ErrorKind::Truncated,
            TransportErrorKind::Protocol => ErrorKind::Protocol,
            TransportErrorKind::Limit => ErrorKind::Limit,
        };
        Self(Box::new(Inner {
            sent: parts.sent,
            status: parts.status,
            source: parts.source.map(Into::into),
            ..Inner::new(kind, parts.message)
        }))
    }
}

impl From<HeaderError> for Error {
    fn from(error: HeaderError) -> Self {
        let (encode, message, source) = error.into_parts();
        let kind = match encode {
            true => ErrorKind::Encode,
            false => ErrorKind::Usage,
        };
        Self(Box::new(Inner {
            source: source.map(Into::into),
            ..Inner::new(kind, message)
        }))
    }
}
