//! The OAuth 2.0 authorization code flow with a proof key (RFC 6749, section 4.1; RFC 7636), for a
//! program on a person's machine (RFC 8252).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::token::Granted;
use super::token_errors::advice;
use super::{OnToken, RefreshToken, address, token};
use crate::client::oauth::browser;
use crate::client::oauth::form::{Form, percent_encoded};
use crate::client::oauth::loopback::Loopback;
use crate::client::oauth::pkce::{ProofKey, random_token};
use crate::client::oauth::redirect::{self, Redirected};
use crate::client::{AuthContext, Authenticator, Opening, Session};
use crate::endpoint::{Endpoint, PlainHttp};
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

/// Lets a person log in with the browser, and receives the result at an address of this machine.
///
/// The address of the login page is printed to standard error and opened in the browser, if there
/// is one. [`show`](Self::show) replaces this. If the session comes with a refresh token (scope
/// `refresh_token`), later sessions are opened with the refresh token and without the person.
///
/// ```no_run
/// use saponify::auth::AuthorizationCode;
///
/// let login = AuthorizationCode::new("https://acme.my.salesforce.com", "consumer key")
///     .redirect("http://localhost:1717/OauthRedirect");
/// ```
#[derive(Debug)]
pub struct AuthorizationCode {
    address: String,
    client_id: String,
    client_secret: Option<Secret>,
    redirect: String,
    scopes: String,
    time: Duration,
    show: Option<Show>,
    on_refresh_token: Option<OnToken>,
    received: Option<Received>,
    /// Set when the first refresh token has arrived.
    later: Mutex<Option<Arc<RefreshToken>>>,
}

struct Show(Box<dyn Fn(&str) + Send + Sync>);

/// Waits for the redirect that the web server of the program receives. It is taken by the login, because a
/// redirect counts once.
struct Received(Mutex<Option<Receiving>>);

type Receiving = Pin<Box<dyn Future<Output = Option<Secret>> + Send>>;

impl AuthorizationCode {
    /// The address where the person logs in, and the consumer key of the app.
    #[must_use]
    pub fn new(address: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            client_id: client_id.into(),
            client_secret: None,
            redirect: "http://localhost:1717/OauthRedirect".to_owned(),
            scopes: "api refresh_token".to_owned(),
            time: Duration::from_secs(300),
            show: None,
            on_refresh_token: None,
            received: None,
            later: Mutex::new(None),
        }
    }

    /// Sets the consumer secret, if the app requires it for this flow. A program that is
    /// distributed to others cannot keep a secret and should not have one.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// Sets the address of this machine that receives the result. It must be exactly one of the
    /// app's Callback URLs. The default is `http://localhost:1717/OauthRedirect`, which
    /// Salesforce's own command line uses, too.
    #[must_use]
    pub fn redirect(mut self, address: impl Into<String>) -> Self {
        self.redirect = address.into();
        self
    }

    /// Sets the requested scopes, separated by spaces. The default is `api refresh_token`. The
    /// scope `web` lets the session open pages in the browser.
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<String>) -> Self {
        self.scopes = scopes.into();
        self
    }

    /// Sets how much time the person has to log in. The default is five minutes.
    #[must_use]
    pub fn timeout(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Sets a function that is called with the address of the login page, which is then neither
    /// printed nor opened.
    #[must_use]
    pub fn show(mut self, show: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.show = Some(Show(Box::new(show)));
        self
    }

    /// Sets a function that is called with each refresh token that arrives. The program can store
    /// the token for [`RefreshToken`] and then needs no person the next time.
    #[must_use]
    pub fn on_refresh_token(mut self, store: impl Fn(&Secret) + Send + Sync + 'static) -> Self {
        self.on_refresh_token = Some(OnToken::new(store));
        self
    }

    /// Takes the result from a web server of the program, in place of listening at the redirect address. The
    /// address may then also be `https` and on another machine.
    ///
    /// The future gives the query of the address that the browser was redirected to, without the `?`, or
    /// `None` if nobody logs in. The state in the query is checked here; by it, the web server can tell which
    /// login a redirect belongs to. It is the parameter `state` of the address that [`show`](Self::show) gets.
    #[must_use]
    pub fn received(
        mut self,
        query: impl Future<Output = Option<Secret>> + Send + 'static,
    ) -> Self {
        self.received = Some(Received(Mutex::new(Some(Box::pin(query)))));
        self
    }

    async fn log_in(&self, context: &AuthContext) -> Result<Session, Error> {
        let authorize = address::oauth(context, &self.address, "authorize")?;
        let key = ProofKey::new()?;
        let state = random_token()?;
        let page = self.page(&authorize, &key, &state);
        let redirected = match &self.received {
            Some(received) => self.receive(received, &page, &state).await?,
            None => self.listen(&page, state).await?,
        };
        let code = match redirected {
            Some(Redirected::Code(code)) => code,
            Some(Redirected::Denied(error, description)) => {
                let message = format!("the login was refused: {}", advice(&error, &description));
                return Err(Error::new(ErrorKind::Login, message));
            }
            None => {
                let message = format!("nobody logged in within {:?}", self.time);
                return Err(Error::new(ErrorKind::Login, message));
            }
        };
        let form = Form::new()
            .field("grant_type", "authorization_code")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect)
            .optional_secret("client_secret", self.client_secret.as_ref())
            .secret("code", &code)
            .secret("code_verifier", &key.verifier);
        let address = address::oauth(context, &self.address, "token")?;
        let granted = token::ask(context, address, "authorization code", &form).await?;
        Ok(self.keep(granted))
    }

    /// Listens at the redirect address.
    async fn listen(&self, page: &str, state: Secret) -> Result<Option<Redirected>, Error> {
        let (port, path) = self.redirect_parts()?;
        let listener = Loopback::bind(port).await.map_err(|error| {
            let message = format!(
                "cannot listen at {}; stop the program that uses this port, or choose another \
                 Callback URL",
                self.redirect
            );
            Error::new(ErrorKind::Login, message).with_source(error)
        })?;
        self.show_page(page);
        Ok(redirect::wait(listener, path, state, self.time).await)
    }

    /// Waits for the web server of the program.
    async fn receive(
        &self,
        Received(received): &Received,
        page: &str,
        state: &Secret,
    ) -> Result<Option<Redirected>, Error> {
        Endpoint::parse_with(&self.redirect, PlainHttp::ToLoopback).map_err(|_| {
            Error::usage("redirect: it is neither an https address nor one of this machine")
        })?;
        let taken = received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(query) = taken else {
            let message = "the redirect of this login was used; a person must log in again";
            return Err(Error::new(ErrorKind::Login, message));
        };
        self.show_page(page);
        let Ok(Some(query)) = tokio::time::timeout(self.time, query).await else {
            return Ok(None);
        };
        match redirect::parse(query.expose(), state) {
            Some(redirected) => Ok(Some(redirected)),
            None => {
                let message = "the redirect does not belong to this login";
                Err(Error::new(ErrorKind::Login, message))
            }
        }
    }

    /// The address of the login page.
    fn page(&self, authorize: &Endpoint, key: &ProofKey, state: &Secret) -> String {
        let encoded = percent_encoded;
        format!(
            "{authorize}?response_type=code&client_id={}&redirect_uri={}&scope={}&state={}\
             &code_challenge={}&code_challenge_method=S256",
            encoded(&self.client_id),
            encoded(&self.redirect),
            encoded(&self.scopes),
            encoded(state.expose()),
            encoded(&key.challenge),
        )
    }

    fn show_page(&self, page: &str) {
        if let Some(Show(show)) = &self.show {
            return show(page);
        }
        let opened = browser::open(page);
        let where_to = if opened {
            "in your browser"
        } else {
            "at this address"
        };
        eprintln!("Log in {where_to}:\n{page}");
    }

    /// Keeps the refresh token for the next session.
    fn keep(&self, granted: Granted) -> Session {
        if let Some(refresh) = granted.refresh_token {
            if let Some(OnToken(store)) = &self.on_refresh_token {
                store(&refresh);
            }
            let later = RefreshToken::new(&self.address, &self.client_id, refresh)
                .with_hook(self.on_refresh_token.clone(), self.client_secret.clone());
            *self.later() = Some(Arc::new(later));
        }
        granted.session
    }

    /// The port and the path of the redirect.
    fn redirect_parts(&self) -> Result<(u16, String), Error> {
        let bad = |problem: &str| {
            Error::usage(format!(
                "redirect: {problem}; write it as http://localhost:PORT/path, as in the app's \
                 Callback URLs"
            ))
        };
        let endpoint = Endpoint::parse_with(&self.redirect, PlainHttp::ToLoopback)
            .map_err(|_| bad("it is not an address of this machine"))?;
        if endpoint.is_https() || !endpoint.is_loopback() {
            return Err(bad("it is not plain http to this machine"));
        }
        if self.redirect.contains('?') {
            return Err(bad("it has a query"));
        }
        Ok((endpoint.port(), endpoint.path().to_owned()))
    }

    fn later(&self) -> std::sync::MutexGuard<'_, Option<Arc<RefreshToken>>> {
        self.later.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Authenticator for AuthorizationCode {
    fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a> {
        Box::pin(async move {
            let later = self.later().clone();
            match later {
                Some(later) => later.refresh(context).await,
                None => self.log_in(context).await,
            }
        })
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Received")
    }
}

impl fmt::Debug for Show {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Show")
    }
}
