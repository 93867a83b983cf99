//! Formats times, durations and numbers for people.

use jiff::{SignedDuration, Timestamp};

/// A time without seconds, in UTC.
pub(super) fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

/// A time with seconds, in UTC.
pub(super) fn second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A time without its year, in UTC.
pub(super) fn hour(time: Timestamp) -> String {
    time.strftime("%-d %b %H:%M").to_string()
}

/// A duration in its largest unit, or its two largest units.
pub(super) fn length(time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, _) if hours < 6 && minutes % 60 > 0 => format!("{hours} h {} min", minutes % 60),
        (0, hours, _) => format!("{hours} h"),
        (days, ..) if days < 4 && hours % 24 > 0 => format!("{days} d {} h", hours % 24),
        (days, ..) => format!("{days} d"),
    }
}

/// A number with separated thousands.
pub(super) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            // U+202F is a narrow no-break space.
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A number and its noun.
pub(super) fn count(value: u64, one: &str, many: &str) -> String {
    match value {
        1 => format!("1 {one}"),
        value => format!("{} {many}", number(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_numbers_are_short() {
        for (seconds, text) in [
            (-5, "0 s"),
            (59, "59 s"),
            (61, "1 min"),
            (3_600, "1 h"),
            (3_720, "1 h 2 min"),
            (40_000, "11 h"),
            (90_000, "1 d 1 h"),
            (864_000, "10 d"),
        ] {
            assert_eq!(length(SignedDuration::from_secs(seconds)), text);
        }
        assert_eq!(number(0), "0");
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count(1, "gap", "gaps"), "1 gap");
    }
}
