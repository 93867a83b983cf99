//! Plans the windows of one round.

use jiff::{SignedDuration, Timestamp};

use super::span::{Span, floor};

/// The policy for windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Rows that are younger than this are left for the next round. It should be at least two minutes,
    /// because Salesforce does not document how long a row takes to become visible.
    pub delay: SignedDuration,
    /// How long before the watermark each round begins.
    pub overlap: SignedDuration,
    /// The longest window.
    pub longest: SignedDuration,
}

impl Default for Policy {
    /// `delay` is two minutes, `overlap` is twenty minutes, and `longest` is a day.
    fn default() -> Self {
        Self {
            delay: SignedDuration::from_mins(2),
            overlap: SignedDuration::from_mins(20),
            longest: SignedDuration::from_hours(24),
        }
    }
}

/// The windows to read now, oldest first: `[watermark - overlap, now - delay)`, split at midnight UTC.
///
/// `begins` is the first instant that is collected, `watermark` is the end of what has been collected, and
/// `now` is the time of the service. Bounds are whole seconds. There is no window if the clock of the
/// service was set back, or if less than `delay` has passed.
#[must_use]
pub fn plan(
    policy: Policy,
    begins: Timestamp,
    watermark: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Span> {
    let second = SignedDuration::from_secs(1);
    let end = now
        .checked_sub(policy.delay)
        .map_or(begins, |end| floor(end, second));
    // There is nothing new before the end has passed the watermark.
    if watermark.is_some_and(|watermark| end <= watermark) {
        return Vec::new();
    }
    let start = watermark
        .and_then(|watermark| watermark.checked_sub(policy.overlap).ok())
        .map_or(begins, |start| floor(start, second).max(begins));
    Span::new(start, end).map_or_else(Vec::new, |span| span.pieces(policy.longest))
}

/// Adds a first window that begins at `start`, if that is earlier than the plan.
#[must_use]
pub fn reach_back(policy: Policy, windows: Vec<Span>, start: Timestamp) -> Vec<Span> {
    let whole = windows
        .first()
        .zip(windows.last())
        .filter(|(first, _)| start < first.start())
        .and_then(|(_, last)| Span::new(start, last.end()));
    whole.map_or(windows, |whole| whole.pieces(policy.longest))
}
