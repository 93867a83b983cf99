//! Dates and times with all that XML Schema allows.

use std::cmp::Ordering;

use jiff::civil::{date, time};
use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};

use super::{invalid, valid};
use crate::lexical::{XsdDateTime, XsdTime, date_time};
use crate::schema::Kind;

fn read(text: &str) -> XsdDateTime {
    text.parse().unwrap()
}

#[test]
fn forms() {
    valid(
        Kind::XsdDateTime,
        &[
            ("2024-01-31T13:05:09", "2024-01-31T13:05:09"),
            ("2024-01-31T13:05:09.120Z", "2024-01-31T13:05:09.12Z"),
            ("2024-01-31T13:05:09-00:00", "2024-01-31T13:05:09Z"),
            ("-0001-12-31T24:00:00+05:45", "0001-01-01T00:00:00+05:45"),
            ("12024-02-29T00:00:00.0000000009", "12024-02-29T00:00:00"),
        ],
    );
    invalid(
        Kind::XsdDateTime,
        &[
            "",
            "2017-10-18",
            "0000-01-01T00:00:00",
            "2023-02-29T00:00:00",
            "2024-13-01T00:00:00",
            "2024-00-01T00:00:00",
            "2024-01-00T00:00:00",
            "2024-01-01T25:00:00",
            "2024-01-01T24:00:01",
            "2024-01-01T00:00:00+14:01",
            "99999999999-01-01T00:00:00",
            "2147483647-12-31T24:00:00Z",
            "10:00:00",
        ],
    );
    valid(
        Kind::XsdTime,
        &[
            ("13:05:09.500", "13:05:09.5"),
            ("24:00:00Z", "00:00:00Z"),
            ("00:00:00-14:00", "00:00:00-14:00"),
        ],
    );
    invalid(Kind::XsdTime, &["", "1:00:00", "13:05", "13:05:09+1:00"]);
}

#[test]
fn instants_are_those_of_jiff() {
    for text in [
        "2024-02-29T23:59:59.999999999+14:00",
        "1969-12-31T23:59:59.5Z",
        "0004-02-29T12:00:00-03:00",
        "-0001-03-01T00:00:00Z",
        "9999-12-30T21:59:59Z",
    ] {
        let (read, expected) = (read(text), date_time(text).unwrap());
        assert_eq!(read.timestamp(), Some(expected), "{text}");
        assert_eq!(read.nanoseconds(), expected.as_nanosecond(), "{text}");
        assert_eq!(read, XsdDateTime::from(expected), "{text}");
    }
    assert_eq!(read("9999-12-31T00:00:00Z").timestamp(), None);
    let local = read("2024-05-15T10:00:00");
    let two = Offset::constant(2);
    let expected: Timestamp = "2024-05-15T08:00:00Z".parse().unwrap();
    assert_eq!(
        (local.timestamp(), local.timestamp_or(two)),
        (None, Some(expected))
    );
    assert_eq!(XsdDateTime::from(local.local().unwrap()), local);
    assert_eq!(read("10000-01-01T00:00:00").local(), None);
}

#[test]
fn order_is_that_of_the_schema() {
    let cases = [
        (
            "2024-05-15T10:00:00Z",
            "2024-05-15T12:00:00+02:00",
            Some(Ordering::Equal),
        ),
        (
            "2024-05-15T10:00:00",
            "2024-05-15T10:00:01",
            Some(Ordering::Less),
        ),
        ("2024-05-15T10:00:00", "2024-05-15T10:00:00Z", None),
        ("2024-05-15T10:00:00", "2024-05-16T00:00:00Z", None),
        (
            "2024-05-15T10:00:00",
            "2024-05-16T00:00:01Z",
            Some(Ordering::Less),
        ),
        (
            "10000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999Z",
            Some(Ordering::Greater),
        ),
    ];
    for (a, b, expected) in cases {
        assert_eq!(read(a).partial_cmp(&read(b)), expected, "{a} {b}");
        assert_eq!(
            read(a) == read(b),
            expected == Some(Ordering::Equal),
            "{a} {b}"
        );
    }
}

#[test]
fn offsets_that_cannot_be_written_become_utc() {
    let offset = Offset::from_seconds(34 * 60 + 8).unwrap();
    let local = date(1880, 1, 1).at(12, 0, 0, 0);
    let from = XsdDateTime::new(local, Some(offset));
    assert_eq!(from.to_string(), "1880-01-01T11:25:52Z");
    assert_eq!(from.timestamp(), offset.to_timestamp(local).ok());
    let zoned: Zoned = "2024-05-15T10:00:00-03:30[-03:30]".parse().unwrap();
    assert_eq!(
        XsdDateTime::from(&zoned).to_string(),
        "2024-05-15T10:00:00-03:30"
    );
    let far = XsdTime::new(time(1, 0, 0, 0), Some(Offset::constant(20)));
    assert_eq!(far.to_string(), "05:00:00Z");
}
