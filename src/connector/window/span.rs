//! Half-open spans of time.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

/// A span of time from `start` to `end`, without `end`. It is never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: Timestamp,
    end: Timestamp,
}

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

impl Span {
    /// The span from `start` to `end`, or `None` if it would be empty.
    #[must_use]
    pub fn new(start: Timestamp, end: Timestamp) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The UTC day that contains `time`.
    #[must_use]
    pub fn day_of(time: Timestamp) -> Option<Self> {
        let start = floor(time, SignedDuration::from_millis(DAY_MILLIS));
        let end = start
            .checked_add(SignedDuration::from_millis(DAY_MILLIS))
            .ok()?;
        Self::new(start, end)
    }

    /// The first instant.
    #[must_use]
    pub fn start(self) -> Timestamp {
        self.start
    }

    /// The first instant after the span.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.end
    }

    /// The duration of the span.
    #[must_use]
    pub fn length(self) -> SignedDuration {
        self.end.duration_since(self.start)
    }

    /// Whether `time` is in the span.
    #[must_use]
    pub fn contains(self, time: Timestamp) -> bool {
        self.start <= time && time < self.end
    }

    /// The intersection of both spans, or `None` if it is empty.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// Splits the span at each midnight UTC, and into pieces of at most `longest`.
    #[must_use]
    pub fn pieces(self, longest: SignedDuration) -> Vec<Self> {
        let longest = longest.max(SignedDuration::from_secs(1));
        let mut pieces = Vec::new();
        let mut start = self.start;
        while start < self.end {
            let mut end = self.end;
            if let Some(day) = Self::day_of(start) {
                end = end.min(day.end);
            }
            if let Ok(limit) = start.checked_add(longest) {
                end = end.min(limit);
            }
            pieces.extend(Self::new(start, end));
            start = end;
        }
        pieces
    }

    /// The middle of the span on a whole second, or `None` if a half would be shorter than a second.
    #[must_use]
    pub fn middle(self) -> Option<Timestamp> {
        let second = SignedDuration::from_secs(1);
        let half = self.start.checked_add(self.length() / 2).ok()?;
        let middle = floor(half, second).max(floor(self.start, second).checked_add(second).ok()?);
        (self.start < middle && middle < self.end).then_some(middle)
    }
}

/// Formats an ISO 8601 interval such as `2026-01-31T00:00:00Z/2026-02-01T00:00:00Z`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.start, self.end)
    }
}

/// Rounds a time down to a multiple of `grain` since 1970.
pub(super) fn floor(time: Timestamp, grain: SignedDuration) -> Timestamp {
    let grain = i64::try_from(grain.as_millis()).unwrap_or(i64::MAX).max(1);
    let millis = time.as_millisecond();
    Timestamp::from_millisecond(millis - millis.rem_euclid(grain)).unwrap_or(time)
}
