//! A server: a tower service for HTTP requests.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::dispatch::Received;
use super::documents::{self, Documents};
use super::receive::{self, Message, Unreceived};
use super::reply::{self, Refusal};
use super::settings::Settings;
use super::work::{LONG, off_the_executor};
use super::{Body, Fault, dispatch};
use crate::schema::{Operation, Port, SoapVersion};

/// Processes the requests for one operation. The result is the envelope of the response. For
/// generated code.
pub type Route<H> = fn(Arc<H>, Received) -> Written;

/// The envelope of a response that is being made. For generated code.
pub type Written = Pin<Box<dyn Future<Output = Result<String, Fault>> + Send>>;

/// The routes of a server, without the type of the handler.
trait Routes: Send + Sync {
    fn call(&self, received: Received) -> Written;
}

struct TypedRoutes<H: 'static> {
    handler: Arc<H>,
    /// In the order of the operations of the port type.
    routes: &'static [Route<H>],
}

impl<H: Send + Sync + 'static> Routes for TypedRoutes<H> {
    fn call(&self, received: Received) -> Written {
        match self.routes.get(received.number) {
            Some(route) => route(Arc::clone(&self.handler), received),
            None => Box::pin(async { Err(Fault::internal("an operation has no route")) }),
        }
    }
}

/// The server of a port type: a [`tower_service::Service`] for HTTP requests, which runs in axum or
/// hyper.
///
/// The method `into_server` of the generated trait makes one. Clones are cheap, and share the handler.
///
/// ```text
/// let server = MyShop::default().into_server().deadline(Duration::from_secs(10));
/// let app = axum::Router::new().route_service("/shop", server);
/// ```
///
/// The server does not listen, and it does not encrypt. It reads the body of a request only within its
/// [limits](Self::limits) and within the [time to receive](Self::receive_deadline) it, and processes
/// [a limited number](Self::max_requests) of requests at the same time.
///
/// # When the sender goes away
///
/// A web framework drops what processes a request when its connection closes. The handler then stops at
/// its next `.await`, wherever that is. Work that must be completed belongs into a task of its own
/// (`tokio::spawn`). One-way messages are processed in such a task, because their senders often close the
/// connection at once.
#[derive(Clone)]
pub struct Server {
    pub(super) port: &'static Port,
    routes: Arc<dyn Routes>,
    pub(super) settings: Arc<Settings>,
    documents: Arc<Documents>,
}

impl Server {
    /// A server with a route for each operation of the port type. For generated code.
    #[doc(hidden)]
    pub fn new<H>(port: &'static Port, handler: H, routes: &'static [Route<H>]) -> Self
    where
        H: Send + Sync + 'static,
    {
        Self {
            port,
            routes: Arc::new(TypedRoutes {
                handler: Arc::new(handler),
                routes,
            }),
            settings: Arc::default(),
            documents: Arc::default(),
        }
    }

    /// Processes a request. This is what the tower service does.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body,
    {
        let (parts, body) = request.into_parts();
        let accepts_gzip = self.settings.compress && reply::accepts_gzip(&parts.headers);
        let is_head = parts.method == Method::HEAD;
        let response = match self.respond(parts, body, accepts_gzip).await {
            Ok(response) => response,
            Err(refusal) => {
                tracing::debug!(target: "saponify::server", ?refusal, "a request is refused");
                refusal.into_response()
            }
        };
        match is_head {
            true => response.map(|_| Body::default()),
            false => reply::compressed(accepts_gzip, response).await,
        }
    }

    async fn respond<B>(
        &self,
        parts: http::request::Parts,
        body: B,
        accepts_gzip: bool,
    ) -> Result<Response<Body>, Refusal>
    where
        B: http_body::Body,
    {
        let settings = &self.settings;
        let permits = Arc::clone(&settings.permits);
        let permit = permits.try_acquire_owned().map_err(|_| Refusal::Busy)?;
        match parts.method {
            Method::POST => {}
            Method::GET | Method::HEAD if settings.wsdl => {
                return self.document(&parts, accepts_gzip).await;
            }
            _ => {
                return Err(Refusal::Method {
                    wsdl: settings.wsdl,
                });
            }
        }
        check_media_type(&parts.headers)?;
        let end = Instant::now() + settings.receive;
        let message = receive::receive(&parts.headers, body, settings.limits.body, end).await;
        let message = match message {
            Ok(message) => message,
            Err(Unreceived::Http(refusal)) => return Err(refusal),
            Err(Unreceived::Soap(error)) => {
                let media = dispatch::media_type(&parts.headers);
                let version = dispatch::assumed(self.port, media);
                return Ok(answer(None, version, Err(dispatch::unreadable(error))));
            }
        };
        let end = Instant::now() + settings.handle;
        let received = match self.open(parts, message, end).await {
            Ok(received) => received,
            Err((fault, version)) => return Ok(answer(None, version, Err(fault))),
        };
        let (operation, version) = (received.operation, received.version);
        let made = self.made(received, end);
        if !operation.has(Operation::ONE_WAY) {
            return Ok(answer(Some(operation), version, made.await));
        }
        // The sender waits for no result, and may close the connection before there is one.
        let task = tokio::spawn(async move {
            let answer = answer(Some(operation), version, made.await);
            drop(permit);
            answer
        });
        Ok(task.await.unwrap_or_else(|_| {
            // The program ends, which cancels its tasks.
            reply::empty(StatusCode::SERVICE_UNAVAILABLE)
        }))
    }

    async fn open(
        &self,
        parts: http::request::Parts,
        message: Message,
        end: Instant,
    ) -> Result<Received, dispatch::Refused> {
        let is_long = message.input.text().len() > LONG;
        let (port, settings) = (self.port, Arc::clone(&self.settings));
        let open = move || Received::open(port, &settings, parts, message, end);
        match is_long {
            true => match off_the_executor(open).await {
                Ok(opened) => opened,
                Err(fault) => Err((fault, dispatch::own_version(port))),
            },
            false => open(),
        }
    }

    /// Makes the response before `end`.
    fn made(
        &self,
        received: Received,
        end: Instant,
    ) -> impl Future<Output = Result<String, Fault>> + Send + use<> {
        let routes = Arc::clone(&self.routes);
        async move {
            let made = guarded(|| routes.call(received));
            match timeout_at(end, made).await {
                Ok(result) => result,
                Err(_) => Err(Fault::late().caused_by("the deadline of the handler is over")),
            }
        }
    }

    async fn document(
        &self,
        parts: &http::request::Parts,
        accepts_gzip: bool,
    ) -> Result<Response<Body>, Refusal> {
        let wsdl = self.settings.wsdl;
        let query = parts.uri.query().ok_or(Refusal::Method { wsdl })?;
        let number = documents::requested(self.port, query).ok_or(Refusal::NotFound)?;
        let address = match &self.settings.address {
            Some(address) => address.clone(),
            None => documents::address(&parts.uri, &parts.headers),
        };
        let place = documents::Place {
            address,
            others: Arc::clone(&self.settings.addresses),
        };
        let text = self.documents.text(self.port, number, place).await;
        let text = text.ok_or(Refusal::NotFound)?;
        let body = match accepts_gzip {
            true => text.packed.clone(),
            false => text.plain.clone(),
        };
        let mut response = reply::with_body(StatusCode::OK, "text/xml; charset=utf-8", body);
        let headers = response.headers_mut();
        reply::varies(headers);
        if accepts_gzip {
            reply::is_packed(headers);
        }
        // The text depends on the host in the request, so no cache may keep it for others.
        let no_store = http::HeaderValue::from_static("no-store");
        headers.insert(http::header::CACHE_CONTROL, no_store);
        Ok(response)
    }
}

/// Refuses media types that are not those of SOAP. The envelope, and not the media type, says which
/// version it is.
fn check_media_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let value = headers.get(CONTENT_TYPE).ok_or(Refusal::MediaType)?;
    let value = value.to_str().map_err(|_| Refusal::MediaType)?;
    let media = value.split(';').next().unwrap_or_default().trim();
    let allowed = [
        "text/xml",
        "application/soap+xml",
        "application/xml",
        "multipart/related",
    ];
    match allowed.iter().any(|it| it.eq_ignore_ascii_case(media)) {
        true => Ok(()),
        false => Err(Refusal::MediaType),
    }
}

/// Turns a panic of a handler into a fault without details. The panic hook of the program has already
/// reported the panic.
async fn guarded(start: impl FnOnce() -> Written) -> Result<String, Fault> {
    let panicked = |_| Fault::internal("the handler panicked");
    let mut made = catch_unwind(AssertUnwindSafe(start)).map_err(panicked)?;
    poll_fn(move |context| {
        let poll = AssertUnwindSafe(|| made.as_mut().poll(context));
        match catch_unwind(poll) {
            Ok(poll) => poll,
            Err(panic) => Poll::Ready(Err(panicked(panic))),
        }
    })
    .await
}

/// The HTTP response for the result of an operation. `operation` is `None` if it is not known.
fn answer(
    operation: Option<&'static Operation>,
    version: SoapVersion,
    result: Result<String, Fault>,
) -> Response<Body> {
    let name = operation.map_or("", |operation| operation.name);
    // Nobody waits for the response to a one-way message, and it must have no envelope (Basic Profile
    // 1.1, R2714). The status says whether the message was processed.
    let one_way = operation.is_some_and(|operation| operation.has(Operation::ONE_WAY));
    match result {
        Ok(_) if one_way => {
            tracing::debug!(target: "saponify::server", operation = name, "a message was accepted");
            reply::empty(StatusCode::ACCEPTED)
        }
        Ok(envelope) => {
            tracing::debug!(target: "saponify::server", operation = name, "a request succeeded");
            reply::envelope(StatusCode::OK, version, envelope)
        }
        Err(fault) => {
            let code = fault.code();
            match fault.cause() {
                Some(cause) => tracing::warn!(
                    target: "saponify::server", operation = name, ?code, cause, "a request failed"
                ),
                None => tracing::debug!(
                    target: "saponify::server",
                    operation = name,
                    ?code,
                    advice = fault.advice(),
                    "a request got a fault"
                ),
            }
            let (status, envelope) = fault.write(version);
            match one_way {
                true => reply::empty(status),
                false => reply::envelope(status, version, envelope),
            }
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("port", &self.port.name)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<B> tower_service::Service<Request<B>> for Server
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let server = self.clone();
        Box::pin(async move { Ok(server.handle(request).await) })
    }
}
