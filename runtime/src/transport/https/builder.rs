//! The settings of the HTTPS transport.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Proxy, Url};
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::clients::{Clients, Recipe, Route};
use super::pace::{Throughput, Times};
use super::tls;
use super::{Https, Shared};
use crate::secret::Secret;
use crate::transport::TransportError;

const PRODUCT: &str = concat!("saponify/", env!("CARGO_PKG_VERSION"));

/// The settings of [`Https`]. [`build`](HttpsBuilder::build) reports errors in them.
///
/// | setting | default |
/// |---|---|
/// | [`connect_timeout`](Self::connect_timeout) | 10 s |
/// | [`response_timeout`](Self::response_timeout) | 150 s |
/// | [`idle_timeout`](Self::idle_timeout) | 60 s |
/// | [`total_timeout`](Self::total_timeout) | 10 min |
/// | [`minimum_throughput`](Self::minimum_throughput) | 1 KiB/s over 30 s, after 30 s |
/// | [`max_body`](Self::max_body) | 64 MiB |
/// | [`compress_requests`](Self::compress_requests) | from 1 KiB on |
/// | [`proxy`](Self::proxy) | from the environment |
/// | [`basic_auth`](Self::basic_auth), [`header`](Self::header) | none |
///
/// `Debug` omits the proxy, because its URL may contain a password.
#[must_use]
pub struct HttpsBuilder {
    times: Times,
    max_body: u64,
    compress: Option<usize>,
    user_agent: Option<String>,
    proxy: ProxyChoice,
    roots: Vec<Vec<u8>>,
    headers: Vec<(String, Secret)>,
    client: Option<Client>,
}

enum ProxyChoice {
    Environment,
    None,
    Url(Secret),
}

impl HttpsBuilder {
    pub(super) fn new() -> Self {
        Self {
            times: Times {
                connect: Duration::from_secs(10),
                response: Duration::from_secs(150),
                idle: Duration::from_secs(60),
                total: Duration::from_secs(600),
                throughput: Some(Throughput {
                    bytes_per_second: 1024,
                    window: Duration::from_secs(30),
                    grace: Duration::from_secs(30),
                }),
            },
            max_body: 64 * 1024 * 1024,
            compress: Some(1024),
            user_agent: None,
            proxy: ProxyChoice::Environment,
            roots: Vec::new(),
            headers: Vec::new(),
            client: None,
        }
    }

    /// Sets the maximum time to resolve the host name, to connect and to complete the TLS
    /// handshake. If it expires, nothing has been sent.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.times.connect = timeout;
        self
    }

    /// Sets the maximum time from the last byte of the request to the head of the response, in
    /// which the service works. The default is 150 s, because Salesforce aborts a query after 120 s
    /// and then reports it.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.times.response = timeout;
        self
    }

    /// Sets the maximum time without any byte while the request is sent or the response arrives.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.times.idle = timeout;
        self
    }

    /// Sets the maximum time that one call may spend on waiting for the network and on
    /// decompressing the response, from connecting to the last byte. Time that the caller takes
    /// between two chunks of a body does not count.
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.times.total = timeout;
        self
    }

    /// Sets the minimum speed of a response: `bytes_per_second` on average over each `window`. The
    /// first window begins `grace` after the head of the response. Bytes are counted before
    /// decompression, and time is counted only while waiting for bytes. Zero turns the check off.
    pub fn minimum_throughput(
        mut self,
        bytes_per_second: u32,
        window: Duration,
        grace: Duration,
    ) -> Self {
        self.times.throughput = (bytes_per_second > 0).then_some(Throughput {
            bytes_per_second,
            window,
            grace,
        });
        self
    }

    /// Sets the maximum number of bytes of a response after decompression. The number of bytes
    /// before decompression is limited to the same number plus 64 KiB.
    pub fn max_body(mut self, bytes: u64) -> Self {
        self.max_body = bytes;
        self
    }

    /// Compresses requests of at least this many bytes. `None` turns compression off. The part with
    /// the session id is compressed separately from the data, so that the length of a request
    /// reveals nothing about the session id.
    pub fn compress_requests(mut self, least: impl Into<Option<usize>>) -> Self {
        self.compress = least.into();
        self
    }

    /// Puts a product name before `saponify/VERSION` in the `User-Agent` header, such as
    /// `acme-sync/2.1`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// Connects through an HTTP proxy: `http://host:port` or `https://host:port`, with
    /// `user:password@` if the proxy requires it. The proxy opens a tunnel and sees only the host
    /// name. Loopback hosts are always connected directly.
    ///
    /// Without this setting, the environment variables `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`
    /// apply, in upper or lower case, as in other tools.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.proxy = ProxyChoice::Url(url.into());
        self
    }

    /// Connects directly, whatever the environment variables say.
    pub fn no_proxy(mut self) -> Self {
        self.proxy = ProxyChoice::None;
        self
    }

    /// Trusts the certificates of this PEM text as roots, in addition to those of the operating
    /// system. Use it for a service or a proxy whose certificate is signed by a certificate
    /// authority of your own.
    pub fn extra_root_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.roots.push(pem.as_ref().to_vec());
        self
    }

    /// Sends a user name and a password with every SOAP request (HTTP Basic, RFC 7617), for a
    /// service that asks for them with status 401. The user name must not contain a colon.
    ///
    /// Every service that gets a request of this transport gets the password, so use the transport
    /// only for the clients of one service. The password is never sent over plain http, except to
    /// this machine.
    pub fn basic_auth(self, user: impl AsRef<str>, password: impl Into<Secret>) -> Self {
        let pair = Zeroizing::new(format!("{}:{}", user.as_ref(), password.into().expose()));
        let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
        // HTTP Basic ends the user name at the first colon. `build` refuses the name of this header
        // and reports the colon.
        let name = match user.as_ref().contains(':') {
            true => "authorization:",
            false => "authorization",
        };
        self.header(name, Secret::from(value))
    }

    /// Sends this HTTP header with every SOAP request, such as the key that a gateway asks for. A
    /// header that is added twice is sent twice. The headers that the transport writes itself
    /// cannot be set.
    ///
    /// The value is a secret: `Debug` does not show it, and it is never sent over plain http, except to
    /// this machine. Cookies that a service sets are not sent back.
    ///
    /// ```
    /// use saponify::Https;
    ///
    /// let https = Https::builder()
    ///     .basic_auth("reader", "a password")
    ///     .header("x-api-key", "a key")
    ///     .build()?;
    /// # Ok::<(), saponify::Error>(())
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Uses a client that was built elsewhere. The client's own settings decide about certificates,
    /// TLS versions, connect timeout, proxies and connections. The guarantees of [`Https`] about
    /// these do not hold. Setting them on this builder as well is an error.
    ///
    /// The other guarantees remain. A request is never sent a second time, for instance to the
    /// target of a redirect. A response from another address is an error. The size of a response is
    /// limited, and all timeouts apply except the one for connecting. If the client decompresses
    /// responses, only the client can notice that they are damaged.
    ///
    /// The feature `unstable-transport` adds this method. It is exempt from semantic versioning: the
    /// version of reqwest may change in any release.
    #[cfg(feature = "unstable-transport")]
    pub fn client(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Builds the transport. This reads the root certificates of the operating system, so do it
    /// once.
    ///
    /// # Errors
    ///
    /// Returns a usage error that names the setting.
    pub fn build(self) -> Result<Https, TransportError> {
        let times = self.times.checked()?;
        let user_agent = match &self.user_agent {
            Some(product) => HeaderValue::from_str(&format!("{product} {PRODUCT}"))
                .map_err(|_| TransportError::usage("user_agent: it has a control character"))?,
            None => HeaderValue::from_static(PRODUCT),
        };
        let headers = header_map(&self.headers)?;
        let secrets = self.secrets();
        let clients = self.clients(&times)?;
        Ok(Https(Arc::new(Shared {
            clients,
            times,
            max_body: self.max_body,
            compress: self.compress,
            user_agent,
            headers,
            secrets,
        })))
    }

    /// What no error may repeat.
    fn secrets(&self) -> Vec<Secret> {
        let mut secrets = Vec::new();
        for (_, value) in &self.headers {
            secrets.push(value.clone());
            // `Bearer …` and the like: a service may repeat the second part alone.
            let Some((scheme, rest)) = value.expose().split_once(' ') else {
                continue;
            };
            secrets.push(Secret::from(rest.trim()));
            if scheme.eq_ignore_ascii_case("basic") {
                secrets.extend(password_of(rest.trim()));
            }
        }
        if let ProxyChoice::Url(url) = &self.proxy
            && let Ok(url) = Url::parse(url.expose())
            && let Some(password) = url.password()
        {
            // A plus sign is itself in a URL, unlike in a form.
            let field = Zeroizing::new(password.replace('+', "%2B"));
            let decoded = form_urlencoded::parse(field.as_bytes()).next();
            secrets.extend(decoded.map(|(password, _)| Secret::from(password.into_owned())));
            secrets.push(Secret::from(password));
        }
        secrets
    }

    fn clients(&self, times: &Times) -> Result<Clients, TransportError> {
        if let Some(client) = &self.client {
            if !self.roots.is_empty() || !matches!(self.proxy, ProxyChoice::Environment) {
                return Err(TransportError::usage(
                    "client: root certificates and proxies must be set on the injected client",
                ));
            }
            return Ok(Clients::given(client));
        }
        let mut roots = Vec::new();
        for pem in &self.roots {
            roots.extend(tls::certificates(pem)?);
        }
        Clients::new(Recipe {
            tls: tls::config(roots)?,
            connect_timeout: times.connect,
            proxy: match &self.proxy {
                ProxyChoice::Environment => Route::Environment,
                ProxyChoice::None => Route::Direct,
                ProxyChoice::Url(url) => Route::Proxy(Box::new(parse_proxy(url)?)),
            },
        })
    }
}

/// Headers that the transport writes itself, or that say how a message is transferred.
const RESERVED: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "proxy-authorization",
    "soapaction",
    "te",
    "transfer-encoding",
    "user-agent",
];

fn header_map(headers: &[(String, Secret)]) -> Result<HeaderMap, TransportError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        if name == "authorization:" {
            return Err(TransportError::usage(
                "basic_auth: the user name has a colon, which would end it",
            ));
        }
        let bad = |problem: &str| TransportError::usage(format!("header: {problem}"));
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| bad("its name has a character that no header name may have"))?;
        if RESERVED.contains(&name.as_str()) {
            return Err(bad(&format!("`{name}` is written by the transport itself")));
        }
        let mut value = HeaderValue::from_str(value.expose()).map_err(|_| {
            bad(&format!(
                "the value of `{name}` has a character that no header may carry"
            ))
        })?;
        value.set_sensitive(true);
        map.append(name, value);
    }
    Ok(map)
}

/// The password in the value of HTTP Basic.
fn password_of(encoded: &str) -> Option<Secret> {
    let pair = Zeroizing::new(STANDARD.decode(encoded).ok()?);
    let (_, password) = str::from_utf8(&pair).ok()?.split_once(':')?;
    Some(Secret::from(password))
}

/// Reads the URL of a proxy without repeating it in an error.
fn parse_proxy(url: &Secret) -> Result<Proxy, TransportError> {
    let hint = "write it as http://host:port or http://user:password@host:port";
    let bad = |problem: &str| TransportError::usage(format!("proxy: {problem}; {hint}"));
    let parsed = Url::parse(url.expose()).map_err(|_| bad("its URL cannot be read"))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(bad("only http and https proxies are supported"));
    }
    if parsed.host_str().is_none_or(str::is_empty) {
        return Err(bad("its URL has no host"));
    }
    Proxy::all(parsed).map_err(|_| bad("its URL cannot be used"))
}

impl fmt::Debug for HttpsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpsBuilder")
            .field("times", &self.times)
            .field("max_body", &self.max_body)
            .field("compress", &self.compress)
            .field("user_agent", &self.user_agent)
            .field("extra_roots", &self.roots.len())
            .finish_non_exhaustive()
    }
}
