//! Counts the attempts of one call, takes their tokens from the budget, and keeps them within the
//! deadline.

use std::time::Duration;

use super::Retry;
use super::backoff::{bound, full_jitter};
use super::budget::Budget;
use super::decide::{Allowed, Decision, Failure, decide};

/// What has happened in one call so far. Times are counted from the start of the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// The number of failed attempts that were followed by a pause.
    failures: u32,
    /// The number of tokens that this call took from the budget.
    taken: u32,
    renewed: bool,
    /// Whether a page arrived instead of a message.
    saw_page: bool,
}

/// The facts about a failed attempt that decide the next step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    pub(crate) failure: Failure,
    pub(crate) allowed: Allowed,
    /// The pause that the response asked for.
    pub(crate) asked: Option<Duration>,
    /// The time until the deadline of the call. A pause that is longer is not started.
    pub(crate) left: Duration,
    /// A random number from 0 to below 1.
    pub(crate) random: f64,
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Return the error to the caller.
    Stop,
    /// Get a new session, then make the call again.
    Renew,
    /// Wait, then make the call again.
    Wait(Duration),
}

impl Attempts {
    /// The start of a call. Without `can_renew`, the call fails if the session is lost.
    pub(crate) fn new(can_renew: bool) -> Self {
        Self {
            renewed: !can_renew,
            ..Self::default()
        }
    }

    /// Decides what to do after a failed attempt.
    pub(crate) fn failed(
        &mut self,
        settings: &Retry,
        budget: &Budget,
        situation: Situation,
    ) -> Next {
        let cost = match decide(situation.failure, situation.allowed, self.renewed) {
            Decision::Stop => return Next::Stop,
            Decision::Renew => {
                self.renewed = true;
                return Next::Renew;
            }
            Decision::Retry(cost) => cost,
            Decision::RetryOnce(_) if self.saw_page => return Next::Stop,
            Decision::RetryOnce(cost) => {
                self.saw_page = true;
                cost
            }
        };
        let failures = self.failures + 1;
        if failures >= settings.attempts {
            return Next::Stop;
        }
        let bound = bound(settings.first_backoff, settings.longest_backoff, failures);
        let drawn = full_jitter(bound, situation.random);
        let asked = situation.asked.unwrap_or_default();
        let pause = drawn.max(asked.min(settings.longest_retry_after));
        if pause >= situation.left || !budget.take(cost) {
            return Next::Stop;
        }
        self.failures = failures;
        self.taken += cost.tokens();
        Next::Wait(pause)
    }

    /// Records that the call succeeded.
    pub(crate) fn succeeded(self, budget: &Budget) {
        budget.succeeded(self.taken);
    }

    /// The number of the current attempt, for traces. An attempt after a renewal is not counted.
    pub(crate) fn number(self) -> u32 {
        self.failures + 1
    }
}

#[cfg(test)]
mod tests {
    use super::super::decide::Pressure;
    use super::*;
    use crate::schema::Repeat;

    const LONG: Duration = Duration::from_secs(600);

    fn safe() -> Allowed {
        Allowed::of(Repeat::Safe, &Retry::default())
    }

    fn seconds(pause: u64) -> Next {
        Next::Wait(Duration::from_secs(pause))
    }

    struct Case {
        settings: Retry,
        budget: Budget,
        attempts: Attempts,
    }

    impl Case {
        fn new(settings: Retry) -> Self {
            let budget = Budget::new(settings.budget);
            Self {
                settings,
                budget,
                attempts: Attempts::default(),
            }
        }

        fn fail(&mut self, failure: Failure, asked: Option<u64>, left: Duration) -> Next {
            let situation = Situation {
                failure,
                allowed: safe(),
                asked: asked.map(Duration::from_secs),
                left,
                // Pauses have their maximum length.
                random: 1.0,
            };
            self.attempts
                .failed(&self.settings, &self.budget, situation)
        }
    }

    #[test]
    fn three_attempts_with_growing_pauses() {
        let mut case = Case::new(Retry::default());
        assert_eq!(case.fail(Failure::NotConnected, None, LONG), seconds(1));
        assert_eq!(case.fail(Failure::Unanswered, None, LONG), seconds(2));
        assert_eq!(case.fail(Failure::Unanswered, None, LONG), Next::Stop);
    }

    #[test]
    fn none_makes_one_attempt_and_still_renews() {
        let mut case = Case::new(Retry::none());
        assert_eq!(case.fail(Failure::SessionLost, None, LONG), Next::Renew);
        assert_eq!(case.fail(Failure::SessionLost, None, LONG), Next::Stop);
        assert_eq!(case.fail(Failure::NotConnected, None, LONG), Next::Stop);
    }

    #[test]
    fn a_renewal_is_not_an_attempt_and_happens_once() {
        let mut case = Case::new(Retry::default());
        assert_eq!(case.fail(Failure::NotConnected, None, LONG), seconds(1));
        assert_eq!(case.fail(Failure::SessionLost, None, LONG), Next::Renew);
        assert_eq!(case.fail(Failure::NotConnected, None, LONG), seconds(2));
        assert_eq!(case.fail(Failure::SessionLost, None, LONG), Next::Stop);
    }

    #[test]
    fn the_service_may_ask_for_a_longer_pause_up_to_a_bound() {
        let busy = Failure::Gateway(Pressure::OutOfOrder);
        let mut case = Case::new(Retry::default().attempts(9));
        assert_eq!(case.fail(busy, Some(30), LONG), seconds(30));
        assert_eq!(case.fail(busy, Some(0), LONG), seconds(2));
        assert_eq!(case.fail(busy, Some(u64::MAX), LONG), seconds(60));
        let short = Retry::default().longest_retry_after(Duration::from_secs(3));
        assert_eq!(
            Case::new(short).fail(busy, Some(u64::MAX), LONG),
            seconds(3)
        );
    }

    #[test]
    fn no_pause_reaches_the_deadline() {
        let mut case = Case::new(Retry::default());
        let left = Duration::from_secs(1);
        assert_eq!(case.fail(Failure::Unanswered, None, left), Next::Stop);
        let left = Duration::from_millis(1001);
        assert_eq!(case.fail(Failure::Unanswered, None, left), seconds(1));
        assert_eq!(
            case.fail(Failure::Unanswered, None, Duration::ZERO),
            Next::Stop
        );
    }

    #[test]
    fn a_page_is_asked_for_again_once() {
        let mut case = Case::new(Retry::default().attempts(9));
        assert_eq!(case.fail(Failure::Page, None, LONG), seconds(1));
        assert_eq!(case.fail(Failure::Page, None, LONG), Next::Stop);
    }

    #[test]
    fn an_empty_budget_ends_retries_of_all_calls() {
        let settings = Retry::default().attempts(100).budget(28);
        let budget = Budget::new(settings.budget);
        let retry = |attempts: &mut Attempts| {
            let situation = Situation {
                failure: Failure::NotConnected,
                allowed: safe(),
                asked: None,
                left: LONG,
                random: 0.0,
            };
            attempts.failed(&settings, &budget, situation)
        };
        let (mut first, mut second) = (Attempts::default(), Attempts::default());
        assert_eq!(retry(&mut first), seconds(0));
        assert_eq!(retry(&mut second), seconds(0));
        assert_eq!(retry(&mut first), Next::Stop);
        second.succeeded(&budget);
        assert_eq!(retry(&mut first), seconds(0));
    }
}
