//! The console: a server on loopback, with an HTTP client and with a real browser.

mod browser;
mod metrics;
mod pages;
#[path = "../person/mod.rs"]
mod person;
mod security;
mod size;
mod support;
mod tls;
