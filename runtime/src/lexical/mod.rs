//! Reads and writes the lexical forms of the simple types of XML Schema (XSD 1.0 part 2).
//!
//! Every reader accepts all lexical forms whose values the Rust type can hold, with surrounding
//! white space. Every writer writes the canonical form, if there is one. Errors say what was
//! expected and never contain the text.

use std::fmt::Write as _;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use crate::schema::Kind;

pub(crate) mod binary;
mod decimal;
mod error;
mod from_text;
mod id;
mod zoned;

pub use decimal::Decimal;
pub use error::ParseError;
pub use from_text::FromText;
pub use id::Id;
pub use zoned::{DateTime as XsdDateTime, TimeOfDay as XsdTime};

pub(crate) use binary::{DecodeError, bytes, decode_base64, write_bytes};
use binary::{check_base64, check_hex};

type Result<T> = std::result::Result<T, &'static str>;

/// White space as defined by XML.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// The items of an `xsd:list`.
pub(crate) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|item| !item.is_empty())
}

pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Whether a text is a valid form of a kind. This is cheaper than reading it.
pub(crate) fn check(text: &str, kind: Kind) -> Result<()> {
    match kind {
        Kind::Boolean => boolean(text).map(drop),
        Kind::Byte => integer::<i8>(text).map(drop),
        Kind::Short => integer::<i16>(text).map(drop),
        Kind::Int => integer::<i32>(text).map(drop),
        Kind::Long => integer::<i64>(text).map(drop),
        Kind::UnsignedByte => integer::<u8>(text).map(drop),
        Kind::UnsignedShort => integer::<u16>(text).map(drop),
        Kind::UnsignedInt => integer::<u32>(text).map(drop),
        Kind::UnsignedLong => integer::<u64>(text).map(drop),
        Kind::Float => float::<f32>(text).map(drop),
        Kind::Double => check_double(text),
        Kind::Decimal => check_decimal(trim(text)),
        Kind::DateTime => check_date_time(text),
        Kind::Date => date(text).map(drop),
        Kind::Time => time(text).map(drop),
        Kind::XsdDateTime | Kind::XsdTime => check_zoned(text, kind),
        Kind::Id if Id::is_usual(text) => Ok(()),
        Kind::Id => id(text).map(drop),
        Kind::Base64 => check_base64(text),
        Kind::Hex => check_hex(trim(text)),
        Kind::String | Kind::Enum | Kind::Any => Ok(()),
        Kind::Struct
        | Kind::Record
        | Kind::Group
        | Kind::Wildcard
        | Kind::Attributes
        | Kind::ArrayType => Ok(()),
    }
}

/// A separate function, so that the code for Salesforce's kinds stays small.
#[inline(never)]
fn check_zoned(text: &str, kind: Kind) -> Result<()> {
    match kind {
        Kind::XsdTime => XsdTime::from_text(text).map(drop),
        _ => XsdDateTime::from_text(text).map(drop),
    }
}

pub(crate) fn boolean(text: &str) -> Result<bool> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => match trim(text) {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err("expected a boolean: true, false, 1 or 0"),
        },
    }
}

/// Integers of any width. `+` and leading zeros are allowed.
pub(crate) fn integer<T: FromStr>(text: &str) -> Result<T> {
    text.parse().or_else(|_| {
        let text = trim(text);
        // Rust refuses a minus sign for unsigned types, but XML Schema allows it before zero.
        let zero = text
            .strip_prefix('-')
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|b| b == b'0'));
        zero.unwrap_or(text)
            .parse()
            .map_err(|_| "expected an integer within the range of the field's type")
    })
}

pub(crate) fn float<T: FromStr>(text: &str) -> Result<T> {
    const EXPECTED: &str = "expected a number such as 12.5, 1E3, INF, -INF or NaN";
    let text = trim(text);
    let text = match text {
        // XML Schema 1.1 added `+INF`.
        "INF" | "+INF" | "-INF" | "NaN" => text,
        // Rust also accepts "infinity" and "nan", which XML Schema does not allow.
        _ if text
            .bytes()
            .any(|b| !matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) =>
        {
            return Err(EXPECTED);
        }
        _ => text,
    };
    text.parse().map_err(|_| EXPECTED)
}

/// Checks plain decimal notation without a conversion, and parses every other form.
fn check_double(text: &str) -> Result<()> {
    let plain = text.strip_prefix('-').unwrap_or(text);
    let mut digits = 0;
    let mut dots = 0;
    for byte in plain.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' if dots == 0 => dots = 1,
            _ => return float::<f64>(text).map(drop),
        }
    }
    if digits > 0 {
        Ok(())
    } else {
        float::<f64>(text).map(drop)
    }
}

pub(crate) fn decimal(text: &str) -> Result<Decimal> {
    let text = trim(text);
    check_decimal(text)?;
    Ok(Decimal::from_checked(text))
}

pub(crate) fn check_decimal(text: &str) -> Result<()> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if digits(whole) && digits(fraction) && whole.len() + fraction.len() > 0 {
        Ok(())
    } else {
        Err("expected a decimal number such as -12.50")
    }
}

pub(crate) fn id(text: &str) -> Result<Id> {
    Id::from_wire(text)
        .or_else(|| Id::from_wire(trim(text)))
        .ok_or("expected a record id of 15 or 18 letters and digits")
}

/// Checks the form `2024-01-31T13:05:09.000Z` of Salesforce eight bytes at a time.
fn has_usual_date_time(text: &[u8; 24]) -> bool {
    const SHAPE: &[u8; 24] = b"0000-00-00T00:00:00.000Z";
    // The difference to the shape is at most 9 where the shape has a digit, and else 0.
    let (words, _) = text.as_chunks();
    let (shapes, _) = SHAPE.as_chunks();
    words.iter().zip(shapes).fold(true, |fits, (word, shape)| {
        let difference = u64::from_le_bytes(*word) ^ u64::from_le_bytes(*shape);
        let most = u64::from_le_bytes(shape.map(|b| if b == b'0' { 0x7F - 9 } else { 0x7F }));
        fits & ((difference.wrapping_add(most) | difference) & HIGH_BITS == 0)
    })
}

const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);

/// Checks the digits of the form `2024-01-31T13:05:09.000Z`, and parses every other form.
fn check_date_time(text: &str) -> Result<()> {
    let bytes = text.as_bytes();
    let is_usual = || bytes.first_chunk().is_some_and(has_usual_date_time);
    let fits = bytes.len() == 24 && is_usual()
        || matches!(bytes.len(), 20..=30)
            && bytes[bytes.len() - 1] == b'Z'
            && bytes[..19]
                .iter()
                .zip(b"0000-00-00T00:00:00")
                .all(|(b, shape)| match shape {
                    b'0' => b.is_ascii_digit(),
                    _ => b == shape,
                })
            && match &bytes[19..bytes.len() - 1] {
                [] => true,
                [b'.', fraction @ ..] => {
                    !fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit)
                }
                _ => false,
            };
    let pair = |at: usize| (bytes[at] - b'0') * 10 + (bytes[at + 1] - b'0');
    // The parser checks days 29 to 31, 24:00:00, leap seconds and the year 0.
    if fits
        && &bytes[..4] != b"0000"
        && (1..=12).contains(&pair(5))
        && (1..=28).contains(&pair(8))
        && pair(11) < 24
        && pair(14) < 60
        && pair(17) < 60
    {
        return Ok(());
    }
    date_time(text).map(drop)
}

/// An instant in the form `2024-01-31T13:05:09.000Z` of Salesforce. Other forms, and wrong ones, are
/// left to the parser.
fn usual_date_time(text: &str) -> Option<Timestamp> {
    let bytes = <&[u8; 24]>::try_from(text.as_bytes()).ok()?;
    if !has_usual_date_time(bytes) {
        return None;
    }
    let digit = |at: usize| i8::try_from(bytes[at] - b'0').unwrap_or(0);
    let pair = |at: usize| digit(at) * 10 + digit(at + 1);
    let year = i16::from(pair(0)) * 100 + i16::from(pair(2));
    let milliseconds = i32::from(pair(20)) * 10 + i32::from(digit(22));
    let date = Date::new(year, pair(5), pair(8)).ok();
    let date = date.filter(|_| year > 0)?;
    let time = Time::new(pair(11), pair(14), pair(17), milliseconds * 1_000_000).ok()?;
    let local = DateTime::from_parts(date, time);
    Offset::UTC.to_timestamp(local).ok()
}

const DATE_TIME: &str = "expected a dateTime such as 2024-01-31T13:05:09.000Z";

/// Reads an instant. A text without a time zone is in UTC, as Salesforce defines it.
pub(crate) fn date_time(text: &str) -> Result<Timestamp> {
    if let Some(instant) = usual_date_time(text) {
        return Ok(instant);
    }
    let text = trim(text);
    let (text, offset) = split_offset(text).ok_or(DATE_TIME)?;
    let (date, time) = text.split_once('T').ok_or(DATE_TIME)?;
    let date = parse_date(date).ok_or(DATE_TIME)?;
    let (time, next_day) = parse_time(time).ok_or(DATE_TIME)?;
    let date = if next_day {
        date.tomorrow().map_err(|_| DATE_TIME)?
    } else {
        date
    };
    let local = DateTime::from_parts(date, time);
    offset
        .unwrap_or(Offset::UTC)
        .to_timestamp(local)
        .map_err(|_| DATE_TIME)
}

/// Reads a date. An offset from UTC may follow the date. It is ignored, so that the date stays as
/// written.
pub(crate) fn date(text: &str) -> Result<Date> {
    const EXPECTED: &str = "expected a date such as 2024-01-31";
    let (text, _) = split_offset(trim(text)).ok_or(EXPECTED)?;
    // Some servers write dates as dateTimes.
    let (text, time) = text
        .split_once('T')
        .map_or((text, None), |(date, time)| (date, Some(time)));
    if time.is_some_and(|time| parse_time(time).is_none()) {
        return Err(EXPECTED);
    }
    parse_date(text).ok_or(EXPECTED)
}

/// Reads a time of day and converts it to UTC if it has an offset.
pub(crate) fn time(text: &str) -> Result<Time> {
    const EXPECTED: &str = "expected a time such as 13:05:09.000Z";
    let (text, offset) = split_offset(trim(text)).ok_or(EXPECTED)?;
    let (time, _) = parse_time(text).ok_or(EXPECTED)?;
    let shift = jiff::SignedDuration::from_secs(i64::from(offset.unwrap_or(Offset::UTC).seconds()));
    Ok(time.wrapping_sub(shift))
}

/// Splits `Z`, `+hh:mm` or `-hh:mm` from the end. The offset must be within 14 hours.
fn split_offset(text: &str) -> Option<(&str, Option<Offset>)> {
    if let Some(text) = text.strip_suffix('Z') {
        return Some((text, Some(Offset::UTC)));
    }
    let Some((head, tail)) = text
        .len()
        .checked_sub(6)
        .and_then(|at| text.split_at_checked(at))
    else {
        return Some((text, None));
    };
    let sign = match tail.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return Some((text, None)),
    };
    let Some((hours, minutes)) = tail[1..].split_once(':') else {
        return Some((text, None));
    };
    let (hours, minutes) = (digits::<i32>(hours, 2)?, digits::<i32>(minutes, 2)?);
    if minutes > 59 || hours * 60 + minutes > 14 * 60 {
        return None;
    }
    let offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()?;
    Some((head, Some(offset)))
}

/// Exactly `count` ASCII digits.
fn digits<T: FromStr>(text: &str, count: usize) -> Option<T> {
    let fits = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn parse_date(text: &str) -> Option<Date> {
    let (year, month, day) = date_parts(text)?;
    let (month, day) = (month.try_into().ok()?, day.try_into().ok()?);
    Date::new(year.try_into().ok()?, month, day).ok()
}

/// Reads a proleptic year, a month and a day. Their ranges are not checked.
#[inline(always)]
fn date_parts(text: &str) -> Option<(i32, u8, u8)> {
    let (negative, text) = text
        .strip_prefix('-')
        .map_or((false, text), |text| (true, text));
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    // The year has at least four digits, and more only without a leading zero (part 2, section
    // 3.2.7.1).
    if year.len() < 4 || (year.len() > 4 && year.starts_with('0')) {
        return None;
    }
    let year: i32 = digits(year, year.len())?;
    // XSD 1.0 has no year 0: year -1 comes before year 1.
    let year = match (negative, year) {
        (_, 0) => return None,
        (false, year) => year,
        (true, year) => 1 - year,
    };
    Some((year, digits(month, 2)?, digits(day, 2)?))
}

/// Reads a time, and returns whether it is `24:00:00`, the midnight at the end of the day.
fn parse_time(text: &str) -> Option<(Time, bool)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = whole.splitn(3, ':');
    let hour: i8 = digits(parts.next()?, 2)?;
    let minute: i8 = digits(parts.next()?, 2)?;
    let second: i8 = digits(parts.next()?, 2)?;
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Digits beyond nanoseconds are dropped.
    let kept = &fraction[..fraction.len().min(9)];
    let nanos: i32 = kept.parse::<i32>().ok()? * 10_i32.pow(9 - kept.len() as u32);
    if hour == 24 && minute == 0 && second == 0 && nanos == 0 {
        return Some((Time::midnight(), true));
    }
    // A leap second is read as the last second of the minute.
    let second = if second == 60 { 59 } else { second };
    Some((Time::new(hour, minute, second, nanos).ok()?, false))
}

/// Writes integers plainly and other numbers as the service does: see [`write_scientific`].
pub(crate) fn write_float(out: &mut String, value: f64) {
    const EXACT: f64 = (1_u64 << 53) as f64;
    let is_plain = value.trunc() == value && value.abs() < EXACT;
    if is_plain {
        let _ = write!(out, "{value}");
    } else {
        write_scientific(out, value);
    }
}

/// Writes a double in the form of Java, which Salesforce uses: always with a fraction, and with an
/// exponent below 10⁻³ and from 10⁷ on.
pub(crate) fn write_scientific(out: &mut String, value: f64) {
    if !value.is_finite() {
        return out.push_str(non_finite(value));
    }
    // The shortest digits that are read back as the same number.
    let digits = format!("{value:e}");
    let (mantissa, exponent) = digits.split_once('e').unwrap_or((&digits, "0"));
    let is_plain = matches!(exponent.parse(), Ok(-3..7));
    let from = out.len();
    let _ = match is_plain {
        true => write!(out, "{value}"),
        false => write!(out, "{mantissa}"),
    };
    if !out[from..].contains('.') {
        out.push_str(".0");
    }
    if !is_plain {
        out.push('E');
        out.push_str(exponent);
    }
}

/// Like [`write_float`], with the digits of a single-precision number.
pub(crate) fn write_single(out: &mut String, value: f32) {
    if value.is_finite() {
        let _ = write!(out, "{value}");
    } else {
        out.push_str(non_finite(f64::from(value)));
    }
}

fn non_finite(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "INF"
    } else {
        "-INF"
    }
}

/// Writes UTC with milliseconds, or with more digits if the instant needs them.
pub(crate) fn write_date_time(out: &mut String, value: Timestamp) {
    let local = Offset::UTC.to_datetime(value);
    write_date(out, local.date());
    out.push('T');
    write_time(out, local.time());
}

pub(crate) fn write_date(out: &mut String, value: Date) {
    // The proleptic year 0 is year -0001 in XSD.
    let (sign, year) = match value.year() {
        year @ 1.. => ("", year),
        year => ("-", 1 - year),
    };
    let _ = write!(
        out,
        "{sign}{year:04}-{:02}-{:02}",
        value.month(),
        value.day()
    );
}

pub(crate) fn write_time(out: &mut String, value: Time) {
    let _ = write!(
        out,
        "{:02}:{:02}:{:02}",
        value.hour(),
        value.minute(),
        value.second()
    );
    let nanos = value.subsec_nanosecond();
    let _ = match nanos % 1_000_000 {
        0 => write!(out, ".{:03}", nanos / 1_000_000),
        _ => write!(out, ".{nanos:09}"),
    };
    out.push('Z');
}

#[cfg(test)]
mod tests;
