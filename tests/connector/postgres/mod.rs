//! The connector with its connections in PostgreSQL.
//!
//! The tests start a server of their own. Without PostgreSQL, they say that they were not run.

mod handover;
mod leases;
mod opening;
pub(crate) mod server;
mod shared;
mod workers;
