//! One exchange: a request out, its answer in.

use std::sync::Arc;

use bytes::Bytes;
use tracing::Instrument as _;

use super::call::OperationOutput;
use super::headers::check_without_tls;
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

/// The response element, unwrapped into the value of its only field.
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

/// Sends a request and reads the whole answer.
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
    /// Where the client counts what is forgiven.
    drift: Arc<Counts>,
    response: Response,
    /// The first bytes, to say what came if it is no SOAP message.
    head: Vec<u8>,
    /// What was sent and must not come back in an error.
    secrets: Vec<Secret>,
}

const HEAD: usize = 2_048;

impl Incoming {
    /// Sends a request; gives the answer once its head is there.
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
        check_without_tls(&session.endpoint, &headers, &raw)?;
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

    /// Reads the answer from its first byte.
    pub(crate) fn answer(&self, settings: &Settings, known: Vec<&'static Type>) -> Answer {
        let mut answer = Answer::new(self.operation, settings.limits, known)
            .lenient(settings.leniency)
            .speaking(settings.soap, self.raw_headers.clone());
        if let Some(content_type) = &self.response.content_type {
            answer.expect_charset(content_type);
        }
        answer
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
        answer
            .feed(chunk)
            .map_err(|error| self.explain(error.into()))
    }

    /// Reads up to the first event: a row, the end, or a fault as an error.
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

    /// Decodes what is there; see [`Answer::next`].
    pub(crate) fn next(
        &self,
        answer: &mut Answer,
        target: Option<&mut dyn Struct>,
    ) -> Result<Event, Error> {
        let event = answer.next(target);
        self.drift.add(answer.take_drift(), self.operation.name);
        let event = event.map_err(|error| {
            let error = match error {
                // It is SOAP, so that what came need not be described.
                SoapError::OtherVersion(_) => self.complete(error.into()),
                error => self.explain(error.into()),
            };
            let error = match error.is_decode() {
                true => error.with_answer(self.redacted(answer)),
                false => error,
            };
            error.with_headers(answer.take_headers())
        })?;
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

    /// Whether all that came says that the message has arrived: anything for a one-way message, and
    /// an empty body for an operation without output. If an envelope came, it may hold a fault.
    fn is_receipt(&self) -> bool {
        let no_output = self.operation.response.fields.is_empty();
        let nothing = self.head.trim_ascii().is_empty();
        self.response.status.is_success()
            && !self.is_xml()
            && (self.operation.has(Operation::ONE_WAY) || no_output && nothing)
    }

    /// Adds what is known of the answer to an error of reading it.
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

    /// The text of the answer without what was sent as a secret, up to the limit.
    fn redacted(&self, answer: &Answer) -> String {
        let redact = Redact::new(&self.secrets);
        let stripped = redact.strip(answer.text());
        let text = stripped.as_deref().unwrap_or(answer.text());
        let mut end = text.len().min(answer.limits().error_answer);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text[..end].to_owned()
    }

    /// Adds what HTTP tells of the answer to an error.
    fn complete(&self, error: Error) -> Error {
        error
            .with_status(self.response.status)
            .with_sent(Sent::Maybe)
            .with_retry_after(self.response.retry_after())
    }

    /// Whether what came may be an envelope, in whatever encoding.
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
