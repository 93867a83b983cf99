//! The outcomes of the rows of a bulk call.

use std::fmt;
use std::sync::Arc;

use crate::client::OperationType;
use crate::error::Error;
use crate::record::Record;
use crate::value;
use crate::value::{GeneratedStruct, Value};

/// The outcome of one input of a bulk call.
#[derive(Clone)]
pub struct Outcome<R, T> {
    /// The position of the input among all inputs, counted from zero.
    pub index: usize,
    /// The result that the service returned, or why the row failed.
    pub result: Result<T, Failure<R, T>>,
}

/// Why a row failed. It contains the row, so that the program can correct the row and send it
/// again.
///
/// `Display` states the reason without any value of the row. `Debug` omits the row.
#[derive(Clone)]
#[non_exhaustive]
pub enum Failure<R, T> {
    /// The service refused the row and applied nothing of it.
    Refused {
        /// The row.
        input: R,
        /// The result of the row, with its errors.
        result: T,
    },
    /// The service did not answer about this row: its call failed, or the row could not be put into
    /// a call ([`Error::is_encode`], [`Error::is_limit`]).
    ///
    /// [`Error::maybe_applied`] says whether the row may have been applied. Most faults say that it
    /// was not. All rows of a failed call share the call's error.
    Unanswered {
        /// The row.
        input: R,
        /// The reason.
        error: Arc<Error>,
    },
    /// The row was not sent, because an earlier call failed and
    /// [`stop_on_error`](super::Bulk::stop_on_error) was set.
    NotSent {
        /// The row.
        input: R,
    },
    /// The source returned an error instead of a row. No more rows are taken from it, so this is
    /// the last outcome.
    Source {
        /// The error.
        error: Arc<Error>,
    },
}

impl<R, T> Failure<R, T> {
    /// The row, if there was one.
    pub fn input(&self) -> Option<&R> {
        match self {
            Self::Refused { input, .. }
            | Self::Unanswered { input, .. }
            | Self::NotSent { input } => Some(input),
            Self::Source { .. } => None,
        }
    }

    /// Returns the row, if there was one.
    pub fn into_input(self) -> Option<R> {
        match self {
            Self::Refused { input, .. }
            | Self::Unanswered { input, .. }
            | Self::NotSent { input } => Some(input),
            Self::Source { .. } => None,
        }
    }

    /// The result that the service returned for the row, if the service refused it.
    pub fn result(&self) -> Option<&T> {
        match self {
            Self::Refused { result, .. } => Some(result),
            _ => None,
        }
    }

    /// The error. `None` if the service refused the row or the row was not sent.
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Unanswered { error, .. } | Self::Source { error } => Some(error),
            _ => None,
        }
    }

    /// Whether the row may have been applied without a confirmation. Check the row before you send
    /// it again.
    pub fn maybe_applied(&self) -> bool {
        match self {
            Self::Unanswered { error, .. } => error.maybe_applied(),
            _ => false,
        }
    }
}

impl<R, T: RowResult> fmt::Display for Failure<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { result, .. } => {
                f.write_str("the service refused the row")?;
                result.reasons(f)
            }
            Self::Unanswered { error, .. } => error.fmt(f),
            Self::NotSent { .. } => f.write_str("not sent, because an earlier call failed"),
            Self::Source { error } => write!(f, "the source of the rows failed: {error}"),
        }
    }
}

impl<R, T: RowResult> fmt::Debug for Failure<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Failure({self})")
    }
}

impl<R, T: RowResult> std::error::Error for Failure<R, T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error().and_then(std::error::Error::source)
    }
}

/// The summary of a bulk call: the number of successes, and every failure.
#[derive(Clone)]
#[non_exhaustive]
pub struct Summary<R, T> {
    /// The number of rows that succeeded.
    pub succeeded: usize,
    /// The rows that failed, with their positions among the inputs, in order.
    pub failures: Vec<(usize, Failure<R, T>)>,
}

impl<R, T> Summary<R, T> {
    /// Whether no row failed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty()
    }
}

impl<R, T> Default for Summary<R, T> {
    fn default() -> Self {
        Self {
            succeeded: 0,
            failures: Vec::new(),
        }
    }
}

impl<R, T: RowResult + fmt::Debug> fmt::Debug for Outcome<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("index", &self.index)
            .field("result", &self.result)
            .finish()
    }
}

impl<R, T: RowResult> fmt::Debug for Summary<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Summary")
            .field("succeeded", &self.succeeded)
            .field("failures", &self.failures)
            .finish()
    }
}

/// An operation that returns one result for each row that it takes.
pub trait BulkOperation: OperationType<Output = Vec<<Self as BulkOperation>::Result>> {
    /// The result of one row.
    type Result: RowResult;
}

impl<O: OperationType<Output = Vec<T>>, T: RowResult> BulkOperation for O {
    type Result = T;
}

/// The result of one row.
pub trait RowResult: Send + 'static {
    /// Whether the row succeeded.
    fn is_success(&self) -> bool;

    /// Writes the reasons why the row failed: error codes and field names.
    fn reasons(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// A generated struct with the fields `success` and `errors`.
impl<T: GeneratedStruct + Send> RowResult for T {
    fn is_success(&self) -> bool {
        matches!(value::occurrence(self, "success"), Value::Boolean(true))
    }

    fn reasons(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, error) in value::occurrences(self, "errors").enumerate() {
            let Value::Struct(error) = error else {
                continue;
            };
            f.write_str(if n == 0 { ": " } else { ", " })?;
            if let Value::Text(code) = value::occurrence(error, "statusCode") {
                f.write_str(code)?;
            }
            let fields = value::occurrences(error, "fields").filter_map(|field| match field {
                Value::Text(name) => Some(name),
                _ => None,
            });
            let fields: Vec<&str> = fields.collect();
            if !fields.is_empty() {
                write!(f, " ({})", fields.join(", "))?;
            }
        }
        Ok(())
    }
}

/// A record that was read. A row that does not exist is a success, too.
impl RowResult for Option<Record> {
    fn is_success(&self) -> bool {
        true
    }

    fn reasons(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
