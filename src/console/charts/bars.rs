//! The number of events by day, as bars.

use jiff::civil::Date;
use maud::{Markup, html};

use super::ceiling;
use crate::console::words::number;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 110.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 18.0;

/// Draws the number of events on consecutive days, oldest first.
pub(in crate::console) fn bars(source: &str, days: &[(Date, u64)]) -> Markup {
    let most = days.iter().map(|(_, rows)| *rows).max().unwrap_or(0);
    let all: u64 = days.iter().map(|(_, rows)| rows).sum();
    let (Some((first, _)), Some((last, _))) = (days.first(), days.last()) else {
        return html! {};
    };
    let top = ceiling(most as f64);
    let step = (WIDTH - LEFT) / days.len() as f64;
    let base = HEIGHT - BOTTOM;
    let height = |rows: u64| (rows as f64 / top) * (base - TOP);
    let text = format!(
        "Events of {source} by day from {first} to {last}: {} in all, at most {} on a day.",
        number(all),
        number(most)
    );
    html! {
        svg.bars role="img" aria-label=(text) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) {
            line.grid x1=(LEFT) x2=(WIDTH) y1=(TOP) y2=(TOP) {}
            line.grid x1=(LEFT) x2=(WIDTH) y1=((TOP + base) / 2.0) y2=((TOP + base) / 2.0) {}
            line.base x1=(LEFT) x2=(WIDTH) y1=(base) y2=(base) {}
            text.axis x=(LEFT - 6.0) y=(TOP + 4.0) text-anchor="end" { (number(top as u64)) }
            text.axis x=(LEFT - 6.0) y=(base + 1.0) text-anchor="end" { "0" }
            text.axis x=(LEFT) y=(HEIGHT - 4.0) { (first.strftime("%-d %b")) }
            text.axis x=(WIDTH) y=(HEIGHT - 4.0) text-anchor="end" { (last.strftime("%-d %b")) }
            @for (at, (date, rows)) in days.iter().enumerate() {
                g.bar {
                    title { (date) ": " (number(*rows)) " events" }
                    rect x=(format!("{:.1}", LEFT + at as f64 * step + step * 0.1))
                        y=(format!("{:.1}", base - height(*rows)))
                        width=(format!("{:.1}", step * 0.8)) height=(format!("{:.1}", height(*rows))) {}
                }
            }
        }
    }
}
