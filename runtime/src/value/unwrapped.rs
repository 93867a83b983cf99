//! The content of a message without a type of its own.

use super::{FieldValue, Slot, Struct, Value, same, slot};
use crate::schema::Type;

/// An element whose only field is a value, such as the response of an operation with one result. It
/// has a table but no generated type.
#[derive(Clone, Debug)]
pub(crate) struct Unwrapped<T> {
    pub(crate) table: &'static Type,
    pub(crate) value: T,
}

impl<T: FieldValue + std::fmt::Debug + 'static> Struct for Unwrapped<T> {
    fn table(&self) -> &'static Type {
        self.table
    }

    fn slot(&mut self, field: u16, nil: bool) -> Slot<'_> {
        match field {
            0 => slot(&mut self.value, nil),
            _ => Slot::None,
        }
    }

    fn value(&self, field: u16, n: usize) -> Value<'_> {
        if field == 0 {
            self.value.value(n)
        } else {
            Value::Absent
        }
    }

    fn equals(&self, other: &dyn Struct) -> bool {
        same(self, other)
    }
}
