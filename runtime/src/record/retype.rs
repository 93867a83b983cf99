//! Changing the table of a record.

use super::{FieldRef, Inner, Record};
use crate::lexical;
use crate::limits::MAX_DEPTH;
use crate::record::ValueError;
use crate::record::{Attribute, Element};
use crate::schema::{Field, Kind, Type};

impl Record {
    /// The same content with another table. The fields that this table knows are checked.
    pub(crate) fn retype(&self, ty: &'static Type) -> Result<Self, ValueError> {
        self.retype_at(ty, 0)
    }

    fn retype_at(&self, ty: &'static Type, depth: usize) -> Result<Self, ValueError> {
        if depth > MAX_DEPTH {
            return Err(ValueError::usage(format!(
                "the record nests deeper than the fixed limit of {MAX_DEPTH}"
            )));
        }
        let mut inner = Inner::new(ty);
        for ((namespace, name), value) in self.qualified_fields() {
            match ty.find(name) {
                Some(index) => adopt(&mut inner, index, value, depth)
                    .map_err(|error| error.within(name.to_owned()))?,
                None => inner.push_extra(Element {
                    namespace: namespace.into(),
                    name: name.into(),
                    value: value.to_any(),
                }),
            }
        }
        Ok(Self::from_inner(inner))
    }
}

/// Adds a value as the field at `index`.
fn adopt(
    inner: &mut Inner,
    index: u16,
    value: FieldRef<'_>,
    depth: usize,
) -> Result<(), ValueError> {
    let field = &inner.ty().fields()[usize::from(index)];
    match (field.text_kind(), value) {
        (Kind::Any, FieldRef::Any(value)) => inner.push_any(index, value.clone()),
        (_, value) if value.is_null() => inner.push_nil(index),
        (Kind::Any, value) => inner.push_any(index, value.to_any()),
        (Kind::Record | Kind::Struct | Kind::Group, value) => {
            let Some(ty) = field.ty else {
                return Err(ValueError::decode(
                    "expected a field whose type has a table",
                ));
            };
            let record = match (value.as_record(), value.as_str()) {
                (Some(record), _) if record.table() == ty || is_other(record, field.kind, ty) => {
                    record.clone()
                }
                (Some(record), _) => record.retype_at(ty, depth + 1)?,
                (None, Some(text)) => of_text(ty, text)?,
                (None, None) => return Err(ValueError::decode("expected child elements")),
            };
            let attributes = match value {
                FieldRef::Any(value) if record.table() == ty => value.attributes.as_slice(),
                _ => &[],
            };
            inner.push_record(index, with_attributes(record, attributes)?);
        }
        (kind, value) => {
            let text = value
                .as_str()
                .ok_or_else(|| ValueError::decode("expected text"))?;
            lexical::check(text, kind).map_err(ValueError::decode)?;
            inner.push_text(index, text);
        }
    }
    Ok(())
}

/// Adds the attributes for which the table of the record has fields.
fn with_attributes(mut record: Record, attributes: &[Attribute]) -> Result<Record, ValueError> {
    let table = record.table();
    for attribute in attributes {
        let is_it = |field: &Field| {
            field.has(Field::ATTRIBUTE)
                && *field.name == *attribute.name
                && *table.uri(field) == *attribute.namespace
        };
        if let Some((index, field)) = (0..).zip(table.fields()).find(|(_, field)| is_it(field)) {
            lexical::check(&attribute.value, field.text_kind())
                .map_err(|expected| ValueError::decode(expected).within(field.name))?;
            record.inner_mut().put_text(index, &attribute.value);
        }
    }
    Ok(record)
}

/// Makes a record of an element that contains only text.
fn of_text(ty: &'static Type, text: &str) -> Result<Record, ValueError> {
    let mut inner = Inner::new(ty);
    let simple = (0..).zip(ty.fields()).find(|(_, f)| f.has(Field::TEXT));
    match simple {
        Some((index, field)) => {
            lexical::check(text, field.text_kind()).map_err(ValueError::decode)?;
            inner.push_text(index, text);
        }
        None if text.trim().is_empty() => {}
        None => return Err(ValueError::decode("expected child elements, found text")),
    }
    Ok(Record::from_inner(inner))
}

/// Whether a record states another type than the declared one. Such a record is kept unchanged,
/// because its content must be checked by the table of its own type.
fn is_other(record: &Record, kind: Kind, declared: &Type) -> bool {
    let named = !record.type_name().is_empty();
    let same =
        record.type_name() == declared.name && record.type_namespace() == declared.namespace();
    kind == Kind::Record && declared.has(Type::OPEN) && named && !same
}
