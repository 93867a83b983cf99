//! An event: its fields, the original row, and its OCSF form.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};

use super::layout::{Page, message, time};
use super::notice;
use crate::connector::Error;
use crate::connector::connection::Settings;
use crate::connector::ocsf::{Mapping, VERSION, to_ocsf};
use crate::connector::store::Event;
use crate::console::app::{App, on_disk};
use crate::console::options::wrong_use;
use crate::console::security::Asker;

pub(in crate::console) async fn page(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
    Path((name, seq)): Path<(String, String)>,
) -> Response {
    let home = app.home.clone();
    let connection = name.clone();
    let made = on_disk(move || {
        let store = home.connection(&connection)?.store_to_read()?;
        let settings = Settings::from_map(&store.settings()?)?;
        let found = match seq.parse() {
            Ok(seq) => store.lookup()?.get(seq)?,
            Err(_) => None,
        };
        let (event, superseded) =
            found.ok_or_else(|| wrong_use("there is no such event", "search for it"))?;
        let ocsf = to_ocsf(&Mapping::built_in()?, &event, Some(&settings.organization));
        let content = content(&connection, &event, superseded, &ocsf)?;
        Ok(content.into_string())
    });
    match made.await {
        Err(error) => notice::failure(&asker, &error),
        Ok(content) => {
            let title = format!("Event of {name}");
            let page = Page {
                title: &title,
                part: "",
                content: maud::PreEscaped(content),
            };
            page.response(&asker)
        }
    }
}

fn content(
    connection: &str,
    event: &Event,
    superseded: bool,
    ocsf: &serde_json::Value,
) -> Result<Markup, Error> {
    let unwritable = |_| crate::console::options::failed("the event cannot be written as JSON");
    let raw = serde_json::to_string_pretty(event).map_err(unwritable)?;
    let ocsf = serde_json::to_string_pretty(ocsf).map_err(unwritable)?;
    Ok(html! {
        nav.path aria-label="You are here" {
            a href="/" { "App connectors" } " / "
            a href=(format!("/connections/{connection}")) { (connection) } " / "
            a href=(format!("/connections/{connection}/events")) { "Events" } " /"
        }
        h1 { (event.about()) " "
            span.nowrap {
                @match event.time() { Some(at) => (time(at)), None => "without a time" }
            }
        }
        @if superseded {
            (message("note", "Salesforce has replaced the file of this event by a newer one.",
                "This is the older content. A search shows the newer content.", None))
        }
        dl.facts {
            div { dt { "Source" } dd { (event.source()) } }
            div { dt { "Key" } dd { code { (event.key()) } } }
        }
        section aria-labelledby="fields" {
            h2 #fields { "Fields" }
            dl.fields {
                @for (name, value) in event.fields() {
                    div {
                        dt { (name) }
                        dd {
                            @match value {
                                Some("") => span.quiet { "empty" },
                                Some(value) => (value),
                                None => span.quiet { "null" },
                            }
                        }
                    }
                }
            }
        }
        div.two {
            section aria-labelledby="raw" {
                h2 #raw { "As it came" }
                pre tabindex="0" aria-labelledby="raw" { code { (raw) } }
            }
            section aria-labelledby="ocsf" {
                h2 #ocsf { "As OCSF " (VERSION) }
                pre tabindex="0" aria-labelledby="ocsf" { code { (ocsf) } }
            }
        }
    })
}
