//! The results of a round.

use serde::Serialize;

use super::source::Source;
use crate::connector::error::Error;
use crate::connector::sinks::Report;

/// The result of a round of a connection.
#[derive(Debug)]
pub struct RoundOutcome {
    /// The name of the connection.
    pub connection: String,
    /// The result of each source.
    pub sources: Vec<SourceOutcome>,
    /// The result of each sink. It is empty if there is no sink, or if the sinks are served independently
    /// of the rounds.
    pub delivered: Vec<Report>,
}

/// The result of a source.
#[derive(Debug)]
pub struct SourceOutcome {
    /// The source.
    pub source: Source,
    /// The figures, or why the source could not be collected.
    pub result: Result<Figures, Error>,
    /// A problem of a source that was collected otherwise: files that could not be fetched, or that are
    /// damaged.
    pub problem: Option<Error>,
}

impl SourceOutcome {
    /// The reason why the source could not be collected, or not completely.
    #[must_use]
    pub fn failure(&self) -> Option<&Error> {
        self.result.as_ref().err().or(self.problem.as_ref())
    }
}

/// The figures of a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Rows that were received.
    pub received: u64,
    /// Rows that were new.
    pub new: u64,
    /// New rows that were found because a count differed.
    pub repaired: u64,
    /// Spans that were counted again.
    pub counted: u64,
    /// Gaps that were recorded.
    pub gaps: u64,
    /// Files that were stored.
    pub files: u64,
    /// Damaged files that were moved to the folder for damaged files.
    pub damaged: u64,
    /// Files that could not be fetched.
    pub failed: u64,
}

impl RoundOutcome {
    /// Whether a source failed for this reason.
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

    /// The result as JSON.
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
