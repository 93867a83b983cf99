//! The classes of errors.

/// Broad classes, private so that they may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// A setting or argument cannot be used.
    Usage,
    /// No connection: name resolution, refusal, connect timeout.
    Connect,
    /// TLS could not be agreed, or the certificate is not acceptable.
    Tls,
    /// A deadline passed.
    Timeout,
    /// The connection broke.
    Transport,
    /// An answer that is no SOAP message.
    Protocol,
    /// A SOAP message whose content does not fit.
    Decode,
    /// The answer ended early.
    Truncated,
    /// A value cannot be written as XML, or a request is incomplete.
    Encode,
    /// A configured limit was exceeded.
    Limit,
    /// The service answered with a fault.
    Fault,
    /// The service refused rows of a write call.
    Refused,
    /// An endpoint that must not get the session.
    ForeignEndpoint,
    /// No session could be had: the credentials were refused, or what came is of no use.
    Login,
    /// The password has expired.
    PasswordExpired,
    /// The service that gives sessions cannot do it now.
    Unavailable,
    /// The session is over, told by something else than a fault.
    SessionLost,
    /// The answers to a query do not add up to all of its rows.
    Incomplete,
}

impl ErrorKind {
    /// A word for a log.
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
