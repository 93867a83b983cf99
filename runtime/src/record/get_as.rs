//! Reading the exact text of a field as a type that the caller chooses.

use super::{AnyValue, Content, FieldRef, Record, ValueError};
use crate::lexical::FromText;

impl Record {
    /// The field with this wire name as a type that the caller chooses, or `None` if the field is
    /// absent or null. Use it for columns that no table knows, such as those of an
    /// `AggregateResult`, and to read a number as another type than that of its key:
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
    /// Returns an error if the text is not a valid value of the type, or if the field has child
    /// elements instead of text.
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
    /// The value as a type that the caller chooses, in any lexical form that XML Schema permits.
    /// `None` if the value is nil.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a valid value of the type, or if the value has child
    /// elements instead of text.
    pub fn get_as<T: FromText>(&self) -> Result<Option<T>, ValueError> {
        let read = match &self.content {
            Content::Nil => return Ok(None),
            Content::Text(text) => T::from_text(text),
            Content::Record(_) | Content::Mixed(_) => Err("expected text, found child elements"),
        };
        read.map(Some).map_err(ValueError::decode)
    }
}
