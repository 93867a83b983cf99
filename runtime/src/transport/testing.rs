//! A transport that answers from memory, for tests of code that calls a service.
//!
//! ```
//! use saponify::transport::testing::Scripted;
//!
//! let transport = Scripted::new()
//!     .answer("<Envelope>…</Envelope>")
//!     .expect("create", |request| {
//!         assert!(request.body().contains("Account"));
//!         "<Envelope>…</Envelope>"
//!     });
//! // Give a clone to the client under test, then look at what it sent.
//! assert_eq!(transport.clone().requests().len(), 0);
//! assert_eq!(transport.unused(), 2);
//! ```

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::StatusCode;

use super::error::{Sent, TransportError, TransportErrorKind};
use super::{Body, Exchange, FORM, Request, Response, Transport};
use crate::endpoint::Endpoint;
use crate::secret::mask_form;
use crate::xml::mask::mask;

/// A [`Transport`] that returns queued responses in order and records the requests.
///
/// This is a handle, and clones share the queue and the record. Keep a clone to read
/// [`requests`](Scripted::requests) after the client under test has taken the other one. A request
/// for which no response is queued fails with a usage error.
#[derive(Clone, Default)]
pub struct Scripted(Arc<Mutex<Script>>);

type Handler = Box<dyn FnMut(&Recorded) -> Answer + Send>;

#[derive(Default)]
struct Script {
    expected: VecDeque<Expected>,
    otherwise: Option<Handler>,
    requests: Vec<Recorded>,
}

struct Expected {
    /// The operation that must be called, if that is checked.
    operation: Option<String>,
    handler: Handler,
}

impl Scripted {
    /// A transport without any responses.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Queues a response to the next request, whatever the request is. A text stands for `200 OK`
    /// with that XML.
    pub fn answer(self, answer: impl Into<Answer>) -> Self {
        self.push(None, once(answer.into()))
    }

    /// Queues a response with a status and a media type, such as a fault (500) or an HTML page.
    pub fn answer_with(
        self,
        status: u16,
        content_type: impl Into<String>,
        body: impl Into<Bytes>,
    ) -> Self {
        self.answer(Answer::new(status, content_type, body))
    }

    /// Queues a response that arrives in these chunks.
    pub fn answer_chunks<C: Into<Bytes>>(self, chunks: impl IntoIterator<Item = C>) -> Self {
        self.answer(Answer::chunks(chunks))
    }

    /// Queues a failure.
    pub fn fail(self, failure: Failure) -> Self {
        self.answer(Answer::fail(failure))
    }

    /// Queues a response that is computed from the request, which must be a call of `operation`. A
    /// call of another operation fails with a usage error.
    pub fn expect<A: Into<Answer>>(
        self,
        operation: impl Into<String>,
        mut answer: impl FnMut(&Recorded) -> A + Send + 'static,
    ) -> Self {
        self.push(
            Some(operation.into()),
            Box::new(move |request| answer(request).into()),
        )
    }

    /// Answers every request for which no response is queued.
    pub fn otherwise<A: Into<Answer>>(
        self,
        mut answer: impl FnMut(&Recorded) -> A + Send + 'static,
    ) -> Self {
        self.lock().otherwise = Some(Box::new(move |request| answer(request).into()));
        self
    }

    /// The requests so far, in order, with passwords, session ids and other secrets replaced by
    /// `***`. In forms, all fields but the public ones of OAuth are replaced.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        let mut requests = self.requests_with_secrets();
        for request in &mut requests {
            request.body = match request.content_type.as_str() {
                FORM => mask_form(&request.body),
                _ => mask(&request.body, false),
            };
        }
        requests
    }

    /// The requests so far, unchanged. This is for tests of the session itself; do not print them.
    #[must_use]
    pub fn requests_with_secrets(&self) -> Vec<Recorded> {
        self.lock().requests.clone()
    }

    /// The number of queued responses that were not used.
    #[must_use]
    pub fn unused(&self) -> usize {
        self.lock().expected.len()
    }

    fn push(self, operation: Option<String>, handler: Handler) -> Self {
        self.lock()
            .expected
            .push_back(Expected { operation, handler });
        self
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        // A closure of a test that panicked has already made that test fail.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, request: &Request) -> Result<Answer, TransportError> {
        let recorded = Recorded {
            operation: request.operation,
            action: request.action,
            content_type: request.content_type.clone().into_owned(),
            endpoint: request.endpoint.clone(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
        };
        let operation = recorded.operation;
        let number = {
            let mut script = self.lock();
            script.requests.push(recorded.clone());
            script.requests.len()
        };
        let step = self.lock().expected.pop_front();
        // The closures run without the lock, so they may use the handle.
        match step {
            Some(Expected {
                operation: Some(expected),
                ..
            }) if expected != operation => Err(TransportError::usage(format!(
                "the script expects a call of {expected} as request {number}, but found a call \
                     of {operation}"
            ))),
            Some(mut step) => Ok((step.handler)(&recorded)),
            None => {
                let taken = self.lock().otherwise.take();
                let Some(mut handler) = taken else {
                    return Err(TransportError::usage(format!(
                        "the script has no response left for request {number}, a call of {operation}"
                    )));
                };
                let answer = handler(&recorded);
                self.lock().otherwise.get_or_insert(handler);
                Ok(answer)
            }
        }
    }
}

impl Transport for Scripted {
    fn send(&self, request: Request) -> Exchange {
        let answer = self.next(&request);
        Box::pin(async move {
            match answer?.0 {
                Kind::Response {
                    status,
                    content_type,
                    chunks,
                    cut,
                } => {
                    let body = if cut {
                        cut_off(chunks)
                    } else {
                        Body::from_chunks(chunks)
                    };
                    Ok(Response::new(status, body).with_content_type(content_type))
                }
                Kind::Fail(failure) => Err(failure.error()),
                Kind::Unusable(why) => Err(TransportError::usage(why)),
                Kind::Hang => std::future::pending().await,
            }
        })
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let script = self.lock();
        f.debug_struct("Scripted")
            .field("requests", &script.requests.len())
            .field("unused", &script.expected.len())
            .finish()
    }
}

/// A request that was sent. `Debug` omits the body.
#[derive(Clone)]
pub struct Recorded {
    operation: &'static str,
    action: &'static str,
    content_type: String,
    endpoint: Endpoint,
    body: String,
}

impl Recorded {
    /// The name of the operation.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.operation
    }

    /// The `soapAction`, without quotes.
    #[must_use]
    pub fn action(&self) -> &str {
        self.action
    }

    /// The media type of the body.
    #[must_use]
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The address to which the request was sent.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The envelope.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("operation", &self.operation)
            .field("action", &self.action)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// What a [`Scripted`] transport does with a request: it returns a response, or it fails. A text
/// stands for a response `200 OK` with that XML.
#[derive(Clone, Debug)]
pub struct Answer(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Response {
        status: StatusCode,
        content_type: String,
        chunks: Vec<Bytes>,
        cut: bool,
    },
    Fail(Failure),
    /// The script asks for a response that cannot be written.
    Unusable(String),
    Hang,
}

impl Answer {
    /// A response with a status and a media type. A status that HTTP does not know becomes 500.
    #[must_use]
    pub fn new(status: u16, content_type: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self(Kind::Response {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            content_type: content_type.into(),
            chunks: vec![body.into()],
            cut: false,
        })
    }

    /// `200 OK` with XML that arrives in these chunks.
    #[must_use]
    pub fn chunks<C: Into<Bytes>>(chunks: impl IntoIterator<Item = C>) -> Self {
        Self(Kind::Response {
            status: StatusCode::OK,
            content_type: "text/xml; charset=utf-8".into(),
            chunks: chunks.into_iter().map(Into::into).collect(),
            cut: false,
        })
    }

    /// `200 OK` with XML whose connection breaks after `begin`.
    #[must_use]
    pub fn cut_off(begin: impl Into<Bytes>) -> Self {
        Self(Kind::Response {
            status: StatusCode::OK,
            content_type: "text/xml; charset=utf-8".into(),
            chunks: vec![begin.into()],
            cut: true,
        })
    }

    /// An error instead of a response.
    #[must_use]
    pub fn fail(failure: Failure) -> Self {
        Self(Kind::Fail(failure))
    }

    /// A usage error, because the script is wrong.
    pub(crate) fn unusable(why: String) -> Self {
        Self(Kind::Unusable(why))
    }

    /// A response that never arrives, for tests of deadlines and cancellation.
    #[must_use]
    pub fn hang() -> Self {
        Self(Kind::Hang)
    }
}

impl From<&str> for Answer {
    fn from(xml: &str) -> Self {
        Self::from(xml.to_owned())
    }
}

impl From<String> for Answer {
    fn from(xml: String) -> Self {
        Self::chunks([xml])
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        Self::fail(failure)
    }
}

/// How an exchange fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// No connection could be made. Nothing was sent.
    Connect,
    /// The certificate was refused. Nothing was sent.
    Tls,
    /// The request was sent, but no response arrived in time.
    Timeout,
    /// The connection broke after the request was sent.
    Reset,
}

impl Failure {
    fn error(self) -> TransportError {
        let (kind, message, sent) = match self {
            Self::Connect => (
                TransportErrorKind::Connect,
                "scripted: no connection",
                Sent::No,
            ),
            Self::Tls => (
                TransportErrorKind::Tls,
                "scripted: certificate refused",
                Sent::No,
            ),
            Self::Timeout => (
                TransportErrorKind::Timeout,
                "scripted: no response in time",
                Sent::Maybe,
            ),
            Self::Reset => (
                TransportErrorKind::Broken,
                "scripted: connection broke",
                Sent::Maybe,
            ),
        };
        TransportError::new(kind, message).with_sent(sent)
    }
}

fn once(answer: Answer) -> Handler {
    Box::new(move |_| answer.clone())
}

/// A body whose connection breaks after its chunks.
fn cut_off(chunks: Vec<Bytes>) -> Body {
    let end = TransportError::new(
        TransportErrorKind::Truncated,
        "scripted: the response ended early",
    );
    Body::from_stream(Iter(
        chunks
            .into_iter()
            .map(Ok)
            .chain([Err(end.with_sent(Sent::Maybe))])
            .collect(),
    ))
}

struct Iter(VecDeque<Result<Bytes, TransportError>>);

impl futures_core::Stream for Iter {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.pop_front())
    }
}

#[cfg(test)]
#[path = "testing_tests.rs"]
mod tests;
