//! Valid and invalid forms from XML Schema part 2.

use super::*;

mod properties;
mod zoned;

/// Reads a text with the function of its kind and writes the value again.
fn read(text: &str, kind: Kind) -> Result<String> {
    let mut out = String::new();
    match kind {
        Kind::Boolean => out = boolean(text)?.to_string(),
        Kind::Byte => out = integer::<i8>(text)?.to_string(),
        Kind::Short => out = integer::<i16>(text)?.to_string(),
        Kind::Int => out = integer::<i32>(text)?.to_string(),
        Kind::Long => out = integer::<i64>(text)?.to_string(),
        Kind::UnsignedByte => out = integer::<u8>(text)?.to_string(),
        Kind::UnsignedShort => out = integer::<u16>(text)?.to_string(),
        Kind::UnsignedInt => out = integer::<u32>(text)?.to_string(),
        Kind::UnsignedLong => out = integer::<u64>(text)?.to_string(),
        Kind::Float => write_single(&mut out, float(text)?),
        Kind::Double => write_float(&mut out, float(text)?),
        Kind::XsdDateTime => out = XsdDateTime::from_text(text)?.to_string(),
        Kind::XsdTime => out = XsdTime::from_text(text)?.to_string(),
        Kind::Decimal => out = decimal(text)?.to_string(),
        Kind::DateTime => write_date_time(&mut out, date_time(text)?),
        Kind::Date => write_date(&mut out, date(text)?),
        Kind::Time => write_time(&mut out, time(text)?),
        Kind::Id => out = id(text)?.to_string(),
        Kind::Base64 | Kind::Hex => write_bytes(&mut out, &bytes(text, kind)?, kind),
        _ => out = text.to_owned(),
    }
    Ok(out)
}

const KINDS: [Kind; 22] = [
    Kind::String,
    Kind::Boolean,
    Kind::Byte,
    Kind::Short,
    Kind::Int,
    Kind::Long,
    Kind::UnsignedByte,
    Kind::UnsignedShort,
    Kind::UnsignedInt,
    Kind::UnsignedLong,
    Kind::Float,
    Kind::Double,
    Kind::Decimal,
    Kind::DateTime,
    Kind::Date,
    Kind::Time,
    Kind::XsdDateTime,
    Kind::XsdTime,
    Kind::Id,
    Kind::Base64,
    Kind::Hex,
    Kind::Enum,
];

#[track_caller]
fn valid(kind: Kind, forms: &[(&str, &str)]) {
    for (text, written) in forms {
        assert_eq!(
            read(text, kind).as_deref(),
            Ok(*written),
            "{kind:?} {text:?}"
        );
        assert_eq!(check(text, kind), Ok(()), "{kind:?} {text:?}");
        let spaced = format!(" \r\n\t{text}\n");
        assert_eq!(
            read(&spaced, kind).as_deref(),
            Ok(*written),
            "{kind:?} {spaced:?}"
        );
        assert_eq!(check(&spaced, kind), Ok(()), "{kind:?} {spaced:?}");
        // The written text is read as the same value.
        assert_eq!(
            read(written, kind).as_deref(),
            Ok(*written),
            "{kind:?} {written:?}"
        );
    }
}

#[track_caller]
fn invalid(kind: Kind, forms: &[&str]) {
    for text in forms {
        let error = read(text, kind).expect_err(text);
        assert!(check(text, kind).is_err(), "{kind:?} {text:?}");
        assert!(error.starts_with("expected "), "{error}");
    }
}

#[test]
fn booleans() {
    valid(
        Kind::Boolean,
        &[
            ("true", "true"),
            ("false", "false"),
            ("1", "true"),
            ("0", "false"),
        ],
    );
    invalid(
        Kind::Boolean,
        &[
            "",
            " ",
            "TRUE",
            "True",
            "yes",
            "2",
            "01",
            "tru e",
            "true false",
            "\u{A0}true",
        ],
    );
}

#[test]
fn integers() {
    valid(
        Kind::Int,
        &[
            ("0", "0"),
            ("-0", "0"),
            ("+0", "0"),
            ("+1", "1"),
            ("-000000000000000000000000000001", "-1"),
            ("2147483647", "2147483647"),
            ("-2147483648", "-2147483648"),
        ],
    );
    let wrong = [
        "", " ", "+", "-", "--1", "+-1", "1.", "1.0", "1e3", "0x1", "1 2", "1,000", "१", "NaN",
        "INF",
    ];
    for kind in KINDS.into_iter().filter(|kind| {
        (*kind as usize) >= Kind::Byte as usize && (*kind as usize) <= Kind::UnsignedLong as usize
    }) {
        invalid(kind, &wrong);
    }
    invalid(
        Kind::Int,
        &["2147483648", "-2147483649", "99999999999999999999"],
    );
    valid(Kind::Byte, &[("127", "127"), ("-128", "-128")]);
    invalid(Kind::Byte, &["128", "-129"]);
    valid(Kind::Short, &[("32767", "32767"), ("-32768", "-32768")]);
    invalid(Kind::Short, &["32768"]);
    valid(
        Kind::Long,
        &[
            ("9223372036854775807", "9223372036854775807"),
            ("-9223372036854775808", "-9223372036854775808"),
        ],
    );
    invalid(Kind::Long, &["9223372036854775808"]);
    // A minus sign is allowed before zero.
    valid(
        Kind::UnsignedByte,
        &[("255", "255"), ("-0", "0"), ("-00", "0"), ("+7", "7")],
    );
    invalid(Kind::UnsignedByte, &["256", "-1", "-01"]);
    valid(Kind::UnsignedShort, &[("65535", "65535"), ("-0", "0")]);
    invalid(Kind::UnsignedShort, &["65536"]);
    valid(Kind::UnsignedInt, &[("4294967295", "4294967295")]);
    invalid(Kind::UnsignedInt, &["4294967296"]);
    valid(
        Kind::UnsignedLong,
        &[("18446744073709551615", "18446744073709551615")],
    );
    invalid(Kind::UnsignedLong, &["18446744073709551616", "-1"]);
}

#[test]
fn floats() {
    for kind in [Kind::Float, Kind::Double] {
        valid(
            kind,
            &[
                ("0", "0"),
                ("-0", "-0"),
                ("-0.0", "-0"),
                ("1.", "1"),
                (".5", "0.5"),
                ("+1", "1"),
                ("-1.5E3", "-1500"),
                ("1e+2", "100"),
                ("1E-2", "0.01"),
                ("INF", "INF"),
                ("+INF", "INF"),
                ("-INF", "-INF"),
                ("NaN", "NaN"),
                ("1E400", "INF"),
                ("1E-400", "0"),
            ],
        );
        invalid(
            kind,
            &[
                "", " ", ".", "-", "+", "e5", "1e", "1e+", "1.2.3", "1e2.5", "inf", "infinity",
                "nan", "Infinity", "-NaN", "+NaN", "--1", "1 2", "1,5", "0x1p3", "1f", "1_000",
                "INF ITY", "٣",
            ],
        );
    }
    valid(
        Kind::Double,
        &[
            ("1.7976931348623157E308", "1.7976931348623157E308"),
            ("5E-324", "5.0E-324"),
            ("1E15", "1000000000000000"),
            ("1E20", "1.0E20"),
            ("12345678.9", "1.23456789E7"),
            ("1234567.8", "1234567.8"),
            ("0.001", "0.001"),
            ("0.0001", "1.0E-4"),
        ],
    );
    valid(Kind::Float, &[("16777217", "16777216"), ("1E39", "INF")]);
}

#[test]
fn decimals() {
    valid(
        Kind::Decimal,
        &[
            ("0", "0"),
            ("-0.00", "-0.00"),
            ("+1.50", "+1.50"),
            ("1.", "1."),
            (".5", ".5"),
            (
                "123456789012345678901234567890.123456789012345678901234567890",
                "123456789012345678901234567890.123456789012345678901234567890",
            ),
        ],
    );
    invalid(
        Kind::Decimal,
        &[
            "", " ", ".", "+", "-.", "1E3", "INF", "NaN", "1.2.3", "1,5", "1 2", "--1", "₁",
        ],
    );
}

#[test]
fn instants() {
    valid(
        Kind::DateTime,
        &[
            ("2024-01-31T13:05:09.000Z", "2024-01-31T13:05:09.000Z"),
            ("2024-01-31T13:05:09Z", "2024-01-31T13:05:09.000Z"),
            ("2024-01-31T13:05:09", "2024-01-31T13:05:09.000Z"),
            ("2024-01-31T13:05:09.5+01:30", "2024-01-31T11:35:09.500Z"),
            (
                "2024-01-31T13:05:09.123456789Z",
                "2024-01-31T13:05:09.123456789Z",
            ),
            (
                "2024-01-31T13:05:09.1234567899999Z",
                "2024-01-31T13:05:09.123456789Z",
            ),
            ("2024-02-29T24:00:00Z", "2024-03-01T00:00:00.000Z"),
            ("2023-12-31T24:00:00.000Z", "2024-01-01T00:00:00.000Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"),
            ("2024-01-31T13:05:09+14:00", "2024-01-30T23:05:09.000Z"),
            ("2024-01-31T13:05:09-14:00", "2024-02-01T03:05:09.000Z"),
            ("2024-01-31T13:05:09-00:00", "2024-01-31T13:05:09.000Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
            // The year before it is 1 BC, which XML Schema writes as -1.
            ("-0001-12-31T23:59:59Z", "-0001-12-31T23:59:59.000Z"),
            ("0001-01-01T00:00:00+01:00", "-0001-12-31T23:00:00.000Z"),
            ("9999-12-28T23:59:59.999Z", "9999-12-28T23:59:59.999Z"),
        ],
    );
    invalid(
        Kind::DateTime,
        &[
            "",
            " ",
            "2024-01-31",
            "13:05:09Z",
            "2024-01-31 13:05:09Z",
            "2024-01-31t13:05:09z",
            "2024-1-31T13:05:09Z",
            "24-01-31T13:05:09Z",
            "02024-01-31T13:05:09Z",
            "+2024-01-31T13:05:09Z",
            "0000-01-01T00:00:00Z",
            "-0000-01-01T00:00:00Z",
            "2024-13-01T13:05:09Z",
            "2024-00-01T13:05:09Z",
            "2023-02-29T13:05:09Z",
            "2024-04-31T13:05:09Z",
            "2024-01-00T13:05:09Z",
            "2024-01-31T25:00:00Z",
            "2024-01-31T24:00:01Z",
            "2024-01-31T24:01:00Z",
            "2024-01-31T13:60:00Z",
            "2024-01-31T13:05:61Z",
            "2024-01-31T13:05Z",
            "2024-01-31T13:05:09.Z",
            "2024-01-31T13:05:09.5.5Z",
            "2024-01-31T13:05:09+14:01",
            "2024-01-31T13:05:09+15:00",
            "2024-01-31T13:05:09+01:60",
            "2024-01-31T13:05:09+1:00",
            "2024-01-31T13:05:09+0100",
            "2024-01-31T13:05:09ZZ",
            "2024-01-31T13:05:09.000 Z",
            "99999-01-31T13:05:09Z",
            "9999-12-31T23:59:59Z",
            "20२4-01-31T13:05:09Z",
            "2024-01-31T13:05:09.000éZ",
        ],
    );
}

#[test]
fn dates() {
    valid(
        Kind::Date,
        &[
            ("2024-01-31", "2024-01-31"),
            ("2024-01-31Z", "2024-01-31"),
            ("2024-01-31+14:00", "2024-01-31"),
            ("2024-01-31-05:00", "2024-01-31"),
            ("2024-02-29", "2024-02-29"),
            ("-0001-01-01", "-0001-01-01"),
            ("-0044-03-15", "-0044-03-15"),
            // A date that is written as a dateTime, as some servers do.
            ("2024-01-31T00:00:00.000Z", "2024-01-31"),
            ("9999-12-31", "9999-12-31"),
        ],
    );
    invalid(
        Kind::Date,
        &[
            "",
            "2024-01",
            "2024-01-31T",
            "2024-01-31Tx",
            "2024-01-31T25:00:00",
            "2023-02-29",
            "0000-01-01",
            "2024-1-1",
            "31.01.2024",
            "20240131",
            "2024-01-31+14:01",
            "10000-01-01",
            "2024-01-31-",
            "2024-01-31-5:00",
            "---01",
            "-",
            "--",
        ],
    );
}

#[test]
fn times() {
    valid(
        Kind::Time,
        &[
            ("13:05:09.000Z", "13:05:09.000Z"),
            ("13:05:09", "13:05:09.000Z"),
            ("00:30:00+01:00", "23:30:00.000Z"),
            ("23:30:00-01:00", "00:30:00.000Z"),
            ("24:00:00", "00:00:00.000Z"),
            ("24:00:00.000Z", "00:00:00.000Z"),
            ("23:59:60Z", "23:59:59.000Z"),
            ("12:00:00.0000000001Z", "12:00:00.000Z"),
        ],
    );
    invalid(
        Kind::Time,
        &[
            "",
            "13:05",
            "1:05:09",
            "13:05:09.",
            "24:00:01",
            "25:00:00",
            "13:60:00",
            "13:05:61",
            "13:05:09+15:00",
            "13:05:-9",
            "1 :05:09",
            "+3:05:09",
            "13:05:09 Z",
            ":::",
            "::",
        ],
    );
}

#[test]
fn ids() {
    valid(
        Kind::Id,
        &[
            ("001D000000IRFma", "001D000000IRFmaIAH"),
            ("001D000000IRFmaIAH", "001D000000IRFmaIAH"),
            // The suffix of an id that a server sent is not checked.
            ("001D000000IRFmaAAA", "001D000000IRFmaAAA"),
        ],
    );
    invalid(
        Kind::Id,
        &[
            "",
            "001",
            "001D000000IRFm",
            "001D000000IRFmaI",
            "001D000000IRFm-",
            "001D000000IRFm ä",
        ],
    );
}

#[test]
fn binaries() {
    valid(
        Kind::Base64,
        &[
            ("", ""),
            ("QQ==", "QQ=="),
            ("QUI=", "QUI="),
            ("QUJD", "QUJD"),
            ("+/+/", "+/+/"),
            ("QU\r\nJD", "QUJD"),
            ("Q U J D", "QUJD"),
            ("QQ= =", "QQ=="),
        ],
    );
    invalid(
        Kind::Base64,
        &[
            "Q", "QQ", "QQ=", "QQ===", "=", "====", "QQ==QQ==", "Q=Q=", "QR==", "QUJ=", "-_-_",
            "QU.D", "QUé=",
        ],
    );
    valid(
        Kind::Hex,
        &[("", ""), ("00fF", "00FF"), ("DEADbeef", "DEADBEEF")],
    );
    invalid(Kind::Hex, &["0", "0g", "0x00", "00 FF", "é0"]);
}

#[test]
fn strings_and_enums_take_anything() {
    for kind in [Kind::String, Kind::Enum] {
        assert_eq!(read(" \u{0}x", kind).as_deref(), Ok(" \u{0}x"));
        assert_eq!(check(" \u{0}x", kind), Ok(()));
    }
}
