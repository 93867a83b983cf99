//! `xsd:dateTime` and `xsd:time` in full: with any year, and with or without an offset from UTC.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use jiff::civil::{self, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::{ParseError, Result, parse_time, split_offset, trim};

const DATE_TIME: &str = "expected a dateTime such as 2024-01-31T13:05:09Z or 2024-01-31T13:05:09";
const TIME: &str = "expected a time such as 13:05:09Z or 13:05:09";

/// An `xsd:dateTime`: a date and a time of day, with an offset from UTC or without one.
///
/// Fields of services other than Salesforce have this type. Unlike a [`Timestamp`], it can hold a
/// local time, which is not an instant, and years beyond 9999. A value is written as it was read,
/// with two exceptions: trailing zeros of the seconds are omitted, and 24:00:00 becomes the
/// midnight of the next day.
///
/// ```
/// use saponify::DateTime;
/// use saponify::jiff::Timestamp;
///
/// let local: DateTime = "2024-05-15T10:00:00".parse()?;
/// assert_eq!((local.offset(), local.timestamp()), (None, None));
/// assert_eq!(local.to_string(), "2024-05-15T10:00:00");
///
/// let zoned: DateTime = "2024-05-15T10:00:00+02:00".parse()?;
/// let instant: Timestamp = "2024-05-15T08:00:00Z".parse()?;
/// assert_eq!(zoned.timestamp(), Some(instant));
/// assert_eq!(zoned, DateTime::from(instant));
///
/// let end: DateTime = "9999-12-31T23:59:59.9999999Z".parse()?;
/// assert_eq!(end.timestamp(), None);
/// assert_eq!(end.to_string(), "9999-12-31T23:59:59.9999999Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Two values with an offset are equal if they are the same instant. A value with an offset and one
/// without are never equal, and are ordered only if they are more than 14 hours apart (XML Schema
/// part 2, section 3.2.7.4).
#[derive(Clone, Copy)]
pub struct DateTime {
    /// Proleptic: the year 0 comes before the year 1.
    year: i32,
    month: u8,
    day: u8,
    time: Time,
    offset: Option<Minutes>,
}

/// An `xsd:time`: a time of day, with an offset from UTC or without one.
///
/// Fields of services other than Salesforce have this type. Two values are equal if they have the
/// same time and the same offset.
///
/// ```
/// use saponify::TimeOfDay;
/// use saponify::jiff::civil::time;
///
/// let opens: TimeOfDay = "08:30:00".parse()?;
/// assert_eq!((opens.time(), opens.utc()), (time(8, 30, 0, 0), None));
/// assert_eq!(opens.to_string(), "08:30:00");
/// # Ok::<(), saponify::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeOfDay {
    time: Time,
    offset: Option<Minutes>,
}

/// An offset from UTC in minutes, within 14 hours.
type Minutes = i16;

impl DateTime {
    pub(crate) fn from_text(text: &str) -> Result<Self> {
        let (text, offset) = split_offset(trim(text)).ok_or(DATE_TIME)?;
        let (date, time) = text.split_once('T').ok_or(DATE_TIME)?;
        let (year, month, day) = parse_date(date).ok_or(DATE_TIME)?;
        let (time, is_next_day) = parse_time(time).ok_or(DATE_TIME)?;
        let read = Self {
            year,
            month,
            day,
            time,
            offset: offset.map(minutes),
        };
        match is_next_day {
            true => read.tomorrow().ok_or(DATE_TIME),
            false => Ok(read),
        }
    }

    fn tomorrow(mut self) -> Option<Self> {
        if self.day < days_of(self.year, self.month) {
            self.day += 1;
        } else {
            self.day = 1;
            self.month = self.month % 12 + 1;
            if self.month == 1 {
                self.year = self.year.checked_add(1)?;
            }
        }
        Some(self)
    }

    /// A local date and time, with an offset or without one. XML Schema has no offsets with seconds
    /// or beyond 14 hours. If `offset` is one of these, the value is the same instant in UTC.
    #[must_use]
    pub fn new(local: civil::DateTime, offset: Option<Offset>) -> Self {
        let (local, offset) = match offset {
            Some(offset) if offset.seconds() % 60 != 0 || offset.seconds().abs() > 14 * 3600 => {
                let shift = SignedDuration::from_secs(offset.seconds().into());
                (local.saturating_sub(shift), Some(Offset::UTC))
            }
            _ => (local, offset),
        };
        Self {
            year: local.year().into(),
            month: local.month().unsigned_abs(),
            day: local.day().unsigned_abs(),
            time: local.time(),
            offset: offset.map(minutes),
        }
    }

    /// The instant. It is `None` if there is no offset, or if the instant is outside of the range
    /// of [`Timestamp`], which begins in the year -9999 and ends at 9999-12-30T22:00:00Z.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.offset()?.to_timestamp(self.local()?).ok()
    }

    /// Like [`timestamp`](Self::timestamp), but uses `offset` if the value has none.
    #[must_use]
    pub fn timestamp_or(&self, offset: Offset) -> Option<Timestamp> {
        let offset = self.offset().unwrap_or(offset);
        offset.to_timestamp(self.local()?).ok()
    }

    /// The date and the time of day as written, without the offset. It is `None` if the year is not
    /// between -9999 and 9999.
    #[must_use]
    pub fn local(&self) -> Option<civil::DateTime> {
        let date = civil::Date::new(
            self.year.try_into().ok()?,
            self.month.try_into().ok()?,
            self.day.try_into().ok()?,
        );
        Some(date.ok()?.to_datetime(self.time))
    }

    /// The offset from UTC, if the value has one.
    #[must_use]
    pub fn offset(&self) -> Option<Offset> {
        offset_of(self.offset)
    }

    /// The proleptic year. It is the year as written, except before the year 1: 0 stands for the
    /// year that XML Schema 1.0 writes as -0001.
    #[must_use]
    pub fn year(&self) -> i32 {
        self.year
    }

    /// The time of day as written.
    #[must_use]
    pub fn time(&self) -> Time {
        self.time
    }

    /// Nanoseconds since 1970-01-01T00:00:00 in UTC, or in local time if there is no offset.
    pub(super) fn nanoseconds(&self) -> i128 {
        let days = days_since_epoch(self.year, self.month, self.day);
        let midnight = i128::from(days) * 86_400 - i128::from(self.offset.unwrap_or(0)) * 60;
        let time = self.time;
        let seconds = i128::from(time.hour()) * 3600
            + i128::from(time.minute()) * 60
            + i128::from(time.second());
        (midnight + seconds) * 1_000_000_000 + i128::from(time.subsec_nanosecond())
    }

    pub(crate) fn write(&self, out: &mut String) {
        use fmt::Write as _;
        let _ = write!(out, "{self}");
    }
}

impl TimeOfDay {
    pub(crate) fn from_text(text: &str) -> Result<Self> {
        let (text, offset) = split_offset(trim(text)).ok_or(TIME)?;
        let (time, _) = parse_time(text).ok_or(TIME)?;
        Ok(Self {
            time,
            offset: offset.map(minutes),
        })
    }

    /// A time of day, with an offset or without one. XML Schema has no offsets with seconds or
    /// beyond 14 hours. If `offset` is one of these, the value is the same time in UTC.
    #[must_use]
    pub fn new(time: Time, offset: Option<Offset>) -> Self {
        let date_time = DateTime::new(civil::date(2000, 1, 2).to_datetime(time), offset);
        Self {
            time: date_time.time,
            offset: date_time.offset,
        }
    }

    /// The time of day as written.
    #[must_use]
    pub fn time(&self) -> Time {
        self.time
    }

    /// The offset from UTC, if the value has one.
    #[must_use]
    pub fn offset(&self) -> Option<Offset> {
        offset_of(self.offset)
    }

    /// The time of day in UTC. It is `None` if there is no offset.
    #[must_use]
    pub fn utc(&self) -> Option<Time> {
        let seconds = self.offset()?.seconds();
        Some(
            self.time
                .wrapping_sub(SignedDuration::from_secs(seconds.into())),
        )
    }

    pub(crate) fn write(&self, out: &mut String) {
        use fmt::Write as _;
        let _ = write!(out, "{self}");
    }
}

/// The minutes of an offset, which is a number of whole minutes within 14 hours here.
fn minutes(offset: Offset) -> Minutes {
    Minutes::try_from(offset.seconds() / 60).unwrap_or_default()
}

fn offset_of(minutes: Option<Minutes>) -> Option<Offset> {
    Offset::from_seconds(i32::from(minutes?) * 60).ok()
}

/// Year, month and day.
fn parse_date(text: &str) -> Option<(i32, u8, u8)> {
    let (year, month, day) = super::date_parts(text)?;
    let (1..=12, true) = (month, day >= 1 && day <= days_of(year, month)) else {
        return None;
    };
    Some((year, month, day))
}

fn days_of(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `days_from_civil`).
fn days_since_epoch(year: i32, month: u8, day: u8) -> i64 {
    // The year begins in March, so that the leap day is its last.
    let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

impl PartialEq for DateTime {
    fn eq(&self, other: &Self) -> bool {
        self.offset.is_some() == other.offset.is_some() && self.nanoseconds() == other.nanoseconds()
    }
}

impl Eq for DateTime {}

impl Hash for DateTime {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.offset.is_some(), self.nanoseconds()).hash(state);
    }
}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        const FOURTEEN_HOURS: i128 = 14 * 3600 * 1_000_000_000;
        let apart = self.nanoseconds() - other.nanoseconds();
        if self.offset.is_some() == other.offset.is_some() {
            return Some(apart.cmp(&0));
        }
        (apart.abs() > FOURTEEN_HOURS).then(|| apart.cmp(&0))
    }
}

impl Default for DateTime {
    /// 1970-01-01T00:00:00Z.
    fn default() -> Self {
        Timestamp::UNIX_EPOCH.into()
    }
}

impl Default for TimeOfDay {
    /// 00:00:00Z.
    fn default() -> Self {
        Self::new(Time::midnight(), Some(Offset::UTC))
    }
}

impl From<Timestamp> for DateTime {
    fn from(instant: Timestamp) -> Self {
        Self::new(Offset::UTC.to_datetime(instant), Some(Offset::UTC))
    }
}

impl From<civil::DateTime> for DateTime {
    /// Without an offset.
    fn from(local: civil::DateTime) -> Self {
        Self::new(local, None)
    }
}

impl From<&jiff::Zoned> for DateTime {
    fn from(zoned: &jiff::Zoned) -> Self {
        Self::new(zoned.datetime(), Some(zoned.offset()))
    }
}

impl From<Time> for TimeOfDay {
    /// Without an offset.
    fn from(time: Time) -> Self {
        Self::new(time, None)
    }
}

impl FromStr for DateTime {
    type Err = ParseError;

    fn from_str(text: &str) -> std::result::Result<Self, ParseError> {
        Self::from_text(text).map_err(ParseError::new)
    }
}

impl FromStr for TimeOfDay {
    type Err = ParseError;

    fn from_str(text: &str) -> std::result::Result<Self, ParseError> {
        Self::from_text(text).map_err(ParseError::new)
    }
}

impl fmt::Display for DateTime {
    /// The lexical form of XML Schema.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // XML Schema 1.0 has no year 0: the year -1 comes before the year 1.
        let (sign, year) = match self.year {
            year @ 1.. => ("", i64::from(year)),
            year => ("-", 1 - i64::from(year)),
        };
        write!(f, "{sign}{year:04}-{:02}-{:02}T", self.month, self.day)?;
        write_time(f, self.time)?;
        write_offset(f, self.offset)
    }
}

impl fmt::Display for TimeOfDay {
    /// The lexical form of XML Schema.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_time(f, self.time)?;
        write_offset(f, self.offset)
    }
}

fn write_time(f: &mut fmt::Formatter<'_>, time: Time) -> fmt::Result {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    write!(f, "{hour:02}:{minute:02}:{second:02}")?;
    match time.subsec_nanosecond() {
        0 => Ok(()),
        nanos => {
            let digits = format!("{nanos:09}");
            write!(f, ".{}", digits.trim_end_matches('0'))
        }
    }
}

fn write_offset(f: &mut fmt::Formatter<'_>, offset: Option<Minutes>) -> fmt::Result {
    match offset {
        None => Ok(()),
        Some(0) => f.write_str("Z"),
        Some(minutes) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.unsigned_abs();
            write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
