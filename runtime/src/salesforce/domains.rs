//! Decides where a session may be sent: the domains that belong to Salesforce.

use crate::client::AuthContext;
use crate::endpoint::{AllowedHost, Endpoint, PlainHttp, ip, is_below};
use crate::error::{Error, ErrorKind};

impl Endpoint {
    /// The endpoint that a login response names for the session, if the session may be sent there.
    ///
    /// `self` is the endpoint of the login. The address must use `https`, or the same `http` to
    /// loopback as `self`. The session may be sent to the address if one of these conditions holds.
    /// Names are compared without regard to case and by whole labels.
    ///
    /// 1. The host is that of `self`, and the port is that of `self` or 443. If the host is an IP
    ///    address or `localhost`, the port must be that of `self`, because another port belongs to
    ///    another program.
    /// 2. An entry of `allowed` matches the host: `host`, `host:port`, `.suffix` or `.suffix:port`.
    ///    A suffix matches every host below it, but not the suffix itself. An entry without a port
    ///    matches port 443 and the port of `self`.
    /// 3. Both hosts belong to the same installation of Salesforce, and the port is 443 or that of
    ///    `self`. After a login at a Salesforce host, these are all hosts below `salesforce.com`.
    ///    The installations for the US military (`salesforce.mil`) and for mainland China
    ///    (`sfcrmproducts.cn`) are separate.
    ///
    /// # Errors
    ///
    /// Returns an error with [`Error::is_foreign_endpoint`] if the session may not be sent to the
    /// address. Its message contains the host and the port, but no other part of the address, and
    /// nothing was sent to the address. Returns a usage error if an entry of `allowed` cannot be
    /// parsed.
    pub fn for_session(&self, server_url: &str, allowed: &[String]) -> Result<Self, Error> {
        let plain = if self.is_https() {
            PlainHttp::Refused
        } else {
            PlainHttp::ToLoopback
        };
        let endpoint = Self::checked(server_url, plain).map_err(|problem| {
            let message = format!("the address for the session in the login response: {problem}");
            Error::new(ErrorKind::ForeignEndpoint, message)
        })?;
        allows(self, &endpoint, allowed)?;
        Ok(endpoint)
    }
}

impl AuthContext {
    /// The endpoint that a service named for a session when the client called the service at
    /// `asked`, if the session may be sent there: see [`Endpoint::for_session`]. A host without a
    /// path gets the path of the WSDL.
    ///
    /// # Errors
    ///
    /// Returns an error with [`Error::is_foreign_endpoint`] if the session may not be sent there.
    pub fn session_endpoint(&self, asked: &Endpoint, named: &str) -> Result<Endpoint, Error> {
        let endpoint = asked.for_session(named, &self.settings.allowed_hosts)?;
        Ok(endpoint.completed(self.service.endpoint)?)
    }
}

/// Domains that belong together: a login at a host in `login` may send its session to a host below
/// `server`.
struct Family {
    login: &'static [&'static str],
    server: &'static str,
}

/// The domain families of Salesforce.
///
/// A login host may name another host of the same installation. For example, `login.salesforce.com`
/// names `acme.my.salesforce.com`, and after an org was moved it names another instance. The API is
/// always served below `salesforce.com`: at My Domain hosts (`acme.my.salesforce.com`,
/// `acme--dev.sandbox.my.salesforce.com`) and at instances (`na1.salesforce.com`). Therefore this
/// is the only suffix to which a session may be sent. A login is possible in the following domains,
/// but a session may be sent to a host in them only if it is the host of the login:
///
/// - `my.site.com`, `force.com`: Experience Cloud sites, whose pages are written by customers.
/// - `cloudforce.com`, `database.com`: former suffixes of My Domain.
///
/// The installations for the US military and for mainland China are separate from the main one. A
/// session of one is not sent to another.
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

/// Checks that a session that was obtained at `login` may be sent to `server`, by the rules of
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
