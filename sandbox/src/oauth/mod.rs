//! OAuth 2.0: the token endpoint, the login and consent pages, and the endpoints that require a token.
//!
//! Errors have the codes and descriptions of Salesforce, as far as its documentation and reports about
//! clients contain them.

mod authorize;
mod identity;
mod jwt;
mod token;

use http::StatusCode;
use serde_json::json;

use crate::org::{App, LoginMode};
use crate::tenant::{Host, State};
use crate::web::{WebRequest, WebResponse};

/// An endpoint of OAuth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Token,
    Authorize,
    Revoke,
    UserInfo,
    Identity,
    SingleAccess,
}

impl Endpoint {
    pub(crate) fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/services/oauth2/token" => Self::Token,
            "/services/oauth2/authorize" => Self::Authorize,
            "/services/oauth2/revoke" => Self::Revoke,
            "/services/oauth2/userinfo" => Self::UserInfo,
            "/services/oauth2/singleaccess" => Self::SingleAccess,
            path if path.starts_with("/id/") => Self::Identity,
            _ => return None,
        })
    }

    /// The name of the operation in injections and counters.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Authorize => "authorize",
            Self::Revoke => "revoke",
            Self::UserInfo => "userinfo",
            Self::Identity => "id",
            Self::SingleAccess => "singleaccess",
        }
    }
}

pub(crate) fn handle(
    state: &State,
    host: Host,
    endpoint: Endpoint,
    request: &WebRequest,
) -> WebResponse {
    match endpoint {
        Endpoint::Token => token::handle(state, host, request),
        Endpoint::Authorize => authorize::handle(state, request),
        Endpoint::Revoke => identity::revoke(state, request),
        Endpoint::UserInfo => identity::user_info(state, request),
        Endpoint::Identity => identity::identity(state, request),
        Endpoint::SingleAccess => identity::single_access(state, request),
    }
}

/// The refusal of a request: a code of RFC 6749 or of Salesforce, and a description.
#[derive(Debug)]
struct Refusal {
    error: &'static str,
    description: String,
}

impl Refusal {
    fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self {
            error,
            description: description.into(),
        }
    }

    fn response(&self) -> WebResponse {
        let body = json!({ "error": self.error, "error_description": self.description });
        WebResponse::json(StatusCode::BAD_REQUEST, &body)
    }
}

/// The app with this consumer key.
fn app(state: &State, key: &str) -> Result<App, Refusal> {
    let live = state.live();
    let app = live.apps.iter().find(|app| app.key == key).cloned();
    app.ok_or_else(|| Refusal::new("invalid_client_id", "client identifier invalid"))
}

/// Refuses users who cannot get a token by any grant type.
fn check_user(state: &State, user: usize) -> Result<(), Refusal> {
    let mode = state.login_mode(&state.live(), user);
    let (error, description) = match mode {
        LoginMode::Inactive => ("inactive_user", "user is inactive"),
        LoginMode::OrgLocked | LoginMode::TrialExpired => {
            ("inactive_org", "organization is inactive")
        }
        LoginMode::Locked | LoginMode::Lockout => ("invalid_grant", "authentication failure"),
        LoginMode::RestrictedIp | LoginMode::RestrictedTime => {
            ("invalid_grant", "ip restricted or invalid login hours")
        }
        // The other modes concern only the SOAP login.
        _ => return Ok(()),
    };
    Err(Refusal::new(error, description))
}

/// Whether a user may use an app without the consent page.
fn is_approved(state: &State, app: &App, user: usize) -> bool {
    let name = &state.org.users[user].username;
    let by_admin = (app.approved.iter()).any(|approved| approved.eq_ignore_ascii_case(name));
    let consented = || (state.live().grants.approvals).contains(&(app.key.clone(), user));
    by_admin || (!app.admin_approval && consented())
}
