//! HTTP/1.1 over TLS: accepts connections and dispatches requests.

use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::body::{ResponseBody, complete, compress, streamed};
use super::soap::{self, SoapRequest};
use super::tls::Configs;
use crate::faults::script::Script;
use crate::faults::{Delivery, Mode, Stage, TlsFlaw, deliver, old_server_hello};
use crate::oauth::{self, Endpoint};
use crate::rest::{self, Reply};
use crate::tenant::{Host, State};
use crate::ui::{self, Page};
use crate::web::{WebRequest, WebResponse};

/// The largest size of a form in bytes.
const MAX_FORM: usize = 64 * 1024;

/// Accepts connections until the sandbox stops.
pub(super) async fn listen(
    listener: TcpListener,
    host: Host,
    state: Arc<State>,
    configs: Arc<Configs>,
    mut stopped: watch::Receiver<()>,
) {
    // Dropping the set closes the connections.
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            _ = stopped.changed() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // For example, too many files are open. Some of them will be closed.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, host, state.clone(), configs.clone()));
    }
}

/// The context of all requests on a connection.
#[derive(Clone)]
struct Context {
    host: Host,
    state: Arc<State>,
    /// Whether the client is on the same machine.
    is_local: bool,
    /// The script that is sent instead of a response.
    script: Arc<Mutex<Option<Script>>>,
}

async fn connection(stream: TcpStream, host: Host, state: Arc<State>, configs: Arc<Configs>) {
    let _ = stream.set_nodelay(true);
    let is_local = stream.peer_addr().is_ok_and(|peer| peer.ip().is_loopback());
    let flaw = match state.choose(Stage::Connection, "", None) {
        Mode::Tls(flaw) => Some(flaw),
        _ => None,
    };
    if flaw == Some(TlsFlaw::Version11) {
        return old_handshake(stream).await;
    }
    let Ok(stream) = TlsAcceptor::from(configs.get(flaw)).accept(stream).await else {
        tracing::debug!("TLS handshake failed");
        return;
    };
    state.live().stats.connections += 1;
    let context = Context {
        host,
        state,
        is_local,
        script: Arc::default(),
    };
    let service = service_fn(|request| Box::pin(dated(request, context.clone())));
    let mut connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let served = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    let mut stream = connection.into_parts().io.into_inner();
    let script = (context.script.lock())
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match (script, served) {
        (Some(script), _) => script.play(&mut stream).await,
        (None, Ok(())) => {
            let _ = stream.shutdown().await;
        }
        (None, Err(error)) => tracing::debug!(%error, "connection ended"),
    }
}

/// Responds to a handshake like a server whose newest version is TLS 1.1.
async fn old_handshake(mut stream: TcpStream) {
    let mut hello = [0; 4096];
    let _ = stream.read(&mut hello).await;
    let _ = stream.write_all(&old_server_hello()).await;
    // Wait until the client closes the connection.
    let _ = stream.read(&mut hello).await;
}

/// The service at a path.
#[derive(Clone, Copy)]
enum Service {
    /// The SOAP API at this version.
    Soap(u16),
    OAuth(Endpoint),
    Page(Page),
    /// The content of an event log file.
    LogFile,
    Stats,
}

impl Service {
    fn of(context: &Context, path: &str) -> Option<Self> {
        if let Some(version) = version(path) {
            return Some(Self::Soap(version));
        }
        if let Some(endpoint) = Endpoint::of(path) {
            return Some(Self::OAuth(endpoint));
        }
        if path == "/sandbox/stats" && context.is_local && context.state.live().stats_page {
            return Some(Self::Stats);
        }
        if rest::is_log_file(path) && context.host == Host::Instance {
            return Some(Self::LogFile);
        }
        // Only the instance has the pages of the user interface.
        Page::of(path)
            .filter(|_| context.host == Host::Instance)
            .map(Self::Page)
    }

    /// The name of the operation in injections and counters.
    fn name(self) -> &'static str {
        match self {
            Self::OAuth(endpoint) => endpoint.name(),
            Self::Page(page) => page.name(),
            Self::LogFile => "LogFile",
            Self::Soap(_) | Self::Stats => "",
        }
    }
}

/// Parses `/services/Soap/c/64.0/…`.
fn version(path: &str) -> Option<u16> {
    let rest = path.strip_prefix("/services/Soap/c/")?;
    let version = rest.split('/').next()?;
    version.strip_suffix(".0").unwrap_or(version).parse().ok()
}

/// Responds to a request, with the time of the tenant in the header `Date`.
async fn dated(request: Request<Incoming>, context: Context) -> io::Result<Response<ResponseBody>> {
    let clock = context.state.clock.clone();
    let mut response = serve(request, context).await?;
    let now = Timestamp::from_millisecond(clock.now()).unwrap_or_default();
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    if let Some(date) = date.ok().and_then(|date| date.parse().ok()) {
        response.headers_mut().insert(header::DATE, date);
    }
    Ok(response)
}

async fn serve(request: Request<Incoming>, context: Context) -> io::Result<Response<ResponseBody>> {
    if let Mode::Wire(flaw) = context.state.choose(Stage::Head, "", None) {
        let nothing = WebResponse::message(StatusCode::OK, "", "");
        return play(&context, flaw.script(&nothing));
    }
    let gzip =
        is_gzip(request.headers(), header::ACCEPT_ENCODING) && context.state.live().quirks.gzip;
    let service = Service::of(&context, request.uri().path());
    // A call is in progress until its response is sent, including pauses.
    let _in_progress = matches!(service, Some(Service::Soap(_))).then(|| context.state.begin());
    let (mut response, mode, asked) = match service {
        None => (
            WebResponse::message(StatusCode::NOT_FOUND, "URL No Longer Exists", ""),
            Mode::Normal,
            Bytes::new(),
        ),
        Some(Service::Soap(version)) => soap(request, version, &context).await?,
        Some(Service::LogFile) => match log_file(request, &context).await? {
            (Reply::Complete(response), mode) => (response, mode, Bytes::new()),
            (Reply::Stream(head, stream), mode) => {
                if let Mode::Delay(pause) = mode {
                    tokio::time::sleep(pause).await;
                }
                return Ok(streamed(head, stream));
            }
        },
        Some(service) => web(request, service, &context).await?,
    };
    if let Mode::Delay(pause) = mode {
        tokio::time::sleep(pause).await;
    }
    let delivery = blocking(move || {
        // Flaws of the connection are applied to the compressed bytes. Flaws of the text are applied before
        // compression.
        if gzip && matches!(mode, Mode::Wire(_) | Mode::Truncate) {
            compress(&mut response);
        }
        match deliver(&mode, &asked, response) {
            Delivery::Plain(mut response) => {
                if gzip {
                    compress(&mut response);
                }
                Delivery::Plain(response)
            }
            raw => raw,
        }
    });
    match delivery.await? {
        Delivery::Plain(response) => Ok(complete(response)),
        Delivery::Raw(script) => play(&context, script),
    }
}

/// Passes the connection to a script. The error makes hyper stop.
fn play(context: &Context, script: Script) -> io::Result<Response<ResponseBody>> {
    let mut slot = (context.script.lock()).unwrap_or_else(PoisonError::into_inner);
    *slot = Some(script);
    Err(io::Error::other("the response is injected"))
}

fn is_gzip(headers: &HeaderMap, name: HeaderName) -> bool {
    (headers.get(name))
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"))
}

/// A response, the mode to apply to it, and the body of the request.
type Outgoing = (WebResponse, Mode, Bytes);

async fn soap(request: Request<Incoming>, version: u16, context: &Context) -> io::Result<Outgoing> {
    if request.method() != Method::POST {
        let text = "SOAP is sent by HTTP POST.";
        let response =
            WebResponse::message(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed", text);
        return Ok((response, Mode::Normal, Bytes::new()));
    }
    let state = context.state.clone();
    let is_gzip = is_gzip(request.headers(), header::CONTENT_ENCODING);
    let body = Limited::new(request.into_body(), state.org.limits.request_bytes)
        .collect()
        .await;
    let request = SoapRequest {
        host: context.host,
        version,
        body: body.ok().map(http_body_util::Collected::to_bytes),
        is_gzip,
    };
    blocking(move || {
        let (response, mode) = soap::handle(&state, &request);
        (response, mode, request.plain(&state))
    })
    .await
}

/// Responds to a request for the content of an event log file.
async fn log_file(request: Request<Incoming>, context: &Context) -> io::Result<(Reply, Mode)> {
    let (head, _) = request.into_parts();
    let request = WebRequest::new(head.method, &head.uri, head.headers, &[]);
    let state = context.state.clone();
    blocking(move || {
        let mode = begin(&state, Service::LogFile);
        let reply = match mode.replaces_pages() {
            true => Reply::Complete(WebResponse::message(StatusCode::OK, "", "")),
            false => rest::handle(&state, &mode, &request),
        };
        (reply, mode)
    })
    .await
}

/// Counts a request, and chooses the mode of its response.
fn begin(state: &State, service: Service) -> Mode {
    let name = service.name();
    let mode = state.choose(Stage::Call, name, None);
    let mut live = state.live();
    live.stats.requests += 1;
    *live.stats.received.entry(name.to_owned()).or_default() += 1;
    mode
}

/// Responds to everything but SOAP and log files.
async fn web(
    request: Request<Incoming>,
    service: Service,
    context: &Context,
) -> io::Result<Outgoing> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_FORM).collect().await else {
        let response = WebResponse::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Large", "");
        return Ok((response, Mode::Normal, Bytes::new()));
    };
    let body = body.to_bytes();
    let request = WebRequest::new(head.method, &head.uri, head.headers, &body);
    let (state, host) = (context.state.clone(), context.host);
    blocking(move || {
        if matches!(service, Service::Stats) {
            // A program in another language uses this instead of `Sandbox::advance`.
            let seconds = request.param("advance").parse::<u32>();
            if let (true, Ok(seconds)) = (request.is_post(), seconds) {
                state.clock.advance(i64::from(seconds) * 1_000);
            }
            let stats = serde_json::to_value(&state.live().stats).unwrap_or_default();
            return (
                WebResponse::json(StatusCode::OK, &stats),
                Mode::Normal,
                body,
            );
        }
        let mode = begin(&state, service);
        let response = match service {
            // The mode replaces this response.
            _ if mode.replaces_pages() => WebResponse::message(StatusCode::OK, "", ""),
            Service::OAuth(endpoint) => oauth::handle(&state, host, endpoint, &request),
            Service::Page(page) => ui::handle(&state, page, &request),
            Service::Soap(_) | Service::LogFile | Service::Stats => {
                WebResponse::message(StatusCode::NOT_FOUND, "URL No Longer Exists", "")
            }
        };
        (response, mode, body)
    })
    .await
}

/// Runs work on a thread on which blocking is allowed.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)
}
