//! The end of *Connect by link*: the redirect from the org's login page.
//!
//! The redirect comes from another site, so it has no cookie. It is identified by its state, which only the
//! org's login page knows, and which is accepted once. The page changes nothing else and shows only the
//! result.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use maud::{Markup, html};

use super::layout::{Page, message};
use crate::console::app::App;
use crate::console::security::{Asker, Fields};

pub(in crate::console) async fn page(
    State(app): State<Arc<App>>,
    Extension(mut asker): Extension<Asker>,
    uri: Uri,
) -> Response {
    // A visitor from another site must not see forms of the console.
    asker.logged_in = false;
    let query = uri.query().unwrap_or("");
    let fields = Fields::parse(query.as_bytes());
    let consented = app.jobs.end_consent(query, fields.exact("state")).await;
    let Some(consented) = consented else {
        let text = "No connection is waiting for this response from Salesforce. Either it was used before, or it came after \
                    five minutes. Nothing was changed.";
        let content = said(
            message("bad", "Not connected", text, None),
            "/add",
            "Add a connection",
        );
        return shown(&asker, StatusCode::BAD_REQUEST, "Not connected", content);
    };
    let to = |path: &str| format!("{}{path}", consented.origin);
    match consented.result {
        Ok(activated) => {
            let text = format!(
                "The connection {} is active. The connector logs in as {} at {} ({}).",
                activated.name,
                activated.identity.username,
                activated.identity.organization_name,
                activated.identity.host
            );
            let notice = message("good", "Connected", &text, None);
            let next = to(&format!("/connections/{}", activated.name));
            let content = said(notice, &next, "Go to the connection");
            shown(&asker, StatusCode::OK, "Connected", content)
        }
        Err(error) => {
            let title = format!("The connection {} was not activated.", consented.name);
            let notice = message("bad", &title, &error.text(), error.advice());
            let content = said(notice, &to("/add"), "Try again");
            shown(
                &asker,
                StatusCode::UNPROCESSABLE_ENTITY,
                "Not connected",
                content,
            )
        }
    }
}

fn said(notice: Markup, next: &str, name: &str) -> Markup {
    html! {
        div.narrow {
            h1 { "Connect by link" }
            (notice)
            p { a.button href=(next) { (name) } }
        }
    }
}

fn shown(asker: &Asker, status: StatusCode, title: &str, content: Markup) -> Response {
    let page = Page {
        title,
        part: "",
        content,
    };
    page.with_status(asker, status)
}
