//! Decides which texts are written as JSON numbers: those that are read back exactly.

use serde_core::ser::Serializer;

use crate::lexical;

/// A number that JSON can carry without loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    /// Whether it is an integer of 32 bits, which is read as `xsd:int`.
    pub(super) fn is_int(self) -> bool {
        matches!(self, Self::Integer(value) if i32::try_from(value).is_ok())
    }

    /// Whether it is a larger integer, which is read as `xsd:long`.
    pub(super) fn is_long(self) -> bool {
        matches!(self, Self::Integer(_)) && !self.is_int()
    }

    /// Whether it has a fraction or an exponent, so that it is read as `xsd:double`.
    pub(super) fn is_float(self) -> bool {
        matches!(self, Self::Float(_))
    }
}

/// Integers up to this one are exact even where all numbers are doubles (RFC 8259, section 6).
const EXACT: u64 = (1 << 53) - 1;

/// The number that is read back as exactly this text.
pub(super) fn of_text(text: &str) -> Option<Number> {
    if let Ok(value) = text.parse::<i64>() {
        let same = value.unsigned_abs() <= EXACT && value.to_string() == text;
        return same.then_some(Number::Integer(value));
    }
    let value: f64 = text.parse().ok().filter(|value: &f64| value.is_finite())?;
    (is_safe(value) && float_text(value) == text).then_some(Number::Float(value))
}

/// The text of a JSON number with a fraction or an exponent.
pub(super) fn float_text(value: f64) -> String {
    let mut text = String::new();
    lexical::write_scientific(&mut text, value);
    text
}

/// Whether every parser finds exactly this double. By default, serde_json multiplies the digits by
/// a power of ten, which is exact for up to 15 digits and powers up to 22.
fn is_safe(value: f64) -> bool {
    let text = format!("{value:e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return false;
    };
    let digits = digits.bytes().filter(u8::is_ascii_digit).count();
    let Ok(exponent) = exponent.parse::<i32>() else {
        return false;
    };
    digits <= 15 && exponent < 15 && exponent - digits as i32 >= -23
}

/// Writes a number if it is exact, and otherwise its text.
pub(super) fn write<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match of_text(text) {
        Some(Number::Integer(value)) => serializer.serialize_i64(value),
        Some(Number::Float(value)) => serializer.serialize_f64(value),
        None => serializer.serialize_str(text),
    }
}
