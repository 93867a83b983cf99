//! Who may ask what.
//!
//! Every request passes [`Guard::admit`] before its page: the host must be ours, whoever asks must be logged in,
//! and a change must come from a form of ours. A page cannot forget any of this.

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

use super::options::{Options, wrong_use};
use crate::connector::Error;
use crate::connector::vault::{ExposeSecret as _, SecretString};
use attempts::Attempts;
pub(super) use fields::Fields;
pub(super) use hosts::Hosts;
use password::Password;
use sessions::Sessions;
use tokens::Tokens;

/// The largest form.
const LARGEST_FORM: usize = 64 * 1024;

/// The address that a request came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) SocketAddr);

/// What a page needs to know of whoever asks.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    /// Whether somebody is logged in.
    pub(super) logged_in: bool,
    /// What a form of a page must send back.
    pub(super) form_token: String,
    /// The host by which the console was reached.
    pub(super) host: String,
}

impl Asker {
    /// Somebody who came by a host that is not ours.
    fn stranger() -> Self {
        Self {
            logged_in: false,
            form_token: String::new(),
            host: String::new(),
        }
    }
}

/// Decides who may ask what.
pub(super) struct Guard {
    tokens: Tokens,
    sessions: Sessions,
    attempts: Attempts,
    password: Option<Password>,
    /// One password is checked at a time, because that takes memory by intention.
    checking: Semaphore,
    metrics_token: Option<SecretString>,
    pub(super) hosts: Hosts,
    /// The name of the cookie of a session, and of the cookie of the login.
    cookie: String,
    stranger: String,
}

impl Guard {
    /// The guard of a console that listens at `listen`.
    pub(super) fn new(options: &Options, listen: SocketAddr) -> Result<Self, Error> {
        let tls = options.tls.is_some();
        if !listen.ip().is_loopback() && (!tls || options.password.is_none()) {
            return Err(wrong_use(
                &format!("other machines would reach the console at {listen} without protection"),
                "give --tls-cert, --tls-key and --password-from, or listen at 127.0.0.1",
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
            // Cookies do not tell ports apart.
            cookie: format!("{prefix}saponify-{}", listen.port()),
            stranger: format!("{prefix}saponify-login-{}", listen.port()),
        })
    }

    /// Whether a password lets in; otherwise a link does.
    pub(super) fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// The path of a new link that lets in once. The link before it stops working.
    pub(super) fn new_link(&self) -> Result<String, Error> {
        let key = self.sessions.new_link(&self.tokens, Instant::now())?;
        Ok(format!("/enter?key={key}"))
    }

    /// Whether somebody may try to log in now; otherwise how long they have to wait.
    pub(super) fn may_try(&self, peer: IpAddr) -> Result<(), Duration> {
        self.attempts.may_try(peer, Instant::now())
    }

    /// Opens a session if the key is that of the link.
    pub(super) fn enter_by_link(&self, key: &str, peer: IpAddr) -> Result<Option<String>, Error> {
        let now = Instant::now();
        let is_it = !self.has_password() && self.sessions.use_link(&self.tokens, key, now);
        self.enter(is_it, peer)
    }

    /// Opens a session if the password is right.
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

    /// A cookie for whoever is not logged in, so that the form of the login belongs to one browser. It has a
    /// name of its own: a link of another site to the login must not end a session.
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

    /// Whether `GET /metrics` may be answered.
    fn may_measure(&self, headers: &HeaderMap, peer: IpAddr) -> bool {
        let Some(token) = &self.metrics_token else {
            return peer.to_canonical().is_loopback();
        };
        let given = headers.get(header::AUTHORIZATION);
        let given = given.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        // Derived values are compared, in a time that does not tell how much of them is right.
        let expected = self.tokens.derived("metrics", token.expose_secret());
        given.is_some_and(|given| self.tokens.is_derived("metrics", given, &expected))
    }

    /// Whether a change comes from a page of ours: browsers say from where.
    fn is_own_page(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or(""));
        let site = text("sec-fetch-site").is_none_or(|site| site == "same-origin");
        let origin = text("origin").is_none_or(|origin| self.hosts.is_own_origin(origin));
        site && origin
    }
}

/// What a path asks of whoever asks for it.
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
            // These let in, or are known by a state that only the org's login page has.
            "/login" | "/enter" | "/OauthRedirect" => Self::Nothing,
            "/metrics" => Self::Metrics,
            _ => Self::Session,
        }
    }
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The host is not ours.
    Host,
    /// The figures need a token.
    Metrics,
    /// A page needs a login.
    Login,
    /// A change needs a login.
    ChangeWithoutLogin,
    /// The form is not one of ours.
    ForeignForm,
    /// The form is too large, or did not arrive.
    LargeForm,
}

impl Guard {
    /// Lets a request pass to its page, with an [`Asker`] and, for a change, the [`Fields`] of its form; or
    /// refuses it.
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

    /// The fields of a form, if it is one of ours.
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
