//! The layout of all pages.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::console::security::Asker;
use crate::console::words::second;

/// A page without its frame.
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    /// The path of the section that the page belongs to.
    pub(super) part: &'a str,
    pub(super) content: Markup,
}

const PARTS: [(&str, &str); 2] = [("/", "App connectors"), ("/add", "Add")];

impl Page<'_> {
    /// The response with this page.
    pub(super) fn response(self, asker: &Asker) -> Response {
        self.with_status(asker, StatusCode::OK)
    }

    pub(super) fn with_status(self, asker: &Asker, status: StatusCode) -> Response {
        (status, Html(self.markup(asker).into_string())).into_response()
    }

    fn markup(self, asker: &Asker) -> Markup {
        html! {
            (head(self.title))
            body {
                (frame(asker, self.part))
                main #content tabindex="-1" { (self.content) }
                (foot())
            }
            (PreEscaped("</html>"))
        }
    }
}

/// The beginning of a page before `<body>`. The element `html` is left open, because a page may be sent in
/// pieces.
pub(super) fn head(title: &str) -> Markup {
    html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " · saponify" }
            link rel="stylesheet" href="/app.css";
            link rel="icon" href="/icon.svg" type="image/svg+xml";
            script src="/app.js" defer {}
        }
    }
}

/// The part of a page above its content.
pub(super) fn frame(asker: &Asker, part: &str) -> Markup {
    html! {
        a.skip href="#content" { "Skip to the content" }
        header.bar {
            div.inner {
                p.brand { a href="/" { "saponify" } " " span { "compliance connector" } }
                @if asker.logged_in {
                    nav aria-label="Console" {
                        @for (path, name) in PARTS {
                            a href=(path) aria-current=[(part == path).then_some("page")] { (name) }
                        }
                        form method="post" action="/logout" {
                            (token(asker))
                            button.plain type="submit" { "Log out" }
                        }
                    }
                }
            }
        }
    }
}

/// The part of a page below its content.
pub(super) fn foot() -> Markup {
    html! {
        footer.foot { p { "All times are UTC. saponify " (env!("CARGO_PKG_VERSION")) } }
    }
}

/// The hidden field that proves that a form comes from the console.
pub(super) fn token(asker: &Asker) -> Markup {
    html! { input type="hidden" name="form_token" value=(asker.form_token); }
}

/// A field of a form, and its label.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) hint: &'a str,
    pub(super) kind: &'a str,
    pub(super) value: &'a str,
    pub(super) required: bool,
    pub(super) complete: &'a str,
}

impl Field<'_> {
    pub(super) fn markup(&self, form: &str) -> Markup {
        let id = format!("{form}-{}", self.name);
        let hint = format!("{id}-hint");
        html! {
            div.field {
                label for=(id) {
                    (self.label)
                    @if !self.required { " " span.optional { "optional" } }
                }
                @if self.kind == "textarea" {
                    textarea id=(id) name=(self.name) rows="3" spellcheck="false"
                        aria-describedby=[(!self.hint.is_empty()).then_some(&hint)] { (self.value) }
                } @else {
                    input id=(id) name=(self.name) type=(self.kind) required[self.required]
                        value=[(self.kind != "password").then_some(self.value)]
                        autocomplete=(self.complete) spellcheck="false" autocapitalize="none"
                        aria-describedby=[(!self.hint.is_empty()).then_some(&hint)];
                }
                @if !self.hint.is_empty() { p.hint id=(hint) { (self.hint) } }
            }
        }
    }
}

/// A time with seconds, in UTC. The script adds the local time of the browser.
pub(super) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (second(at)) } }
}

/// A message in a coloured frame of the kind `good`, `bad` or `note`.
pub(super) fn message(kind: &str, title: &str, text: &str, advice: Option<&str>) -> Markup {
    html! {
        div class=(format!("message {kind}")) role=[(kind == "bad").then_some("alert")] {
            p.title { (title) }
            @if !text.is_empty() { p { (text) } }
            @if let Some(advice) = advice { p.advice { b { "What to do: " } (advice) } }
        }
    }
}
