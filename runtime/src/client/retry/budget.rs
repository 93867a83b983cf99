//! Tokens that all calls of a client share, so that retries cannot multiply the load of a service
//! that is down.
//!
//! The numbers are those of the AWS SDKs (`aws-smithy-runtime`, standard retry mode).

use std::sync::atomic::{AtomicU32, Ordering};

/// The tokens of a new client.
pub(crate) const DEFAULT_TOKENS: u32 = 500;
/// The tokens that a call without a retry adds.
const REWARD: u32 = 1;

/// The tokens that a retry takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cost {
    /// After a failure.
    Failure,
    /// After the service stated that it received too many requests.
    Throttled,
}

impl Cost {
    pub(crate) const fn tokens(self) -> u32 {
        match self {
            Self::Failure => 14,
            Self::Throttled => 5,
        }
    }
}

/// The remaining tokens.
#[derive(Debug)]
pub(crate) struct Budget {
    tokens: AtomicU32,
    capacity: u32,
}

impl Budget {
    pub(crate) fn new(capacity: u32) -> Self {
        Self {
            tokens: AtomicU32::new(capacity),
            capacity,
        }
    }

    /// Takes the cost of a retry. If there are not enough tokens, returns false and takes nothing.
    pub(crate) fn take(&self, cost: Cost) -> bool {
        self.tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                tokens.checked_sub(cost.tokens())
            })
            .is_ok()
    }

    /// Returns the tokens that the retries of a successful call took, or adds the reward of a call
    /// without retries.
    pub(crate) fn succeeded(&self, taken: u32) {
        let back = if taken == 0 { REWARD } else { taken };
        let refill = |tokens: u32| Some(tokens.saturating_add(back).min(self.capacity));
        // The closure always returns a value, so this cannot fail.
        let _ = self
            .tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, refill);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_gets_no_more_retries_than_the_budget_pays() {
        for (capacity, cost, retries) in [
            (500, Cost::Failure, 35),
            (500, Cost::Throttled, 100),
            (13, Cost::Failure, 0),
            (0, Cost::Throttled, 0),
        ] {
            let budget = Budget::new(capacity);
            let paid = (0..1000).filter(|_| budget.take(cost)).count();
            assert_eq!(paid, retries, "{capacity} {cost:?}");
        }
    }

    #[test]
    fn success_refills_up_to_the_capacity() {
        let budget = Budget::new(28);
        assert!(budget.take(Cost::Failure));
        budget.succeeded(Cost::Failure.tokens());
        for _ in 0..100 {
            budget.succeeded(0);
        }
        let left = (0..10).filter(|_| budget.take(Cost::Failure)).count();
        assert_eq!(left, 2);
        for _ in 0..14 {
            assert!(!budget.take(Cost::Failure));
            budget.succeeded(0);
        }
        assert!(budget.take(Cost::Failure));
    }

    #[test]
    fn threads_cannot_overdraw_it() {
        let budget = Budget::new(1400);
        let paid: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..1000).filter(|_| budget.take(Cost::Failure)).count()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(paid, 100);
    }
}
