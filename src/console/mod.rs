//! The console: the connector's connections and events in the browser, served by this program.
//!
//! Each module imports only modules that stand before it:
//!
//! | module | what it does |
//! |---|---|
//! | `options` | how the console is served |
//! | `security` | who may ask what: hosts, links, passwords, sessions, forms, headers |
//! | `words` | times and numbers as people read them |
//! | `facts` | reads how a connection stands, as far as a page shows it |
//! | `jobs` | work that goes on after its request: consents, collecting, the search index |
//! | `app` | what all pages share |
//! | `charts` | figures as SVG |
//! | `metrics` | the figures for Prometheus |
//! | `pages` | the pages |
//! | `server` | listens, lets requests pass or refuses them, and leads them to their pages |
//!
//! Pages are rendered here and need no script; `assets/app.js` only keeps them fresh. Nothing is loaded from
//! elsewhere. A page is made on a thread that may wait for the disk, with a store that it opens to read, so
//! that the console never stands in the way of a process that collects.

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

pub use options::Options;
pub use server::{Console, Links};
