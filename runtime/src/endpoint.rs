//! Where requests go: parsing of service addresses, and the check on addresses a server names.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use crate::error::{Error, ErrorKind};

/// Whether an address may do without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlainHttp {
    /// `https` only.
    #[default]
    Refused,
    /// `http` as well, if the host is `localhost`, `::1` or within `127.0.0.0/8`: for a test
    /// server on the same machine. Any other host still needs `https`.
    ToLoopback,
}

/// An absolute `https` address of a service.
///
/// It has a host and a path, no user name, no password and no fragment. `Display` and `Debug`
/// leave the query out, because some services take keys there.
///
/// ```
/// use saponify::Endpoint;
///
/// let endpoint = Endpoint::parse("https://acme.my.salesforce.com/services/Soap/c/64.0")?;
/// assert_eq!(endpoint.host(), "acme.my.salesforce.com");
/// assert_eq!(endpoint.port(), 443);
/// assert!(Endpoint::parse("http://acme.my.salesforce.com/").unwrap_err().is_usage());
/// # Ok::<(), saponify::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint(Url);

impl Endpoint {
    /// Parses an `https` address.
    ///
    /// # Errors
    ///
    /// A usage error that says which part to change. It does not repeat the text, which may hold
    /// a password by mistake.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_with(text, PlainHttp::Refused)
    }

    /// Like [`parse`](Self::parse), with a choice about `http`.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn parse_with(text: &str, plain: PlainHttp) -> Result<Self, Error> {
        check(text, plain)
            .map(Self)
            .map_err(|problem| Error::usage(format!("endpoint: {problem}")))
    }

    /// The address a user gave, completed from the one in the WSDL.
    ///
    /// A `base` without a path (`https://acme.my.salesforce.com`) gets the path of `wsdl`, which
    /// is the `soap:address` of the port or only its path. A `base` with a path is used as it is.
    /// Nothing but the path and the query is taken from `wsdl`.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), for either address.
    pub fn resolve(base: &str, wsdl: &str, plain: PlainHttp) -> Result<Self, Error> {
        let mut endpoint = Self::parse_with(base, plain)?;
        if endpoint.0.path() == "/" && endpoint.0.query().is_none() {
            let absolute = if wsdl.starts_with('/') {
                endpoint.0.join(wsdl).map_err(|_| ())
            } else {
                Url::parse(wsdl).map_err(|_| ())
            };
            let Ok(absolute) = absolute else {
                return Err(Error::usage(
                    "endpoint: the address in the WSDL is no absolute URL; give the whole address \
                     of the service, with its path",
                ));
            };
            endpoint.0.set_path(absolute.path());
            endpoint.0.set_query(absolute.query());
        }
        Ok(endpoint)
    }

    /// The host in lower case; an IPv6 address is in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port, 443 if the address names none (80 for plain `http`).
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }

    /// The path, which starts with `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// False only for the plain `http` to a loopback host that [`PlainHttp::ToLoopback`] permits.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// True if the host is this machine: `localhost`, `::1` or within `127.0.0.0/8`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// The same host and port with another path, without a query.
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

    /// The endpoint that a login answer names for the session, if the session may go there.
    ///
    /// `self` is the endpoint that was logged in to. The session may go to an address with `https`
    /// (or with the same plain `http` to loopback as `self`) if one of these holds, compared
    /// without regard to case and on whole labels of the name:
    ///
    /// 1. The host is that of `self`, and the port is that of `self` or 443. For an IP address or
    ///    `localhost` the port must be that of `self`, since each port there is another program.
    /// 2. An entry of `allowed` names it: `host`, `host:port`, `.suffix` or `.suffix:port`. A
    ///    suffix covers every host below it, but not itself. An entry without a port means 443 or
    ///    the port of `self`.
    /// 3. Both belong to the same installation of Salesforce, and the port is 443 or that of
    ///    `self`: after a login at a host of Salesforce, any host below `salesforce.com`; those
    ///    for the US military (`salesforce.mil`) and mainland China (`sfcrmproducts.cn`) each for
    ///    themselves.
    ///
    /// # Errors
    ///
    /// [`Error::is_foreign_endpoint`], with the host and port in its message but nothing else of
    /// the address; no byte has been sent there. A usage error for an entry of `allowed` that
    /// cannot be read.
    pub fn for_session(&self, server_url: &str, allowed: &[String]) -> Result<Self, Error> {
        let plain = if self.is_https() {
            PlainHttp::Refused
        } else {
            PlainHttp::ToLoopback
        };
        let url = check(server_url, plain).map_err(|problem| {
            let message = format!("the address for the session in the login answer: {problem}");
            Error::new(ErrorKind::ForeignEndpoint, message)
        })?;
        let endpoint = Self(url);
        allows(self, &endpoint, allowed)?;
        Ok(endpoint)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the query; user name and fragment are refused when parsing.
        f.write_str(self.0.as_str().split(['?', '#']).next().unwrap_or_default())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

/// Parses strictly. The `url` crate follows browsers and repairs a lot: it drops tabs, turns `\`
/// into `/` and maps look-alike letters. What needs repair is refused here instead, so that what
/// was read is what a person sees.
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
        "http" if plain == PlainHttp::ToLoopback && is_loopback(host) => {}
        "http" if is_loopback(host) => {
            return Err(
                "http sends passwords in the clear; for a test server on this machine \
                        permit it explicitly, otherwise use https"
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

fn ip(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

fn is_loopback(host: &str) -> bool {
    ip(host).map_or(host == "localhost", |ip| ip.is_loopback())
}

/// Hosts that belong together: a login at one of `login` may hand its session to a host below
/// `server`.
struct Family {
    login: &'static [&'static str],
    server: &'static str,
}

/// The domain families of Salesforce.
///
/// A login host is free to name another host of the same installation: `login.salesforce.com`
/// answers with `acme.my.salesforce.com`, and after an org has moved, with another instance. The
/// API itself is always served below `salesforce.com`: My Domain (`acme.my.salesforce.com`,
/// `acme--dev.sandbox.my.salesforce.com`) and instances (`na1.salesforce.com`). So that is the only
/// suffix a session may go to. The other domains are places to log in, but as a target only if it
/// is the very same host:
///
/// - `my.site.com`, `force.com`: Experience Cloud sites, whose pages are written by customers.
/// - `cloudforce.com`, `database.com`: My Domain suffixes of the past.
///
/// The installations for the US military and for mainland China are separate from it: a session
/// does not cross over.
const FAMILIES: &[Family] = &[
    Family {
        login: &[
            "salesforce.com",
            "my.site.com",
            "force.com",
            "cloudforce.com",
            "database.com",
        ],
        server: "salesforce.com",
    },
    Family {
        login: &["salesforce.mil"],
        server: "salesforce.mil",
    },
    Family {
        login: &["sfcrmproducts.cn"],
        server: "sfcrmproducts.cn",
    },
];

/// Checks that a session obtained at `login` may be sent to `server`, by the rules of
/// [`Endpoint::for_session`].
fn allows(login: &Endpoint, server: &Endpoint, allowed: &[String]) -> Result<(), Error> {
    let allowed = allowed
        .iter()
        .map(|entry| AllowedHost::parse(entry))
        .collect::<Result<Vec<_>, _>>()?;
    let refuse = |why: &str| {
        let host: String = server.host().chars().take(100).collect();
        let message = format!(
            "the login at {} names {host}:{} for the session, {why}; the session was not sent \
             there. If that host is yours, allow it with allow_host(\"{host}:{}\")",
            login.host(),
            server.port(),
            server.port(),
        );
        Err(Error::new(ErrorKind::ForeignEndpoint, message))
    };
    if !server.is_https() && (login.is_https() || !server.is_loopback()) {
        return refuse("without TLS");
    }
    let usual_port = server.port() == login.port() || (server.is_https() && server.port() == 443);
    if server.host() == login.host() {
        let machine_local = ip(login.host()).is_some() || login.is_loopback();
        if server.port() == login.port() || (usual_port && !machine_local) {
            return Ok(());
        }
    }
    if allowed.iter().any(|entry| entry.covers(server, usual_port)) {
        return Ok(());
    }
    let related = FAMILIES.iter().any(|family| {
        family
            .login
            .iter()
            .any(|suffix| is_below(login.host(), suffix))
            && is_below(server.host(), family.server)
    });
    match (related, usual_port) {
        (true, true) => Ok(()),
        (true, false) => refuse("on an unusual port"),
        (false, _) => refuse("which is neither the same host nor known to belong to it"),
    }
}

/// True for a name with at least one more label in front of `suffix`. No IP address ends in one of
/// our suffixes, so this needs no separate check for them.
fn is_below(host: &str, suffix: &str) -> bool {
    host.strip_suffix(suffix)
        .is_some_and(|front| front.len() > 1 && front.ends_with('.'))
}

/// One configured entry: `host`, `host:port`, `.suffix`, `*.suffix`.
#[derive(Debug)]
struct AllowedHost {
    host: String,
    below: bool,
    port: Option<u16>,
}

impl AllowedHost {
    fn parse(entry: &str) -> Result<Self, Error> {
        let bad = |problem: &str| {
            let shown: String = entry
                .chars()
                .filter(|c| !c.is_control())
                .take(100)
                .collect();
            Err(Error::usage(format!(
                "allowed host `{shown}`: {problem}; write host, host:port or .suffix"
            )))
        };
        if entry.contains(['/', '@', '?', '#', '\\', '%']) || !entry.is_ascii() {
            return bad("it is no plain host name");
        }
        let name = entry
            .strip_prefix('*')
            .filter(|rest| rest.starts_with('.'))
            .unwrap_or(entry);
        let (name, below) = name
            .strip_prefix('.')
            .map_or((name, false), |name| (name, true));
        if name.contains('*') {
            return bad("a star stands only in front of a suffix");
        }
        let Ok(url) = check(&format!("https://{name}/"), PlainHttp::Refused) else {
            return bad("it is no host name");
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        if below && (ip(&host).is_some() || !host.contains('.')) {
            return bad("a suffix needs at least two labels, such as .example.com");
        }
        // The URL type hides the default port, but `host:443` still means 443 only.
        let port = url.port().or_else(|| name.ends_with(":443").then_some(443));
        Ok(Self { host, below, port })
    }

    fn covers(&self, server: &Endpoint, usual_port: bool) -> bool {
        let host = if self.below {
            is_below(server.host(), &self.host)
        } else {
            server.host() == self.host
        };
        host && self.port.map_or(usual_port, |port| port == server.port())
    }
}

/// Checks an entry for the list of allowed hosts where it is configured, before it is needed.
///
/// # Errors
///
/// A usage error, if the entry is none of `host`, `host:port`, `.suffix` and `.suffix:port`.
pub(crate) fn check_allowed_host(entry: &str) -> Result<(), Error> {
    AllowedHost::parse(entry).map(drop)
}

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
