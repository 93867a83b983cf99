//! *Events*: search by time, source, user, address, type and status.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};

use super::layout::{self, Page, message};
use super::notice;
use crate::connector::Error;
use crate::connector::listing::summary;
use crate::connector::search::{Facet, Found, Index, Search, Stopped};
use crate::connector::store::Event;
use crate::connector::sync::NAMES;
use crate::connector::when;
use crate::console::app::{App, on_disk};
use crate::console::options::wrong_use;
use crate::console::security::{Asker, Fields};
use crate::console::words::{minute, number};

/// The number of events on a page.
const PAGE: usize = 50;

/// The number of new rows that are added to the search index before a search. The others are added in the
/// background.
const FRESH: usize = 1_000;

/// The facets with a text field, and their labels.
const TYPED: [(Facet, &str); 4] = [
    (Facet::User, "User"),
    (Facet::Address, "Address"),
    (Facet::Type, "Type"),
    (Facet::Status, "Status"),
];

/// The largest number of types and statuses that are offered.
const OFFERED: usize = 100;

/// The data of the page.
struct Shown {
    found: Result<Found, Error>,
    /// The number of stored rows that are not in the index yet.
    missing: i64,
    types: Vec<String>,
    statuses: Vec<String>,
}

pub(in crate::console) async fn page(
    State(app): State<Arc<App>>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
    uri: Uri,
) -> Response {
    let query = uri.query().unwrap_or("").to_owned();
    let home = app.home.clone();
    let connection = name.clone();
    let made = on_disk(move || {
        let fields = Fields::parse(query.as_bytes());
        let place = home.connection(&connection)?;
        let store = place.store_to_read()?;
        let mut index = Index::open(&place.search()?)?;
        index.update(&store, FRESH)?;
        let search = search(&fields, Timestamp::now());
        let shown = Shown {
            found: search.and_then(|search| index.find(&store, &search, PAGE)),
            missing: store.last_seq()? - index.cursor()?,
            types: index.values(Facet::Type, OFFERED)?,
            statuses: index.values(Facet::Status, OFFERED)?,
        };
        let status = match &shown.found {
            Ok(_) => StatusCode::OK,
            Err(error) if error.is_usage() => StatusCode::UNPROCESSABLE_ENTITY,
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Ok((status, content(&connection, &fields, &shown).into_string()))
    });
    match made.await {
        Err(error) => notice::failure(&asker, &error),
        Ok((status, content)) => {
            let title = format!("Events of {name}");
            let page = Page {
                title: &title,
                part: "",
                content: maud::PreEscaped(content),
            };
            page.with_status(&asker, status)
        }
    }
}

/// Reads the search from the fields.
fn search(fields: &Fields, now: Timestamp) -> Result<Search, Error> {
    let mut search = Search {
        since: time(fields.text("since"), now)?,
        until: time(fields.text("until"), now)?,
        ..Search::default()
    };
    let source = fields.text("source");
    if !source.is_empty() {
        search.values.push((Facet::Source, source.to_owned()));
    }
    for (facet, _) in TYPED {
        let value = fields.text(facet.as_str());
        if !value.is_empty() {
            search.values.push((facet, value.to_owned()));
        }
    }
    let after = fields.text("after");
    if !after.is_empty() {
        let position = after.parse();
        search.after = Some(
            position
                .map_err(|_| wrong_use("this page of results does not exist", "search again"))?,
        );
    }
    Ok(search)
}

/// Parses a time in the form of browsers (`2026-01-31T12:00`) or of the command line.
fn time(text: &str, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok();
    let civil = civil.filter(|_| text.contains('T'));
    let utc = civil.and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC).ok());
    match utc {
        Some(time) => Ok(Some(time.timestamp())),
        None => when::instant(text, now).map(Some),
    }
}

fn content(connection: &str, fields: &Fields, shown: &Shown) -> Markup {
    html! {
        nav.path aria-label="You are here" {
            a href="/" { "App connectors" } " / "
            a href=(format!("/connections/{connection}")) { (connection) } " /"
        }
        h1 { "Events" }
        (form(connection, fields, shown))
        @if shown.missing > 0 {
            (message("note", "The search is not complete yet.", &format!(
                "{} stored events are still being added to the search index. Load the page again in a moment.",
                number(shown.missing.unsigned_abs())), None))
        }
        section #results aria-labelledby="results-title" {
            h2.hidden #results-title { "Results" }
            @match &shown.found {
                Err(error) => (message("bad", &error.to_string(), "", error.advice())),
                Ok(found) => (results(connection, fields, found)),
            }
        }
    }
}

fn form(connection: &str, fields: &Fields, shown: &Shown) -> Markup {
    let options = |facet: Facet| match facet {
        Facet::Type => Some(&shown.types),
        Facet::Status => Some(&shown.statuses),
        _ => None,
    };
    html! {
        form.search role="search" method="get" action=(format!("/connections/{connection}/events")) {
            div.field {
                label for="since" { "From (UTC)" }
                input #since name="since" type="datetime-local" value=(local(fields.text("since")));
            }
            div.field {
                label for="until" { "To (UTC)" }
                input #until name="until" type="datetime-local" value=(local(fields.text("until")));
            }
            div.field {
                label for="source" { "Source" }
                select #source name="source" {
                    option value="" { "all" }
                    @for source in NAMES {
                        option value=(source) selected[fields.text("source") == source] { (source) }
                    }
                }
            }
            @for (facet, label) in TYPED {
                @let name = facet.as_str();
                div.field {
                    label for=(name) { (label) }
                    input id=(name) name=(name) type="text" value=(fields.text(name)) autocomplete="off"
                        spellcheck="false" autocapitalize="none" aria-describedby="search-hint"
                        list=[options(facet).map(|_| format!("{name}-values"))];
                    @if let Some(values) = options(facet) {
                        datalist id=(format!("{name}-values")) {
                            @for value in values { option value=(value) {} }
                        }
                    }
                }
            }
            div.buttons {
                button type="submit" { "Search" }
                a href=(format!("/connections/{connection}/events")) { "Clear" }
            }
            p.hint #search-hint { "A * at the end matches any text: 203.0.113.* or anna*" }
        }
    }
}

/// A time in the form that the field requires, or an empty text for a time in another form.
fn local(text: &str) -> &str {
    match text.parse::<jiff::civil::DateTime>() {
        Ok(_) => text,
        Err(_) => "",
    }
}

fn results(connection: &str, fields: &Fields, found: &Found) -> Markup {
    let is_first = fields.text("after").is_empty();
    let is_searched = [
        "since", "until", "source", "user", "address", "type", "status",
    ]
    .iter()
    .any(|name| !fields.text(name).is_empty());
    html! {
        @if found.events.is_empty() {
            @match found.stopped {
                Stopped::End if is_first && is_searched => {
                    div.empty {
                        p.title { "No stored event matches." }
                        p { "User, address, type and status must equal the values in the table." }
                    }
                }
                Stopped::End if is_first => {
                    div.empty {
                        p.title { "No event is stored yet." }
                        p { "Collect events with Collect now on the page of the connection, or with " code { "saponify connector run" }
                            "." }
                    }
                }
                Stopped::End => p.quiet { "There are no older events." },
                _ => {}
            }
        } @else {
            div.wide {
                table.cards.events {
                    thead { tr {
                        th scope="col" { "Time" } th scope="col" { "Type" } th scope="col" { "User" }
                        th scope="col" { "Address" } th scope="col" { "Status" } th scope="col" { "Detail" }
                        th scope="col" { "Source" }
                    } }
                    tbody { @for event in &found.events { (row(connection, event)) } }
                }
            }
        }
        @match &found.stopped {
            Stopped::End => {
                @if !found.events.is_empty() { p.quiet { "There are no older events." } }
            }
            Stopped::Full(position) => {
                p.more { a.button.second rel="next" href=(next(connection, fields, &position.to_string())) {
                    "Older events"
                } }
            }
            Stopped::Passed(position, until) => {
                p.quiet { "The search has come to "
                    @match until { Some(until) => { (minute(*until)) }, None => "events without a time" } "." }
                p.more { a.button.second rel="next" href=(next(connection, fields, &position.to_string())) {
                    "Search further back"
                } }
            }
            Stopped::TooManyValues(facet) => {
                (message("bad", "Too many values begin with this text.", &format!(
                    "Enter a longer text in the field {}.", facet.as_str()), None))
            }
        }
    }
}

fn row(connection: &str, event: &Event) -> Markup {
    let summary = summary(event);
    let shown = |value: Option<&str>| value.unwrap_or("\u{2013}").to_owned();
    html! {
        tr {
            td data-label="Time" {
                a href=(format!("/connections/{connection}/events/{}", event.seq())) {
                    @match event.time() { Some(at) => (layout::time(at)), None => "without a time" }
                }
            }
            td data-label="Type" { (shown(summary.what.as_deref())) }
            td data-label="User" { (shown(summary.who)) }
            td data-label="Address" { (shown(summary.from)) }
            td data-label="Status" { (shown(summary.status)) }
            td.detail data-label="Detail" { (shown(summary.detail.filter(|_| summary.detail != summary.status))) }
            td data-label="Source" { (event.source()) }
        }
    }
}

/// The address of the next page of the same search.
fn next(connection: &str, fields: &Fields, after: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in [
        "since", "until", "source", "user", "address", "type", "status",
    ] {
        let value = fields.text(name);
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.append_pair("after", after);
    format!("/connections/{connection}/events?{}", query.finish())
}
