//! The addresses of services, and the hosts that the program allows.

use std::fmt;
use std::net::IpAddr;

use url::Url;

use crate::lexical::ParseError;

mod allowed;
pub(crate) mod version;

pub(crate) use allowed::{AllowedHost, check_allowed_host};

/// Whether an address may use `http` without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlainHttp {
    /// Only `https` is allowed.
    #[default]
    Refused,
    /// `http` is allowed if the host is `localhost`, `::1` or in `127.0.0.0/8`. This is for test
    /// servers on the same machine. Any other host still needs `https`.
    ToLoopback,
    /// Like [`ToLoopback`](Self::ToLoopback), and `http` is also allowed to devices of a private
    /// network. These have an IP address that no public network has (RFC 1918, link-local, unique
    /// local), or a name that ends in `.local`, `.internal` or `.home.arpa`. **Everybody on that
    /// network can read and change what is sent.**
    ToPrivate,
}

/// An absolute `https` address of a service.
///
/// An endpoint has a host and a path, and no user name, password or fragment. `Display` and `Debug`
/// omit the query, because some services take keys in the query.
///
/// ```
/// use saponify::Endpoint;
///
/// let endpoint = Endpoint::parse("https://acme.my.salesforce.com/services/Soap/c/64.0")?;
/// assert_eq!(endpoint.host(), "acme.my.salesforce.com");
/// assert_eq!(endpoint.port(), 443);
/// assert!(Endpoint::parse("http://acme.my.salesforce.com/").is_err());
/// # Ok::<(), saponify::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint(Url);

impl Endpoint {
    /// Parses an `https` address.
    ///
    /// # Errors
    ///
    /// Returns a usage error that says which part of the address to change. The error does not
    /// contain the text, which may contain a password by mistake.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::parse_with(text, PlainHttp::Refused)
    }

    /// Like [`parse`](Self::parse), with a choice whether `http` is allowed.
    ///
    /// # Errors
    ///
    /// The same as those of [`parse`](Self::parse).
    pub fn parse_with(text: &str, plain: PlainHttp) -> Result<Self, ParseError> {
        Self::checked(text, plain)
            .map_err(|problem| ParseError::new(format!("endpoint: {problem}")))
    }

    /// Like [`parse_with`](Self::parse_with). The error says what is wrong with the text.
    pub(crate) fn checked(text: &str, plain: PlainHttp) -> Result<Self, String> {
        check(text, plain).map(Self)
    }

    /// Completes the address that a user gave with the address in the WSDL.
    ///
    /// A `base` without a path (`https://acme.my.salesforce.com`) gets the path of `wsdl`, which is
    /// the `soap:address` of the port or only its path. A `base` with a path is used unchanged.
    /// Only the path and the query of `wsdl` are used.
    ///
    /// # Errors
    ///
    /// The same as those of [`parse`](Self::parse), for both addresses.
    pub fn resolve(base: &str, wsdl: &str, plain: PlainHttp) -> Result<Self, ParseError> {
        Self::parse_with(base, plain)?.completed(wsdl)
    }

    /// This address. If it has no path, it gets the path and the query of `wsdl`.
    pub(crate) fn completed(mut self, wsdl: &str) -> Result<Self, ParseError> {
        if self.0.path() != "/" || self.0.query().is_some() {
            return Ok(self);
        }
        let absolute = if wsdl.starts_with('/') {
            self.0.join(wsdl).map_err(|_| ())
        } else {
            Url::parse(wsdl).map_err(|_| ())
        };
        let Ok(absolute) = absolute else {
            return Err(ParseError::new(
                "endpoint: the address in the WSDL is not an absolute URL; give the whole address of \
                 the service, with its path",
            ));
        };
        self.0.set_path(absolute.path());
        self.0.set_query(absolute.query());
        Ok(self)
    }

    /// The host in lower case. An IPv6 address is in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port. If the address names none, this is 443, or 80 for `http`.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }

    /// The path, which starts with `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// False only for the plain `http` that [`PlainHttp`] permits.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether the host is this machine: `localhost`, `::1` or in `127.0.0.0/8`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// The same host and port with another path and without a query.
    #[must_use]
    pub fn with_path(&self, path: &str) -> Self {
        let mut url = self.0.clone();
        url.set_path(path);
        url.set_query(None);
        Self(url)
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl std::str::FromStr for Endpoint {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The query is omitted. User names and fragments are refused when the address is parsed.
        f.write_str(self.0.as_str().split(['?', '#']).next().unwrap_or_default())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

/// Parses strictly. The `url` crate follows browsers and repairs many errors: it drops tabs,
/// changes `\` to `/`, and maps characters that look alike. This function refuses what needs
/// repair, so that the parsed address is the one that a person reads.
fn check(text: &str, plain: PlainHttp) -> Result<Url, String> {
    if text.is_empty() {
        return Err("it is empty; give an address such as https://host/path".into());
    }
    if !text.is_ascii() {
        return Err(
            "it has a character outside of ASCII; write the host in its xn-- form and \
                    percent-encode the path"
                .into(),
        );
    }
    if text
        .bytes()
        .any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\')
    {
        return Err("it has a space, a control character or a backslash; remove it".into());
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err("it is not absolute; write it as https://host/path".into());
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(
            "it has a user name or a password before the host; remove them and give \
                    credentials separately"
                .into(),
        );
    }
    // The `url` crate would drop a third slash and take the following text, which may contain a
    // password, for the host.
    if authority.is_empty() {
        return Err("it has no host between the slashes; write it as https://host/path".into());
    }
    let url =
        Url::parse(text).map_err(|error| format!("{error}; write it as https://host/path"))?;
    let host = match url.host_str() {
        Some(host) if !host.is_empty() => host,
        _ => return Err("it has no host; write it as https://host/path".into()),
    };
    if host.ends_with('.') {
        return Err("the host ends in a dot; remove the dot".into());
    }
    if host.split('.').any(str::is_empty) {
        return Err("the host has an empty part between dots".into());
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => {}
        "http" if plain != PlainHttp::Refused && is_loopback(host) => {}
        "http" if plain == PlainHttp::ToPrivate && is_private(host) => {}
        "http" if is_loopback(host) => {
            return Err(
                "http sends passwords in the clear; for a test server on this machine \
                        permit it explicitly, otherwise use https"
                    .into(),
            );
        }
        "http" if plain != PlainHttp::ToPrivate && is_private(host) => {
            return Err(
                "http sends everything in the clear; for a device of a private network that has no \
                 https, permit it with `Builder::allow_plain_http_to_private_addresses`"
                    .into(),
            );
        }
        _ => return Err("the scheme is not https; only https keeps the credentials secret".into()),
    }
    if url.port() == Some(0) {
        return Err("port 0 cannot be connected to".into());
    }
    if url.fragment().is_some() {
        return Err("it has a fragment (#…), which is never sent; remove it".into());
    }
    Ok(url)
}

pub(crate) fn ip(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

fn is_loopback(host: &str) -> bool {
    ip(host).map_or(host == "localhost", |ip| ip.is_loopback())
}

/// Whether the host cannot be in a public network.
fn is_private(host: &str) -> bool {
    match ip(host) {
        Some(IpAddr::V4(ip)) => ip.is_private() || ip.is_link_local(),
        Some(IpAddr::V6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local(),
        None => ["local", "internal", "home.arpa"]
            .iter()
            .any(|suffix| is_below(host, suffix)),
    }
}

/// True for a name with at least one more label in front of `suffix`. No IP address ends in one of
/// our suffixes, so this needs no separate check for them.
pub(crate) fn is_below(host: &str, suffix: &str) -> bool {
    host.strip_suffix(suffix)
        .is_some_and(|front| front.len() > 1 && front.ends_with('.'))
}

#[cfg(test)]
mod tests;
