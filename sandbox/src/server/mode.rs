//! Weather and manners: what a test can make the server do.

use std::collections::BTreeMap;
use std::time::Duration;

/// What happens to calls, in place of an answer or on top of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Answers as it should.
    #[default]
    Normal,
    /// Every call fails with this fault.
    Fault {
        /// The exception code, known or not.
        code: String,
        /// The exception message.
        message: String,
    },
    /// A maintenance page, status 503, with `Retry-After: 1`.
    Html503,
    /// A page with status 200, as a proxy or a login redirect gives it.
    Html200,
    /// `REQUEST_LIMIT_EXCEEDED`: the calls of the day are used up.
    DailyLimit,
    /// `REQUEST_LIMIT_EXCEEDED`: too many long calls at once.
    ConcurrentLimit,
    /// Calls other than login lose their session.
    SessionLost,
    /// The call is not applied, and the connection closes without an answer.
    Refuse,
    /// The call **is** applied, and the connection closes without an answer.
    Swallow,
    /// The answer breaks off in the middle.
    Truncate,
    /// The answer comes after a pause.
    Delay(Duration),
    /// An empty body with this status.
    Status(u16),
}

/// Which detail a fault carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// The element that is named after the fault type.
    #[default]
    Typed,
    /// The old form: `sf:fault` with the type in `xsi:type`.
    General,
    /// `<detail/>`.
    Empty,
    /// No detail at all.
    Absent,
}

/// How answers look, within what clients have to put up with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// Fields of a row come in another order each time.
    pub shuffle: bool,
    /// Null fields are written with `xsi:nil` instead of left out.
    pub write_nil: bool,
    /// Rows carry a field that the WSDL does not know.
    pub unknown_elements: bool,
    /// Codes and types carry values that the WSDL does not list.
    pub unknown_enum_values: bool,
    /// Results carry `xsi:type="QueryResult"`, as some versions write it.
    pub typed_results: bool,
    /// Polymorphic parents carry their own type instead of `Name`.
    pub concrete_parents: bool,
    /// Rows that are written fail with `UNABLE_TO_LOCK_ROW`.
    pub rows_locked: bool,
    /// The fault code has no prefix.
    pub bare_fault_code: bool,
    /// The detail of faults.
    pub fault_detail: Detail,
    /// The HTTP status of faults: 500, or 200 as some proxies make of it.
    pub fault_status: u16,
    /// Batches have no more rows than this, whatever is asked for.
    pub batch_rows: Option<u32>,
    /// Answers are compressed if the client takes it.
    pub gzip: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            shuffle: false,
            write_nil: false,
            unknown_elements: false,
            unknown_enum_values: false,
            typed_results: false,
            concrete_parents: false,
            rows_locked: false,
            bare_fault_code: false,
            fault_detail: Detail::Typed,
            fault_status: 500,
            batch_rows: None,
            gzip: true,
        }
    }
}

/// What the server has counted since it started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Calls that ended in a fault.
    pub faults: u64,
    /// Rows in query results, those of sub-queries included.
    pub rows: u64,
    /// Bytes of requests, as they came over the line.
    pub bytes_in: u64,
    /// Bytes of answers, before compression.
    pub bytes_out: u64,
    /// Calls that were applied, by operation.
    pub operations: BTreeMap<String, u64>,
}

impl Stats {
    /// How often an operation was applied.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        self.operations.get(operation).copied().unwrap_or(0)
    }
}
