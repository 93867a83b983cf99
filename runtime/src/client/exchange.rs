//! One exchange: a request and its response.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tracing::Instrument as _;

use super::call::OperationOutput;
use super::headers::check_without_tls;
use super::not_soap::not_soap;
use super::redact::Confidential;
use super::wire_log::WireResponse;
use super::{CallTrace, Deadline, Headers, Reply, Session, Settings};
use crate::codec::Attachments;
use crate::drift::{DifferenceKind, Noted, Registry};
use crate::error::{Error, ErrorKind};
use crate::record::Record;
use crate::schema::{Field, Kind, Operation, SoapVersion, Type};
use crate::soap::SoapError;
use crate::soap::header::Understood;
use crate::soap::multipart::{self, Multipart};
use crate::soap::reader::{Event, MessageReader};
use crate::soap::request::RequestBody;
use crate::transport::error::Sent;
use crate::transport::{self, Request, Response};
use crate::value::{Slot, Struct, Unwrapped, Value};
use crate::ws::{self, HeaderContext, RawHeader};

/// One attempt of a call, with its session and its deadline.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) session: Arc<Session>,
    pub(crate) deadline: Deadline,
    pub(crate) trace: Arc<CallTrace>,
}

/// Sends a request and reads the whole response.
pub(crate) async fn exchange<T: OperationOutput>(
    settings: &Settings,
    attempt: &Attempt,
    operation: &'static Operation,
    body: &RequestBody,
    headers: &Headers,
    known: &[&'static Type],
) -> Result<Reply<T>, Error> {
    let mut value = T::default();
    let read = async {
        let incoming = Incoming::open(settings, attempt, operation, body, headers);
        let mut incoming = incoming.await?;
        let mut reader = incoming.reader(settings, known.to_vec());
        reader.until(attempt.deadline.for_work());
        let attachments = incoming.whole(&mut reader).await?;
        if operation.response.fields().len() < 2 {
            let table = operation.response;
            let mut target = Unwrapped { table, value };
            let headers = incoming.read(reader, &mut target)?;
            value = target.value;
            return Ok((value, headers, attachments));
        }
        let headers = match value.slot() {
            Slot::Struct(target) => incoming.read(reader, target)?,
            _ => {
                return Err(Error::usage(
                    "the type of the result cannot hold several fields",
                ));
            }
        };
        Ok((value, headers, attachments))
    };
    let read = read.instrument(attempt.trace.span()).await;
    let (value, headers, attachments) =
        read.map_err(|error: Error| error.with_operation(operation.name))?;
    if let Some(rows) = rows_of(operation, &value) {
        attempt.trace.rows(rows);
    }
    Ok(Reply {
        value,
        headers,
        attachments,
    })
}

/// The number of rows in a result: the results of a write call, or the rows of a query. Other
/// results have no rows.
fn rows_of<T: OperationOutput>(operation: &Operation, value: &T) -> Option<usize> {
    let present = |value: &Value<'_>| !matches!(value, Value::Absent);
    let result = operation.response.field(0)?;
    if result.has(Field::REPEATED) {
        return Some((0..).map(|n| value.value(n)).take_while(present).count());
    }
    let Value::Struct(result) = value.value(0) else {
        return None;
    };
    let is_rows = |field: &Field| field.kind == Kind::Record && field.has(Field::REPEATED);
    let records = result.table().fields().iter().position(is_rows)?;
    let records = u16::try_from(records).ok()?;
    let rows = (0..).map(|n| result.value(records, n));
    Some(rows.take_while(present).count())
}

/// A response whose status has arrived and whose body is being received.
#[derive(Debug)]
pub(crate) struct Incoming {
    operation: &'static Operation,
    /// The raw headers that say which undeclared headers of the response are understood.
    raw_headers: Vec<Arc<dyn RawHeader>>,
    /// The client's differences to the WSDL.
    drift: Arc<Registry>,
    response: Response,
    /// The first bytes, which are used to describe a response that is not a SOAP message.
    head: Vec<u8>,
    /// Whether the media type is not one of XML, which is an error unless it is forgiven.
    foreign_media: bool,
    forgives_media: bool,
    /// The secrets of the request, which no error may repeat.
    confidential: Confidential,
    longest_retry_after: Duration,
    wire: Option<WireResponse>,
    pub(crate) trace: Arc<CallTrace>,
}

const HEAD: usize = 2_048;

/// The beginning of a text, of at most so many bytes.
fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether a media type says that a body is not XML.
fn is_foreign(content_type: Option<&str>) -> bool {
    let media = content_type.and_then(|text| text.split(';').next());
    media.is_some_and(|media| {
        let media = media.trim().to_ascii_lowercase();
        let is_xml = ["text/xml", "application/xml"].contains(&&*media) || media.ends_with("+xml");
        !is_xml && media != "multipart/related"
    })
}

impl Incoming {
    /// Sends a request and returns the response once its head has arrived.
    pub(crate) async fn open(
        settings: &Settings,
        attempt: &Attempt,
        operation: &'static Operation,
        body: &RequestBody,
        headers: &Headers,
    ) -> Result<Self, Error> {
        let (session, trace) = (&attempt.session, &attempt.trace);
        let raw_headers = headers.raw().to_vec();
        let headers = headers.write(operation, session, settings.session_header)?;
        let context = HeaderContext {
            soap: settings.soap,
            operation: operation.name,
            action: operation.action,
            endpoint: &session.endpoint,
        };
        let known = session.secrets().chain(settings.transport.secrets());
        let mut confidential = Confidential::new(known.cloned().collect());
        let marked = headers.iter().flat_map(|header| header.sensitive());
        for xml in marked.chain(body.sensitive()) {
            confidential.add_values(xml);
        }
        let mut raw = Vec::new();
        for header in &raw_headers {
            let xml = ws::written(&**header, &context)?;
            if header.is_secret() {
                confidential.add_values(&xml);
            }
            raw.push(xml);
        }
        check_without_tls(&session.endpoint, &headers, &raw)?;
        let envelope = Bytes::from(body.envelope(settings.soap, &headers, &raw));
        confidential.sent(envelope.clone());
        trace.attempt(&session.endpoint, envelope.len());
        let endpoint = &session.endpoint;
        if let Some(log) = &settings.wire_log {
            log.request(operation.name, endpoint, &envelope, &confidential);
        }
        let mut request = Request::new(
            session.endpoint.clone(),
            operation.name,
            operation.action,
            envelope,
        )?;
        if settings.soap == SoapVersion::V1_2 {
            request = request.soap_1_2();
        }
        let response = settings.transport.send(request).await;
        let response = response.map_err(|error| confidential.clean(error.into()))?;
        trace.answered(response.status);
        let wire = settings.wire_log.as_ref().map(|log| {
            let confidential = confidential.clone();
            log.response(
                operation.name,
                endpoint.clone(),
                response.status,
                confidential,
            )
        });
        Ok(Self {
            operation,
            raw_headers,
            drift: Arc::clone(&settings.drift),
            foreign_media: is_foreign(response.content_type.as_deref()),
            forgives_media: settings.leniency.media_types,
            response,
            head: Vec::new(),
            confidential,
            longest_retry_after: settings.longest_retry_after,
            wire,
            trace: Arc::clone(trace),
        })
    }

    /// Returns the reader of the response.
    pub(crate) fn reader(&self, settings: &Settings, known: Vec<&'static Type>) -> MessageReader {
        let mut reader = MessageReader::of_response(self.operation, settings.limits, known)
            .lenient(settings.leniency)
            .speaking(settings.soap, Understood::of_raw(self.raw_headers.clone()));
        if let Some(content_type) = &self.response.content_type {
            reader.expect_charset(content_type);
        }
        reader
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
    pub(crate) fn feed(&mut self, reader: &mut MessageReader, chunk: &[u8]) -> Result<(), Error> {
        if multipart::is_multipart(self.response.content_type.as_deref()) {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the response is multipart/related (MTOM), which cannot be read row by row; call the \
                 operation itself instead",
            )
            .with_sent(Sent::Maybe));
        }
        self.feed_part(reader, chunk)
    }

    fn feed_part(&mut self, reader: &mut MessageReader, chunk: &[u8]) -> Result<(), Error> {
        let room = HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
        self.trace.received(chunk.len());
        if let Some(wire) = &mut self.wire {
            wire.feed(chunk);
        }
        reader
            .feed(chunk)
            .map_err(|error| self.explain(error.into()))
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let chunk = self.response.body.chunk().await;
        chunk.map_err(|error| self.clean(error.into()))
    }

    /// Removes the secrets of the request from an error.
    pub(crate) fn clean(&self, error: Error) -> Error {
        self.confidential.clean(error)
    }

    /// Reads up to the first event: a row, the end, or a fault as an error.
    pub(crate) async fn first(&mut self, reader: &mut MessageReader) -> Result<Event, Error> {
        loop {
            match self.next(reader, None)? {
                Event::More => match self.chunk().await? {
                    Some(chunk) => self.feed(reader, &chunk)?,
                    None => reader.finish(),
                },
                event => return Ok(event),
            }
        }
    }

    /// Decodes what has arrived. See [`MessageReader::next`].
    pub(crate) fn next(
        &self,
        reader: &mut MessageReader,
        target: Option<&mut dyn Struct>,
    ) -> Result<Event, Error> {
        let event = reader.next(target);
        if let Some(noted) = reader.take_drift() {
            self.drift.add(noted, self.operation.name);
        }
        let event = event.map_err(|error| {
            let error = match error {
                // The response is SOAP, so its first bytes need not be described.
                SoapError::OtherVersion(_) => self.complete(error.into()),
                error => self.explain(error.into()),
            };
            let error = match error.is_decode() {
                true => error.with_response(self.redacted(reader)),
                false => error,
            };
            error.with_headers(reader.take_headers())
        })?;
        if self.foreign_media && !matches!(event, Event::More) {
            if !self.forgives_media {
                let message = "the response is SOAP, but its Content-Type says that it is not; to \
                               accept it, set Leniency::media_types";
                return Err(self.complete(Error::new(ErrorKind::Protocol, message)));
            }
            if matches!(event, Event::Done) {
                let mut noted = Noted::default();
                noted.add(DifferenceKind::MediaType, "", "");
                self.drift.add(noted, self.operation.name);
            }
        }
        if matches!(event, Event::Done) && !self.response.status.is_success() {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the service answered with an error status but without a fault",
            )
            .with_status(self.response.status)
            .with_sent(Sent::Maybe)
            .with_retry_after(self.response.retry_after(self.longest_retry_after))
            .with_headers(reader.take_headers()));
        }
        Ok(event)
    }

    /// Receives the whole response.
    async fn whole(&mut self, reader: &mut MessageReader) -> Result<Attachments, Error> {
        let mut attachments = Attachments::default();
        let content_type = self.response.content_type.clone();
        if let Some(media) = content_type.filter(|media| multipart::is_multipart(Some(media))) {
            let body = std::mem::replace(&mut self.response.body, transport::Body::from_bytes(""));
            let limit = reader.limits().body;
            let body = body.collect(limit).await;
            let body = body.map_err(|error| self.clean(error.into()))?;
            let parts = Multipart::parse(&media, &body.into())
                .map_err(|error| self.complete(self.clean(error.into())))?;
            attachments = parts.attachments;
            reader.attach(attachments.clone());
            self.feed_part(reader, &parts.root)?;
        }
        while let Some(chunk) = self.chunk().await? {
            self.feed_part(reader, &chunk)?;
        }
        Ok(attachments)
    }

    /// Reads a response that was received as a whole, and returns its headers.
    fn read(
        &self,
        mut reader: MessageReader,
        target: &mut dyn Struct,
    ) -> Result<Vec<Record>, Error> {
        if self.is_receipt() {
            return Ok(Vec::new());
        }
        reader.finish();
        self.next(&mut reader, Some(target))?;
        Ok(reader.take_headers())
    }

    /// Whether the response only confirms that the message has arrived. For a one-way message every
    /// response does, and for an operation without output an empty body does. A response with an
    /// envelope may contain a fault, so it does not count.
    fn is_receipt(&self) -> bool {
        let no_output = self.operation.response.fields().is_empty();
        let nothing = self.head.trim_ascii().is_empty();
        self.response.status.is_success()
            && !self.is_xml()
            && (self.operation.has(Operation::ONE_WAY) || no_output && nothing)
    }

    /// Adds to an error of reading the response what is known about the response.
    fn explain(&self, error: Error) -> Error {
        let redact = self.confidential.redact();
        let error = redact.clean(error);
        let status = self.response.status;
        let looks_foreign = error.kind() != ErrorKind::Timeout
            && (error.kind() == ErrorKind::Protocol
                || (error.kind() == ErrorKind::Decode && !self.is_xml())
                || (!status.is_success() && status.as_u16() != 500 && error.fault().is_none()));
        let error = if looks_foreign {
            let media = self.response.content_type.as_deref();
            redact
                .clean(not_soap(status, media, &self.head))
                .with_source(error)
        } else {
            error
        };
        self.complete(error)
    }

    /// The text of the response without the secrets of the request, up to the limit.
    fn redacted(&self, reader: &MessageReader) -> String {
        let most = reader.limits().error_response;
        // A secret at the limit is searched for as a whole. What follows it is not looked at.
        let text = cut(reader.text(), most.saturating_add(64 << 10));
        let stripped = self.confidential.redact().strip(text);
        cut(stripped.as_deref().unwrap_or(text), most).to_owned()
    }

    /// Adds the HTTP status and the pause that the response asks for to an error.
    fn complete(&self, error: Error) -> Error {
        error
            .with_status(self.response.status)
            .with_sent(Sent::Maybe)
            .with_retry_after(self.response.retry_after(self.longest_retry_after))
    }

    /// Whether the response may be an envelope, in any encoding.
    fn is_xml(&self) -> bool {
        let head = self
            .head
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(&self.head)
            .trim_ascii_start();
        let letters = head.iter().filter(|b| !matches!(b, 0 | 0xFE | 0xFF));
        let letters = letters.take("<!doctype html".len());
        let lower: Vec<u8> = letters.map(u8::to_ascii_lowercase).collect();
        lower.starts_with(b"<")
            && !lower.starts_with(b"<html")
            && !lower.starts_with(b"<!doctype html")
    }
}
