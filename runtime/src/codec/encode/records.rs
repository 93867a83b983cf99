//! Writes records as XML.

use std::sync::Arc;

use super::Encoder;
use crate::codec::CodecError;
use crate::record::Element;
use crate::record::{FieldRef, Record};
use crate::schema::ANY_RECORD;
use crate::schema::{Field, Type};
use crate::value::Value;

impl Encoder {
    /// Writes `xsi:type`, attributes, `>`, and the content of a record.
    pub(super) fn record_body(&mut self, record: &Record) -> Result<(), CodecError> {
        let table = record.table();
        if record.type_name() != table.name || record.type_namespace() != table.namespace() {
            self.foreign_type(record.type_namespace(), record.type_name())?;
        } else if table.has(Type::TYPED) {
            self.type_attribute(table.ns, table.name);
        }
        self.record_content(record)
    }

    /// Writes attributes, `>`, and the content of a record.
    pub(super) fn record_content(&mut self, record: &Record) -> Result<(), CodecError> {
        let inner = record.inner();
        for (_, field, value) in inner.entries().filter(|(_, f, _)| f.has(Field::ATTRIBUTE)) {
            if let Some(text) = value.as_str() {
                self.attribute(field, text)
                    .map_err(|e| e.within(field.name))?;
            }
        }
        self.end_open();
        self.record_elements(record)
    }

    /// Writes the elements and the text of a record or a group, in schema order.
    pub(super) fn record_elements(&mut self, record: &Record) -> Result<(), CodecError> {
        let table = record.table();
        let inner = record.inner();
        let names_of_nulls = table.names_of_nulls();
        let mut given = inner
            .entries()
            .filter(|(_, f, _)| !f.has(Field::ATTRIBUTE))
            .peekable();
        // Few of the hundreds of fields of an object are given, and fewer are written if they are not.
        let written_anyway = self.written_anyway(table);
        for &index in &*written_anyway {
            while let Some((_, field, value)) = given.next_if(|next| next.0 < index) {
                self.entry(field, value, names_of_nulls)?;
            }
            let Some(field) = table.field(index) else {
                continue;
            };
            if given.peek().is_none_or(|next| next.0 != index) {
                self.missing(field);
            }
            while let Some((_, field, value)) = given.next_if(|next| next.0 == index) {
                self.entry(field, value, names_of_nulls)?;
            }
            if names_of_nulls == Some(index) {
                self.nulls(index, field, record)?;
            }
        }
        given.try_for_each(|(_, field, value)| self.entry(field, value, names_of_nulls))?;
        for element in inner.extra() {
            if !is_null_by_name(record, element) {
                self.element(element)?;
            }
        }
        Ok(())
    }

    /// Writes one entry of a record.
    fn entry(
        &mut self,
        field: &Field,
        value: FieldRef<'_>,
        names_of_nulls: Option<u16>,
    ) -> Result<(), CodecError> {
        match value {
            // `fieldsToNull` has named it.
            FieldRef::Null if names_of_nulls.is_some() && field.has(Field::OPTIONAL) => Ok(()),
            FieldRef::Null => {
                self.nil(field);
                Ok(())
            }
            FieldRef::Text(text) if field.has(Field::TEXT) => {
                let start = self.out.len();
                self.text(text)?;
                self.mark(field, start);
                Ok(())
            }
            FieldRef::Text(text) => self.field(field, Value::Text(text)),
            FieldRef::Record(record) => self.field(field, Value::Record(record)),
            FieldRef::Any(value) => self.field(field, Value::Any(value)),
        }
    }

    /// The fields of a table for which something may be written although they are not given: required
    /// fields, which are then nil, and `fieldsToNull`.
    fn written_anyway(&mut self, table: &'static Type) -> Arc<[u16]> {
        if let Some((_, found)) = self.written_anyway.iter().find(|(ty, _)| *ty == table) {
            return Arc::clone(found);
        }
        let names_of_nulls = table.names_of_nulls();
        let is_choice = table.has(Type::CHOICE);
        let fields = (0_u16..).zip(table.fields());
        let found = fields.filter(|(index, field)| {
            names_of_nulls == Some(*index) || Self::is_nil_if_missing(field) && !is_choice
        });
        let found: Arc<[u16]> = found.map(|(index, _)| index).collect();
        self.written_anyway.push((table, Arc::clone(&found)));
        found
    }

    /// `fieldsToNull` for every field that is null.
    fn nulls(&mut self, at: u16, names: &Field, record: &Record) -> Result<(), CodecError> {
        for (index, field, value) in record.inner().entries() {
            if index != at && value == FieldRef::Null && field.has(Field::OPTIONAL) {
                self.field(names, Value::Text(field.name))?;
            }
        }
        for element in record.extra() {
            if is_null_by_name(record, element) {
                self.field(names, Value::Text(&element.name))?;
            }
        }
        Ok(())
    }
}

/// Gives a record without a table, such as one that was read from JSON, the table that all types of
/// its family have in common. The table says how nulls are written and which fields come first. If
/// the record states no type, its type is the declared one. Returns `None` if the record needs no
/// change.
pub(super) fn adopted(record: &Record, field: &Field) -> Result<Option<Record>, CodecError> {
    let declared = field.ty.filter(|ty| ty.has(Type::TYPED));
    let Some(declared) = declared.filter(|_| *record.table() == ANY_RECORD) else {
        return Ok(None);
    };
    if record.type_name().is_empty() {
        return Ok(Some(record.retype(declared)?));
    }
    let found = record.retype(declared.root())?;
    Ok(Some(
        found.named(record.type_namespace(), record.type_name()),
    ))
}

/// Whether an element stands for a null field, which `fieldsToNull` must list.
fn is_null_by_name(record: &Record, element: &Element) -> bool {
    let table = record.table();
    table.has(Type::NULLS_BY_NAME)
        && element.value.is_nil()
        && *element.namespace == *table.namespace()
}
