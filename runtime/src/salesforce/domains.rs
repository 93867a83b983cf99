//! Where a session may go: the domains that belong to Salesforce.

use crate::client::AuthContext;
use crate::endpoint::{AllowedHost, Endpoint, PlainHttp, ip, is_below};
use crate::error::{Error, ErrorKind};

impl Endpoint {
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
        let endpoint = Self::checked(server_url, plain).map_err(|problem| {
            let message = format!("the address for the session in the login answer: {problem}");
            Error::new(ErrorKind::ForeignEndpoint, message)
        })?;
        allows(self, &endpoint, allowed)?;
        Ok(endpoint)
    }
}

impl AuthContext {
    /// The endpoint that a service named for a session when it was asked at `asked`, if the session
    /// may go there: see [`Endpoint::for_session`]. A bare host gets the path of the WSDL.
    ///
    /// # Errors
    ///
    /// [`Error::is_foreign_endpoint`] if it may not.
    pub fn session_endpoint(&self, asked: &Endpoint, named: &str) -> Result<Endpoint, Error> {
        let endpoint = asked.for_session(named, &self.settings.allowed_hosts)?;
        Ok(endpoint.completed(self.service.endpoint)?)
    }
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

#[cfg(test)]
#[path = "domains_tests.rs"]
mod tests;
