//! The arguments of an operation as they arrive.

use std::fmt;

use crate::schema::Type;
use crate::value::{FieldValue, Slot, Struct, Value, same, slot};

/// The arguments of an operation in order: `()`, or a pair of the first argument and the others, or
/// several [groups](Group) of them. For generated code.
pub trait Arguments: Default + Send + 'static {
    /// The number of arguments.
    const COUNT: u16;

    /// See [`Struct::slot`].
    fn field_slot(&mut self, field: u16, nil: bool) -> Slot<'_>;

    /// See [`Struct::value`].
    fn field_value(&self, field: u16, n: usize) -> Value<'_>;
}

impl Arguments for () {
    const COUNT: u16 = 0;

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
    const COUNT: u16 = 1 + R::COUNT;

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

/// The first arguments of many, and the others. The compiler does not accept pairs that are nested as
/// deep as operations have arguments.
#[derive(Debug, Default)]
pub struct Group<F, R>(pub F, pub R);

impl<F: Arguments, R: Arguments> Arguments for Group<F, R> {
    const COUNT: u16 = F::COUNT + R::COUNT;

    fn field_slot(&mut self, field: u16, nil: bool) -> Slot<'_> {
        match field.checked_sub(F::COUNT) {
            None => self.0.field_slot(field, nil),
            Some(field) => self.1.field_slot(field, nil),
        }
    }

    fn field_value(&self, field: u16, n: usize) -> Value<'_> {
        match field.checked_sub(F::COUNT) {
            None => self.0.field_value(field, n),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of arguments are where their numbers say, also in groups.
    #[test]
    fn arguments_are_found_by_number() {
        type Two = (i32, (i32, ()));
        type One = (i32, ());
        let arguments: Group<Two, Group<One, One>> =
            Group((10, (11, ())), Group((12, ()), (13, ())));
        assert_eq!(Group::<(i32, ()), (i32, ())>::COUNT, 2);
        for n in 0..4 {
            let value = arguments.field_value(n, 0);
            assert_eq!(
                format!("{value:?}"),
                format!("{:?}", (10 + i32::from(n)).value(0))
            );
        }
        assert!(matches!(arguments.field_value(4, 0), Value::Absent));
        let mut read = arguments;
        assert!(!matches!(read.field_slot(3, false), Slot::None));
        assert!(matches!(read.field_slot(4, false), Slot::None));
    }
}
