//! The time of the service.
//!
//! The service is asked for its time once in a while. In between, the time goes on by the monotonic
//! clock of this machine, which nobody can set, and is compared with the `Date` of every answer.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// How long the service's time is carried on without asking again.
const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);

/// How far the `Date` of an answer may be off. It has whole seconds and comes late.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(30);

/// A time of the service, and when it was that.
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

/// What is known of the service's clock.
#[derive(Debug, Default)]
pub(super) struct Clock {
    asked: Option<Reading>,
}

impl Clock {
    /// Takes a time that the service was asked for.
    pub(super) fn set(&mut self, reading: Reading) {
        self.asked = Some(reading);
    }

    /// The service's time, unless it must be asked again. `seen` is the `Date` of its last answer.
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
        // This machine slept, or somebody changed the clock of the service.
        let differs = Some(Reading::new(second(5_000), after(100)));
        assert_eq!(clock.now(differs, after(101)), None);
        assert_eq!(clock.now(None, after(7 * 3_600)), None);
    }
}
