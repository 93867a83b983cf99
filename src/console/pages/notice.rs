//! Pages that consist of a message.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::html;

use super::layout::{Page, message};
use crate::connector::Error;
use crate::console::security::{Asker, Refusal};

/// The page of an error.
pub(in crate::console) fn failure(asker: &Asker, error: &Error) -> Response {
    let (status, title) = match error.is_usage() {
        true => (StatusCode::NOT_FOUND, "Not found"),
        false => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "This page cannot be created",
        ),
    };
    let page = Page {
        title,
        part: "",
        content: html! {
            h1 { (title) }
            (message("bad", &error.to_string(), &error.text(), error.advice()))
            p { a href="/" { "App connectors" } }
        },
    };
    page.with_status(asker, status)
}

/// The page of an unknown address.
pub(in crate::console) fn not_found(asker: &Asker) -> Response {
    let text = "There is no page at this address.";
    said(asker, StatusCode::NOT_FOUND, "Not found", text)
}

/// The response to a refused request. A request without login is redirected to the login page.
pub(in crate::console) fn refusal(asker: &Asker, refusal: Refusal) -> Response {
    let plain = |status: StatusCode, text: &'static str| (status, text).into_response();
    match refusal {
        Refusal::Host => plain(
            StatusCode::MISDIRECTED_REQUEST,
            "The console does not accept this host name. Use the address that it printed, or start it with \
             --name HOST.\n",
        ),
        Refusal::Metrics => plain(
            StatusCode::UNAUTHORIZED,
            "The metrics are available only from this machine, or with the token of --metrics-token-from.\n",
        ),
        Refusal::LargeForm => plain(StatusCode::PAYLOAD_TOO_LARGE, "The form is too large.\n"),
        Refusal::Login => axum::response::Redirect::to("/login").into_response(),
        Refusal::ChangeWithoutLogin => {
            let text = "You are not logged in. Nothing was changed.";
            said(asker, StatusCode::FORBIDDEN, "Not logged in", text)
        }
        Refusal::ForeignForm => {
            let text = "This form does not come from a page of this console, or the page is older than your \
                        login. Nothing was changed. Load the page again.";
            said(asker, StatusCode::FORBIDDEN, "Refused", text)
        }
    }
}

fn said(asker: &Asker, status: StatusCode, title: &str, text: &str) -> Response {
    let page = Page {
        title,
        part: "",
        content: html! {
            h1 { (title) }
            p { (text) }
            p { a href="/" { "App connectors" } }
        },
    };
    page.with_status(asker, status)
}
