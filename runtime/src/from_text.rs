//! Reading a field as a type of the caller's choice, from its exact text.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::any::{AnyValue, Content, Decimal};
use crate::error::Error;
use crate::record::{FieldRef, Record};
use crate::{Id, lexical};

/// A type whose values can be read from the text of a field.
///
/// Numbers, dates, times, ids, booleans and strings are; with the feature `rust_decimal` so is
/// `rust_decimal::Decimal`, exactly.
pub trait FromText: Sized {
    /// Reads the lexical form; an error says what was expected.
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
    Id: lexical::id;
}

impl FromText for String {
    fn from_text(text: &str) -> Result<Self, &'static str> {
        Ok(text.to_owned())
    }
}

impl Record {
    /// The field of this wire name as a type of the caller's choice; `None` if it is absent or
    /// null. For columns that no table knows, such as those of an `AggregateResult`, and to read
    /// a number as another type than its key does:
    ///
    /// ```ignore
    /// let sums = soap.query("SELECT COUNT(Id) total, MAX(AnnualRevenue) most FROM Account").await?;
    /// let total: Option<i64> = sums.records[0].get_as("total")?;
    /// let most = sums.records[0].get_as::<rust_decimal::Decimal>("most")?;
    /// println!("{total:?} {most:?}");
    /// ```
    ///
    /// # Errors
    ///
    /// If its text is none of that type, or it has children instead of text.
    pub fn get_as<T: FromText>(&self, name: &str) -> Result<Option<T>, Error> {
        let read = match self.field(name).map(FieldRef::plain) {
            None | Some(FieldRef::Null) => return Ok(None),
            Some(field) => field
                .as_str()
                .ok_or("expected text, found child elements")
                .and_then(T::from_text),
        };
        read.map(Some)
            .map_err(|expected| Error::decode(expected).within(name))
    }
}

impl AnyValue {
    /// The value as a type of the caller's choice, in every form that XML Schema gives it; `None`
    /// if it is nil.
    ///
    /// # Errors
    ///
    /// If its text is none of that type, or it has children instead of text.
    pub fn get_as<T: FromText>(&self) -> Result<Option<T>, Error> {
        let read = match &self.content {
            Content::Nil => return Ok(None),
            Content::Text(text) => T::from_text(text),
            Content::Record(_) | Content::Mixed(_) => Err("expected text, found child elements"),
        };
        read.map(Some).map_err(Error::decode)
    }
}
