//! Delivers stored rows to other systems.
//!
//! A sink reads the store in the order of storing, beginning at its own cursor. The cursor moves when the
//! sink has acknowledged the rows. Therefore a sink that fails delays neither the collection nor other
//! sinks, and later continues where it stopped.
//!
//! | module | what it does |
//! |---|---|
//! | [`failure`](Failure) | why a delivery failed, and when it may be tried again |
//! | [`batch`](Batch) | rows in the form in which a sink gets them |
//! | `mark` | what the store keeps for a sink beside its cursor |
//! | `room` | bounds the memory of all batches of the process |
//! | `aside` | the file of rows that a sink will never take |
//! | [`outlet`](Outlet) | delivers batch by batch to one sink, and moves its cursor |
//! | [`config`] | the configuration of the sinks: the file `sinks.toml`, its keys and its secrets |
//! | `ndjson`, `http`, `nats`, `kafka`, `object` | the kinds of sinks |
//! | `open` | opens the sinks of the configuration |
//! | [`deliveries`](Deliveries) | delivers to all sinks of a connection while it is collected |
//!
//! [`Sink`] is what all kinds have in common. [`Outlet`] documents the consequences of a crash.

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
    /// The largest batch, and whether a repeated batch must have the same rows.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// Prepares the destination before the first batch, and again after each failure.
    ///
    /// # Errors
    ///
    /// The destination cannot be reached, refuses access, or belongs to another store.
    fn begin<'a>(&'a mut self, start: Start<'a>) -> BoxFuture<'a, Result<Begun, Failure>>;

    /// Delivers a batch. When this returns, each row is either acknowledged or refused.
    ///
    /// # Errors
    ///
    /// Some rows were not acknowledged. The same rows will be delivered again.
    fn deliver<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Accepted, Failure>>;

    /// Tests whether the destination can be reached and accepts the credentials. Returns what was found, as
    /// one line.
    ///
    /// # Errors
    ///
    /// The destination cannot be reached, or refuses access.
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
    /// The state that the store must keep for the sink.
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

/// The result of a delivered batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The state that the store must keep for the sink.
    pub own: Option<String>,
    /// Rows that the destination refuses for good.
    pub refused: Vec<Refused>,
}

/// A row that the destination refuses for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The index of the row in the batch.
    pub at: usize,
    /// The reason of the refusal.
    pub reason: String,
}
