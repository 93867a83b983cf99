//! Converts the errors of the HTTP client: what failed, whether anything was sent, and what to do.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, CertificateError, Error as TlsError};

use crate::endpoint::Endpoint;
use crate::transport::error::{Sent, TransportError, TransportErrorKind};

/// The error of a request that got no response.
pub(super) fn sending(
    error: reqwest::Error,
    endpoint: &Endpoint,
    nothing_sent: bool,
) -> TransportError {
    let at = format!("{}:{}", endpoint.host(), endpoint.port());
    if error.is_builder() {
        return TransportError::usage(format!("no request to {at} could be built"))
            .with_source(clean(error));
    }
    let nothing_sent = nothing_sent || error.is_connect();
    let sent = if nothing_sent { Sent::No } else { Sent::Maybe };
    let (kind, message) = if error.is_connect() {
        connecting(&error, &at)
    } else if error.is_timeout() {
        (
            TransportErrorKind::Timeout,
            format!("no response from {at} in time"),
        )
    } else if nothing_sent {
        (
            TransportErrorKind::Connect,
            format!("the connection to {at} was lost before anything was sent"),
        )
    } else if malformed(&error) {
        (
            TransportErrorKind::Protocol,
            format!("the response of {at} is not valid HTTP"),
        )
    } else {
        (
            TransportErrorKind::Broken,
            format!("the connection to {at} broke before a response arrived"),
        )
    };
    TransportError::new(kind, message)
        .with_source(clean(error))
        .with_sent(sent)
}

/// The error of a body that was interrupted.
pub(super) fn receiving(error: reqwest::Error) -> TransportError {
    let (kind, message) = if error.is_timeout() {
        (
            TransportErrorKind::Timeout,
            "the response did not arrive in time",
        )
    } else if malformed(&error) {
        (
            TransportErrorKind::Protocol,
            "the response is not valid HTTP",
        )
    } else {
        (
            TransportErrorKind::Truncated,
            "the connection ended before the response was complete",
        )
    };
    TransportError::new(kind, message)
        .with_source(clean(error))
        .with_sent(Sent::Maybe)
}

/// The URL and its query must not appear in a message.
fn clean(error: reqwest::Error) -> reqwest::Error {
    error.without_url()
}

fn connecting(error: &reqwest::Error, at: &str) -> (TransportErrorKind, String) {
    if let Some(tls) = find::<TlsError>(error) {
        return (TransportErrorKind::Tls, refused(tls, at));
    }
    let text = chain(error);
    let message = if error.is_dns() {
        format!("the host name of {at} cannot be resolved; check its spelling and the network")
    } else if error.is_timeout() {
        format!("no connection to {at} in time (connect_timeout)")
    } else if text.contains("proxy authorization required") {
        format!("the proxy on the way to {at} asks for credentials; give them in its URL")
    } else if text.contains("tunnel") {
        format!("the proxy does not open a connection to {at}")
    } else if find::<io::Error>(error).is_some_and(|e| e.kind() == io::ErrorKind::UnexpectedEof) {
        format!("{at} closed the connection during the TLS handshake")
    } else {
        format!("no connection to {at}")
    };
    (TransportErrorKind::Connect, message)
}

/// Why TLS failed.
fn refused(error: &TlsError, at: &str) -> String {
    use CertificateError as Cert;
    match error {
        TlsError::InvalidCertificate(certificate) => match certificate {
            Cert::Expired | Cert::ExpiredContext { .. } => {
                format!("the certificate of {at} has expired; it must be renewed there")
            }
            Cert::NotValidYet | Cert::NotValidYetContext { .. } => {
                format!("the certificate of {at} is not valid yet; check the clock of this machine")
            }
            // A wrong signature means that an authority with a known name has another key.
            Cert::UnknownIssuer | Cert::BadSignature => format!(
                "the certificate of {at} is not signed by an authority known here; if it is your \
                 own, add its root certificate with extra_root_certificate"
            ),
            Cert::NotValidForName | Cert::NotValidForNameContext { .. } => {
                format!("the certificate of {at} is for another host; check the address")
            }
            Cert::Revoked => format!("the certificate of {at} has been revoked"),
            _ => format!("the certificate of {at} cannot be accepted"),
        },
        TlsError::PeerIncompatible(_)
        | TlsError::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity,
        ) => format!("{at} does not support TLS 1.2 or 1.3 with a current cipher"),
        TlsError::InvalidMessage(_) => {
            format!("the server at {at} does not speak TLS; check the port")
        }
        _ => format!("TLS with {at} failed"),
    }
}

/// Whether bytes arrived that are not an HTTP message.
fn malformed(error: &reqwest::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput};
    find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse)
        || find::<io::Error>(error).is_some_and(|e| matches!(e.kind(), InvalidData | InvalidInput))
            && find::<TlsError>(error).is_none()
}

/// Finds a cause, also inside of I/O errors, whose `source` skips the error that they wrap.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    let next = match wrapped {
        Some(inner) => Some(inner as &(dyn StdError + 'static)),
        None => error.source(),
    };
    next.and_then(find)
}

fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(": ");
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}
