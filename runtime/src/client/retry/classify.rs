//! Derives from an error what happened in the failed attempt.

use super::decide::{Failure, Pressure};
use crate::error::{Error, ErrorKind, Recovery};

impl Failure {
    /// The facts about the failed attempt of this error.
    pub(crate) fn of(error: &Error) -> Self {
        if let Some(fault) = error.fault() {
            return match error.recovery() {
                Recovery::LogIn => Self::SessionLost,
                // Rows of several types are committed type by type, so this fault may come after a
                // part was done.
                Recovery::Retry if error.maybe_applied() => Self::Unanswered,
                Recovery::Retry => Self::NotDone(match fault.code() {
                    "REQUEST_LIMIT_EXCEEDED" | "TOO_MANY_APEX_REQUESTS" => Pressure::TooOften,
                    _ => Pressure::OutOfOrder,
                }),
                _ => Self::Final,
            };
        }
        match error.kind() {
            ErrorKind::Connect => Self::NotConnected,
            ErrorKind::SessionLost => Self::SessionLost,
            ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Truncated => {
                match error.maybe_applied() {
                    true => Self::Unanswered,
                    false => Self::NotConnected,
                }
            }
            ErrorKind::Protocol if error.is_transient() => {
                Self::Gateway(match error.status().map(|status| status.as_u16()) {
                    Some(420 | 429) => Pressure::TooOften,
                    _ => Pressure::OutOfOrder,
                })
            }
            ErrorKind::Protocol
                if error.is_page() && error.status().is_some_and(|status| status.is_success()) =>
            {
                Self::Page
            }
            _ => Self::Final,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::transport::error::Sent;

    #[test]
    fn errors_without_a_fault() {
        let error = |kind| Error::new(kind, "");
        let answered = |status: u16| {
            let status = StatusCode::from_u16(status).unwrap();
            error(ErrorKind::Protocol).with_status(status)
        };
        for (error, expected) in [
            (error(ErrorKind::Connect), Failure::NotConnected),
            (error(ErrorKind::Timeout), Failure::NotConnected),
            (
                error(ErrorKind::Timeout).with_sent(Sent::Maybe),
                Failure::Unanswered,
            ),
            (
                error(ErrorKind::Transport).with_sent(Sent::Maybe),
                Failure::Unanswered,
            ),
            (
                error(ErrorKind::Truncated).with_sent(Sent::Maybe),
                Failure::Unanswered,
            ),
            (answered(503), Failure::Gateway(Pressure::OutOfOrder)),
            (answered(429), Failure::Gateway(Pressure::TooOften)),
            (answered(420), Failure::Gateway(Pressure::TooOften)),
            (answered(200).with_page(true), Failure::Page),
            (answered(404).with_page(true), Failure::Final),
            (answered(200), Failure::Final),
            (answered(401), Failure::Final),
            (answered(302), Failure::Final),
            (error(ErrorKind::Tls), Failure::Final),
            (error(ErrorKind::Usage), Failure::Final),
            (error(ErrorKind::Encode), Failure::Final),
            (error(ErrorKind::Decode), Failure::Final),
            (error(ErrorKind::Limit), Failure::Final),
            (error(ErrorKind::Incomplete), Failure::Final),
            (error(ErrorKind::Login), Failure::Final),
            (error(ErrorKind::ForeignEndpoint), Failure::Final),
        ] {
            assert_eq!(Failure::of(&error), expected, "{error:?}");
        }
    }
}
