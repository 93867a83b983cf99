//! Checks what was collected, an hour later and a day later.
//!
//! The rows of a busy hour are counted. A quiet hour has so few rows that reading them again costs no more
//! than counting them, and proves more. If the query for the newest rows begins at the start of the quiet
//! hour, reading it again takes no additional call.

use jiff::{SignedDuration, Timestamp};

use super::sync::{NOT_SENT, RowRun, other};
use crate::connector::error::Error;
use crate::connector::progress::Progress;
use crate::connector::sources::Service;
use crate::connector::store::{Method, Purpose, Reconciliation};
use crate::connector::window::{Check, Closed, Collection, Fact, Span, Verdict, judge};

/// The smallest batch size of Salesforce. This number of rows costs one call, together with the newest
/// rows.
const FEW: u64 = 200;

/// Hours that the query for the newest rows reads again.
#[derive(Debug)]
pub(super) struct RereadHours {
    hours: Vec<Hour>,
    /// Whether the service sent the number of rows that it stated.
    whole: bool,
}

#[derive(Debug)]
struct Hour {
    span: Span,
    /// Rows that the store contained before.
    found: u64,
    /// Rows that the service sent.
    sent: u64,
}

impl RereadHours {
    /// Records rows of the query.
    pub(super) fn note(&mut self, rows: &[Fact]) {
        for time in rows.iter().filter_map(|row| row.time) {
            let hour = self.hours.iter_mut().find(|hour| hour.span.contains(time));
            if let Some(hour) = hour {
                hour.sent += 1;
            }
        }
    }

    /// Records that a window of the query was completed.
    pub(super) fn closed(&mut self, window: &Closed) {
        self.whole &= window.expected == Some(window.received);
    }
}

impl<S: Service> RowRun<'_, S> {
    /// The spans that are due for a check.
    fn due(&self, check: Check) -> Vec<Span> {
        let Some(watermark) = self.source.watermark else {
            return Vec::new();
        };
        let checked = match check {
            Check::Day => self.source.day_checked,
            // An hour that has been counted with its day need not be counted again.
            Check::Hour => self.source.hour_checked.max(self.source.day_checked),
        };
        check.due(self.source.begins, watermark, checked, self.now)
    }

    /// Prepares reading the quiet hours that are due. Returns the time at which the query for the newest
    /// rows must begin.
    pub(super) fn hours_to_read_again(&mut self) -> Result<Option<Timestamp>, Error> {
        let due = self.due(Check::Hour);
        let whole = due
            .first()
            .and_then(|first| Span::new(first.start(), self.now));
        let Some(whole) = whole else {
            return Ok(None);
        };
        if self.store.count(self.source.id, whole)? > FEW {
            return Ok(None);
        }
        let mut hours = Vec::with_capacity(due.len());
        for span in due {
            hours.push(Hour {
                span,
                found: self.store.count(self.source.id, span)?,
                sent: 0,
            });
        }
        self.again = Some(RereadHours { hours, whole: true });
        Ok(Some(whole.start()))
    }

    /// Records the result for the hours that were read again. Hours whose rows did not all arrive are
    /// counted instead.
    pub(super) fn was_read_again(&mut self) -> Result<(), Error> {
        let Some(RereadHours { hours, whole: true }) = self.again.take() else {
            return Ok(());
        };
        for hour in hours {
            let repaired = self.store.count(self.source.id, hour.span)? - hour.found;
            self.reconciled(Reconciliation {
                span: hour.span,
                method: Method::ReadHour,
                expected: hour.sent,
                found: hour.found,
                repaired,
                at: self.now,
            })?;
            self.store
                .checked(self.source.id, Check::Hour, hour.span.end())?;
        }
        Ok(())
    }

    /// Counts the spans that are due, and reads a span again if the service has more rows than the store.
    pub(super) async fn check(&mut self, check: Check) -> Result<(), Error> {
        self.source = self.store.source(self.object.source, self.source.begins)?;
        let method = match check {
            Check::Day => Method::CountDay,
            Check::Hour => Method::CountHour,
        };
        let due = self.due(check);
        for (done, span) in due.iter().enumerate() {
            self.watch.stop.check()?;
            self.count(*span, method).await?;
            self.store.checked(self.source.id, check, span.end())?;
            self.watch.report(&Progress::Counted {
                source: self.object.source,
                spans: done as u64 + 1,
                of: due.len() as u64,
            });
        }
        Ok(())
    }

    async fn count(&mut self, span: Span, method: Method) -> Result<(), Error> {
        let id = self.source.id;
        let query = self.object.count(span);
        let expected = self
            .service
            .count(&query)
            .await
            .map_err(|failure| other(failure, self.object))?;
        let found = self.store.count(id, span)?;
        let mut repaired = 0;
        if let Verdict::Missing(_) = judge(expected, found) {
            self.read(Collection::new(vec![span]), Purpose::Reread, None)
                .await?;
            repaired = self.store.count(id, span)? - found;
        }
        self.reconciled(Reconciliation {
            span,
            method,
            expected,
            found,
            repaired,
            at: self.now,
        })
    }

    fn reconciled(&mut self, result: Reconciliation) -> Result<(), Error> {
        let id = self.source.id;
        self.store.reconciled(id, &result)?;
        self.outcome.counted += 1;
        self.outcome.repaired += result.repaired;
        if result.is_complete() {
            self.store.close_gaps(id, result.span, NOT_SENT, self.now)?;
            return Ok(());
        }
        self.store.gap(id, result.span, NOT_SENT, self.now)?;
        self.outcome.gaps += 1;
        Ok(())
    }

    /// Fields that the service has refused within a day. After a day, they are queried again.
    pub(super) fn refused_lately(&mut self, object: &str) -> Result<Vec<String>, Error> {
        let day = SignedDuration::from_hours(24);
        let since = self.now.checked_sub(day).unwrap_or(self.now);
        self.store.refused(object, since)
    }
}
