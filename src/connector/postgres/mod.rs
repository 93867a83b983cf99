//! PostgreSQL as the place of connections: the address, sessions, and what all connections share.
//!
//! Everything is in one database. The schema `saponify` has the list of connections with their leases, the
//! workers, the secrets and the documents; `registry.sql` describes its tables. Each connection has a schema of
//! its own for its store, so that a connection is removed at once and the statements of the store are those of
//! SQLite.
//!
//! The rest of the connector is synchronous where it stores something. [`driver`] runs the asynchronous client
//! on a thread of its own, and a caller waits for the result on its own thread.

mod address;
mod driver;
mod failure;
mod lease;
mod passfile;
mod pool;
mod registry;
mod session;
mod tls;
mod workers;

pub(in crate::connector) use address::Address;
pub(in crate::connector) use driver::wait;
pub(in crate::connector) use lease::{Fence, Lease};
pub(in crate::connector) use pool::{Pool, Taken, Work};
pub(in crate::connector) use registry::{Holder, Known, Registry, lock_making};
pub(in crate::connector) use session::{Answer, Parameter, Session, storable};
pub(in crate::connector) use workers::Peer;
