//! The completeness of days, as a calendar with a column for each week, which begins on Monday.

use jiff::civil::Date;
use maud::{Markup, html};

use crate::connector::report::DayState;

const CELL: i32 = 18;
const STEP: i32 = CELL + 3;
const LEFT: i32 = 34;
const TOP: i32 = 16;

/// The sign of a state, for readers who cannot distinguish the colours.
pub(in crate::console) fn sign(state: DayState) -> &'static str {
    match state {
        DayState::Complete => "\u{2713}",
        DayState::Collected => "\u{2022}",
        DayState::Open => "\u{25cb}",
        DayState::Gap => "!",
    }
}

/// Draws the days of a source, oldest first.
pub(in crate::console) fn calendar(source: &str, days: &[(Date, DayState)]) -> Markup {
    let Some((first, _)) = days.first() else {
        return html! {};
    };
    let column = |date: Date| {
        let offset = i32::from(first.weekday().to_monday_zero_offset());
        let since = first.until(date).map_or(0, |span| span.get_days());
        (since + offset) / 7
    };
    let columns = days.last().map_or(0, |(last, _)| column(*last)) + 1;
    let (width, height) = (LEFT + columns * STEP, TOP + 7 * STEP);
    let mut months: Vec<(i32, Date)> = Vec::new();
    for (date, _) in days {
        let is_new = months
            .last()
            .is_none_or(|(at, last)| last.month() != date.month() && column(*date) - at > 1);
        if is_new && (months.is_empty() || date.day() <= 7) {
            months.push((column(*date), *date));
        }
    }
    let complete = days
        .iter()
        .filter(|(_, state)| *state == DayState::Complete)
        .count();
    let text = format!(
        "Calendar of {source}: {complete} of {} days are complete. The table below names each day.",
        days.len()
    );
    html! {
        svg.calendar role="img" aria-label=(text) viewBox=(format!("0 0 {width} {height}"))
            width=(width) height=(height) {
            @for (at, date) in &months {
                text.axis x=(LEFT + at * STEP) y=(TOP - 5) { (date.strftime("%b")) }
            }
            @for (row, name) in [(0, "Mon"), (2, "Wed"), (4, "Fri"), (6, "Sun")] {
                text.axis x="0" y=(TOP + row * STEP + 13) { (name) }
            }
            @for (date, state) in days {
                @let x = LEFT + column(*date) * STEP;
                @let y = TOP + i32::from(date.weekday().to_monday_zero_offset()) * STEP;
                g class=(format!("day {}", state.as_str())) {
                    title { (date) ": " (state.as_str()) }
                    rect x=(x) y=(y) width=(CELL) height=(CELL) rx="3" {}
                    text x=(x + CELL / 2) y=(y + CELL / 2 + 4) text-anchor="middle" { (sign(*state)) }
                }
            }
        }
    }
}
