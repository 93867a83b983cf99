//! The rows of a query as a stream.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tracing::Instrument as _;

use super::soql::QueryText;
use crate::client::task::{Boxed, Task};
use crate::client::{Client, Incoming, span};
use crate::error::{Error, ErrorKind};
use crate::record::Record;
use crate::schema::ANY_RECORD;
use crate::schema::{Operation, QueryOperations, Type};
use crate::soap::answer::{Answer, Event};
use crate::soap::find_header;
use crate::soap::request::Body;
use crate::transport::error::Sent;
use crate::transport::{self, TransportError};
use crate::value::{Struct, Tabled, Value};
use crate::view::View;

/// Rows of a query, over all its batches, as they arrive.
///
/// A row is handed out as soon as its last byte is there, while the rest of the answer is still
/// on its way. The next batch is asked for while this one is read, so memory holds about one row
/// and what the network buffers.
///
/// It is a [`Stream`]; [`try_next`](Records::try_next) needs no other crate. A stream that ends
/// without an error has given every row that the query has: fewer rows than the service announced
/// are an error. After an error the stream is over.
#[must_use = "a stream does nothing until it is polled"]
pub struct Records<V> {
    client: Client,
    soql: String,
    /// Why the query cannot be sent.
    problem: Option<Error>,
    options: Options,
    state: State,
    /// Rows handed out.
    given: u64,
    /// Rows that the query has, as the service announced.
    announced: Option<u64>,
    /// Headers of the answer under way or of the last one.
    headers: Vec<Record>,
    view: PhantomData<fn() -> V>,
}

#[derive(Debug)]
struct Options {
    deleted: bool,
    batch_size: Option<u32>,
    known: Vec<&'static Type>,
    ahead: bool,
}

enum State {
    Fresh,
    /// Rows that came within another row, and where the rest is.
    Given(std::vec::IntoIter<Record>, Rest),
    Opening(Opening),
    Reading(Box<Reading>),
    Over,
}

/// What follows the rows that are there.
enum Rest {
    None,
    At(String),
    /// There is more, but the answer does not say where.
    Unknown,
}

/// A request whose answer has not begun.
struct Opening {
    operation: &'static Operation,
    request: Task<Incoming>,
}

/// A wait for more bytes, which owns the body meanwhile.
type Chunk = Boxed<(transport::Body, Result<Option<Bytes>, TransportError>)>;

struct Reading {
    operation: &'static Operation,
    incoming: Incoming,
    answer: Answer,
    chunk: Option<Chunk>,
    next: Option<Opening>,
}

impl Client {
    /// Rows of a query, over all its batches: a text, or a [`Soql`](crate::salesforce::soql::Soql).
    pub fn records<V: View>(&self, soql: impl QueryText<V>) -> Records<V> {
        Records::new(self.clone(), soql)
    }

    /// The rows of a sub-query, such as `account.contacts()`: those that came with their parent,
    /// then the rest, by the locator of their own.
    ///
    /// Read them before the stream of the parents goes on to its next batch: the service ends the
    /// cursors of child rows when it is asked for more parents.
    ///
    /// ```ignore
    /// use enterprise::{Account, Contact};
    ///
    /// let soql = "SELECT Id, (SELECT LastName FROM Contacts) FROM Account";
    /// let mut accounts = soap.records::<Account>(soql);
    /// while let Some(account) = accounts.try_next().await? {
    ///     let Some(contacts) = account.contacts() else { continue };
    ///     let mut contacts = soap.children::<Contact>(contacts);
    ///     while let Some(contact) = contacts.try_next().await? {
    ///         println!("{:?}", contact.last_name());
    ///     }
    /// }
    /// ```
    pub fn children<V: View>(&self, result: &dyn Struct) -> Records<V> {
        Records::children(self.clone(), result)
    }
}

impl<V: View> Records<V> {
    pub(crate) fn new(client: Client, query: impl QueryText<V>) -> Self {
        let (soql, problem) = match query.into_text() {
            Ok(soql) => (soql, None),
            Err(error) => (String::new(), Some(error)),
        };
        let known = if *V::static_table() == ANY_RECORD {
            Vec::new()
        } else {
            vec![V::static_table()]
        };
        // A request for more rows ends the cursors of sub-queries: those must be read first.
        let ahead = !has_subquery(&soql);
        Self {
            client,
            soql,
            problem,
            options: Options {
                deleted: false,
                batch_size: None,
                known,
                ahead,
            },
            state: State::Fresh,
            given: 0,
            announced: None,
            headers: Vec::new(),
            view: PhantomData,
        }
    }

    /// The rows of a sub-query: those that came with their parent, then the rest of them.
    pub(crate) fn children(client: Client, result: &dyn Struct) -> Self {
        let mut this = Self::new(client, "");
        // Whether these rows have children of their own, whose cursors a request for more rows
        // would end, cannot be told from the first of them.
        this.options.ahead = false;
        let table = result.table();
        let value = |name, n| match table.find(name) {
            Some(field) => result.value(field, n),
            None => Value::Absent,
        };
        let rows = (0..).map_while(|n| match value("records", n) {
            Value::Record(row) => Some(row.clone()),
            _ => None,
        });
        let rows: Vec<Record> = rows.collect();
        let rest = match (value("done", 0), value("queryLocator", 0)) {
            (Value::Boolean(true), _) => Rest::None,
            (_, Value::Text(locator)) if !locator.is_empty() => Rest::At(locator.to_owned()),
            _ => Rest::Unknown,
        };
        if let Value::Integer(size) = value("size", 0) {
            this.announced = u64::try_from(size).ok();
        }
        this.state = State::Given(rows.into_iter(), rest);
        this
    }

    /// Deleted and archived rows too (`queryAll`).
    pub fn include_deleted(mut self) -> Self {
        self.options.deleted = true;
        self
    }

    /// Proposes a number of rows per answer, 200 to 2,000; the service may choose another.
    pub fn batch_size(mut self, rows: u32) -> Self {
        self.options.batch_size = Some(rows);
        self
    }

    /// Decodes nested records of this type, such as polymorphic parents, by its table at once.
    pub fn also<N: View>(mut self) -> Self {
        self.options.known.push(N::static_table());
        self
    }

    /// How many rows the query has, once the first answer has told. It tells at its end.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.announced
    }

    /// A header of the answer that the last row came with, if it had one.
    ///
    /// # Errors
    ///
    /// If it came but cannot be read.
    pub fn header<H: Tabled>(&self) -> Result<Option<H>, Error> {
        Ok(find_header(&self.headers)?)
    }

    /// The next row; `None` after the last.
    ///
    /// # Errors
    ///
    /// See [`Error`]. Rows that came before an error are whole.
    pub async fn try_next(&mut self) -> Result<Option<V>, Error> {
        poll_fn(|cx| self.poll_row(cx)).await
    }

    fn poll_row(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<V>, Error>> {
        let row = ready!(self.poll_record(cx)).and_then(|row| match row {
            Some(row) if *V::static_table() == ANY_RECORD => Ok(Some(V::from_record(row))),
            Some(row) => Ok(Some(row.cast()?)),
            None => Ok(None),
        });
        if !matches!(row, Ok(Some(_))) {
            self.state = State::Over;
        }
        Poll::Ready(row)
    }

    fn poll_record(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Record>, Error>> {
        loop {
            match &mut self.state {
                State::Over => return Poll::Ready(Ok(None)),
                State::Fresh => {
                    if let Some(problem) = self.problem.take() {
                        return Poll::Ready(Err(problem));
                    }
                    let queries = self.queries()?;
                    let operation = match self.options.deleted {
                        false => queries.query,
                        true => queries
                            .query_all
                            .ok_or_else(|| Error::usage("the WSDL declares no queryAll"))?,
                    };
                    self.state = State::Opening(self.open(operation, self.soql.clone()));
                }
                State::Given(rows, rest) => {
                    if let Some(row) = rows.next() {
                        self.given += 1;
                        return Poll::Ready(Ok(Some(row)));
                    }
                    match std::mem::replace(rest, Rest::None) {
                        Rest::None => self.finish()?,
                        Rest::At(locator) => {
                            let operation = self.queries()?.query_more;
                            self.state = State::Opening(self.open(operation, locator));
                        }
                        Rest::Unknown => return Poll::Ready(Err(self.lost())),
                    }
                }
                State::Opening(opening) => {
                    let operation = opening.operation;
                    let incoming = ready!(opening.request.poll(cx))?;
                    let settings = &self.client.shared().settings;
                    let answer = incoming.answer(settings, self.options.known.clone());
                    let answer = answer.by_rows()?;
                    self.headers.clear();
                    self.state = State::Reading(Box::new(Reading {
                        operation,
                        incoming,
                        answer,
                        chunk: None,
                        next: None,
                    }));
                }
                State::Reading(_) => match ready!(self.poll_reading(cx))? {
                    Some(row) => {
                        self.given += 1;
                        return Poll::Ready(Ok(Some(row)));
                    }
                    None if matches!(self.state, State::Opening(_)) => {}
                    None => return Poll::Ready(Ok(None)),
                },
            }
        }
    }

    /// A row of the answer under way; none at its end, with the state moved on.
    fn poll_reading(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Record>, Error>> {
        loop {
            let State::Reading(reading) = &mut self.state else {
                return Poll::Ready(Ok(None));
            };
            let named =
                |error: Error, reading: &Reading| error.with_operation(reading.operation.name);
            let event = reading.incoming.next(&mut reading.answer, None);
            let event = event.map_err(|error| named(error, reading));
            let came = reading.answer.take_headers();
            self.client.note(&came);
            self.headers.extend(came);
            let event = event.map_err(|error| {
                self.client.note(error.headers());
                error.with_headers(self.headers.clone())
            });
            match event? {
                Event::Row(row) => {
                    self.fetch_ahead()?;
                    return Poll::Ready(Ok(Some(row)));
                }
                Event::More => {
                    let chunk = ready!(reading.poll_chunk(cx));
                    match chunk.map_err(|error| named(error, reading))? {
                        Some(chunk) => {
                            let fed = reading.incoming.feed(&mut reading.answer, &chunk);
                            fed.map_err(|error| named(error, reading))?;
                        }
                        None => reading.answer.finish(),
                    }
                }
                Event::Done => return Poll::Ready(self.finish_answer().map(|()| None)),
            }
        }
    }

    /// Asks for the next batch as soon as its locator is known.
    fn fetch_ahead(&mut self) -> Result<(), Error> {
        let State::Reading(reading) = &self.state else {
            return Ok(());
        };
        if !self.options.ahead || reading.next.is_some() {
            return Ok(());
        }
        let Some(locator) = locator(&reading.answer) else {
            return Ok(());
        };
        let operation = self.queries()?.query_more;
        let request = Task::spawn(self.request(operation, locator));
        if let State::Reading(reading) = &mut self.state {
            reading.next = Some(Opening { operation, request });
        }
        Ok(())
    }

    /// The answer is complete: goes on to the next one, or ends if all rows were there.
    fn finish_answer(&mut self) -> Result<(), Error> {
        let State::Reading(reading) = &mut self.state else {
            return Ok(());
        };
        let field = |name| {
            reading
                .answer
                .summary()
                .and_then(|summary| summary.text(summary.ty().find(name)?))
        };
        let size: Option<u64> = field("size").and_then(|size| size.trim().parse().ok());
        self.announced = self.announced.or(size);
        let done = field("done").map(str::trim);
        let next = reading.next.take();
        if matches!(done, Some("true" | "1")) {
            return self.finish();
        }
        let Some(locator) = locator(&reading.answer) else {
            return Err(self.lost());
        };
        self.state = State::Opening(match next {
            Some(next) => next,
            None => self.open(self.queries()?.query_more, locator),
        });
        Ok(())
    }

    /// The service says that these were all rows.
    fn finish(&mut self) -> Result<(), Error> {
        // `SELECT COUNT()` has a size and no rows.
        let counts = self.given == 0 && self.soql.to_ascii_uppercase().contains("COUNT()");
        let expected = self.announced.unwrap_or(self.given);
        if self.given != expected && !counts {
            return Err(self.incomplete(format!(
                "the query has {expected} rows, but {} came",
                self.given
            )));
        }
        self.state = State::Over;
        Ok(())
    }

    fn lost(&self) -> Error {
        self.incomplete("the answer says that there are more rows, but not where".to_owned())
    }

    fn incomplete(&self, message: String) -> Error {
        Error::new(ErrorKind::Truncated, message).with_sent(Sent::Answered)
    }

    fn queries(&self) -> Result<&'static QueryOperations, Error> {
        let service = self.client.shared().service;
        service
            .query
            .ok_or_else(|| Error::usage("the WSDL declares no query and queryMore"))
    }

    fn open(&self, operation: &'static Operation, argument: String) -> Opening {
        Opening {
            operation,
            request: Task::Inline(self.request(operation, argument)),
        }
    }

    /// A request of a query operation with its one argument.
    fn request(
        &self,
        operation: &'static Operation,
        argument: String,
    ) -> Boxed<Result<Incoming, Error>> {
        let client = self.client.clone();
        let batch = self.options.batch_size;
        let span = span(operation, client.session());
        let request = async move {
            let shared = client.shared();
            let mut body = Body::new(operation, client.soap());
            body.argument(|n| {
                if n == 0 {
                    Value::Text(&argument)
                } else {
                    Value::Absent
                }
            })?;
            let mut headers = client.headers().clone();
            let options = shared.service.query.and_then(|queries| queries.options);
            if let (Some(rows), Some(table)) = (batch, options) {
                headers.set_number(table, rows.into());
            }
            Incoming::open(
                &shared.settings,
                &shared.session,
                operation,
                &body,
                &headers,
            )
            .await
        };
        Box::pin(
            async move {
                request
                    .await
                    .map_err(|error| error.with_operation(operation.name))
            }
            .instrument(span),
        )
    }
}

impl Reading {
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
        Poll::Ready(Ok(chunk?))
    }
}

/// Locator of the rest, once the answer has told that there is one.
fn locator(answer: &Answer) -> Option<String> {
    let summary = answer.summary()?;
    let field = |name| summary.text(summary.ty().find(name)?).map(str::trim);
    let more = matches!(field("done"), Some("false" | "0"));
    let locator = field("queryLocator").filter(|locator| !locator.is_empty())?;
    more.then(|| locator.to_owned())
}

/// Whether a query selects child rows. Mistaking a semi-join for one costs only speed.
fn has_subquery(soql: &str) -> bool {
    soql.split('(').skip(1).any(|rest| {
        let word = rest.trim_start();
        word.get(..6)
            .is_some_and(|word| word.eq_ignore_ascii_case("select"))
    })
}

impl<V: View> Stream for Records<V> {
    type Item = Result<V, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_row(cx).map(Result::transpose)
    }
}

impl<V> fmt::Debug for Records<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}
