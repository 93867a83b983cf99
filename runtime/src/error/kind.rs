//! The classes of errors.

/// The classes of errors. They are private, so that classes can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// A setting or argument cannot be used.
    Usage,
    /// No connection could be made (name resolution, refusal, connect timeout).
    Connect,
    /// The TLS handshake failed, or the certificate is not acceptable.
    Tls,
    /// A deadline passed.
    Timeout,
    /// The connection broke.
    Transport,
    /// The response is not a SOAP message.
    Protocol,
    /// The content of a SOAP message does not fit the schema.
    Decode,
    /// The response ended early.
    Truncated,
    /// A value cannot be written as XML, or a request is incomplete.
    Encode,
    /// A configured limit was exceeded.
    Limit,
    /// The service answered with a fault.
    Fault,
    /// The service refused rows of a write call.
    Refused,
    /// The login named an endpoint that must not get the session.
    ForeignEndpoint,
    /// No session could be opened: the credentials were refused, or the session cannot be used.
    Login,
    /// The password has expired.
    PasswordExpired,
    /// No session can be opened now, but it may be possible later.
    Unavailable,
    /// The session has ended, and something other than a fault says so.
    SessionLost,
    /// The responses to a query do not add up to all of its rows.
    Incomplete,
}

impl ErrorKind {
    /// The name of the class in logs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Protocol => "protocol",
            Self::Decode => "decode",
            Self::Truncated => "truncated",
            Self::Encode => "encode",
            Self::Limit => "limit",
            Self::Fault => "fault",
            Self::Refused => "refused",
            Self::ForeignEndpoint => "foreign_endpoint",
            Self::Login => "login",
            Self::PasswordExpired => "password_expired",
            Self::Unavailable => "unavailable",
            Self::SessionLost => "session_lost",
            Self::Incomplete => "incomplete",
        }
    }
}
