//! Requests pages of an org as a browser does: with cookies, and along redirects.

use std::collections::BTreeMap;

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, LOCATION, SET_COOKIE};
use reqwest::{RequestBuilder, StatusCode};
use saponify::{Endpoint, Secret};
use url::Url;

use super::progress::Progress;
use crate::cli::Failure;

/// Redirects that are followed for one page.
const MOST_REDIRECTS: usize = 10;

/// The largest response. The largest WSDLs of tenants have some 20 MB.
const MOST_BYTES: usize = 128 << 20;

/// A browser of one org, without a window.
pub(super) struct Browser<'b> {
    client: reqwest::Client,
    /// Where the session belongs. No request goes to a host to which the session may not be sent.
    endpoint: Endpoint,
    allow_hosts: &'b [String],
    /// By host and name. A cookie goes back to the host that set it and to no other, whatever it permits.
    cookies: BTreeMap<String, BTreeMap<String, Secret>>,
    progress: &'b Progress,
}

/// Where a request led.
pub(super) enum Reached {
    Answer(Answer),
    /// To a host to which the session may not go: why it does not. Nothing was sent there.
    Elsewhere(String),
}

/// A response that is no redirect.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

impl<'b> Browser<'b> {
    pub(super) fn new(
        client: reqwest::Client,
        endpoint: Endpoint,
        allow_hosts: &'b [String],
        progress: &'b Progress,
    ) -> Self {
        Self {
            client,
            endpoint,
            allow_hosts,
            cookies: BTreeMap::new(),
            progress,
        }
    }

    /// Sets a cookie of the org's host.
    pub(super) fn set_cookie(&mut self, name: &str, value: &Secret) {
        let host = authority(self.endpoint.host(), self.endpoint.port());
        let cookies = self.cookies.entry(host).or_default();
        cookies.insert(name.to_owned(), value.clone());
    }

    /// Forgets all cookies.
    pub(super) fn clear(&mut self) {
        self.cookies.clear();
    }

    /// Gets a page of the org, by its path and query.
    pub(super) async fn get(&mut self, path: &str) -> Result<Reached, Failure> {
        let url = self.url(path)?;
        self.open(url).await
    }

    /// Gets a page by its address, which may be secret.
    pub(super) async fn open(&mut self, url: Url) -> Result<Reached, Failure> {
        let request = self.client.get(url.clone());
        self.follow(url, request).await
    }

    /// Posts a form to a path of the org.
    pub(super) async fn post(
        &mut self,
        path: &str,
        form: &[(&str, &str)],
    ) -> Result<Reached, Failure> {
        let url = self.url(path)?;
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self
            .client
            .post(url.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        self.follow(url, request).await
    }

    /// The address of a path of the org.
    fn url(&self, path: &str) -> Result<Url, Failure> {
        let host = authority(self.endpoint.host(), self.endpoint.port());
        self.allowed(&format!("https://{host}{path}"))
            .map_err(Failure::new)
    }

    /// An address to which the session may be sent, by the rules of the runtime; or why it may not.
    pub(super) fn allowed(&self, address: &str) -> Result<Url, String> {
        let unusable = || "the org leads to an address that cannot be used".to_owned();
        let mut url = Url::parse(address).map_err(|_| unusable())?;
        // The browser keeps the fragment to itself.
        url.set_fragment(None);
        if url.scheme() != "https" {
            return Err("the org leads to an address without https".to_owned());
        }
        match self.endpoint.for_session(url.as_str(), self.allow_hosts) {
            Ok(_) => Ok(url),
            Err(error) if error.is_foreign_endpoint() => {
                let host = host_of(&url);
                Err(format!(
                    "the org leads to {host}, to which its session is not sent unless --allow-host {host} is given"
                ))
            }
            Err(_) => Err(unusable()),
        }
    }

    /// Sends the request, and goes on to where the responses lead.
    async fn follow(&mut self, mut url: Url, request: RequestBuilder) -> Result<Reached, Failure> {
        let mut request = request;
        for _ in 0..MOST_REDIRECTS {
            if let Some(cookies) = self.cookies_for(&url) {
                request = request.header(COOKIE, cookies);
            }
            let response = request
                .send()
                .await
                .map_err(|error| self.broken(&url, error))?;
            self.keep_cookies(&url, response.headers());
            if !response.status().is_redirection() {
                return self.read(&url, response).await.map(Reached::Answer);
            }
            let location = response.headers().get(LOCATION);
            let next = location
                .and_then(|location| location.to_str().ok())
                .and_then(|location| url.join(location).ok())
                .ok_or_else(|| Failure::new("the org redirects to nowhere"))?;
            url = match self.allowed(next.as_str()) {
                Ok(url) => url,
                Err(why) => return Ok(Reached::Elsewhere(why)),
            };
            // A form is never sent again: it contains the session.
            request = self.client.get(url.clone());
        }
        Err(Failure::new(format!(
            "{} redirects more than {MOST_REDIRECTS} times",
            self.endpoint.host()
        )))
    }

    async fn read(&self, url: &Url, mut response: reqwest::Response) -> Result<Answer, Failure> {
        let status = response.status();
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        let length = response.content_length();
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.broken(url, error))?
        {
            if body.len() + chunk.len() > MOST_BYTES {
                let message = format!("the response is larger than {} MB", MOST_BYTES >> 20);
                return Err(Failure::new(message));
            }
            body.extend_from_slice(&chunk);
            self.progress.received(body.len(), length);
        }
        Ok(Answer {
            status,
            content_type,
            body,
        })
    }

    fn cookies_for(&self, url: &Url) -> Option<HeaderValue> {
        let cookies = self.cookies.get(&host_of(url))?;
        let pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={}", value.expose()))
            .collect();
        let mut header = HeaderValue::from_str(&pairs.join("; ")).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    fn keep_cookies(&mut self, url: &Url, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let Ok(text) = cookie.to_str() else {
                continue;
            };
            let mut parts = text.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let is_over = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
            let cookies = self.cookies.entry(host_of(url)).or_default();
            match value.is_empty() || is_over {
                true => drop(cookies.remove(name)),
                false => drop(cookies.insert(name.to_owned(), Secret::from(value))),
            }
        }
    }

    /// No response came, or not all of it. The address is left out, because it may log somebody in.
    fn broken(&self, url: &Url, error: reqwest::Error) -> Failure {
        let host = host_of(url);
        let message = match (error.is_timeout(), error.is_connect()) {
            (true, _) => format!("{host} did not answer in time"),
            (_, true) => format!("no connection to {host}"),
            _ => format!("the answer of {host} did not arrive whole"),
        };
        Failure::new(message).because(error.without_url())
    }
}

fn host_of(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or(443);
    authority(url.host_str().unwrap_or_default(), port)
}

fn authority(host: &str, port: u16) -> String {
    match port {
        443 => host.to_owned(),
        port => format!("{host}:{port}"),
    }
}
