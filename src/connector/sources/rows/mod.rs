//! Rows of objects that have a time: logins and the setup audit trail.
//!
//! [`sync`] collects the new rows once. It runs the windows of [`window`](crate::connector::window) against
//! a [`Service`](super::Service).

mod again;
mod object;
mod sync;
mod visibility;

pub use object::{Join, Object};
pub use sync::{RowOptions, RowOutcome, sync};
