//! The addresses of the pages.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use jiff::Timestamp;

use crate::console::app::{App, on_disk};
use crate::console::metrics;
use crate::console::pages::{
    add, connection, connectors, event, events, link, login, notice, test_api,
};
use crate::console::security::{Asker, headers};

pub(super) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(connectors::page))
        .route("/add", get(add::page))
        .route("/add/password", post(add::by_password))
        .route("/add/link", post(add::by_link))
        .route("/OauthRedirect", get(link::page))
        .route("/connections/{name}", get(connection::page))
        .route("/connections/{name}/collect", post(connection::collect))
        .route("/connections/{name}/deactivate", post(connection::end))
        .route(
            "/connections/{name}/test",
            get(test_api::page).post(test_api::run),
        )
        .route("/connections/{name}/events", get(events::page))
        .route("/connections/{name}/events/{seq}", get(event::page))
        .route("/login", get(login::form).post(login::by_password))
        .route("/enter", get(login::by_link))
        .route("/logout", post(login::out))
        .route("/metrics", get(measure))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/app.css", get(style))
        .route("/app.js", get(script))
        .route("/icon.svg", get(icon))
        .fallback(nothing)
        .layer(from_fn_with_state(Arc::clone(&app), check))
        .with_state(app)
}

/// Admits a request to its page, or refuses it.
async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match app.guard.admit(request).await {
        Ok(request) => next.run(request).await,
        Err((refusal, asker)) => notice::refusal(&asker, refusal),
    };
    headers::add(&mut response, app.guard.hosts.tls());
    response
}

async fn nothing(Extension(asker): Extension<Asker>) -> Response {
    notice::not_found(&asker)
}

async fn measure(State(app): State<Arc<App>>) -> Response {
    let home = app.home.clone();
    match on_disk(move || metrics::text(&home, Timestamp::now())).await {
        Ok(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// Whether the home of the connections can be read.
async fn ready(State(app): State<Arc<App>>) -> Response {
    let home = app.home.clone();
    match on_disk(move || home.connections()).await {
        Ok(_) => "ready\n".into_response(),
        Err(_) => {
            let text = "the home of the connections cannot be read\n";
            (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
        }
    }
}

/// A static file of the console.
fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let kept = "private, max-age=3600";
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)],
        text,
    )
}

async fn style() -> impl IntoResponse {
    asset("text/css; charset=utf-8", include_str!("../assets/app.css"))
}

async fn script() -> impl IntoResponse {
    asset(
        "text/javascript; charset=utf-8",
        include_str!("../assets/app.js"),
    )
}

async fn icon() -> impl IntoResponse {
    asset("image/svg+xml", include_str!("../assets/icon.svg"))
}
