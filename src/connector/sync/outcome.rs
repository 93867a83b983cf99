//! What bringing a connection up to date did.

use serde::Serialize;

use super::source::Source;
use crate::connector::error::Error;
use crate::connector::sinks::Report;

/// What was done for a connection.
#[derive(Debug)]
pub struct Outcome {
    /// The name of the connection.
    pub connection: String,
    /// What was done for each source.
    pub sources: Vec<SourceOutcome>,
    /// What each sink took, or why it did not. Nothing if there is no sink, or if the sinks are served beside
    /// the rounds.
    pub delivered: Vec<Report>,
}

/// What was done for a source.
#[derive(Debug)]
pub struct SourceOutcome {
    /// The source.
    pub source: Source,
    /// The figures, or why the source could not be brought up to date.
    pub result: Result<Figures, Error>,
    /// Why some of it could not be done, although the rest was: files that could not be fetched, or that are
    /// damaged.
    pub problem: Option<Error>,
}

impl SourceOutcome {
    /// Why the source could not be brought up to date, or not all of it.
    #[must_use]
    pub fn failure(&self) -> Option<&Error> {
        self.result.as_ref().err().or(self.problem.as_ref())
    }
}

/// The figures of a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Rows that came.
    pub received: u64,
    /// Rows that were new.
    pub new: u64,
    /// New rows of these that were found by counting.
    pub repaired: u64,
    /// Spans that were counted again.
    pub counted: u64,
    /// Gaps that were recorded.
    pub gaps: u64,
    /// Files that were stored.
    pub files: u64,
    /// Files that are damaged and were set aside.
    pub damaged: u64,
    /// Files that could not be fetched this time.
    pub failed: u64,
}

impl Outcome {
    /// Whether a source failed for a reason.
    #[must_use]
    pub fn has_failed(&self, reason: impl Fn(&Error) -> bool) -> bool {
        let mut failures = self.sources.iter().filter_map(SourceOutcome::failure);
        failures.any(reason)
    }

    /// The first failure, if there is one.
    #[must_use]
    pub fn failure(&self) -> Option<&Error> {
        let of_sources = self.sources.iter();
        let failed = of_sources.filter_map(SourceOutcome::failure);
        let of_sinks = self.delivered.iter();
        failed
            .chain(of_sinks.filter_map(|report| report.result.as_ref().err()))
            .next()
    }

    /// The outcome as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let sources: serde_json::Map<String, serde_json::Value> = self
            .sources
            .iter()
            .map(|source| {
                let mut value = match source.failure() {
                    None => serde_json::json!({ "ok": true }),
                    Some(error) => failure(error),
                };
                if let Ok(figures) = &source.result {
                    value["figures"] = serde_json::json!(figures);
                }
                (source.source.to_string(), value)
            })
            .collect();
        let delivered: serde_json::Map<String, serde_json::Value> = self
            .delivered
            .iter()
            .map(|report| {
                let value = match &report.result {
                    Ok(done) => serde_json::json!({
                        "ok": true, "rows": done.rows, "aside": done.aside,
                    }),
                    Err(error) => failure(error),
                };
                (report.sink.clone(), value)
            })
            .collect();
        serde_json::json!({
            "connection": self.connection,
            "ok": self.failure().is_none(),
            "sources": sources,
            "delivered": delivered,
        })
    }
}

fn failure(error: &Error) -> serde_json::Value {
    serde_json::json!({ "ok": false, "problem": error.text(), "help": error.advice() })
}
