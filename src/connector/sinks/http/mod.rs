//! Sinks that are reached by HTTP: what a webhook and the collector of Splunk have in common.
//!
//! Redirects are not followed, because the rows would go to a server that nobody has configured.
//! `Retry-After` is obeyed. If the server refuses a batch, its halves are sent, and their halves in turn,
//! until only the refused rows are left.

mod client;
mod halves;
mod splunk;
mod webhook;

pub(super) use splunk::Splunk;
pub(super) use webhook::Webhook;

use client::{Client, Reply};
