//! The arguments of an operation as they arrive.

use std::fmt;

use crate::schema::Type;
use crate::value::{FieldValue, Slot, Struct, Value, same, slot};

/// The arguments of an operation in order: `()`, or a pair of the first argument and the others. For
/// generated code.
pub trait Arguments: Default + Send + 'static {
    /// See [`Struct::slot`].
    fn field_slot(&mut self, field: u16, nil: bool) -> Slot<'_>;

    /// See [`Struct::value`].
    fn field_value(&self, field: u16, n: usize) -> Value<'_>;
}

impl Arguments for () {
    fn field_slot(&mut self, _: u16, _: bool) -> Slot<'_> {
        Slot::None
    }

    fn field_value(&self, _: u16, _: usize) -> Value<'_> {
        Value::Absent
    }
}

impl<T, R> Arguments for (T, R)
where
    T: FieldValue + Default + Send + 'static,
    R: Arguments,
{
    fn field_slot(&mut self, field: u16, nil: bool) -> Slot<'_> {
        match field.checked_sub(1) {
            None => slot(&mut self.0, nil),
            Some(field) => self.1.field_slot(field, nil),
        }
    }

    fn field_value(&self, field: u16, n: usize) -> Value<'_> {
        match field.checked_sub(1) {
            None => self.0.value(n),
            Some(field) => self.1.field_value(field, n),
        }
    }
}

/// The element of a request, whose fields are the arguments.
pub(super) struct Request<A> {
    pub(super) table: &'static Type,
    pub(super) arguments: A,
}

impl<A: Arguments> Struct for Request<A> {
    fn table(&self) -> &'static Type {
        self.table
    }

    fn slot(&mut self, field: u16, nil: bool) -> Slot<'_> {
        self.arguments.field_slot(field, nil)
    }

    fn value(&self, field: u16, n: usize) -> Value<'_> {
        self.arguments.field_value(field, n)
    }

    fn equals(&self, other: &dyn Struct) -> bool {
        same(self, other)
    }
}

impl<A> fmt::Debug for Request<A> {
    /// Omits the arguments, which may be passwords and personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({})", self.table.name)
    }
}
