//! Collects deletions, as far as the service still knows them.

use jiff::{SignedDuration, Timestamp};

use super::sync::{ChangeRun, askable, minute};
use super::{ChangeService, Deleted};
use crate::connector::error::Error;
use crate::connector::sources::Failure;
use crate::connector::window::Span;

/// `getDeleted` covers the last 15 days. The span is shorter by ten minutes, because a round takes some
/// minutes.
const DELETIONS_TOLD: SignedDuration = SignedDuration::from_mins(15 * 24 * 60 - 10);

/// A recent span that the service always covers. Its response states since when deletions are known.
const RECENT: SignedDuration = SignedDuration::from_mins(10);

impl<S: ChangeService> ChangeRun<'_, S> {
    /// The deletions of a span. The part that the service no longer knows becomes a gap.
    pub(super) async fn deletions(&mut self, object: &str, span: Span) -> Result<Deleted, Failure> {
        loop {
            let from = match self.deletions_from.get(object) {
                Some(from) => *from,
                None => next_minute(self.now.checked_sub(DELETIONS_TOLD).unwrap_or(self.now)),
            };
            let Some(told) = Span::new(span.start().max(from), span.end()) else {
                self.deletions_unknown(object, span)?;
                return Ok(Deleted {
                    records: Vec::new(),
                    earliest: from,
                    covered: span.end(),
                });
            };
            match self.service.deleted(object, askable(told)).await {
                Ok(deleted) => {
                    let from = told.start().max(deleted.earliest.min(span.end()));
                    if let Some(lost) = Span::new(span.start(), from) {
                        self.deletions_unknown(object, lost)?;
                    }
                    return Ok(deleted);
                }
                Err(Failure::TooOld) => {
                    let earliest = self.earliest_deletion(object).await?;
                    // A service that refuses the span that it has just stated is not asked for this span
                    // again.
                    let from = match earliest > told.start() {
                        true => earliest,
                        false => told.end(),
                    };
                    self.deletions_from.insert(object.to_owned(), from);
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Since when the service knows deletions. Each response states it, but a refusal does not.
    async fn earliest_deletion(&mut self, object: &str) -> Result<Timestamp, Failure> {
        let end = minute(self.now);
        let recent = end.checked_sub(RECENT).ok();
        let Some(recent) = recent.and_then(|start| Span::new(start, end)) else {
            return Ok(end);
        };
        match self.service.deleted(object, recent).await {
            Ok(result) => Ok(next_minute(result.earliest)),
            Err(Failure::TooOld) => Ok(end),
            Err(failure) => Err(failure),
        }
    }

    fn deletions_unknown(&mut self, object: &str, span: Span) -> Result<(), Error> {
        // The part that overlaps with earlier rounds was reported to them.
        let start = self
            .source
            .watermark
            .map_or(span.start(), |watermark| watermark.max(span.start()));
        let Some(lost) = Span::new(start, span.end()) else {
            return Ok(());
        };
        let reason = format!("the service no longer knows which records of {object} were deleted");
        if self
            .store
            .widen_gap(self.source.id, lost, &reason, self.now)?
        {
            self.outcome.gaps += 1;
        }
        Ok(())
    }
}

/// Rounds a time up to a whole minute.
fn next_minute(time: Timestamp) -> Timestamp {
    let before = minute(time);
    match before == time {
        true => time,
        false => before
            .checked_add(SignedDuration::from_mins(1))
            .unwrap_or(time),
    }
}
