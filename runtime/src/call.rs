//! One call: arguments and headers in, the typed result or an error out.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use tracing::Instrument as _;

use crate::argument::Arg;
use crate::client::{Client, Settings};
use crate::error::{Error, ErrorKind, Sent};
use crate::headers::{self, HeaderOf, Headers};
use crate::record::Record;
use crate::schema::{Operation, SoapVersion, Type};
use crate::session::Session;
use crate::soap::Attachment;
use crate::soap::answer::{Answer, Event};
use crate::soap::multipart::{self, Attachments, Multipart};
use crate::soap::request::Body;
use crate::transport::{self, Request, Response, not_soap};
use crate::value::{FieldValue, Slot, Struct, Tabled, Value};
use crate::ws::{self, HeaderContext, RawHeader};

/// An operation as a type. Implemented by generated code.
pub trait OperationType: Send + Sync + 'static {
    /// What a call gives.
    type Output: Outcome;
    /// The operation's table.
    fn operation() -> &'static Operation;
}

/// What an operation may give: the value of the response's only field, the struct of all its
/// fields, or nothing.
pub trait Outcome: FieldValue + Default + Clone + fmt::Debug + Send + Sync + 'static {}

impl<T: FieldValue + Default + Clone + fmt::Debug + Send + Sync + 'static> Outcome for T {}

/// A call that has not been made yet. Await it for its result.
///
/// ```ignore
/// use enterprise::{Account, AllOrNoneHeader};
///
/// let accounts = [Account::new().with_name("Acme")];
/// let saved = soap.create(&accounts).header(AllOrNoneHeader { all_or_none: true }).await?;
/// assert!(saved[0].success);
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
            body: Ok(Body::new(O::operation(), client.soap())),
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
    /// use enterprise::{Account, AllOrNoneHeader};
    ///
    /// let strict = soap.with(AllOrNoneHeader { all_or_none: true });
    /// let drafts = [Account::new().with_name("Acme"), Account::new().with_name("Globex")];
    /// strict.create(&drafts).without::<AllOrNoneHeader>().await?;
    /// ```
    pub fn without<H: HeaderOf<O>>(mut self) -> Self {
        self.headers.leave_out(H::static_table());
        self
    }

    /// Adds a header that the WSDL does not declare, behind those that it does and those of the
    /// client; see [`ws`](crate::ws).
    pub fn raw_header(mut self, header: impl RawHeader) -> Self {
        self.headers.add_raw(header);
        self
    }

    /// Makes the call and gives the headers of the answer beside the result.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn reply(self) -> Result<Reply<O::Output>, Error> {
        let operation = O::operation();
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
        write!(f, "Call({})", O::operation().name)
    }
}

/// A result and the headers that came with it.
#[derive(Clone, Debug)]
pub struct Reply<T> {
    value: T,
    pub(crate) headers: Vec<Record>,
    attachments: Attachments,
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

    /// The part of a multipart answer that a `cid:` URL names, as a field of the type `swaRef` has
    /// it. What an `xop:Include` stands for (MTOM) is in its field already.
    pub fn attachment(&self, url: &str) -> Option<&Attachment> {
        self.attachments.get(url)
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

    fn equals(&self, other: &dyn Struct) -> bool {
        crate::generated::same(self, other)
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
    let mut value = T::default();
    let span = span(operation, session);
    let read = async {
        let incoming = Incoming::open(settings, session, operation, body, headers);
        let mut incoming = incoming.await?;
        let answer = incoming.answer(settings, Vec::new());
        if operation.response.fields.len() < 2 {
            let table = operation.response;
            let mut target = Unwrapped { table, value };
            let read = incoming.whole(answer, &mut target).await?;
            value = target.value;
            return Ok((value, read));
        }
        let read = match value.slot() {
            Slot::Struct(target) => incoming.whole(answer, target).await?,
            _ => return Err(Error::usage("the result has no place for several fields")),
        };
        Ok((value, read))
    };
    let (value, (headers, attachments)) = read
        .instrument(span)
        .await
        .map_err(|error: Error| error.with_operation(operation.name))?;
    Ok(Reply {
        value,
        headers,
        attachments,
    })
}

/// One span per call. It names the operation and the host, nothing that came from a user.
pub(crate) fn span(operation: &'static Operation, session: &Session) -> tracing::Span {
    tracing::debug_span!("soap", operation = operation.name, host = %session.endpoint.host())
}

/// An answer whose status is known and whose body is on its way.
#[derive(Debug)]
pub(crate) struct Incoming {
    operation: &'static Operation,
    /// Those that understand headers which the WSDL does not declare.
    raw_headers: Vec<Arc<dyn RawHeader>>,
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
        let raw_headers = headers.raw().to_vec();
        let headers = headers.write(operation, session, settings.session_header)?;
        let context = HeaderContext {
            soap: settings.soap,
            operation: operation.name,
            action: operation.action,
            endpoint: &session.endpoint,
        };
        let raw = raw_headers
            .iter()
            .map(|header| ws::written(&**header, &context));
        let raw = raw.collect::<Result<Vec<_>, _>>()?;
        let envelope = Bytes::from(body.envelope(settings.soap, &headers, &raw));
        tracing::debug!(bytes = envelope.len(), "request");
        let mut request = Request::new(
            session.endpoint.clone(),
            operation.name,
            operation.action,
            envelope,
        )?;
        if settings.soap == SoapVersion::V1_2 {
            request = request.soap_1_2();
        }
        let response = settings.transport.send(request).await?;
        tracing::debug!(status = response.status.as_u16(), "answer");
        Ok(Self {
            operation,
            raw_headers,
            response,
            head: Vec::new(),
        })
    }

    /// Reads the answer from its first byte.
    pub(crate) fn answer(&self, settings: &Settings, known: Vec<&'static Type>) -> Answer {
        Answer::new(self.operation, settings.limits, known)
            .speaking(settings.soap, self.raw_headers.clone())
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
        if multipart::is_multipart(self.response.content_type.as_deref()) {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the answer is multipart/related (MTOM), which is not read row by row; ask for it \
                 as a whole",
            )
            .with_sent(Sent::Maybe));
        }
        self.feed_part(answer, chunk)
    }

    fn feed_part(&mut self, answer: &mut Answer, chunk: &[u8]) -> Result<(), Error> {
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
    ) -> Result<(Vec<Record>, Attachments), Error> {
        let mut attachments = Attachments::default();
        let content_type = self.response.content_type.clone();
        if let Some(media) = content_type.filter(|media| multipart::is_multipart(Some(media))) {
            let body = std::mem::replace(&mut self.response.body, transport::Body::from_bytes(""));
            let limit = answer.limits().body;
            let parts =
                Multipart::parse(&media, &body.collect(limit).await?.into()).map_err(|error| {
                    error
                        .with_status(self.response.status)
                        .with_sent(Sent::Maybe)
                })?;
            attachments = parts.attachments;
            answer.attach(attachments.clone());
            self.feed_part(&mut answer, &parts.root)?;
        }
        while let Some(chunk) = self.response.body.chunk().await? {
            self.feed_part(&mut answer, &chunk)?;
        }
        if self.is_receipt() {
            return Ok((Vec::new(), attachments));
        }
        answer.finish();
        self.next(&mut answer, Some(target))?;
        Ok((answer.take_headers(), attachments))
    }

    /// Whether all that came says that a one-way message has arrived. If an envelope came, it may
    /// hold a fault.
    fn is_receipt(&self) -> bool {
        self.operation.has(Operation::ONE_WAY)
            && self.response.status.is_success()
            && !self.is_xml()
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
