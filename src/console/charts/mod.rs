//! Charts as SVG. Each chart is an image with a text alternative. Colours come from the style sheet, and
//! the meaning of a chart never depends on colours alone.

mod bars;
mod calendar;
mod lag;

pub(super) use bars::bars;
pub(super) use calendar::{calendar, sign};
pub(super) use lag::lag_chart;

/// A round number that is not smaller than `value`: 1, 2 or 5 followed by zeros.
fn ceiling(value: f64) -> f64 {
    let mut unit = 1.0;
    while unit * 10.0 < value {
        unit *= 10.0;
    }
    let steps = [1.0, 2.0, 5.0, 10.0];
    let step = steps.into_iter().find(|step| step * unit >= value);
    step.unwrap_or(10.0) * unit
}

#[cfg(test)]
mod tests {
    use super::ceiling;

    #[test]
    fn an_axis_ends_at_a_round_number() {
        for (value, end) in [
            (0.0, 1.0),
            (1.0, 1.0),
            (3.0, 5.0),
            (7.0, 10.0),
            (2_001.0, 5_000.0),
        ] {
            assert!((ceiling(value) - end).abs() < f64::EPSILON, "{value}");
        }
    }
}
