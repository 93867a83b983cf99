//! What every view has, written once: a record that is known to be of one type.

use std::fmt;
use std::io;
use std::marker::PhantomData;

use super::{FieldName, FieldType, IntoField, Key, View};
use crate::lexical::FromText;
use crate::record::ValueError;
use crate::record::{Presence, Record};

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

    /// The exact text of a field, whatever its type: of a double that came as `1.50E3`, those six
    /// characters. `None` if it is absent, null or has children.
    pub fn text_of(&self, field: impl FieldName<V>) -> Option<&str> {
        self.record.text(field.field_name())
    }

    /// A field as a type of the caller's choice, read from its exact text; `None` if it is absent
    /// or null. See [`Record::get_as`].
    ///
    /// ```ignore
    /// use enterprise::{Account, AggregateResult};
    /// use rust_decimal::Decimal;
    ///
    /// let mut rows = soap.records::<Account>("SELECT AnnualRevenue FROM Account LIMIT 1");
    /// let account = rows.try_next().await?.ok_or("no row")?;
    /// let revenue = account.get_as::<Decimal>(Account::ANNUAL_REVENUE)?;
    ///
    /// let mut rows = soap.records::<AggregateResult>("SELECT COUNT(Id) total FROM Account");
    /// let total: Option<i64> = rows.try_next().await?.ok_or("no row")?.get_as("total")?;
    /// println!("{revenue:?} {total:?}");
    /// ```
    ///
    /// # Errors
    ///
    /// If its text is none of that type, or it has children instead of text.
    pub fn get_as<T: FromText>(&self, field: impl FieldName<V>) -> Result<Option<T>, ValueError> {
        self.record.get_as(field.field_name())
    }

    /// The values of a multi-select picklist, without the white space around them; none if it is
    /// absent or null.
    pub fn values_of(&self, key: Key<V, str>) -> impl Iterator<Item = &str> {
        let text = self.record.get(key).unwrap_or_default();
        text.split(';').map(str::trim).filter(|one| !one.is_empty())
    }

    /// Sets a multi-select picklist to these values; to null if there are none. A value that
    /// holds a semicolon counts as two: picklists have none such.
    pub fn set_values<A: AsRef<str>>(
        &mut self,
        key: Key<V, str>,
        values: impl IntoIterator<Item = A>,
    ) -> &mut Self {
        let mut text = String::new();
        for value in values {
            if !text.is_empty() {
                text.push(';');
            }
            text.push_str(value.as_ref());
        }
        match text.is_empty() {
            true => self.set_null(key),
            false => self.set(key, text),
        }
    }

    /// Decodes the bytes of a field into a writer, such as a file or a [`Vec`]. See
    /// [`Record::copy_bytes`].
    ///
    /// # Errors
    ///
    /// That of the writer.
    pub fn copy_bytes(
        &self,
        key: Key<V, [u8]>,
        writer: &mut (impl io::Write + ?Sized),
    ) -> io::Result<Option<u64>> {
        self.record.copy_bytes(key, writer)
    }

    /// Sets a field to null: an update clears it, by naming it in `fieldsToNull`.
    ///
    /// **Take care with a field of ids of related rows** (a `JunctionIdList` such as
    /// `TaskWhoIds` or `EventWhoIds`): named in `fieldsToNull`, *all* of its junction rows are
    /// deleted. To change some of them, set the list of those that shall remain; to leave them
    /// alone, [`unset`](Typed::unset) it. See "JunctionIdList" in the Object Reference.
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

impl<V: View> Typed<V> {
    /// An empty record of the view's type. Generated code calls it.
    #[doc(hidden)]
    #[must_use]
    pub fn empty() -> Self {
        Self::of(Record::new(V::static_table()))
    }

    pub(crate) fn of(record: Record) -> Self {
        Self {
            record,
            view: PhantomData,
        }
    }

    pub(crate) fn into_inner(self) -> Record {
        self.record
    }
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
        Self::empty()
    }
}

impl<V> fmt::Debug for Typed<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.record.fmt(f)
    }
}
