//! Delivers stored rows to where they are wanted.
//!
//! A sink reads the store in the order of storing, from its own cursor on, and the cursor moves when
//! the sink has acknowledged. So a sink that fails stops neither collection nor other sinks, and goes
//! on later where it was.
//!
//! | module | what it does |
//! |---|---|
//! | [`failure`](Failure) | why a delivery failed, and when it may be tried again |
//! | [`batch`](Batch) | rows in the form in which a sink gets them |
//! | `mark` | what the store keeps for a sink beside its cursor |
//! | `room` | bounds the memory of all batches of the process |
//! | `aside` | the file of rows that a sink will never take |
//! | [`outlet`](Outlet) | delivers batch by batch to one sink, and moves its cursor |
//! | [`config`] | which sinks there are: the file `sinks.toml`, its keys and its secrets |
//! | `ndjson`, `http`, `nats`, `kafka`, `object` | the kinds of sinks |
//! | `open` | makes the sink that the configuration describes |
//! | [`deliveries`](Deliveries) | delivers to all sinks of a connection while it is collected |
//!
//! What all kinds have in common is in [`Sink`]; what a crash may do is in [`Outlet`].

mod aside;
mod batch;
pub mod config;
mod deliveries;
mod failure;
mod http;
#[cfg(feature = "kafka")]
mod kafka;
mod mark;
#[cfg(feature = "nats")]
mod nats;
mod ndjson;
#[cfg(feature = "object-store")]
mod object;
mod open;
mod outlet;
mod owner;
mod room;

use std::fmt;

use futures_util::future::BoxFuture;

pub use batch::{Batch, Form, Limits, Row};
pub use deliveries::{Deliveries, Report, deliver_once, test};
pub use failure::Failure;
pub use ndjson::Ndjson;
pub use open::{destination, names_of, open, sinks_of};
pub use outlet::{Delivered, Outlet, OutletOptions, Pace, set_aside};

/// A destination of rows.
pub trait Sink: fmt::Debug + Send {
    /// How large a batch may be, and whether a repeated batch must be the same.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// Prepares the destination before the first batch, and again after each failure.
    ///
    /// # Errors
    ///
    /// The destination cannot be reached, refuses access, or belongs to another store.
    fn begin<'a>(&'a mut self, start: Start<'a>) -> BoxFuture<'a, Result<Begun, Failure>>;

    /// Delivers a batch. Everything in it is acknowledged or refused when this returns.
    ///
    /// # Errors
    ///
    /// Some rows were not acknowledged. The same rows will come again.
    fn deliver<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Accepted, Failure>>;

    /// Tests whether the destination can be reached and admits this program. Returns what was found, in a
    /// line.
    ///
    /// # Errors
    ///
    /// It does not.
    fn test(&mut self) -> BoxFuture<'_, Result<String, Failure>>;
}

/// What a sink is told when it begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Start<'a> {
    /// Names the store.
    pub owner: &'a str,
    /// What the sink gave to be kept last, in its own form.
    pub own: Option<&'a str>,
    /// The number of the lease under which this process works. Whoever works after it has a greater one. In a folder
    /// there is none: a process that has a connection there cannot lose it to another one.
    pub lease: Option<i64>,
}

/// What a sink knows before its first batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Begun {
    /// What is to be kept in the store for the sink, in its own form.
    pub own: Option<String>,
    /// The destination has all rows up to this one, although the store may not know it: the program ended
    /// between the acknowledgement and the cursor.
    pub reached: Option<Reached>,
}

/// How far a destination has come by its own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// It has all rows up to this one, in the order of storing.
    pub cursor: i64,
    /// The place and the [name](Row::id) of the last row that it got, if it knows them. A store that has another row
    /// in that place is not the one that the destination knows: it was restored from a copy.
    pub last: Option<(i64, String)>,
}

/// What a sink did with a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// What is to be kept in the store for the sink, in its own form.
    pub own: Option<String>,
    /// Rows that the destination will never take.
    pub refused: Vec<Refused>,
}

/// A row that a destination will never take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the batch.
    pub at: usize,
    /// Why.
    pub reason: String,
}
