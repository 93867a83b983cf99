//! Which spans to count again, and what a count means.

use jiff::{SignedDuration, Timestamp};

use super::span::{Span, floor};

/// One of the two times at which a span is counted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// An hour after the span's end, hour by hour.
    Hour,
    /// A day after the span's end, day by day.
    Day,
}

impl Check {
    fn grain(self) -> SignedDuration {
        match self {
            Self::Hour => SignedDuration::from_hours(1),
            Self::Day => SignedDuration::from_hours(24),
        }
    }

    /// The spans to count now, oldest first.
    ///
    /// `begins` is the first instant that is wanted, `watermark` the end of what has been collected,
    /// `checked` the end of what this check has covered, and `now` the server's time. Spans end on
    /// whole hours or days and never cross midnight UTC, so a long absence costs a count per day.
    #[must_use]
    pub fn due(
        self,
        begins: Timestamp,
        watermark: Timestamp,
        checked: Option<Timestamp>,
        now: Timestamp,
    ) -> Vec<Span> {
        let grain = self.grain();
        let Ok(ripe) = now.checked_sub(grain) else {
            return Vec::new();
        };
        let end = floor(watermark.min(ripe), grain);
        let start = checked.unwrap_or(begins).max(begins);
        Span::new(start, end).map_or_else(Vec::new, |span| span.pieces(Check::Day.grain()))
    }
}

/// What the comparison of two counts means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The store holds what the service has.
    Equal,
    /// The service has more rows: read the span again.
    Missing(u64),
    /// The store holds rows that the service no longer has. That is what a store is for.
    Kept(u64),
}

/// Compares the service's count of a span with that of the store.
#[must_use]
pub fn judge(service: u64, store: u64) -> Verdict {
    match service.cmp(&store) {
        std::cmp::Ordering::Equal => Verdict::Equal,
        std::cmp::Ordering::Greater => Verdict::Missing(service - store),
        std::cmp::Ordering::Less => Verdict::Kept(store - service),
    }
}
