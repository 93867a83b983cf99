//! The rows of one call.

use std::collections::VecDeque;
use std::sync::Arc;

use super::outcome::{BulkOperation, Failure, Outcome, RowResult};
use super::source::Row;
use super::stream::Rules;
use crate::error::Error;
use crate::schema::{Operation, SoapVersion};
use crate::soap::request::{Fit, RequestBody};
use crate::value::Value;

/// The rows of one call, and the part of the call's body that is written so far.
///
/// Each row is written when it is taken, so that its size is known before the next row is taken.
pub(super) struct Chunk<R> {
    rows: Entries<R>,
    operation: &'static Operation,
    body: RequestBody,
    /// The number of rows in the body.
    written: usize,
    /// The number of groups of adjacent rows of one type in the body.
    runs: usize,
    /// The index of the last row in the body.
    last: Option<usize>,
}

/// The rows in the order of the input, including those that are in no call.
pub(super) struct Entries<R> {
    /// The position of the first row among all inputs.
    first: usize,
    entries: Vec<Entry<R>>,
}

struct Entry<R> {
    row: R,
    /// The reason why the row is not in the call.
    error: Option<Arc<Error>>,
}

impl<R: Row> Chunk<R> {
    /// A chunk without rows. `lead` are the arguments before the rows.
    pub(super) fn new(
        operation: &'static Operation,
        version: SoapVersion,
        lead: &[String],
        first: usize,
    ) -> Result<Self, Error> {
        let mut body = RequestBody::new(operation, version);
        for text in lead {
            body.argument(|n| match n {
                0 => Value::Text(text),
                _ => Value::Absent,
            })?;
        }
        Ok(Self {
            rows: Entries {
                first,
                entries: Vec::new(),
            },
            operation,
            body,
            written: 0,
            runs: 0,
            last: None,
        })
    }

    pub(super) fn is_full(&self, rules: &Rules) -> bool {
        self.rows.entries.len() >= rules.rows
    }

    /// Takes a row, or returns it if it belongs to the next call.
    pub(super) fn push(&mut self, row: R, rules: &Rules) -> Result<(), R> {
        let last = self.last.and_then(|place| self.rows.entries.get(place));
        let new_run = last.is_none_or(|last| !last.row.same_type(&row));
        if self.is_full(rules) || (new_run && self.runs >= rules.runs) {
            return Err(row);
        }
        let error = match self.body.item(row.value(), rules.bytes) {
            Ok(Fit::Written) => {
                self.written += 1;
                self.runs += usize::from(new_run);
                self.last = Some(self.rows.entries.len());
                None
            }
            Ok(Fit::Later) => return Err(row),
            Ok(Fit::Never) => Some(Error::limit(format!(
                "this row alone takes more than the {} bytes that a call may have; make the row smaller",
                rules.bytes
            ))),
            Err(error) => Some(error.into()),
        };
        let name = self.operation.name;
        let error = error.map(|error| Arc::new(error.with_operation(name)));
        self.rows.entries.push(Entry { row, error });
        Ok(())
    }

    /// The body with its rows, if there are rows to send.
    pub(super) fn into_parts(self) -> (Entries<R>, Option<RequestBody>) {
        (self.rows, (self.written > 0).then_some(self.body))
    }
}

impl<R> Entries<R> {
    /// The number of results that the call must return.
    pub(super) fn sent(&self) -> usize {
        let sent = self.entries.iter().filter(|entry| entry.error.is_none());
        sent.count()
    }

    /// Assigns the results of the call to its rows.
    pub(super) fn match_results<T: RowResult>(
        self,
        answer: Result<Vec<T>, Arc<Error>>,
        out: &mut VecDeque<Outcome<R, T>>,
    ) {
        // There are as many results as rows were sent: see [`matched`].
        let mut results = answer.map(Vec::into_iter);
        self.each(out, |input, error| {
            if let Some(error) = error {
                return Err(Failure::Unanswered { input, error });
            }
            match &mut results {
                Ok(results) => match results.next() {
                    Some(result) if result.is_success() => Ok(result),
                    Some(result) => Err(Failure::Refused { input, result }),
                    None => Err(Failure::NotSent { input }),
                },
                Err(error) => Err(Failure::Unanswered {
                    input,
                    error: error.clone(),
                }),
            }
        });
    }

    /// Returns the rows as not sent.
    pub(super) fn give_back<T>(self, out: &mut VecDeque<Outcome<R, T>>) {
        self.each(out, |input, error| {
            Err(match error {
                Some(error) => Failure::Unanswered { input, error },
                None => Failure::NotSent { input },
            })
        });
    }

    fn each<T>(
        self,
        out: &mut VecDeque<Outcome<R, T>>,
        mut result: impl FnMut(R, Option<Arc<Error>>) -> Result<T, Failure<R, T>>,
    ) {
        let numbered = (self.first..).zip(self.entries);
        out.extend(numbered.map(|(index, entry)| Outcome {
            index,
            result: result(entry.row, entry.error),
        }));
    }
}

/// Checks that there is one result for each row.
pub(super) fn matched<O: BulkOperation>(
    results: Vec<O::Result>,
    sent: usize,
) -> Result<Vec<O::Result>, Error> {
    if results.len() == sent {
        return Ok(results);
    }
    Err(mismatch::<O>(results.len(), sent))
}

/// The error of a response whose number of results is not the number of rows.
pub(in crate::salesforce) fn mismatch<O: BulkOperation>(found: usize, sent: usize) -> Error {
    Error::decode(format!(
        "expected a result for each of {sent} rows, found {found}; results cannot be matched to rows"
    ))
    .with_sent(crate::transport::error::Sent::Maybe)
    .with_operation(O::operation().name)
}
