//! The console, which shows the connections and events of the connector in a browser.
//!
//! Each module imports only modules that are listed before it:
//!
//! | module | what it does |
//! |---|---|
//! | `options` | the options of the console |
//! | `security` | access control: hosts, links, passwords, sessions, forms, headers |
//! | `words` | formats times and numbers for people |
//! | `facts` | reads the state of a connection, as far as a page shows it |
//! | `jobs` | work that continues after its request: consents, collecting, the search index |
//! | `app` | the state that all pages share |
//! | `charts` | charts as SVG |
//! | `metrics` | the metrics for Prometheus |
//! | `pages` | the pages |
//! | `server` | accepts requests, admits or refuses them, and routes them to their pages |
//!
//! Pages are rendered on the server and need no script; `assets/app.js` only refreshes them. Nothing is
//! loaded from other hosts. A page is created on a thread on which blocking is allowed, and opens the store
//! for reading. Therefore the console never blocks a process that collects.

mod app;
mod charts;
mod facts;
mod jobs;
mod metrics;
mod options;
mod pages;
mod security;
mod server;
mod words;

pub use options::ConsoleOptions;
pub use server::{Console, Links};
