//! Whether the service shows all rows, or only those of the user who asks.
//!
//! Without a permission, LoginHistory answers with the user's own rows: its rows and its counts agree, and
//! nearly all is missing. So days are counted only after it is certain that all rows are shown. Until then
//! there is a gap; when the permission is there, its span is read again.

use jiff::SignedDuration;

use super::sync::{Run, other};
use crate::connector::error::Error;
use crate::connector::sources::Service;
use crate::connector::store::Purpose;
use crate::connector::window::{Check, Collection, Span};

/// The reason of gaps in which the rows of others are missing.
const OWN_ROWS: &str = "the service shows the user of the connection only its own rows";

impl<S: Service> Run<'_, S> {
    /// Whether days may be counted now, because the service shows all rows. If it does not, that is a gap.
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

    /// Reads what had been collected while the rows of others were not shown.
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
