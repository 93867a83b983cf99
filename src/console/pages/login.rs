//! Logging in and out.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::layout::{Field, Page, message, token};
use super::notice;
use crate::connector::Error;
use crate::console::app::App;
use crate::console::security::{Asker, Fields, Peer};

/// The page with the password field, or with an explanation of where the link is.
pub(in crate::console) async fn form(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
) -> Response {
    if asker.logged_in {
        return Redirect::to("/").into_response();
    }
    page(&app, asker, StatusCode::OK, html! {})
}

/// Logs in with the password.
pub(in crate::console) async fn by_password(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
    Extension(Peer(peer)): Extension<Peer>,
    Extension(fields): Extension<Fields>,
) -> Response {
    if let Some(refusal) = too_many(&app, &asker, peer.ip()) {
        return refusal;
    }
    let given = fields.exact("password").into();
    let entered = app.guard.enter_by_password(given, peer.ip()).await;
    enter(&app, asker, entered, "The password is wrong.")
}

/// Logs in with the link.
pub(in crate::console) async fn by_link(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
    Extension(Peer(peer)): Extension<Peer>,
    uri: Uri,
) -> Response {
    if let Some(refusal) = too_many(&app, &asker, peer.ip()) {
        return refusal;
    }
    let query = Fields::parse(uri.query().unwrap_or("").as_bytes());
    let entered = app.guard.enter_by_link(query.exact("key"), peer.ip());
    enter(
        &app,
        asker,
        entered,
        "This link was used before, or has expired.",
    )
}

/// Logs out.
pub(in crate::console) async fn out(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let cookie = app.guard.leave(&headers);
    (with_cookie(cookie), Redirect::to("/login")).into_response()
}

fn with_cookie(cookie: String) -> AppendHeaders<[(header::HeaderName, String); 1]> {
    AppendHeaders([(header::SET_COOKIE, cookie)])
}

fn too_many(app: &App, asker: &Asker, peer: std::net::IpAddr) -> Option<Response> {
    let wait = app.guard.may_try(peer).err()?.as_secs().max(1);
    let text = format!(
        "Too many attempts have failed. Wait for {} min.",
        wait.div_ceil(60)
    );
    let content = message("bad", "Not now", &text, None);
    let mut page = page(app, asker.clone(), StatusCode::TOO_MANY_REQUESTS, content);
    page.headers_mut().insert(header::RETRY_AFTER, wait.into());
    Some(page)
}

fn enter(
    app: &App,
    asker: Asker,
    entered: Result<Option<String>, Error>,
    refusal: &str,
) -> Response {
    match entered {
        Ok(Some(cookie)) => (with_cookie(cookie), Redirect::to("/")).into_response(),
        Ok(None) => page(
            app,
            asker,
            StatusCode::FORBIDDEN,
            message("bad", refusal, "", None),
        ),
        Err(error) => notice::failure(&asker, &error),
    }
}

fn page(app: &App, mut asker: Asker, status: StatusCode, above: Markup) -> Response {
    let cookie = match app.guard.new_stranger(&mut asker) {
        Ok(cookie) => cookie,
        Err(error) => return notice::failure(&asker, &error),
    };
    let password = Field {
        name: "password",
        label: "Password of the console",
        hint: "",
        kind: "password",
        value: "",
        required: true,
        complete: "current-password",
    };
    let page = Page {
        title: "Log in",
        part: "",
        content: html! {
            div.narrow {
                h1 { "Log in" }
                (above)
                @if app.guard.has_password() {
                    form method="post" action="/login" {
                        (token(&asker))
                        (password.markup("login"))
                        button type="submit" { "Log in" }
                    }
                } @else {
                    p { "To log in, open the link that was printed when the console was started: in the \
                         terminal, or in the journal of the service." }
                    p { "A link works once and for 15 minutes. Press Enter in that terminal to get a new one, or \
                         start the console again." }
                }
            }
        },
    };
    (with_cookie(cookie), page.with_status(&asker, status)).into_response()
}
