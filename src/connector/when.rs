//! Reads times and durations as people write them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::error::{Error, Kind};

/// Reads a duration such as `60d`, `12h`, `30m` or `10s`.
///
/// # Errors
///
/// The text has another form, or the duration is longer than ten years.
pub fn length(text: &str) -> Result<SignedDuration, Error> {
    const LONGEST: i64 = 10 * 366 * 24 * 3_600;
    let unusable = || {
        let message = format!("`{}` is not a duration", text.escape_debug());
        Error::new(Kind::Usage, message).help("write it as 60d, 12h, 30m or 10s")
    };
    let digits = text.len() - text.chars().next_back().map_or(0, char::len_utf8);
    let (number, unit) = text.split_at(digits);
    let seconds = match unit {
        "d" => 24 * 3_600,
        "h" => 3_600,
        "m" => 60,
        "s" => 1,
        _ => return Err(unusable()),
    };
    let number: u32 = number.parse().map_err(|_| unusable())?;
    let seconds = i64::from(number) * seconds;
    match seconds {
        0..=LONGEST => Ok(SignedDuration::from_secs(seconds)),
        _ => Err(unusable()),
    }
}

/// Reads an instant: a day such as `2026-01-31`, which means its beginning in UTC, a time such as
/// `2026-01-31T12:00:00Z`, `now`, `today`, `yesterday`, or a duration before `now` such as `24h` or `7d`.
///
/// # Errors
///
/// The text has another form.
pub fn instant(text: &str, now: Timestamp) -> Result<Timestamp, Error> {
    let start = |date: Date| {
        let zoned = date.to_zoned(TimeZone::UTC);
        zoned.map(|zoned| zoned.timestamp()).ok()
    };
    let today = now.to_zoned(TimeZone::UTC).date();
    let found = match text {
        "now" => Some(now),
        "today" => start(today),
        "yesterday" => today.yesterday().ok().and_then(start),
        _ => text
            .parse::<Timestamp>()
            .ok()
            .or_else(|| start(text.parse().ok()?))
            .or_else(|| now.checked_sub(length(text).ok()?).ok()),
    };
    found.ok_or_else(|| {
        let message = format!("`{}` is not a point in time", text.escape_debug());
        Error::new(Kind::Usage, message)
            .help("write it as 2026-01-31, 2026-01-31T12:00:00Z, today, yesterday, 24h or 7d")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let now: Timestamp = "2026-03-01T10:30:00Z".parse().unwrap();
        for (text, meant) in [
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"),
            ("today", "2026-03-01T00:00:00Z"),
            ("yesterday", "2026-02-28T00:00:00Z"),
            ("24h", "2026-02-28T10:30:00Z"),
            ("now", "2026-03-01T10:30:00Z"),
        ] {
            assert_eq!(instant(text, now).unwrap().to_string(), meant, "{text}");
        }
        for text in ["", "d", "-1d", "1w", "5", "2026-02-30", "99999d", "1\u{e9}"] {
            assert!(instant(text, now).unwrap_err().is_usage(), "{text}");
        }
        assert_eq!(length("60d").unwrap(), SignedDuration::from_hours(60 * 24));
        assert_eq!(length("10s").unwrap(), SignedDuration::from_secs(10));
    }
}
