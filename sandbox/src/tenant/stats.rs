//! Counters that a test can read.

use std::collections::BTreeMap;

/// The counters of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// TLS connections that were opened.
    pub connections: u64,
    /// Requests to the SOAP API (including logins), to OAuth endpoints and for pages.
    pub requests: u64,
    /// The largest number of SOAP calls that were in progress at the same time.
    pub at_once: u64,
    /// SOAP logins that succeeded.
    pub logins: u64,
    /// SOAP logins that were refused.
    pub refused_logins: u64,
    /// OAuth access tokens that were issued.
    pub tokens: u64,
    /// Requests for a token that were refused.
    pub refused_tokens: u64,
    /// OAuth access tokens that were issued, by grant type, such as `refresh_token`.
    pub grants: BTreeMap<String, u64>,
    /// SOAP calls whose response was a fault.
    pub faults: u64,
    /// Rows in query results, including those of sub-queries.
    pub rows: u64,
    /// Bytes of SOAP requests as they were received, before decompression.
    pub bytes_in: u64,
    /// Bytes of SOAP responses, before compression.
    pub bytes_out: u64,
    /// Calls that arrived, by operation, whether or not they were carried out. Requests for OAuth endpoints
    /// and pages are counted by the last part of their address, such as `token`.
    pub received: BTreeMap<String, u64>,
    /// Calls that were carried out, by operation.
    pub operations: BTreeMap<String, u64>,
}

impl Stats {
    /// The number of times that an operation was carried out.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        self.operations.get(operation).copied().unwrap_or(0)
    }
}
