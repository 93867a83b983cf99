//! Builds clients.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::cursors::Cursors;
use super::renewal::Sessions;
use super::repeat::{connect, surroundings};
use super::retry::budget::Budget;
use super::{
    AuthContext, Authenticator, Client, FromClient, HeaderFor, Headers, OperationType, Retry,
    RetrySettings, Session, Settings, Shared, WireLog,
};
use crate::endpoint::{Endpoint, PlainHttp, check_allowed_host};
use crate::error::Error;
use crate::leniency::Leniency;
use crate::limits::Limits;
use crate::schema::Repeat;
use crate::transport::Transport;
use crate::ws::RawHeader;

/// Configures a client: the address of the service, the session, and all other settings.
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
    leniency: Leniency,
    allowed_hosts: Vec<String>,
    plain: PlainHttp,
    plain_to_private: bool,
    headers: Headers,
    authenticator: Option<Arc<dyn Authenticator>>,
    retry: RetrySettings,
    max_cursors: usize,
    wire_log: Option<WireLog>,
    service: PhantomData<fn() -> S>,
}

/// With API versions before 56, a user may have 10 open cursors. Two of them are left for other
/// programs.
const MAX_CURSORS: usize = 8;

/// The maximum time of a call with all its attempts.
const DEADLINE: Duration = Duration::from_secs(600);

impl<S: FromClient> Default for Builder<S> {
    fn default() -> Self {
        Self {
            transport: None,
            limits: Limits::default(),
            leniency: Leniency::default(),
            allowed_hosts: Vec::new(),
            plain: PlainHttp::Refused,
            plain_to_private: false,
            headers: Headers::default(),
            authenticator: None,
            retry: RetrySettings {
                retry: Retry::default(),
                deadline: DEADLINE,
                repeat: Vec::new(),
            },
            max_cursors: MAX_CURSORS,
            wire_log: None,
            service: PhantomData,
        }
    }
}

impl<S: FromClient> Builder<S> {
    /// Sets the transport. The default is [`Https`](crate::Https) with its default settings.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sets the limits on responses.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets what is forgiven in responses.
    pub fn leniency(mut self, leniency: Leniency) -> Self {
        self.leniency = leniency;
        self
    }

    /// Adds a header that the WSDL does not declare to every request, including the login. See
    /// [`ws`](crate::ws).
    pub fn raw_header(mut self, header: impl RawHeader) -> Self {
        self.headers.add_raw(header);
        self
    }

    /// Allows the login to send the session to this host (`host` or `host:port`), although it is in
    /// another domain than the login host.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.allowed_hosts.push(host.into());
        self
    }

    /// Allows `http` addresses of this machine, for tests against a server without TLS.
    pub fn allow_plain_http_on_loopback(mut self) -> Self {
        self.plain = PlainHttp::ToLoopback;
        self
    }

    /// Allows [`anonymous`](Self::anonymous) to take an `http` address of a private network.
    /// [`PlainHttp::ToPrivate`] says which addresses these are. Use this for devices such as
    /// cameras that do not support `https`. **Everybody on that network can read and change what is
    /// sent.**
    ///
    /// A service with sessions is still called only over `https`. A call fails before anything is
    /// sent if one of its headers contains a password or if the transport adds credentials. A
    /// digest of a password is permitted: see
    /// [`UsernameToken::digest`](crate::ws::UsernameToken::digest).
    pub fn allow_plain_http_to_private_addresses(mut self) -> Self {
        self.plain_to_private = true;
        self
    }

    /// Adds a header to all calls whose binding declares it, including the login. For example, this
    /// is how a `LoginScopeHeader` is sent with the login.
    pub fn with<H: HeaderFor<S>>(mut self, header: H) -> Self {
        self.headers.set(header);
        self
    }

    /// Sets how sessions are opened. The module [`auth`](crate::auth) lists the authenticators.
    ///
    /// ```ignore,no_run
    /// use enterprise::Soap;
    /// use saponify::auth::ClientCredentials;
    ///
    /// let secret = std::env::var("SF_SECRET")?;
    /// let login = ClientCredentials::new("https://acme.my.salesforce.com", "consumer key", secret);
    /// let soap = Soap::builder().authenticator(login).connect().await?;
    /// ```
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Sets how failed calls are repeated. By default, a call that is safe to repeat is attempted
    /// three times.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry.retry = retry;
        self
    }

    /// Sets the maximum time of one call with all its attempts, pauses and renewals of the session.
    /// The default is ten minutes. A query stream has this time for each of its batches.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.retry.deadline = deadline;
        self
    }

    /// Sets whether an operation may be repeated. This overrides the operation's table.
    pub fn repeat<O: OperationType>(mut self, repeat: Repeat) -> Self {
        self.retry.repeat.push((O::operation().name, repeat));
        self
    }

    /// Sets how many cursors may be open at a time. The default is 8. A further query waits until a
    /// cursor has returned its last row or its stream is dropped, but not beyond the query's
    /// deadline.
    ///
    /// A stream of child rows ([`Client::children`]) has a cursor of its own as soon as it requests
    /// more rows than those that arrived with the parent. A stream of a query with sub-queries
    /// reserves a cursor for each of their levels, so that its child rows can always be read, one
    /// stream at a time: four such streams run at once by default. A query that needs more cursors
    /// than there are is a usage error.
    ///
    /// Salesforce closes the oldest cursor when a user opens the 11th one (API versions before 56).
    /// It opens a cursor for the further child rows of each parent, whether or not they are read,
    /// and no client can prevent that.
    pub fn max_cursors(mut self, cursors: usize) -> Self {
        self.max_cursors = cursors.max(1);
        self
    }

    /// Sets the log of the XML of requests and responses. By default there is none. Secrets are
    /// masked; [`WireLog`] says which personal data is shown.
    pub fn wire_log(mut self, log: WireLog) -> Self {
        self.wire_log = Some(log);
        self
    }

    /// Opens the first session and returns the client.
    ///
    /// # Errors
    ///
    /// Returns an error if no session can be opened. [`Error::fault`], [`Error::is_login`] or
    /// [`Error::is_foreign_endpoint`] says why. Returns a usage error if the transport cannot be
    /// built or if no [`authenticator`](Self::authenticator) was given.
    pub async fn connect(mut self) -> Result<S, Error> {
        let Some(authenticator) = self.authenticator.take() else {
            return Err(Error::usage(
                "no authenticator was given; see `Builder::authenticator`, or use `login`, \
                 `session` or `anonymous`",
            ));
        };
        let context = self.context()?;
        let session = connect(&*authenticator, &context, &self.retry).await?;
        Ok(self.finish(context, Some(authenticator), session))
    }

    /// Makes a client without a session, for the endpoint in the WSDL or another one. A host
    /// without a path (`https://example.com`) gets the path of the endpoint in the WSDL. An address
    /// that ends with a slash (`https://example.com/`) is used unchanged.
    ///
    /// # Errors
    ///
    /// Returns an error if the endpoint is not an `https` URL, or if the transport cannot be built.
    pub fn anonymous(self, endpoint: Option<&str>) -> Result<S, Error> {
        let of_wsdl = S::service().endpoint;
        let has_sessions = S::service().session_header.is_some();
        let plain = match self.plain_to_private && !has_sessions {
            true => PlainHttp::ToPrivate,
            false => self.plain,
        };
        let endpoint = match endpoint {
            Some(given) if given.ends_with('/') => Endpoint::parse_with(given, plain)?,
            given => Endpoint::resolve(given.unwrap_or(of_wsdl), of_wsdl, plain)?,
        };
        let context = self.context()?;
        Ok(self.finish(context, None, Session::anonymous(endpoint)))
    }

    /// The settings that authenticators may use.
    pub(crate) fn context(&self) -> Result<Arc<AuthContext>, Error> {
        self.allowed_hosts
            .iter()
            .try_for_each(|host| check_allowed_host(host))?;
        let transport = match &self.transport {
            Some(transport) => Arc::clone(transport),
            None => default_transport(&self.limits)?,
        };
        let settings = Settings {
            transport,
            limits: self.limits,
            leniency: self.leniency,
            drift: Arc::default(),
            soap: S::service().soap,
            session_header: S::service().session_header,
            allowed_hosts: self.allowed_hosts.clone(),
            plain: self.plain,
            wire_log: self.wire_log.clone(),
            longest_retry_after: self.retry.retry.longest_retry_after,
        };
        Ok(Arc::new(AuthContext {
            service: S::service(),
            settings,
            headers: self.headers.clone(),
        }))
    }

    /// Makes the client of a session and of the authenticator that renews it.
    pub(crate) fn finish(
        self,
        context: Arc<AuthContext>,
        authenticator: Option<Arc<dyn Authenticator>>,
        session: Session,
    ) -> S {
        let shared = Shared {
            service: S::service(),
            settings: context.settings.clone(),
            authenticator,
            context,
            sessions: Arc::new(Sessions::new(Arc::new(session), surroundings())),
            budget: Budget::new(self.retry.retry.budget),
            retry: self.retry,
            cursors: Arc::new(Cursors::new(self.max_cursors)),
            last_limit_header: Mutex::new(None),
        };
        S::from_client(Client {
            shared: Arc::new(shared),
            headers: self.headers,
        })
    }
}

/// [`Https`](crate::Https) with its default settings.
#[cfg(feature = "https")]
fn default_transport(limits: &Limits) -> Result<Arc<dyn Transport>, Error> {
    let https = crate::transport::Https::builder().max_body(limits.body as u64);
    Ok(Arc::new(https.build()?))
}

#[cfg(not(feature = "https"))]
fn default_transport(_: &Limits) -> Result<Arc<dyn Transport>, Error> {
    Err(Error::usage(
        "there is no transport; set one with `Builder::transport`, or enable the feature `https` \
         of the crate saponify",
    ))
}
