//! Access to the fields of structs. Generated code calls this function.

use super::{FieldValue, Slot};

/// The body of one arm of a struct's `slot`.
#[inline(never)]
pub fn slot<T: FieldValue>(field: &mut T, nil: bool) -> Slot<'_> {
    if nil { field.nil() } else { field.slot() }
}
