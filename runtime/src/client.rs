//! The client behind a generated service, and how to make one.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::call::{Call, OperationType};
use crate::endpoint::{Endpoint, PlainHttp, check_allowed_host};
use crate::error::Error;
use crate::headers::{HeaderFor, Headers};
use crate::limits::Limits;
use crate::record::Record;
use crate::records::Records;
use crate::schema::{Service, SoapVersion, Type};
use crate::secret::Credentials;
use crate::session::{self, Session};
use crate::soql::QueryText;
use crate::transport::{Https, Transport};
use crate::value::{Struct, Tabled};
use crate::view::View;
use crate::ws::RawHeader;

/// A service struct of generated code. Implemented by [`service!`](crate::gen_service).
pub trait FromClient: Sized {
    /// The service.
    fn service() -> &'static Service;

    /// Wraps a client.
    fn from_client(client: Client) -> Self;
}

/// A session with a service, shared by all clones, and the headers that this clone's calls carry.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    headers: Headers,
}

pub(crate) struct Shared {
    pub(crate) service: &'static Service,
    pub(crate) settings: Settings,
    pub(crate) session: Session,
    usage: Mutex<Option<ApiUsage>>,
}

/// What holds for every call of a client.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) limits: Limits,
    /// The version of SOAP that the port speaks.
    pub(crate) soap: SoapVersion,
    pub(crate) session_header: Option<&'static Type>,
    allowed_hosts: Vec<String>,
    plain: PlainHttp,
}

/// API calls that the organization made in the last 24 hours, as the last answer told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiUsage {
    /// Calls made.
    pub current: i64,
    /// Calls allowed.
    pub limit: i64,
}

impl Client {
    /// A call of an operation without arguments yet. For generated code.
    #[doc(hidden)]
    pub fn call<O: OperationType>(&self) -> Call<'_, O> {
        Call::new(self)
    }

    pub(crate) fn soap(&self) -> SoapVersion {
        self.shared().settings.soap
    }

    /// Rows of a query, over all its batches: a text, or a [`Soql`](crate::soql::Soql).
    pub fn records<V: View>(&self, soql: impl QueryText<V>) -> Records<V> {
        Records::new(self.clone(), soql)
    }

    /// The rows of a sub-query, such as `account.contacts()`: those that came with their parent,
    /// then the rest, by the locator of their own.
    ///
    /// Read them before the stream of the parents goes on to its next batch: the service ends the
    /// cursors of child rows when it is asked for more parents.
    ///
    /// ```ignore
    /// use enterprise::{Account, Contact};
    ///
    /// let soql = "SELECT Id, (SELECT LastName FROM Contacts) FROM Account";
    /// let mut accounts = soap.records::<Account>(soql);
    /// while let Some(account) = accounts.try_next().await? {
    ///     let Some(contacts) = account.contacts() else { continue };
    ///     let mut contacts = soap.children::<Contact>(contacts);
    ///     while let Some(contact) = contacts.try_next().await? {
    ///         println!("{:?}", contact.last_name());
    ///     }
    /// }
    /// ```
    pub fn children<V: View>(&self, result: &dyn Struct) -> Records<V> {
        Records::children(self.clone(), result)
    }

    /// The session that calls are made with.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.shared.session
    }

    /// API usage as the last answer told, fault or not, whichever clone made the call.
    #[must_use]
    pub fn limit_info(&self) -> Option<ApiUsage> {
        *self.usage()
    }

    /// The same session with one more header on its calls. For generated code, which knows what
    /// headers the service has.
    #[doc(hidden)]
    #[must_use]
    pub fn with<H: Tabled>(&self, header: H) -> Self {
        let mut client = self.clone();
        client.headers.set(header);
        client
    }

    /// The same session without a header on its calls. For generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn without<H: Tabled>(&self) -> Self {
        let mut client = self.clone();
        client.headers.leave_out(H::static_table());
        client
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn headers(&self) -> &Headers {
        &self.headers
    }

    fn usage(&self) -> MutexGuard<'_, Option<ApiUsage>> {
        let usage = &self.shared.usage;
        usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what answers tell in passing out of their headers.
    pub(crate) fn note(&self, headers: &[Record]) {
        let Some(table) = self.shared.service.limit_header else {
            return;
        };
        let usage = headers
            .iter()
            .filter(|header| header.table() == table)
            .find_map(usage);
        if usage.is_some() {
            *self.usage() = usage;
        }
    }
}

/// `limitInfo` of the type `API REQUESTS`.
fn usage(header: &Record) -> Option<ApiUsage> {
    header
        .fields()
        .filter_map(|(_, info)| info.as_record())
        .find_map(|info| {
            let number = |name| info.text(name)?.trim().parse().ok();
            let is_api = info.text("type")?.eq_ignore_ascii_case("API REQUESTS");
            is_api.then_some(ApiUsage {
                current: number("current")?,
                limit: number("limit")?,
            })
        })
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("service", &self.shared.service.name)
            .field("session", &self.shared.session)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// Makes a client: how to reach the service, and with what session.
///
/// ```ignore,no_run
/// use enterprise::Soap;
/// use saponify::{Credentials, Https};
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
    /// Sends requests this way instead of by [`Https`] with its defaults.
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

    /// Logs in with the WSDL's own `login` and switches to the endpoint that it names.
    ///
    /// `endpoint` may be a host alone, `https://login.salesforce.com`: the path is then that of
    /// the WSDL.
    ///
    /// # Errors
    ///
    /// If the credentials are refused ([`Error::fault`] tells why), the password has expired
    /// ([`Error::is_login`]), or the endpoint named is of a foreign host
    /// ([`Error::is_foreign_endpoint`]).
    pub async fn login(self, endpoint: &str, credentials: Credentials) -> Result<S, Error> {
        let (settings, headers) = self.settings()?;
        let session =
            session::login(S::service(), &settings, &headers, endpoint, &credentials).await?;
        Ok(finish(settings, headers, session))
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

    fn settings(self) -> Result<(Settings, Headers), Error> {
        self.allowed_hosts
            .iter()
            .try_for_each(|host| check_allowed_host(host))?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(Https::builder().max_body(self.limits.body as u64).build()?),
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

fn finish<S: FromClient>(settings: Settings, headers: Headers, session: Session) -> S {
    let shared = Shared {
        service: S::service(),
        settings,
        session,
        usage: Mutex::new(None),
    };
    S::from_client(Client {
        shared: Arc::new(shared),
        headers,
    })
}

impl Settings {
    /// An endpoint that the caller gave; a host alone gets the path of the WSDL's endpoint.
    pub(crate) fn endpoint(&self, given: &str, of_wsdl: &str) -> Result<Endpoint, Error> {
        Endpoint::resolve(given, of_wsdl, self.plain)
    }

    /// An endpoint that the login host named: only one of its own family, or an allowed one.
    pub(crate) fn server_endpoint(&self, login: &Endpoint, named: &str) -> Result<Endpoint, Error> {
        login.for_session(named, &self.allowed_hosts)
    }
}
