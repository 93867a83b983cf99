//! The lengths of pauses.

use std::time::Duration;

/// The maximum pause after failure number `failures`, counted from 1: `first`, doubled with each
/// further failure, but not above `longest`.
pub(crate) fn bound(first: Duration, longest: Duration, failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(31);
    first.saturating_mul(1 << doublings).min(longest)
}

/// A random pause between zero and the bound ("full jitter"). `random` is from 0 to below 1.
pub(crate) fn full_jitter(bound: Duration, random: f64) -> Duration {
    // A fraction out of range would panic, so it is limited to the range.
    let fraction = if random.is_finite() {
        random.clamp(0.0, 1.0)
    } else {
        1.0
    };
    bound.mul_f64(fraction)
}

/// A random number from 0 to below 1. It only spreads pauses, so it needs no cryptographic source.
pub(crate) fn random() -> f64 {
    use std::hash::{BuildHasher as _, RandomState};
    let bits = RandomState::new().hash_one(0_u8);
    // The upper 53 bits, which is as many as a double represents exactly.
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_double_up_to_the_longest() {
        let seconds =
            |failures| bound(Duration::from_secs(1), Duration::from_secs(20), failures).as_secs();
        let bounds: Vec<_> = (0..9).map(seconds).collect();
        assert_eq!(bounds, [1, 1, 2, 4, 8, 16, 20, 20, 20]);
        assert_eq!(seconds(u32::MAX), 20);
        assert_eq!(bound(Duration::MAX, Duration::MAX, 40), Duration::MAX);
    }

    #[test]
    fn jitter_covers_the_range_and_survives_nonsense() {
        let bound = Duration::from_secs(8);
        assert_eq!(full_jitter(bound, 0.0), Duration::ZERO);
        assert_eq!(full_jitter(bound, 0.25), Duration::from_secs(2));
        assert_eq!(full_jitter(bound, 7.0), bound);
        assert_eq!(full_jitter(bound, -1.0), Duration::ZERO);
        assert_eq!(full_jitter(bound, f64::NAN), bound);
        assert_eq!(full_jitter(Duration::ZERO, 0.9), Duration::ZERO);
    }

    #[test]
    fn random_numbers_differ_and_stay_in_range() {
        let numbers: Vec<f64> = (0..1000).map(|_| random()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        let mut sorted = numbers;
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        assert!(sorted.len() > 990, "{} different numbers", sorted.len());
    }
}
