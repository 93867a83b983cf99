//! Setting fields by their wire names, whether the table knows them or not. This serves types and
//! fields that are newer than the generated code.

use super::Record;
use crate::lexical;
use crate::record::ValueError;
use crate::record::{AnyValue, Content, Element, TypeName};
use crate::schema::ANY_RECORD;
use crate::schema::Kind;
use crate::xml::chars::is_ncname;

impl Record {
    /// Sets a field by its wire name to text in its lexical form. If `name` is `fieldsToNull`,
    /// `text` is the name of another field, which becomes null as with
    /// [`set_null`](Self::set_null).
    ///
    /// # Errors
    ///
    /// Returns an error if the table knows the field and the text does not fit the field's kind, or
    /// if the table does not know the field and the name is not a valid XML name.
    pub fn set_text(&mut self, name: &str, text: &str) -> Result<(), ValueError> {
        let Some(index) = self.table().find(name) else {
            return self.set_extra(name, AnyValue::text(text));
        };
        if self.table().names_of_nulls() == Some(index) {
            return self.set_null(text);
        }
        match self.table().fields()[usize::from(index)].text_kind() {
            Kind::Struct | Kind::Record | Kind::Group => {
                return Err(wrong(name, "expected a record, not a text"));
            }
            Kind::Any => self.inner_mut().put_any(index, AnyValue::text(text)),
            kind => {
                lexical::check(text, kind).map_err(|expected| wrong(name, expected))?;
                self.inner_mut().put_text(index, text);
            }
        }
        Ok(())
    }

    /// Sets a field by its wire name to null, so that an update clears the field.
    /// [`put_null`](Record::put_null) describes what that does to lists of ids.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is not a valid XML name.
    pub fn set_null(&mut self, name: &str) -> Result<(), ValueError> {
        match self.table().find(name) {
            Some(index) => {
                self.inner_mut().put_nil(index);
                Ok(())
            }
            None => self.set_extra(name, AnyValue::default()),
        }
    }

    /// Sets a field by its wire name to a record, such as a parent that is identified by its
    /// external id.
    ///
    /// # Errors
    ///
    /// Returns an error if the table knows the field and the field contains text, or if the table
    /// does not know the field and the name is not a valid XML name.
    pub fn set_record(&mut self, name: &str, record: Record) -> Result<(), ValueError> {
        let Some(index) = self.table().find(name) else {
            let type_name = TypeName::new(record.type_namespace(), record.type_name());
            let value = AnyValue {
                type_name: (!record.type_name().is_empty()).then_some(type_name),
                content: Content::Record(record),
                ..AnyValue::default()
            };
            return self.set_extra(name, value);
        };
        match self.table().fields()[usize::from(index)].kind {
            Kind::Record | Kind::Struct | Kind::Group => self.inner_mut().put_record(index, record),
            _ => return Err(wrong(name, "expected a text, not a record")),
        }
        Ok(())
    }

    /// Removes a field by its wire name, whether the table knows it or not. An update then leaves
    /// the field unchanged.
    pub fn remove(&mut self, name: &str) {
        match self.table().find(name) {
            Some(index) => self.inner_mut().clear(index),
            None => self.inner_mut().clear_extra(name),
        }
    }

    fn set_extra(&mut self, name: &str, value: AnyValue) -> Result<(), ValueError> {
        if !is_ncname(name) {
            return Err(wrong(
                name,
                "expected a name of letters, digits, `_`, `-` and `.`",
            ));
        }
        // Fields are in the namespace of the table's type. Without a table, fields are in the
        // namespace of the record's type.
        let namespace = match *self.table() == ANY_RECORD {
            true => self.type_namespace().into(),
            false => self.table().namespace().into(),
        };
        let element = Element {
            namespace,
            name: name.into(),
            value,
        };
        let inner = self.inner_mut();
        inner.clear_extra(name);
        inner.push_extra(element);
        Ok(())
    }
}

fn wrong(name: &str, expected: &'static str) -> ValueError {
    ValueError::usage(expected).within(name)
}
