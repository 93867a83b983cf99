//! An org that the connector is logged in to.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use saponify::auth::{
    Authenticator, AuthorizationCode, ClientCredentials, GivenSession, JwtBearer,
    Login as PasswordLogin, PrivateKey, RefreshToken,
};
use saponify::salesforce::{BrowserPage, Credentials};
use saponify::{Https, Retry, Secret};

use super::clock::{Clock, Reading};
use super::failure::failed;
use super::known::Known;
use super::org_proxies::Soap;
use super::settings::{Login, Settings, Transfer, secret};
use super::tap::Tap;
use crate::connector::error::{Error, Kind};
use crate::connector::sources::Failure;
use crate::connector::sources::changes::Described;
use crate::connector::vault::{ExposeSecret as _, SecretString, Secrets};

/// The largest response in bytes. The content of a file is removed from the response while it arrives, so
/// this limits the size of a file and not the memory.
const MOST_BYTES: u64 = 16 << 30;

/// The longest time for one file. A response that arrives too slowly is abandoned much earlier.
pub(super) const FILE_TIME: Duration = Duration::from_secs(6 * 60 * 60);

/// Attempts of one call. There are few, because each attempt at an org that does not respond takes minutes,
/// and the next round tries again in any case.
const ATTEMPTS: u32 = 2;

/// How long looked-up records and described objects are cached.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// The connector leaves one in this number of the daily API calls to other users of the org.
const RESERVED: i64 = 10;

/// A function that receives each new refresh token and stores it.
pub type KeepToken = Arc<dyn Fn(&Secret) + Send + Sync>;

/// How a person consents in the browser if the redirect goes to a web server of this program.
pub struct Consent {
    /// Receives the address of the login page. The `state` parameter of the address identifies the login.
    pub show: Box<dyn Fn(&str) + Send + Sync>,
    /// Resolves to the query of the address to which the browser was redirected, or to `None` if nobody
    /// logs in.
    pub redirected: Pin<Box<dyn Future<Output = Option<Secret>> + Send>>,
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Consent")
    }
}

/// An org that the connector is logged in to. An expired session is renewed.
pub struct Org {
    pub(super) soap: Soap,
    pub(super) tap: Tap,
    pub(super) clock: Clock,
    pub(super) transfer: Transfer,
    /// The text of the query whose rows are being read. `cursor` is set if it has more rows.
    pub(super) query: String,
    pub(super) cursor: Option<String>,
    /// Whether rows are decoded by the tables of the proxies.
    pub(super) decodes_by_table: bool,
    /// When the cached records and objects were last discarded. Users may be renamed, and objects get new
    /// fields.
    pub(super) remembered_since: Option<Instant>,
    /// Cached records.
    pub(super) known: Known,
    /// Described objects, by name.
    pub(super) described: HashMap<String, Described>,
    /// The length in bytes of the smallest file that SOAP refused.
    pub(super) refused_by_soap: Option<u64>,
    /// Whether the last tenth of the daily API calls is left to others.
    leaves_reserve: bool,
    /// The calls that the sources made.
    calls: AtomicU64,
}

/// The user that the connector is logged in as, and the org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user name.
    pub username: String,
    /// The Id of the user.
    pub user: String,
    /// The name of the org.
    pub organization_name: String,
    /// The Id of the org.
    pub organization: String,
    /// The host that the calls go to.
    pub host: String,
    /// The time of the org.
    pub server_time: Timestamp,
}

/// The API calls of the whole org within 24 hours, as the `LimitInfoHeader` of a response states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Calls that were made.
    pub used: i64,
    /// Calls that are allowed.
    pub allowed: i64,
}

impl Usage {
    /// Calls that the connector may still make. A tenth of the allowed calls is left to others.
    #[must_use]
    pub fn left(self) -> i64 {
        (self.allowed - self.allowed / RESERVED - self.used).max(0)
    }

    /// Whether so few calls are left that data which expires first must be collected first.
    #[must_use]
    pub fn is_short(self) -> bool {
        self.left() * 5 < self.allowed
    }
}

impl Org {
    /// Logs in.
    ///
    /// # Errors
    ///
    /// A secret is missing, the org cannot be reached, or the org refuses the login. The cause and the
    /// advice of the error explain the refusal.
    pub async fn connect(
        settings: &Settings,
        secrets: &Secrets,
        keep: KeepToken,
    ) -> Result<Self, Error> {
        Self::connect_by(settings, secrets, keep, None).await
    }

    /// Logs in as [`connect`](Self::connect) does. If a person has to consent, `consent` says how; without
    /// it, a browser is opened on this machine.
    pub(super) async fn connect_by(
        settings: &Settings,
        secrets: &Secrets,
        keep: KeepToken,
        consent: Option<Consent>,
    ) -> Result<Self, Error> {
        let tap = Tap::new(transport(settings)?);
        let authenticator = authenticator(settings, secrets, keep, consent)?;
        let hosts = settings.allow_hosts.iter();
        let soap = hosts
            .fold(Soap::builder(), |builder, host| builder.allow_host(host))
            .transport(tap.clone())
            .authenticator(authenticator)
            .retry(Retry::default().attempts(ATTEMPTS))
            .connect()
            .await
            .map_err(|error| failed(format!("cannot log in at {}", settings.endpoint), error))?;
        Ok(Self {
            soap,
            tap,
            clock: Clock::default(),
            transfer: settings.transfer,
            query: String::new(),
            cursor: None,
            decodes_by_table: true,
            remembered_since: None,
            known: Known::default(),
            described: HashMap::new(),
            refused_by_soap: None,
            leaves_reserve: true,
            calls: AtomicU64::new(0),
        })
    }

    /// Allows calls from the reserved tenth. A few calls are made while a person waits for them.
    pub(crate) fn use_reserve(&mut self) {
        self.leaves_reserve = false;
    }

    /// Sets the maximum number of cached records. Others are queried again.
    pub fn remember_at_most(&mut self, records: usize) {
        self.known = Known::up_to(records);
    }

    /// Asks the org which user is logged in.
    ///
    /// # Errors
    ///
    /// The org refuses the session or cannot be reached.
    pub async fn identify(&mut self) -> Result<Identity, Error> {
        let user = self.soap.get_user_info().await.map_err(|error| {
            failed(
                "the org does not accept the session, or does not say which user is logged in",
                error,
            )
        })?;
        Ok(Identity {
            username: user.user_name,
            user: user.user_id.to_string(),
            organization_name: user.organization_name,
            organization: user.organization_id.to_string(),
            host: self.soap.client().session().endpoint().host().to_owned(),
            server_time: self.time().await?,
        })
    }

    /// Returns the time of the org.
    ///
    /// # Errors
    ///
    /// The org cannot be reached.
    pub async fn time(&mut self) -> Result<Timestamp, Error> {
        let now = Instant::now();
        if let Some(time) = self.clock.now(self.tap.date(), now) {
            return Ok(time);
        }
        let response = self
            .soap
            .get_server_timestamp()
            .await
            .map_err(|error| failed("cannot ask the org for its time", error))?;
        self.clock
            .set(Reading::new(response.timestamp, Instant::now()));
        Ok(response.timestamp)
    }

    /// The API calls of the org within 24 hours, as stated in its last response.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        self.soap.limit_info().map(|usage| Usage {
            used: usage.current,
            allowed: usage.limit,
        })
    }

    /// The number of calls that the sources have made since the login, without repetitions of a call.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The client that is logged in, for calls that the connector does not make itself.
    #[must_use]
    pub fn client(&self) -> &saponify::Client {
        self.soap.client()
    }

    /// Makes an address that logs a browser in with the session of the connection, and then shows a page.
    ///
    /// # Errors
    ///
    /// The path does not belong to the org.
    pub fn browser_page(&self, path: &str) -> Result<BrowserPage, Error> {
        self.soap
            .client()
            .browser_page(path)
            .map_err(|error| Error::new(Kind::Usage, "this page cannot be opened").because(error))
    }

    /// Discards the caches once a day.
    pub(super) fn forget_daily(&mut self) {
        let since = *self.remembered_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= REMEMBERED {
            self.remembered_since = Some(Instant::now());
            self.known.clear();
            self.described.clear();
        }
    }

    /// Returns an error if the call would come from the reserved tenth.
    pub(super) fn allow(&self) -> Result<(), Failure> {
        match self.usage() {
            Some(usage) if self.leaves_reserve && usage.allowed > 0 && usage.left() == 0 => {
                let message = format!(
                    "the org has used {} of its {} daily API calls, and the connector leaves a tenth of \
                     them to others",
                    usage.used, usage.allowed
                );
                let error = Error::new(Kind::Reserved, message)
                    .help("the connector continues by itself when more calls are available");
                Err(Failure::Other(error))
            }
            _ => {
                self.calls.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Org {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Org")
            .field("endpoint", &self.soap.client().session().endpoint())
            .finish_non_exhaustive()
    }
}

fn transport(settings: &Settings) -> Result<Https, Error> {
    let mut https = Https::builder()
        .user_agent(concat!("saponify-connector/", env!("CARGO_PKG_VERSION")))
        .max_body(MOST_BYTES)
        .total_timeout(FILE_TIME);
    if let Some(pem) = &settings.certificate {
        https = https.extra_root_certificate(pem);
    }
    https
        .build()
        .map_err(|error| Error::new(Kind::Usage, "the connection cannot be set up").because(error))
}

fn authenticator(
    settings: &Settings,
    secrets: &Secrets,
    keep: KeepToken,
    consent: Option<Consent>,
) -> Result<Box<dyn Authenticator>, Error> {
    let endpoint = settings.endpoint.as_str();
    let get = |name| secrets.get(name).map(exposed);
    let if_there = |name| secrets.get(name).ok().map(exposed);
    Ok(match &settings.login {
        Login::Password { user } => {
            let mut credentials = Credentials::new(user, get(secret::PASSWORD)?);
            if let Some(token) = if_there(secret::TOKEN) {
                credentials = credentials.security_token(token);
            }
            Box::new(PasswordLogin::new(endpoint, credentials))
        }
        Login::ClientCredentials { client_id } => {
            let secret = get(secret::CLIENT_SECRET)?;
            Box::new(ClientCredentials::new(endpoint, client_id, secret))
        }
        Login::Jwt { client_id, user } => {
            let key =
                PrivateKey::from_pem(get(secret::PRIVATE_KEY)?.expose()).map_err(|error| {
                    Error::new(Kind::Usage, "the private key cannot be read").because(error)
                })?;
            Box::new(JwtBearer::new(endpoint, client_id, user, key))
        }
        Login::Web {
            client_id,
            redirect,
            scopes,
        } => match if_there(secret::REFRESH_TOKEN) {
            Some(token) => {
                let mut login = RefreshToken::new(endpoint, client_id, token)
                    .on_new_token(move |token| keep(token));
                if let Some(secret) = if_there(secret::CLIENT_SECRET) {
                    login = login.client_secret(secret);
                }
                Box::new(login)
            }
            None => {
                let mut login = AuthorizationCode::new(endpoint, client_id)
                    .redirect(redirect)
                    .scopes(scopes)
                    .on_refresh_token(move |token| keep(token));
                if let Some(secret) = if_there(secret::CLIENT_SECRET) {
                    login = login.client_secret(secret);
                }
                if let Some(Consent { show, redirected }) = consent {
                    login = login.show(show).received(redirected);
                }
                Box::new(login)
            }
        },
        Login::Session => Box::new(GivenSession::new(endpoint, get(secret::SESSION)?)),
    })
}

fn exposed(secret: &SecretString) -> Secret {
    Secret::from(secret.expose_secret())
}
