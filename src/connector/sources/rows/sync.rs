//! Collects the new rows of an object once.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::again::RereadHours;
use super::object::Object;
use crate::connector::error::{Error, Kind};
use crate::connector::progress::{Progress, Watch};
use crate::connector::sources::{Batch, Failure, RowValues, Service};
use crate::connector::store::{PageProgress, Purpose, Row, SourceState, Store, Stored, WindowId};
use crate::connector::window::{
    Ask, Check, Collection, Fact, Page, Policy, Span, plan, reach_back,
};

/// After this number of lost cursors without a row in between, the query is given up.
const MOST_LOST_CURSORS: u32 = 8;

/// The reason of gaps that a count found and that reading again did not fill.
pub(super) const NOT_SENT: &str = "the service counts more rows than it sends";

/// The options of the collection of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowOptions {
    /// The first instant that is collected, if the source is new.
    pub begins: Timestamp,
    /// How long the service keeps rows. Older rows that were not collected are a gap.
    pub retention: SignedDuration,
    /// The policy for the windows.
    pub policy: Policy,
}

/// The result of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowOutcome {
    /// Rows that were received.
    pub received: u64,
    /// Rows that were new.
    pub new: u64,
    /// New rows that were found because a count differed.
    pub repaired: u64,
    /// Spans that were counted.
    pub counted: u64,
    /// Gaps that were recorded.
    pub gaps: u64,
}

/// Collects the new rows, and makes the checks that are due.
///
/// The store is consistent at every moment. The run can be stopped anywhere, and the next run continues.
///
/// # Errors
///
/// The service or the store failed. Everything that was stored before that stays stored.
pub async fn sync<S: Service>(
    store: &mut Store,
    service: &mut S,
    object: &Object,
    options: &RowOptions,
    watch: &mut Watch,
) -> Result<RowOutcome, Error> {
    let source = store.source(object.source, options.begins)?;
    let now = service
        .server_time()
        .await
        .map_err(|failure| other(failure, object))?;
    let mut run = RowRun {
        store,
        service,
        object,
        source,
        now,
        retention: options.retention,
        refused: Vec::new(),
        joins_not: false,
        again: None,
        outcome: RowOutcome::default(),
        watch,
        extent: None,
    };
    run.refused = run.refused_lately(object.name)?;
    if let Some(join) = &object.join {
        run.joins_not = !run.refused_lately(join.object)?.is_empty();
    }
    run.resume().await?;
    let from = run.note_retention()?;
    let mut windows = plan(options.policy, run.source.begins, from, now);
    if !windows.is_empty()
        && let Some(start) = run.hours_to_read_again()?
    {
        windows = reach_back(options.policy, windows, start);
    }
    run.extent = windows
        .first()
        .zip(windows.last())
        .and_then(|(first, last)| Span::new(first.start(), last.end()));
    run.read(Collection::new(windows), Purpose::Collect, None)
        .await?;
    run.was_read_again()?;
    run.sweep_nulls().await?;
    if run.sees_all().await? {
        run.check(Check::Day).await?;
    }
    run.check(Check::Hour).await?;
    Ok(run.outcome)
}

/// Values of the records that rows refer to.
#[derive(Default)]
struct Joined {
    /// The position of the Id in a row.
    at: usize,
    columns: &'static [&'static str],
    found: HashMap<String, Vec<Option<String>>>,
}

impl Joined {
    /// The values for a row, one for each column.
    fn values<'a>(&'a self, row: RowValues<'a>) -> impl Iterator<Item = Option<&'a str>> {
        let found = row.get(self.at).and_then(|id| self.found.get(id));
        (0..self.columns.len()).map(move |column| found?.get(column)?.as_deref())
    }
}

pub(super) struct RowRun<'a, S> {
    pub(super) store: &'a mut Store,
    pub(super) service: &'a mut S,
    pub(super) object: &'a Object,
    pub(super) source: SourceState,
    pub(super) now: Timestamp,
    /// How long the service keeps rows.
    pub(super) retention: SignedDuration,
    /// Fields that the service has refused.
    refused: Vec<String>,
    /// Whether the service has refused fields of the records that rows refer to.
    joins_not: bool,
    /// Hours that are being read again.
    pub(super) again: Option<RereadHours>,
    pub(super) outcome: RowOutcome,
    pub(super) watch: &'a mut Watch,
    /// The span that this run reads, for the progress.
    extent: Option<Span>,
}

impl<S: Service> RowRun<'_, S> {
    /// Completes a window that an earlier run left open.
    async fn resume(&mut self) -> Result<(), Error> {
        let Some(open) = self.store.left_open(self.source.id)? else {
            return Ok(());
        };
        let windows = Collection::resume(open.span, open.after, None, open.received, Vec::new());
        self.read(windows, Purpose::Collect, Some(open.id)).await
    }

    /// Records a gap if rows were deleted before they were collected. Returns where the collection
    /// continues.
    fn note_retention(&mut self) -> Result<Option<Timestamp>, Error> {
        self.source = self.store.source(self.object.source, self.source.begins)?;
        let watermark = self.source.watermark;
        let Ok(oldest) = self.now.checked_sub(self.retention) else {
            return Ok(watermark);
        };
        let Some(lost) = Span::new(watermark.unwrap_or(self.source.begins), oldest) else {
            return Ok(watermark);
        };
        self.no_longer_kept(lost)?;
        self.store.reached(self.source.id, oldest)?;
        // Rows that were deleted can no longer be counted.
        self.store.checked(self.source.id, Check::Day, oldest)?;
        self.outcome.gaps += 1;
        Ok(Some(oldest))
    }

    /// Records a gap for rows that the service has deleted.
    pub(super) fn no_longer_kept(&mut self, lost: Span) -> Result<(), Error> {
        let days = self.retention.as_hours() / 24;
        let reason = format!("the service keeps {days} days, and this was not collected in time");
        self.store.gap(self.source.id, lost, &reason, self.now)
    }

    /// Reads windows to their ends.
    pub(super) async fn read(
        &mut self,
        mut windows: Collection,
        purpose: Purpose,
        mut open: Option<WindowId>,
    ) -> Result<(), Error> {
        let mut lost = 0;
        while let Some(ask) = windows.next() {
            self.watch.stop.check()?;
            let (Ask::Rows { span, .. } | Ask::More { span }) = ask;
            let window = match open {
                Some(window) => window,
                None => self
                    .store
                    .open_window(self.source.id, purpose, Some(span), self.now)?,
            };
            open = Some(window);
            let fields = self.object.fields(&self.refused);
            let result = match &ask {
                Ask::More { .. } => self.service.more().await,
                Ask::Rows { span, after } => {
                    self.service
                        .query(&self.object.rows(&fields, *span, after.as_ref()))
                        .await
                }
            };
            match result {
                Ok(batch) => {
                    if !batch.rows.is_empty() {
                        lost = 0;
                    }
                    let joined = self.join(&fields, &batch).await?;
                    tracing::info!(
                        source = self.object.source,
                        from = %span.start(),
                        to = %span.end(),
                        rows = batch.rows.len(),
                        "received rows"
                    );
                    if self.take(&mut windows, window, &fields, &batch, &joined)? {
                        open = None;
                    }
                    self.report(
                        windows
                            .position()
                            .map_or(span.end(), |position| position.time),
                    );
                }
                Err(Failure::TooLarge) => {
                    let narrowed = windows.too_large().map_err(|error| {
                        data("the service sent an invalid response", self.object).because(error)
                    })?;
                    if let Some(span) = narrowed {
                        self.store.narrow_window(window, span)?;
                    }
                }
                Err(Failure::CursorLost) if lost < MOST_LOST_CURSORS => {
                    lost += 1;
                    windows.cursor_lost();
                }
                // The query must be sent again without the field.
                Err(Failure::Field(field)) => {
                    self.refuse(field)?;
                    windows.cursor_lost();
                }
                Err(failure) => return Err(other(failure, self.object)),
            }
        }
        Ok(())
    }

    /// Stores a batch. Returns `true` if it completed the window.
    fn take(
        &mut self,
        windows: &mut Collection,
        window: WindowId,
        fields: &[&str],
        batch: &Batch,
        joined: &Joined,
    ) -> Result<bool, Error> {
        let facts = batch
            .rows
            .iter()
            .map(|row| self.fact(fields, row))
            .collect::<Result<_, _>>()?;
        let page = Page {
            rows: facts,
            size: batch.size,
            last: batch.last,
        };
        let closed = windows.page(&page).map_err(|error| {
            data("the response does not match the query", self.object).because(error)
        })?;
        let progress = PageProgress {
            window,
            expected: closed.and_then(|closed| closed.expected),
            position: closed.is_none().then(|| windows.position()).flatten(),
            closes: closed.is_some(),
            now: self.now,
        };
        self.put(&progress, fields, &page.rows, batch, joined)?;
        if let Some(again) = &mut self.again {
            again.note(&page.rows);
            closed.iter().for_each(|window| again.closed(window));
        }
        Ok(closed.is_some())
    }

    /// Looks up the records that rows refer to.
    async fn join(&mut self, fields: &[&str], batch: &Batch) -> Result<Joined, Error> {
        let Some(join) = self.object.join.filter(|_| !self.joins_not) else {
            return Ok(Joined::default());
        };
        let Some(at) = fields.iter().position(|field| *field == join.by) else {
            return Ok(Joined::default());
        };
        let ids: HashSet<&str> = batch.rows.iter().filter_map(|row| row.get(at)).collect();
        let mut ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        ids.sort_unstable();
        let found = match self.service.look_up(join.object, join.fields, &ids).await {
            Ok(found) => found,
            Err(Failure::Field(field)) => {
                self.store.refuse(join.object, &field, self.now)?;
                self.joins_not = true;
                HashMap::new()
            }
            Err(failure) => return Err(other(failure, self.object)),
        };
        Ok(Joined {
            at,
            columns: join.columns,
            found,
        })
    }

    fn report(&mut self, until: Timestamp) {
        let Some(extent) = self.extent else {
            return;
        };
        self.watch.report(&Progress::Rows {
            source: self.object.source,
            received: self.outcome.received,
            new: self.outcome.new,
            from: extent.start(),
            until,
            to: extent.end(),
        });
    }

    fn put(
        &mut self,
        progress: &PageProgress<'_>,
        fields: &[&str],
        facts: &[Fact],
        batch: &Batch,
        joined: &Joined,
    ) -> Result<Stored, Error> {
        let values: Vec<Vec<Option<&str>>> = batch
            .rows
            .iter()
            .map(|row| row.iter().chain(joined.values(row)).collect())
            .collect();
        let columns: Vec<&str> = fields.iter().chain(joined.columns).copied().collect();
        let rows = facts.iter().zip(&values).map(|(fact, values)| Row {
            key: &fact.key,
            time: fact.time,
            values,
        });
        let stored = self
            .store
            .store_page(progress, self.object.name, &columns, rows)?;
        self.outcome.received += stored.received;
        self.outcome.new += stored.new;
        Ok(stored)
    }

    /// Makes the fact of a row. The Id and the time are its first two fields.
    fn fact(&self, fields: &[&str], row: RowValues<'_>) -> Result<Fact, Error> {
        let Some(key) = row.get(0) else {
            return Err(data("a row has no Id", self.object));
        };
        if row.len() != fields.len() {
            return Err(data("a row has other fields than the query", self.object));
        }
        let time = match row.get(1) {
            None => None,
            Some(text) => Some(text.parse().map_err(|error: jiff::Error| {
                data("a row has an invalid time", self.object).because(error)
            })?),
        };
        Ok(Fact {
            time,
            key: key.to_owned(),
        })
    }

    /// Leaves a field out of all later queries.
    fn refuse(&mut self, field: String) -> Result<(), Error> {
        let object = self.object;
        if !object.can_do_without(&field) || self.refused.contains(&field) {
            let message = format!("the service refuses a required field of {}", object.name);
            return Err(Error::new(Kind::Data, message).help(format!(
                "let the user of the connection read {field} of {}",
                object.name
            )));
        }
        for field in object.together_with(&field) {
            self.store.refuse(object.name, field, self.now)?;
            self.refused.push(field.to_owned());
        }
        Ok(())
    }

    /// Reads the rows without a time, once a day. They belong to no window.
    async fn sweep_nulls(&mut self) -> Result<(), Error> {
        let day = SignedDuration::from_hours(24);
        if self
            .source
            .nulls_swept
            .is_some_and(|swept| self.now.duration_since(swept) < day)
        {
            return Ok(());
        }
        let window = self
            .store
            .open_window(self.source.id, Purpose::Nulls, None, self.now)?;
        let fields = self.object.fields(&self.refused);
        let query = self.object.nulls(&fields);
        let mut result = self.service.query(&query).await;
        let mut lost = 0;
        loop {
            // Rows that are stored already are not stored twice.
            if matches!(result, Err(Failure::CursorLost)) && lost < MOST_LOST_CURSORS {
                lost += 1;
                result = self.service.query(&query).await;
                continue;
            }
            let batch = result.map_err(|failure| other(failure, self.object))?;
            let facts: Vec<Fact> = batch
                .rows
                .iter()
                .map(|row| self.fact(&fields, row))
                .collect::<Result<_, _>>()?;
            if facts.iter().any(|fact| fact.time.is_some()) {
                return Err(data(
                    "a query for rows without a time returned a row with a time",
                    self.object,
                ));
            }
            let progress = PageProgress {
                window,
                expected: batch.size,
                position: None,
                closes: batch.last,
                now: self.now,
            };
            let joined = self.join(&fields, &batch).await?;
            self.put(&progress, &fields, &facts, &batch, &joined)?;
            if batch.last {
                return self.store.nulls_swept(self.source.id, self.now);
            }
            result = self.service.more().await;
        }
    }
}

fn data(message: &str, object: &Object) -> Error {
    Error::new(Kind::Data, format!("{}: {message}", object.name))
}

/// Converts a failure that cannot be handled here.
pub(super) fn other(failure: Failure, object: &Object) -> Error {
    match failure {
        Failure::Other(error) => error,
        Failure::TooLarge => data(
            "the service takes too long for a query that cannot be split further",
            object,
        ),
        Failure::TooOld => data("the service refuses the requested time", object),
        Failure::CursorLost => data("the service repeatedly lost the cursor of a query", object),
        Failure::Field(field) => data(&format!("the service refuses the field {field}"), object),
    }
}
