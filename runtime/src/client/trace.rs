//! What `tracing` is told of a call: one span, whose fields are complete when the call is over, and
//! one event at its end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use tokio::time::Instant;
use tracing::Span;
use tracing::field::Empty;

use crate::endpoint::Endpoint;
use crate::error::Error;

/// A call under way, with all its attempts. The last one to hold it tells that it is over: for a
/// batch of a query, that is whoever reads the rows.
#[derive(Debug)]
pub(crate) struct CallTrace {
    span: Span,
    begin: Instant,
    told: Mutex<Told>,
}

/// The fields of the span. Nothing in them came from a user, but for the code of a fault.
#[derive(Debug, Default)]
struct Told {
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
            told: Mutex::default(),
        })
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// A request of so many bytes goes out.
    pub(crate) fn attempt(&self, endpoint: &Endpoint, bytes: usize) {
        let mut told = self.told();
        if told.attempts == 0 {
            self.span.record("host", endpoint.host());
        }
        told.attempts += 1;
        told.sent += bytes as u64;
        // Those of the attempt before are out of date.
        told.status = None;
        told.rows = None;
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        self.told().status = Some(status.as_u16());
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.told().received += bytes as u64;
    }

    /// More rows came.
    pub(crate) fn rows(&self, count: usize) {
        *self.told().rows.get_or_insert(0) += count as u64;
    }

    /// The call failed. The error must not repeat what was sent.
    pub(crate) fn failed(&self, error: &Error) {
        let mut told = self.told();
        told.fault = error.fault().map(|fault| fault.code().to_owned());
        told.error = Some(error.kind().name());
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for CallTrace {
    fn drop(&mut self) {
        if self.span.is_disabled() {
            return;
        }
        let told = std::mem::take(&mut *self.told());
        let span = &self.span;
        span.record("attempts", told.attempts);
        if let Some(status) = told.status {
            span.record("status", status);
        }
        if let Some(fault) = &told.fault {
            span.record("fault", fault.as_str());
        }
        if let Some(error) = told.error {
            span.record("error", error);
        }
        if let Some(rows) = told.rows {
            span.record("rows", rows);
        }
        span.record("sent", told.sent);
        span.record("received", told.received);
        let elapsed = u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        span.record("elapsed_ms", elapsed);
        tracing::debug!(parent: span, "call is over");
    }
}
