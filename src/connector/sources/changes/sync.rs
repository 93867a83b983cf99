//! Collects the new changes once.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::{ChangeService, Deleted, Described};
use crate::connector::error::{Error, Kind};
use crate::connector::progress::{Progress, Watch};
use crate::connector::sources::{Failure, RowValues, Rows};
use crate::connector::store::{PageProgress, Purpose, Row, SourceState, Store, WindowId};
use crate::connector::window::{Policy, Span, plan};

/// The number of records in one call.
const CHUNK: usize = 200;

/// `getUpdated` covers the last 30 days. The span is shorter by ten minutes, because a round takes some
/// minutes.
const UPDATES_TOLD: SignedDuration = SignedDuration::from_mins(30 * 24 * 60 - 10);

/// After this number of lost cursors, the query is given up.
const MOST_LOST_CURSORS: u32 = 8;

/// The columns of a change before those of its record.
const COLUMNS: [&str; 2] = ["Id", "ChangeType"];

/// Fields with the time of the last change of a record, in order of preference.
const TIMES: [&str; 3] = ["SystemModstamp", "LastModifiedDate", "CreatedDate"];

/// The options of the collection of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOptions {
    /// The first instant that is collected, if the source is new.
    pub begins: Timestamp,
    /// The objects.
    pub objects: Vec<String>,
}

/// The result of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeOutcome {
    /// Changes that were received.
    pub received: u64,
    /// Changes that were new.
    pub new: u64,
    /// Gaps that were recorded.
    pub gaps: u64,
}

/// Collects the changes since the last run.
///
/// # Errors
///
/// The service or the store failed. Everything that was stored before that stays stored.
pub async fn sync<S: ChangeService>(
    store: &mut Store,
    service: &mut S,
    options: &ChangeOptions,
    watch: &mut Watch,
) -> Result<ChangeOutcome, Error> {
    let source = store.source("changes", options.begins)?;
    let now = service
        .server_time()
        .await
        .map_err(|failure| other(failure, "the org"))?;
    // A window that an earlier run left open begins at or before the watermark, so it is read again.
    store.forget_open_windows(source.id)?;
    let spans = windows(source.begins, source.watermark, now);
    let mut run = ChangeRun {
        store,
        service,
        options,
        source,
        now,
        watch,
        outcome: ChangeOutcome::default(),
        deletions_from: HashMap::new(),
    };
    for span in spans {
        if !run.window(span).await? {
            break;
        }
    }
    Ok(run.outcome)
}

/// The spans to query. `getUpdated` ignores seconds, so they begin and end on whole minutes.
fn windows(begins: Timestamp, watermark: Option<Timestamp>, now: Timestamp) -> Vec<Span> {
    let spans = plan(Policy::default(), minute(begins), watermark, minute(now));
    let whole = |span: Span| Span::new(minute(span.start()), minute(span.end()));
    spans.into_iter().filter_map(whole).collect()
}

/// Rounds a time down to a whole minute.
pub(super) fn minute(time: Timestamp) -> Timestamp {
    let second = time.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(time)
}

/// Extends a span so that the service accepts it: `getDeleted` refuses a span of one minute.
pub(super) fn askable(span: Span) -> Span {
    let shortest = SignedDuration::from_mins(2);
    match span.end().checked_sub(shortest) {
        Ok(start) if start < span.start() => Span::new(start, span.end()).unwrap_or(span),
        _ => span,
    }
}

pub(super) struct ChangeRun<'a, S> {
    pub(super) store: &'a mut Store,
    pub(super) service: &'a mut S,
    options: &'a ChangeOptions,
    pub(super) source: SourceState,
    pub(super) now: Timestamp,
    watch: &'a mut Watch,
    pub(super) outcome: ChangeOutcome,
    /// For each object whose deletions were purged: since when the service knows them.
    pub(super) deletions_from: HashMap<String, Timestamp>,
}

impl<S: ChangeService> ChangeRun<'_, S> {
    /// Reads a span of all objects. Returns whether the service guarantees that it knows the whole span.
    async fn window(&mut self, span: Span) -> Result<bool, Error> {
        let purpose = Purpose::Collect;
        let window = self
            .store
            .open_window(self.source.id, purpose, Some(span), self.now)?;
        let mut covered = span.end();
        let mut expected = 0;
        for object in &self.options.objects {
            self.watch.stop.check()?;
            let (known, changes) = self.object(object, span, window).await?;
            tracing::info!(
                source = "changes",
                object,
                from = %span.start(),
                to = %span.end(),
                changes,
                "received changes"
            );
            covered = covered.min(known);
            expected += changes;
        }
        // The next round queries the part that the service does not know yet.
        let whole = covered >= span.end();
        let Some(closed) = Span::new(span.start(), covered) else {
            self.store.forget_open_windows(self.source.id)?;
            return Ok(false);
        };
        if !whole {
            self.store.narrow_window(window, closed)?;
        }
        let about = self.options.objects.first().map_or("", String::as_str);
        let progress = PageProgress {
            window,
            expected: Some(expected),
            position: None,
            closes: true,
            now: self.now,
        };
        self.store
            .store_page(&progress, about, &COLUMNS, std::iter::empty())?;
        self.watch.report(&Progress::Rows {
            source: "changes",
            received: self.outcome.received,
            new: self.outcome.new,
            from: span.start(),
            until: closed.end(),
            to: span.end(),
        });
        Ok(whole)
    }

    /// Stores the changes of an object in a span. Returns until when the service knows them all, and their
    /// number. A span with too many changes for the service is halved.
    async fn object(
        &mut self,
        object: &str,
        span: Span,
        window: WindowId,
    ) -> Result<(Timestamp, u64), Error> {
        let fail = |failure| other(failure, object);
        let described = self.service.describe(object).await.map_err(fail)?;
        let mut parts = vec![span];
        let (mut covered, mut changes) = (span.end(), 0);
        while let Some(part) = parts.pop() {
            self.watch.stop.check()?;
            match self.part(object, &described, part, window).await {
                Ok((known, told)) => {
                    covered = covered.min(known);
                    changes += told;
                }
                Err(Failure::TooLarge) => {
                    let (first, second) = halves(part).ok_or_else(|| fail(Failure::TooLarge))?;
                    parts.extend([second, first]);
                }
                Err(failure) => return Err(fail(failure)),
            }
        }
        Ok((covered, changes))
    }

    async fn part(
        &mut self,
        object: &str,
        described: &Described,
        span: Span,
        window: WindowId,
    ) -> Result<(Timestamp, u64), Failure> {
        if !described.replicateable {
            self.store
                .drift(object, "deletions-unseen", "getDeleted", self.now)?;
            let changes = self.by_query(object, described, span, window).await?;
            return Ok((span.end(), changes));
        }
        let (covered, updated) = self.updates(object, described, span, window).await?;
        let deleted = self.deletions(object, span).await?;
        self.put_deleted(object, window, &deleted)?;
        let changes = updated + deleted.records.len() as u64;
        Ok((covered.min(deleted.covered), changes))
    }

    /// Stores created and updated records.
    async fn updates(
        &mut self,
        object: &str,
        described: &Described,
        span: Span,
        window: WindowId,
    ) -> Result<(Timestamp, u64), Failure> {
        let is_told = |oldest: Timestamp| oldest <= askable(span).start();
        if self.now.checked_sub(UPDATES_TOLD).is_ok_and(is_told) {
            match self.service.updated(object, askable(span)).await {
                Ok(updated) => {
                    let ids = updated.ids.len() as u64;
                    self.retrieve(object, described, &updated.ids, window)
                        .await?;
                    return Ok((updated.covered, ids));
                }
                Err(Failure::TooOld) => {}
                Err(failure) => return Err(failure),
            }
        }
        let changes = self.by_query(object, described, span, window).await?;
        Ok((span.end(), changes))
    }

    /// Stores the current values of records. If the response is too large, fewer are requested at a time.
    async fn retrieve(
        &mut self,
        object: &str,
        described: &Described,
        ids: &[String],
        window: WindowId,
    ) -> Result<(), Failure> {
        let mut chunks: Vec<&[String]> = ids.chunks(CHUNK).rev().collect();
        while let Some(ids) = chunks.pop() {
            self.watch.stop.check()?;
            let result = self.service.retrieve(object, &described.fields, ids).await;
            match result {
                Ok(records) => {
                    let records: Rows = records.into_iter().flatten().collect();
                    self.put(object, &described.fields, window, &records)?;
                }
                Err(Failure::TooLarge) if ids.len() > 1 => {
                    let (first, second) = ids.split_at(ids.len() / 2);
                    chunks.extend([second, first]);
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    /// Stores records whose last change is in a span. This also finds changes that `getUpdated` does not
    /// cover: those of unsupported objects, and those that are too old.
    async fn by_query(
        &mut self,
        object: &str,
        described: &Described,
        span: Span,
        window: WindowId,
    ) -> Result<u64, Failure> {
        let has = |name: &&&str| described.fields.iter().any(|field| field == **name);
        let Some(time) = TIMES.iter().find(has) else {
            let message = format!("{object} has no field with the time of the last change");
            return Err(Failure::Other(Error::new(Kind::Data, message)));
        };
        let query = format!(
            "SELECT {} FROM {object} WHERE {time} >= {} AND {time} < {} ORDER BY {time}, Id",
            described.fields.join(", "),
            span.start(),
            span.end()
        );
        for _ in 0..MOST_LOST_CURSORS {
            match self.all_of(object, &described.fields, &query, window).await {
                Err(Failure::CursorLost) => {}
                result => return result,
            }
        }
        Err(Failure::CursorLost)
    }

    async fn all_of(
        &mut self,
        object: &str,
        fields: &[String],
        query: &str,
        window: WindowId,
    ) -> Result<u64, Failure> {
        let mut batch = self.service.query(query).await?;
        let mut changes = 0;
        loop {
            changes += batch.rows.len() as u64;
            self.put(object, fields, window, &batch.rows)?;
            if batch.last {
                return Ok(changes);
            }
            self.watch.stop.check()?;
            batch = self.service.more().await?;
        }
    }

    fn put(
        &mut self,
        object: &str,
        fields: &[String],
        window: WindowId,
        records: &Rows,
    ) -> Result<(), Error> {
        let at = |name: &str| fields.iter().position(|field| field == name);
        let time_of = |record: RowValues<'_>, name: &str| -> Option<Timestamp> {
            record.get(at(name)?)?.parse().ok()
        };
        let mut rows = Vec::with_capacity(records.len());
        for record in records.iter() {
            let id = at("Id").and_then(|at| record.get(at));
            let id = id.ok_or_else(|| missing(object, "Id"))?;
            let changed = TIMES.iter().find_map(|name| time_of(record, name));
            let changed = changed.ok_or_else(|| missing(object, TIMES[0]))?;
            // The creation is reported once, by the first change of a record that is not in the store.
            let begins = self.source.begins;
            let is_new = time_of(record, "CreatedDate").is_some_and(|created| begins <= created)
                && !self.store.has_changes_of(self.source.id, id)?;
            let change = if is_new { "created" } else { "updated" };
            let own = [Some(id), Some(change)];
            let values = fields
                .iter()
                .zip(record.iter())
                .filter(|(name, _)| *name != "Id");
            let values: Vec<Option<&str>> = own
                .into_iter()
                .chain(values.map(|(_, value)| value))
                .collect();
            rows.push((format!("{id}/{changed}"), changed, values));
        }
        let columns = fields
            .iter()
            .map(String::as_str)
            .filter(|name| *name != "Id");
        let columns: Vec<&str> = COLUMNS.into_iter().chain(columns).collect();
        self.store_rows(object, &columns, window, &rows)
    }

    fn put_deleted(
        &mut self,
        object: &str,
        window: WindowId,
        deleted: &Deleted,
    ) -> Result<(), Error> {
        let rows: Vec<_> = deleted
            .records
            .iter()
            .map(|(id, time)| {
                let values = vec![Some(id.as_str()), Some("deleted")];
                (format!("{id}/{time}/deleted"), *time, values)
            })
            .collect();
        self.store_rows(object, &COLUMNS, window, &rows)
    }

    fn store_rows(
        &mut self,
        object: &str,
        columns: &[&str],
        window: WindowId,
        rows: &[(String, Timestamp, Vec<Option<&str>>)],
    ) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let progress = PageProgress {
            window,
            expected: None,
            position: None,
            closes: false,
            now: self.now,
        };
        let rows = rows.iter().map(|(key, time, values)| Row {
            key,
            time: Some(*time),
            values,
        });
        let stored = self.store.store_page(&progress, object, columns, rows)?;
        self.outcome.received += stored.received;
        self.outcome.new += stored.new;
        Ok(())
    }
}

/// Halves a span on a whole minute.
fn halves(span: Span) -> Option<(Span, Span)> {
    let middle = minute(span.middle()?);
    Some((
        Span::new(span.start(), middle)?,
        Span::new(middle, span.end())?,
    ))
}

fn missing(object: &str, field: &str) -> Error {
    let message = format!("{object}: a changed record has no valid {field}");
    Error::new(Kind::Data, message)
}

fn other(failure: Failure, object: &str) -> Error {
    let message = match failure {
        Failure::Other(error) => return error,
        Failure::TooLarge => "the service has more changes in one minute than it can return",
        Failure::TooOld => "the service no longer knows the changes of that time",
        Failure::CursorLost => "the service repeatedly lost the cursor of a query",
        Failure::Field(field) => {
            let message = format!("changes of {object}: the service refuses the field {field}");
            return Error::new(Kind::Data, message);
        }
    };
    Error::new(Kind::Data, format!("changes of {object}: {message}"))
}
