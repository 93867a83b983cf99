//! Tests of the sandbox over TLS, one file for each hazard.

#![forbid(unsafe_code)]

mod activity;
mod answers;
mod faults;
mod login;
mod oauth;
mod org;
mod outbound;
mod peers;
mod query;
mod replication;
mod save;
mod support;
mod ui;
mod wsdl;
