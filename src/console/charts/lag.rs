//! The lag of a source at each time at which it was collected.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::ceiling;
use crate::connector::store::Lag;
use crate::connector::window::Span;
use crate::console::words::{hour, length};

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 110.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 18.0;

/// Draws the lags within a span, by the time at which the data was stored.
pub(in crate::console) fn lag_chart(source: &str, span: Span, lags: &[Lag]) -> Markup {
    let behind = |lag: &Lag| lag.at.duration_since(lag.until).max(SignedDuration::ZERO);
    let mut sorted: Vec<SignedDuration> = lags.iter().map(behind).collect();
    sorted.sort();
    let (Some(worst), Some(median)) = (sorted.last(), sorted.get(sorted.len() / 2)) else {
        return html! {};
    };
    // The unit is minutes, or hours for long lags.
    let unit = if worst.as_mins() > 120 { 3600.0 } else { 60.0 };
    let top = ceiling(worst.as_secs_f64() / unit);
    let base = HEIGHT - BOTTOM;
    let all = span.length().as_secs_f64();
    let x = |time: Timestamp| {
        let share = time.duration_since(span.start()).as_secs_f64() / all;
        LEFT + share.clamp(0.0, 1.0) * (WIDTH - LEFT - 4.0)
    };
    let y = |lag: &Lag| {
        let share = behind(lag).as_secs_f64() / unit / top;
        base - share.clamp(0.0, 1.0) * (base - TOP)
    };
    let points: Vec<String> = lags
        .iter()
        .map(|lag| format!("{:.1},{:.1}", x(lag.at), y(lag)))
        .collect();
    let text = format!(
        "Lag of {source} from {} to {}: {} at the median, {} at most.",
        hour(span.start()),
        hour(span.end()),
        length(*median),
        length(*worst)
    );
    html! {
        svg.lag role="img" aria-label=(text) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) {
            line.grid x1=(LEFT) x2=(WIDTH) y1=(TOP) y2=(TOP) {}
            line.grid x1=(LEFT) x2=(WIDTH) y1=((TOP + base) / 2.0) y2=((TOP + base) / 2.0) {}
            line.base x1=(LEFT) x2=(WIDTH) y1=(base) y2=(base) {}
            text.axis x=(LEFT - 6.0) y=(TOP + 4.0) text-anchor="end" {
                (top) (if unit > 60.0 { " h" } else { " min" })
            }
            text.axis x=(LEFT - 6.0) y=(base + 1.0) text-anchor="end" { "0" }
            text.axis x=(LEFT) y=(HEIGHT - 4.0) { (hour(span.start())) }
            text.axis x=(WIDTH) y=(HEIGHT - 4.0) text-anchor="end" { (hour(span.end())) }
            polyline.line points=(points.join(" ")) {}
            @for lag in lags {
                circle.point cx=(format!("{:.1}", x(lag.at))) cy=(format!("{:.1}", y(lag))) r="2.5" {
                    title { (hour(lag.at)) ": " (length(behind(lag))) }
                }
            }
        }
    }
}
