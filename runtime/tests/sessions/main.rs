//! Sessions, repetition and pagination against a service that answers from memory. Time is that of
//! tokio's paused clock, so pauses cost nothing and tests never depend on the machine.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "../shape/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)]
mod shape;

mod browser;
mod cursors;
mod oauth;
mod pagination;
mod renewal;
mod repetition;
mod replies;
mod scripted;
mod secrets;
mod support;
