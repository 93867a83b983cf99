//! *App connectors*: all connections and their states.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};

use super::layout::Page;
use super::notice;
use crate::connector::Error;
use crate::console::app::{App, on_disk};
use crate::console::facts::{Facts, Next, Standing};
use crate::console::security::Asker;
use crate::console::words::{count, length, minute, number};

pub(in crate::console) async fn page(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
) -> Response {
    let home = app.home.clone();
    let made = on_disk(move || {
        let now = Timestamp::now();
        let names = home.connections()?;
        // A store that cannot be read must not hide the other connections.
        let read = |name: String| (Facts::read(&home, &name, now).map(|(facts, _)| facts), name);
        let all: Vec<_> = names.into_iter().map(read).collect();
        Ok(content(&all, now).into_string())
    });
    match made.await {
        Err(error) => notice::failure(&asker, &error),
        Ok(content) => {
            let page = Page {
                title: "App connectors",
                part: "/",
                content: maud::PreEscaped(content),
            };
            page.response(&asker)
        }
    }
}

fn content(all: &[(Result<Facts, Error>, String)], now: Timestamp) -> Markup {
    html! {
        div.head {
            h1 { "App connectors" }
            a.button href="/add" { "Add a connection" }
        }
        @if all.is_empty() {
            div.empty {
                p.title { "There is no connection yet." }
                p { "A connection collects the logins, the setup audit trail, the event log files and the changes \
                     of one Salesforce org." }
                p { a.button href="/add" { "Add Salesforce" } }
            }
        } @else {
            div #live data-refresh="30" {
                p.quiet { (said(all)) }
                div.wide {
                    table.cards {
                        thead {
                            tr {
                                th scope="col" { "Connection" }
                                th scope="col" { "State" }
                                th scope="col" { "Lag" }
                                th.number scope="col" { "Events of the last hour" }
                                th scope="col" { "Next run" }
                            }
                        }
                        tbody {
                            @for (facts, name) in all {
                                @match facts {
                                    Ok(facts) => (row(facts, now)),
                                    Err(error) => (unreadable(name, error)),
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The summary in one sentence.
fn said(all: &[(Result<Facts, Error>, String)]) -> String {
    let bad = all.iter().filter(|(facts, _)| match facts {
        Ok(facts) => facts.standing() >= Standing::Incomplete,
        Err(_) => true,
    });
    let idle: Vec<&Facts> = all
        .iter()
        .filter_map(|(facts, _)| facts.as_ref().ok())
        .filter(|facts| facts.standing() == Standing::Idle)
        .collect();
    let never = idle.iter().filter(|facts| facts.was_never_collected());
    let (all, bad) = (all.len() as u64, bad.count() as u64);
    let verdict = match (bad, idle.len()) {
        (0, 0) => "Nothing needs attention.".to_owned(),
        (0, _) => "Nothing has failed.".to_owned(),
        (1, _) => "One needs attention.".to_owned(),
        (bad, _) => format!("{} need attention.", number(bad)),
    };
    let (idle, never) = (idle.len() as u64, never.count() as u64);
    let idle = match (idle, all) {
        (0, _) => String::new(),
        (1, 1) => " No process collects it".to_owned(),
        (1, _) => " No process collects one of them".to_owned(),
        (idle, _) => format!(" No process collects {} of them", number(idle)),
    };
    let never = match (never, all) {
        (0, _) if idle.is_empty() => String::new(),
        (0, _) => ".".to_owned(),
        (1, 1) => ", and it was never collected.".to_owned(),
        (1, _) => ", and one was never collected.".to_owned(),
        (never, _) => format!(", and {} were never collected.", number(never)),
    };
    let all = count(all, "connection", "connections");
    format!("{all}. {verdict}{idle}{never}")
}

fn row(facts: &Facts, now: Timestamp) -> Markup {
    let problem = facts.problems().next();
    html! {
        tr {
            th scope="row" data-label="Connection" {
                a.name href=(format!("/connections/{}", facts.name)) { (facts.name) }
                span.quiet { (facts.settings.organization_name) " · " (facts.settings.username) }
            }
            td data-label="State" {
                (badge(facts.standing()))
                @if let Some((of, problem, _)) = problem {
                    span.problem { (of) ": " (problem) }
                } @else if facts.gaps() > 0 {
                    span.problem { (count(facts.gaps(), "open gap", "open gaps")) }
                }
            }
            td data-label="Lag" { (lags(facts)) }
            td.number data-label="Events of the last hour" { (number(facts.last_hour())) }
            td data-label="Next run" { (next(facts, now)) }
        }
    }
}

fn unreadable(name: &str, error: &Error) -> Markup {
    html! {
        tr {
            th scope="row" data-label="Connection" { span.name { (name) } }
            td data-label="State" colspan="4" {
                span.badge.failing { "unreadable" }
                span.problem { (error.text()) }
            }
        }
    }
}

pub(super) fn badge(standing: Standing) -> Markup {
    let class = standing.word().replace(' ', "-");
    html! { span class=(format!("badge {class}")) { (standing.word()) } }
}

/// The lag of each source.
fn lags(facts: &Facts) -> Markup {
    if facts.sources.iter().all(|source| source.lag.is_none()) {
        return html! { "nothing collected yet" };
    }
    html! {
        ul.lags {
            @for source in facts.sources.iter().filter(|source| !source.is_pushed()) {
                li {
                    span.quiet { (source.state.name) } " "
                    @match source.lag {
                        Some(lag) => (length(lag)),
                        None => "none yet",
                    }
                }
            }
        }
    }
}

fn next(facts: &Facts, now: Timestamp) -> Markup {
    html! {
        @if facts.settings.deactivated {
            "never"
        } @else {
            @match facts.next() {
                Next::NotRunning => {
                    "no process collects"
                    span.quiet { "start one with " code { "saponify connector run" } }
                }
                Next::Now => "now",
                Next::At(at) => {
                    "in " (length(at.duration_since(now)))
                    span.quiet { (minute(at)) }
                }
            }
        }
    }
}
