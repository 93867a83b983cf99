//! The rule about repeating a call, as one pure function over typed facts.
//!
//! There are three cases. What was never sent may be repeated, whatever it is. What the service
//! says it has not done may be repeated after the cause is removed. What was sent and has no whole
//! answer may have been done: only an operation that changes nothing may be repeated then.

use super::Retry;
use super::budget::Cost;
use crate::schema::Repeat;

/// What is known about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Failure {
    /// No byte was sent because there was no connection, which may be different next time.
    NotConnected,
    /// The service answered that the session is gone; it did nothing.
    SessionLost,
    /// A fault says that the service did nothing and why that will pass.
    NotDone(Pressure),
    /// Something answered in place of the service (a gateway's 502, 503, 504 or 429). That nothing
    /// was done is likely but nobody said so.
    Gateway(Pressure),
    /// A page instead of a message, with a status that claims success.
    Page,
    /// The request was sent, at least in part, and no whole answer came.
    Unanswered,
    /// Another try would end the same way: a wrong request, a refused certificate, a limit.
    Final,
}

/// Whether the service is out of order, or was asked too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Pressure {
    OutOfOrder,
    TooOften,
}

/// In which of the doubtful cases a call may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Allowed {
    /// The service says that it did nothing.
    pub(crate) not_done: bool,
    /// Nobody says whether it was done.
    pub(crate) unknown: bool,
}

/// What to do about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Decision {
    /// Give the error to the caller.
    Stop,
    /// Get a new session, then repeat at once. Happens once per call.
    Renew,
    /// Repeat after a pause, if attempts, budget and deadline permit.
    Retry(Cost),
    /// As `Retry`, but only if this is the first failure of its kind in this call.
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

    /// For a locator of a query, which counts as used as soon as it may have been seen: a fault
    /// says that it was not used.
    pub(crate) const LOCATOR: Self = Self {
        not_done: true,
        unknown: false,
    };
}

/// What to do about a failed attempt of a call. `renewed` says that the call has got a new session
/// already.
pub(crate) fn decide(failure: Failure, allowed: Allowed, renewed: bool) -> Decision {
    match failure {
        Failure::NotConnected => Decision::Retry(Cost::Failure),
        Failure::SessionLost if !renewed => Decision::Renew,
        Failure::NotDone(pressure) if allowed.not_done => Decision::Retry(pressure.cost()),
        Failure::Gateway(pressure) if allowed.unknown => Decision::Retry(pressure.cost()),
        Failure::Unanswered if allowed.unknown => Decision::Retry(Cost::Failure),
        // Salesforce's own pages with status 200 tell of maintenance or of a moved organization.
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

    /// Every combination of the facts: failure, what is allowed, whether the session was renewed.
    #[test]
    fn the_whole_table() {
        use Decision::{Renew, Retry, RetryOnce, Stop};
        use Failure::{Final, Gateway, NotConnected, NotDone, Page, SessionLost, Unanswered};
        use Pressure::{OutOfOrder, TooOften};
        let fail = Retry(Cost::Failure);
        let throttled = Retry(Cost::Throttled);
        let once = RetryOnce(Cost::Failure);
        // Columns: safe, a locator, unsafe; each before and after a renewal.
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
