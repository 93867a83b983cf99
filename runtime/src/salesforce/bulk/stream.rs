//! The stream of outcomes. It takes rows, makes calls, and returns outcomes in the order of the
//! rows.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use tracing::Instrument as _;

use super::chunk::{Chunk, Entries, matched};
use super::outcome::{BulkOperation, Failure, Outcome, Summary};
use super::source::{Row, Rows};
use crate::client::Call;
use crate::client::Client;
use crate::client::task::Task;
use crate::client::{HeaderOf, Headers};
use crate::error::Error;
use crate::soap::request::RequestBody;

/// A bulk call: a [`Stream`] with one [`Outcome`] for each row, in the order of the rows. The
/// method [`next`](Bulk::next) needs no other crate.
///
/// **What is sent.** Rows are taken from the source when they are needed. A call has at most 200
/// rows (2,000 for `retrieve_all`), 50,000,000 bytes, and ten groups of adjacent rows of one object
/// type. Salesforce saves each group separately and refuses a call with more groups. If the order
/// of rows of mixed types does not matter, sort them by type. An upsert has one type in each call.
/// A call is made when it is full or when the rows end. No row is sent twice.
///
/// **What fails.** If the service refuses a row, the outcome of the row says so, and the other rows
/// of its call are saved, unless an `AllOrNoneHeader` says otherwise. That header applies to each
/// call separately. A row that cannot be written as XML (it contains a character that XML does not
/// allow) is in no call and does not affect other rows. If a call fails as a whole, the outcome of
/// each of its rows contains the error, which says whether the row may have been applied. **Later
/// calls are still made**, unless [`stop_on_error`](Bulk::stop_on_error) is set.
///
/// **How fast.** Calls that write are made one after the other, unless
/// [`concurrency`](Bulk::concurrency) says otherwise. Rows are then committed in their order, so a
/// later row may refer to an earlier one. While the program handles an outcome, calls continue, but
/// only as many calls are ahead of that outcome as may be in flight at once. Memory contains the
/// rows and bodies of these calls, whatever the total number of rows.
///
/// **Dropping** the stream aborts the calls in flight and makes no more calls. The rows of the
/// aborted calls may have been applied.
#[must_use = "a bulk call does nothing until its outcomes are read"]
pub struct Bulk<'s, O: BulkOperation, R> {
    client: Client,
    /// `None` after the input has ended.
    rows: Option<Rows<'s, R>>,
    /// The arguments before the rows.
    lead: Vec<String>,
    headers: Headers,
    rules: Rules,
    /// The number of rows taken so far.
    taken: usize,
    filling: Option<Chunk<R>>,
    /// A row that did not fit into the last call.
    held: Option<R>,
    under_way: VecDeque<Flight<R, O::Result>>,
    ready: VecDeque<Outcome<R, O::Result>>,
    /// A call failed, so no more calls are made.
    stopped: bool,
    /// The error that the source returned instead of a row.
    source_error: Option<Error>,
    operation: PhantomData<fn() -> O>,
}

/// The rules by which rows are divided into calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// The maximum number of rows of a call, which the service and the caller limit.
    pub(super) rows: usize,
    most_rows: usize,
    /// The maximum number of groups of adjacent rows of one type.
    pub(super) runs: usize,
    /// The maximum length of a body in bytes.
    pub(super) bytes: usize,
    concurrency: usize,
    stop: bool,
}

/// Salesforce accepts 50 MB in one message. Its Data Loader sends at most this number of bytes.
const MOST_BYTES: usize = 50_000_000;

/// The number of bytes that are reserved for the envelope around a body and for its headers.
const ENVELOPE: usize = 16 * 1024;

impl Rules {
    pub(crate) const SAVE: Self = Self {
        rows: 200,
        most_rows: 200,
        runs: 10,
        bytes: MOST_BYTES - ENVELOPE,
        concurrency: 1,
        stop: false,
    };
    pub(crate) const UPSERT: Self = Self {
        runs: 1,
        ..Self::SAVE
    };
    pub(crate) const RETRIEVE: Self = Self {
        rows: 2_000,
        most_rows: 2_000,
        runs: usize::MAX,
        concurrency: 2,
        ..Self::SAVE
    };
}

/// A call in flight and its rows.
struct Flight<R, T> {
    rows: Entries<R>,
    call: CallState<T>,
}

enum CallState<T> {
    UnderWay(Task<Vec<T>>),
    Over(Result<Vec<T>, Arc<Error>>),
}

impl<'s, O: BulkOperation, R: Row> Bulk<'s, O, R> {
    pub(super) fn new(client: &Client, rules: Rules, lead: &[&str], rows: Rows<'s, R>) -> Self {
        Self {
            client: client.clone(),
            rows: Some(rows),
            lead: lead.iter().map(|&text| text.to_owned()).collect(),
            headers: client.headers().clone(),
            rules,
            taken: 0,
            filling: None,
            held: None,
            under_way: VecDeque::new(),
            ready: VecDeque::new(),
            stopped: false,
            source_error: None,
            operation: PhantomData,
        }
    }

    /// Sets how many calls may be in flight at once. The default is 1 for writes and 2 for
    /// `retrieve_all`.
    ///
    /// If several calls are in flight, the service may apply them in any order, and calls that
    /// change children of the same parent may fail with `UNABLE_TO_LOCK_ROW`. Outcomes keep the
    /// order of the rows.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.rules.concurrency = calls.max(1);
        self
    }

    /// Sets the maximum number of rows in a call, from 1 to what the service allows.
    pub fn chunk_size(mut self, rows: usize) -> Self {
        self.rules.rows = rows.clamp(1, self.rules.most_rows);
        self
    }

    /// Sets the maximum number of bytes of XML in a call, up to 50,000,000. A row that is larger
    /// than this is not sent.
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.rules.bytes = bytes.min(MOST_BYTES).saturating_sub(ENVELOPE);
        self
    }

    /// Makes no more calls after a call has failed as a whole. Calls in flight are completed. Rows
    /// that were taken but not sent are returned as [`Failure::NotSent`], and no more rows are
    /// taken from the source. A row that the service refuses does not stop the calls.
    pub fn stop_on_error(mut self) -> Self {
        self.rules.stop = true;
        self
    }

    /// Adds a header to each call. It replaces a header of the same type that was added before or
    /// that the client has.
    pub fn with<H: HeaderOf<O>>(mut self, header: H) -> Self {
        self.headers.set(header);
        self
    }

    /// Removes a header that the client would add to each call.
    pub fn without<H: HeaderOf<O>>(mut self) -> Self {
        self.headers.leave_out(H::static_table());
        self
    }

    /// The outcome of the next row, or `None` after the last row.
    pub async fn next(&mut self) -> Option<Outcome<R, O::Result>> {
        poll_fn(|cx| self.poll_outcome(cx)).await
    }

    /// Makes all calls and counts the outcomes. Memory contains only the failures.
    pub async fn summary(mut self) -> Summary<R, O::Result> {
        let mut summary = Summary::default();
        while let Some(outcome) = self.next().await {
            match outcome.result {
                Ok(_) => summary.succeeded += 1,
                Err(failure) => summary.failures.push((outcome.index, failure)),
            }
        }
        summary
    }

    /// Makes all calls and returns the outcome of each row, in the order of the rows.
    pub async fn into_results(mut self) -> Vec<Result<O::Result, Failure<R, O::Result>>> {
        let mut results = Vec::new();
        while let Some(outcome) = self.next().await {
            results.push(outcome.result);
        }
        results
    }

    fn poll_outcome(&mut self, cx: &mut Context<'_>) -> Poll<Option<Outcome<R, O::Result>>> {
        loop {
            if let Some(outcome) = self.ready.pop_front() {
                return Poll::Ready(Some(outcome));
            }
            self.make_calls(cx);
            self.poll_calls(cx);
            match self.under_way.pop_front() {
                Some(Flight {
                    rows,
                    call: CallState::Over(answer),
                }) => {
                    rows.match_results(answer, &mut self.ready);
                    // The next call is sent before the outcomes of the previous one are read.
                    self.make_calls(cx);
                }
                Some(flight) => {
                    self.under_way.push_front(flight);
                    return Poll::Pending;
                }
                None if self.stopped || self.rows.is_none() => {
                    self.wind_up();
                    if self.ready.is_empty() {
                        return Poll::Ready(None);
                    }
                }
                // The source has no row yet.
                None => return Poll::Pending,
            }
        }
    }

    /// Makes as many calls as may be in flight.
    fn make_calls(&mut self, cx: &mut Context<'_>) {
        while !self.stopped && self.under_way.len() < self.rules.concurrency {
            let Poll::Ready(Some(chunk)) = self.poll_chunk(cx) else {
                return;
            };
            let flight = self.begin(chunk);
            self.under_way.push_back(flight);
        }
    }

    /// The rows of one call, once there are enough of them or the source has ended.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Chunk<R>>> {
        loop {
            let row = match (self.held.take(), &mut self.rows) {
                (Some(row), _) => row,
                (None, None) => return Poll::Ready(self.filling.take()),
                (None, Some(rows)) => match rows.poll(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Some(Ok(row))) => row,
                    Poll::Ready(end) => {
                        self.source_error = end.and_then(Result::err);
                        self.rows = None;
                        continue;
                    }
                },
            };
            let chunk = match &mut self.filling {
                Some(chunk) => chunk,
                filling => {
                    let (operation, version) = (O::operation(), self.client.soap());
                    match Chunk::new(operation, version, &self.lead, self.taken) {
                        Ok(chunk) => filling.insert(chunk),
                        Err(error) => return self.give_up(row, error),
                    }
                }
            };
            match chunk.push(row, &self.rules) {
                Ok(()) => {
                    self.taken += 1;
                    if chunk.is_full(&self.rules) {
                        return Poll::Ready(self.filling.take());
                    }
                }
                Err(row) => {
                    self.held = Some(row);
                    return Poll::Ready(self.filling.take());
                }
            }
        }
    }

    /// Ends the stream, because the arguments before the rows cannot be written and so no row can
    /// be sent.
    fn give_up(&mut self, input: R, error: Error) -> Poll<Option<Chunk<R>>> {
        let error = Arc::new(error.with_operation(O::operation().name));
        self.ready.push_back(Outcome {
            index: self.taken,
            result: Err(Failure::Unanswered { input, error }),
        });
        self.taken += 1;
        self.stopped = true;
        Poll::Ready(None)
    }

    fn begin(&self, chunk: Chunk<R>) -> Flight<R, O::Result> {
        let (rows, body) = chunk.into_parts();
        let call = match body {
            Some(body) => CallState::UnderWay(self.call(body, rows.sent())),
            None => CallState::Over(Ok(Vec::new())),
        };
        Flight { rows, call }
    }

    fn call(&self, body: RequestBody, sent: usize) -> Task<Vec<O::Result>> {
        let (client, headers) = (self.client.clone(), self.headers.clone());
        let call = async move {
            let reply = Call::<O>::of(client, body, headers).reply().await?;
            matched::<O>(reply.into_value(), sent)
        };
        Task::spawn(Box::pin(call.in_current_span()))
    }

    fn poll_calls(&mut self, cx: &mut Context<'_>) {
        for flight in &mut self.under_way {
            if let CallState::UnderWay(task) = &mut flight.call
                && let Poll::Ready(answer) = task.poll(cx)
            {
                self.stopped |= self.rules.stop && answer.is_err();
                flight.call = CallState::Over(answer.map_err(Arc::new));
            }
        }
    }

    /// No call is in flight any more. Prepares the last outcomes.
    fn wind_up(&mut self) {
        self.rows = None;
        if let Some(chunk) = self.filling.take() {
            chunk.into_parts().0.give_back(&mut self.ready);
        }
        let index = self.taken;
        if let Some(input) = self.held.take() {
            self.taken += 1;
            let result = Err(Failure::NotSent { input });
            self.ready.push_back(Outcome { index, result });
        }
        if let Some(error) = self.source_error.take() {
            let (index, error) = (self.taken, Arc::new(error));
            let result = Err(Failure::Source { error });
            self.ready.push_back(Outcome { index, result });
        }
    }
}

// Rows are moved and never pinned.
impl<O: BulkOperation, R> Unpin for Bulk<'_, O, R> {}

impl<O: BulkOperation, R: Row> Stream for Bulk<'_, O, R> {
    type Item = Outcome<R, O::Result>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_outcome(cx)
    }
}

impl<O: BulkOperation, R> fmt::Debug for Bulk<'_, O, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulk")
            .field("operation", &O::operation().name)
            .field("rules", &self.rules)
            .field("taken", &self.taken)
            .field("under_way", &self.under_way.len())
            .finish_non_exhaustive()
    }
}
