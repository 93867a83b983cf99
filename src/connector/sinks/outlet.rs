//! Delivers the rows of a store to one sink, batch by batch, and moves its cursor.
//!
//! # What a crash may do
//!
//! The cursor moves after the acknowledgement. If the process ends between the two, the batch is delivered
//! again, so rows are delivered at least once. Three things make it exactly once, where the destination
//! supports it:
//!
//! - Each row has an `id` that never changes, for destinations that find duplicates.
//! - [`Limits::same`](super::Limits): the last row of a batch is noted before the batch is delivered, so that a repeated batch
//!   has the same rows and can take the place of the first.
//! - [`Begun::reached`](super::Begun): the destination itself knows how far it has come.
//!
//! # What a pause and a power cut may do
//!
//! Right before each batch, the mark of the sink is noted in the store. This statement has two purposes. It fails if
//! the lease of the connection is lost, so that a worker that was paused does not reach a destination which another
//! worker serves now. And the store waits for the disk: a row that was delivered is not undone by a power cut, after
//! which its number would be given to another row.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::batch::{Batch, Form, Wanted};
use super::failure::Failure;
use super::mark::Mark;
use super::room::Room;
use super::{Accepted, Begun, Reached, Sink, Start, aside};
use crate::connector::error::Error;
use crate::connector::store::{ConfigurationChange, Delivery, SinkState, Store};

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
    /// Stands for how the sink is set up. A batch that was planned under another one is planned anew.
    pub set_up: String,
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
            set_up: String::new(),
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
    /// What this outlet has noted in the store last, once the sink has begun.
    begun: Option<Standing>,
}

/// Where a sink is.
#[derive(Debug, Clone)]
struct Standing {
    cursor: i64,
    mark: Mark,
    /// What the store keeps, as its text.
    noted: Option<String>,
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
            let noted = store.sink_failed(self.name(), &failure.text(), (self.options.clock)());
            if let Err(error) = noted {
                // The first failure says more.
                tracing::debug!(%error, "the failure of a sink was not noted");
            }
        }
        delivered
    }

    async fn catch_up(&mut self, store: &mut Store, pace: Pace) -> Result<Delivered, Failure> {
        let state = store.sink(self.name())?;
        if state.waiting == 0 && state.problem.is_none() || self.may_wait(&state, pace) {
            return Ok(Delivered::default());
        }
        store.wait_for_disk()?;
        let mut at = self.begin(store, &state).await?;
        let mut delivered = Delivered::default();
        loop {
            let mut room = Room::of(self.sink.limits().bytes).await;
            let Some(batch) = self.next(store, &at)? else {
                break;
            };
            room.shrink(batch.bytes());
            let done = match batch.rows.is_empty() {
                true => Delivered::default(),
                false => self.deliver_batch(store, &batch, &mut at).await?,
            };
            at.mark.batch = None;
            at.cursor = batch.last;
            self.note(store, done.rows, &mut at)?;
            delivered.rows += done.rows;
            delivered.aside += done.aside;
            // A sink that is always ready would not let anybody stop the work.
            tokio::task::yield_now().await;
        }
        if state.problem.is_some() && delivered == Delivered::default() {
            // The sink has begun, so what was wrong is not wrong any more.
            self.note(store, 0, &mut at)?;
        }
        self.begun = Some(at);
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

    /// Lets the sink prepare, unless it has done so in this process, has not failed since then, and the store says
    /// that nobody else has delivered meanwhile.
    async fn begin(&mut self, store: &mut Store, state: &SinkState) -> Result<Standing, Failure> {
        if let Some(at) = self.begun.take()
            && at.cursor == state.cursor
            && at.noted == state.position
        {
            return Ok(at);
        }
        let known = state.position.as_deref().and_then(Mark::read);
        let mut at = Standing {
            cursor: state.cursor,
            mark: known.clone().unwrap_or_else(Mark::new),
            noted: state.position.clone(),
        };
        if known.is_none() && self.options.from_now && at.cursor == 0 {
            at.cursor = store.last_seq()?;
            self.note(store, 0, &mut at)?;
        }
        // The store knows its name before any destination does, and a worker that has lost its lease reaches none.
        self.plan(store, &mut at)?;
        let mut begun = self.begin_sink(store.lease(), &at.mark).await?;
        if let Some(reached) = &begun.reached
            && !self.is_known(store, reached)?
        {
            self.begin_anew(store, &mut at, reached)?;
            begun = self.begin_sink(store.lease(), &at.mark).await?;
            // No destination knows a cursor under a name that is new.
            begun.reached = None;
        }
        if begun.own.is_some() {
            at.mark.own = begun.own;
        }
        match begun.reached.filter(|reached| reached.cursor > at.cursor) {
            Some(reached) => {
                let rows = self.wanted(&at.mark);
                let rows = rows.count(store, at.cursor, reached.cursor)?;
                at.cursor = reached.cursor;
                at.mark.batch = None;
                self.note(store, rows, &mut at)?;
            }
            None => self.plan(store, &mut at)?,
        }
        Ok(at)
    }

    async fn begin_sink(&mut self, lease: Option<i64>, mark: &Mark) -> Result<Begun, Failure> {
        let start = Start {
            owner: &mark.owner,
            own: mark.own.as_deref(),
            lease,
        };
        self.sink.begin(start).await
    }

    /// Whether the store has the rows that a destination has got from it.
    fn is_known(&self, store: &Store, reached: &Reached) -> Result<bool, Error> {
        let is_there = reached.cursor <= store.last_seq()?;
        let Some((seq, name)) = reached.last.as_ref().filter(|_| is_there) else {
            return Ok(is_there);
        };
        let found = store.name_of(*seq)?;
        Ok(found.is_some_and(|found| *name == format!("{}/{found}", self.options.connection)))
    }

    /// Gives the store a new name, because the destination knows another history of it: the store was restored from
    /// a copy, or a database that lagged behind took the place of another one. What the destination knows of its
    /// cursor says nothing about the rows that are here now.
    fn begin_anew(
        &self,
        store: &mut Store,
        at: &mut Standing,
        reached: &Reached,
    ) -> Result<(), Failure> {
        let name = &self.options.name;
        let message = format!(
            "it has rows up to number {} of a history that this store does not have; rows from number {} on are \
             delivered again",
            reached.cursor,
            at.cursor + 1
        );
        tracing::warn!(
            connection = self.options.connection,
            sink = name,
            "the store was restored from a copy, or replaced: {message}"
        );
        store.configuration_changed(&ConfigurationChange {
            setting: format!("history of the sink {name}"),
            old: Some(at.mark.owner.clone()),
            new: Some(message),
            local_at: (self.options.clock)(),
        })?;
        at.mark = Mark {
            aside: at.mark.aside,
            ..Mark::new()
        };
        self.plan(store, at)
    }

    /// The next batch, if there is one. A planned batch that must be the same ends where it was planned to end,
    /// unless the sink is set up in another way since then.
    fn next(&self, store: &Store, at: &Standing) -> Result<Option<Batch>, Failure> {
        let limits = self.sink.limits();
        let is_same = at.mark.set_up.as_ref() == Some(&self.options.set_up);
        let planned = at.mark.batch.filter(|last| *last > at.cursor && is_same);
        let rows = self.wanted(&at.mark);
        let batch = rows.read(store, at.cursor, planned, limits)?;
        Ok((batch.last > at.cursor).then_some(batch))
    }

    /// Plans a batch in the store, and delivers it. The plan is on the disk before anything leaves the store, and
    /// with it the rows; and it is not made if the lease of the connection is lost.
    async fn deliver_batch(
        &mut self,
        store: &mut Store,
        batch: &Batch,
        at: &mut Standing,
    ) -> Result<Delivered, Failure> {
        if self.sink.limits().same {
            at.mark.batch = Some(batch.last);
            at.mark.set_up = Some(self.options.set_up.clone());
        }
        self.plan(store, at)?;
        let accepted = match self.sink.deliver(batch).await {
            Err(failure) if failure.is_about_rows() => {
                let others = self.wanted(&at.mark).others(store, batch)?;
                self.without(others, batch, failure).await
            }
            accepted => accepted,
        };
        let Accepted { own, refused } = match accepted {
            Ok(accepted) => accepted,
            Err(failure) => {
                if failure.is_replanned() && at.mark.batch.is_some() {
                    at.mark.batch = None;
                    self.plan(store, at)?;
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
            at.mark.aside += aside;
        }
        at.mark.own = own.or(at.mark.own.take());
        Ok(Delivered {
            rows: (batch.rows.len() as u64).saturating_sub(aside),
            aside,
        })
    }

    /// Delivers a batch of which the destination has taken no row. If it takes other rows, its refusal is about these,
    /// and they are set aside, so that they do not stop the rows behind them. The others will come again in their turn.
    async fn without(
        &mut self,
        others: Batch,
        batch: &Batch,
        failure: Failure,
    ) -> Result<Accepted, Failure> {
        if others.rows.is_empty() {
            return Err(failure);
        }
        match self.sink.deliver(&others).await {
            Ok(accepted) if accepted.refused.len() < others.rows.len() => {
                let mut batch = batch.clone();
                batch.others_taken = true;
                self.sink.deliver(&batch).await
            }
            _ => Err(failure),
        }
    }

    /// Notes the mark before rows are delivered.
    fn plan(&self, store: &mut Store, at: &mut Standing) -> Result<(), Failure> {
        let (name, text) = (&self.options.name, at.mark.text());
        let known = at.noted.as_deref();
        let now = (self.options.clock)();
        if !store.begin_delivery(name, at.cursor, known, &text, now)? {
            let message = format!("another process has delivered to the sink {name} meanwhile");
            return Err(Failure::new(message).help("nothing is lost; it goes on from there"));
        }
        at.noted = Some(text);
        Ok(())
    }

    /// Notes what was acknowledged.
    fn note(&self, store: &mut Store, rows: u64, at: &mut Standing) -> Result<(), Error> {
        let text = at.mark.text();
        let delivery = Delivery {
            cursor: at.cursor,
            rows,
            position: Some(text.clone()),
            local_now: (self.options.clock)(),
        };
        store.delivered(&self.options.name, &delivery)?;
        at.noted = Some(text);
        Ok(())
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
