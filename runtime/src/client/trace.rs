//! Reports calls to `tracing`. Each call has one span, whose fields are complete when the call has
//! ended, and one event at its end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use tokio::time::Instant;
use tracing::Span;
use tracing::field::Empty;

use crate::endpoint::Endpoint;
use crate::error::Error;

/// A call in progress, with all its attempts. The end of the call is reported when the last
/// reference is dropped. For a batch of a query, the reader of the rows holds that reference.
#[derive(Debug)]
pub(crate) struct CallTrace {
    span: Span,
    begin: Instant,
    noted: Mutex<Noted>,
}

/// The fields of the span. The code of a fault is the only text in them that comes from a response.
#[derive(Debug, Default)]
struct Noted {
    attempts: u64,
    status: Option<u16>,
    fault: Option<String>,
    error: Option<&'static str>,
    rows: Option<u64>,
    sent: u64,
    received: u64,
}

impl CallTrace {
    pub(crate) fn begin(operation: &'static str) -> Arc<Self> {
        let span = tracing::debug_span!(
            "soap",
            operation,
            host = Empty,
            attempts = Empty,
            status = Empty,
            fault = Empty,
            error = Empty,
            rows = Empty,
            sent = Empty,
            received = Empty,
            elapsed_ms = Empty,
        );
        Arc::new(Self {
            span,
            begin: Instant::now(),
            noted: Mutex::default(),
        })
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Records that a request with this number of bytes is sent.
    pub(crate) fn attempt(&self, endpoint: &Endpoint, bytes: usize) {
        let mut noted = self.noted();
        if noted.attempts == 0 {
            self.span.record("host", endpoint.host());
        }
        noted.attempts += 1;
        noted.sent += bytes as u64;
        // These are values of the previous attempt.
        noted.status = None;
        noted.rows = None;
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        self.noted().status = Some(status.as_u16());
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.noted().received += bytes as u64;
    }

    /// Records that more rows arrived.
    pub(crate) fn rows(&self, count: usize) {
        *self.noted().rows.get_or_insert(0) += count as u64;
    }

    /// Records that the call failed. Secrets must have been removed from the error.
    pub(crate) fn failed(&self, error: &Error) {
        let mut noted = self.noted();
        noted.fault = error.fault().map(|fault| fault.code().to_owned());
        noted.error = Some(error.kind().name());
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for CallTrace {
    fn drop(&mut self) {
        if self.span.is_disabled() {
            return;
        }
        let noted = std::mem::take(&mut *self.noted());
        let span = &self.span;
        span.record("attempts", noted.attempts);
        if let Some(status) = noted.status {
            span.record("status", status);
        }
        if let Some(fault) = &noted.fault {
            span.record("fault", fault.as_str());
        }
        if let Some(error) = noted.error {
            span.record("error", error);
        }
        if let Some(rows) = noted.rows {
            span.record("rows", rows);
        }
        span.record("sent", noted.sent);
        span.record("received", noted.received);
        let elapsed = u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        span.record("elapsed_ms", elapsed);
        tracing::debug!(parent: span, "call is over");
    }
}
