//! Reads records from XML.
//!
//! The rows of one query resemble each other. Therefore the decoder remembers for each type the
//! tags of the last records in their order. As long as the next record has the same tags, reading a
//! field takes one comparison of bytes, and its name need not be scanned, resolved and looked up.

use super::binary::Binary;
use super::decode::{ALLOCATION, Decoder, Result, blank, find, is_nil, leaf, too_long};
use super::groups::IntoRecord;
use super::plain::{self, Plain};
use super::template::{Row, Template};
use super::{CodecError, Halt};
use crate::drift::DifferenceKind;
use crate::lexical;
use crate::record::{AnyValue, Content, Element, Mixed, TypeName};
use crate::record::{Inner, Record};
use crate::schema::ANY_RECORD;
use crate::schema::{Field, Kind, Type};
use crate::xml::chars::is_ncname;
use crate::xml::reader::shorten;
use crate::xml::{NsId, Reader, Start, Token};

impl Decoder {
    /// Reads the record whose start tag was read last. `xsi:type` selects its table from the
    /// declared type and the types that the caller knows. A record of any other type keeps the name
    /// of its type.
    pub(crate) fn record(
        &mut self,
        reader: &mut Reader<'_>,
        declared: &'static Type,
    ) -> Result<Record> {
        let named = reader.type_attribute()?;
        let mut table = declared;
        let mut name = None;
        if let Some((ns, local)) = named {
            let uri = reader.context.uri(ns);
            let is = |ty: &Type| ty.name == local && ty.namespace() == uri;
            if !is(declared) {
                match self.known.iter().find(|ty| is(ty)) {
                    Some(known) => table = known,
                    None => {
                        Self::note_type(reader, declared, &local);
                        name = Some(self.type_name(reader, ns, &local)?);
                    }
                }
            }
        }
        let mut inner = Inner::new(table);
        if let Some(name) = name {
            inner.set_type_name(&name.namespace, &name.name);
        }
        self.fields(reader, &mut inner)?;
        Self::complete_record(reader, &inner)?;
        Ok(Record::from_inner(inner))
    }

    fn type_name(&mut self, reader: &Reader<'_>, ns: NsId, name: &str) -> Result<TypeName> {
        let uri = reader.context.uri(ns);
        self.spend(2 * ALLOCATION + uri.len() + name.len(), reader)?;
        Ok(TypeName::new(uri, name))
    }

    /// Like [`record`](Decoder::record), but also remembers the start tag of the row.
    pub(crate) fn row(
        &mut self,
        reader: &mut Reader<'_>,
        start: Start<'_>,
        declared: &'static Type,
    ) -> Result<Record> {
        self.spent = 0;
        let epoch = reader.context.epoch();
        // Of the attributes, only the type is the same for all rows. Declarations in the start tag
        // would have to be repeated for each row.
        let only_type = reader
            .attributes()
            .iter()
            .all(|a| a.ns == reader.context.xsi() && a.local == "type");
        let repeats = !start.empty && only_type && !start.raw.contains("xmlns");
        let record = self.record(reader, declared)?;
        let table = record.table();
        let own_type = record.type_name() == table.name;
        self.row = (repeats && own_type && epoch == reader.context.epoch())
            .then(|| Row::new(epoch, table, start));
        Ok(record)
    }

    /// Reads a row with the same start tag as the last one, without reading the start tag again.
    pub(crate) fn next_row(&mut self, reader: &mut Reader<'_>) -> Result<Option<Record>> {
        let known = self.row.take_if(|row| row.epoch == reader.context.epoch());
        let Some(row) = known else { return Ok(None) };
        if !reader.take_start(row.open.as_bytes(), &row.name)? {
            self.row = Some(row);
            return Ok(None);
        }
        self.spent = 0;
        let mut inner = Inner::new(row.table);
        let done = self.fields(reader, &mut inner);
        self.row = Some(row);
        done.map(|()| Some(Record::from_inner(inner)))
    }

    /// Like [`record`](Decoder::record), but with this table, whatever `xsi:type` says.
    pub(crate) fn record_as(
        &mut self,
        reader: &mut Reader<'_>,
        table: &'static Type,
    ) -> Result<Record> {
        let mut inner = Inner::new(table);
        if *table == ANY_RECORD
            && let Ok(Some((ns, local))) = reader.type_attribute()
        {
            inner.set_type_name(reader.context.uri(ns), &local);
        }
        self.fields(reader, &mut inner)?;
        Ok(Record::from_inner(inner))
    }

    fn template(&mut self, table: &'static Type) -> Option<&mut Template> {
        self.templates
            .iter_mut()
            .find(|(ty, _)| *ty == table)
            .map(|(_, template)| template)
    }

    /// Reads the attributes and the content of the element whose start tag was read last.
    fn fields(&mut self, reader: &mut Reader<'_>, inner: &mut Inner) -> Result<()> {
        let table = inner.ty();
        self.spend(size_of::<Inner>() + ALLOCATION, reader)?;
        if !reader.attributes().is_empty() {
            attributes(reader, inner)?;
        }
        if table.has(Type::GROUPED) {
            return self.grouped(reader, &mut IntoRecord(inner));
        }
        // The template is taken out while it is in use, because a record may contain a record of
        // its own type.
        let mut template = self.template(table).map(std::mem::take).unwrap_or_default();
        let done = self.run(reader, inner, &mut template);
        if done.is_ok() {
            template.note_sizes(inner.sizes());
            inner.fit();
        }
        match self.template(table) {
            Some(slot) => *slot = template,
            None => self.templates.push((table, template)),
        }
        done
    }

    fn run(
        &mut self,
        reader: &mut Reader<'_>,
        inner: &mut Inner,
        template: &mut Template,
    ) -> Result<()> {
        let table = inner.ty();
        template.renew(reader.context.epoch());
        // The fast path does not open elements, so it must not be taken if no element may be
        // opened.
        let has_room = reader.context.has_room();
        let mut text = SimpleContent::of(table);
        let mut only_text = None;
        let mut step = 0;
        let mut expected = 0;
        let mut is_usual = has_room;
        loop {
            if is_usual {
                match plain::read(reader, inner, template, step, &mut self.scratch) {
                    Plain::Upto(next) if next > step => {
                        step = next;
                        expected = template.field(step - 1).map_or(0, |last| last.field + 1);
                    }
                    Plain::Upto(_) => {}
                    Plain::Unusual => is_usual = false,
                }
            }
            if let Some(known) = template.field(step)
                && has_room
                && reader.take(template.open(known))
            {
                let index = known.field;
                let field = &table.fields()[usize::from(index)];
                expected = index + 1;
                let text = reader.take_plain(template.close(step));
                step += 1;
                if let Some(text) = text {
                    if let Err(expected) = lexical::check(text, known.kind) {
                        Self::no_value(reader, table, field, text, expected)?;
                        continue;
                    }
                    match known.is_repeated {
                        true => push_text(inner, index, text),
                        false => inner.push_text(index, text),
                    }
                } else {
                    reader.started(template.name(known))?;
                    self.record_field(reader, inner, index, field)
                        .map_err(|halt| halt.within(field.name))?;
                }
                continue;
            }
            match reader.next()? {
                Token::Start(start) => {
                    let found = find(table, start, expected);
                    let is_seen = |index| inner.entries().any(|(seen, ..)| seen == index);
                    let Some(index) = found.or_else(|| Self::stray(reader, table, start, is_seen))
                    else {
                        Self::note_extra(reader, inner, start);
                        inner.push_extra(self.element(reader, start)?);
                        continue;
                    };
                    expected = index + 1;
                    let field = &table.fields()[usize::from(index)];
                    if found.is_some() {
                        template.remember(&mut step, index, field, start, reader);
                    }
                    self.record_field(reader, inner, index, field)
                        .map_err(|halt| halt.within(field.name))?;
                }
                Token::Text(run) => match &mut text {
                    Some(text) => text.add(&run, reader)?,
                    // In an unknown type, text between elements is dropped, and text alone is not a
                    // record.
                    None if *table == ANY_RECORD => only_text = only_text.or(blank(&run).err()),
                    None => blank(&run)?,
                },
                Token::End | Token::Eof => break,
            }
        }
        match (text, only_text) {
            (Some(text), _) => text.store(inner),
            (None, Some(halt)) if inner.extra().is_empty() => Err(halt),
            (None, _) => Ok(()),
        }
    }

    /// Reads one occurrence of a field of a record, whose start tag was just read.
    pub(crate) fn record_field(
        &mut self,
        reader: &mut Reader<'_>,
        inner: &mut Inner,
        index: u16,
        field: &'static Field,
    ) -> Result<()> {
        if let Some(id) = self.reference(reader)? {
            return self.follow(reader, id, |this, there| {
                this.record_field(there, inner, index, field)
            });
        }
        if is_nil(reader)? && !self.says_more(reader, field)? {
            inner.push_nil(index);
            return Ok(reader.skip()?);
        }
        match field.text_kind() {
            Kind::Struct | Kind::Record => {
                let nested = self.record(reader, field.ty.unwrap_or(&ANY_RECORD))?;
                inner.push_record(index, nested);
            }
            Kind::Any => {
                let value = self.any(reader)?;
                inner.push_any(index, value);
            }
            Kind::Base64 if self.attachments.is_some() => {
                let text = match self.binary(reader)? {
                    Binary::Text(text) => text.into_owned(),
                    Binary::Part(part) => {
                        let mut text = String::new();
                        lexical::write_bytes(&mut text, &part, Kind::Base64);
                        text
                    }
                };
                lexical::check(&text, Kind::Base64).map_err(CodecError::decode)?;
                push_text(inner, index, &text);
            }
            kind => {
                let text = leaf(reader)?;
                match lexical::check(&text, kind) {
                    Ok(()) => push_text(inner, index, &text),
                    Err(_)
                        if blank(&text).is_ok() && Self::is_no_value(reader, inner.ty(), field) => {
                    }
                    Err(expected) => return Err(CodecError::decode(expected).into()),
                }
            }
        }
        Ok(())
    }

    /// Reads an element that no field accepts. Its start tag was just read.
    pub(crate) fn element(&mut self, reader: &mut Reader<'_>, start: Start<'_>) -> Result<Element> {
        let namespace = reader.context.uri(start.ns);
        let names = namespace.len() + start.local.len();
        self.spend(size_of::<Element>() + 3 * ALLOCATION + names, reader)?;
        let namespace = namespace.into();
        let value = self
            .any(reader)
            .map_err(|halt| halt.within(&shorten(start.local)))?;
        Ok(Element {
            namespace,
            name: start.local.into(),
            value,
        })
    }

    /// Reads a value of the type that it states: a text, or a record if it has child elements.
    pub(super) fn any(&mut self, reader: &mut Reader<'_>) -> Result<AnyValue> {
        if let Some(id) = self.reference(reader)? {
            return self.follow(reader, id, |this, there| this.any(there));
        }
        let type_name = match reader.type_attribute()? {
            Some((ns, name)) => Some(self.type_name(reader, ns, &name)?),
            None => None,
        };
        let mut value = AnyValue {
            type_name,
            attributes: self.foreign_attributes(reader, &ANY_RECORD)?,
            content: Content::Nil,
        };
        if is_nil(reader)? {
            reader.skip()?;
            return Ok(value);
        }
        value.content = self.any_content(reader, value.type_name.as_ref())?;
        Ok(value)
    }

    fn any_content(
        &mut self,
        reader: &mut Reader<'_>,
        type_name: Option<&TypeName>,
    ) -> Result<Content> {
        let mut text = String::new();
        let mut mixed: Option<Mixed> = None;
        loop {
            match (reader.next()?, &mut mixed) {
                (Token::Start(start), mixed) => {
                    let element = self.element(reader, start)?;
                    if mixed.is_none() {
                        // The first element of a list allocates memory for four.
                        self.spend(size_of::<Inner>() + 4 * size_of::<Element>(), reader)?;
                    }
                    let mixed = mixed.get_or_insert_with(|| {
                        let mut mixed = Mixed::new();
                        mixed.push_text(&text);
                        mixed
                    });
                    mixed.push(element);
                }
                (Token::Text(run), None) => {
                    too_long(text.len() + run.len(), reader)?;
                    text.push_str(&run);
                }
                (Token::Text(run), Some(mixed)) => {
                    self.spend(run.len(), reader)?;
                    mixed.push_text(&run);
                    too_long(mixed.last_text().len(), reader)?;
                }
                (Token::End | Token::Eof, _) => break,
            }
        }
        // White space between elements is only formatting.
        Ok(match (mixed, type_name) {
            (None, _) => Content::Text(text),
            (Some(mixed), _) if mixed.has_text() => Content::Mixed(mixed),
            (Some(mixed), Some(name)) => {
                let record = mixed.into_elements();
                Content::Record(record.named(&name.namespace, &name.name))
            }
            (Some(mixed), None) => Content::Record(mixed.into_elements()),
        })
    }
}

/// The text of an element whose type has simple content.
struct SimpleContent {
    index: u16,
    field: &'static Field,
    text: String,
}

impl SimpleContent {
    fn of(table: &'static Type) -> Option<Self> {
        // Types of open records have child elements, and only these types have hundreds of fields.
        if table.has(Type::OPEN) {
            return None;
        }
        let (index, field) = (0..)
            .zip(table.fields())
            .find(|(_, field)| field.has(Field::TEXT))?;
        Some(Self {
            index,
            field,
            text: String::new(),
        })
    }

    fn add(&mut self, run: &str, reader: &Reader<'_>) -> Result<()> {
        too_long(self.text.len() + run.len(), reader)?;
        self.text.push_str(run);
        Ok(())
    }

    fn store(self, inner: &mut Inner) -> Result<()> {
        lexical::check(&self.text, self.field.text_kind())
            .map_err(|expected| Halt::from(CodecError::decode(expected).within(self.field.name)))?;
        inner.push_text(self.index, &self.text);
        Ok(())
    }
}

/// Adds a text as it is. A text of `fieldsToNull` instead sets the field that it names to null.
pub(crate) fn push_text(inner: &mut Inner, index: u16, text: &str) {
    if inner.ty().names_of_nulls() != Some(index) {
        return inner.push_text(index, text);
    }
    match inner.ty().find(text) {
        Some(named) if named != index => inner.push_nil(named),
        None if is_ncname(text) => inner.push_extra(Element {
            namespace: inner.ty().namespace().into(),
            name: text.into(),
            value: AnyValue::default(),
        }),
        _ => inner.push_text(index, text),
    }
}

fn attributes(reader: &mut Reader<'_>, inner: &mut Inner) -> Result<()> {
    let table = inner.ty();
    for (index, field) in (0..)
        .zip(table.fields())
        .filter(|(_, f)| f.has(Field::ATTRIBUTE))
    {
        if let Some((value, strays)) = Decoder::attribute_of(reader, table, field) {
            lexical::check(value, field.text_kind())
                .map_err(|expected| Halt::from(CodecError::decode(expected).within(field.name)))?;
            inner.push_text(index, value);
            if strays {
                let kind = DifferenceKind::Namespace;
                reader.context.drift.add(kind, table.name, field.name);
            }
        }
    }
    Ok(())
}
