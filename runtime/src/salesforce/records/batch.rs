//! One response of a query: it is requested, opened, and read row by row.

use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::Opening;
use super::progress::Summary;
use crate::client::cursors::{Cursor, CursorPermit};
use crate::client::task::Boxed;
use crate::client::{Attempt, Client, Deadline, Incoming, Terms};
use crate::error::{Error, ErrorKind};
use crate::limits::WorkDeadline;
use crate::record::Record;
use crate::schema::{Operation, Type};
use crate::soap::reader::{Event, MessageReader};
use crate::soap::request::RequestBody;
use crate::transport::error::Sent;
use crate::transport::{self, TransportError};
use crate::value::Value;

/// A request for rows that has not been sent.
pub(super) struct Request {
    pub(super) operation: &'static Operation,
    /// The query, or a query locator.
    pub(super) argument: String,
    pub(super) terms: Terms,
    /// The cursor for which the request must wait.
    pub(super) needs: Option<Cursor>,
    pub(super) batch_size: Option<u32>,
    pub(super) known: Vec<&'static Type>,
}

/// A response of which the first row or the end has arrived.
pub(super) struct Opened {
    pub(super) incoming: Incoming,
    pub(super) reader: MessageReader,
    pub(super) first: Event,
    pub(super) permit: Option<CursorPermit>,
}

impl Request {
    pub(super) async fn send(self, client: &Client) -> Result<Opened, Error> {
        let operation = self.operation;
        let named = |error: Error| error.with_operation(operation.name);
        let shared = client.shared();
        let permit = match self.needs {
            Some(cursor) => Some(permit(client, cursor).await.map_err(named)?),
            None => None,
        };
        let mut body = RequestBody::new(operation, client.soap());
        let argument = &self.argument;
        let argument = |n| match n {
            0 => Value::Text(argument),
            _ => Value::Absent,
        };
        body.argument(argument)
            .map_err(|error| named(error.into()))?;
        let mut headers = client.headers().clone();
        let options = shared.service.query.and_then(|queries| queries.options);
        if let (Some(rows), Some(table)) = (self.batch_size, options) {
            headers.set_number(table, rows.into());
        }
        let (body, headers, known) = (&body, &headers, &self.known);
        let attempt = |attempt: Attempt| {
            let span = attempt.trace.span();
            let attempt = async move {
                let settings = &shared.settings;
                let mut incoming =
                    Incoming::open(settings, &attempt, operation, body, headers).await?;
                let mut reader = incoming.reader(settings, known.clone()).by_rows()?;
                reader.until(attempt.deadline.for_work());
                let first = incoming.first(&mut reader).await;
                // From here on, the time that the caller takes does not count.
                reader.until(WorkDeadline::default());
                let first = first.inspect_err(|error| client.note(error.headers()))?;
                Ok((incoming, reader, first))
            };
            attempt.instrument(span)
        };
        let opened = client.repeat(operation, self.terms, attempt).await;
        let (incoming, reader, first) = opened.map_err(named)?;
        Ok(Opened {
            incoming,
            reader,
            first,
            permit,
        })
    }
}

/// Waits until the client may open another cursor.
async fn permit(client: &Client, cursor: Cursor) -> Result<CursorPermit, Error> {
    let shared = client.shared();
    let (needed, most) = (cursor.needs(), shared.cursors.most());
    if needed > most {
        return Err(Error::usage(format!(
            "the query needs {needed} cursors, one for itself and one for each level of its \
             sub-queries, but max_cursors allows {most}; allow more"
        )));
    }
    let deadline = Deadline::after(shared.retry.deadline);
    let permit = deadline.bound(shared.cursors.acquire(cursor)).await;
    permit.ok_or_else(|| {
        let message = format!(
            "other streams of rows of this client kept all {most} cursors (max_cursors) until the \
             deadline of the call; read them to their end or drop them, or allow more"
        );
        Error::new(ErrorKind::Timeout, message)
    })
}

/// A wait for more bytes. It owns the body during the wait.
type Chunk = Boxed<(transport::Body, Result<Option<Bytes>, TransportError>)>;

/// A response that is being read.
pub(super) struct Batch {
    operation: &'static Operation,
    incoming: Incoming,
    reader: MessageReader,
    /// What was read when the response was opened.
    first: Option<Event>,
    chunk: Option<Chunk>,
    /// The time spent on decoding this response so far, and its maximum.
    worked: Duration,
    most_work: Duration,
    /// The number of rows returned so far.
    rows: usize,
    /// The next response, which was requested in advance.
    pub(super) next: Option<Opening>,
    /// The response has said that no other one follows.
    pub(super) is_last: bool,
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.incoming.trace.rows(self.rows);
    }
}

impl Batch {
    pub(super) fn new(
        operation: &'static Operation,
        incoming: Incoming,
        reader: MessageReader,
        first: Event,
        most_work: Duration,
    ) -> Self {
        Self {
            operation,
            incoming,
            reader,
            first: Some(first),
            chunk: None,
            worked: Duration::ZERO,
            most_work,
            rows: 0,
            next: None,
            is_last: false,
        }
    }

    /// The next row, or `None` at the end of the response.
    pub(super) fn poll_row(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Record>, Error>> {
        let begin = Instant::now();
        let polled = self.poll_unnamed(cx);
        self.worked += begin.elapsed();
        let row = match ready!(polled) {
            Ok(_) if self.worked > self.most_work => {
                let message = "the rows of a response were not read within the deadline of a call";
                Err(Error::new(ErrorKind::Timeout, message).with_sent(Sent::Answered))
            }
            row => row,
        };
        match &row {
            Ok(Some(_)) => self.rows += 1,
            Ok(None) => {}
            Err(error) => self.incoming.trace.failed(error),
        }
        Poll::Ready(row.map_err(|error| error.with_operation(self.operation.name)))
    }

    fn poll_unnamed(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Record>, Error>> {
        loop {
            let event = match self.first.take() {
                Some(event) => event,
                None => self.incoming.next(&mut self.reader, None)?,
            };
            match event {
                Event::Row(row) => return Poll::Ready(Ok(Some(row))),
                Event::Done => return Poll::Ready(Ok(None)),
                Event::More => match ready!(self.poll_chunk(cx))? {
                    Some(chunk) => self.incoming.feed(&mut self.reader, &chunk)?,
                    None => self.reader.finish(),
                },
            }
        }
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        let wait = self.chunk.get_or_insert_with(|| {
            let mut body = self.incoming.take_body();
            Box::pin(async move {
                let chunk = body.chunk().await;
                (body, chunk)
            })
        });
        let (body, chunk) = ready!(wait.as_mut().poll(cx));
        self.chunk = None;
        self.incoming.put_body(body);
        Poll::Ready(chunk.map_err(|error| self.incoming.clean(error.into())))
    }

    /// The headers that have arrived since the last call of this method.
    pub(super) fn take_headers(&mut self) -> Vec<Record> {
        self.reader.take_headers()
    }

    /// The fields of the result besides the rows, as far as they have arrived.
    pub(super) fn summary(&self) -> Summary<'_> {
        let Some(summary) = self.reader.summary() else {
            return Summary::default();
        };
        let field = |name| summary.text(summary.ty().find(name)?).map(str::trim);
        Summary {
            done: match field("done") {
                Some("true" | "1") => Some(true),
                Some("false" | "0") => Some(false),
                _ => None,
            },
            locator: field("queryLocator").filter(|locator| !locator.is_empty()),
            size: field("size").and_then(|size| size.parse().ok()),
        }
    }
}
