//! Access to the fields of a record by their keys.

use std::io;

use super::{FieldLookup, IntoField, Key, View};
use crate::lexical::{self, DecodeError};
use crate::record::{Presence, Record};

impl Record {
    /// The value of a field, or `None` if the field is absent or null.
    ///
    /// If the record has another table than the key, the field is looked up by its name. A wire
    /// name instead of a key reads the text of the field: `record.get("Industry")`.
    pub fn get<K: FieldLookup>(&self, key: K) -> Option<K::Get<'_>> {
        key.look_up(self)
    }

    /// Whether a field is absent, null or has a value.
    #[must_use]
    pub fn presence<V: View, T: ?Sized>(&self, key: Key<V, T>) -> Presence {
        self.index_of(key)
            .map_or(Presence::Absent, |field| self.inner().presence(field))
    }

    /// Sets a field. This has no effect on a record whose table does not have the key's field.
    pub fn put<V: View, T: ?Sized>(&mut self, key: Key<V, T>, value: impl IntoField<T>) {
        if let Some(field) = self.index_of(key) {
            value.write(self, field);
        }
    }

    /// Decodes the bytes of a field piece by piece into a writer, such as a file, without a copy of
    /// all bytes in memory. Returns the number of bytes, or `None` if the field is absent or null.
    /// A [`Vec`] is a writer, too.
    ///
    /// # Errors
    ///
    /// Returns the error of the writer.
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
            // The text was checked when it arrived, so the record's table has a field of this name
            // with another kind.
            Err(DecodeError::Text) => Ok(None),
        }
    }

    /// Sets a field to null, so that an update clears the field.
    ///
    /// **Take care with a field that lists the ids of related rows** (`JunctionIdList`, such as
    /// `TaskWhoIds`): null deletes all of its junction rows. See [`Typed::set_null`].
    ///
    /// [`Typed::set_null`]: crate::Typed::set_null
    pub fn put_null<V: View, T: ?Sized>(&mut self, key: Key<V, T>) {
        if let Some(field) = self.index_of(key) {
            self.inner_mut().put_nil(field);
        }
    }

    /// Removes a field from the record, so that an update leaves the field unchanged.
    pub fn unset<V: View, T: ?Sized>(&mut self, key: Key<V, T>) {
        if let Some(field) = self.index_of(key) {
            self.inner_mut().clear(field);
        }
    }

    pub(super) fn index_of<V: View, T: ?Sized>(&self, key: Key<V, T>) -> Option<u16> {
        if self.table() == V::static_table() {
            Some(key.index())
        } else {
            self.table().find(key.name())
        }
    }
}
