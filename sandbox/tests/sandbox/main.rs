//! The sandbox from outside, over TLS, by what can go wrong.

#![forbid(unsafe_code)]

mod faults;
mod login;
mod oauth;
mod org;
mod peers;
mod query;
mod replication;
mod save;
mod support;
mod ui;
mod weather;
mod wsdl;
