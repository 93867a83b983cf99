//! What all views have in common, written once.

use std::fmt;
use std::io;
use std::marker::PhantomData;

use super::{FieldName, FieldType, IntoField, Key, View};
use crate::lexical::FromText;
use crate::record::ValueError;
use crate::record::{Presence, Record};

/// A record that is known to have the type of the view `V`. Generated views dereference to this
/// type and so have its methods. The methods are therefore compiled once and not once for each
/// view.
///
/// The methods accept only keys of the view: `account.get(Contact::EMAIL)` does not compile.
pub struct Typed<V> {
    record: Record,
    view: PhantomData<fn() -> V>,
}

impl<V: View> Typed<V> {
    /// The value of a field, or `None` if the field is absent or null.
    pub fn get<T: FieldType + ?Sized>(&self, key: Key<V, T>) -> Option<T::Get<'_>> {
        self.record.get(key)
    }

    /// Sets a field.
    pub fn set<T: ?Sized>(&mut self, key: Key<V, T>, value: impl IntoField<T>) -> &mut Self {
        self.record.put(key, value);
        self
    }

    /// The exact text of a field of any type. For a double that arrived as `1.50E3`, these are
    /// those six characters. `None` if the field is absent, null or has child elements.
    pub fn text_of(&self, field: impl FieldName<V>) -> Option<&str> {
        self.record.text(field.field_name())
    }

    /// A field as a type that the caller chooses, read from the field's exact text. `None` if the
    /// field is absent or null. See [`Record::get_as`].
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
    /// Returns an error if the text is not a valid value of the type, or if the field has child
    /// elements instead of text.
    pub fn get_as<T: FromText>(&self, field: impl FieldName<V>) -> Result<Option<T>, ValueError> {
        self.record.get_as(field.field_name())
    }

    /// The values of a multi-select picklist, without surrounding white space. There are none if
    /// the field is absent or null.
    pub fn values_of(&self, key: Key<V, str>) -> impl Iterator<Item = &str> {
        let text = self.record.get(key).unwrap_or_default();
        text.split(';').map(str::trim).filter(|one| !one.is_empty())
    }

    /// Sets a multi-select picklist to these values, or to null if there are no values. A value
    /// must not contain a semicolon, because semicolons separate the values of a picklist.
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
    /// Returns the error of the writer.
    pub fn copy_bytes(
        &self,
        key: Key<V, [u8]>,
        writer: &mut (impl io::Write + ?Sized),
    ) -> io::Result<Option<u64>> {
        self.record.copy_bytes(key, writer)
    }

    /// Sets a field to null. An update then clears the field, because the request lists it in
    /// `fieldsToNull`.
    ///
    /// **Take care with a field that lists the ids of related rows** (a `JunctionIdList` such as
    /// `TaskWhoIds` or `EventWhoIds`): if `fieldsToNull` lists it, the service deletes *all* of its
    /// junction rows. To change some of the rows, set the list of those that shall remain. To leave
    /// the rows unchanged, [`unset`](Typed::unset) the field. See "JunctionIdList" in the Object
    /// Reference.
    pub fn set_null<T: ?Sized>(&mut self, key: Key<V, T>) -> &mut Self {
        self.record.put_null(key);
        self
    }

    /// Removes a field from the record, so that an update leaves the field unchanged.
    pub fn unset<T: ?Sized>(&mut self, key: Key<V, T>) -> &mut Self {
        self.record.unset(key);
        self
    }

    /// Whether a field is absent, null or has a value.
    #[must_use]
    pub fn presence<T: ?Sized>(&self, key: Key<V, T>) -> Presence {
        self.record.presence(key)
    }

    /// The record behind the view. It gives access to fields by wire name, and to fields that the
    /// WSDL does not know.
    #[must_use]
    pub fn as_record(&self) -> &Record {
        &self.record
    }

    /// The record behind the view, for changes.
    pub fn as_record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
}

impl<V: View> Typed<V> {
    /// An empty record of the view's type. Generated code calls this function.
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

impl<V> Typed<V> {
    pub(crate) fn inner(&self) -> &Record {
        &self.record
    }

    pub(crate) fn inner_mut(&mut self) -> &mut Record {
        &mut self.record
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
