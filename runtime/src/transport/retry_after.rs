//! The header `Retry-After` (RFC 9110, section 10.2.3).

use std::time::Duration;

/// How long a response asks the client to wait. The value is a number of seconds, or a point in
/// time.
///
/// A point in time is compared with the `Date` of the response, if there is one, so that the clock
/// of this machine need not be right, and otherwise with `now`, the time of this machine. A number
/// that is too large for a duration becomes the longest duration, and the caller limits it. A point
/// in time in the past means no pause.
pub(crate) fn parse(value: &str, date: Option<&str>, now: jiff::Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let moment = |text: &str| {
        let zoned = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
        Some(zoned.timestamp())
    };
    let from = date.and_then(moment).unwrap_or(now);
    let pause = moment(value)?.duration_since(from);
    Some(Duration::try_from(pause).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_moments() {
        let date = Some("Sat, 28 Nov 2026 20:00:00 GMT");
        let now: jiff::Timestamp = "2026-11-28T20:01:00Z".parse().unwrap();
        let seconds = |n| Some(Duration::from_secs(n));
        for (value, date, expected) in [
            ("120", None, seconds(120)),
            (" 0 ", None, seconds(0)),
            ("18446744073709551615", None, seconds(u64::MAX)),
            ("99999999999999999999999", None, Some(Duration::MAX)),
            ("Sat, 28 Nov 2026 20:01:30 GMT", date, seconds(90)),
            ("Sat, 28 Nov 2026 20:01:30 GMT", None, seconds(30)),
            (
                "Sat, 28 Nov 2026 20:01:30 GMT",
                Some("nonsense"),
                seconds(30),
            ),
            ("Sat, 28 Nov 2026 19:00:00 GMT", date, seconds(0)),
            ("", None, None),
            ("-1", None, None),
            ("1.5", None, None),
            ("soon", date, None),
        ] {
            assert_eq!(parse(value, date, now), expected, "{value:?} {date:?}");
        }
    }
}
