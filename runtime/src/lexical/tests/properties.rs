//! For any text, checking and reading agree, and values are preserved.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use proptest::prelude::*;

use super::*;

/// Strings that resemble a valid form of some kind.
fn nearly() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-+0-9.:TZeEINFa ]{0,30}",
        "-?[0-9]{3,5}-[0-9]{1,2}-[0-9]{1,2}(T[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,12})?)?(Z|[+-][0-9]{1,2}:[0-9]{2})?",
        "[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,12})?(Z|[+-][0-9]{2}:[0-9]{2})?",
        "[A-Za-z0-9+/= \n]{0,24}",
        "[QRSAwE048]{0,8}={0,3}",
        "[ \n]?[0-9A-Fa-f]{0,12}[ \n]?",
        "[-+]?[0-9]{0,22}(\\.[0-9]{0,8})?([eE][-+]?[0-9]{0,4})?",
        "[ ]?[a-zA-Z0-9]{14,19}",
    ]
}

/// The forms that Salesforce sends have checks of their own.
#[test]
fn a_changed_byte_is_checked_as_it_is_read() {
    for (text, kind) in [
        ("0015e00000Ab9zZAAK", Kind::Id),
        ("2024-01-28T13:05:09.000Z", Kind::DateTime),
        ("2024-12-28T23:59:59.999Z", Kind::DateTime),
    ] {
        assert_eq!(check(text, kind), Ok(()));
        for at in 0..text.len() {
            for byte in 0..=u8::MAX {
                let mut changed = text.as_bytes().to_vec();
                changed[at] = byte;
                let Ok(changed) = String::from_utf8(changed) else {
                    continue;
                };
                let value = read(&changed, kind);
                assert_eq!(check(&changed, kind).is_ok(), value.is_ok(), "{changed:?}");
                // With white space before it, the text is none of these forms.
                assert_eq!(value, read(&format!(" {changed}"), kind), "{changed:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn checking_accepts_what_reading_does(text in nearly()) {
        for kind in KINDS {
            prop_assert_eq!(check(&text, kind).is_ok(), read(&text, kind).is_ok(), "{:?} {:?}", kind, text);
        }
    }

    #[test]
    fn what_is_read_is_stable(text in nearly()) {
        for kind in KINDS {
            if let Ok(written) = read(&text, kind) {
                prop_assert_eq!(read(&written, kind), Ok(written.clone()), "{:?} {:?}", kind, text);
            }
        }
    }

    #[test]
    fn doubles_survive_in_a_schema_valid_form(value in any::<f64>()) {
        let mut out = String::new();
        write_float(&mut out, value);
        prop_assert_eq!(float::<f64>(&out).unwrap().to_bits() << 1 >> 1, value.to_bits() << 1 >> 1);
        prop_assert!(is_schema_double(&out), "{}", out);
    }

    #[test]
    fn singles_survive_in_a_schema_valid_form(value in any::<f32>()) {
        let mut out = String::new();
        write_single(&mut out, value);
        let back = float::<f32>(&out).unwrap();
        prop_assert!(back.to_bits() == value.to_bits() || value.is_nan() && back.is_nan());
        prop_assert!(is_schema_double(&out), "{}", out);
    }

    #[test]
    fn instants_survive(nanos in Timestamp::MIN.as_nanosecond()..=Timestamp::MAX.as_nanosecond()) {
        let value = Timestamp::from_nanosecond(nanos).unwrap();
        let mut out = String::new();
        write_date_time(&mut out, value);
        prop_assert_eq!(date_time(&out), Ok(value), "{}", out);
    }

    #[test]
    fn dates_and_times_survive(days in 0_i64..7_304_483, nanos in 0_i64..86_400_000_000_000) {
        let value = Date::MIN + jiff::Span::new().days(days);
        let mut out = String::new();
        write_date(&mut out, value);
        prop_assert_eq!(date(&out), Ok(value), "{}", out);
        let value = Time::midnight() + jiff::SignedDuration::from_nanos(nanos);
        out.clear();
        write_time(&mut out, value);
        prop_assert_eq!(time(&out), Ok(value), "{}", out);
    }

    #[test]
    fn bytes_survive(value in proptest::collection::vec(any::<u8>(), 0..100)) {
        for kind in [Kind::Base64, Kind::Hex] {
            let mut out = String::new();
            write_bytes(&mut out, &value, kind);
            prop_assert_eq!(bytes(&out, kind), Ok(value.clone()));
        }
    }
}

/// The pattern of `xsd:double` (XML Schema 1.1 part 2, section 3.3.5).
fn is_schema_double(text: &str) -> bool {
    if matches!(text, "INF" | "-INF" | "NaN") {
        return true;
    }
    let (mantissa, exponent) = text.split_once('E').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    digits(whole) && digits(fraction) && digits(exponent.strip_prefix('-').unwrap_or(exponent))
}
