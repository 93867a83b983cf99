//! Dates and date-times: numbers inside the sandbox, ISO text outside, and the date literals of SOQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _};

pub(crate) const DAY: i64 = 86_400_000;

pub(crate) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// The clock of a tenant. It can be ahead of the clock of the machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    /// The current time in milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        now() + self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

fn epoch() -> Date {
    Date::constant(1970, 1, 1)
}

fn days(date: Date) -> i64 {
    (date - epoch()).get_days().into()
}

/// Parses `2026-01-31`, with or without a zone.
pub(crate) fn parse_date(text: &str) -> Option<i64> {
    let date = text.get(..10)?.parse::<Date>().ok()?;
    let tail = &text[10..];
    let zone = tail.is_empty() || tail == "Z" || (tail.len() == 6 && tail.starts_with(['+', '-']));
    zone.then(|| days(date))
}

/// Parses a date and time with a zone, to the millisecond. `+0100` means `+01:00`.
pub(crate) fn parse_datetime(text: &str) -> Option<i64> {
    text.get(..11)?.ends_with('T').then_some(())?;
    text.parse::<Timestamp>()
        .ok()
        .map(|datetime| datetime.as_millisecond())
}

/// Parses `08:30:00.000Z`, with or without the zone.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let time = text.parse::<jiff::civil::Time>().ok()?;
    let seconds =
        (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    Some(seconds * 1_000 + i64::from(time.millisecond()))
}

/// Year, month and day of a day number, by Howard Hinnant's algorithm.
fn civil(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

fn two(n: i64, out: &mut Vec<u8>) {
    out.extend([b'0' + (n / 10) as u8, b'0' + (n % 10) as u8]);
}

pub(crate) fn write_date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil(days);
    if !(0..=9_999).contains(&year) {
        return;
    }
    two(year / 100, out);
    two(year % 100, out);
    out.push(b'-');
    two(month.into(), out);
    out.push(b'-');
    two(day.into(), out);
}

/// Writes `08:30:00.000Z`.
pub(crate) fn write_time(millis: i64, out: &mut Vec<u8>) {
    let (seconds, millis) = (millis / 1_000 % 86_400, millis % 1_000);
    two(seconds / 3_600, out);
    out.push(b':');
    two(seconds / 60 % 60, out);
    out.push(b':');
    two(seconds % 60, out);
    out.push(b'.');
    out.push(b'0' + (millis / 100) as u8);
    two(millis % 100, out);
    out.push(b'Z');
}

pub(crate) fn write_datetime(datetime: i64, out: &mut Vec<u8>) {
    write_date(datetime.div_euclid(DAY), out);
    out.push(b'T');
    write_time(datetime.rem_euclid(DAY), out);
}

pub(crate) fn datetime_text(datetime: i64) -> String {
    let mut out = Vec::with_capacity(24);
    write_datetime(datetime, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

pub(super) fn is_span(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "YESTERDAY",
        "TODAY",
        "TOMORROW",
        "LAST_90_DAYS",
        "NEXT_90_DAYS",
    ];
    const UNITS: &[&str] = &["WEEK", "MONTH", "QUARTER", "YEAR"];
    if NAMES.contains(&name) {
        return true;
    }
    let Some((word, unit)) = name.split_once('_') else {
        return false;
    };
    const COUNTED: &[&str] = &["DAYS", "WEEKS", "MONTHS", "QUARTERS", "YEARS"];
    match word {
        "N" => unit
            .strip_suffix("_AGO")
            .is_some_and(|unit| COUNTED.contains(&unit)),
        "LAST" | "THIS" | "NEXT" => {
            let counted = unit.strip_prefix("N_").filter(|_| word != "THIS");
            UNITS.contains(&unit) || counted.is_some_and(|unit| COUNTED.contains(&unit))
        }
        _ => false,
    }
}

/// Whether a date literal requires a number.
pub(super) fn is_counted(name: &str) -> bool {
    name.starts_with("N_") || name.contains("_N_")
}

/// The first day of a date literal and the day after its last, in days since 1970, in GMT.
pub(super) fn span(name: &str, n: u32, now: i64) -> Option<(i64, i64)> {
    let today = epoch().checked_add(now.div_euclid(DAY).days()).ok()?;
    let one = |date: Date| Some((days(date), days(date) + 1));
    match name {
        "TODAY" => return one(today),
        "YESTERDAY" => return one(today.yesterday().ok()?),
        "TOMORROW" => return one(today.tomorrow().ok()?),
        "LAST_90_DAYS" => return Some((days(today) - 90, days(today) + 1)),
        "NEXT_90_DAYS" => return Some((days(today) + 1, days(today) + 91)),
        "LAST_N_DAYS" => return Some((days(today) - i64::from(n), days(today) + 1)),
        "N_DAYS_AGO" => return Some((days(today) - i64::from(n), days(today) - i64::from(n) + 1)),
        "NEXT_N_DAYS" => return Some((days(today) + 1, days(today) + 1 + i64::from(n))),
        _ => {}
    }
    let (word, unit) = name.split_once('_')?;
    let unit = unit.strip_prefix("N_").unwrap_or(unit);
    let unit = unit.strip_suffix("_AGO").unwrap_or(unit);
    let start = |periods: i64| period(today, unit, periods);
    let n = i64::from(n);
    let (from, to) = match (word, is_counted(name)) {
        ("N", _) => (start(-n)?, start(1 - n)?),
        ("LAST", false) => (start(-1)?, start(0)?),
        ("THIS", _) => (start(0)?, start(1)?),
        ("NEXT", false) => (start(1)?, start(2)?),
        ("LAST", true) => (start(-n)?, start(0)?),
        ("NEXT", true) => (start(1)?, start(n + 1)?),
        _ => return None,
    };
    Some((days(from), days(to)))
}

/// The first day of the period that is `shift` periods after the current one.
fn period(today: Date, unit: &str, shift: i64) -> Option<Date> {
    let first = today.first_of_month();
    Some(match unit.trim_end_matches('S') {
        "WEEK" => {
            let back = i64::from(today.weekday().since(Weekday::Sunday));
            today.checked_add((shift * 7 - back).days()).ok()?
        }
        "MONTH" => first.checked_add(shift.months()).ok()?,
        "QUARTER" => {
            let back = i64::from((first.month() - 1) % 3);
            first.checked_add((shift * 3 - back).months()).ok()?
        }
        "YEAR" => first.first_of_year().checked_add(shift.years()).ok()?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datetimes_survive_text() {
        for text in [
            "2024-02-29T23:59:59.999Z",
            "1969-12-31T00:00:00.000Z",
            "2026-11-22T08:05:03.010Z",
        ] {
            assert_eq!(datetime_text(parse_datetime(text).unwrap()), text);
        }
        assert_eq!(
            parse_datetime("2024-01-01T01:00:00+01:00"),
            parse_datetime("2024-01-01T00:00:00Z")
        );
        assert_eq!(parse_date("2024-02-30"), None);
        assert_eq!(parse_time("08:30:00.000Z"), Some(30_600_000));
    }

    #[test]
    fn spans_end_where_the_next_begins() {
        // This day is a Sunday.
        let now = parse_datetime("2026-11-22T10:00:00Z").unwrap();
        let day = |text| parse_date(text).unwrap();
        assert_eq!(
            span("TODAY", 0, now),
            Some((day("2026-11-22"), day("2026-11-23")))
        );
        assert_eq!(
            span("THIS_WEEK", 0, now),
            Some((day("2026-11-22"), day("2026-11-29")))
        );
        assert_eq!(
            span("LAST_MONTH", 0, now),
            Some((day("2026-10-01"), day("2026-11-01")))
        );
        assert_eq!(
            span("LAST_N_QUARTERS", 2, now),
            Some((day("2026-04-01"), day("2026-10-01")))
        );
        assert_eq!(
            span("NEXT_YEAR", 0, now),
            Some((day("2027-01-01"), day("2028-01-01")))
        );
        assert_eq!(
            span("N_MONTHS_AGO", 2, now),
            Some((day("2026-09-01"), day("2026-10-01")))
        );
        assert_eq!(
            span("N_DAYS_AGO", 2, now),
            Some((day("2026-11-20"), day("2026-11-21")))
        );
        assert!(is_span("N_YEARS_AGO") && !is_span("N_YEARS") && !is_span("THIS_N_DAYS"));
        assert!(is_span("LAST_N_DAYS") && !is_span("LAST_DAYS") && !is_span("SOME_DAY"));
    }
}
