//! The transport for production: HTTP/1.1 over TLS.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName,
    HeaderValue, LOCATION, USER_AGENT,
};
use reqwest::Url;
use tokio::time::Instant;

mod builder;
mod clients;
mod failure;
mod pace;
mod tls;
mod upload;

pub use builder::HttpsBuilder;
#[cfg(feature = "unstable-transport")]
pub use tls::client_config;

use super::body::{Download, NextChunk};
use super::error::{Sent, TransportError, TransportErrorKind};
use super::inflate::{Decoder, InflateError, Stop};
use super::{Body, Exchange, Request, Response, Transport, deflate};
use clients::Clients;
use pace::{Pace, Times};
use upload::Upload;

use crate::schema::SoapVersion;
use crate::secret::Secret;

/// Sends requests with HTTP/1.1 over TLS 1.2 or 1.3.
///
/// Clones share the connections. This transport gives the following guarantees, unless it uses a
/// client that was built elsewhere:
///
/// - Certificates are verified against the roots of the operating system and those that were added
///   with [`extra_root_certificate`](HttpsBuilder::extra_root_certificate). Verification cannot be
///   turned off.
/// - A redirect is an error. The body of a SOAP call contains the credentials, and a client that
///   follows a redirect would send them to the address in the response.
/// - No request is sent twice.
/// - The size of a response is limited, counted after decompression, and a response must not be
///   slower than a minimum speed.
///
/// ```
/// use std::time::Duration;
/// use saponify::transport::Https;
///
/// let https = Https::builder()
///     .connect_timeout(Duration::from_secs(5))
///     .max_body(16 * 1024 * 1024)
///     .build()?;
/// # Ok::<(), saponify::Error>(())
/// ```
#[derive(Clone)]
pub struct Https(Arc<Shared>);

struct Shared {
    clients: Clients,
    times: Times,
    max_body: u64,
    /// Requests of at least this many bytes are compressed.
    compress: Option<usize>,
    user_agent: HeaderValue,
    /// Headers that the user gave.
    headers: HeaderMap,
    /// What is secret in them, and the password of the proxy.
    secrets: Vec<Secret>,
}

impl Https {
    /// The transport with the default settings of [`HttpsBuilder`].
    ///
    /// # Errors
    ///
    /// Returns a usage error if the operating system has no root certificates.
    pub fn new() -> Result<Self, TransportError> {
        Self::builder().build()
    }

    /// Returns the default settings, which can be changed.
    pub fn builder() -> HttpsBuilder {
        HttpsBuilder::new()
    }
}

impl fmt::Debug for Https {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The clients are omitted, because their proxies have credentials.
        f.debug_struct("Https")
            .field("times", &self.0.times)
            .field("max_body", &self.0.max_body)
            .field("compress", &self.0.compress)
            .finish_non_exhaustive()
    }
}

impl Transport for Https {
    fn send(&self, request: Request) -> Exchange {
        let shared = Arc::clone(&self.0);
        Box::pin(async move { shared.send(request).await })
    }

    fn secrets(&self) -> &[Secret] {
        &self.0.secrets
    }
}

impl Shared {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let started = Instant::now();
        let (prepared, progress) = self.prepare(&request)?;
        let directly = request.endpoint.is_loopback() || !request.endpoint.is_https();
        let client = self.clients.client(directly);
        let exchange = client.execute(prepared);
        let response = pace::head(exchange, &progress, &self.times, started)
            .await?
            .map_err(|error| failure::sending(error, &request.endpoint, progress.nothing_sent()))?;
        self.clients.discard_if_ambiguous(response.headers());
        self.accept(response, request.endpoint.url(), started)
    }

    fn prepare(
        &self,
        request: &Request,
    ) -> Result<(reqwest::Request, Arc<upload::Progress>), TransportError> {
        if let Some(token) = request.bearer() {
            return self.prepare_get(request, token);
        }
        let content_type = HeaderValue::from_str(&request.content_type).map_err(|_| {
            TransportError::usage("the content type has a character that a header must not contain")
        })?;
        let is_exposed = !request.endpoint.is_https() && !request.endpoint.is_loopback();
        if is_exposed && !request.is_form() && !self.headers.is_empty() {
            return Err(TransportError::usage(
                "`basic_auth` and `header` are not sent over plain http; use an https address",
            ));
        }
        let mut out = reqwest::Request::new(http::Method::POST, request.endpoint.url().clone());
        let headers = out.headers_mut();
        // These headers are for the SOAP service, and a token endpoint is another service.
        if !request.is_form() {
            headers.extend(self.headers.clone());
        }
        headers.insert(CONTENT_TYPE, content_type);
        if request.soap == SoapVersion::V1_1 && !request.is_form() {
            headers.insert(
                HeaderName::from_static("soapaction"),
                request.action_header()?,
            );
        }
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let mut body = request.body.clone();
        if self.compress.is_some_and(|least| body.len() >= least) && !request.is_form() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            body = deflate::gzip(&body).into();
        }
        let (upload, progress) = Upload::new(body);
        *out.body_mut() = Some(reqwest::Body::wrap(upload));
        Ok((out, progress))
    }

    fn prepare_get(
        &self,
        request: &Request,
        token: &Secret,
    ) -> Result<(reqwest::Request, Arc<upload::Progress>), TransportError> {
        let mut bearer =
            HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|_| {
                TransportError::usage("the token has a character that no header may carry")
            })?;
        bearer.set_sensitive(true);
        let mut out = reqwest::Request::new(http::Method::GET, request.endpoint.url().clone());
        let headers = out.headers_mut();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let (_, progress) = Upload::new(Bytes::new());
        Ok((out, progress))
    }

    /// Checks the head of a response and returns the response. Its body has not arrived yet.
    fn accept(
        &self,
        response: reqwest::Response,
        asked: &Url,
        started: Instant,
    ) -> Result<Response, TransportError> {
        let status = response.status();
        let headers = response.headers();
        if status.is_redirection() {
            return Err(redirected(status, headers, asked));
        }
        if response.url() != asked {
            // This is only possible with a client that was built elsewhere.
            let message = "the HTTP client followed a redirect; turn that off in the client, \
                           because the response is not that of the service";
            return Err(
                TransportError::new(TransportErrorKind::Protocol, message).with_sent(Sent::Maybe)
            );
        }
        let gzipped = gzipped(headers)?;
        let decoder = Decoder::new(gzipped, self.max_body);
        // A response that announces too large a length is refused before it arrives.
        decoder
            .announced(response.content_length().unwrap_or(0))
            .map_err(stopped)?;
        let headers = headers.clone();
        let pace = Pace::new(self.times, started.elapsed());
        let download = Incoming {
            response,
            decoder,
            pace,
            pending: Bytes::new(),
        };
        Ok(Response::new(status, Body::from_download(download)).with_headers(headers))
    }
}

fn redirected(status: http::StatusCode, headers: &HeaderMap, asked: &Url) -> TransportError {
    let target = headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| asked.join(value).ok());
    let to = match target.as_ref().and_then(Url::host_str) {
        Some(host) => format!(" to {}", host.chars().take(100).collect::<String>()),
        None => String::new(),
    };
    let message = format!(
        "the service redirects{to}, which is not followed because the request contains credentials. \
         If the service has moved, change the address"
    );
    // A server sends 303 after it has done the request and shows the result elsewhere.
    let sent = match status {
        http::StatusCode::SEE_OTHER => Sent::Maybe,
        _ => Sent::Answered,
    };
    TransportError::new(TransportErrorKind::Protocol, message)
        .with_status(status)
        .with_sent(sent)
}

/// Whether the body is compressed. At most one content coding is accepted, and only the one that
/// was requested.
fn gzipped(headers: &HeaderMap) -> Result<bool, TransportError> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        codings.extend(value.split(',').map(|coding| coding.trim().to_owned()));
    }
    codings.retain(|coding| !coding.is_empty());
    match codings.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["identity"] => Ok(false),
        ["gzip" | "x-gzip"] => Ok(true),
        _ => {
            let list: String = codings
                .join(", ")
                .chars()
                .filter(|c| !c.is_control())
                .take(60)
                .collect();
            let message = format!(
                "the response has the content coding `{list}`, but only gzip was asked for"
            );
            Err(TransportError::new(TransportErrorKind::Protocol, message).with_sent(Sent::Maybe))
        }
    }
}

/// A body that is being received.
struct Incoming {
    response: reqwest::Response,
    decoder: Decoder,
    pace: Pace,
    /// Bytes that were received but not decoded.
    pending: Bytes,
}

impl Download for Incoming {
    fn next(&mut self) -> NextChunk<'_> {
        Box::pin(self.receive())
    }
}

impl Incoming {
    async fn receive(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            let begin = Instant::now();
            let piece = self.decoder.next(&mut self.pending).map_err(stopped)?;
            self.pace.work(begin.elapsed())?;
            if let Some(piece) = piece {
                return Ok(Some(piece));
            }
            match self.pace.next(self.response.chunk()).await? {
                Ok(Some(bytes)) => {
                    self.pace.count(bytes.len())?;
                    self.decoder.received(bytes.len()).map_err(stopped)?;
                    self.pending = bytes;
                }
                Ok(None) => {
                    self.decoder.finish().map_err(stopped)?;
                    return Ok(None);
                }
                Err(error) => return Err(failure::receiving(error)),
            }
        }
    }
}

fn stopped(stop: Stop) -> TransportError {
    let error = match stop {
        Stop::Limit(limit) => TransportError::limit(format!(
            "the response is larger than max_body = {limit} bytes after decompression; ask for less \
             at a time, or raise the limit"
        )),
        Stop::Inflate(source @ InflateError::Truncated) => {
            TransportError::new(TransportErrorKind::Truncated, "the response ended early")
                .with_source(source)
        }
        Stop::Inflate(source) => TransportError::new(
            TransportErrorKind::Protocol,
            "the response cannot be decompressed",
        )
        .with_source(source),
    };
    error.with_sent(Sent::Maybe)
}
