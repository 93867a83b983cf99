//! Determines whether the service returns all rows, or only those of the user.
//!
//! Without a permission, LoginHistory returns only the rows of the user. Its rows and its counts agree,
//! although nearly all rows are missing. Therefore days are counted only after it is certain that all rows
//! are visible. Until then, a gap is recorded. When the permission has been given, the span of the gap is
//! read again.

use jiff::SignedDuration;

use super::sync::{RowRun, other};
use crate::connector::error::Error;
use crate::connector::sources::Service;
use crate::connector::store::Purpose;
use crate::connector::window::{Check, Collection, Span};

/// The reason of gaps in which the rows of other users are missing.
const OWN_ROWS: &str = "the service shows the user of the connection only its own rows";

impl<S: Service> RowRun<'_, S> {
    /// Whether days may be counted, because the service returns all rows. If it does not, a gap is
    /// recorded.
    pub(super) async fn sees_all(&mut self) -> Result<bool, Error> {
        self.source = self.store.source(self.object.source, self.source.begins)?;
        let Some(watermark) = self.source.watermark else {
            return Ok(false);
        };
        let (begins, checked) = (self.source.begins, self.source.day_checked);
        let limited = self.store.open_gap(self.source.id, OWN_ROWS)?;
        let claims = checked.is_none()
            || !Check::Day
                .due(begins, watermark, checked, self.now)
                .is_empty();
        if limited.is_none() && !claims {
            return Ok(true);
        }
        let sees_all = self.service.sees_all(self.object.name).await;
        if sees_all.map_err(|failure| other(failure, self.object))? {
            if let Some(gap) = limited {
                self.read_again(gap).await?;
            }
            return Ok(true);
        }
        let from = limited.map_or(checked.unwrap_or(begins), Span::start);
        if let Some(lost) = Span::new(from, watermark)
            && self
                .store
                .widen_gap(self.source.id, lost, OWN_ROWS, self.now)?
        {
            self.outcome.gaps += 1;
        }
        Ok(false)
    }

    /// Reads the span again that was collected while the rows of other users were invisible.
    async fn read_again(&mut self, gap: Span) -> Result<(), Error> {
        let kept = self.now.checked_sub(self.retention).unwrap_or(gap.start());
        let watermark = self.source.watermark.unwrap_or(gap.end());
        if let Some(span) = Span::new(gap.start().max(kept), watermark.max(gap.end())) {
            let before = self.outcome.new;
            let days = span.pieces(SignedDuration::from_hours(24));
            self.read(Collection::new(days), Purpose::Reread, None)
                .await?;
            self.outcome.repaired += self.outcome.new - before;
        }
        if let Some(lost) = Span::new(gap.start(), kept.min(gap.end())) {
            self.no_longer_kept(lost)?;
        }
        self.store
            .close_gaps(self.source.id, gap, OWN_ROWS, self.now)?;
        Ok(())
    }
}
