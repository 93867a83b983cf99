//! The windows of one round.

use jiff::{SignedDuration, Timestamp};

use super::span::{Span, floor};

/// How windows are laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Rows younger than this are left for the next round. At least two minutes are advisable:
    /// Salesforce does not say how long a row takes to become visible.
    pub settle: SignedDuration,
    /// How far before the watermark each round begins.
    pub overlap: SignedDuration,
    /// No window is longer.
    pub longest: SignedDuration,
}

impl Default for Policy {
    /// Settle for two minutes, overlap by twenty, windows of at most a day.
    fn default() -> Self {
        Self {
            settle: SignedDuration::from_mins(2),
            overlap: SignedDuration::from_mins(20),
            longest: SignedDuration::from_hours(24),
        }
    }
}

/// The windows to read now, oldest first: `[watermark - overlap, now - settle)`, cut at midnight UTC.
///
/// `begins` is the first instant that is wanted, `watermark` the end of what has been collected, and
/// `now` the server's time. Bounds are whole seconds. There may be no window: if the server's time
/// went back, or if less than `settle` has passed.
#[must_use]
pub fn plan(
    policy: Policy,
    begins: Timestamp,
    watermark: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Span> {
    let second = SignedDuration::from_secs(1);
    let end = now
        .checked_sub(policy.settle)
        .map_or(begins, |end| floor(end, second));
    // Nothing new can be there before the watermark has been passed.
    if watermark.is_some_and(|watermark| end <= watermark) {
        return Vec::new();
    }
    let start = watermark
        .and_then(|watermark| watermark.checked_sub(policy.overlap).ok())
        .map_or(begins, |start| floor(start, second).max(begins));
    Span::new(start, end).map_or_else(Vec::new, |span| span.pieces(policy.longest))
}

/// The windows of a plan, with a first one that begins at `start`, if that is earlier.
#[must_use]
pub fn reach_back(policy: Policy, windows: Vec<Span>, start: Timestamp) -> Vec<Span> {
    let whole = windows
        .first()
        .zip(windows.last())
        .filter(|(first, _)| start < first.start())
        .and_then(|(_, last)| Span::new(start, last.end()));
    whole.map_or(windows, |whole| whole.pieces(policy.longest))
}
