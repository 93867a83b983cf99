//! Rows of objects that have a time: logins and the setup audit trail.
//!
//! [`sync`] brings the store up to date once. It drives the windows of [`window`](crate::connector::window)
//! against a [`Service`], which is the org or, in tests, a simulation of one.

mod object;
mod service;
mod sync;

pub use object::Object;
pub use service::{Batch, Failure, Service};
pub use sync::{Options, Outcome, sync};
