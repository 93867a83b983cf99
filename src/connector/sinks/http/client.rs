//! Sends a request and classifies its response.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode};
use saponify::transport::parse_retry_after;
use url::Url;

use crate::connector::error::{Error, Kind};
use crate::connector::http_client::client;
use crate::connector::sinks::Failure;
use crate::connector::sinks::config::SinkConfig;

/// The number of bytes of a response that are read. The parts that are needed are far shorter.
const READ: usize = 256 << 10;

/// The longest pause that a server may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);

/// A response.
#[derive(Debug)]
pub(super) enum Reply {
    /// The server has accepted the request.
    Done(Vec<u8>),
    /// The request is larger than the server allows.
    TooLarge,
    /// The server refuses the content of the request. The body says more.
    Refused(StatusCode, Vec<u8>),
}

/// A client for one server.
pub(super) struct Client {
    client: reqwest::Client,
    url: Url,
}

/// Without the path, which may be a secret of the receiver.
impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("host", &self.host())
            .finish()
    }
}

impl Client {
    pub(super) fn new(config: &SinkConfig, timeout: Duration) -> Result<Self, Error> {
        let text = config.address();
        let url = Url::parse(text).map_err(|error| {
            let message = format!("the address of the sink {} is invalid", config.name);
            Error::new(Kind::Usage, message).because(error)
        })?;
        let client = client(config.certificate()?.as_deref(), timeout)?;
        Ok(Self { client, url })
    }

    /// The same server, at a path below that of the address, without the query of the address.
    pub(super) fn path(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let prefix = self.url.path().trim_end_matches('/');
        url.set_path(&format!("{prefix}{path}"));
        url.set_query(None);
        url.set_fragment(None);
        url
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn post(&self, url: Url) -> RequestBuilder {
        self.client.post(url)
    }

    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.client.get(url)
    }

    /// The host and port of the server, for messages. The path is left out, because it may be a secret.
    pub(super) fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Sends a request and classifies its response.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Reply, Failure> {
        let host = self.host();
        let response = request.send().await.map_err(|error| broken(&host, error))?;
        let status = response.status();
        match status.as_u16() {
            200..=299 => {
                let body = body(response).await.map_err(|error| broken(&host, error))?;
                match is_page(&body) {
                    false => Ok(Reply::Done(body)),
                    true => Err(Failure::new(format!(
                        "{host} responds with a page for people, and not as a receiver of rows"
                    ))
                    .help(
                        "check the address, and whether a proxy or a login page stands before it",
                    )),
                }
            }
            300..=399 => Err(redirect(&host, status, response.headers())),
            413 => Ok(Reply::TooLarge),
            400 | 422 => Ok(Reply::Refused(
                status,
                body(response).await.unwrap_or_default(),
            )),
            401 | 403 => Err(
                Failure::new(format!("{host} refuses access with status {status}"))
                    .help("check the token of the sink and its permissions"),
            ),
            408 | 425 | 429 | 500..=599 => {
                let pause = pause(response.headers());
                Err(
                    Failure::new(format!("{host} cannot accept rows now: status {status}"))
                        .retry_after(pause),
                )
            }
            _ => Err(
                Failure::new(format!("{host} responds with status {status}"))
                    .help("check the address of the sink"),
            ),
        }
    }
}

/// Makes the failure of a request without a response.
fn broken(host: &str, error: reqwest::Error) -> Failure {
    let message = if error.is_connect() {
        format!("no connection to {host}")
    } else if error.is_timeout() {
        format!("no response from {host} in time")
    } else {
        format!("the connection to {host} broke before a response arrived")
    };
    // The address may contain a secret.
    Failure::new(message).because(error.without_url())
}

/// Whether a body is a page of HTML: proxies and login pages respond with one, and with status 200.
fn is_page(body: &[u8]) -> bool {
    let begin = body.trim_ascii_start();
    ["<!doctype html", "<html"].iter().any(|tag| {
        let begin = begin.get(..tag.len()).unwrap_or_default();
        begin.eq_ignore_ascii_case(tag.as_bytes())
    })
}

fn redirect(host: &str, status: StatusCode, headers: &HeaderMap) -> Failure {
    let target = headers
        .get(LOCATION)
        .and_then(|target| target.to_str().ok())
        .and_then(|target| Url::parse(target).ok())
        .and_then(|target| target.host_str().map(str::to_owned));
    let to = target.map_or_else(String::new, |target| format!(" to {target}"));
    Failure::new(format!(
        "{host} redirects{to} with status {status}, and redirects are not followed"
    ))
    .help("if the target is yours, give its address instead")
}

fn pause(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let pause = parse_retry_after(text(RETRY_AFTER)?, text(DATE), Timestamp::now())?;
    Some(pause.min(LONGEST_PAUSE))
}

async fn body(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let rest = READ.saturating_sub(body.len());
        let chunk: Bytes = chunk;
        body.extend(chunk.iter().take(rest));
        if body.len() >= READ {
            break;
        }
    }
    Ok(body)
}
