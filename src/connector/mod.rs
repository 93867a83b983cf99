//! The compliance connector: collects a Salesforce org's logins, setup audit trail, event log files
//! and changed records into a local store, without losing a row and without inventing one.
//!
//! Each module imports only modules that stand before it:
//!
//! | module | what it does |
//! |---|---|
//! | [`shown`] | texts of others as a terminal may show them |
//! | `options` | the options of the program in place of the methods that the runtime names |
//! | `fault` | failures of a database, before it is known what was tried |
//! | `postgres` | the address of a database, sessions, leases, and what all connections share |
//! | `private` | creates files and folders that nobody else can read |
//! | [`when`] | reads times and lengths of time as people write them |
//! | [`progress`] | what long work tells while it goes on, and how it is stopped |
//! | [`window`] | decides which spans of time to ask for, page by page, and what to count again |
//! | [`store`] | rows, ledgers and cursors of a connection, in SQLite or PostgreSQL |
//! | [`home`] | where connections are kept: in a folder or in PostgreSQL; who holds them |
//! | [`vault`] | keeps secrets in the system's keyring, or encrypted in the home |
//! | [`sources`] | reads what Salesforce sends: rows of queries, and event log files |
//! | [`connection`] | makes connections, logs in by the generated proxies, and answers the sources |
//! | [`ocsf`] | maps stored rows to events of the Open Cybersecurity Schema Framework |
//! | `web` | listens, agrees on TLS, and serves HTTP |
//! | `listen` | receives the outbound messages that an org sends |
//! | [`sinks`] | delivers stored rows; each sink has its own cursor |
//! | [`sync`] | brings connections up to date, once or again and again |
//! | [`listing`] | prints rows as a table, NDJSON, CSV or OCSF |
//! | [`status`] | says how far each source is, and what is wrong |
//! | [`prerequisites`] | tests what the org and the user must have |
//! | [`notify`] | tells systemd how a run stands |
//! | [`report`] | says for each source and day what is complete, and why |
//!
//! Everything here is a library: the command line only parses arguments and prints results. The
//! design and its guarantees are described in `guide/connector.md`.

pub mod connection;
mod error;
mod fault;
pub mod home;
#[cfg(feature = "listen")]
pub mod listen;
pub mod listing;
pub mod notify;
pub mod ocsf;
mod options;
#[cfg(feature = "postgres")]
mod postgres;
pub mod prerequisites;
mod private;
pub mod progress;
pub mod report;
pub mod search;
pub mod shown;
pub mod sinks;
pub mod sources;
pub mod status;
pub mod store;
pub mod sync;
pub mod vault;
mod waiting;
#[cfg(feature = "web")]
pub(crate) mod web;
pub mod when;
pub mod window;

pub use error::Error;
#[cfg(feature = "console")]
pub(crate) use error::Kind;
