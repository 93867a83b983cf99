//! How the Rust types of fields are filled and read.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{Derivable, OpenEnum, Slot, Struct, Value};
use crate::lexical::{Decimal, Id, XsdDateTime, XsdTime};
use crate::record::{AnyValue, Attribute, Element, Record};

/// A Rust type that a field of a struct may have. Such a type only names its [`Access`], so that
/// generated code contains no function bodies to compile here.
pub trait FieldValue: Sized {
    /// How a value of this type is filled and read.
    type Access: Access<Self>;

    /// The slot for one more occurrence.
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Self::Access::slot(self)
    }

    /// Records one more occurrence that is nil, and returns the slot for its attributes if there is
    /// one.
    #[inline]
    fn nil(&mut self) -> Slot<'_> {
        Self::Access::nil(self)
    }

    /// The n-th occurrence.
    #[inline(never)]
    fn value(&self, n: usize) -> Value<'_> {
        Self::Access::value(self, n)
    }
}

/// How values of the type `T` are filled and read. All types with the same behaviour share one
/// implementation. See the methods of [`FieldValue`].
pub trait Access<T> {
    /// Whether the type itself can represent nil.
    const NILLABLE: bool = false;

    #[allow(missing_docs)]
    fn slot(value: &mut T) -> Slot<'_>;

    /// Whether the type distinguishes nil from absent, so that an option of it is `Some` for a nil
    /// element.
    const KEEPS_NIL: bool = false;

    #[allow(missing_docs)]
    fn nil(_: &mut T) -> Slot<'_> {
        Slot::None
    }

    #[allow(missing_docs)]
    fn value(value: &T, n: usize) -> Value<'_>;
}

/// Access to the types of this crate.
#[derive(Debug)]
pub struct RuntimeAccess;

/// Access to structs and choices.
#[derive(Debug)]
pub struct StructAccess;

/// Access to base structs with derived types, and to abstract types.
#[derive(Debug)]
pub struct DerivableAccess;

/// Access to open enums.
#[derive(Debug)]
pub struct EnumAccess;

impl<T: Struct> Access<T> for StructAccess {
    fn slot(value: &mut T) -> Slot<'_> {
        Slot::Struct(value)
    }

    fn value(value: &T, n: usize) -> Value<'_> {
        once(n, || Value::Struct(value))
    }
}

impl<T: Derivable> Access<T> for DerivableAccess {
    fn slot(value: &mut T) -> Slot<'_> {
        Slot::Derivable(value)
    }

    fn value(value: &T, n: usize) -> Value<'_> {
        once(n, || value.current())
    }
}

impl<T: OpenEnum> Access<T> for EnumAccess {
    fn slot(value: &mut T) -> Slot<'_> {
        Slot::Enum(value)
    }

    fn value(value: &T, n: usize) -> Value<'_> {
        once(n, || Value::Text(value.wire()))
    }
}

/// The n-th occurrence of a field that occurs once.
pub(super) fn once<'v>(n: usize, value: impl FnOnce() -> Value<'v>) -> Value<'v> {
    if n == 0 { value() } else { Value::Absent }
}

impl<T: FieldValue + Default> FieldValue for Option<T> {
    type Access = RuntimeAccess;
}

impl<T: FieldValue + Default> Access<Option<T>> for RuntimeAccess {
    const NILLABLE: bool = true;

    fn slot(value: &mut Option<T>) -> Slot<'_> {
        // The slot starts empty: if a field occurs twice, the last value counts, and not a mixture
        // of both.
        value.insert(T::default()).slot()
    }

    fn nil(value: &mut Option<T>) -> Slot<'_> {
        if T::Access::KEEPS_NIL {
            return value.insert(T::default()).nil();
        }
        *value = None;
        Slot::None
    }

    fn value(value: &Option<T>, n: usize) -> Value<'_> {
        value.as_ref().map_or(Value::Absent, |value| value.value(n))
    }
}

impl<T: FieldValue + Default> FieldValue for Vec<T> {
    type Access = RuntimeAccess;
}

impl<T: FieldValue + Default> Access<Vec<T>> for RuntimeAccess {
    fn slot(value: &mut Vec<T>) -> Slot<'_> {
        value.push(T::default());
        value.last_mut().map_or(Slot::None, T::slot)
    }

    fn nil(value: &mut Vec<T>) -> Slot<'_> {
        // If positions matter, the items are options. In other lists, nil items have no meaning and
        // are dropped.
        if T::Access::NILLABLE {
            value.push(T::default());
        }
        match value.last_mut() {
            Some(item) if T::Access::KEEPS_NIL => item.nil(),
            _ => Slot::None,
        }
    }

    fn value(value: &Vec<T>, n: usize) -> Value<'_> {
        match value.get(n).map(|item| item.value(0)) {
            Some(Value::Absent) => Value::Nil,
            Some(value) => value,
            None => Value::Absent,
        }
    }
}

impl<T: FieldValue> FieldValue for Box<T> {
    type Access = RuntimeAccess;
}

impl<T: FieldValue> Access<Box<T>> for RuntimeAccess {
    const NILLABLE: bool = T::Access::NILLABLE;
    const KEEPS_NIL: bool = T::Access::KEEPS_NIL;

    fn nil(value: &mut Box<T>) -> Slot<'_> {
        (**value).nil()
    }

    fn slot(value: &mut Box<T>) -> Slot<'_> {
        (**value).slot()
    }

    fn value(value: &Box<T>, n: usize) -> Value<'_> {
        (**value).value(n)
    }
}

macro_rules! leaf {
    ($($ty:ty: $slot:ident, $this:ident => $value:expr;)*) => {
        $(
            impl FieldValue for $ty {
                type Access = RuntimeAccess;
            }

            impl Access<$ty> for RuntimeAccess {
                fn slot(value: &mut $ty) -> Slot<'_> {
                    Slot::$slot(value)
                }

                fn value($this: &$ty, n: usize) -> Value<'_> {
                    once(n, || $value)
                }
            }
        )*
    };
}

leaf! {
    String: Text, v => Value::Text(v);
    bool: Boolean, v => Value::Boolean(*v);
    i8: Byte, v => Value::Integer(i64::from(*v));
    i16: Short, v => Value::Integer(i64::from(*v));
    i32: Int, v => Value::Integer(i64::from(*v));
    i64: Long, v => Value::Integer(*v);
    u8: UnsignedByte, v => Value::Integer(i64::from(*v));
    u16: UnsignedShort, v => Value::Integer(i64::from(*v));
    u32: UnsignedInt, v => Value::Integer(i64::from(*v));
    u64: UnsignedLong, v => Value::Unsigned(*v);
    f32: Float, v => Value::Float(*v);
    f64: Double, v => Value::Double(*v);
    Decimal: Decimal, v => Value::Text(v.as_str());
    Timestamp: DateTime, v => Value::DateTime(*v);
    Date: Date, v => Value::Date(*v);
    Time: Time, v => Value::Time(*v);
    XsdDateTime: XsdDateTime, v => Value::XsdDateTime(*v);
    XsdTime: XsdTime, v => Value::XsdTime(*v);
    Id: Id, v => Value::Id(*v);
    Record: Record, v => Value::Record(v);
    AnyValue: Any, v => Value::Any(v);
    Element: Element, v => Value::Element(v);
    Attribute: Attribute, v => Value::Attribute(v);
}

/// The result of an operation that returns nothing.
impl FieldValue for () {
    type Access = RuntimeAccess;
}

impl Access<()> for RuntimeAccess {
    fn slot((): &mut ()) -> Slot<'_> {
        Slot::None
    }

    fn value((): &(), _: usize) -> Value<'_> {
        Value::Absent
    }
}
