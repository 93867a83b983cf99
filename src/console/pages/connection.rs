//! A connection: its state, its completeness, its gaps, and its actions.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};

use super::connectors::badge;
use super::layout::{Page, message, token};
use super::notice;
use super::panel::{Panel, legend};
use crate::connector::connection::deactivate;
use crate::connector::search::Index;
use crate::connector::store::{Drift, Gap};
use crate::console::app::{App, on_disk};
use crate::console::facts::{Facts, totals};
use crate::console::security::{Asker, Fields};
use crate::console::words::{count, minute};

/// The largest number of gaps and of drift entries on the page.
const GAPS: usize = 20;
const DRIFTS: usize = 10;

pub(in crate::console) async fn page(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
    uri: Uri,
) -> Response {
    let query = Fields::parse(uri.query().unwrap_or("").as_bytes());
    let done = done(query.text("done"));
    let (home, teller) = (app.home.clone(), asker.clone());
    let jobs = app.jobs.collecting_of(&name);
    let title = name.clone();
    let made = on_disk(move || {
        let now = Timestamp::now();
        let (facts, store) = Facts::read(&home, &name, now)?;
        let index = Index::open(&home.connection(&name)?.search()?)?;
        let totals = totals(&store, &index)?;
        let panels: Vec<Panel<'_>> = facts
            .sources
            .iter()
            .map(|source| {
                let rows = totals.get(&source.state.name).copied().unwrap_or(0);
                Panel::read(&store, &index, source, rows, now)
            })
            .collect::<Result<_, _>>()?;
        let gaps = store.open_gaps(GAPS)?;
        let drifts = store.last_drifts(DRIFTS)?;
        let content = html! {
            (heading(&facts))
            (done)
            (actions(&teller, &facts, &jobs))
            (problems(&facts))
            section aria-labelledby="sources" {
                h2 #sources { "Sources" }
                (legend())
                div.panels { @for panel in &panels { (panel.markup(&facts, now)) } }
            }
            (missing(&facts, &gaps))
            (drifted(&drifts))
            (ending(&teller, &facts))
        };
        Ok(content.into_string())
    });
    match made.await {
        Err(error) => notice::failure(&asker, &error),
        Ok(content) => {
            let page = Page {
                title: &title,
                part: "",
                content: maud::PreEscaped(content),
            };
            page.response(&asker)
        }
    }
}

/// Collects the connection once.
pub(in crate::console) async fn collect(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
) -> Response {
    let (home, known) = (app.home.clone(), name.clone());
    if let Err(error) = on_disk(move || home.connection(&known)).await {
        return notice::failure(&asker, &error);
    }
    app.jobs.collect(&name);
    Redirect::to(&format!("/connections/{name}?done=collecting")).into_response()
}

/// Deactivates the connection. Its data is kept.
pub(in crate::console) async fn end(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
) -> Response {
    let (home, vault, ended) = (app.home.clone(), app.vault.clone(), name.clone());
    match on_disk(move || deactivate(&home, &vault, &ended, false)).await {
        Err(error) => notice::failure(&asker, &error),
        Ok(()) => Redirect::to(&format!("/connections/{name}?done=deactivated")).into_response(),
    }
}

/// The message about the last action.
fn done(what: &str) -> Markup {
    match what {
        "activated" => {
            let text = "The login succeeded, and the connection is stored. Test API shows whether the user can \
                        read everything. Collect now collects the first events.";
            message("good", "The connection is active.", text, None)
        }
        "collecting" => message("note", "Collecting has begun.", "", None),
        "deactivated" => {
            let text = "Its secrets are removed. Its data is kept.";
            message("good", "The connection is deactivated.", text, None)
        }
        _ => html! {},
    }
}

fn heading(facts: &Facts) -> Markup {
    let settings = &facts.settings;
    html! {
        nav.path aria-label="You are here" { a href="/" { "App connectors" } " /" }
        div.head {
            h1 { (facts.name) " " (badge(facts.standing())) }
        }
        dl.facts {
            div { dt { "Org" } dd { (settings.organization_name) " (" (settings.organization) ")" } }
            div { dt { "User" } dd { (settings.username) } }
            div { dt { "Address" } dd { (settings.endpoint) } }
            div { dt { "Login" } dd { (settings.login.method()) } }
            @if let Some(calls) = facts.calls {
                div {
                    dt { "API calls of 24 hours" }
                    dd { (calls.used) " of " (calls.allowed) " used at " (minute(calls.local_at)) }
                }
            }
        }
    }
}

fn actions(asker: &Asker, facts: &Facts, (collecting, failed): &(bool, Option<String>)) -> Markup {
    let path = format!("/connections/{}", facts.name);
    html! {
        div.actions {
            a.button href=(format!("{path}/events")) { "Events" }
            @if !facts.settings.deactivated {
                a.button.second href=(format!("{path}/test")) { "Test API" }
                form method="post" action=(format!("{path}/collect")) {
                    (token(asker))
                    button.second type="submit" disabled[*collecting || facts.running] { "Collect now" }
                }
            }
        }
        @if *collecting {
            p.quiet { "This console is collecting the connection. The figures below are updated." }
        } @else if let Some(problem) = failed {
            (message("bad", "Collecting could not be started.", problem, None))
        }
    }
}

fn problems(facts: &Facts) -> Markup {
    html! {
        section aria-labelledby="errors" {
            h2 #errors { "Last errors" }
            @if facts.problems().next().is_none() {
                p.quiet { "The last attempt of every source succeeded, or none has been made yet." }
            }
            @for (of, problem, attempt) in facts.problems() {
                div.message.bad {
                    p.title { (of) }
                    p { (problem) }
                    @if let Some(attempt) = attempt {
                        @if let Some(advice) = &attempt.advice {
                            p.advice { b { "What to do: " } (advice) }
                        }
                        p.quiet {
                            (count(attempt.failures, "attempt", "attempts")) " failed, the last one at "
                            (minute(attempt.local_at)) ". "
                            @match attempt.local_worked {
                                Some(time) => { "The last success was at " (minute(time)) "." },
                                None => "None has succeeded yet.",
                            }
                        }
                    }
                }
            }
        }
    }
}

fn missing(facts: &Facts, gaps: &[Gap]) -> Markup {
    html! {
        section aria-labelledby="gaps" {
            h2 #gaps { "Gaps" }
            @if gaps.is_empty() {
                p.quiet { "No data is known to be missing." }
            } @else {
                @if facts.gaps() > gaps.len() as u64 {
                    p.quiet { "These are the newest " (gaps.len()) " of " (facts.gaps()) " gaps. "
                        code { "saponify connector report" } " lists all." }
                }
                div.wide {
                    table.cards {
                        thead { tr {
                            th scope="col" { "Source" } th scope="col" { "From" } th scope="col" { "To" }
                            th scope="col" { "Why" } th scope="col" { "Found" }
                        } }
                        tbody {
                            @for gap in gaps {
                                tr {
                                    th scope="row" data-label="Source" { (gap.source) }
                                    td data-label="From" { (minute(gap.span.start())) }
                                    td data-label="To" { (minute(gap.span.end())) }
                                    td data-label="Why" {
                                        (gap.reason)
                                        @if !gap.subject.is_empty() { " (" code { (gap.subject) } ")" }
                                    }
                                    td data-label="Found" { (minute(gap.found)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn drifted(drifts: &[Drift]) -> Markup {
    html! {
        section aria-labelledby="drift" {
            h2 #drift { "Drift" }
            @if drifts.is_empty() {
                p.quiet { "Salesforce sends the same columns and values as before." }
            } @else {
                p.quiet { "Columns and values that are new in what Salesforce sends, or that are missing now. No data is \
                           lost by this. The last ten are shown; " code { "saponify connector report" } " lists all." }
                div.wide {
                    table.cards {
                        thead { tr {
                            th scope="col" { "Found" } th scope="col" { "Object or event type" }
                            th scope="col" { "Change" } th scope="col" { "Name" }
                        } }
                        tbody {
                            @for drift in drifts {
                                tr {
                                    td data-label="Found" { (minute(drift.found)) }
                                    th scope="row" data-label="Object or event type" { (drift.about) }
                                    td data-label="Change" { (drift.kind) }
                                    td data-label="Name" { code { (drift.name) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn ending(asker: &Asker, facts: &Facts) -> Markup {
    html! {
        @if facts.settings.deactivated {
            p.quiet { "This connection is deactivated. Add a connection with the same name and org to continue with \
                       its data." }
        } @else {
            details.ending {
                summary { "Deactivate this connection" }
                p { "Its secrets are removed, and nothing more is collected. Its data is kept." }
                form method="post" action=(format!("/connections/{}/deactivate", facts.name)) {
                    (token(asker))
                    button.danger type="submit" { "Deactivate " (facts.name) }
                }
            }
        }
    }
}
