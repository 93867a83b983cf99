//! Tests of the sandbox over TLS, one file for each hazard.

#![forbid(unsafe_code)]

mod activity;
mod faults;
mod login;
mod oauth;
mod org;
mod outbound;
mod peers;
mod query;
mod replication;
mod responses;
mod save;
mod support;
mod ui;
mod wsdl;
