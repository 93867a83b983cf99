//! One call: arguments and headers in, the typed result or an error out.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;

use bytes::Bytes;
use tracing::Instrument as _;

use crate::client::{Client, Settings};
use crate::error::{Error, ErrorKind, Sent};
use crate::headers::{self, HeaderOf, Headers};
use crate::record::Record;
use crate::schema::{Operation, Type};
use crate::session::Session;
use crate::soap::answer::{Answer, Event};
use crate::soap::request::Body;
use crate::transport::{self, Request, Response, not_soap};
use crate::value::{FieldValue, Slot, Struct, Tabled, Value};
use crate::view::View;

/// An operation as a type. Implemented by generated code.
pub trait OperationType: Send + Sync + 'static {
    /// What a call gives.
    type Output: Outcome;
    /// The operation's table.
    const OPERATION: &'static Operation;
}

/// What an operation may give: the value of the response's only field, or nothing.
pub trait Outcome: FieldValue + Default + Clone + fmt::Debug + Send + Sync + 'static {}

impl<T: FieldValue + Default + Clone + fmt::Debug + Send + Sync + 'static> Outcome for T {}

/// A call that has not been made yet. Await it for its result.
///
/// ```ignore
/// let saved = soap.create(&accounts).header(AllOrNoneHeader { all_or_none: true }).await?;
/// ```
#[must_use = "a call is made when it is awaited"]
pub struct Call<'c, O> {
    client: &'c Client,
    body: Result<Body, Error>,
    headers: Headers,
    operation: PhantomData<O>,
}

impl<'c, O: OperationType> Call<'c, O> {
    pub(crate) fn new(client: &'c Client) -> Self {
        Self {
            client,
            body: Ok(Body::new(O::OPERATION)),
            headers: client.headers().clone(),
            operation: PhantomData,
        }
    }

    /// A call whose arguments are written already.
    pub(crate) fn of(client: &'c Client, body: Body, headers: Headers) -> Self {
        Self {
            client,
            body: Ok(body),
            headers,
            operation: PhantomData,
        }
    }

    /// The next argument. For generated code.
    #[doc(hidden)]
    pub fn arg(mut self, argument: impl Arg) -> Self {
        if let Ok(body) = &mut self.body
            && let Err(error) = argument.write(body)
        {
            self.body = Err(error);
        }
        self
    }

    /// Adds a header to this call; it takes the place of one of the same type that the call or
    /// the client already has.
    pub fn header<H: HeaderOf<O>>(mut self, header: H) -> Self {
        self.headers.set(header);
        self
    }

    /// Makes this call without a header that the client would add to it.
    ///
    /// ```ignore
    /// let strict = soap.with(AllOrNoneHeader { all_or_none: true });
    /// strict.create(&drafts).without::<AllOrNoneHeader>().await?;
    /// ```
    pub fn without<H: HeaderOf<O>>(mut self) -> Self {
        self.headers.leave_out(H::TABLE);
        self
    }

    /// Makes the call and gives the headers of the answer beside the result.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn reply(self) -> Result<Reply<O::Output>, Error> {
        let operation = O::OPERATION;
        let body = self
            .body
            .map_err(|error| error.with_operation(operation.name))?;
        let shared = self.client.shared();
        let reply = exchange(
            &shared.settings,
            &shared.session,
            operation,
            &body,
            &self.headers,
        )
        .await;
        self.client.note(match &reply {
            Ok(reply) => &reply.headers,
            Err(error) => error.headers(),
        });
        reply
    }
}

impl<'c, O: OperationType> IntoFuture for Call<'c, O> {
    type Output = Result<O::Output, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.reply().await.map(|reply| reply.value) })
    }
}

impl<O: OperationType> fmt::Debug for Call<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Arguments may hold passwords and personal data.
        write!(f, "Call({})", O::OPERATION.name)
    }
}

/// A result and the headers that came with it.
#[derive(Clone, Debug)]
pub struct Reply<T> {
    value: T,
    pub(crate) headers: Vec<Record>,
}

impl<T> Reply<T> {
    /// The result.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The result alone.
    pub fn into_value(self) -> T {
        self.value
    }

    /// A header of the answer, if it came.
    ///
    /// # Errors
    ///
    /// If it came but cannot be read.
    pub fn header<H: Tabled>(&self) -> Result<Option<H>, Error> {
        headers::find(&self.headers)
    }
}

/// Something that an argument may be made of.
#[doc(hidden)]
pub trait Arg {
    /// Writes it as the next argument.
    fn write(&self, body: &mut Body) -> Result<(), Error>;
}

/// Strings of a repeated argument.
#[doc(hidden)]
#[derive(Debug)]
pub struct Texts<'a, S>(pub &'a [S]);

/// Records of a repeated argument.
#[doc(hidden)]
#[derive(Debug)]
pub struct Views<'a, V>(pub &'a [V]);

/// A record argument.
#[doc(hidden)]
#[derive(Debug)]
pub struct OneView<'a, V>(pub &'a V);

impl Arg for &str {
    fn write(&self, body: &mut Body) -> Result<(), Error> {
        body.argument(|n| {
            if n == 0 {
                Value::Text(self)
            } else {
                Value::Absent
            }
        })
    }
}

impl<T: FieldValue> Arg for &T {
    fn write(&self, body: &mut Body) -> Result<(), Error> {
        body.argument(|n| self.value(n))
    }
}

impl<T: FieldValue> Arg for &[T] {
    fn write(&self, body: &mut Body) -> Result<(), Error> {
        body.argument(|n| self.get(n).map_or(Value::Absent, |item| item.value(0)))
    }
}

impl<S: AsRef<str>> Arg for Texts<'_, S> {
    fn write(&self, body: &mut Body) -> Result<(), Error> {
        body.argument(|n| {
            self.0
                .get(n)
                .map_or(Value::Absent, |text| Value::Text(text.as_ref()))
        })
    }
}

impl<V: View> Arg for Views<'_, V> {
    fn write(&self, body: &mut Body) -> Result<(), Error> {
        let records = |n: usize| self.0.get(n).map(|view| Value::Record(view.as_record()));
        body.argument(|n| records(n).unwrap_or(Value::Absent))
    }
}

impl<V: View> Arg for OneView<'_, V> {
    fn write(&self, body: &mut Body) -> Result<(), Error> {
        body.argument(|n| {
            if n == 0 {
                Value::Record(self.0.as_record())
            } else {
                Value::Absent
            }
        })
    }
}

impl<A: Arg> Arg for Option<A> {
    fn write(&self, body: &mut Body) -> Result<(), Error> {
        match self {
            Some(argument) => argument.write(body),
            None => body.argument(|_| Value::Absent),
        }
    }
}

macro_rules! by_value {
    ($($ty:ty),*) => {
        $(
            impl Arg for $ty {
                fn write(&self, body: &mut Body) -> Result<(), Error> {
                    body.argument(|n| self.value(n))
                }
            }
        )*
    };
}

by_value!(
    bool,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    f32,
    f64,
    crate::Id,
    jiff::Timestamp,
    jiff::civil::Date,
    jiff::civil::Time
);

/// The response element, unwrapped into the value of its only field.
#[derive(Clone, Debug)]
struct Unwrapped<T> {
    table: &'static Type,
    value: T,
}

impl<T: Outcome> Struct for Unwrapped<T> {
    fn table(&self) -> &'static Type {
        self.table
    }

    fn slot(&mut self, field: u16, nil: bool) -> Slot<'_> {
        match field {
            0 => crate::generated::slot(&mut self.value, nil),
            _ => Slot::None,
        }
    }

    fn value(&self, field: u16, n: usize) -> Value<'_> {
        if field == 0 {
            self.value.value(n)
        } else {
            Value::Absent
        }
    }

    fn boxed(&self) -> Box<dyn Struct> {
        Box::new(self.clone())
    }
}

/// Sends a request and reads the whole answer.
pub(crate) async fn exchange<T: Outcome>(
    settings: &Settings,
    session: &Session,
    operation: &'static Operation,
    body: &Body,
    headers: &Headers,
) -> Result<Reply<T>, Error> {
    let mut target = Unwrapped {
        table: operation.response,
        value: T::default(),
    };
    let span = span(operation, session);
    let read = async {
        let mut incoming = Incoming::open(settings, session, operation, body, headers).await?;
        let answer = Answer::new(operation, settings.limits, Vec::new());
        incoming.whole(answer, &mut target).await
    };
    let headers = read
        .instrument(span)
        .await
        .map_err(|error| error.with_operation(operation.name))?;
    Ok(Reply {
        value: target.value,
        headers,
    })
}

/// One span per call. It names the operation and the host, nothing that came from a user.
pub(crate) fn span(operation: &'static Operation, session: &Session) -> tracing::Span {
    tracing::debug_span!("soap", operation = operation.name, host = %session.endpoint.host())
}

/// An answer whose status is known and whose body is on its way.
#[derive(Debug)]
pub(crate) struct Incoming {
    response: Response,
    /// The first bytes, to say what came if it is no SOAP message.
    head: Vec<u8>,
}

const HEAD: usize = 2_048;

impl Incoming {
    /// Sends a request; gives the answer once its head is there.
    pub(crate) async fn open(
        settings: &Settings,
        session: &Session,
        operation: &'static Operation,
        body: &Body,
        headers: &Headers,
    ) -> Result<Self, Error> {
        let headers = headers.write(operation, session, settings.session_header)?;
        let envelope = Bytes::from(body.envelope(&headers));
        tracing::debug!(bytes = envelope.len(), "request");
        let request = Request::new(
            session.endpoint.clone(),
            operation.name,
            operation.action,
            envelope,
        )?;
        let response = settings.transport.send(request).await?;
        tracing::debug!(status = response.status.as_u16(), "answer");
        Ok(Self {
            response,
            head: Vec::new(),
        })
    }

    /// Takes the body out, to wait for more of it; it is to be [put back](Self::put_body).
    pub(crate) fn take_body(&mut self) -> transport::Body {
        std::mem::replace(
            &mut self.response.body,
            transport::Body::from_bytes(Bytes::new()),
        )
    }

    pub(crate) fn put_body(&mut self, body: transport::Body) {
        self.response.body = body;
    }

    /// Notes the first bytes on their way to the answer.
    pub(crate) fn feed(&mut self, answer: &mut Answer, chunk: &[u8]) -> Result<(), Error> {
        let room = HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
        answer.feed(chunk).map_err(|error| self.explain(error))
    }

    /// Decodes what is there; see [`Answer::next`].
    pub(crate) fn next(
        &self,
        answer: &mut Answer,
        target: Option<&mut dyn Struct>,
    ) -> Result<Event, Error> {
        let event = answer
            .next(target)
            .map_err(|error| self.explain(error).with_headers(answer.take_headers()))?;
        if matches!(event, Event::Done) && !self.response.status.is_success() {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the service answered with an error status but without a fault",
            )
            .with_status(self.response.status)
            .with_sent(Sent::Maybe)
            .with_retry_after(self.response.retry_after())
            .with_headers(answer.take_headers()));
        }
        Ok(event)
    }

    async fn whole(
        &mut self,
        mut answer: Answer,
        target: &mut dyn Struct,
    ) -> Result<Vec<Record>, Error> {
        while let Some(chunk) = self.response.body.chunk().await? {
            self.feed(&mut answer, &chunk)?;
        }
        answer.finish();
        self.next(&mut answer, Some(target))?;
        Ok(answer.take_headers())
    }

    /// Adds what is known of the answer to an error of reading it.
    fn explain(&self, error: Error) -> Error {
        let status = self.response.status;
        let looks_foreign = error.kind() == ErrorKind::Protocol
            || (error.kind() == ErrorKind::Decode && !self.is_xml())
            || (!status.is_success() && status.as_u16() != 500 && error.fault().is_none());
        let error = if looks_foreign {
            not_soap(status, self.response.content_type.as_deref(), &self.head).with_source(error)
        } else {
            error
        };
        error
            .with_status(status)
            .with_sent(Sent::Maybe)
            .with_retry_after(self.response.retry_after())
    }

    fn is_xml(&self) -> bool {
        let head = self
            .head
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(&self.head)
            .trim_ascii_start();
        let lower: Vec<u8> = head.iter().take(200).map(u8::to_ascii_lowercase).collect();
        lower.starts_with(b"<")
            && !lower.starts_with(b"<html")
            && !lower.starts_with(b"<!doctype html")
    }
}
