//! Delivers the rows of a store to one sink, batch by batch, and moves its cursor.
//!
//! # What a crash may do
//!
//! The cursor moves after the acknowledgement. If the process ends between the two, the batch is delivered
//! again, so rows are delivered at least once. Three things make it exactly once, where the destination
//! supports it:
//!
//! - Each row has a permanent `id`, for destinations that detect duplicates.
//! - [`Limits::same`](super::Limits): the last row of a batch is stored before the batch is
//!   delivered. A repeated
//!   batch therefore has the same rows and can replace the first.
//! - [`Begun::cursor`](super::Begun): the destination itself knows its last row.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::batch::{Batch, Form, Wanted};
use super::failure::Failure;
use super::mark::Mark;
use super::{Accepted, Sink, aside};
use crate::connector::error::Error;
use crate::connector::store::{Delivery, SinkState, Store};

/// The options of an outlet.
#[derive(Debug, Clone)]
pub struct OutletOptions {
    /// The name of the connection.
    pub connection: String,
    /// The name of the sink and of its cursor.
    pub name: String,
    /// The format of the delivered rows.
    pub form: Form,
    /// The names of the sources whose rows are delivered, or none for all.
    pub sources: Vec<String>,
    /// Whether a new sink gets only rows that are stored from now on.
    pub from_now: bool,
    /// The longest time that rows wait until there are enough for a batch.
    pub every: Duration,
    /// The file for rows that the destination refuses for good.
    pub aside: PathBuf,
    /// The clock of this machine.
    pub clock: fn() -> Timestamp,
}

impl OutletOptions {
    /// Makes options with which all rows are delivered in the form in which they are stored. `aside` is the
    /// file for rows that the destination refuses for good.
    #[must_use]
    pub fn new(connection: &str, name: &str, aside: PathBuf) -> Self {
        Self {
            connection: connection.to_owned(),
            name: name.to_owned(),
            form: Form::Row,
            sources: Vec::new(),
            from_now: false,
            every: Duration::ZERO,
            aside,
            clock: Timestamp::now,
        }
    }
}

/// Whether rows may wait until there are enough for a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// All rows are delivered now.
    Now,
    /// Rows may wait for [`OutletOptions::every`].
    Steady,
}

/// The result of a delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Rows that were acknowledged.
    pub rows: u64,
    /// Rows that the destination refuses for good, and that were written to the file of refused rows.
    pub aside: u64,
}

/// Delivers the rows of a store to one sink.
#[derive(Debug)]
pub struct Outlet {
    options: OutletOptions,
    sink: Box<dyn Sink>,
    /// The state that the store keeps for the sink, or `None` if the sink must be prepared first.
    begun: Option<Mark>,
}

impl Outlet {
    /// Makes an outlet.
    #[must_use]
    pub fn new(options: OutletOptions, sink: Box<dyn Sink>) -> Self {
        Self {
            options,
            sink,
            begun: None,
        }
    }

    /// The name of the sink.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// Delivers the rows that the sink has not acknowledged yet.
    ///
    /// # Errors
    ///
    /// The sink fails: the reason is also recorded in the store, and the cursor stays where it is. Or the
    /// store cannot be read or written.
    pub async fn deliver(&mut self, store: &mut Store, pace: Pace) -> Result<Delivered, Failure> {
        let delivered = self.catch_up(store, pace).await;
        if let Err(failure) = &delivered {
            self.begun = None;
            store.sink_failed(self.name(), &failure.text(), (self.options.clock)())?;
        }
        delivered
    }

    async fn catch_up(&mut self, store: &mut Store, pace: Pace) -> Result<Delivered, Failure> {
        let state = store.sink(self.name())?;
        if state.waiting == 0 && state.problem.is_none() || self.may_wait(&state, pace) {
            return Ok(Delivered::default());
        }
        let (mut mark, mut cursor) = self.begin(store, &state).await?;
        let mut delivered = Delivered::default();
        while let Some(batch) = self.next(store, &mut mark, cursor)? {
            let done = match batch.rows.is_empty() {
                true => Delivered::default(),
                false => self.deliver_batch(store, &batch, &mut mark).await?,
            };
            mark.batch = None;
            cursor = batch.last;
            self.note(store, cursor, done.rows, &mark)?;
            delivered.rows += done.rows;
            delivered.aside += done.aside;
        }
        if state.problem.is_some() && delivered == Delivered::default() {
            // The sink could be prepared, so an earlier problem is over.
            self.note(store, cursor, 0, &mark)?;
        }
        self.begun = Some(mark);
        Ok(delivered)
    }

    /// Whether the rows may wait for more rows. A sink that has failed is always tried.
    fn may_wait(&self, state: &SinkState, pace: Pace) -> bool {
        let every = self.options.every;
        if pace == Pace::Now || every.is_zero() || state.problem.is_some() {
            return false;
        }
        let since = state
            .local_moved
            .map(|moved| (self.options.clock)().duration_since(moved));
        state.waiting < self.sink.limits().rows
            && since.is_some_and(|since| since.unsigned_abs() < every)
    }

    /// Prepares the sink, unless it was prepared in this process and has not failed since.
    async fn begin(
        &mut self,
        store: &mut Store,
        state: &SinkState,
    ) -> Result<(Mark, i64), Failure> {
        if let Some(mark) = self.begun.take() {
            return Ok((mark, state.cursor));
        }
        let mut cursor = state.cursor;
        let known = state.position.as_deref().and_then(Mark::read);
        let mut mark = match known {
            Some(mark) => mark,
            None => {
                // The store must know its id before any destination does.
                let mark = Mark::new();
                if self.options.from_now && cursor == 0 {
                    cursor = store.last_seq()?;
                }
                self.note(store, cursor, 0, &mark)?;
                mark
            }
        };
        let begun = self.sink.begin(&mark.owner, mark.own.as_deref()).await?;
        let is_new = begun.own.is_some() && begun.own != mark.own;
        if is_new {
            mark.own = begun.own;
        }
        match begun.cursor.filter(|known| *known > cursor) {
            Some(known) => {
                let rows = self.wanted(&mark).count(store, cursor, known)?;
                cursor = known;
                mark.batch = None;
                self.note(store, cursor, rows, &mark)?;
            }
            None if is_new => self.note(store, cursor, 0, &mark)?,
            None => {}
        }
        Ok((mark, cursor))
    }

    /// Reads the next batch, if there is one. Its end is stored if a repeated batch must have the same
    /// rows.
    fn next(
        &self,
        store: &mut Store,
        mark: &mut Mark,
        cursor: i64,
    ) -> Result<Option<Batch>, Failure> {
        let limits = self.sink.limits();
        let planned = mark.batch.filter(|last| *last > cursor);
        let batch = self.wanted(mark).read(store, cursor, planned, limits)?;
        if batch.last == cursor {
            return Ok(None);
        }
        if limits.same && planned.is_none() && !batch.rows.is_empty() {
            mark.batch = Some(batch.last);
            self.note(store, cursor, 0, mark)?;
        }
        Ok(Some(batch))
    }

    async fn deliver_batch(
        &mut self,
        store: &mut Store,
        batch: &Batch,
        mark: &mut Mark,
    ) -> Result<Delivered, Failure> {
        let accepted = self.sink.deliver(batch).await;
        let Accepted { own, refused } = match accepted {
            Ok(accepted) => accepted,
            Err(failure) => {
                if failure.is_replanned() && mark.batch.is_some() {
                    mark.batch = None;
                    self.note(store, batch.after, 0, mark)?;
                }
                return Err(failure);
            }
        };
        let aside = refused.len() as u64;
        if aside > 0 {
            aside::add(&self.options.aside, batch, &refused)?;
            tracing::warn!(
                sink = self.options.name,
                rows = aside,
                file = %self.options.aside.display(),
                "rows that the sink refuses for good were set aside"
            );
            mark.aside += aside;
        }
        mark.own = own.or(mark.own.take());
        Ok(Delivered {
            rows: (batch.rows.len() as u64).saturating_sub(aside),
            aside,
        })
    }

    fn note(&self, store: &mut Store, cursor: i64, rows: u64, mark: &Mark) -> Result<(), Error> {
        let delivery = Delivery {
            cursor,
            rows,
            position: Some(mark.text()),
            local_now: (self.options.clock)(),
        };
        store.delivered(&self.options.name, &delivery)
    }

    fn wanted<'a>(&'a self, mark: &'a Mark) -> Wanted<'a> {
        Wanted {
            connection: &self.options.connection,
            owner: &mark.owner,
            sources: &self.options.sources,
            form: &self.options.form,
        }
    }
}

/// The number of refused rows of a sink, from its state in the store.
#[must_use]
pub fn set_aside(state: &SinkState) -> u64 {
    let mark = state.position.as_deref().and_then(Mark::read);
    mark.map_or(0, |mark| mark.aside)
}
