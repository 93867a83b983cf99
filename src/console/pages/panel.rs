//! A source of a connection: its figures, its calendar, its events by day, and its lag.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use crate::connector::Error;
use crate::connector::report::DayState;
use crate::connector::search::Index;
use crate::connector::store::{Lag, Store};
use crate::connector::window::Span;
use crate::console::charts::{bars, calendar, lag_chart, sign};
use crate::console::facts::{Facts, Next, SourceFacts};
use crate::console::words::{length, minute, number};

/// The number of days in the calendar and in the chart of events.
const DAYS: i64 = 63;

/// The time that the chart of the lag covers.
const LAGS: SignedDuration = SignedDuration::from_hours(48);

pub(super) struct Panel<'a> {
    source: &'a SourceFacts,
    rows: u64,
    days: Vec<(Date, DayState)>,
    volume: Vec<(Date, u64)>,
    lags: Vec<Lag>,
}

impl<'a> Panel<'a> {
    /// Reads the data of a source for a few weeks. The amount does not depend on the size of the store.
    pub(super) fn read(
        store: &Store,
        index: &Index,
        source: &'a SourceFacts,
        rows: u64,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let since = now - SignedDuration::from_hours(24 * (DAYS - 1));
        let span = Span::day_of(since).zip(Span::day_of(now));
        let span = span.and_then(|(first, last)| Span::new(first.start(), last.end()));
        let Some(span) = span else {
            return Err(crate::console::options::failed(
                "the clock of this machine is wrong",
            ));
        };
        let wanted = Span::new(span.start(), now).unwrap_or(span);
        let outlines = store.outlines(&source.state, wanted)?;
        let volume = index.days(&source.state.name, span)?;
        let begins = day(source.state.begins.max(span.start()));
        let days = span.pieces(SignedDuration::from_hours(24)).into_iter();
        Ok(Self {
            source,
            rows,
            days: outlines
                .iter()
                .map(|outline| (day(outline.span.start()), DayState::of(outline)))
                .collect(),
            volume: days
                .map(|piece| {
                    let found = volume.iter().find(|(start, _)| *start == piece.start());
                    (day(piece.start()), found.map_or(0, |(_, rows)| *rows))
                })
                .skip_while(|(date, rows)| *date < begins && *rows == 0)
                .collect(),
            lags: store
                .lags(&source.state, now - LAGS)?
                .into_iter()
                .filter(|lag| lag.at >= now - LAGS)
                .collect(),
        })
    }

    pub(super) fn markup(&self, facts: &Facts, now: Timestamp) -> Markup {
        let name = &self.source.state.name;
        html! {
            article.card.panel aria-labelledby=(format!("source-{name}")) {
                h3 id=(format!("source-{name}")) { (title(name)) }
                p.quiet { (about(name)) }
                @if self.source.is_pushed() { (self.pushed(facts)) } @else { (self.collected(facts, now)) }
                h4 { "Events by day" }
                @if self.volume.iter().all(|(_, rows)| *rows == 0) {
                    p.quiet { "There are no events of the last " (DAYS) " days." }
                } @else {
                    (bars(name, &self.volume))
                }
                @if !self.source.is_pushed() { (self.lag(now)) }
            }
        }
    }

    /// The figures of a source whose rows the org pushes.
    fn pushed(&self, facts: &Facts) -> Markup {
        html! {
            dl.facts { div { dt { "Stored events" } dd { (number(self.rows)) } } }
            p.quiet {
                "The org does not say how many messages it sent, so no day can be shown as complete. "
                code { "saponify connector listen " (facts.name) } " receives them."
            }
        }
    }

    /// The figures of a source whose rows the connector queries.
    fn collected(&self, facts: &Facts, now: Timestamp) -> Markup {
        let attempt = self.source.attempt.as_ref();
        let complete = self
            .days
            .iter()
            .filter(|(_, state)| *state == DayState::Complete);
        html! {
            dl.facts {
                div { dt { "Stored events" } dd { (number(self.rows)) } }
                div {
                    dt { "Collected until" }
                    dd {
                        @match self.source.state.watermark {
                            Some(until) => { (minute(until)) },
                            None => "nothing collected yet",
                        }
                    }
                }
                @if let Some(lag) = self.source.lag { div { dt { "Lag" } dd { (length(lag)) } } }
                div { dt { "Collected since" } dd { (minute(self.source.state.begins)) } }
                div {
                    dt { "Last attempt" }
                    dd { @match attempt { Some(attempt) => (minute(attempt.local_at)), None => "none yet" } }
                }
                @if facts.running {
                    div {
                        dt { "Next run" }
                        dd { @match self.source.next {
                            Next::At(at) => { "in " (length(at.duration_since(now))) },
                            Next::Now | Next::NotRunning => "now",
                        } }
                    }
                }
            }
            h4 { "Completeness" }
            p.quiet {
                @match self.days.len() {
                    0 => "No day is due for collection yet.",
                    1 => "Collection begins today.",
                    days => { (complete.count()) " of the last " (days) " days are complete." }
                }
            }
            (calendar(&self.source.state.name, &self.days))
            (self.table())
        }
    }

    /// The chart of the lag.
    fn lag(&self, now: Timestamp) -> Markup {
        html! {
            h4 { "Lag of the last 48 hours" }
            @match Span::new(now - LAGS, now).filter(|_| !self.lags.is_empty()) {
                Some(span) => (lag_chart(&self.source.state.name, span, &self.lags)),
                None => p.quiet { "Nothing was collected in the last 48 hours." },
            }
        }
    }

    /// The calendar as a table.
    fn table(&self) -> Markup {
        html! {
            details {
                summary { "The days as a list" }
                div.tall {
                    table {
                        thead { tr { th scope="col" { "Day" } th scope="col" { "State" } } }
                        tbody {
                            @for (date, state) in self.days.iter().rev() {
                                tr { th scope="row" { (date) } td { (state.as_str()) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The legend of a calendar.
pub(super) fn legend() -> Markup {
    html! {
        ul.legend {
            @for state in DayState::ALL {
                li {
                    span class=(format!("sign {}", state.as_str())) aria-hidden="true" { (sign(state)) }
                    " " b { (state.as_str()) } " " (state.meaning())
                }
            }
        }
    }
}

fn title(source: &str) -> &str {
    match source {
        "logins" => "Logins",
        "audit" => "Setup audit trail",
        "files" => "Event log files",
        "changes" => "Changes",
        "messages" => "Outbound messages",
        other => other,
    }
}

fn about(source: &str) -> &str {
    match source {
        "logins" => "Who logged in, from where, and with which result.",
        "audit" => "What administrators changed in Setup.",
        "files" => "What users and programs did, by event type.",
        "changes" => "Changes of users and their permissions.",
        "messages" => "What workflows of the org sent.",
        _ => "",
    }
}

fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}
