//! Reads values from XML in one forward pass: the common part, and structs.

use std::borrow::Cow;

use super::Attachments;
use super::References;
use super::binary::Binary;
use super::groups::IntoStruct;
use super::occurs::Lack;
use super::plain::Scratch;
use super::stray::{Seen, shown};
use super::template::{Row, Template};
use super::{CodecError, Halt};
use crate::drift::DifferenceKind;
use crate::lexical;
use crate::record::Attribute;
use crate::schema::ANY_RECORD;
use crate::schema::{Field, Kind, Type};
use crate::value::{Derivable, Slot, Struct};
use crate::xml::chars::is_space;
use crate::xml::reader::shorten;
use crate::xml::{NsId, Reader, SMALLER, Start, Token};

/// The assumed memory of a small allocation in bytes.
pub(super) const ALLOCATION: usize = 48;

pub(super) type Result<T> = std::result::Result<T, Halt>;

/// The decoding state that lasts longer than a single record.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// Types that `xsi:type` may select in addition to the declared type.
    pub(super) known: Vec<&'static Type>,
    pub(super) templates: Vec<(&'static Type, Template)>,
    pub(super) row: Option<Row>,
    pub(super) scratch: Scratch,
    /// The targets of `href`, in an encoded body.
    pub(crate) references: Option<References>,
    /// The targets of `xop:Include`, in an MTOM response.
    pub(crate) attachments: Option<Attachments>,
    /// The bytes of memory of the values of the current row, or of the whole response.
    pub(crate) spent: usize,
}

impl Decoder {
    /// Accounts for the memory of a value. The number is rough; it only matters that every value
    /// counts.
    pub(super) fn spend(&mut self, bytes: usize, reader: &Reader<'_>) -> Result<()> {
        self.spent = self.spent.saturating_add(bytes);
        let max = reader.context.limits.memory;
        if self.spent <= max {
            return Ok(());
        }
        Err(CodecError::limit(format!(
            "the values take more than the limit `memory` of {max} bytes"
        ))
        .with_advice(SMALLER)
        .into())
    }

    pub(crate) fn new(known: Vec<&'static Type>) -> Self {
        Self {
            known,
            ..Self::default()
        }
    }

    /// Reads the content of the element whose start tag was read last into a struct.
    pub(crate) fn structure(
        &mut self,
        reader: &mut Reader<'_>,
        target: &mut dyn Struct,
    ) -> Result<()> {
        self.structure_or(reader, target, None)
    }

    /// Like [`structure`](Decoder::structure). The text of an empty element is `default`.
    fn structure_or(
        &mut self,
        reader: &mut Reader<'_>,
        target: &mut dyn Struct,
        default: Option<&str>,
    ) -> Result<()> {
        let table = target.table();
        self.spend(size_of_val(target), reader)?;
        let mut text = None;
        for (index, field) in (0..).zip(table.fields()) {
            if field.has(Field::ATTRIBUTE) {
                self.attribute(reader, target, index, field)?;
            } else if field.kind == Kind::Attributes {
                self.other_attributes(reader, target, index)?;
            } else if field.has(Field::TEXT) && field.kind == Kind::Any && table.fields().len() == 1
            {
                // The element is of `xsd:anyType`, so all of its content is one value.
                if let Slot::Any(slot) = target.slot(index, false) {
                    *slot = self.any(reader)?;
                }
                return Ok(());
            } else if field.has(Field::TEXT) {
                text = Some((index, field, String::new()));
            }
        }
        if table.has(Type::GROUPED) {
            return self.grouped(reader, &mut IntoStruct::new(target));
        }
        let mut expected = 0;
        let mut seen = Seen::default();
        loop {
            match reader.next()? {
                Token::Start(start) if self.names_result(reader, start) => reader.skip()?,
                Token::Start(start) => match find(table, start, expected)
                    .or_else(|| Self::stray(reader, table, start, |index| seen.has(index)))
                {
                    Some(index) => {
                        expected = index + 1;
                        seen.add(index);
                        let field = &table.fields()[usize::from(index)];
                        self.field(reader, target, index, field)
                            .map_err(|halt| halt.within(field.name))?;
                    }
                    None => self.unknown(reader, start, target, expected)?,
                },
                Token::Text(run) => match &mut text {
                    Some((_, _, text)) => {
                        too_long(text.len() + run.len(), reader)?;
                        text.push_str(&run);
                    }
                    None => blank(&run)?,
                },
                Token::End | Token::Eof => break,
            }
        }
        if let Some((index, field, text)) = text {
            let text = default.filter(|_| text.is_empty()).unwrap_or(&text);
            if !text_into(target, index, text, field)? {
                note_value(reader, table, field, text);
            }
        }
        Self::complete(reader, target, &seen)
    }

    /// A field that is an attribute of the element whose start was read last.
    fn attribute(
        &mut self,
        reader: &mut Reader<'_>,
        target: &mut dyn Struct,
        index: u16,
        field: &Field,
    ) -> Result<()> {
        let table = target.table();
        let given = Self::attribute_of(reader, table, field);
        let strays = given.is_some_and(|(_, strays)| strays);
        let Some(value) = given
            .map(|(value, _)| value)
            .or_else(|| table.default_of(index))
        else {
            return match field.has(Field::OPTIONAL) {
                true => Ok(()),
                false => Self::lack(reader, target, index, Lack::Missing),
            };
        };
        let is_none =
            field.kind.is_never_empty() && !field.has(Field::LIST) && blank(value).is_ok();
        if !is_none || !reader.context.leniency.empty_values || !field.has(Field::OPTIONAL) {
            let is_known =
                text_into(target, index, value, field).map_err(|halt| halt.within(field.name))?;
            if !is_known {
                let value = value.to_owned();
                note_value(reader, table, field, &value);
            }
        } else {
            reader
                .context
                .drift
                .add(DifferenceKind::EmptyValue, table.name, field.name);
        }
        if strays {
            reader
                .context
                .drift
                .add(DifferenceKind::Namespace, table.name, field.name);
        }
        Ok(())
    }

    /// Reads attributes that are not fields into an `xsd:anyAttribute`.
    fn other_attributes(
        &mut self,
        reader: &Reader<'_>,
        target: &mut dyn Struct,
        index: u16,
    ) -> Result<()> {
        for attribute in self.foreign_attributes(reader, target.table())? {
            if let Slot::Attribute(slot) = target.slot(index, false) {
                *slot = attribute;
            }
        }
        Ok(())
    }

    /// The attributes of the element whose start tag was read last that are not fields of the
    /// table.
    pub(super) fn foreign_attributes(
        &mut self,
        reader: &Reader<'_>,
        table: &'static Type,
    ) -> Result<Vec<Attribute>> {
        let mut foreign = Vec::new();
        for attribute in reader.attributes() {
            let known = table.fields().iter().any(|field| {
                field.has(Field::ATTRIBUTE)
                    && field.name == attribute.local
                    && NsId::from(field.ns) == attribute.ns
            });
            let uri = reader.context.uri(attribute.ns);
            let of_encoding = match &self.references {
                Some(references) => references.is_own(uri, attribute.local),
                None => false,
            };
            if known || of_encoding || attribute.ns == reader.context.xsi() {
                continue;
            }
            let text = uri.len() + attribute.local.len() + attribute.value.len();
            self.spend(size_of::<Attribute>() + 3 * ALLOCATION + text, reader)?;
            foreign.push(Attribute {
                namespace: uri.into(),
                name: attribute.local.into(),
                value: attribute.value.clone().into_owned(),
            });
        }
        Ok(foreign)
    }

    /// Reads one occurrence of a field, whose start tag was just read.
    pub(crate) fn field(
        &mut self,
        reader: &mut Reader<'_>,
        target: &mut dyn Struct,
        index: u16,
        field: &Field,
    ) -> Result<()> {
        if let Some(id) = self.reference(reader)? {
            return self.follow(reader, id, |this, there| {
                this.field(there, target, index, field)
            });
        }
        if is_nil(reader)? && !self.says_more(reader, field)? {
            if let Slot::NilAttributes(slot) = target.slot(index, true) {
                *slot = self.foreign_attributes(reader, &ANY_RECORD)?;
            }
            if !field.has(Field::NILLABLE) {
                Self::lack(reader, target, index, Lack::Nil)?;
            }
            return Ok(reader.skip()?);
        }
        let table = target.table();
        let default = table.default_of(index);
        if field.has(Field::LIST) || default.is_some() && field.kind != Kind::Struct {
            let text = leaf(reader)?;
            let text = default.filter(|_| text.is_empty()).unwrap_or(&text);
            if !text_into(target, index, text, field)? {
                note_value(reader, table, field, text);
            }
            return Ok(());
        }
        if field.kind == Kind::Struct
            && default.is_none()
            && Self::is_no_struct(reader, table, field)?
        {
            return Ok(());
        }
        if field.kind.is_never_empty() {
            let text = leaf(reader)?;
            if blank(&text).is_ok() && Self::is_no_value(reader, table, field) {
                return Ok(());
            }
            return leaf_into(target.slot(index, false), &text, field).map(drop);
        }
        match target.slot(index, false) {
            Slot::Struct(nested) => self.structure_or(reader, nested, default),
            Slot::Derivable(nested) => self.derivable(reader, table, nested),
            Slot::Record(slot) => {
                *slot = self.record(reader, field.ty.unwrap_or(&ANY_RECORD))?;
                Ok(())
            }
            Slot::Any(slot) => {
                *slot = self.any(reader)?;
                Ok(())
            }
            Slot::None => Ok(reader.skip()?),
            Slot::Bytes(slot) if self.attachments.is_some() => {
                match self.binary(reader)? {
                    Binary::Part(part) => *slot = part.to_vec(),
                    Binary::Text(text) => {
                        leaf_into(Slot::Bytes(slot), &text, field)?;
                    }
                }
                Ok(())
            }
            slot => {
                let text = leaf(reader)?;
                if !leaf_into(slot, &text, field)? {
                    note_value(reader, table, field, &text);
                }
                Ok(())
            }
        }
    }

    /// Whether a nil element of `xsd:anyType` has attributes, which must then be kept.
    pub(super) fn says_more(&mut self, reader: &Reader<'_>, field: &Field) -> Result<bool> {
        let is_any = field.kind == Kind::Any && !field.has(Field::TEXT);
        Ok(is_any && !self.foreign_attributes(reader, &ANY_RECORD)?.is_empty())
    }

    /// Reads a value that may be of a derived type. `outer` is the table of the field's type.
    fn derivable(
        &mut self,
        reader: &mut Reader<'_>,
        outer: &Type,
        target: &mut dyn Derivable,
    ) -> Result<()> {
        let named = reader.type_attribute()?;
        let named = named.and_then(|(ns, name)| {
            let ns = Self::namespace_of_type(reader, target, ns, &name);
            if ns.is_none() {
                Self::note_type(reader, outer, &name);
            }
            Some((ns?, name))
        });
        let derived = named.and_then(|(ns, name)| target.derive(reader.context.uri(ns), &name));
        match derived {
            Some(derived) => self.structure(reader, derived)?,
            // An unknown type derives from the declared type, so the fields of the declared type
            // are read.
            None => match target.base() {
                Slot::Struct(base) => return self.structure(reader, base),
                Slot::Any(value) => {
                    *value = self.any(reader)?;
                    return Ok(());
                }
                _ => return Ok(reader.skip()?),
            },
        }
        target.copy_base_fields();
        Ok(())
    }

    /// Handles an element that no field accepts. A wildcard keeps it (the next one if there are
    /// several), or else it is skipped.
    fn unknown(
        &mut self,
        reader: &mut Reader<'_>,
        start: Start<'_>,
        target: &mut dyn Struct,
        expected: u16,
    ) -> Result<()> {
        let fields = (0..).zip(target.table().fields());
        let wildcards = || fields.clone().filter(|(_, f)| f.kind == Kind::Wildcard);
        let next = wildcards().find(|(index, _)| *index >= expected);
        let wildcard = next.or_else(|| wildcards().last());
        if let Some((index, _)) = wildcard
            && let Slot::Element(slot) = target.slot(index, false)
        {
            *slot = self.element(reader, start)?;
            return Ok(());
        }
        Self::skip_unknown(reader, target.table(), start)
    }

    /// Leaves out an element that the schema does not declare, if that is forgiven.
    pub(super) fn skip_unknown(
        reader: &mut Reader<'_>,
        table: &Type,
        start: Start<'_>,
    ) -> Result<()> {
        if !reader.context.leniency.unknown_elements {
            return Err(CodecError::decode(format!(
                "the WSDL does not declare the element `{}` here",
                shown(reader, start)
            ))
            .with_advice("`Leniency::unknown_elements` would accept such a response")
            .into());
        }
        let kind = DifferenceKind::UnknownElement;
        reader.context.drift.add_name(kind, table.name, start.local);
        Ok(reader.skip()?)
    }
}

/// The index of the field to which an element belongs: the expected field, or any other field with
/// the name.
pub(crate) fn find(table: &'static Type, start: Start<'_>, expected: u16) -> Option<u16> {
    if table.has(Type::ANY_NAME) {
        return Some(0);
    }
    let fits = |field: &Field| {
        field.name == start.local
            && NsId::from(field.ns) == start.ns
            && field.flags & (Field::ATTRIBUTE | Field::TEXT) == 0
            && field.kind != Kind::Wildcard
    };
    // Tries the same field again, and then the next one.
    for index in [expected.wrapping_sub(1), expected] {
        if table.field(index).is_some_and(fits) {
            return Some(index);
        }
    }
    let named = table.find(start.local)?;
    if table.field(named).is_some_and(fits) {
        return Some(named);
    }
    // An attribute, or an element of another namespace, may have the same name.
    let index = table.fields().iter().position(fits)?;
    u16::try_from(index).ok()
}

/// Assigns a text to a field: one value, or all items of a list. Returns false if an enumeration does
/// not list a value.
fn text_into(target: &mut dyn Struct, index: u16, text: &str, field: &Field) -> Result<bool> {
    if !field.has(Field::LIST) {
        return leaf_into(target.slot(index, false), text, field);
    }
    let mut items = lexical::items(text).peekable();
    if items.peek().is_none() {
        // In a choice, the branch is selected even if the list has no items.
        target.slot(index, true);
    }
    let mut is_known = true;
    for item in items {
        is_known &= leaf_into(target.slot(index, false), item, field)?;
    }
    Ok(is_known)
}

/// Assigns a text to a slot. Returns false if the slot is an enumeration that does not list the text.
pub(super) fn leaf_into(slot: Slot<'_>, text: &str, field: &Field) -> Result<bool> {
    slot.assign(text, field.kind)
        .map_err(|expected| CodecError::decode(expected).into())
}

/// Notes a value that its enumeration does not list.
#[cold]
#[inline(never)]
fn note_value(reader: &mut Reader<'_>, table: &Type, field: &Field, text: &str) {
    let text = if field.is_sensitive() {
        ""
    } else {
        text.trim()
    };
    let drift = &mut reader.context.drift;
    drift.add_value(table.name, field.name, text);
}

/// Reads the text of the element whose start tag was read last, including the end tag.
pub(crate) fn leaf<'x>(reader: &mut Reader<'x>) -> Result<Cow<'x, str>> {
    let mut text = Cow::Borrowed("");
    loop {
        match reader.next()? {
            Token::Text(run) if text.is_empty() => text = run,
            Token::Text(run) => {
                too_long(text.len() + run.len(), reader)?;
                text.to_mut().push_str(&run);
            }
            Token::Start(start) => {
                return Err(CodecError::decode("expected text, found a child element")
                    .within(shorten(start.local))
                    .into());
            }
            Token::End | Token::Eof => return Ok(text),
        }
    }
}

/// Refuses a text that arrived in several runs and is too long in total.
pub(super) fn too_long(len: usize, reader: &Reader<'_>) -> Result<()> {
    let max = reader.context.limits.text;
    if len <= max {
        return Ok(());
    }
    Ok(reader.limit("a text", "text", max)?)
}

/// Refuses text other than white space between elements.
pub(super) fn blank(run: &str) -> Result<()> {
    if run.bytes().all(is_space) {
        Ok(())
    } else {
        Err(CodecError::decode("expected child elements, found text").into())
    }
}

/// Whether the element whose start tag was read last is nil.
pub(crate) fn is_nil(reader: &Reader<'_>) -> Result<bool> {
    match reader.attribute(reader.context.xsi(), "nil") {
        None => Ok(false),
        Some(value) => {
            lexical::boolean(value).map_err(|e| CodecError::decode(e).within("xsi:nil").into())
        }
    }
}
