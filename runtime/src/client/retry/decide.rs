//! The rule about repeating a call, as one pure function.
//!
//! There are three cases. A request that was not sent may be repeated, whatever the operation is. A
//! request that the service says it has not done may be repeated after the cause is removed. A
//! request that was sent and has no complete response may have been done, so it may only be
//! repeated if its operation changes nothing.

use super::Retry;
use super::budget::Cost;
use crate::schema::Repeat;

/// What is known about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Failure {
    /// No byte was sent, because there was no connection. The next attempt may get one.
    NotConnected,
    /// The service answered that the session is not valid any more, and did nothing.
    SessionLost,
    /// A fault says that the service did nothing, for a reason that is temporary.
    NotDone(Pressure),
    /// A gateway answered instead of the service (502, 503, 504 or 429). Probably nothing was done,
    /// but that is not certain.
    Gateway(Pressure),
    /// A page arrived instead of a message, with a status of success.
    Page,
    /// The request was sent, at least in part, and no complete response arrived.
    Unanswered,
    /// Another attempt would fail in the same way: a wrong request, a refused certificate, or a
    /// limit.
    Final,
}

/// Whether the service is out of order or has received too many requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Pressure {
    OutOfOrder,
    TooOften,
}

/// The uncertain cases in which a call may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Allowed {
    /// The service says that it did nothing.
    pub(crate) not_done: bool,
    /// It is unknown whether the operation was done.
    pub(crate) unknown: bool,
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Decision {
    /// Return the error to the caller.
    Stop,
    /// Get a new session and repeat the call at once. This happens once in a call.
    Renew,
    /// Repeat after a pause, if attempts, budget and deadline permit.
    Retry(Cost),
    /// Like `Retry`, but only after the first failure of this kind in the call.
    RetryOnce(Cost),
}

impl Allowed {
    /// What a class of operations and the settings permit.
    pub(crate) fn of(repeat: Repeat, settings: &Retry) -> Self {
        match repeat {
            Repeat::Safe => Self {
                not_done: true,
                unknown: true,
            },
            Repeat::Idempotent => Self {
                not_done: settings.idempotent || settings.refused,
                unknown: settings.idempotent,
            },
            Repeat::Unsafe => Self {
                not_done: settings.refused,
                unknown: false,
            },
        }
    }

    /// A query locator counts as used as soon as the service may have seen it. If the service
    /// answers with a fault, the locator was not used.
    pub(crate) const LOCATOR: Self = Self {
        not_done: true,
        unknown: false,
    };
}

/// Decides what to do after a failed attempt. `renewed` says that the call has already got a new
/// session.
pub(crate) fn decide(failure: Failure, allowed: Allowed, renewed: bool) -> Decision {
    match failure {
        Failure::NotConnected => Decision::Retry(Cost::Failure),
        Failure::SessionLost if !renewed => Decision::Renew,
        Failure::NotDone(pressure) if allowed.not_done => Decision::Retry(pressure.cost()),
        Failure::Gateway(pressure) if allowed.unknown => Decision::Retry(pressure.cost()),
        Failure::Unanswered if allowed.unknown => Decision::Retry(Cost::Failure),
        // Salesforce sends pages with status 200 during maintenance and for an organization that
        // was moved.
        Failure::Page if allowed.unknown => Decision::RetryOnce(Cost::Failure),
        _ => Decision::Stop,
    }
}

impl Pressure {
    fn cost(self) -> Cost {
        match self {
            Self::OutOfOrder => Cost::Failure,
            Self::TooOften => Cost::Throttled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAFE: Allowed = Allowed {
        not_done: true,
        unknown: true,
    };
    const LOCATOR: Allowed = Allowed::LOCATOR;
    const NEVER: Allowed = Allowed {
        not_done: false,
        unknown: false,
    };

    /// Every combination of the facts: the failure, what is allowed, and whether the session was
    /// renewed.
    #[test]
    fn the_whole_table() {
        use Decision::{Renew, Retry, RetryOnce, Stop};
        use Failure::{Final, Gateway, NotConnected, NotDone, Page, SessionLost, Unanswered};
        use Pressure::{OutOfOrder, TooOften};
        let fail = Retry(Cost::Failure);
        let throttled = Retry(Cost::Throttled);
        let once = RetryOnce(Cost::Failure);
        // The columns are: safe, a locator, unsafe. Each is before and after a renewal.
        let table = [
            (NotConnected, [fail, fail, fail, fail, fail, fail]),
            (SessionLost, [Renew, Stop, Renew, Stop, Renew, Stop]),
            (NotDone(OutOfOrder), [fail, fail, fail, fail, Stop, Stop]),
            (
                NotDone(TooOften),
                [throttled, throttled, throttled, throttled, Stop, Stop],
            ),
            (Gateway(OutOfOrder), [fail, fail, Stop, Stop, Stop, Stop]),
            (
                Gateway(TooOften),
                [throttled, throttled, Stop, Stop, Stop, Stop],
            ),
            (Page, [once, once, Stop, Stop, Stop, Stop]),
            (Unanswered, [fail, fail, Stop, Stop, Stop, Stop]),
            (Final, [Stop; 6]),
        ];
        for (failure, expected) in table {
            let mut column = 0;
            for allowed in [SAFE, LOCATOR, NEVER] {
                for renewed in [false, true] {
                    assert_eq!(
                        decide(failure, allowed, renewed),
                        expected[column],
                        "{failure:?} {allowed:?} renewed={renewed}"
                    );
                    column += 1;
                }
            }
        }
    }

    #[test]
    fn classes_and_settings_together() {
        let table = [
            (Repeat::Safe, [(true, true); 4]),
            (
                Repeat::Idempotent,
                [(false, false), (true, false), (true, true), (true, true)],
            ),
            (
                Repeat::Unsafe,
                [(false, false), (true, false), (false, false), (true, false)],
            ),
        ];
        for (repeat, expected) in table {
            let mut column = 0;
            for idempotent in [false, true] {
                for refused in [false, true] {
                    let settings = Retry::default()
                        .repeat_idempotent(idempotent)
                        .repeat_refused(refused);
                    let allowed = Allowed::of(repeat, &settings);
                    let (not_done, unknown) = expected[column];
                    assert_eq!(
                        allowed,
                        Allowed { not_done, unknown },
                        "{repeat:?} {settings:?}"
                    );
                    column += 1;
                }
            }
        }
    }

    /// No setting repeats an unsafe operation whose outcome is unknown.
    #[test]
    fn an_unsafe_operation_is_never_repeated_in_doubt() {
        for (idempotent, refused) in [(false, false), (false, true), (true, false), (true, true)] {
            let settings = Retry::default()
                .repeat_idempotent(idempotent)
                .repeat_refused(refused)
                .attempts(u32::MAX);
            let allowed = Allowed::of(Repeat::Unsafe, &settings);
            for failure in [
                Failure::Unanswered,
                Failure::Page,
                Failure::Gateway(Pressure::OutOfOrder),
                Failure::Gateway(Pressure::TooOften),
                Failure::Final,
            ] {
                for renewed in [false, true] {
                    assert_eq!(
                        decide(failure, allowed, renewed),
                        Decision::Stop,
                        "{failure:?}"
                    );
                }
            }
        }
    }
}
