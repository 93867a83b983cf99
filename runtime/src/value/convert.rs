//! Conversion between structs and sparse records by their tables.

use super::text::{joined, push_lexical};
use super::{GeneratedStruct, Slot, Struct, Value};
use crate::lexical;
use crate::limits::MAX_DEPTH;
use crate::record::ValueError;
use crate::record::{FieldRef, Record};
use crate::schema::{Field, Kind, Type};

/// What happens to a required field that the record lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lacking {
    /// The field keeps the default of its type, because the decoder has already checked for missing
    /// fields.
    Default,
    /// The conversion fails.
    Error,
}

/// A struct from a record of the same table, which the decoder has found to be complete.
pub(crate) fn to_struct<S: GeneratedStruct>(record: &Record) -> Result<S, ValueError> {
    let mut out = S::default();
    fill(&mut out, record, Lacking::Default, 0)?;
    Ok(out)
}

/// Like [`to_struct`], for a record that may lack required fields.
pub(crate) fn to_complete_struct<S: GeneratedStruct>(record: &Record) -> Result<S, ValueError> {
    let mut out = S::default();
    fill(&mut out, record, Lacking::Error, 0)?;
    Ok(out)
}

/// Returns an error if the record lacks a required field.
fn check_whole(target: &dyn Struct, record: &Record) -> Result<(), ValueError> {
    const NOT_REQUIRED: u8 = Field::OPTIONAL | Field::TEXT | Field::REPEATED;
    if target.table().has(Type::CHOICE) {
        return Ok(());
    }
    for (index, field) in (0..).zip(target.table().fields()) {
        if !field.has(NOT_REQUIRED)
            && !matches!(field.kind, Kind::Any | Kind::Wildcard | Kind::Group)
            && record.inner().get(index).is_none_or(FieldRef::is_null)
            && !matches!(target.value(index, 0), Value::Absent | Value::Nil)
        {
            return Err(
                ValueError::decode("this value is required, and is missing or nil")
                    .within(field.name),
            );
        }
    }
    Ok(())
}

fn fill(
    target: &mut dyn Struct,
    record: &Record,
    lacking: Lacking,
    depth: usize,
) -> Result<(), ValueError> {
    if depth > MAX_DEPTH {
        return Err(ValueError::usage(format!(
            "the record nests deeper than the fixed limit of {MAX_DEPTH}"
        )));
    }
    let retyped;
    let record = if record.table() == target.table() {
        record
    } else {
        retyped = record.retype(target.table())?;
        &retyped
    };
    for (index, field, value) in record.inner().entries() {
        if let (true, Some(text)) = (field.has(Field::LIST), value.as_str()) {
            let mut items = lexical::items(text).peekable();
            if items.peek().is_none() {
                target.slot(index, true);
            }
            items
                .try_for_each(|item| {
                    let slot = target.slot(index, false);
                    slot.assign(item, field.kind).map(drop)
                })
                .map_err(|expected| ValueError::decode(expected).within(field.name))?;
            continue;
        }
        let slot = target.slot(index, value.is_null());
        fill_slot(slot, value, field.kind, lacking, depth + 1)
            .map_err(|error| error.within(field.name))?;
    }
    if let Some((index, _)) = (0..)
        .zip(target.table().fields())
        .find(|(_, field)| field.kind == Kind::Wildcard)
    {
        for element in record.extra() {
            if let Slot::Element(slot) = target.slot(index, false) {
                *slot = element.clone();
            }
        }
    }
    match lacking {
        Lacking::Default => Ok(()),
        Lacking::Error => check_whole(target, record),
    }
}

fn fill_slot(
    slot: Slot<'_>,
    value: FieldRef<'_>,
    kind: Kind,
    lacking: Lacking,
    depth: usize,
) -> Result<(), ValueError> {
    match (slot, value) {
        (Slot::None, _) | (_, FieldRef::Null) => Ok(()),
        (Slot::Record(slot), value) => {
            if let Some(record) = value.as_record() {
                *slot = record.clone();
            }
            Ok(())
        }
        (Slot::Any(slot), value) => {
            *slot = value.to_any();
            Ok(())
        }
        (Slot::Struct(slot), FieldRef::Record(record)) => fill(slot, record, lacking, depth),
        (Slot::Derivable(slot), FieldRef::Record(record)) => {
            match slot.derive(record.type_namespace(), record.type_name()) {
                Some(target) => fill(target, record, lacking, depth)?,
                None => return fill_slot(slot.base(), value, kind, lacking, depth),
            }
            slot.copy_base_fields();
            Ok(())
        }
        (slot, value) => {
            let text = value
                .as_str()
                .ok_or_else(|| ValueError::decode("expected text, found child elements"))?;
            let assigned = slot.assign(text, kind);
            assigned.map(drop).map_err(ValueError::decode)
        }
    }
}

/// Makes a record with the table of the struct.
pub(crate) fn to_record(value: &dyn Struct) -> Record {
    let value = value.derived().unwrap_or(value);
    let table = value.table();
    let mut record = Record::new(table);
    let inner = record.inner_mut();
    let mut text = String::new();
    for (index, field) in (0..).zip(table.fields()) {
        if field.has(Field::LIST) {
            if let Some(text) = joined(field, |n| value.value(index, n)) {
                inner.push_text(index, &text);
            }
            continue;
        }
        for n in 0.. {
            match value.value(index, n) {
                Value::Absent => break,
                Value::Nil | Value::NilWith(_) => inner.push_nil(index),
                Value::Struct(nested) => inner.push_record(index, to_record(nested)),
                Value::Record(nested) => inner.push_record(index, nested.clone()),
                Value::Any(any) => inner.push_any(index, any.clone()),
                Value::Element(element) => inner.push_extra(element.clone()),
                // Records contain elements only.
                Value::Attribute(_) => {}
                leaf => {
                    text.clear();
                    push_lexical(&mut text, leaf, field.kind);
                    inner.push_text(index, &text);
                }
            }
        }
    }
    record
}

/// Puts a value of one struct into the slot of another that has the same field.
fn assign(slot: Slot<'_>, value: Value<'_>) {
    match (slot, value) {
        (Slot::Struct(slot), Value::Struct(value)) => copy(value, slot),
        (Slot::Derivable(slot), Value::Struct(value)) => {
            let value = value.derived().unwrap_or(value);
            let table = value.table();
            match slot.derive(table.namespace(), table.name) {
                Some(derived) => copy(value, derived),
                None => return assign(slot.base(), Value::Struct(value)),
            }
            slot.copy_base_fields();
        }
        (Slot::Derivable(slot), value @ Value::Any(_)) => assign(slot.base(), value),
        (Slot::Record(slot), Value::Record(value)) => slot.clone_from(value),
        (Slot::Any(slot), Value::Any(value)) => slot.clone_from(value),
        (Slot::Element(slot), Value::Element(value)) => slot.clone_from(value),
        (Slot::Attribute(slot), Value::Attribute(value)) => slot.clone_from(value),
        (Slot::Bytes(slot), Value::Bytes(value)) => value.clone_into(slot),
        (slot, leaf) => {
            let mut text = String::new();
            push_lexical(&mut text, leaf, Kind::String);
            // The field has the same type on both sides, so the text is valid.
            let _ = slot.assign(&text, Kind::String);
        }
    }
}

/// Copies every field that `to` declares. `from` declares at least these.
pub(crate) fn copy(from: &dyn Struct, to: &mut dyn Struct) {
    for (index, field) in (0..).zip(to.table().fields()) {
        for n in 0.. {
            match from.value(index, n) {
                Value::Absent => break,
                // An element of mixed content that only the derived type declares.
                Value::Struct(group) if is_beyond(group, field) => {}
                Value::NilWith(attributes) => {
                    if let Slot::NilAttributes(slot) = to.slot(index, true) {
                        attributes.clone_into(slot);
                    }
                }
                value => assign(to.slot(index, matches!(value, Value::Nil)), value),
            }
        }
    }
}

/// Whether the selected branch is not a branch of the field's type.
fn is_beyond(choice: &dyn Struct, field: &Field) -> bool {
    let Some(ty) = field.ty.filter(|_| field.kind == Kind::Group) else {
        return false;
    };
    let mut branches = (0..).zip(ty.fields());
    choice.table() != ty
        && choice.table().has(Type::CHOICE)
        && !branches.any(|(index, _)| !matches!(choice.value(index, 0), Value::Absent))
}
