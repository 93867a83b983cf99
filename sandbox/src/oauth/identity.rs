//! The endpoints that require a token: userinfo, the identity URL, revoke and singleaccess.

use http::StatusCode;
use serde_json::{Value, json};

use super::Refusal;
use crate::id::long_form;
use crate::tenant::State;
use crate::tenant::session::Session;
use crate::web::{WebRequest, WebResponse, with_query};

/// Calls `look` with the session that the token of a request names. Without a valid token, it returns the
/// response of Salesforce.
fn session<T>(
    state: &State,
    request: &WebRequest,
    look: impl FnOnce(&Session) -> T,
) -> Result<T, WebResponse> {
    let refuse = |word: &str| {
        let body = word.as_bytes().to_vec();
        WebResponse::new(StatusCode::FORBIDDEN, "text/html; charset=utf-8", body)
    };
    let token = request
        .bearer()
        .ok_or_else(|| refuse("Missing_OAuth_Token"))?;
    let looked = state.session(token, look);
    looked.ok_or_else(|| refuse("Bad_OAuth_Token"))
}

pub(super) fn user_info(state: &State, request: &WebRequest) -> WebResponse {
    match session(state, request, |session| session.user) {
        Ok(user) => WebResponse::json(StatusCode::OK, &facts(state, user)),
        Err(response) => response,
    }
}

/// `/id/ORG/USER`, the address that token responses contain as `id`.
pub(super) fn identity(state: &State, request: &WebRequest) -> WebResponse {
    let user = match session(state, request, |session| session.user) {
        Ok(user) => user,
        Err(response) => return response,
    };
    if !state.identity_url(user).ends_with(&request.path) {
        return WebResponse::new(
            StatusCode::NOT_FOUND,
            "text/html; charset=utf-8",
            b"Bad_Id".to_vec(),
        );
    }
    let mut facts = facts(state, user);
    facts["id"] = state.identity_url(user).into();
    facts["username"] = facts["preferred_username"].clone();
    facts["display_name"] = facts["name"].clone();
    WebResponse::json(StatusCode::OK, &facts)
}

fn facts(state: &State, number: usize) -> Value {
    let org = &state.org;
    let user = &org.users[number];
    let instance = state.addresses().instance;
    let soap = |kind: &str| format!("{instance}/services/Soap/{kind}/{{version}}/{}", org.id);
    json!({
        "sub": state.identity_url(number),
        "user_id": org.user_id(number),
        "organization_id": long_form(&org.id),
        "preferred_username": user.username,
        "nickname": user.username.split('@').next(),
        "name": user.full_name(),
        "given_name": user.first_name,
        "family_name": user.last_name,
        "email": user.email,
        "email_verified": true,
        "zoneinfo": org.time_zone,
        "locale": org.locale,
        "language": org.language,
        "user_type": "STANDARD",
        "active": true,
        "is_app_installed": true,
        "urls": {
            "enterprise": soap("c"),
            "partner": soap("u"),
            "metadata": soap("m"),
            "rest": format!("{instance}/services/data/v{{version}}/"),
            "custom_domain": instance,
        },
    })
}

/// `/services/oauth2/revoke`: ends an access token, or a refresh token and all access tokens that it
/// issued.
pub(super) fn revoke(state: &State, request: &WebRequest) -> WebResponse {
    let text = request.param("token");
    let mut live = state.live();
    let family = (live.grants.refresh_tokens.get(text)).map(|token| token.family);
    let was_known = match family {
        Some(family) => {
            live.grants.end_family(family);
            live.sessions.close_family(family);
            true
        }
        None => live.sessions.close(text),
    };
    drop(live);
    if was_known {
        WebResponse::new(StatusCode::OK, "text/html; charset=utf-8", Vec::new())
    } else {
        Refusal::new("unsupported_token_type", "this token type is not supported").response()
    }
}

/// `/services/oauth2/singleaccess`: returns a single-use link that opens a browser session.
pub(super) fn single_access(state: &State, request: &WebRequest) -> WebResponse {
    let looked = session(state, request, |session| {
        (session.user, session.has("web") && !session.restricted)
    });
    let user = match looked {
        Ok((user, true)) => user,
        Ok((_, false)) => {
            let body = json!({
                "error": "invalid_scope",
                "error_description": "the access token needs the scope web or full",
            });
            return WebResponse::json(StatusCode::FORBIDDEN, &body);
        }
        Err(response) => return response,
    };
    let target = request.param("redirect_uri");
    if !(target.is_empty() || crate::ui::is_relative(target)) {
        let what = "redirect_uri must be a relative path";
        return Refusal::new("invalid_request", what).response();
    }
    let secret = state.live().grants.add_link(user);
    let address = format!("{}/secur/frontdoor.jsp", state.addresses().instance);
    let uri = with_query(&address, &[("otp", &secret), ("startURL", target)]);
    WebResponse::json(StatusCode::OK, &json!({ "frontdoor_uri": uri }))
}
