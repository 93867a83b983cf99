//! Checks that a message contains everything that the schema requires. A field without a value
//! keeps the default of its Rust type, so only an error can show that the service sent no value.

use super::CodecError;
use super::decode::{Decoder, Result, blank};
use super::stray::{Seen, expanded};
use crate::drift::DifferenceKind;
use crate::record::Inner;
use crate::schema::{Field, Kind, Type};
use crate::value::{Struct, Value};
use crate::xml::{Reader, Token};

/// Why a field has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    Missing,
    Nil,
}

impl Decoder {
    /// Looks for required elements that did not occur.
    pub(crate) fn complete(
        reader: &mut Reader<'_>,
        target: &dyn Struct,
        seen: &Seen,
    ) -> Result<()> {
        let table = target.table();
        if table.has(Type::CHOICE) {
            // A choice is complete with one branch.
            return Ok(());
        }
        for (index, field) in (0..).zip(table.fields()) {
            if field.flags & (NOT_REQUIRED | Field::ATTRIBUTE) == 0 && !seen.has(index) {
                Self::lack(reader, target, index, Lack::Missing)?;
            }
        }
        Ok(())
    }

    /// Like [`complete`](Self::complete), for a type that is read into a record.
    pub(super) fn complete_record(reader: &mut Reader<'_>, inner: &Inner) -> Result<()> {
        let table = inner.ty();
        if table.has(Type::OPEN | Type::CHOICE) {
            return Ok(());
        }
        for (index, field) in (0..).zip(table.fields()) {
            if field.flags & NOT_REQUIRED != 0 || table.default_of(index).is_some() {
                continue;
            }
            let mut entries = inner.entries();
            let lack = match entries.find(|(seen, ..)| *seen == index) {
                None => Lack::Missing,
                Some((.., value)) if value.is_null() && !field.has(Field::NILLABLE) => Lack::Nil,
                Some(_) => continue,
            };
            let is_optional = field.has(Field::NILLABLE | Field::LIST);
            refuse(reader, table, field, lack, is_optional)?;
        }
        Ok(())
    }

    /// Handles a field that has no value although the schema requires one: this is an error, or it
    /// counts as drift.
    pub(super) fn lack(
        reader: &mut Reader<'_>,
        target: &dyn Struct,
        index: u16,
        lack: Lack,
    ) -> Result<()> {
        let table = target.table();
        let Some(field) = table.field(index) else {
            return Ok(());
        };
        // The Rust type is an option or a list.
        let value = target.value(index, 0);
        let is_optional = matches!(value, Value::Absent | Value::Nil | Value::NilWith(_));
        refuse(reader, table, field, lack, is_optional)
    }

    /// Whether an empty text means that the field has no value. If so, it counts as drift.
    pub(super) fn is_no_value(reader: &mut Reader<'_>, table: &Type, field: &Field) -> bool {
        let is_none = reader.context.leniency.empty_values
            && field.has(Field::OPTIONAL | Field::NILLABLE)
            && !field.has(Field::REPEATED | Field::LIST);
        if is_none {
            reader
                .context
                .drift
                .add(DifferenceKind::EmptyValue, table.name, field.name);
        }
        is_none
    }

    /// Handles a text that is not valid for a field of a record. This is an error, unless the text
    /// is empty and means that there is no value.
    #[cold]
    #[inline(never)]
    pub(super) fn no_value(
        reader: &mut Reader<'_>,
        table: &Type,
        field: &Field,
        text: &str,
        expected: &'static str,
    ) -> Result<()> {
        if blank(text).is_ok() && Self::is_no_value(reader, table, field) {
            return Ok(());
        }
        Err(CodecError::decode(expected).within(field.name).into())
    }

    /// Whether the element whose start tag was read last is optional, has neither attributes nor
    /// content, and would contain a number, a date or the like. If so, its end tag is read, too.
    pub(super) fn is_no_struct(
        reader: &mut Reader<'_>,
        table: &Type,
        field: &Field,
    ) -> Result<bool> {
        let mut texts = field
            .ty
            .iter()
            .flat_map(|ty| ty.fields())
            .filter(|f| f.has(Field::TEXT));
        let cannot_be_empty = texts
            .next()
            .is_some_and(|text| !text.has(Field::LIST) && text.kind.is_never_empty());
        if !cannot_be_empty || !reader.attributes().is_empty() {
            return Ok(false);
        }
        let begin = reader.checkpoint();
        let is_empty = reader.ends_here();
        let is_none = is_empty
            || loop {
                match reader.next()? {
                    Token::Text(run) if blank(&run).is_ok() => {}
                    token => break matches!(token, Token::End),
                }
            };
        if is_none && Self::is_no_value(reader, table, field) {
            if is_empty {
                reader.next()?;
            }
            return Ok(true);
        }
        if !is_empty {
            reader.go_back(begin);
        }
        Ok(false)
    }
}

/// Flags of fields that need not occur. The text of an element is present whenever the element is.
const NOT_REQUIRED: u8 = Field::OPTIONAL | Field::TEXT;

/// Returns an error for a missing value, or counts it as drift. `is_optional` says whether the Rust
/// type of the field can be without a value.
fn refuse(
    reader: &mut Reader<'_>,
    table: &'static Type,
    field: &Field,
    lack: Lack,
    is_optional: bool,
) -> Result<()> {
    let says_so = match field.kind {
        Kind::ArrayType | Kind::Attributes => return Ok(()),
        Kind::Wildcard | Kind::Group => true,
        // Such a value can be nil whatever the schema says.
        Kind::Any if lack == Lack::Nil => true,
        _ => is_optional || field.has(Field::REPEATED),
    };
    let context = &mut *reader.context;
    let (is_forgiven, kind, setting) = match says_so {
        true => (
            context.leniency.absent_values,
            DifferenceKind::AbsentValue,
            "absent_values",
        ),
        false => (
            context.leniency.missing_values,
            DifferenceKind::MissingValue,
            "missing_values",
        ),
    };
    if is_forgiven {
        context.drift.add(kind, table.name, field.name);
        return Ok(());
    }
    let what = match field.has(Field::ATTRIBUTE) {
        true => "attribute",
        false => "element",
    };
    let name = expanded(table.uri(field), field.name);
    let wrong = match lack {
        Lack::Missing => format!("the required {what} `{name}` is missing"),
        Lack::Nil => format!("the {what} `{name}` is nil, which the schema does not allow"),
    };
    let advice = format!("`Leniency::{setting}` would accept such a message");
    Err(CodecError::decode(wrong).with_advice(advice).into())
}
