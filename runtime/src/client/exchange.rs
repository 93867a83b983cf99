//! One exchange: a request and its response.

use std::sync::Arc;

use bytes::Bytes;
use tracing::Instrument as _;

use super::call::OperationOutput;
use super::not_soap::not_soap;
use super::redact::Redact;
use super::{Headers, Reply, Session, Settings};
use crate::codec::Attachments;
use crate::error::{Error, ErrorKind};
use crate::leniency::Counts;
use crate::record::Record;
use crate::schema::{Operation, SoapVersion, Type};
use crate::secret::Secret;
use crate::soap::SoapError;
use crate::soap::answer::{Answer, Event};
use crate::soap::multipart::{self, Multipart};
use crate::soap::request::RequestBody;
use crate::transport::error::Sent;
use crate::transport::{self, Request, Response};
use crate::value::{Slot, Struct, Value, same, slot};
use crate::ws::{self, HeaderContext, RawHeader};

/// The response element. Its only field is the result.
#[derive(Clone, Debug)]
struct Unwrapped<T> {
    table: &'static Type,
    value: T,
}

impl<T: OperationOutput> Struct for Unwrapped<T> {
    fn table(&self) -> &'static Type {
        self.table
    }

    fn slot(&mut self, field: u16, nil: bool) -> Slot<'_> {
        match field {
            0 => slot(&mut self.value, nil),
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
        same(self, other)
    }
}

/// Sends a request and reads the whole response.
pub(crate) async fn exchange<T: OperationOutput>(
    settings: &Settings,
    session: &Session,
    operation: &'static Operation,
    body: &RequestBody,
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
            _ => {
                return Err(Error::usage(
                    "the type of the result cannot hold several fields",
                ));
            }
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

/// One span for each call. It contains the operation and the host, and nothing that a user entered.
pub(crate) fn span(operation: &'static Operation, session: &Session) -> tracing::Span {
    tracing::debug_span!("soap", operation = operation.name, host = %session.endpoint.host())
}

/// A response whose status has arrived and whose body is being received.
#[derive(Debug)]
pub(crate) struct Incoming {
    operation: &'static Operation,
    /// The raw headers that say which undeclared headers of the response are understood.
    raw_headers: Vec<Arc<dyn RawHeader>>,
    /// The client's counters of what was forgiven.
    drift: Arc<Counts>,
    response: Response,
    /// The first bytes, which are used to describe a response that is not a SOAP message.
    head: Vec<u8>,
    /// The values that were sent and that no error may contain.
    secrets: Vec<Secret>,
}

const HEAD: usize = 2_048;

impl Incoming {
    /// Sends a request and returns the response once its head has arrived.
    pub(crate) async fn open(
        settings: &Settings,
        session: &Session,
        operation: &'static Operation,
        body: &RequestBody,
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
            drift: Arc::clone(&settings.drift),
            response,
            head: Vec::new(),
            secrets: session.secrets().cloned().collect(),
        })
    }

    /// Returns the reader of the response.
    pub(crate) fn answer(&self, settings: &Settings, known: Vec<&'static Type>) -> Answer {
        let mut answer = Answer::new(self.operation, settings.limits, known)
            .lenient(settings.leniency)
            .speaking(settings.soap, self.raw_headers.clone());
        if let Some(content_type) = &self.response.content_type {
            answer.expect_charset(content_type);
        }
        answer
    }

    /// Takes the body in order to wait for more of it. [`put_body`](Self::put_body) puts it back.
    pub(crate) fn take_body(&mut self) -> transport::Body {
        std::mem::replace(
            &mut self.response.body,
            transport::Body::from_bytes(Bytes::new()),
        )
    }

    pub(crate) fn put_body(&mut self, body: transport::Body) {
        self.response.body = body;
    }

    /// Feeds a chunk to the reader and keeps the first bytes.
    pub(crate) fn feed(&mut self, answer: &mut Answer, chunk: &[u8]) -> Result<(), Error> {
        if multipart::is_multipart(self.response.content_type.as_deref()) {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the response is multipart/related (MTOM), which is not read row by row; ask for it \
                 as a whole",
            )
            .with_sent(Sent::Maybe));
        }
        self.feed_part(answer, chunk)
    }

    fn feed_part(&mut self, answer: &mut Answer, chunk: &[u8]) -> Result<(), Error> {
        let room = HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
        answer
            .feed(chunk)
            .map_err(|error| self.explain(error.into()))
    }

    /// Reads up to the first event: a row, the end, or a fault, which is returned as an error.
    pub(crate) async fn first(&mut self, answer: &mut Answer) -> Result<Event, Error> {
        loop {
            match self.next(answer, None)? {
                Event::More => match self.response.body.chunk().await? {
                    Some(chunk) => self.feed(answer, &chunk)?,
                    None => answer.finish(),
                },
                event => return Ok(event),
            }
        }
    }

    /// Decodes what has arrived. See [`Answer::next`].
    pub(crate) fn next(
        &self,
        answer: &mut Answer,
        target: Option<&mut dyn Struct>,
    ) -> Result<Event, Error> {
        let event = answer.next(target).map_err(|error| {
            let error = match error {
                // The response is SOAP, so its first bytes need not be described.
                SoapError::OtherVersion(_) => self.complete(error.into()),
                error => self.explain(error.into()),
            };
            error.with_headers(answer.take_headers())
        })?;
        self.drift.add(answer.take_drift(), self.operation.name);
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
                    Error::from(error)
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

    /// Whether the response only confirms that the message has arrived. For a one-way message every
    /// response does, and for an operation without output an empty body does. A response with an
    /// envelope may contain a fault, so it does not count.
    fn is_receipt(&self) -> bool {
        let no_output = self.operation.response.fields.is_empty();
        let nothing = self.head.trim_ascii().is_empty();
        self.response.status.is_success()
            && !self.is_xml()
            && (self.operation.has(Operation::ONE_WAY) || no_output && nothing)
    }

    /// Adds to an error of reading the response what is known about the response.
    fn explain(&self, error: Error) -> Error {
        let redact = Redact::new(&self.secrets);
        let error = error.stripped(&|text| redact.strip(text));
        let status = self.response.status;
        let looks_foreign = error.kind() == ErrorKind::Protocol
            || (error.kind() == ErrorKind::Decode && !self.is_xml())
            || (!status.is_success() && status.as_u16() != 500 && error.fault().is_none());
        let error = if looks_foreign {
            not_soap(status, self.response.content_type.as_deref(), &self.head)
                .stripped(&|text| redact.strip(text))
                .with_source(error)
        } else {
            error
        };
        self.complete(error)
    }

    /// Adds to an error what the HTTP head of the response states.
    fn complete(&self, error: Error) -> Error {
        error
            .with_status(self.response.status)
            .with_sent(Sent::Maybe)
            .with_retry_after(self.response.retry_after())
    }

    /// Whether the response may be an envelope, in any encoding.
    fn is_xml(&self) -> bool {
        let head = self
            .head
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(&self.head)
            .trim_ascii_start();
        let letters = head.iter().filter(|b| !matches!(b, 0 | 0xFE | 0xFF));
        let lower: Vec<u8> = letters.take(200).map(u8::to_ascii_lowercase).collect();
        lower.starts_with(b"<")
            && !lower.starts_with(b"<html")
            && !lower.starts_with(b"<!doctype html")
    }
}
