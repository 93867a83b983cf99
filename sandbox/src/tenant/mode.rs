//! Fault modes: what the server does to a call instead of answering it as it should.

use std::time::Duration;

/// What happens to calls, in place of an answer or on top of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Answers as it should.
    #[default]
    Normal,
    /// Every call fails with this fault.
    Fault {
        /// The exception code, known or not.
        code: String,
        /// The exception message.
        message: String,
    },
    /// A maintenance page, status 503, with `Retry-After: 1`.
    Html503,
    /// A page with status 200, as a proxy or a login redirect gives it.
    Html200,
    /// `REQUEST_LIMIT_EXCEEDED`: the calls of the day are used up.
    DailyLimit,
    /// `REQUEST_LIMIT_EXCEEDED`: too many long calls at once.
    ConcurrentLimit,
    /// Calls other than login lose their session.
    SessionLost,
    /// The call is not applied, and the connection closes without an answer.
    Refuse,
    /// The call **is** applied, and the connection closes without an answer.
    Swallow,
    /// The answer breaks off in the middle.
    Truncate,
    /// The answer comes after a pause.
    Delay(Duration),
    /// An empty body with this status.
    Status(u16),
}
