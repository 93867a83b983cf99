//! Changes of records: what was created, updated or deleted since the connector was connected, with the
//! record as it is now.
//!
//! Objects that support it are asked by `getUpdated` and `getDeleted`. Others are asked for records with
//! a new `SystemModstamp`; their deletions cannot be seen, which is noted as drift.
//!
//! A change is known by the Id and the time of the record's last change, and whether it is a deletion. So reading a span again stores
//! nothing twice, and of two changes between two rounds the later one is seen.

use jiff::{SignedDuration, Timestamp};

use super::{Failure, Service};
use crate::connector::error::{Error, Kind};
use crate::connector::progress::{Progress, Watch};
use crate::connector::store::{PageProgress, Purpose, Row, SourceState, Store, WindowId};
use crate::connector::window::{Policy, Span, plan};

/// Records of one call.
const CHUNK: usize = 200;

/// Salesforce tells changes of the last 30 days.
const RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The columns that every change has before those of its record.
const COLUMNS: [&str; 2] = ["Id", "ChangeType"];

/// Fields that tell when a record was last changed, best first.
const TIMES: [&str; 3] = ["SystemModstamp", "LastModifiedDate", "CreatedDate"];

/// What the collection of changes needs of a service.
pub trait ChangeService: Service {
    /// What the org says about an object.
    fn describe(&mut self, object: &str)
    -> impl Future<Output = Result<Described, Failure>> + Send;

    /// The records that were created or updated in a span.
    fn updated(
        &mut self,
        object: &str,
        span: Span,
    ) -> impl Future<Output = Result<Updated, Failure>> + Send;

    /// The records that were deleted in a span.
    fn deleted(
        &mut self,
        object: &str,
        span: Span,
    ) -> impl Future<Output = Result<Deleted, Failure>> + Send;

    /// Records as they are now, in the order of their Ids: the values of the fields, or nothing if the
    /// record is no longer there.
    fn retrieve(
        &mut self,
        object: &str,
        fields: &[String],
        ids: &[String],
    ) -> impl Future<Output = Result<Vec<Option<Values>>, Failure>> + Send;
}

/// The values of a record.
pub type Values = Vec<Option<String>>;

/// What the org says about an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The names of the fields that can be stored: neither files nor compound fields.
    pub fields: Vec<String>,
    /// Whether `getUpdated` and `getDeleted` serve it.
    pub replicateable: bool,
}

/// Records that were created or updated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// Their Ids.
    pub ids: Vec<String>,
    /// Up to when the service is sure to know all changes.
    pub covered: Timestamp,
}

/// Records that were deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Their Ids, and when each was deleted.
    pub records: Vec<(String, Timestamp)>,
    /// Since when the service still knows deletions.
    pub earliest: Timestamp,
    /// Up to when the service is sure to know all deletions.
    pub covered: Timestamp,
}

/// How changes are collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOptions {
    /// The first instant that is wanted, if the source is new.
    pub begins: Timestamp,
    /// The objects.
    pub objects: Vec<String>,
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeOutcome {
    /// Changes that came.
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
/// The service or the store failed. What was stored until then stays.
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
    let mut run = Run {
        store,
        service,
        options,
        source,
        now,
        watch,
        outcome: ChangeOutcome::default(),
    };
    // A run that was stopped left its window open: it is read again from its start.
    if let Some(open) = run.store.left_open(run.source.id)? {
        run.window(open.span, Some(open.id)).await?;
        run.source = run.store.source("changes", options.begins)?;
    }
    let watermark = run.note_retention()?;
    for span in windows(run.source.begins, watermark, now) {
        if !run.window(span, None).await? {
            break;
        }
    }
    Ok(run.outcome)
}

/// The spans to ask for. `getUpdated` ignores seconds, so they begin and end on whole minutes.
fn windows(begins: Timestamp, watermark: Option<Timestamp>, now: Timestamp) -> Vec<Span> {
    let minute = |time: Timestamp| {
        let second = time.as_second();
        Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(time)
    };
    let spans = plan(Policy::default(), minute(begins), watermark, minute(now));
    let whole = |span: Span| Span::new(minute(span.start()), minute(span.end()));
    spans.into_iter().filter_map(whole).collect()
}

struct Run<'a, S> {
    store: &'a mut Store,
    service: &'a mut S,
    options: &'a ChangeOptions,
    source: SourceState,
    now: Timestamp,
    watch: &'a mut Watch,
    outcome: ChangeOutcome,
}

impl<S: ChangeService> Run<'_, S> {
    /// Records a gap if the service no longer tells the changes that are missing.
    fn note_retention(&mut self) -> Result<Option<Timestamp>, Error> {
        let watermark = self.source.watermark;
        let oldest = self
            .now
            .checked_sub(RETENTION)
            .unwrap_or(self.source.begins);
        let Some(lost) = Span::new(watermark.unwrap_or(self.source.begins), oldest) else {
            return Ok(watermark);
        };
        let reason = "the service tells changes of 30 days, and these were not collected in time";
        self.store.gap(self.source.id, lost, reason, self.now)?;
        self.store.reached(self.source.id, oldest)?;
        self.outcome.gaps += 1;
        Ok(Some(oldest))
    }

    /// Reads a span of all objects. Returns whether the service already knows all of it.
    async fn window(&mut self, span: Span, open: Option<WindowId>) -> Result<bool, Error> {
        let window = match open {
            Some(window) => window,
            None => {
                let purpose = Purpose::Collect;
                self.store
                    .open_window(self.source.id, purpose, Some(span), self.now)?
            }
        };
        let mut covered = span.end();
        let mut expected = 0;
        for object in &self.options.objects {
            self.watch.stop.check()?;
            let (known, changes) = self.object(object, span, window).await?;
            covered = covered.min(known);
            expected += changes;
        }
        // The next round asks again for what the service does not know yet.
        let whole = covered >= span.end();
        let closed = match Span::new(span.start(), covered) {
            Some(closed) => closed,
            None => return Ok(false),
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

    /// Stores the changes of an object in a span. Returns up to when the service knows them all, and how
    /// many there are.
    async fn object(
        &mut self,
        object: &str,
        span: Span,
        window: WindowId,
    ) -> Result<(Timestamp, u64), Error> {
        let fail = |failure| other(failure, object);
        let described = self.service.describe(object).await.map_err(fail)?;
        if !described.replicateable {
            let changes = self.by_query(object, &described, span, window).await?;
            return Ok((span.end(), changes));
        }
        let updated = self.service.updated(object, span).await.map_err(fail)?;
        let deleted = self.service.deleted(object, span).await.map_err(fail)?;
        if let Some(lost) = Span::new(span.start(), deleted.earliest.min(span.end())) {
            let reason =
                format!("the service no longer knows which records of {object} were deleted");
            self.store.gap(self.source.id, lost, &reason, self.now)?;
            self.outcome.gaps += 1;
        }
        for ids in updated.ids.chunks(CHUNK) {
            self.watch.stop.check()?;
            let records = self
                .service
                .retrieve(object, &described.fields, ids)
                .await
                .map_err(fail)?;
            let records = records.into_iter().flatten().collect();
            self.put(object, &described.fields, span, window, records)?;
        }
        self.put_deleted(object, window, &deleted)?;
        let changes = (updated.ids.len() + deleted.records.len()) as u64;
        Ok((updated.covered.min(deleted.covered), changes))
    }

    /// Changes of an object that `getUpdated` does not serve.
    async fn by_query(
        &mut self,
        object: &str,
        described: &Described,
        span: Span,
        window: WindowId,
    ) -> Result<u64, Error> {
        let fail = |failure| other(failure, object);
        self.store
            .drift(object, "deletions-unseen", "getDeleted", self.now)?;
        let has = |name: &&&str| described.fields.iter().any(|field| field == **name);
        let Some(time) = TIMES.iter().find(has) else {
            let message = format!("{object} has no field that tells when a record was changed");
            return Err(Error::new(Kind::Data, message));
        };
        let query = format!(
            "SELECT {} FROM {object} WHERE {time} >= {} AND {time} < {} ORDER BY {time}, Id",
            described.fields.join(", "),
            span.start(),
            span.end()
        );
        let mut batch = self.service.query(&query).await.map_err(fail)?;
        let mut changes = 0;
        loop {
            changes += batch.rows.len() as u64;
            self.put(object, &described.fields, span, window, batch.rows)?;
            if batch.last {
                return Ok(changes);
            }
            self.watch.stop.check()?;
            batch = self.service.more().await.map_err(fail)?;
        }
    }

    fn put(
        &mut self,
        object: &str,
        fields: &[String],
        span: Span,
        window: WindowId,
        records: Vec<Values>,
    ) -> Result<(), Error> {
        let at = |name: &str| fields.iter().position(|field| field == name);
        let time_of = |record: &Values, name: &str| -> Option<Timestamp> {
            record.get(at(name)?)?.as_deref()?.parse().ok()
        };
        let mut rows = Vec::with_capacity(records.len());
        for record in &records {
            let id = at("Id").and_then(|at| record.get(at)?.as_deref());
            let id = id.ok_or_else(|| missing(object, "Id"))?;
            let changed = TIMES.iter().find_map(|name| time_of(record, name));
            let changed = changed.ok_or_else(|| missing(object, TIMES[0]))?;
            let is_new = time_of(record, "CreatedDate").is_some_and(|time| span.start() <= time);
            let change = if is_new { "created" } else { "updated" };
            let own = [Some(id), Some(change)];
            let values = fields.iter().zip(record).filter(|(name, _)| *name != "Id");
            let values: Vec<Option<&str>> = own
                .into_iter()
                .chain(values.map(|(_, value)| value.as_deref()))
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

fn missing(object: &str, field: &str) -> Error {
    let message = format!("{object}: a changed record came without a usable {field}");
    Error::new(Kind::Data, message)
}

fn other(failure: Failure, object: &str) -> Error {
    let message = match failure {
        Failure::Other(error) => return error,
        Failure::TooLarge => "the service takes too long".to_owned(),
        Failure::CursorLost => "the service lost the cursor of a query".to_owned(),
        Failure::Field(field) => format!("the service refuses the field {field}"),
    };
    Error::new(Kind::Data, format!("changes of {object}: {message}"))
}
