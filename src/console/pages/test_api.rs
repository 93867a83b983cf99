//! *Test API*: the lines of the test, each as soon as it is known.
//!
//! The page is sent in pieces, so it needs no script: the browser shows each line when it arrives.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use jiff::Timestamp;
use maud::{Markup, PreEscaped, html};
use tokio::sync::mpsc;

use super::layout::{Page, foot, frame, head, message, token};
use super::notice;
use crate::connector::Error;
use crate::connector::connection::settings_of;
use crate::connector::prerequisites::{Line, Prerequisites, Profile, Standing, test_telling};
use crate::console::app::{App, on_disk};
use crate::console::security::{Asker, Fields};

/// The largest number of pieces that wait for the browser.
const PIECES: usize = 64;

pub(in crate::console) async fn page(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
) -> Response {
    let home = app.home.clone();
    let known = name.clone();
    match on_disk(move || settings_of(&home, &known)).await {
        Err(error) => notice::failure(&asker, &error),
        Ok(settings) => {
            let title = format!("Test API of {name}");
            let content = html! {
                (heading(&name))
                p.lead { "The test logs in at " b { (settings.endpoint) } " and checks what the org has and what the \
                          user may do. It stores no data, and changes nothing in the org." }
                (form(&asker, &name))
            };
            let page = Page {
                title: &title,
                part: "",
                content,
            };
            page.response(&asker)
        }
    }
}

/// Runs the test.
pub(in crate::console) async fn run(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
    Extension(fields): Extension<Fields>,
) -> Response {
    let profile = match fields.text("profile") {
        "microsoft" => Profile::Microsoft,
        _ => Profile::Least,
    };
    let home = app.home.clone();
    let known = name.clone();
    let checked = on_disk(move || settings_of(&home, &known)?.check_active(&known)).await;
    if let Err(error) = checked {
        return notice::failure(&asker, &error);
    }
    let (send, receive) = mpsc::channel::<Bytes>(PIECES);
    tokio::spawn(async move {
        let piece = |markup: Markup| Bytes::from(markup.into_string());
        let _ = send.send(piece(beginning(&asker, &name))).await;
        let lines = send.clone();
        let mut tell = move |line: &Line| {
            // There are far fewer lines than places in the channel, so a line is lost only if the browser
            // has gone.
            let _ = lines.try_send(piece(row(line)));
        };
        let now = Timestamp::now();
        let test = test_telling(&app.home, &app.vault, &name, profile, now, &mut tell);
        // If the browser has closed the page, the test is cancelled.
        let tested = tokio::select! {
            tested = test => tested,
            () = send.closed() => return,
        };
        let _ = send.send(piece(end(&asker, &name, &tested))).await;
    });
    let pieces = stream::unfold(receive, |mut receive| async move {
        let piece = receive.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), receive))
    });
    let kind = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        // A proxy must not wait for the end of the page.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (kind, Body::from_stream(pieces)).into_response()
}

fn heading(name: &str) -> Markup {
    html! {
        nav.path aria-label="You are here" {
            a href="/" { "App connectors" } " / " a href=(format!("/connections/{name}")) { (name) } " /"
        }
        h1 { "Test API" }
    }
}

fn form(asker: &Asker, name: &str) -> Markup {
    html! {
        form.inline method="post" action=(format!("/connections/{name}/test")) {
            (token(asker))
            label for="profile" { "Test the prerequisites of" }
            select #profile name="profile" {
                option value="least" { "this connector" }
                option value="microsoft" { "Microsoft's connectors, too" }
            }
            button type="submit" { "Test API" }
        }
    }
}

/// The page up to the first line. [`end`] closes its elements.
fn beginning(asker: &Asker, name: &str) -> Markup {
    html! {
        (head(&format!("Testing {name}")))
        (PreEscaped("<body>"))
        (frame(asker, ""))
        (PreEscaped("<main id=\"content\" tabindex=\"-1\">"))
        (heading(name))
        p.quiet #running { "The lines appear one by one." }
        (PreEscaped("<ol class=\"lines\" role=\"log\" aria-label=\"Results of the test\">"))
    }
}

fn row(line: &Line) -> Markup {
    let (class, sign, word) = match line.standing {
        Standing::Passed => ("passed", "\u{2713}", "passed"),
        Standing::Failed => ("failed", "\u{2717}", "failed"),
        Standing::Noted => ("noted", "\u{2013}", "noted"),
    };
    html! {
        li class=(class) data-line=(line.id) {
            span.sign aria-hidden="true" { (sign) }
            div {
                p.title { (line.what) span.hidden { ": " (word) } }
                p { (line.found) }
                @if let Some(remedy) = &line.remedy {
                    p.advice { b { "What to do: " } (remedy) }
                }
            }
        }
    }
}

fn end(asker: &Asker, name: &str, tested: &Result<Prerequisites, Error>) -> Markup {
    let verdict = match tested {
        Err(error) => message(
            "bad",
            "The test could not be run.",
            &error.text(),
            error.advice(),
        ),
        Ok(tested) if tested.is_met() => {
            let text = "The connector can collect all data of this org.";
            message("good", "The test passed.", text, None)
        }
        Ok(tested) => {
            let failed = tested
                .lines
                .iter()
                .filter(|line| line.standing == Standing::Failed);
            let text = match failed.count() {
                1 => "One line failed. It states the reason.".to_owned(),
                lines => format!("{lines} lines failed. They state the reasons, and what to do."),
            };
            message("bad", "The test failed.", &text, None)
        }
    };
    html! {
        (PreEscaped("</ol>"))
        div #verdict { (verdict) }
        (form(asker, name))
        (PreEscaped("</main>"))
        (foot())
        (PreEscaped("</body></html>"))
    }
}
