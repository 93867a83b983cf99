//! What OAuth has issued besides sessions: codes, refresh tokens, consents and single-use links.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Instant;

use super::session::random_text;

/// The rights that a user gives to an app.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// The consumer key of the app.
    pub(crate) app: String,
    /// The index of the user in the description.
    pub(crate) user: usize,
    pub(crate) scopes: Vec<String>,
}

impl Grant {
    /// Whether a scope is granted. `full` includes all of them except `refresh_token`.
    pub(crate) fn has(&self, scope: &str) -> bool {
        let is_granted = |name: &str| self.scopes.iter().any(|granted| granted == name);
        match scope {
            "refresh_token" => is_granted("refresh_token") || is_granted("offline_access"),
            scope => is_granted(scope) || is_granted("full"),
        }
    }
}

/// An authorization request.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationRequest {
    pub(crate) app: String,
    pub(crate) redirect_uri: String,
    pub(crate) state: String,
    pub(crate) scopes: Vec<String>,
    /// The S256 code challenge, if the client sent one.
    pub(crate) challenge: Option<String>,
}

/// An authorization code that was issued.
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) grant: Grant,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<String>,
    pub(crate) made: Instant,
    pub(crate) is_used: bool,
}

/// A refresh token. Tokens that replace each other by rotation belong to the same family.
#[derive(Clone)]
pub(crate) struct RefreshToken {
    pub(crate) grant: Grant,
    pub(crate) family: u64,
    /// Whether it was replaced by a newer one.
    pub(crate) is_used: bool,
}

/// A consent page on which the user has not decided yet.
#[derive(Clone)]
pub(crate) struct Consent {
    pub(crate) user: usize,
    pub(crate) request: AuthorizationRequest,
}

/// A single-use link that opens a browser session.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) user: usize,
    pub(crate) made: Instant,
}

/// The secrets that are not sessions.
#[derive(Default)]
pub(crate) struct Grants {
    pub(crate) codes: HashMap<String, Code>,
    pub(crate) refresh_tokens: HashMap<String, RefreshToken>,
    pub(crate) consents: HashMap<String, Consent>,
    pub(crate) links: HashMap<String, Link>,
    /// The app and the user of each consent that was given.
    pub(crate) approvals: HashSet<(String, usize)>,
    families: u64,
}

/// Secrets are left out.
impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grants")
            .field("codes", &self.codes.len())
            .field("refresh_tokens", &self.refresh_tokens.len())
            .finish_non_exhaustive()
    }
}

impl Grants {
    pub(crate) fn add_code(&mut self, user: usize, request: AuthorizationRequest) -> String {
        let code = format!("aPrx{}", random_text());
        let made = Code {
            grant: Grant {
                app: request.app,
                user,
                scopes: request.scopes,
            },
            redirect_uri: request.redirect_uri,
            challenge: request.challenge,
            made: Instant::now(),
            is_used: false,
        };
        self.codes.insert(code.clone(), made);
        code
    }

    pub(crate) fn new_family(&mut self) -> u64 {
        self.families += 1;
        self.families
    }

    pub(crate) fn add_refresh_token(&mut self, grant: Grant, family: u64) -> String {
        let token = format!("5Aep{}", random_text());
        let made = RefreshToken {
            grant,
            family,
            is_used: false,
        };
        self.refresh_tokens.insert(token.clone(), made);
        token
    }

    pub(crate) fn end_family(&mut self, family: u64) {
        (self.refresh_tokens).retain(|_, token| token.family != family);
    }

    pub(crate) fn add_consent(&mut self, user: usize, request: AuthorizationRequest) -> String {
        let ticket = random_text();
        self.consents
            .insert(ticket.clone(), Consent { user, request });
        ticket
    }

    pub(crate) fn add_link(&mut self, user: usize) -> String {
        let secret = random_text();
        let made = Instant::now();
        self.links.insert(secret.clone(), Link { user, made });
        secret
    }
}
