//! The console: a server on loopback, asked by an HTTP client and by a real browser.

mod browser;
mod metrics;
mod pages;
#[path = "../person/mod.rs"]
mod person;
mod security;
mod size;
mod support;
mod tls;
