//! What every view has, written once: a record that is known to be of one type.

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::Id;
use crate::any::AnyValue;
use crate::record::{Presence, Record};
use crate::value::Tabled;
use crate::view::{FieldType, IntoField, Key, Nested, Parent, View};

/// A record of the type that the view `V` stands for. Generated views dereference to it, so its
/// methods are theirs; it exists so that these methods are compiled once and not once per view.
///
/// Only keys of the view fit: `account.get(Contact::EMAIL)` does not compile.
pub struct Typed<V> {
    record: Record,
    view: PhantomData<fn() -> V>,
}

impl<V: View> Typed<V> {
    /// The value of a field; `None` if it is absent or null.
    pub fn get<T: FieldType + ?Sized>(&self, key: Key<V, T>) -> Option<T::Get<'_>> {
        self.record.get(key)
    }

    /// Sets a field.
    pub fn set<T: ?Sized>(&mut self, key: Key<V, T>, value: impl IntoField<T>) -> &mut Self {
        self.record.put(key, value);
        self
    }

    /// Sets a field to null: an update clears it.
    pub fn set_null<T: ?Sized>(&mut self, key: Key<V, T>) -> &mut Self {
        self.record.put_null(key);
        self
    }

    /// Takes a field out: an update leaves it alone.
    pub fn unset<T: ?Sized>(&mut self, key: Key<V, T>) -> &mut Self {
        self.record.unset(key);
        self
    }

    /// Whether a field is absent, null or has a value.
    #[must_use]
    pub fn presence<T: ?Sized>(&self, key: Key<V, T>) -> Presence {
        self.record.presence(key)
    }

    /// The record behind the view: fields by wire name, and those that the WSDL does not know.
    #[must_use]
    pub fn as_record(&self) -> &Record {
        &self.record
    }

    /// The record behind the view, to change.
    pub fn as_record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
}

/// What generated code calls. Fields are named by their index in the view's table.
#[doc(hidden)]
impl<V: View> Typed<V> {
    pub fn new() -> Self {
        Self::from_record(Record::new(V::TABLE))
    }

    pub fn from_record(record: Record) -> Self {
        Self {
            record,
            view: PhantomData,
        }
    }

    pub fn into_record(self) -> Record {
        self.record
    }

    #[must_use]
    pub fn with<T: ?Sized>(mut self, key: Key<V, T>, value: impl IntoField<T>) -> Self {
        self.record.put(key, value);
        self
    }

    pub fn text_at(&self, field: u16) -> Option<&str> {
        str::read(&self.record, field)
    }

    pub fn bytes_at(&self, field: u16) -> Option<Vec<u8>> {
        <[u8]>::read(&self.record, field)
    }

    pub fn any_at(&self, field: u16) -> Option<&AnyValue> {
        AnyValue::read(&self.record, field)
    }

    pub fn record_at(&self, field: u16) -> Option<&Record> {
        <Record as FieldType>::read(&self.record, field)
    }

    pub fn parent_at<P: View>(&self, field: u16) -> Option<&P> {
        Parent::<P>::read(&self.record, field)
    }

    pub fn nested_at<S: Tabled>(&self, field: u16) -> Option<&S> {
        Nested::<S>::read(&self.record, field)
    }

    #[must_use]
    pub fn with_text(self, field: u16, value: &str) -> Self {
        self.written::<str>(field, value)
    }

    #[must_use]
    pub fn with_bytes(self, field: u16, value: &[u8]) -> Self {
        self.written::<[u8]>(field, value)
    }

    #[must_use]
    pub fn with_any(self, field: u16, value: AnyValue) -> Self {
        self.written::<AnyValue>(field, value)
    }

    #[must_use]
    pub fn with_record(self, field: u16, value: impl View) -> Self {
        self.written::<Record>(field, value)
    }

    #[must_use]
    pub fn with_nested<S: Tabled>(self, field: u16, value: S) -> Self {
        self.written::<Nested<S>>(field, value)
    }

    fn written<T: ?Sized>(mut self, field: u16, value: impl IntoField<T>) -> Self {
        value.write(&mut self.record, field);
        self
    }
}

macro_rules! plain {
    ($($ty:ty: $get:ident, $with:ident;)*) => {
        #[doc(hidden)]
        impl<V: View> Typed<V> {
            $(
                pub fn $get(&self, field: u16) -> Option<$ty> {
                    <$ty>::read(&self.record, field)
                }

                #[must_use]
                pub fn $with(self, field: u16, value: $ty) -> Self {
                    self.written::<$ty>(field, value)
                }
            )*
        }
    };
}

plain! {
    bool: boolean_at, with_boolean;
    i32: int_at, with_int;
    i64: long_at, with_long;
    f64: double_at, with_double;
    Id: id_at, with_id_value;
    Timestamp: date_time_at, with_date_time;
    Date: date_at, with_date;
    Time: time_at, with_time;
}

impl<V> Clone for Typed<V> {
    fn clone(&self) -> Self {
        Self {
            record: self.record.clone(),
            view: PhantomData,
        }
    }
}

impl<V> PartialEq for Typed<V> {
    fn eq(&self, other: &Self) -> bool {
        self.record == other.record
    }
}

impl<V: View> Default for Typed<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> fmt::Debug for Typed<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.record.fmt(f)
    }
}
