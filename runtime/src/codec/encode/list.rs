//! `xsd:list`.

use crate::codec::CodecError;
use crate::lexical;
use crate::schema::Field;
use crate::value::{Value, joined};

/// The text of an `xsd:list`, or `None` if there is no item.
///
/// # Errors
///
/// Returns an error if an item would not be read back as one item, because it is empty or contains
/// white space.
pub(crate) fn list<'v>(
    field: &Field,
    value: impl Fn(usize) -> Value<'v>,
) -> Result<Option<String>, CodecError> {
    let items = (0..).map(&value);
    let mut items = items.take_while(|item| !matches!(item, Value::Absent));
    let apart = |text: &str| text.is_empty() || text.contains(lexical::is_space);
    if items.any(|item| matches!(item, Value::Text(text) if apart(text))) {
        return Err(CodecError::encode(
            "expected list items that are not empty and contain no white space",
        )
        .within(field.name));
    }
    Ok(joined(field, value))
}
