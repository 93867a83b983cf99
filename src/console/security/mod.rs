//! Access control.
//!
//! Every request passes [`Guard::admit`] before its page: the host must be accepted, the client must be
//! logged in, and a change must come from a form of the console. A page cannot forget any of these checks.

mod attempts;
mod fields;
pub(super) mod headers;
mod hosts;
mod password;
mod sessions;
mod tokens;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use http_body_util::{BodyExt as _, Limited};
use tokio::sync::Semaphore;

use super::options::{ConsoleOptions, wrong_use};
use crate::connector::Error;
use crate::connector::vault::{ExposeSecret as _, SecretString};
use attempts::Attempts;
pub(super) use fields::Fields;
pub(super) use hosts::Hosts;
use password::Password;
use sessions::Sessions;
use tokens::Tokens;

/// The largest form in bytes.
const LARGEST_FORM: usize = 64 * 1024;

/// The address that a request came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) SocketAddr);

/// What a page must know about the client.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    /// Whether the client is logged in.
    pub(super) logged_in: bool,
    /// The token that a form must send back.
    pub(super) form_token: String,
    /// The host name that the client uses for the console.
    pub(super) host: String,
}

impl Asker {
    /// A client that used a host name that is not accepted.
    fn stranger() -> Self {
        Self {
            logged_in: false,
            form_token: String::new(),
            host: String::new(),
        }
    }
}

/// Decides about access.
pub(super) struct Guard {
    tokens: Tokens,
    sessions: Sessions,
    attempts: Attempts,
    password: Option<Password>,
    /// Allows one password check at a time, because each check needs much memory by design.
    checking: Semaphore,
    metrics_token: Option<SecretString>,
    pub(super) hosts: Hosts,
    /// The name of the session cookie. `stranger` is the name of the cookie for the login form.
    cookie: String,
    stranger: String,
}

impl Guard {
    /// Makes the guard of a console with the address `listen`.
    pub(super) fn new(options: &ConsoleOptions, listen: SocketAddr) -> Result<Self, Error> {
        let tls = options.tls.is_some();
        if !listen.ip().is_loopback() && (!tls || options.password.is_none()) {
            return Err(wrong_use(
                &format!("other machines could reach the console at {listen} without protection"),
                "give --tls-cert, --tls-key and --password-from, or listen on 127.0.0.1",
            ));
        }
        let prefix = if tls { "__Host-" } else { "" };
        let password = options.password.as_ref().map(Password::new).transpose()?;
        Ok(Self {
            tokens: Tokens::new()?,
            sessions: Sessions::default(),
            attempts: Attempts::default(),
            password,
            checking: Semaphore::new(1),
            metrics_token: options.metrics_token.clone(),
            hosts: Hosts::new(listen, &options.names, tls),
            // Cookies are shared by all ports of a host, so the name contains the port.
            cookie: format!("{prefix}saponify-{}", listen.port()),
            stranger: format!("{prefix}saponify-login-{}", listen.port()),
        })
    }

    /// Whether the login requires a password. Otherwise it requires a link.
    pub(super) fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Makes a new link for one login, and returns its path. The previous link becomes invalid.
    pub(super) fn new_link(&self) -> Result<String, Error> {
        let key = self.sessions.new_link(&self.tokens, Instant::now())?;
        Ok(format!("/enter?key={key}"))
    }

    /// Whether an address may try to log in now. The error is the time that it must wait.
    pub(super) fn may_try(&self, peer: IpAddr) -> Result<(), Duration> {
        self.attempts.may_try(peer, Instant::now())
    }

    /// Opens a session, if the key belongs to the link.
    pub(super) fn enter_by_link(&self, key: &str, peer: IpAddr) -> Result<Option<String>, Error> {
        let now = Instant::now();
        let is_it = !self.has_password() && self.sessions.use_link(&self.tokens, key, now);
        self.enter(is_it, peer)
    }

    /// Opens a session, if the password is right.
    pub(super) async fn enter_by_password(
        self: &Arc<Self>,
        given: SecretString,
        peer: IpAddr,
    ) -> Result<Option<String>, Error> {
        let _turn = self.checking.acquire().await;
        let guard = Arc::clone(self);
        let is_it = tokio::task::spawn_blocking(move || {
            let password = guard.password.as_ref();
            password.is_some_and(|password| password.is(&given))
        });
        self.enter(is_it.await.unwrap_or(false), peer)
    }

    fn enter(&self, is_right: bool, peer: IpAddr) -> Result<Option<String>, Error> {
        if !is_right {
            self.attempts.failed(peer, Instant::now());
            return Ok(None);
        }
        self.attempts.succeeded(peer);
        let cookie = self.sessions.open(&self.tokens, Instant::now())?;
        Ok(Some(self.set_cookie(&self.cookie, &cookie)))
    }

    /// Ends the session of a request, and returns the header that removes its cookie.
    pub(super) fn leave(&self, headers: &HeaderMap) -> String {
        if let Some(cookie) = self.cookie_of(headers, &self.cookie) {
            self.sessions.close(&self.tokens, cookie);
        }
        format!("{}; Max-Age=0", self.set_cookie(&self.cookie, ""))
    }

    /// A cookie for a client that is not logged in, which binds the login form to the browser. It has
    /// another name than the session cookie, so that a link from another site to the login page does not
    /// end a session.
    pub(super) fn new_stranger(&self, asker: &mut Asker) -> Result<String, Error> {
        let cookie = self.tokens.random()?;
        asker.form_token = self.tokens.derived("form", &cookie);
        Ok(self.set_cookie(&self.stranger, &cookie))
    }

    fn set_cookie(&self, name: &str, value: &str) -> String {
        let secure = if self.hosts.tls() { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}")
    }

    fn cookie_of<'a>(&self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        let all = headers.get_all(header::COOKIE).iter();
        all.filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(known, value)| *known == name && !value.is_empty())
            .map(|(_, value)| value)
    }

    fn asker(&self, headers: &HeaderMap, host: String) -> Asker {
        let cookie = self.cookie_of(headers, &self.cookie);
        let now = Instant::now();
        Asker {
            logged_in: cookie.is_some_and(|cookie| self.sessions.touch(&self.tokens, cookie, now)),
            form_token: cookie
                .map_or_else(String::new, |cookie| self.tokens.derived("form", cookie)),
            host,
        }
    }

    /// Whether `GET /metrics` is allowed.
    fn may_measure(&self, headers: &HeaderMap, peer: IpAddr) -> bool {
        let Some(token) = &self.metrics_token else {
            return peer.to_canonical().is_loopback();
        };
        let given = headers.get(header::AUTHORIZATION);
        let given = given.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        // The derived values are compared in constant time.
        let expected = self.tokens.derived("metrics", token.expose_secret());
        given.is_some_and(|given| self.tokens.is_derived("metrics", given, &expected))
    }

    /// Whether a request comes from a page of the console, according to the browser.
    fn is_own_page(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or(""));
        let site = text("sec-fetch-site").is_none_or(|site| site == "same-origin");
        let origin = text("origin").is_none_or(|origin| self.hosts.is_own_origin(origin));
        site && origin
    }
}

/// What a path requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Nothing,
    Metrics,
    Session,
}

impl Need {
    fn of(path: &str) -> Self {
        match path {
            "/app.css" | "/app.js" | "/icon.svg" | "/healthz" | "/readyz" => Self::Nothing,
            // These log in, or are identified by a state that only the org's login page knows.
            "/login" | "/enter" | "/OauthRedirect" => Self::Nothing,
            "/metrics" => Self::Metrics,
            _ => Self::Session,
        }
    }
}

/// The reason of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The host is not accepted.
    Host,
    /// The metrics require a token.
    Metrics,
    /// The page requires a login.
    Login,
    /// The change requires a login.
    ChangeWithoutLogin,
    /// The form does not come from the console.
    ForeignForm,
    /// The form is too large, or did not arrive completely.
    LargeForm,
}

impl Guard {
    /// Admits a request to its page, with an [`Asker`] and, for a change, the [`Fields`] of its form.
    /// Otherwise refuses it.
    pub(super) async fn admit(&self, mut request: Request) -> Result<Request, (Refusal, Asker)> {
        let hosts = request.headers().get_all(header::HOST).iter();
        let hosts: Vec<&str> = hosts.filter_map(|host| host.to_str().ok()).collect();
        let host = match hosts.as_slice() {
            [host] if self.hosts.is_own(host) => (*host).to_owned(),
            _ => return Err((Refusal::Host, Asker::stranger())),
        };
        let asker = self.asker(request.headers(), host);
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
        let is_change = ![Method::GET, Method::HEAD].contains(request.method());
        let refusal = match Need::of(request.uri().path()) {
            Need::Nothing => None,
            Need::Metrics => {
                let may = peer.is_some_and(|peer| self.may_measure(request.headers(), peer));
                (!may && !asker.logged_in).then_some(Refusal::Metrics)
            }
            Need::Session if asker.logged_in => None,
            Need::Session if is_change => Some(Refusal::ChangeWithoutLogin),
            Need::Session => Some(Refusal::Login),
        };
        if let Some(refusal) = refusal {
            return Err((refusal, asker));
        }
        if is_change {
            match self.own_form(&mut request).await {
                Ok(fields) => request.extensions_mut().insert(fields),
                Err(refusal) => return Err((refusal, asker)),
            };
        }
        request.extensions_mut().insert(asker);
        Ok(request)
    }

    /// The fields of a form, if it comes from the console.
    async fn own_form(&self, request: &mut Request) -> Result<Fields, Refusal> {
        if !self.is_own_page(request.headers()) {
            return Err(Refusal::ForeignForm);
        }
        let body = std::mem::replace(request.body_mut(), Body::empty());
        let body = Limited::new(body, LARGEST_FORM).collect().await;
        let body = body.map_err(|_| Refusal::LargeForm)?;
        let fields = Fields::parse(&body.to_bytes());
        let name = match request.uri().path() {
            "/login" => &self.stranger,
            _ => &self.cookie,
        };
        let cookie = self.cookie_of(request.headers(), name).unwrap_or("");
        let token = fields.exact("form_token");
        match !cookie.is_empty() && self.tokens.is_derived("form", cookie, token) {
            true => Ok(fields),
            false => Err(Refusal::ForeignForm),
        }
    }
}
