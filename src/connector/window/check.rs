//! Decides which spans are counted, and what a count means.

use jiff::{SignedDuration, Timestamp};

use super::span::{Span, floor};

/// One of the two checks of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// An hour after the end of the span, hour by hour.
    Hour,
    /// A day after the end of the span, day by day.
    Day,
}

impl Check {
    fn grain(self) -> SignedDuration {
        match self {
            Self::Hour => SignedDuration::from_hours(1),
            Self::Day => SignedDuration::from_hours(24),
        }
    }

    /// The spans that are due for counting, oldest first.
    ///
    /// `begins` is the first instant that is collected, `watermark` is the end of what has been collected,
    /// `checked` is the end of what this check has covered, and `now` is the time of the service. Spans end
    /// on whole hours or days and never cross midnight UTC, so after a long absence each day needs one
    /// count.
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

/// The result of comparing two counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The store contains all rows of the service.
    Equal,
    /// The service has this many more rows, so the span must be read again.
    Missing(u64),
    /// The store contains this many rows that the service has deleted, which is what the store is for.
    Kept(u64),
}

/// Compares the counts of a span by the service and by the store.
#[must_use]
pub fn judge(service: u64, store: u64) -> Verdict {
    match service.cmp(&store) {
        std::cmp::Ordering::Equal => Verdict::Equal,
        std::cmp::Ordering::Greater => Verdict::Missing(service - store),
        std::cmp::Ordering::Less => Verdict::Kept(store - service),
    }
}
