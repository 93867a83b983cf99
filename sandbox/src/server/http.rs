//! HTTP/1.1 over TLS: connections, bodies, compression.

use std::io::{self, Read as _, Write as _};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::fault::Fault;
use crate::oauth::{self, Endpoint};
use crate::ops::{self, Outcome};
use crate::tenant::mode::Mode;
use crate::tenant::{Host, State};
use crate::ui::{self, Page};
use crate::web::{WebAnswer, WebRequest};
use crate::xml::{answer, request};

/// Answers longer than this come in chunks.
const CHUNKED_FROM: usize = 64 * 1024;
const CHUNK: usize = 16 * 1024;
/// Bytes that a form can have.
const MAX_FORM: usize = 64 * 1024;

/// Accepts connections until the sandbox stops.
pub(super) async fn listen(
    listener: TcpListener,
    host: Host,
    state: Arc<State>,
    config: Arc<ServerConfig>,
    mut stopped: watch::Receiver<()>,
) {
    let acceptor = TlsAcceptor::from(config);
    // Dropping the set ends the connections.
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            _ = stopped.changed() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Too many open files, for one; there will be room again.
                Err(_) => {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, host, state.clone(), acceptor.clone()));
    }
}

async fn connection(stream: TcpStream, host: Host, state: Arc<State>, acceptor: TlsAcceptor) {
    let _ = stream.set_nodelay(true);
    let Ok(stream) = acceptor.accept(stream).await else {
        tracing::debug!("TLS handshake failed");
        return;
    };
    state.live().stats.connections += 1;
    let service = service_fn(|request| serve(request, host, state.clone()));
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "connection ended");
    }
}

async fn serve(
    request: Request<Incoming>,
    host: Host,
    state: Arc<State>,
) -> io::Result<Response<Answer>> {
    match Service::of(host, request.uri().path()) {
        None => Ok(page(StatusCode::NOT_FOUND, "URL No Longer Exists")),
        Some(Service::Soap(_)) if request.method() != Method::POST => Ok(page(
            StatusCode::METHOD_NOT_ALLOWED,
            "HTTP POST is what SOAP needs",
        )),
        Some(Service::Soap(version)) => soap(request, host, version, state).await,
        Some(service) => web(request, host, service, state).await,
    }
}

/// What a path leads to.
#[derive(Clone, Copy)]
enum Service {
    /// The SOAP API at this version.
    Soap(u16),
    OAuth(Endpoint),
    Page(Page),
}

impl Service {
    fn of(host: Host, path: &str) -> Option<Self> {
        if let Some(version) = version(path) {
            return Some(Self::Soap(version));
        }
        if let Some(endpoint) = Endpoint::of(path) {
            return Some(Self::OAuth(endpoint));
        }
        // Pages of the interface are served by the instance alone.
        Page::of(path)
            .filter(|_| host == Host::Instance)
            .map(Self::Page)
    }
}

/// Forms and pages.
async fn web(
    request: Request<Incoming>,
    host: Host,
    service: Service,
    state: Arc<State>,
) -> io::Result<Response<Answer>> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_FORM).collect().await else {
        return Ok(page(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Large"));
    };
    let request = WebRequest::new(head.method, &head.uri, head.headers, &body.to_bytes());
    let work = move || match service {
        Service::OAuth(endpoint) => oauth::answer(&state, host, endpoint, &request),
        Service::Page(page) => ui::answer(&state, page, &request),
        Service::Soap(_) => WebAnswer::message(StatusCode::NOT_FOUND, "Not Found", ""),
    };
    let answer = tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?;
    let mut response = Response::new(Answer::new(answer.body));
    *response.status_mut() = answer.status;
    for (name, value) in answer.headers {
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

async fn soap(
    request: Request<Incoming>,
    host: Host,
    version: u16,
    state: Arc<State>,
) -> io::Result<Response<Answer>> {
    let is_gzip = |headers: &HeaderMap, name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains("gzip"))
    };
    let takes_gzip = is_gzip(request.headers(), header::ACCEPT_ENCODING);
    let sends_gzip = is_gzip(request.headers(), header::CONTENT_ENCODING);
    let limit = state.org.limits.request_bytes;
    let _under_way = state.begin();
    let body = Limited::new(request.into_body(), limit).collect().await;
    let worker = state.clone();
    let work = move || {
        let state = worker;
        let outcome = match body {
            Ok(body) => {
                let bytes = body.to_bytes();
                {
                    let mut live = state.live();
                    live.stats.requests += 1;
                    live.stats.bytes_in += bytes.len() as u64;
                }
                decoded(&bytes, sends_gzip, limit)
                    .and_then(|bytes| {
                        let read = request::read(&bytes);
                        read.map_err(|what| Fault::unexpected("XML_PARSER_ERROR", what))
                    })
                    .map(|envelope| ops::answer(&state, host, version, &envelope))
            }
            Err(_) => Err(too_large(limit)),
        };
        let outcome = outcome.unwrap_or_else(|fault| {
            let body = answer::fault(&fault, &state.live().quirks);
            Outcome {
                body,
                is_fault: true,
                mode: Mode::Normal,
            }
        });
        let mut live = state.live();
        live.stats.faults += u64::from(outcome.is_fault);
        live.stats.bytes_out += outcome.body.len() as u64;
        let gzip = takes_gzip && live.quirks.gzip && outcome.body.len() > 1_024;
        let status = if outcome.is_fault {
            live.quirks.fault_status
        } else {
            200
        };
        drop(live);
        let body = if gzip {
            compressed(&outcome.body)
        } else {
            outcome.body
        };
        (body, outcome.mode, gzip, status)
    };
    let (body, mode, gzip, status) = tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?;
    respond(body, mode, gzip, status).await
}

/// Reads `/services/Soap/c/64.0/…`.
fn version(path: &str) -> Option<u16> {
    let rest = path.strip_prefix("/services/Soap/c/")?;
    let version = rest.split('/').next()?;
    version.strip_suffix(".0").unwrap_or(version).parse().ok()
}

fn too_large(limit: usize) -> Fault {
    Fault::unexpected(
        "EXCEEDED_MAX_SIZE_REQUEST",
        format!("The request is larger than {limit} bytes"),
    )
}

fn decoded(bytes: &Bytes, gzip: bool, limit: usize) -> Result<Bytes, Fault> {
    if !gzip {
        return Ok(bytes.clone());
    }
    let mut out = Vec::new();
    let mut reader = GzDecoder::new(&bytes[..]).take(limit as u64 + 1);
    reader
        .read_to_end(&mut out)
        .map_err(|_| Fault::unexpected("XML_PARSER_ERROR", "the request is no gzip stream"))?;
    if out.len() > limit {
        return Err(too_large(limit));
    }
    Ok(out.into())
}

fn compressed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    // Writing to a vector cannot fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

async fn respond(
    body: Vec<u8>,
    mode: Mode,
    gzip: bool,
    status: u16,
) -> io::Result<Response<Answer>> {
    let cut = match mode {
        Mode::Refuse | Mode::Swallow => {
            return Err(io::Error::other("the connection is closed on purpose"));
        }
        Mode::Html503 => {
            let mut response = page(
                StatusCode::SERVICE_UNAVAILABLE,
                "We are down for maintenance.",
            );
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
            return Ok(response);
        }
        Mode::Html200 => return Ok(page(StatusCode::OK, "Login")),
        Mode::Status(code) => {
            let mut response = Response::new(Answer::new(Vec::new()));
            *response.status_mut() =
                StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return Ok(response);
        }
        Mode::Delay(pause) => {
            tokio::time::sleep(pause).await;
            None
        }
        Mode::Truncate => Some(body.len() / 2),
        _ => None,
    };
    let mut response = Response::new(Answer {
        cut,
        ..Answer::new(body)
    });
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("text/xml; charset=utf-8"),
    );
    if gzip {
        headers.insert(
            header::CONTENT_ENCODING,
            header::HeaderValue::from_static("gzip"),
        );
        headers.insert(
            header::VARY,
            header::HeaderValue::from_static("Accept-Encoding"),
        );
    }
    Ok(response)
}

fn page(status: StatusCode, text: &str) -> Response<Answer> {
    let body = format!(
        "<!DOCTYPE html><html><head><title>{text}</title></head><body><p>{text}</p></body></html>"
    );
    let mut response = Response::new(Answer::new(body.into_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("text/html; charset=utf-8"),
    );
    response
}

/// A body: in one piece with its length if it is short, in chunks if it is long.
pub(super) struct Answer {
    rest: Bytes,
    chunked: bool,
    /// After so many bytes the connection breaks.
    cut: Option<usize>,
}

impl Answer {
    fn new(body: Vec<u8>) -> Self {
        Self {
            chunked: body.len() > CHUNKED_FROM,
            rest: body.into(),
            cut: None,
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let room = self.cut.unwrap_or(usize::MAX);
        if room == 0 {
            return Poll::Ready(Some(Err(io::Error::other("the answer is cut on purpose"))));
        }
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let size = if self.chunked { CHUNK } else { self.rest.len() }
            .min(self.rest.len())
            .min(room);
        self.cut = self.cut.map(|cut| cut - size);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(size)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.cut != Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        if self.chunked {
            SizeHint::default()
        } else {
            SizeHint::with_exact(self.rest.len() as u64)
        }
    }
}
