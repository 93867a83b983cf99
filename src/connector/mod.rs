//! The compliance connector: collects a Salesforce org's logins, setup audit trail, event log files
//! and changed records into a local store, without losing a row and without inventing one.
//!
//! Each module imports only modules that stand before it:
//!
//! | module | what it does |
//! |---|---|
//! | [`home`] | the folder that holds everything, a folder for each connection, and its lock |
//! | [`vault`] | keeps secrets in the system's keyring or in an encrypted file |
//! | [`window`] | decides which spans of time to ask for, page by page, and what to count again |
//! | [`store`] | one SQLite database per connection: rows, ledgers, cursors |
//! | [`sources`] | reads what Salesforce sends: rows of queries, and event log files |
//! | [`ocsf`] | maps stored rows to events of the Open Cybersecurity Schema Framework |
//! | [`sinks`] | delivers stored rows; each sink has its own cursor |
//! | [`listing`] | prints rows as a table, NDJSON, CSV or OCSF |
//! | [`report`] | says for each source and day what is complete, and why |
//!
//! Everything here is a library: the command line only parses arguments and prints results. The
//! design and its guarantees are described in `guide/connector.md`.

mod error;
pub mod home;
pub mod listing;
pub mod ocsf;
pub mod report;
pub mod sinks;
pub mod sources;
pub mod store;
pub mod vault;
pub mod window;

pub use error::Error;
