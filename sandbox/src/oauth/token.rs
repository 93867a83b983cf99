//! `/services/oauth2/token` with its four grant types.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::StatusCode;
use jiff::Timestamp;
use ring::{digest, hmac};
use serde_json::json;

use super::jwt::{self, Assertion};
use super::{Refusal, app, check_user, is_approved};
use crate::org::{App, GrantType};
use crate::tenant::grants::Grant;
use crate::tenant::session::{Token, opaque_secret};
use crate::tenant::{Host, State};
use crate::web::{WebRequest, WebResponse};

/// The tokens to issue: an access token and, for some grant types, a refresh token.
struct Issue {
    app: App,
    grant: Grant,
    family: Option<u64>,
    refresh_token: Option<String>,
}

pub(super) fn handle(state: &State, host: Host, request: &WebRequest) -> WebResponse {
    let grant_type = request.param("grant_type");
    let issued = if request.is_post() {
        issue(state, host, grant_type, request)
    } else {
        Err(Refusal::new("invalid_request", "must use HTTP POST"))
    };
    match issued {
        Ok(issue) => {
            {
                let mut live = state.live();
                live.stats.tokens += 1;
                *(live.stats.grants.entry(grant_type.to_owned())).or_default() += 1;
            }
            respond(state, issue)
        }
        Err(refusal) => {
            state.live().stats.refused_tokens += 1;
            refusal.response()
        }
    }
}

fn issue(
    state: &State,
    host: Host,
    grant_type: &str,
    request: &WebRequest,
) -> Result<Issue, Refusal> {
    match grant_type {
        "client_credentials" => client_credentials(state, host, request),
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => jwt_bearer(state, request),
        "authorization_code" => authorization_code(state, request),
        "refresh_token" => refresh_token(state, request),
        _ => Err(grant_type_off()),
    }
}

fn grant_type_off() -> Refusal {
    Refusal::new("unsupported_grant_type", "grant type not supported")
}

/// Authenticates the app by its key and secret, from the form or from HTTP Basic.
fn client(state: &State, request: &WebRequest, grant: GrantType) -> Result<App, Refusal> {
    let (key, secret) = request.basic().unwrap_or_else(|| {
        let text = |name| request.param(name).to_owned();
        (text("client_id"), text("client_secret"))
    });
    let app = app(state, &key)?;
    if !app.grants.contains(&grant) {
        return Err(grant_type_off());
    }
    if app.secret != secret && !app.secret.is_empty() {
        return Err(Refusal::new("invalid_client", "invalid client credentials"));
    }
    Ok(app)
}

fn client_credentials(state: &State, host: Host, request: &WebRequest) -> Result<Issue, Refusal> {
    if host == Host::Login {
        let what = "request not supported on this domain";
        return Err(Refusal::new("invalid_grant", what));
    }
    let app = client(state, request, GrantType::ClientCredentials)?;
    if app.secret.is_empty() {
        return Err(Refusal::new("invalid_client", "invalid client credentials"));
    }
    let user = (app.run_as.as_deref()).and_then(|name| state.user(name));
    let user =
        user.ok_or_else(|| Refusal::new("invalid_grant", "no client credentials user enabled"))?;
    let unsupported = ["full", "refresh_token", "offline_access"];
    let scopes: Vec<_> = (app.scopes.iter())
        .filter(|scope| !unsupported.contains(&scope.as_str()))
        .cloned()
        .collect();
    if scopes.is_empty() {
        return Err(Refusal::new("invalid_grant", "no valid scopes defined"));
    }
    count_login(state, user)?;
    Ok(Issue::new(app, user, scopes))
}

fn jwt_bearer(state: &State, request: &WebRequest) -> Result<Issue, Refusal> {
    let invalid = |what: &str| Refusal::new("invalid_grant", what);
    let assertion =
        Assertion::parse(request.param("assertion")).ok_or_else(|| invalid("invalid assertion"))?;
    let app = app(state, &assertion.issuer)?;
    if !app.grants.contains(&GrantType::JwtBearer) {
        return Err(grant_type_off());
    }
    if !(app.public_key()).is_some_and(|key| assertion.verify(&key)) {
        return Err(invalid("invalid assertion"));
    }
    // Salesforce uses the same description for an expired assertion.
    if assertion.is_expired() {
        return Err(invalid("expired authorization code"));
    }
    let addresses = state.addresses();
    let expected = if state.org.is_sandbox {
        "https://test.salesforce.com"
    } else {
        "https://login.salesforce.com"
    };
    let audience = &assertion.audience;
    if ![expected, &addresses.login, &addresses.instance].contains(&audience.as_str()) {
        let what = format!("audience is invalid [audience={audience} login={expected}]");
        return Err(invalid(&what));
    }
    let not_approved = || invalid("user hasn't approved this consumer");
    let user = state.user(&assertion.subject).ok_or_else(not_approved)?;
    if !is_approved(state, &app, user) {
        return Err(match app.admin_approval {
            true => not_admin_approved(),
            false => not_approved(),
        });
    }
    count_login(state, user)?;
    let scopes = app.scopes.clone();
    Ok(Issue::new(app, user, scopes))
}

fn not_admin_approved() -> Refusal {
    let what = "user is not admin approved to access this app";
    Refusal::new("invalid_app_access", what)
}

fn authorization_code(state: &State, request: &WebRequest) -> Result<Issue, Refusal> {
    let app = client(state, request, GrantType::AuthorizationCode)?;
    let mut live = state.live();
    let life = state.code_life(&live);
    let invalid = |what: &str| Err(Refusal::new("invalid_grant", what));
    let Some(code) = live.grants.codes.get_mut(request.param("code")) else {
        return invalid("invalid authorization code");
    };
    if code.grant.app != app.key {
        return invalid("invalid authorization code");
    }
    if code.is_used || code.made.elapsed() >= life {
        return invalid("expired authorization code");
    }
    if code.redirect_uri != request.param("redirect_uri") {
        let what = "redirect_uri must match configuration";
        return Err(Refusal::new("redirect_uri_mismatch", what));
    }
    // A request with a wrong verifier uses the code up, too.
    code.is_used = true;
    if let Some(challenge) = &code.challenge {
        let verifier = request.param("code_verifier");
        let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
        if *challenge != URL_SAFE_NO_PAD.encode(digest) {
            return invalid("invalid code verifier");
        }
    }
    let grant = code.grant.clone();
    let mut issue = Issue::new(app, grant.user, grant.scopes.clone());
    if grant.has("refresh_token") {
        let family = live.grants.new_family();
        issue.family = Some(family);
        issue.refresh_token = Some(live.grants.add_refresh_token(grant, family));
    }
    drop(live);
    check_user(state, issue.grant.user)?;
    Ok(issue)
}

fn refresh_token(state: &State, request: &WebRequest) -> Result<Issue, Refusal> {
    let app = client(state, request, GrantType::RefreshToken)?;
    let expired = || Refusal::new("invalid_grant", "expired access/refresh token");
    let text = request.param("refresh_token");
    let mut live = state.live();
    let known = live.grants.refresh_tokens.get(text).cloned();
    let token = known
        .filter(|token| token.grant.app == app.key)
        .ok_or_else(expired)?;
    if token.is_used {
        // The token was used before, so it may have been stolen. All tokens of its family end.
        live.grants.end_family(token.family);
        live.sessions.close_family(token.family);
        return Err(expired());
    }
    let mut issue = Issue::new(app, token.grant.user, token.grant.scopes.clone());
    issue.family = Some(token.family);
    if issue.app.rotate_refresh_tokens {
        if let Some(old) = live.grants.refresh_tokens.get_mut(text) {
            old.is_used = true;
        }
        let new = live.grants.add_refresh_token(token.grant, token.family);
        issue.refresh_token = Some(new);
    }
    drop(live);
    check_user(state, issue.grant.user)?;
    Ok(issue)
}

fn count_login(state: &State, user: usize) -> Result<(), Refusal> {
    check_user(state, user)?;
    if !state.count_login(user) {
        return Err(Refusal::new("rate_limit_exceeded", "login rate exceeded"));
    }
    Ok(())
}

impl Issue {
    fn new(app: App, user: usize, scopes: Vec<String>) -> Self {
        Self {
            grant: Grant {
                app: app.key.clone(),
                user,
                scopes,
            },
            app,
            family: None,
            refresh_token: None,
        }
    }
}

fn respond(state: &State, issue: Issue) -> WebResponse {
    let Issue {
        app,
        grant,
        family,
        refresh_token,
    } = issue;
    let addresses = state.addresses();
    let id = state.identity_url(grant.user);
    let scope = grant.scopes.join(" ");
    let secret = if app.jwt_tokens {
        jwt::access_token(&addresses.instance, &id, &grant.scopes)
    } else {
        opaque_secret(&state.org.id)
    };
    let token = Token {
        grant,
        is_jwt: app.jwt_tokens,
        family,
    };
    state.live().sessions.open_token(secret.clone(), token);

    let issued_at = Timestamp::now().as_millisecond().to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, app.secret.as_bytes());
    let signature = hmac::sign(&key, format!("{id}{issued_at}").as_bytes());
    let mut body = json!({
        "access_token": secret,
        "signature": STANDARD.encode(signature),
        "scope": scope,
        "instance_url": addresses.instance,
        "id": id,
        "token_type": "Bearer",
        "issued_at": issued_at,
    });
    if let Some(token) = refresh_token {
        body["refresh_token"] = token.into();
    }
    WebResponse::json(StatusCode::OK, &body)
}
