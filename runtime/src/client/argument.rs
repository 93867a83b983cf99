//! The arguments of generated methods, and how they are written into the body of a request.

use super::lists::{IdList, RecordList};
use crate::error::Error;
use crate::soap::request::RequestBody;
use crate::value::{FieldValue, Value};
use crate::view::View;

/// A type that can be an argument.
#[doc(hidden)]
pub trait Arg {
    /// Writes the value as the next argument.
    fn write(&self, body: &mut RequestBody) -> Result<(), Error>;
}

/// The strings of a repeated argument.
#[doc(hidden)]
#[derive(Debug)]
pub struct Texts<'a, S>(pub &'a [S]);

/// The records of a repeated argument.
#[doc(hidden)]
#[derive(Debug)]
pub struct Views<L>(pub L);

/// The ids of a repeated argument.
#[doc(hidden)]
#[derive(Debug)]
pub struct Ids<L>(pub L);

/// A record argument.
#[doc(hidden)]
#[derive(Debug)]
pub struct OneView<'a, V>(pub &'a V);

impl Arg for &str {
    fn write(&self, body: &mut RequestBody) -> Result<(), Error> {
        put(body, |n| {
            if n == 0 {
                Value::Text(self)
            } else {
                Value::Absent
            }
        })
    }
}

impl<T: FieldValue> Arg for &T {
    fn write(&self, body: &mut RequestBody) -> Result<(), Error> {
        put(body, |n| self.value(n))
    }
}

impl<T: FieldValue> Arg for &[T] {
    fn write(&self, body: &mut RequestBody) -> Result<(), Error> {
        put(body, |n| {
            self.get(n).map_or(Value::Absent, |item| item.value(0))
        })
    }
}

impl<S: AsRef<str>> Arg for Texts<'_, S> {
    fn write(&self, body: &mut RequestBody) -> Result<(), Error> {
        put(body, |n| {
            self.0
                .get(n)
                .map_or(Value::Absent, |text| Value::Text(text.as_ref()))
        })
    }
}

impl<L: RecordList> Arg for Views<L> {
    fn write(&self, body: &mut RequestBody) -> Result<(), Error> {
        let records = self.0.as_records();
        let record = |n: usize| records.get(n).map(|view| Value::Record(view.as_record()));
        put(body, |n| record(n).unwrap_or(Value::Absent))
    }
}

impl<L: IdList> Arg for Ids<L> {
    fn write(&self, body: &mut RequestBody) -> Result<(), Error> {
        self.0.as_ids().write(body)
    }
}

impl<V: View> Arg for OneView<'_, V> {
    fn write(&self, body: &mut RequestBody) -> Result<(), Error> {
        put(body, |n| {
            if n == 0 {
                Value::Record(self.0.as_record())
            } else {
                Value::Absent
            }
        })
    }
}

impl<A: Arg> Arg for Option<A> {
    fn write(&self, body: &mut RequestBody) -> Result<(), Error> {
        match self {
            Some(argument) => argument.write(body),
            None => put(body, |_| Value::Absent),
        }
    }
}

macro_rules! by_value {
    ($($ty:ty),*) => {
        $(
            impl Arg for $ty {
                fn write(&self, body: &mut RequestBody) -> Result<(), Error> {
                    put(body, |n| self.value(n))
                }
            }
        )*
    };
}

by_value!(
    bool,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    f32,
    f64,
    crate::lexical::Id,
    jiff::Timestamp,
    jiff::civil::Date,
    jiff::civil::Time,
    crate::lexical::XsdDateTime,
    crate::lexical::XsdTime
);

/// Writes the next argument: all values that the closure returns before it returns an absent one.
fn put<'v>(body: &mut RequestBody, value: impl Fn(usize) -> Value<'v>) -> Result<(), Error> {
    Ok(body.argument(value)?)
}
