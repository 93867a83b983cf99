//! Fields of structs as slots and values. Generated code calls these functions.

use super::{FieldValue, Form, Slot, Struct, Value};
use crate::schema::{Field, Type};

/// One arm of a struct's `slot`.
#[inline(never)]
pub fn slot<T: FieldValue>(field: &mut T, nil: bool) -> Slot<'_> {
    if nil {
        field.nil();
        Slot::None
    } else {
        field.slot()
    }
}

/// The n-th occurrence of the chosen branch: nil if the branch itself says so, or is a list
/// without items.
#[inline]
pub fn branch<'v, T: FieldValue>(value: &'v T, n: usize, table: &Type, index: u16) -> Value<'v> {
    let is_list = |field: &Field| field.has(Field::LIST);
    match value.value(n) {
        Value::Absent
            if n == 0 && (T::Form::NILLABLE || table.field(index).is_some_and(is_list)) =>
        {
            Value::Nil
        }
        value => value,
    }
}

/// A value as the struct that it is.
#[inline]
pub fn as_struct<T: FieldValue>(value: &mut T) -> Option<&mut dyn Struct> {
    match value.slot() {
        Slot::Struct(value) => Some(value),
        Slot::Derivable(value) => match value.base() {
            Slot::Struct(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}
