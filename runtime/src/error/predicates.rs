//! The methods that classify an error.

use super::{Error, ErrorKind, Recovery};
use crate::soap::Fault;

impl Error {
    /// Whether a setting or an argument is not valid. Nothing was sent.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.0.kind == ErrorKind::Usage
    }

    /// Whether no connection could be made (name resolution, refusal, connect timeout). Nothing was
    /// sent.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Connect | ErrorKind::Tls)
    }

    /// Whether the TLS handshake failed or the certificate was refused. Nothing was sent.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.0.kind == ErrorKind::Tls
    }

    /// Whether a configured timeout expired.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether the connection failed before or during the exchange.
    #[must_use]
    pub fn is_transport(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Connect
                | ErrorKind::Tls
                | ErrorKind::Timeout
                | ErrorKind::Transport
                | ErrorKind::Truncated
        )
    }

    /// Whether the response ended before it was complete, or the responses to a query do not
    /// contain all of its rows ([`is_incomplete`](Error::is_incomplete)). Rows that were already
    /// returned are complete.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Truncated | ErrorKind::Incomplete)
    }

    /// Whether the responses to a query are complete but contradict each other: there are more or
    /// fewer rows than announced, there are more rows but no locator, a locator occurs twice, or a
    /// batch other than the last one is empty. A stream with such a response always ends with an
    /// error.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.0.kind == ErrorKind::Incomplete
    }

    /// Whether the response is not a SOAP message: it is an HTML page, the text of a proxy, or
    /// empty.
    #[must_use]
    pub fn is_protocol(&self) -> bool {
        self.0.kind == ErrorKind::Protocol
    }

    /// Whether the response is XML that does not fit the schema.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Decode | ErrorKind::Truncated)
    }

    /// Whether a value cannot be written as XML. Nothing was sent.
    #[must_use]
    pub fn is_encode(&self) -> bool {
        self.0.kind == ErrorKind::Encode
    }

    /// Whether a limit was exceeded. The message contains the name and the value of the limit.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.0.kind == ErrorKind::Limit
    }

    /// Whether the login named an endpoint that must not get the session.
    #[must_use]
    pub fn is_foreign_endpoint(&self) -> bool {
        self.0.kind == ErrorKind::ForeignEndpoint
    }

    /// Whether no session could be opened and another attempt would fail in the same way: the token
    /// endpoint refused the credentials, the password has expired, or the token cannot be used. If
    /// the operation `login` refuses the credentials, the error is a [`fault`](Error::fault)
    /// instead.
    #[must_use]
    pub fn is_login(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Login | ErrorKind::PasswordExpired)
    }

    /// Whether the password has expired. `login` then returns a session that can only set a new
    /// password, so the session is not used.
    #[must_use]
    pub fn is_password_expired(&self) -> bool {
        self.0.kind == ErrorKind::PasswordExpired
    }

    /// Whether the session is unknown, expired or ended, so that a new login is needed.
    #[must_use]
    pub fn is_session_expired(&self) -> bool {
        self.0.kind == ErrorKind::SessionLost || self.fault().is_some_and(Fault::is_session_expired)
    }

    /// Whether the same call may succeed after a pause: [`Recovery::Retry`].
    /// [`maybe_applied`](Error::maybe_applied) says whether it is safe to repeat the call.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.recovery() == Recovery::Retry
    }
}
