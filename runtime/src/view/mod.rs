//! Typed access to sparse records: views, keys, and the Rust types behind them.

use std::borrow::Borrow;
use std::fmt;
use std::io;
use std::marker::PhantomData;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::lexical::Id;
use crate::lexical::{self, DecodeError};
use crate::record::AnyValue;
use crate::record::{FieldRef, Presence, Record};
use crate::schema::{ANY_RECORD, Kind, Type};
use crate::value::{self, GeneratedStruct};

mod by_name;
mod cast;
mod child_rows;
mod into_field;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
mod typed;

pub use by_name::{FieldLookup, FieldText};
pub use child_rows::{ChildRows, SubqueryResult};
pub use typed::Typed;

/// A type of record that generated code knows, such as `Account`.
///
/// [`Record`] itself is a view of nothing in particular, so that functions which take views take
/// records too, and slices of records may mix types.
pub trait View: Clone + fmt::Debug + Send + Sync + 'static {
    /// The table of the type.
    fn static_table() -> &'static Type;

    /// Takes a record for one of this type. Use [`Record::cast`] where the type is in doubt.
    fn from_record(record: Record) -> Self;

    /// The record behind the view.
    fn as_record(&self) -> &Record;

    /// The record behind the view, to change.
    fn as_record_mut(&mut self) -> &mut Record;

    /// Gives the record away.
    fn into_record(self) -> Record;
}

/// A view that generated code declares by [`view!`](crate::gen_view).
#[doc(hidden)]
pub trait TypedView:
    Clone + fmt::Debug + Send + Sync + std::ops::DerefMut<Target = Typed<Self>> + 'static
{
    /// See [`View::static_table`].
    fn view_table() -> &'static Type;

    /// Wraps what all views have.
    fn from_typed(typed: Typed<Self>) -> Self;

    /// Unwraps what all views have.
    fn into_typed(self) -> Typed<Self>;
}

impl<V: TypedView> View for V {
    fn static_table() -> &'static Type {
        V::view_table()
    }

    fn from_record(record: Record) -> Self {
        V::from_typed(Typed::of(record))
    }

    fn as_record(&self) -> &Record {
        Typed::as_record(self)
    }

    fn as_record_mut(&mut self) -> &mut Record {
        Typed::as_record_mut(self)
    }

    fn into_record(self) -> Record {
        self.into_typed().into_inner()
    }
}

impl View for Record {
    fn static_table() -> &'static Type {
        &ANY_RECORD
    }

    fn from_record(record: Record) -> Self {
        record
    }

    fn as_record(&self) -> &Record {
        self
    }

    fn as_record_mut(&mut self) -> &mut Record {
        self
    }

    fn into_record(self) -> Record {
        self
    }
}

/// A field of the view `V` whose values are of the type `T`.
///
/// One constant per field serves reading, writing, nulling and naming it in queries:
///
/// ```ignore
/// use enterprise::Account;
///
/// let mut account = Account::new();
/// account.set(Account::NAME, "Acme");
/// account.set_null(Account::PHONE);
/// assert_eq!(account.get(Account::NAME), Some("Acme"));
/// assert_eq!(format!("SELECT {} FROM Account", Account::NAME), "SELECT Name FROM Account");
/// ```
pub struct Key<V, T: ?Sized> {
    index: u16,
    types: PhantomData<fn(&V) -> &T>,
}

impl<V, T: ?Sized> Key<V, T> {
    /// The field at an index of the view's table. For generated code.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(index: u16) -> Self {
        Self {
            index,
            types: PhantomData,
        }
    }

    pub(crate) fn index(self) -> u16 {
        self.index
    }
}

impl<V: View, T: ?Sized> Key<V, T> {
    /// Name of the field on the wire and in SOQL.
    #[must_use]
    pub fn name(self) -> &'static str {
        V::static_table()
            .field(self.index)
            .map_or("", |field| field.name)
    }
}

impl<V, T: ?Sized> Clone for Key<V, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V, T: ?Sized> Copy for Key<V, T> {}

impl<V: View, T: ?Sized> fmt::Display for Key<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl<V: View, T: ?Sized> fmt::Debug for Key<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", V::static_table().name, self.name())
    }
}

/// What names a field of the view `V`: one of its keys, or a wire name.
pub trait FieldName<V> {
    /// The name on the wire.
    fn field_name(&self) -> &str;
}

impl<V: View, T: ?Sized> FieldName<V> for Key<V, T> {
    fn field_name(&self) -> &str {
        self.name()
    }
}

impl<V> FieldName<V> for &str {
    fn field_name(&self) -> &str {
        self
    }
}

impl<V> FieldName<V> for &String {
    fn field_name(&self) -> &str {
        self
    }
}

/// The Rust type of a key: how its values are read out of a record.
pub trait FieldType {
    /// What reading gives.
    type Get<'a>;

    /// Reads the field; `None` if it is absent or null.
    #[doc(hidden)]
    fn read(record: &Record, field: u16) -> Option<Self::Get<'_>>;
}

/// A Rust value that a field of type `T` may be set to.
///
/// A field takes a value of its own type, owned or borrowed (`&str`, `String`, `&[u8]`, `Vec<u8>`), a
/// number that fits into its type without loss, and an [`Option`] of these, whose `None` is null. A
/// list takes any iterator of its items.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` cannot be set to a value of type `{Self}`",
    label = "not a value for a field of type `{T}`",
    note = "an `Option` of a fitting value is taken too; its `None` is null"
)]
pub trait IntoField<T: ?Sized> {
    /// Writes the field.
    #[doc(hidden)]
    fn write(self, record: &mut Record, field: u16);
}

/// Marks a key to a parent record of type `V`.
///
/// Reading gives `None` for a parent of another type, which polymorphic fields may hold: ask
/// [`Record::field`] for it.
#[derive(Debug)]
pub struct Parent<V>(PhantomData<V>);

/// Marks a key to a nested struct of type `S`, such as an address or the result of a sub-query.
#[derive(Debug)]
pub struct Nested<S>(PhantomData<S>);

/// Marks a key to a repeated field with items of type `T`.
#[derive(Debug)]
pub struct List<T: ?Sized>(PhantomData<T>);

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
                    // Checked when it arrived: fails only for a record whose table has
                    // another kind of field by this name.
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

impl<S: GeneratedStruct> FieldType for Nested<S> {
    type Get<'a> = &'a S;

    fn read(record: &Record, field: u16) -> Option<&S> {
        // The struct has the record's own table, by which every value was checked when it came
        // or was set: only nesting beyond MAX_DEPTH, which no answer has, does not convert.
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

impl Record {
    /// The value of a field; `None` if it is absent or null.
    ///
    /// A record made by another table than the key's is asked by name.
    /// A wire name instead of a key gives the text of the field: `record.get("Industry")`.
    pub fn get<K: FieldLookup>(&self, key: K) -> Option<K::Get<'_>> {
        key.look_up(self)
    }

    /// Whether a field is absent, null or has a value.
    #[must_use]
    pub fn presence<V: View, T: ?Sized>(&self, key: Key<V, T>) -> Presence {
        self.index_of(key)
            .map_or(Presence::Absent, |field| self.inner().presence(field))
    }

    /// Sets a field. A record whose table does not know the key's field stays as it is.
    pub fn put<V: View, T: ?Sized>(&mut self, key: Key<V, T>, value: impl IntoField<T>) {
        if let Some(field) = self.index_of(key) {
            value.write(self, field);
        }
    }

    /// Decodes the bytes of a field into a writer, such as a file, piece by piece: beside the
    /// record's text they take no room. Gives their number, and `None` if the field is absent or
    /// null. A [`Vec`] is a writer, too.
    ///
    /// # Errors
    ///
    /// That of the writer.
    pub fn copy_bytes<V: View>(
        &self,
        key: Key<V, [u8]>,
        writer: &mut (impl io::Write + ?Sized),
    ) -> io::Result<Option<u64>> {
        let text = self
            .index_of(key)
            .and_then(|field| self.inner().text(field));
        let Some(text) = text else { return Ok(None) };
        let mut count = 0;
        let done = lexical::decode_base64(text, |bytes| {
            count += bytes.len() as u64;
            writer.write_all(bytes)
        });
        match done {
            Ok(()) => Ok(Some(count)),
            Err(DecodeError::Taker(error)) => Err(error),
            // Checked when it arrived: so it is of a record whose table has another kind of
            // field by this name.
            Err(DecodeError::Text) => Ok(None),
        }
    }

    /// Sets a field to null: an update clears it.
    ///
    /// **Take care with a field of ids of related rows** (`JunctionIdList`, such as
    /// `TaskWhoIds`): null deletes all of its junction rows. See [`Typed::set_null`].
    ///
    /// [`Typed::set_null`]: crate::Typed::set_null
    pub fn put_null<V: View, T: ?Sized>(&mut self, key: Key<V, T>) {
        if let Some(field) = self.index_of(key) {
            self.inner_mut().put_nil(field);
        }
    }

    /// Takes a field out: an update leaves it alone.
    pub fn unset<V: View, T: ?Sized>(&mut self, key: Key<V, T>) {
        if let Some(field) = self.index_of(key) {
            self.inner_mut().clear(field);
        }
    }

    fn index_of<V: View, T: ?Sized>(&self, key: Key<V, T>) -> Option<u16> {
        if self.table() == V::static_table() {
            Some(key.index())
        } else {
            self.table().find(key.name())
        }
    }
}
