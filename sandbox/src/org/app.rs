//! Connected apps: the OAuth clients of the org.

use std::fmt;

use super::public_key::PublicKey;

/// The scopes that an app can have.
const SCOPES: &[&str] = &[
    "api",
    "web",
    "full",
    "refresh_token",
    "offline_access",
    "id",
    "profile",
    "email",
    "openid",
];

/// The ways in which an app can get an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GrantType {
    /// `client_credentials`: the app acts as its [`App::run_as`] user.
    ClientCredentials,
    /// `urn:ietf:params:oauth:grant-type:jwt-bearer`: the app signs a JWT.
    JwtBearer,
    /// `authorization_code`: a user logs in and consents in a browser.
    AuthorizationCode,
    /// `refresh_token`.
    RefreshToken,
}

impl GrantType {
    /// The name in `grant_type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }
}

/// A connected app, which `[[app]]` describes.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct App {
    /// The name that the consent page shows.
    pub name: String,
    /// The consumer key, which clients send as `client_id`.
    pub key: String,
    /// The consumer secret. If it is empty, the app needs no secret.
    #[serde(default)]
    pub secret: String,
    /// The X.509 certificate or the RSA public key that verifies JWT assertions, in PEM.
    #[serde(default)]
    pub certificate: String,
    /// The addresses that an authorization code may be sent to. They are compared literally, except
    /// that the port `*` stands for any port.
    #[serde(default)]
    pub callbacks: Vec<String>,
    /// The scopes of the app, such as `api`, `web` and `refresh_token`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The grant types that are switched on.
    #[serde(default = "all_grants")]
    pub grants: Vec<GrantType>,
    /// The user that the client-credentials flow runs as.
    pub run_as: Option<String>,
    /// The users who may use the app without consenting, because an administrator approved them.
    #[serde(default)]
    pub approved: Vec<String>,
    /// Whether only users in [`approved`](Self::approved) may use the app.
    #[serde(default)]
    pub admin_approval: bool,
    /// Whether the authorization-code flow needs a PKCE code challenge.
    #[serde(default)]
    pub require_pkce: bool,
    /// Whether a refresh token works only once, and the response contains a new one.
    #[serde(default)]
    pub rotate_refresh_tokens: bool,
    /// Whether access tokens are JWTs, which the SOAP API does not accept.
    #[serde(default)]
    pub jwt_tokens: bool,
    /// Whether the app is installed in the org. Users cannot newly authorize one that is not.
    #[serde(default = "yes")]
    pub installed: bool,
}

fn all_grants() -> Vec<GrantType> {
    vec![
        GrantType::ClientCredentials,
        GrantType::JwtBearer,
        GrantType::AuthorizationCode,
        GrantType::RefreshToken,
    ]
}

fn yes() -> bool {
    true
}

impl App {
    /// Returns what is wrong with the description of an app.
    pub(super) fn problem(&self, usernames: &[String]) -> Option<String> {
        let unknown = (self.scopes.iter()).find(|scope| !SCOPES.contains(&scope.as_str()));
        if let Some(scope) = unknown {
            return Some(format!(
                "`{scope}` is not a scope; the scopes are {}",
                SCOPES.join(", ")
            ));
        }
        let stranger = (self.run_as.iter().chain(&self.approved))
            .find(|name| !usernames.iter().any(|user| user.eq_ignore_ascii_case(name)));
        if let Some(name) = stranger {
            return Some(format!("the org has no user `{name}`"));
        }
        if !self.certificate.is_empty() && PublicKey::from_pem(&self.certificate).is_none() {
            return Some(
                "`certificate` must be an RSA certificate or public key in PEM".to_owned(),
            );
        }
        None
    }

    /// The key that verifies JWT assertions, if the app has one.
    pub(crate) fn public_key(&self) -> Option<PublicKey> {
        PublicKey::from_pem(&self.certificate)
    }

    /// Whether an authorization code may be sent to an address.
    pub(crate) fn allows_callback(&self, address: &str) -> bool {
        self.callbacks
            .iter()
            .any(|callback| match callback.split_once(":*") {
                None => callback == address,
                Some((host, path)) => (address.strip_prefix(host))
                    .and_then(|rest| rest.strip_prefix(':'))
                    .and_then(|rest| rest.strip_suffix(path))
                    .is_some_and(|port| port.parse::<u16>().is_ok()),
            })
    }
}

/// Secrets are left out.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("name", &self.name)
            .field("key", &self.key)
            .field("grants", &self.grants)
            .finish_non_exhaustive()
    }
}
