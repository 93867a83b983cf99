//! Reading a field as a type of the caller's choice, from its exact text.

use super::{AnyValue, Content, FieldRef, Record, ValueError};
use crate::lexical::FromText;

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
    pub fn get_as<T: FromText>(&self, name: &str) -> Result<Option<T>, ValueError> {
        let read = match self.field(name).map(FieldRef::plain) {
            None | Some(FieldRef::Null) => return Ok(None),
            Some(field) => field
                .as_str()
                .ok_or("expected text, found child elements")
                .and_then(T::from_text),
        };
        read.map(Some)
            .map_err(|expected| ValueError::decode(expected).within(name))
    }
}

impl AnyValue {
    /// The value as a type of the caller's choice, in every form that XML Schema gives it; `None`
    /// if it is nil.
    ///
    /// # Errors
    ///
    /// If its text is none of that type, or it has children instead of text.
    pub fn get_as<T: FromText>(&self) -> Result<Option<T>, ValueError> {
        let read = match &self.content {
            Content::Nil => return Ok(None),
            Content::Text(text) => T::from_text(text),
            Content::Record(_) | Content::Mixed(_) => Err("expected text, found child elements"),
        };
        read.map(Some).map_err(ValueError::decode)
    }
}
