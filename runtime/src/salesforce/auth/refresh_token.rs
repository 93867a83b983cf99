//! The OAuth 2.0 refresh token flow (RFC 6749, section 6).

use std::sync::{Mutex, PoisonError};

use super::{OnToken, address, token};
use crate::client::Session;
use crate::client::oauth::form::Form;
use crate::client::{AuthContext, Authenticator, Opening};
use crate::error::Error;
use crate::secret::Secret;

/// Opens sessions with a refresh token.
///
/// If the app rotates refresh tokens, each response contains a new refresh token and invalidates
/// the old one. The new one is used from then on. [`on_new_token`](Self::on_new_token) lets the
/// program store it.
///
/// ```
/// use saponify::auth::RefreshToken;
///
/// let token = std::env::var("SF_REFRESH_TOKEN").unwrap_or_default();
/// let login = RefreshToken::new("https://acme.my.salesforce.com", "consumer key", token)
///     .on_new_token(|token| {
///         let text = token.expose();
///         // Store it where the next start of the program finds it.
///         # let _ = text;
///     });
/// ```
#[derive(Debug)]
pub struct RefreshToken {
    address: String,
    client_id: String,
    client_secret: Option<Secret>,
    token: Mutex<Secret>,
    on_new: Option<OnToken>,
}

impl RefreshToken {
    /// The address of the organization, the consumer key of the app, and the refresh token.
    #[must_use]
    pub fn new(
        address: impl Into<String>,
        client_id: impl Into<String>,
        token: impl Into<Secret>,
    ) -> Self {
        Self {
            address: address.into(),
            client_id: client_id.into(),
            client_secret: None,
            token: Mutex::new(token.into()),
            on_new: None,
        }
    }

    /// Sets the consumer secret, if the app requires it for this flow.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// Sets a function that is called with each new refresh token, before the session that came
    /// with it is used. The function should store the token durably and should not take long.
    #[must_use]
    pub fn on_new_token(mut self, store: impl Fn(&Secret) + Send + Sync + 'static) -> Self {
        self.on_new = Some(OnToken::new(store));
        self
    }

    pub(super) fn with_hook(mut self, hook: Option<OnToken>, secret: Option<Secret>) -> Self {
        self.on_new = hook;
        self.client_secret = secret;
        self
    }

    pub(super) async fn refresh(&self, context: &AuthContext) -> Result<Session, Error> {
        let old = self.token().clone();
        if old.is_empty() {
            return Err(Error::usage("the refresh token is empty"));
        }
        let form = Form::new()
            .field("grant_type", "refresh_token")
            .field("client_id", &self.client_id)
            .optional_secret("client_secret", self.client_secret.as_ref())
            .secret("refresh_token", &old);
        let address = address::oauth(context, &self.address, "token")?;
        let granted = token::ask(context, address, "refresh token", &form).await?;
        if let Some(new) = granted.refresh_token
            && new.expose() != old.expose()
        {
            *self.token() = new.clone();
            if let Some(OnToken(store)) = &self.on_new {
                store(&new);
            }
        }
        Ok(granted.session)
    }

    fn token(&self) -> std::sync::MutexGuard<'_, Secret> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Authenticator for RefreshToken {
    fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a> {
        Box::pin(self.refresh(context))
    }
}
