//! Fields of structs as slots. Generated code calls this function.

use super::{FieldValue, Slot};

/// One arm of a struct's `slot`.
#[inline(never)]
pub fn slot<T: FieldValue>(field: &mut T, nil: bool) -> Slot<'_> {
    if nil { field.nil() } else { field.slot() }
}
