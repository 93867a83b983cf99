//! Why a request got no answer.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

/// A request got no answer, or the answer did not come to its end.
///
/// A [`Transport`](super::Transport) of your own makes one with [`not_sent`](Self::not_sent) or
/// [`interrupted`](Self::interrupted): which of the two decides whether the caller may repeat the
/// request. `?` makes an [`Error`](crate::Error) of it.
pub struct TransportError(Box<Parts>);

/// What a [`TransportError`] is made of.
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
    /// A setting or an argument cannot be used.
    Usage,
    /// No connection: name resolution, refusal, connect timeout.
    Connect,
    /// TLS could not be agreed on, or the certificate is not acceptable.
    Tls,
    /// A deadline passed.
    Timeout,
    /// The connection broke.
    Broken,
    /// The answer ended early.
    Truncated,
    /// An answer that cannot be one of the service.
    Protocol,
    /// The answer is larger than the limit.
    Limit,
}

/// How far a request came before the error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sent {
    /// No byte of it left.
    #[default]
    No,
    /// It may have been applied.
    Maybe,
    /// The server answered it.
    Answered,
}

impl TransportError {
    /// No connection could be made; certainly no byte of the request was sent, so any operation
    /// may be repeated.
    #[must_use]
    pub fn not_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let message = "no connection to the service; nothing was sent";
        Self::new(TransportErrorKind::Connect, message).with_source(source)
    }

    /// The exchange broke off after it had begun, so the service may have done what was asked.
    #[must_use]
    pub fn interrupted(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let message = "the connection broke before the answer was complete";
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

    /// A setting or an argument was unusable; nothing was sent.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.0.kind == TransportErrorKind::Usage
    }

    /// No connection could be made (name, refusal, connect timeout, TLS). Nothing was sent.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(
            self.0.kind,
            TransportErrorKind::Connect | TransportErrorKind::Tls
        )
    }

    /// TLS could not be agreed on, or the certificate was refused. Nothing was sent.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.0.kind == TransportErrorKind::Tls
    }

    /// A configured time ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == TransportErrorKind::Timeout
    }

    /// The connection failed before or during the exchange.
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

    /// The answer ended before it was complete.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.0.kind == TransportErrorKind::Truncated
    }

    /// The answer cannot be one of the service: a redirect, invalid HTTP, a damaged body.
    #[must_use]
    pub fn is_protocol(&self) -> bool {
        self.0.kind == TransportErrorKind::Protocol
    }

    /// The answer is larger than a limit; the message names it and its figure.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.0.kind == TransportErrorKind::Limit
    }

    /// The request may have taken effect although no usable answer came.
    #[must_use]
    pub fn maybe_applied(&self) -> bool {
        self.0.sent == Sent::Maybe
    }

    /// HTTP status of the answer, if there was one.
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
