//! An org that the connector is logged in to.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
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

/// The largest answer. The content of a file is taken out while it arrives, so this bounds the
/// largest file and not the memory.
const MOST_BYTES: u64 = 16 << 30;

/// The longest time for one file. An answer that trickles is given up much earlier.
pub(super) const FILE_TIME: Duration = Duration::from_secs(6 * 60 * 60);

/// Attempts of one call. The next round is another attempt, and an org that does not answer takes minutes of
/// each.
const ATTEMPTS: u32 = 2;

/// How long is remembered what was looked up.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// One of so many calls of the org is left to others.
const RESERVED: i64 = 10;

/// Is called with each refresh token that comes, so that it can be kept.
pub type KeepToken = Arc<dyn Fn(&Secret) + Send + Sync>;

/// How a person consents in the browser when the redirect comes to a web server of this program.
pub struct Consent {
    /// Is called with the address of the login page. Its parameter `state` tells logins apart.
    pub show: Box<dyn Fn(&str) + Send + Sync>,
    /// Gives the query of the address that the browser was redirected to, or `None` if nobody logs in.
    pub redirected: Pin<Box<dyn Future<Output = Option<Secret>> + Send>>,
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Consent")
    }
}

/// An org that the connector is logged in to. A lost session is renewed.
pub struct Org {
    pub(super) soap: Soap,
    pub(super) tap: Tap,
    pub(super) clock: Clock,
    pub(super) transfer: Transfer,
    /// The query that is running: its text, and the cursor if it has more rows.
    pub(super) query: String,
    pub(super) cursor: Option<String>,
    /// Whether rows are decoded by the tables of the proxies.
    pub(super) decodes_by_table: bool,
    /// When what follows was last forgotten: users get other names, and objects other fields.
    pub(super) remembered_since: Option<Instant>,
    /// Records that were looked up.
    pub(super) known: Known,
    /// Objects that were described, by name.
    pub(super) described: HashMap<String, Described>,
    /// The length of the smallest file that SOAP refused.
    pub(super) refused_by_soap: Option<u64>,
    /// Whether the org's last calls of the day are left to others.
    leaves_reserve: bool,
}

/// Who the connector is, and in which org.
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
    /// The host that answers.
    pub host: String,
    /// The time of the org.
    pub server_time: Timestamp,
}

/// API calls of the whole org within 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Calls that were made.
    pub used: i64,
    /// Calls that are allowed.
    pub allowed: i64,
}

impl Usage {
    /// Calls that the connector may still make: a tenth of what is allowed is left to others.
    #[must_use]
    pub fn left(self) -> i64 {
        (self.allowed - self.allowed / RESERVED - self.used).max(0)
    }

    /// Whether so few calls are left that what expires first should come first.
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
    /// A secret is missing, the org cannot be reached, or it refuses the login; the cause and the advice
    /// say which of its reasons it gives.
    pub async fn connect(
        settings: &Settings,
        secrets: &Secrets,
        keep: KeepToken,
    ) -> Result<Self, Error> {
        Self::connect_by(settings, secrets, keep, None).await
    }

    /// Logs in as [`connect`](Self::connect) does. A person who has to consent does it by `consent`, or else
    /// with a browser on this machine.
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
        })
    }

    /// Makes calls also when the org has few left: for the few calls that a person waits for.
    pub(crate) fn use_reserve(&mut self) {
        self.leaves_reserve = false;
    }

    /// Remembers at most so many of the records that were looked up. More are looked up again.
    pub fn remember_at_most(&mut self, records: usize) {
        self.known = Known::up_to(records);
    }

    /// Asks who the connector is.
    ///
    /// # Errors
    ///
    /// The org refuses the session or cannot be reached.
    pub async fn identify(&mut self) -> Result<Identity, Error> {
        let user = self.soap.get_user_info().await.map_err(|error| {
            failed(
                "the org does not accept the session, or does not say who is logged in",
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

    /// The time of the org.
    ///
    /// # Errors
    ///
    /// The org cannot be reached.
    pub async fn time(&mut self) -> Result<Timestamp, Error> {
        let now = Instant::now();
        if let Some(time) = self.clock.now(self.tap.date(), now) {
            return Ok(time);
        }
        let answer = self
            .soap
            .get_server_timestamp()
            .await
            .map_err(|error| failed("cannot ask the org for its time", error))?;
        self.clock
            .set(Reading::new(answer.timestamp, Instant::now()));
        Ok(answer.timestamp)
    }

    /// The org's calls within 24 hours, as its last answer says.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        self.soap.limit_info().map(|usage| Usage {
            used: usage.current,
            allowed: usage.limit,
        })
    }

    /// The client that is logged in, for calls that are not the connector's.
    #[must_use]
    pub fn client(&self) -> &saponify::Client {
        self.soap.client()
    }

    /// A page that logs the browser in with the session of the connection.
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

    /// Forgets what was looked up, once a day.
    pub(super) fn forget_daily(&mut self) {
        let since = *self.remembered_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= REMEMBERED {
            self.remembered_since = Some(Instant::now());
            self.known.clear();
            self.described.clear();
        }
    }

    /// Refuses a call if the org's last calls of the day are left to others.
    pub(super) fn allow(&self) -> Result<(), Failure> {
        match self.usage() {
            Some(usage) if self.leaves_reserve && usage.allowed > 0 && usage.left() == 0 => {
                let message = format!(
                    "the org has used {} of its {} calls of the day, and the connector leaves a tenth of \
                     them to others",
                    usage.used, usage.allowed
                );
                let error = Error::new(Kind::Reserved, message)
                    .help("the connector goes on by itself when there are more calls");
                Err(Failure::Other(error))
            }
            _ => Ok(()),
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
