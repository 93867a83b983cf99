//! Counters that a test can read.

use std::collections::BTreeMap;

/// What the server has counted since it started.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// TLS connections that were opened.
    pub connections: u64,
    /// Calls, logins included.
    pub requests: u64,
    /// Calls that were under way at the same time, at most.
    pub at_once: u64,
    /// Logins that gave a session.
    pub logins: u64,
    /// Logins that were refused.
    pub refused_logins: u64,
    /// OAuth access tokens that were issued.
    pub tokens: u64,
    /// Requests for a token that were refused.
    pub refused_tokens: u64,
    /// OAuth access tokens that were issued, by grant type, such as `refresh_token`.
    pub grants: BTreeMap<String, u64>,
    /// Calls that ended in a fault.
    pub faults: u64,
    /// Rows in query results, those of sub-queries included.
    pub rows: u64,
    /// Bytes of requests, as they came over the line.
    pub bytes_in: u64,
    /// Bytes of answers, before compression.
    pub bytes_out: u64,
    /// Calls that arrived, by operation, whether or not they were carried out. Requests to OAuth
    /// endpoints and pages are counted by the last part of their address, such as `token`.
    pub received: BTreeMap<String, u64>,
    /// Calls that were carried out, by operation.
    pub operations: BTreeMap<String, u64>,
}

impl Stats {
    /// How often an operation was carried out.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        self.operations.get(operation).copied().unwrap_or(0)
    }
}
