//! The state machine that makes the requests of a query and reads their rows.

use std::task::{Context, Poll, ready};

use super::batch::{self, Batch, Opened};
use super::progress::{After, Progress, Summary};
use super::{Opening, ReadState, Records};
use crate::client::Terms;
use crate::client::cursors::Cursor;
use crate::client::redact::Redact;
use crate::client::task::{Boxed, Task};
use crate::error::{Error, ErrorKind};
use crate::record::Record;
use crate::schema::{ANY_RECORD, Operation, QueryOperations};
use crate::transport::error::Sent;
use crate::view::View;

impl<V: View> Records<V> {
    pub(super) fn poll_row(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<V>, Error>> {
        let row = loop {
            match ready!(self.poll_record(cx)) {
                Ok(Some(row)) => {
                    if let Some(resumption) = &mut self.resumption
                        && resumption.has_come(&row)
                    {
                        continue;
                    }
                    self.delivered += 1;
                    // A clone shares the content of the row.
                    self.last = Some(row.clone());
                    break self.typed(row);
                }
                Ok(None) => break Ok(None),
                Err(error) if self.resume(&error) => {}
                Err(error) => break Err(error.with_delivered(self.delivered, self.last.take())),
            }
        };
        if !matches!(row, Ok(Some(_))) {
            self.state = ReadState::Over;
            self.permit = None;
        }
        Poll::Ready(row)
    }

    fn typed(&self, row: Record) -> Result<Option<V>, Error> {
        match *V::static_table() == ANY_RECORD {
            true => Ok(Some(V::from_record(row))),
            false => row.cast().map(Some).map_err(|error| {
                // The query was made, so this is not only an error in the use of this crate.
                let error = Error::decode(error.to_string()).with_sent(Sent::Answered);
                let session = self.client.session();
                let transport = &self.client.shared().settings.transport;
                Redact::new(session.secrets().chain(transport.secrets())).clean(error)
            }),
        }
    }

    /// Starts another query for the remaining rows, if that is enabled and can help.
    fn resume(&mut self, error: &Error) -> bool {
        let after_the_first_row = match &self.state {
            ReadState::Opening(opening) => self.is_more(opening.operation),
            ReadState::Reading(_) => true,
            ReadState::Fresh | ReadState::Given(..) | ReadState::Over => false,
        };
        let Some(resumption) = &mut self.resumption else {
            return false;
        };
        if !after_the_first_row || !resumption.may_help(error, self.delivered) {
            return false;
        }
        tracing::debug!(
            rows = self.delivered,
            "the cursor is lost; resuming the query"
        );
        self.soql = resumption.rest();
        self.progress = Progress::default();
        self.state = ReadState::Fresh;
        true
    }

    fn poll_record(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Record>, Error>> {
        loop {
            match &mut self.state {
                ReadState::Over => return Poll::Ready(Ok(None)),
                ReadState::Fresh => {
                    if let Some(problem) = self.problem.take() {
                        return Poll::Ready(Err(problem));
                    }
                    let queries = self.queries()?;
                    let operation = match self.options.deleted {
                        false => queries.query,
                        true => queries
                            .query_all
                            .ok_or_else(|| Error::usage("the WSDL does not declare queryAll"))?,
                    };
                    self.state = ReadState::Opening(self.open(operation, self.soql.clone()));
                }
                ReadState::Given(rows, end) => {
                    if let Some(row) = rows.next() {
                        self.progress.row().map_err(incomplete)?;
                        return Poll::Ready(Ok(Some(row)));
                    }
                    let end = std::mem::take(end);
                    let summary = Summary {
                        done: Some(end.done),
                        locator: end.locator.as_deref(),
                        size: None,
                    };
                    self.ended(&Ends::new(summary), None)?;
                }
                ReadState::Opening(opening) => {
                    let operation = opening.operation;
                    let opened = ready!(opening.request.poll(cx))?;
                    self.permit = opened.permit.or(self.permit.take());
                    self.headers.clear();
                    self.state = ReadState::Reading(Box::new(Batch::new(
                        operation,
                        opened.incoming,
                        opened.reader,
                        opened.first,
                        self.client.shared().retry.deadline,
                    )));
                }
                ReadState::Reading(batch) => {
                    let row = ready!(batch.poll_row(cx));
                    let came = batch.take_headers();
                    self.client.note(&came);
                    self.headers.extend(came);
                    let row = row.map_err(|error| {
                        self.client.note(error.headers());
                        error.with_headers(self.headers.clone())
                    })?;
                    match row {
                        Some(row) => {
                            self.progress.row().map_err(incomplete)?;
                            self.fetch_ahead()?;
                            return Poll::Ready(Ok(Some(row)));
                        }
                        None => self.finish_response()?,
                    }
                }
            }
        }
    }

    /// Requests the next batch as soon as its locator is known.
    fn fetch_ahead(&mut self) -> Result<(), Error> {
        let ReadState::Reading(batch) = &self.state else {
            return Ok(());
        };
        if !self.options.ahead || batch.next.is_some() || batch.is_last {
            return Ok(());
        }
        let summary = batch.summary();
        let (Some(false), Some(locator)) = (summary.done, summary.locator) else {
            let is_last = summary.done == Some(true);
            if let ReadState::Reading(batch) = &mut self.state {
                batch.is_last = is_last;
            }
            return Ok(());
        };
        // If this locator was used before, the end of this response reports that.
        let locator = locator.to_owned();
        let operation = self.queries()?.query_more;
        let request = Task::spawn(self.request(operation, locator));
        if let ReadState::Reading(batch) = &mut self.state {
            batch.next = Some(Opening { operation, request });
        }
        Ok(())
    }

    /// The response is complete. Continues with the next one, or ends if all rows have arrived.
    fn finish_response(&mut self) -> Result<(), Error> {
        let ReadState::Reading(batch) = &mut self.state else {
            return Ok(());
        };
        let next = batch.next.take();
        let ends = Ends::new(batch.summary());
        self.ended(&ends, next)
    }

    fn ended(&mut self, ends: &Ends, next: Option<Opening>) -> Result<(), Error> {
        // The result of `SELECT COUNT()` has a size and no rows.
        let counts = self.soql.to_ascii_uppercase().contains("COUNT()");
        let after = self.progress.response_ended(ends.summary(), counts);
        match after.map_err(incomplete)? {
            After::End => {
                self.state = ReadState::Over;
                self.permit = None;
            }
            After::More(locator) => {
                self.state = ReadState::Opening(match next {
                    Some(next) => next,
                    None => self.open(self.queries()?.query_more, locator),
                });
            }
        }
        Ok(())
    }

    fn queries(&self) -> Result<&'static QueryOperations, Error> {
        let service = self.client.shared().service;
        service
            .query
            .ok_or_else(|| Error::usage("the WSDL does not declare query and queryMore"))
    }

    fn is_more(&self, operation: &'static Operation) -> bool {
        let queries = self.client.shared().service.query;
        queries.is_some_and(|queries| std::ptr::eq(queries.query_more, operation))
    }

    fn open(&self, operation: &'static Operation, argument: String) -> Opening {
        Opening {
            operation,
            request: Task::Inline(self.request(operation, argument)),
        }
    }

    /// A request of a query operation with its only argument.
    fn request(
        &self,
        operation: &'static Operation,
        argument: String,
    ) -> Boxed<Result<Opened, Error>> {
        let is_more = self.is_more(operation);
        let needs = match (&self.permit, is_more) {
            (Some(_), _) => None,
            // The first request of a stream for more rows is that of child rows.
            (None, true) => Some(Cursor::Children),
            (None, false) => Some(Cursor::Query {
                levels: self.options.levels,
            }),
        };
        let request = batch::Request {
            operation,
            argument,
            terms: Terms {
                locator: is_more,
                ..Terms::default()
            },
            needs,
            batch_size: self.options.batch_size,
            known: self.options.known.clone(),
        };
        let client = self.client.clone();
        Box::pin(async move { request.send(&client).await })
    }
}

/// The fields besides the rows, owned.
struct Ends {
    done: Option<bool>,
    locator: Option<String>,
    size: Option<i64>,
}

impl Ends {
    fn new(summary: Summary<'_>) -> Self {
        Self {
            done: summary.done,
            locator: summary.locator.map(str::to_owned),
            size: summary.size,
        }
    }

    fn summary(&self) -> Summary<'_> {
        Summary {
            done: self.done,
            locator: self.locator.as_deref(),
            size: self.size,
        }
    }
}

fn incomplete(problem: String) -> Error {
    Error::new(ErrorKind::Incomplete, problem).with_sent(Sent::Answered)
}
