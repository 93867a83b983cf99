//! A server: a tower service for HTTP requests.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::dispatch::Received;
use super::reply::{self, Refusal};
use super::{Body, Fault, documents, receive};
use crate::drift::{Drift, Registry};
use crate::leniency::Leniency;
use crate::limits::Limits;
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
/// [limits](Self::limits) and within the [time to receive](Self::receive_deadline) it.
#[derive(Clone)]
pub struct Server {
    port: &'static Port,
    routes: Arc<dyn Routes>,
    settings: Arc<Settings>,
}

/// The settings of a server.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) limits: Limits,
    pub(super) leniency: Leniency,
    /// How all requests differ from the WSDL.
    pub(super) drift: Arc<Registry>,
    pub(super) understood: Arc<[(String, String)]>,
    receive: Duration,
    handle: Duration,
    address: Option<String>,
    wsdl: bool,
    compress: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            leniency: Leniency::default(),
            drift: Arc::default(),
            understood: Arc::new([]),
            receive: Duration::from_secs(30),
            handle: Duration::from_secs(120),
            address: None,
            wsdl: true,
            compress: true,
        }
    }
}

/// The longest time that the clock can represent without an overflow.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

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
        }
    }

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(Arc::make_mut(&mut self.settings));
        self
    }

    /// Sets the limits on what a request may cost. The defaults are those of [`Limits`].
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        self.set(|settings| settings.limits = limits)
    }

    /// Sets what is forgiven in requests. The defaults are those of [`Leniency`].
    #[must_use]
    pub fn leniency(self, leniency: Leniency) -> Self {
        self.set(|settings| settings.leniency = leniency)
    }

    /// How the requests to this server and its clones have differed so far from the WSDL. See
    /// [`Client::drift`](crate::Client::drift).
    #[must_use]
    pub fn drift(&self) -> Drift {
        let mut drift = self.settings.drift.snapshot();
        self.port.name.clone_into(&mut drift.service);
        drift
    }

    /// Sets the time in which the body of a request must arrive, from the moment that its head has
    /// arrived. A request that is late is refused with the HTTP status 408. The default is 30 seconds.
    /// The web framework limits the time for the head.
    #[must_use]
    pub fn receive_deadline(self, time: Duration) -> Self {
        self.set(|settings| settings.receive = time.min(FOREVER))
    }

    /// Sets the time in which the handler must make the response. When it is over, the handler is
    /// dropped and the sender gets a fault. The default is two minutes.
    #[must_use]
    pub fn deadline(self, time: Duration) -> Self {
        self.set(|settings| settings.handle = time.min(FOREVER))
    }

    /// Declares that the handler understands a header that the WSDL does not declare, such as that of
    /// WS-Security. [`Context::other_headers`](super::Context::other_headers) then contains it, and the
    /// request may say that it must be understood.
    #[must_use]
    pub fn understands(self, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        self.set(|settings| {
            let mut names = settings.understood.to_vec();
            names.push((namespace.into(), name.into()));
            settings.understood = names.into();
        })
    }

    /// Sets the address that the served WSDL states, without a query. By default it is the address at
    /// which the client reached the server: the scheme and the host are those of the request, and a
    /// proxy may state `https` in the header `X-Forwarded-Proto`. Set the address if a proxy or a
    /// router changes the path.
    #[must_use]
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set(|settings| settings.address = Some(address.into()))
    }

    /// Sets whether a GET request with the query `wsdl` gets the WSDL. The default is true.
    #[must_use]
    pub fn serves_wsdl(self, serves: bool) -> Self {
        self.set(|settings| settings.wsdl = serves)
    }

    /// Sets whether long responses are compressed for clients that accept gzip. The default is true.
    /// Turn it off if a response contains both a secret and text that somebody else chose, because
    /// its length then tells something about the secret.
    #[must_use]
    pub fn compresses(self, compresses: bool) -> Self {
        self.set(|settings| settings.compress = compresses)
    }

    /// Processes a request. This is what the tower service does.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body,
    {
        let (parts, body) = request.into_parts();
        let accepts_gzip = self.settings.compress && reply::accepts_gzip(&parts.headers);
        let is_head = parts.method == Method::HEAD;
        let response = match self.respond(parts, body).await {
            Ok(response) => response,
            Err(refusal) => {
                tracing::debug!(target: "saponify::server", ?refusal, "a request is refused");
                refusal.into_response()
            }
        };
        match is_head {
            true => response.map(|_| Body::default()),
            false => reply::compressed(accepts_gzip, response),
        }
    }

    async fn respond<B>(
        &self,
        parts: http::request::Parts,
        body: B,
    ) -> Result<Response<Body>, Refusal>
    where
        B: http_body::Body,
    {
        match parts.method {
            Method::POST => {}
            Method::GET | Method::HEAD if self.settings.wsdl => return self.document(&parts),
            _ => return Err(Refusal::Method),
        }
        check_media_type(&parts.headers)?;
        let settings = &*self.settings;
        let end = Instant::now() + settings.receive;
        let body = receive::receive(&parts.headers, body, settings.limits.body, end).await?;
        let received = match Received::open(self.port, settings, parts, body, end) {
            Ok(received) => received,
            Err((fault, version)) => return Ok(answer(None, version, Err(fault))),
        };
        let (operation, version) = (received.operation, received.version);
        let made = guarded(|| self.routes.call(received));
        let result = match timeout_at(Instant::now() + settings.handle, made).await {
            Ok(result) => result,
            Err(_) => Err(Fault::receiver(
                "the request was not processed within the time that the server allows",
            )
            .caused_by("the deadline of the handler is over")),
        };
        Ok(answer(Some(operation), version, result))
    }

    fn document(&self, parts: &http::request::Parts) -> Result<Response<Body>, Refusal> {
        let query = parts.uri.query();
        if query.is_none() {
            return Err(Refusal::Method);
        }
        let document = documents::requested(self.port, query).ok_or(Refusal::NotFound)?;
        let address = match &self.settings.address {
            Some(address) => address.clone(),
            None => documents::address(&parts.uri, &parts.headers),
        };
        let text = documents::text(self.port, document, &address);
        let mut response = reply::with_body(StatusCode::OK, "text/xml; charset=utf-8", text);
        // The text depends on the host in the request, so no cache may keep it for others.
        let no_store = http::HeaderValue::from_static("no-store");
        response
            .headers_mut()
            .insert(http::header::CACHE_CONTROL, no_store);
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
                    target: "saponify::server", operation = name, ?code, "a request got a fault"
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
