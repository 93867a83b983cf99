//! The compliance connector: collects the logins, the setup audit trail, the event log files and the
//! changed records of a Salesforce org in a local store. It neither loses nor invents rows.
//!
//! Each module imports only modules that are listed before it:
//!
//! | module | what it does |
//! |---|---|
//! | [`shown`] | removes control characters from foreign texts before they are printed |
//! | `similar` | suggests a name for a misspelt one |
//! | `options` | replaces method names of the runtime by options of the program |
//! | `fault` | errors of a database |
//! | `postgres` | the address of a database, sessions, leases, and the tables that all connections share |
//! | `private` | creates files and folders that only the user can read |
//! | [`http_client`] | makes an HTTP client with the certificates of the program |
//! | [`when`] | reads times and durations as people write them |
//! | [`progress`] | reports the progress of long work, and stops it |
//! | [`csv`] | reads the CSV of event log files |
//! | [`window`] | decides which spans of time are queried, page by page, and which are counted again |
//! | [`store`] | rows, ledgers and cursors of a connection, in SQLite or PostgreSQL |
//! | [`home`] | holds the connections in a folder or in PostgreSQL, and locks them |
//! | [`vault`] | stores secrets in the keyring of the system, or encrypted in the home |
//! | [`sources`] | reads the rows and files that Salesforce sends |
//! | [`connection`] | activates connections, logs in with the generated proxies, and queries the org for the sources |
//! | [`ocsf`] | maps stored rows to events of the Open Cybersecurity Schema Framework |
//! | `web` | accepts connections, negotiates TLS, and serves HTTP |
//! | `listen` | receives the outbound messages that an org sends |
//! | [`sinks`] | delivers stored rows to sinks; each sink has its own cursor |
//! | [`sync`] | collects connections once or continuously |
//! | [`listing`] | prints rows as a table, NDJSON, CSV or OCSF |
//! | [`status`] | states the progress of each source, and its problems |
//! | [`prerequisites`] | tests what the org and the user must have |
//! | [`notify`] | tells systemd the state of the program |
//! | [`report`] | states for each source and day whether it is complete, and why |
//!
//! Everything here is a library. The command line only parses arguments and prints results. The design and
//! its guarantees are described in `guide/connector.md`.

pub mod connection;
pub mod csv;
mod error;
mod fault;
pub mod home;
pub mod http_client;
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
mod similar;
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
