//! Sinks that are reached by HTTP: what a plain webhook and the collector of Splunk have in common.
//!
//! A redirect is not followed, because the rows would go where nobody has sent them. `Retry-After` is obeyed.
//! Of a batch that the server refuses, the halves are sent, and their halves, until only the rows are left
//! that it refuses.

mod client;
mod halves;
mod splunk;
mod webhook;

pub(super) use splunk::Splunk;
pub(super) use webhook::Webhook;

use client::{Client, Reply};
