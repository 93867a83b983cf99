//! `xsd:decimal` and the unbounded integers.

use std::fmt;

use super::ParseError;

/// A number of unlimited size and precision, kept as the text that was received.
///
/// It is used for `xsd:decimal` and `xsd:integer`, so that nothing is rounded. Convert the text of
/// [`as_str`](Decimal::as_str) with a number library of your choice.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Decimal(Box<str>);

impl Decimal {
    /// The text without surrounding white space.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn from_checked(text: &str) -> Self {
        Self(text.into())
    }
}

impl std::str::FromStr for Decimal {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        super::decimal(text).map_err(ParseError::new)
    }
}

impl Default for Decimal {
    fn default() -> Self {
        Self("0".into())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({})", self.0)
    }
}

macro_rules! decimal_from {
    ($($ty:ty),*) => {
        $(
            impl From<$ty> for Decimal {
                fn from(value: $ty) -> Self {
                    Self(value.to_string().into())
                }
            }
        )*
    };
}

decimal_from!(i8, i16, i32, i64, i128, u8, u16, u32, u64, u128);
