//! The types of fields: how their values are read from a record and written into it.

use std::borrow::Borrow;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{FieldType, IntoField, List, Nested, Parent, View};
use crate::lexical::{self, Id};
use crate::record::{AnyValue, FieldRef, Record};
use crate::schema::Kind;
use crate::value::{self, GeneratedStruct};

impl FieldType for str {
    type Get<'a> = &'a str;

    #[inline]
    fn read(record: &Record, field: u16) -> Option<&str> {
        record.inner().text(field)
    }
}

impl IntoField<str> for &str {
    fn write(self, record: &mut Record, field: u16) {
        record.inner_mut().put_text(field, self);
    }
}

impl IntoField<str> for String {
    fn write(self, record: &mut Record, field: u16) {
        record.inner_mut().put_owned(field, self);
    }
}

impl IntoField<str> for &String {
    fn write(self, record: &mut Record, field: u16) {
        record.inner_mut().put_text(field, self);
    }
}

macro_rules! simple {
    ($($ty:ty: $read:path, $out:ident, $value:ident => $write:expr;)*) => {
        $(
            impl FieldType for $ty {
                type Get<'a> = $ty;

                fn read(record: &Record, field: u16) -> Option<$ty> {
                    // The text was checked when it arrived. Parsing fails only if the record's
                    // table has a field of this name with another kind.
                    $read(record.inner().text(field)?).ok()
                }
            }

            impl IntoField<$ty> for $ty {
                fn write(self, record: &mut Record, field: u16) {
                    let ($value, $out) = (self, &mut String::new());
                    $write;
                    record.inner_mut().put_text(field, $out);
                }
            }
        )*
    };
}

simple! {
    bool: lexical::boolean, out, v => out.push_str(if v { "true" } else { "false" });
    i32: lexical::integer, out, v => *out = v.to_string();
    i64: lexical::integer, out, v => *out = v.to_string();
    f64: lexical::float, out, v => lexical::write_float(out, v);
    Id: lexical::id, out, v => out.push_str(v.as_str());
    Timestamp: lexical::date_time, out, v => lexical::write_date_time(out, v);
    Date: lexical::date, out, v => lexical::write_date(out, v);
    Time: lexical::time, out, v => lexical::write_time(out, v);
}

macro_rules! widen {
    ($($from:ty => $to:ty),*) => {
        $(
            impl IntoField<$to> for $from {
                fn write(self, record: &mut Record, field: u16) {
                    <$to>::from(self).write(record, field);
                }
            }
        )*
    };
}

widen!(i32 => i64, i32 => f64, f32 => f64);

impl FieldType for [u8] {
    type Get<'a> = Vec<u8>;

    fn read(record: &Record, field: u16) -> Option<Vec<u8>> {
        lexical::bytes(record.inner().text(field)?, Kind::Base64).ok()
    }
}

impl IntoField<[u8]> for &[u8] {
    fn write(self, record: &mut Record, field: u16) {
        let mut text = String::new();
        lexical::write_bytes(&mut text, self, Kind::Base64);
        record.inner_mut().put_owned(field, text);
    }
}

impl IntoField<[u8]> for Vec<u8> {
    fn write(self, record: &mut Record, field: u16) {
        self.as_slice().write(record, field);
    }
}

impl<V: View> FieldType for Parent<V> {
    type Get<'a> = &'a V;

    fn read(record: &Record, field: u16) -> Option<&V> {
        record.inner().typed(field, |parent| parent.cast().ok())
    }
}

impl<V: View> IntoField<Parent<V>> for V {
    fn write(self, record: &mut Record, field: u16) {
        record.inner_mut().put_record(field, self.into_record());
    }
}

/// Polymorphic parents: a record of any type.
impl FieldType for Record {
    type Get<'a> = &'a Record;

    fn read(record: &Record, field: u16) -> Option<&Record> {
        record.inner().get(field)?.as_record()
    }
}

impl<V: View> IntoField<Record> for V {
    fn write(self, record: &mut Record, field: u16) {
        record.inner_mut().put_record(field, self.into_record());
    }
}

impl<S: GeneratedStruct + Send + Sync> FieldType for Nested<S> {
    type Get<'a> = &'a S;

    fn read(record: &Record, field: u16) -> Option<&S> {
        // The struct has the same table as the record, and every value was checked by this table
        // when it arrived or was set. The conversion fails only for values that are nested beyond
        // MAX_DEPTH, which no response has.
        record
            .inner()
            .typed(field, |nested| value::to_struct(nested).ok())
    }
}

impl<S: GeneratedStruct> IntoField<Nested<S>> for S {
    fn write(self, record: &mut Record, field: u16) {
        let nested = value::to_record(&self);
        record.inner_mut().put_record(field, nested);
    }
}

impl FieldType for AnyValue {
    type Get<'a> = &'a AnyValue;

    fn read(record: &Record, field: u16) -> Option<&AnyValue> {
        match record.inner().get(field)? {
            FieldRef::Any(value) => Some(value),
            _ => None,
        }
    }
}

impl IntoField<AnyValue> for AnyValue {
    fn write(self, record: &mut Record, field: u16) {
        record.inner_mut().put_any(field, self);
    }
}

impl FieldType for List<str> {
    type Get<'a> = Vec<&'a str>;

    fn read(record: &Record, field: u16) -> Option<Vec<&str>> {
        let items: Vec<_> = record
            .inner()
            .all(field)
            .filter_map(FieldRef::as_str)
            .collect();
        (!items.is_empty()).then_some(items)
    }
}

impl FieldType for List<Id> {
    type Get<'a> = Vec<Id>;

    fn read(record: &Record, field: u16) -> Option<Vec<Id>> {
        let items = record.inner().all(field).filter_map(FieldRef::as_str);
        let ids: Vec<_> = items.filter_map(|text| lexical::id(text).ok()).collect();
        (!ids.is_empty()).then_some(ids)
    }
}

impl<I, A> IntoField<List<str>> for I
where
    I: IntoIterator<Item = A>,
    A: AsRef<str>,
{
    fn write(self, record: &mut Record, field: u16) {
        write_list(record, field, self);
    }
}

impl<I, A> IntoField<List<Id>> for I
where
    I: IntoIterator<Item = A>,
    A: Borrow<Id>,
{
    fn write(self, record: &mut Record, field: u16) {
        write_list(record, field, self.into_iter().map(|id| *id.borrow()));
    }
}

fn write_list<A: AsRef<str>>(record: &mut Record, field: u16, items: impl IntoIterator<Item = A>) {
    let inner = record.inner_mut();
    inner.clear(field);
    for item in items {
        inner.push_text(field, item.as_ref());
    }
    inner.sort();
}
