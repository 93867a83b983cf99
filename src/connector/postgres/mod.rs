//! A home in PostgreSQL: the address, the sessions, and the tables that all connections share.
//!
//! Everything is in one database. The schema `saponify` contains the connections with their leases, the
//! workers, the secrets and the documents; `registry.sql` describes its tables. Each connection has a
//! schema of its own for its store. This way, a connection is removed at once, and the statements of the
//! store are the same as in SQLite.
//!
//! The connector stores data synchronously. [`driver`] runs the asynchronous client on a thread of its own,
//! and a caller blocks its own thread until the result is there.

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
pub(in crate::connector) use session::{Parameter, ResultValue, Session, storable};
pub(in crate::connector) use workers::Peer;
