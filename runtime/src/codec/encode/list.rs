//! `xsd:list`.

use crate::codec::CodecError;
use crate::lexical;
use crate::schema::Field;
use crate::value::{Value, joined};

/// The text of an `xsd:list`; none if there is no item.
///
/// # Errors
///
/// If an item would not come back as one: it is empty, or has white space in it.
pub(crate) fn list<'v>(
    field: &Field,
    value: impl Fn(usize) -> Value<'v>,
) -> Result<Option<String>, CodecError> {
    let items = (0..).map(&value);
    let mut items = items.take_while(|item| !matches!(item, Value::Absent));
    let apart = |text: &str| text.is_empty() || text.contains(lexical::is_space);
    if items.any(|item| matches!(item, Value::Text(text) if apart(text))) {
        return Err(CodecError::encode(
            "expected items without white space in a list that white space separates",
        )
        .within(field.name));
    }
    Ok(joined(field, value))
}
