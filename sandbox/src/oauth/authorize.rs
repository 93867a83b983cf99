//! `/services/oauth2/authorize`: the login page, the consent page, and the redirect with the code.

use http::StatusCode;

use super::{Refusal, app, check_user, is_approved};
use crate::org::{App, GrantType};
use crate::tenant::State;
use crate::tenant::grants::AuthorizationRequest;
use crate::ui::{self, Browser};
use crate::web::{WebRequest, WebResponse, escape, form, with_query};

const PATH: &str = "/services/oauth2/authorize";

/// The parameters that the login page repeats as hidden inputs.
const CARRIED: &[&str] = &[
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "login_hint",
];

pub(super) fn handle(state: &State, request: &WebRequest) -> WebResponse {
    let ticket = request.param("ticket");
    if request.is_post() && !ticket.is_empty() {
        return decide(state, request, ticket);
    }
    // An error is shown to the user, unless the redirect address is known to belong to the app.
    let app = match trusted(state, request) {
        Ok(app) => app,
        Err(refusal) => return show(&refusal),
    };
    match understood(&app, request) {
        Ok(asked) => log_in(state, &app, asked, request),
        Err(refusal) => refuse(
            request.param("redirect_uri"),
            request.param("state"),
            &refusal,
        ),
    }
}

/// The app, if it exists and the redirect address is one of its callbacks.
fn trusted(state: &State, request: &WebRequest) -> Result<App, Refusal> {
    let app = app(state, request.param("client_id"))?;
    if !app.allows_callback(request.param("redirect_uri")) {
        let what = "redirect_uri must match configuration";
        return Err(Refusal::new("redirect_uri_mismatch", what));
    }
    Ok(app)
}

fn understood(app: &App, request: &WebRequest) -> Result<AuthorizationRequest, Refusal> {
    if request.param("response_type") != "code"
        || !app.grants.contains(&GrantType::AuthorizationCode)
    {
        let what = "response type not supported";
        return Err(Refusal::new("unsupported_response_type", what));
    }
    let asked: Vec<_> = (request.param("scope").split_whitespace())
        .map(str::to_owned)
        .collect();
    let has = |scope: &String| app.scopes.contains(scope) || app.scopes.iter().any(|s| s == "full");
    if !asked.iter().all(has) {
        let what = "the requested scope is not allowed";
        return Err(Refusal::new("invalid_scope", what));
    }
    let challenge = request.param("code_challenge");
    if app.require_pkce && challenge.is_empty() {
        let what = "missing required code challenge";
        return Err(Refusal::new("invalid_request", what));
    }
    if !challenge.is_empty() && !["", "S256"].contains(&request.param("code_challenge_method")) {
        let what = "invalid code challenge method";
        return Err(Refusal::new("invalid_request", what));
    }
    Ok(AuthorizationRequest {
        app: app.key.clone(),
        redirect_uri: request.param("redirect_uri").to_owned(),
        state: request.param("state").to_owned(),
        scopes: match asked.is_empty() {
            true => app.scopes.clone(),
            false => asked,
        },
        challenge: (!challenge.is_empty()).then(|| challenge.to_owned()),
    })
}

/// Continues with the session of the browser or with the submitted login, or shows the login page.
fn log_in(
    state: &State,
    app: &App,
    asked: AuthorizationRequest,
    request: &WebRequest,
) -> WebResponse {
    let prompt = request.param("prompt");
    if let Browser::Session(user) = ui::browser(state, request)
        && !prompt.contains("login")
        && !request.is_post()
    {
        return consent(state, app, asked, user, prompt);
    }
    let mut message = "";
    if request.is_post() {
        match ui::check_password(state, request.param("username"), request.param("pw")) {
            Ok(user) => {
                let secret = state.open_session(user);
                // A user who has just logged in is not asked to log in again.
                let prompt = prompt.replace("login", "");
                return consent(state, app, asked, user, &prompt).with_session(&secret);
            }
            Err(what) => message = what,
        }
    }
    let hidden: Vec<_> = (CARRIED.iter())
        .map(|name| (*name, request.param(name)))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    ui::login_page(PATH, &hidden, request.param("login_hint"), message)
}

/// Sends the code if the user has approved the app before. Otherwise shows the consent page.
fn consent(
    state: &State,
    app: &App,
    asked: AuthorizationRequest,
    user: usize,
    prompt: &str,
) -> WebResponse {
    if let Err(refusal) = check_user(state, user) {
        return refuse(&asked.redirect_uri, &asked.state, &refusal);
    }
    if is_approved(state, app, user) && !prompt.contains("consent") {
        return send_code(state, user, asked);
    }
    if app.admin_approval {
        let what = "user is not admin approved to access this app";
        let refusal = Refusal::new("OAUTH_APP_BLOCKED", what);
        return refuse(&asked.redirect_uri, &asked.state, &refusal);
    }
    if !app.installed {
        let what = "An unexpected error has occurred during authentication. Please try again.";
        return show(&Refusal::new("OAUTH_APPROVAL_ERROR_GENERIC", what));
    }
    let scopes: String = (asked.scopes.iter())
        .map(|scope| format!("<li>{}</li>", escape(scope)))
        .collect();
    let visible = "<button name=\"decision\" value=\"allow\">Allow</button>\
                   <button name=\"decision\" value=\"deny\">Deny</button>";
    let ticket = state.live().grants.add_consent(user, asked);
    let body = format!(
        "<p>{} is asking for access to {} as {}:</p><ul>{scopes}</ul>{}",
        escape(&app.name),
        escape(&state.org.name),
        escape(&state.org.users[user].username),
        form(PATH, &[("ticket", &ticket)], visible),
    );
    WebResponse::page(StatusCode::OK, "Allow Access?", &body)
}

/// Handles the decision of the user on the consent page.
fn decide(state: &State, request: &WebRequest, ticket: &str) -> WebResponse {
    let Browser::Session(user) = ui::browser(state, request) else {
        return ui::login_page("/", &[], "", "Your session has ended.");
    };
    let waiting = {
        let mut live = state.live();
        // A ticket works once, and only for the user that it was made for.
        let waiting = live.grants.consents.remove(ticket);
        waiting.filter(|consent| consent.user == user)
    };
    let Some(consent) = waiting else {
        let what = "this consent page is no longer valid";
        return show(&Refusal::new("invalid_request", what));
    };
    let asked = consent.request;
    if request.param("decision") != "allow" {
        let what = "end-user denied authorization";
        let refusal = Refusal::new("access_denied", what);
        return refuse(&asked.redirect_uri, &asked.state, &refusal);
    }
    (state.live().grants.approvals).insert((asked.app.clone(), user));
    send_code(state, user, asked)
}

fn send_code(state: &State, user: usize, asked: AuthorizationRequest) -> WebResponse {
    let (address, token) = (asked.redirect_uri.clone(), asked.state.clone());
    let code = state.live().grants.add_code(user, asked);
    WebResponse::redirect(&with_query(&address, &[("code", &code), ("state", &token)]))
}

/// Redirects to the app with an error.
fn refuse(address: &str, token: &str, refusal: &Refusal) -> WebResponse {
    let pairs = [
        ("error", refusal.error),
        ("error_description", &refusal.description),
        ("state", token),
    ];
    WebResponse::redirect(&with_query(address, &pairs))
}

/// Shows an error page.
fn show(refusal: &Refusal) -> WebResponse {
    let text = format!(
        "error={}&error_description={}",
        refusal.error, refusal.description
    );
    WebResponse::message(StatusCode::BAD_REQUEST, "OAuth Error", &text)
}
