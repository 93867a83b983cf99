//! Rows of objects that have a time: logins and the setup audit trail.
//!
//! [`sync`] brings the store up to date once. It drives the windows of [`window`](crate::connector::window)
//! against a [`Service`](super::Service).

mod again;
mod object;
mod sync;
mod visibility;

pub use object::{Join, Object};
pub use sync::{Options, Outcome, sync};
