//! Why a request got no response.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

/// A request got no response, or the response was not complete.
///
/// A [`Transport`](super::Transport) of your own makes this error with [`not_sent`](Self::not_sent)
/// or [`interrupted`](Self::interrupted), which decide whether the caller may repeat the request.
/// `?` converts this error to an [`Error`](crate::Error).
pub struct TransportError(Box<Parts>);

/// The parts of a [`TransportError`].
pub(crate) struct Parts {
    pub(crate) kind: TransportErrorKind,
    pub(crate) message: String,
    pub(crate) sent: Sent,
    pub(crate) status: Option<StatusCode>,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The classes of [`TransportError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransportErrorKind {
    /// A setting or an argument is not valid.
    Usage,
    /// No connection could be made: name resolution failed, the connection was refused, or
    /// connecting took too long.
    Connect,
    /// The TLS handshake failed, or the certificate is not acceptable.
    Tls,
    /// A deadline passed.
    Timeout,
    /// The connection broke.
    Broken,
    /// The response ended early.
    Truncated,
    /// The response is not valid.
    Protocol,
    /// The response is larger than the limit.
    Limit,
}

/// How far a request got before the error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sent {
    /// No byte of the request was sent.
    #[default]
    No,
    /// The request may have been applied.
    Maybe,
    /// The server answered the request.
    Answered,
}

impl TransportError {
    /// No connection could be made, so certainly no byte of the request was sent and any operation
    /// may be repeated.
    #[must_use]
    pub fn not_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let message = "no connection to the service; nothing was sent";
        Self::new(TransportErrorKind::Connect, message).with_source(source)
    }

    /// The exchange was interrupted after it had begun, so the service may have done the request.
    #[must_use]
    pub fn interrupted(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let message = "the connection broke before the response was complete";
        Self::new(TransportErrorKind::Broken, message)
            .with_source(source)
            .with_sent(Sent::Maybe)
    }

    pub(crate) fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            kind,
            message: message.into(),
            sent: Sent::No,
            status: None,
            source: None,
        }))
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(TransportErrorKind::Usage, message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(TransportErrorKind::Limit, message)
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_sent(mut self, sent: Sent) -> Self {
        self.0.sent = sent;
        self
    }

    #[cfg(feature = "https")]
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn into_parts(self) -> Parts {
        *self.0
    }

    /// Whether a setting or an argument is not valid. Nothing was sent.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.0.kind == TransportErrorKind::Usage
    }

    /// Whether no connection could be made (name resolution, refusal, connect timeout, TLS).
    /// Nothing was sent.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(
            self.0.kind,
            TransportErrorKind::Connect | TransportErrorKind::Tls
        )
    }

    /// Whether the TLS handshake failed or the certificate was refused. Nothing was sent.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.0.kind == TransportErrorKind::Tls
    }

    /// Whether a configured timeout expired.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == TransportErrorKind::Timeout
    }

    /// Whether the connection failed before or during the exchange.
    #[must_use]
    pub fn is_transport(&self) -> bool {
        matches!(
            self.0.kind,
            TransportErrorKind::Connect
                | TransportErrorKind::Tls
                | TransportErrorKind::Timeout
                | TransportErrorKind::Broken
                | TransportErrorKind::Truncated
        )
    }

    /// Whether the response ended before it was complete.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.0.kind == TransportErrorKind::Truncated
    }

    /// Whether the response is not valid: it is a redirect, it is not HTTP, or its body is damaged.
    #[must_use]
    pub fn is_protocol(&self) -> bool {
        self.0.kind == TransportErrorKind::Protocol
    }

    /// Whether the response is larger than a limit. The message contains the name and the value of
    /// the limit.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.0.kind == TransportErrorKind::Limit
    }

    /// Whether the request may have taken effect although there is no usable response.
    #[must_use]
    pub fn maybe_applied(&self) -> bool {
        self.0.sent == Sent::Maybe
    }

    /// The HTTP status of the response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if let Some(status) = self.0.status {
            write!(f, " (HTTP {})", status.as_u16())?;
        }
        if self.maybe_applied() {
            f.write_str("; the request may have been applied")?;
        }
        Ok(())
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("TransportError");
        out.field("kind", &self.0.kind)
            .field("message", &self.to_string());
        if let Some(source) = &self.0.source {
            out.field("source", &source.to_string());
        }
        out.finish()
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_deref();
        source.map(|source| source as &(dyn StdError + 'static))
    }
}
