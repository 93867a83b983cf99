//! The values that setters accept besides those of the field's own type: owned and borrowed forms,
//! and options, whose `None` is null.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{IntoField, Nested, Parent, View};
use crate::lexical::Id;
use crate::record::{AnyValue, Record};
use crate::value::{Binary, GeneratedStruct};

macro_rules! by_reference {
    ($($from:ty => $to:ty;)*) => {
        $(
            impl IntoField<$to> for $from {
                fn write(self, record: &mut Record, field: u16) {
                    let value: &$to = &self;
                    value.write(record, field);
                }
            }
        )*
    };
}

by_reference! {
    Cow<'_, str> => str;
    &Cow<'_, str> => str;
    Box<str> => str;
    &Box<str> => str;
    &&str => str;
    &Vec<u8> => [u8];
    Binary => [u8];
    &Binary => [u8];
    Cow<'_, [u8]> => [u8];
}

impl<const N: usize> IntoField<[u8]> for &[u8; N] {
    fn write(self, record: &mut Record, field: u16) {
        self.as_slice().write(record, field);
    }
}

impl IntoField<Id> for &Id {
    fn write(self, record: &mut Record, field: u16) {
        (*self).write(record, field);
    }
}

macro_rules! or_null {
    ($([$($generic:tt)*] $ty:ty;)*) => {
        $(
            /// `None` sets the field to null.
            impl<X: IntoField<$ty>, $($generic)*> IntoField<$ty> for Option<X> {
                fn write(self, record: &mut Record, field: u16) {
                    match self {
                        Some(value) => value.write(record, field),
                        None => record.inner_mut().put_nil(field),
                    }
                }
            }
        )*
    };
}

// There is no implementation for lists: an option is an iterator, and a list accepts any iterator.
or_null! {
    [] str;
    [] bool;
    [] i32;
    [] i64;
    [] f64;
    [] Id;
    [] Timestamp;
    [] Date;
    [] Time;
    [] [u8];
    [] AnyValue;
    [] Record;
    [V: View] Parent<V>;
    [S: GeneratedStruct] Nested<S>;
}
