//! The connector with a home in PostgreSQL.
//!
//! The tests start their own server. Without PostgreSQL, they report that they were not run.

mod handover;
mod leases;
mod opening;
pub(crate) mod server;
mod shared;
mod workers;
