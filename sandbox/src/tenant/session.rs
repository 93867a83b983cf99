//! Sessions: their users, the times of their last calls, and their rights.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use super::grants::Grant;

/// A session of a user. All clients that log in as the same user share one, but each OAuth token has its
/// own.
pub(crate) struct Session {
    /// The index of the user in the description.
    pub(crate) user: usize,
    pub(crate) last_call: Instant,
    /// Whether the session can only be used to change the password.
    pub(crate) restricted: bool,
    /// Whether a page opened the session for a browser.
    pub(crate) is_of_page: bool,
    /// Present if the session is an OAuth access token.
    pub(crate) token: Option<Token>,
}

/// The properties of an access token.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) grant: Grant,
    /// Whether it has the format of a JWT, which SOAP does not accept.
    pub(crate) is_jwt: bool,
    /// The family of the refresh token that was issued with it.
    pub(crate) family: Option<u64>,
}

impl Session {
    /// Whether the session is valid for a purpose: `api` or `web`.
    pub(crate) fn has(&self, scope: &str) -> bool {
        (self.token.as_ref()).is_none_or(|token| token.grant.has(scope))
    }

    pub(crate) fn is_jwt(&self) -> bool {
        self.token.as_ref().is_some_and(|token| token.is_jwt)
    }
}

/// All sessions, by their secret.
#[derive(Default)]
pub(crate) struct Sessions {
    by_secret: HashMap<String, Session>,
}

/// Secrets are left out.
impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("count", &self.by_secret.len())
            .finish()
    }
}

impl Sessions {
    /// Opens the session of a user, or finds the open one, and returns its secret.
    pub(crate) fn open(
        &mut self,
        org: &str,
        user: usize,
        restricted: bool,
        life: Duration,
    ) -> String {
        self.by_secret
            .retain(|_, session| session.last_call.elapsed() < life);
        let known = (self.by_secret.iter_mut()).find(|(_, session)| {
            session.user == user
                && session.restricted == restricted
                && !session.is_of_page
                && session.token.is_none()
        });
        if let Some((secret, session)) = known {
            session.last_call = Instant::now();
            return secret.clone();
        }
        let secret = opaque_secret(org);
        self.insert(secret.clone(), user, restricted, None);
        secret
    }

    /// Opens a browser session, which is distinct from the session of the API.
    pub(crate) fn open_page(&mut self, org: &str, user: usize) -> String {
        let secret = opaque_secret(org);
        self.insert(secret.clone(), user, false, None);
        if let Some(session) = self.by_secret.get_mut(&secret) {
            session.is_of_page = true;
        }
        secret
    }

    /// Opens the session of an access token.
    pub(crate) fn open_token(&mut self, secret: String, token: Token) {
        self.insert(secret, token.grant.user, false, Some(token));
    }

    fn insert(&mut self, secret: String, user: usize, restricted: bool, token: Option<Token>) {
        let session = Session {
            user,
            last_call: Instant::now(),
            restricted,
            is_of_page: false,
            token,
        };
        self.by_secret.insert(secret, session);
    }

    /// Closes the access tokens that were issued with a refresh token.
    pub(crate) fn close_family(&mut self, family: u64) {
        (self.by_secret).retain(|_, session| {
            (session.token.as_ref()).is_none_or(|token| token.family != Some(family))
        });
    }

    /// Finds a session and restarts its idle time.
    pub(crate) fn touch(&mut self, secret: &str, life: Duration) -> Option<&Session> {
        if self.by_secret.get(secret)?.last_call.elapsed() >= life {
            self.by_secret.remove(secret);
            return None;
        }
        let session = self.by_secret.get_mut(secret)?;
        session.last_call = Instant::now();
        Some(session)
    }

    pub(crate) fn close(&mut self, secret: &str) -> bool {
        self.by_secret.remove(secret).is_some()
    }

    pub(crate) fn close_all(&mut self) {
        self.by_secret.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.by_secret.len()
    }
}

/// A session id in the usual format: the id of the org, and a random part.
pub(crate) fn opaque_secret(org: &str) -> String {
    format!("{org}!AQ{}", random_text())
}

/// A random text. Its source is the random keys of the standard library's hash maps.
pub(crate) fn random_text() -> String {
    let mut out = String::new();
    while out.len() < 88 {
        let mut bits = RandomState::new().build_hasher().finish();
        for _ in 0..10 {
            let digit = (bits % 64) as usize;
            out.push(char::from(
                b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"[digit],
            ));
            bits /= 64;
        }
    }
    out
}
