//! Reading the exact text of a field as a type that the caller chooses.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{self as lexical, Decimal, Id};

/// A type whose values can be read from the text of a field.
///
/// Numbers, dates, times, ids, booleans and strings implement it. With the feature `rust_decimal`,
/// `rust_decimal::Decimal` implements it, too, and is read without rounding.
pub trait FromText: Sized {
    /// Reads the lexical form. The error says what was expected.
    #[doc(hidden)]
    fn from_text(text: &str) -> Result<Self, &'static str>;
}

macro_rules! from_text {
    ($($ty:ty: $read:path;)*) => {
        $(
            impl FromText for $ty {
                fn from_text(text: &str) -> Result<Self, &'static str> {
                    $read(text)
                }
            }
        )*
    };
}

from_text! {
    bool: lexical::boolean;
    i8: lexical::integer;
    i16: lexical::integer;
    i32: lexical::integer;
    i64: lexical::integer;
    u8: lexical::integer;
    u16: lexical::integer;
    u32: lexical::integer;
    u64: lexical::integer;
    f32: lexical::float;
    f64: lexical::float;
    Decimal: lexical::decimal;
    Timestamp: lexical::date_time;
    Date: lexical::date;
    Time: lexical::time;
    lexical::XsdDateTime: lexical::XsdDateTime::from_text;
    lexical::XsdTime: lexical::XsdTime::from_text;
    Id: lexical::id;
}

impl FromText for String {
    fn from_text(text: &str) -> Result<Self, &'static str> {
        Ok(text.to_owned())
    }
}
