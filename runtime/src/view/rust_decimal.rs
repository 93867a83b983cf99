//! Numbers as `rust_decimal::Decimal`. This needs the Cargo feature `rust_decimal`.
//!
//! Salesforce sends money as `xsd:double`, but its text is decimal, so a number that is read from
//! the text is not rounded. A number with more than 28 digits is an error and is not approximated.

use rust_decimal::Decimal as Exact;

use super::IntoField;
use crate::lexical::Decimal;
use crate::lexical::FromText;
use crate::record::Record;
use crate::record::ValueError;

const EXPECTED: &str = "expected a decimal number of at most 28 digits";

impl FromText for Exact {
    fn from_text(text: &str) -> Result<Self, &'static str> {
        exact(text.trim()).ok_or(EXPECTED)
    }
}

fn exact(text: &str) -> Option<Exact> {
    let (digits, exponent) = text.split_once(['E', 'e']).unwrap_or((text, "0"));
    if digits.contains('_') {
        return None;
    }
    let exponent: i64 = exponent.parse().ok()?;
    let value = Exact::from_str_exact(digits).ok()?;
    let mut mantissa = value.mantissa();
    let mut scale = i64::from(value.scale()).checked_sub(exponent)?;
    if mantissa == 0 {
        return Some(Exact::ZERO);
    }
    while scale > i64::from(Exact::MAX_SCALE) && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    // The loop ends at the latest when the number is too large.
    while scale < 0 {
        mantissa = mantissa.checked_mul(10)?;
        scale += 1;
    }
    Exact::try_from_i128_with_scale(mantissa, u32::try_from(scale).ok()?).ok()
}

impl IntoField<f64> for Exact {
    fn write(self, record: &mut Record, field: u16) {
        record.inner_mut().put_text(field, &self.to_string());
    }
}

impl From<Exact> for Decimal {
    fn from(value: Exact) -> Self {
        Self::from_checked(&value.to_string())
    }
}

impl TryFrom<&Decimal> for Exact {
    type Error = ValueError;

    fn try_from(value: &Decimal) -> Result<Self, ValueError> {
        exact(value.as_str()).ok_or_else(|| ValueError::decode(EXPECTED))
    }
}
