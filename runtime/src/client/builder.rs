//! How to make a client.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use super::{Client, FromClient, HeaderFor, Headers, Session, Settings, Shared};
use crate::endpoint::{PlainHttp, check_allowed_host};
use crate::error::Error;
use crate::limits::Limits;
use crate::transport::Transport;
use crate::ws::RawHeader;

/// Makes a client: how to reach the service, and with what session.
///
/// ```ignore,no_run
/// use enterprise::Soap;
/// use saponify::Https;
/// use saponify::salesforce::Credentials;
///
/// let pem = std::fs::read("proxy.pem")?;
/// let soap = Soap::builder()
///     .transport(Https::builder().extra_root_certificate(pem).build()?)
///     .login("https://acme.my.salesforce.com", Credentials::new("sync@example.com", "password"))
///     .await?;
/// ```
#[derive(Debug)]
#[must_use = "a builder does nothing until it logs in or takes a session"]
pub struct Builder<S> {
    transport: Option<Arc<dyn Transport>>,
    limits: Limits,
    allowed_hosts: Vec<String>,
    plain: PlainHttp,
    headers: Headers,
    service: PhantomData<fn() -> S>,
}

impl<S: FromClient> Default for Builder<S> {
    fn default() -> Self {
        Self {
            transport: None,
            limits: Limits::default(),
            allowed_hosts: Vec::new(),
            plain: PlainHttp::Refused,
            headers: Headers::default(),
            service: PhantomData,
        }
    }
}

impl<S: FromClient> Builder<S> {
    /// Sends requests this way instead of by [`Https`](crate::Https) with its defaults.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Bounds on answers.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a header that the WSDL does not declare to every request, login included; see
    /// [`ws`](crate::ws).
    pub fn raw_header(mut self, header: impl RawHeader) -> Self {
        self.headers.add_raw(header);
        self
    }

    /// Lets login send the session to this host too, though it is of another domain than the
    /// login host: `host` or `host:port`.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.allowed_hosts.push(host.into());
        self
    }

    /// Accepts `http` URLs of this very machine, for tests against a server without TLS.
    pub fn allow_plain_http_on_loopback(mut self) -> Self {
        self.plain = PlainHttp::ToLoopback;
        self
    }

    /// Adds a header to all calls whose binding declares it, the login included: the way to log in
    /// with a `LoginScopeHeader`.
    pub fn with<H: HeaderFor<S>>(mut self, header: H) -> Self {
        self.headers.set(header);
        self
    }

    /// Uses a session that is already open.
    ///
    /// # Errors
    ///
    /// If the transport cannot be made.
    pub fn session(self, session: Session) -> Result<S, Error> {
        let (settings, headers) = self.settings()?;
        Ok(finish(settings, headers, session))
    }

    /// Calls without a session, at the WSDL's own endpoint or another one.
    ///
    /// # Errors
    ///
    /// If the endpoint is no `https` URL, or the transport cannot be made.
    pub fn anonymous(self, endpoint: Option<&str>) -> Result<S, Error> {
        let (settings, headers) = self.settings()?;
        let given = endpoint.unwrap_or(S::service().endpoint);
        let session = Session::anonymous(settings.endpoint(given, S::service().endpoint)?);
        Ok(finish(settings, headers, session))
    }

    pub(crate) fn settings(self) -> Result<(Settings, Headers), Error> {
        self.allowed_hosts
            .iter()
            .try_for_each(|host| check_allowed_host(host))?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport(&self.limits)?,
        };
        let settings = Settings {
            transport,
            limits: self.limits,
            soap: S::service().soap,
            session_header: S::service().session_header,
            allowed_hosts: self.allowed_hosts,
            plain: self.plain,
        };
        Ok((settings, self.headers))
    }
}

/// [`Https`](crate::Https) with its defaults.
#[cfg(feature = "https")]
fn default_transport(limits: &Limits) -> Result<Arc<dyn Transport>, Error> {
    let https = crate::transport::Https::builder().max_body(limits.body as u64);
    Ok(Arc::new(https.build()?))
}

#[cfg(not(feature = "https"))]
fn default_transport(_: &Limits) -> Result<Arc<dyn Transport>, Error> {
    Err(Error::usage(
        "there is no transport; give one with `Builder::transport`, or enable the feature `https` \
         of the crate saponify",
    ))
}

/// The client of a session.
pub(crate) fn finish<S: FromClient>(settings: Settings, headers: Headers, session: Session) -> S {
    let shared = Shared {
        service: S::service(),
        settings,
        session,
        limits_told: Mutex::new(None),
    };
    S::from_client(Client {
        shared: Arc::new(shared),
        headers,
    })
}
