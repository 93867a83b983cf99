//! The time of the service.
//!
//! The service is asked for its time now and then. In between, its time is computed with the monotonic
//! clock of this machine, which nobody can set, and is compared with the `Date` header of each response.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// How long the time of the service is computed before the service is asked again.
const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);

/// The largest difference to the `Date` of a response. That header has whole seconds and arrives late.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(30);

/// A time of the service, and the local instant at which it was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    time: Timestamp,
    at: Instant,
}

impl Reading {
    pub(super) fn new(time: Timestamp, at: Instant) -> Self {
        Self { time, at }
    }

    fn carried_to(self, at: Instant) -> Option<Timestamp> {
        let elapsed = at.checked_duration_since(self.at)?;
        let elapsed = SignedDuration::try_from(elapsed).ok()?;
        self.time.checked_add(elapsed).ok()
    }
}

/// What is known about the clock of the service.
#[derive(Debug, Default)]
pub(super) struct Clock {
    asked: Option<Reading>,
}

impl Clock {
    /// Stores a time that the service returned.
    pub(super) fn set(&mut self, reading: Reading) {
        self.asked = Some(reading);
    }

    /// The time of the service, or `None` if the service must be asked. `seen` is the `Date` of its last
    /// response.
    pub(super) fn now(&self, seen: Option<Reading>, at: Instant) -> Option<Timestamp> {
        let asked = self.asked?;
        if at.checked_duration_since(asked.at)? > LONGEST {
            return None;
        }
        if let Some(seen) = seen
            && seen.at > asked.at
            && let Some(expected) = asked.carried_to(seen.at)
            && expected.duration_since(seen.time).abs() > TOLERANCE
        {
            return None;
        }
        asked.carried_to(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_time_goes_on_by_itself_and_is_asked_for_again_when_in_doubt() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut clock = Clock::default();
        assert_eq!(clock.now(None, start), None);
        clock.set(Reading::new(second(1_000), start));
        assert_eq!(clock.now(None, after(60)), Some(second(1_060)));
        let agrees = Some(Reading::new(second(1_099), after(100)));
        assert_eq!(clock.now(agrees, after(101)), Some(second(1_101)));
        // Either this machine was suspended, or somebody has set the clock of the service.
        let differs = Some(Reading::new(second(5_000), after(100)));
        assert_eq!(clock.now(differs, after(101)), None);
        assert_eq!(clock.now(None, after(7 * 3_600)), None);
    }
}
