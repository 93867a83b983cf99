//! XML to values, in one forward pass.
//!
//! Rows of one query look alike, so the decoder remembers for each type the start tags of the
//! last record in their order. While the next record repeats them, a field costs one comparison
//! of bytes instead of scanning, resolving and looking up its name.

use std::borrow::Cow;

use crate::any::{AnyValue, Content, Element, TypeName};
use crate::error::Error;
use crate::lexical;
use crate::record::{Inner, Record};
use crate::schema::{Field, Kind, Type};
use crate::value::{Derivable, Slot, Struct};
use crate::xml::{Halt, NsId, Reader, Start, Token};

use super::ANY_RECORD;

type Result<T> = std::result::Result<T, Halt>;

/// Decoding state that outlives a single record.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// Types that `xsi:type` may choose beside the declared one.
    known: Vec<&'static Type>,
    templates: Vec<(&'static Type, Template)>,
    row: Option<Row>,
}

/// How the last record of a type was written.
#[derive(Debug, Default)]
struct Template {
    /// Prefixes mean the same as long as the context's epoch does.
    epoch: u64,
    steps: Vec<Step>,
    sizes: (usize, usize),
}

#[derive(Debug)]
struct Step {
    field: u16,
    kind: Kind,
    tag: Tag,
}

/// An element's tags as written.
#[derive(Debug)]
struct Tag {
    /// `sf:Name`
    name: Box<str>,
    /// `<sf:Name>`, for a record perhaps with attributes
    open: Box<[u8]>,
    /// `</sf:Name>`
    close: Box<[u8]>,
}

/// How the last row began.
#[derive(Debug)]
struct Row {
    epoch: u64,
    table: &'static Type,
    tag: Tag,
}

impl Decoder {
    pub(crate) fn new(known: Vec<&'static Type>) -> Self {
        Self { known, ..Self::default() }
    }

    /// Content of the element whose start was read last, into a struct.
    pub(crate) fn structure(
        &mut self,
        reader: &mut Reader<'_>,
        target: &mut dyn Struct,
    ) -> Result<()> {
        let table = target.table();
        let mut text = None;
        for (index, field) in (0..).zip(table.fields) {
            if field.has(Field::ATTRIBUTE) {
                if let Some(value) = reader.attribute(NsId::from(field.ns), field.name) {
                    leaf_into(target.slot(index, false), value, field)?;
                }
            } else if field.has(Field::TEXT) {
                text = Some((index, field, String::new()));
            }
        }
        let mut expected = 0;
        loop {
            match reader.next()? {
                Token::Start(start) => match find(table, start, expected) {
                    Some(index) => {
                        expected = index + 1;
                        let field = &table.fields[usize::from(index)];
                        self.field(reader, target, index, field)
                            .map_err(|halt| within(halt, field.name))?;
                    }
                    None => self.unknown(reader, start, target, table)?,
                },
                Token::Text(run) => match &mut text {
                    Some((_, _, text)) => text.push_str(&run),
                    None => blank(&run)?,
                },
                Token::End | Token::Eof => break,
            }
        }
        if let Some((index, field, text)) = text {
            leaf_into(target.slot(index, false), &text, field)?;
        }
        Ok(())
    }

    /// One occurrence of a field, its start just read.
    fn field(
        &mut self,
        reader: &mut Reader<'_>,
        target: &mut dyn Struct,
        index: u16,
        field: &Field,
    ) -> Result<()> {
        if is_nil(reader)? {
            target.slot(index, true);
            return reader.skip();
        }
        match target.slot(index, false) {
            Slot::Struct(nested) => self.structure(reader, nested),
            Slot::Derivable(nested) => self.derivable(reader, nested),
            Slot::Record(slot) => {
                *slot = self.record(reader, field.ty.unwrap_or(&ANY_RECORD))?;
                Ok(())
            }
            Slot::Any(slot) => {
                *slot = self.any(reader)?;
                Ok(())
            }
            Slot::None => reader.skip(),
            slot => leaf_into(slot, &leaf(reader)?, field),
        }
    }

    fn derivable(&mut self, reader: &mut Reader<'_>, target: &mut dyn Derivable) -> Result<()> {
        let derived = match reader.type_attribute()? {
            Some((ns, name)) => target.derive(reader.context.uri(ns), &name),
            None => None,
        };
        match derived {
            Some(derived) => self.structure(reader, derived)?,
            // An unknown type derives from the declared one: read that part of it.
            None => return self.structure(reader, target.as_base()),
        }
        target.settle();
        Ok(())
    }

    /// An element that no field takes: kept by a wildcard, else skipped.
    fn unknown(
        &mut self,
        reader: &mut Reader<'_>,
        start: Start<'_>,
        target: &mut dyn Struct,
        table: &Type,
    ) -> Result<()> {
        let wildcard = (0..).zip(table.fields).find(|(_, field)| field.kind == Kind::Wildcard);
        if let Some((index, _)) = wildcard
            && let Slot::Element(slot) = target.slot(index, false)
        {
            *slot = self.element(reader, start)?;
            return Ok(());
        }
        reader.skip()
    }

    /// The record whose start was read last. `xsi:type` chooses its table among the declared one
    /// and those the caller knows; a record of any other type keeps its type's name.
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
                    None => name = Some(TypeName::new(uri, &local)),
                }
            }
        }
        let mut inner = self.empty(table);
        if let Some(name) = name {
            inner.set_type_name(&name.namespace, &name.name);
        }
        self.fields(reader, &mut inner)?;
        Ok(Record::from_inner(inner))
    }

    fn empty(&mut self, table: &'static Type) -> Inner {
        let (fields, text) = self.template(table).map_or((0, 0), |template| template.sizes);
        Inner::with_capacity(table, fields, text)
    }

    /// As [`record`](Decoder::record), and remembers how the row began.
    pub(crate) fn row(
        &mut self,
        reader: &mut Reader<'_>,
        start: Start<'_>,
        declared: &'static Type,
    ) -> Result<Record> {
        let epoch = reader.context.epoch();
        let record = self.record(reader, declared)?;
        let table = record.table();
        // Declarations in the tag itself would have to be made again for each row.
        let repeats = !start.empty && epoch == reader.context.epoch() && !start.raw.contains("xmlns");
        let own_type = record.type_name() == table.name && !is_nil_tag(start.raw);
        self.row = (repeats && own_type).then(|| Row { epoch, table, tag: Tag::new(start) });
        Ok(record)
    }

    /// A row that begins like the last one, read without looking at its start tag again.
    pub(crate) fn next_row(&mut self, reader: &mut Reader<'_>) -> Result<Option<Record>> {
        let known = self.row.take_if(|row| row.epoch == reader.context.epoch());
        let Some(row) = known else { return Ok(None) };
        if !reader.take_start(&row.tag.open, &row.tag.name)? {
            self.row = Some(row);
            return Ok(None);
        }
        let mut inner = self.empty(row.table);
        let done = self.fields(reader, &mut inner);
        self.row = Some(row);
        done.map(|()| Some(Record::from_inner(inner)))
    }

    /// As [`record`](Decoder::record), by this table whatever `xsi:type` says.
    pub(crate) fn record_as(
        &mut self,
        reader: &mut Reader<'_>,
        table: &'static Type,
    ) -> Result<Record> {
        let mut inner = Inner::new(table);
        if *table == ANY_RECORD
            && let Some((ns, local)) = reader.type_attribute()?
        {
            inner.set_type_name(reader.context.uri(ns), &local);
        }
        self.fields(reader, &mut inner)?;
        Ok(Record::from_inner(inner))
    }

    fn template(&mut self, table: &'static Type) -> Option<&mut Template> {
        self.templates.iter_mut().find(|(ty, _)| *ty == table).map(|(_, template)| template)
    }

    /// Attributes and content of the element whose start was read last.
    fn fields(&mut self, reader: &mut Reader<'_>, inner: &mut Inner) -> Result<()> {
        let table = inner.ty();
        if !reader.attributes().is_empty() {
            attributes(reader, inner)?;
        }
        // Taken out while in use: a record may contain another one of its type.
        let mut template = self.template(table).map(std::mem::take).unwrap_or_default();
        let done = self.run(reader, inner, &mut template);
        if done.is_ok() {
            // Near the largest of late, so that few records grow their text.
            let (fields, text) = inner.sizes();
            let settled = |old: usize, new: usize| new.max(old - old / 16);
            template.sizes = (settled(template.sizes.0, fields), settled(template.sizes.1, text));
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
        if template.epoch != reader.context.epoch() {
            template.epoch = reader.context.epoch();
            template.steps.clear();
        }
        let mut step = 0;
        let mut expected = 0;
        loop {
            if let Some(known) = template.steps.get(step)
                && reader.take(&known.tag.open)
            {
                let index = known.field;
                let field = &table.fields[usize::from(index)];
                step += 1;
                expected = index + 1;
                if let Some(text) = reader.take_plain(&known.tag.close) {
                    lexical::check(text, known.kind)
                        .map_err(|expected| Halt::from(Error::decode(expected).within(field.name)))?;
                    if inner.is_behind(index) || index == 0 {
                        put_text(inner, index, field, text);
                    } else {
                        inner.push_text(index, text);
                    }
                } else {
                    reader.started(&known.tag.name)?;
                    self.record_field(reader, inner, index, field)
                        .map_err(|halt| within(halt, field.name))?;
                }
                continue;
            }
            match reader.next()? {
                Token::Start(start) => {
                    let Some(index) = find(table, start, expected) else {
                        inner.push_extra(self.element(reader, start)?);
                        continue;
                    };
                    expected = index + 1;
                    let field = &table.fields[usize::from(index)];
                    remember(template, &mut step, index, field, start, reader);
                    self.record_field(reader, inner, index, field)
                        .map_err(|halt| within(halt, field.name))?;
                }
                Token::Text(run) => blank(&run)?,
                Token::End | Token::Eof => return Ok(()),
            }
        }
    }

    /// One occurrence of a field of a record, its start just read.
    pub(crate) fn record_field(
        &mut self,
        reader: &mut Reader<'_>,
        inner: &mut Inner,
        index: u16,
        field: &'static Field,
    ) -> Result<()> {
        let once = !field.has(Field::REPEATED) && inner.is_behind(index);
        if once {
            inner.clear(index);
        }
        if is_nil(reader)? {
            inner.push_nil(index);
            return reader.skip();
        }
        match field.kind {
            Kind::Struct | Kind::Record => {
                let nested = self.record(reader, field.ty.unwrap_or(&ANY_RECORD))?;
                inner.push_record(index, nested);
            }
            Kind::Any => {
                let value = self.any(reader)?;
                inner.push_any(index, value);
            }
            kind => {
                let text = leaf(reader)?;
                lexical::check(&text, kind).map_err(Error::decode)?;
                put_text(inner, index, field, &text);
            }
        }
        Ok(())
    }

    fn element(&mut self, reader: &mut Reader<'_>, start: Start<'_>) -> Result<Element> {
        let namespace = reader.context.uri(start.ns).into();
        let value = self.any(reader).map_err(|halt| within(halt, start.local))?;
        Ok(Element { namespace, name: start.local.into(), value })
    }

    /// A value of whatever type it says: text, or a record if there are children.
    fn any(&mut self, reader: &mut Reader<'_>) -> Result<AnyValue> {
        let type_name =
            reader.type_attribute()?.map(|(ns, name)| TypeName::new(reader.context.uri(ns), &name));
        if is_nil(reader)? {
            reader.skip()?;
            return Ok(AnyValue { type_name, content: Content::Nil });
        }
        let mut text = String::new();
        let mut record: Option<Inner> = None;
        loop {
            match reader.next()? {
                Token::Start(start) => {
                    let element = self.element(reader, start)?;
                    record.get_or_insert_with(|| Inner::new(&ANY_RECORD)).push_extra(element);
                }
                Token::Text(run) if record.is_none() => text.push_str(&run),
                Token::Text(run) => blank(&run)?,
                Token::End | Token::Eof => break,
            }
        }
        let content = match record {
            Some(mut inner) => {
                if let Some(name) = &type_name {
                    inner.set_type_name(&name.namespace, &name.name);
                }
                Content::Record(Record::from_inner(inner))
            }
            None => Content::Text(text),
        };
        Ok(AnyValue { type_name, content })
    }
}

/// Index of the field that an element is: the expected one, or any of that name.
fn find(table: &Type, start: Start<'_>, expected: u16) -> Option<u16> {
    let fits = |field: &Field| {
        field.name == start.local
            && NsId::from(field.ns) == start.ns
            && field.flags & (Field::ATTRIBUTE | Field::TEXT) == 0
            && field.kind != Kind::Wildcard
    };
    // The same field again, then the next one.
    for index in [expected.wrapping_sub(1), expected] {
        if table.field(index).is_some_and(fits) {
            return Some(index);
        }
    }
    table.find(start.local).filter(|index| table.field(*index).is_some_and(fits))
}

fn put_text(inner: &mut Inner, index: u16, field: &Field, text: &str) {
    let by_name = index == 0 && inner.ty().has(Type::NULLS_BY_NAME);
    if by_name && let Some(nulled) = inner.ty().find(text).filter(|nulled| *nulled > 0) {
        inner.put_nil(nulled);
    } else if field.has(Field::REPEATED) {
        inner.push_text(index, text);
    } else {
        inner.put_text(index, text);
    }
}

/// Makes the element just started the next step of the template, if it may be one.
fn remember(
    template: &mut Template,
    step: &mut usize,
    field: u16,
    declared: &Field,
    start: Start<'_>,
    reader: &Reader<'_>,
) {
    let simple = declared.ty.is_none() && declared.kind != Kind::Any;
    if start.empty || !simple || !reader.attributes().is_empty() {
        return;
    }
    let new = Step { field, kind: declared.kind, tag: Tag::new(start) };
    let ahead = template.steps.iter().skip(*step + 1).take(LOOK_AHEAD);
    match ahead.map(|known| &known.tag.open).position(|open| *open == new.tag.open) {
        // Fields that the last record had are missing here.
        Some(missing) => *step += 1 + missing,
        _ if template.steps.len() < MAX_STEPS => template.steps.insert(*step, new),
        _ => return,
    }
    *step += 1;
}

impl Tag {
    fn new(start: Start<'_>) -> Self {
        let name = start.name();
        Self {
            name: name.into(),
            open: start.raw.as_bytes().into(),
            close: format!("</{name}>").into_bytes().into(),
        }
    }
}

/// Whether a start tag may say that its element is nil.
fn is_nil_tag(raw: &str) -> bool {
    raw.contains("nil")
}

/// Steps that a template keeps; a record with more fields reads the rest the long way.
const MAX_STEPS: usize = 1_000;

/// How many missing fields in a row are noticed as such.
const LOOK_AHEAD: usize = 64;

fn attributes(reader: &Reader<'_>, inner: &mut Inner) -> Result<()> {
    let table = inner.ty();
    for (index, field) in (0..).zip(table.fields).filter(|(_, f)| f.has(Field::ATTRIBUTE)) {
        if let Some(value) = reader.attribute(NsId::from(field.ns), field.name) {
            lexical::check(value, field.kind)
                .map_err(|expected| Halt::from(Error::decode(expected).within(field.name)))?;
            inner.push_text(index, value);
        }
    }
    Ok(())
}

fn leaf_into(slot: Slot<'_>, text: &str, field: &Field) -> Result<()> {
    slot.assign(text, field.kind).map_err(|expected| Error::decode(expected).into())
}

/// Text of the element whose start was read last, up to and including its end.
pub(crate) fn leaf<'x>(reader: &mut Reader<'x>) -> Result<Cow<'x, str>> {
    let mut text = Cow::Borrowed("");
    loop {
        match reader.next()? {
            Token::Text(run) if text.is_empty() => text = run,
            Token::Text(run) => {
                let max = reader.context.limits.text;
                if text.len() + run.len() > max {
                    return Err(Error::limit(format!(
                        "a text is longer than the limit `text` of {max} bytes"
                    ))
                    .into());
                }
                text.to_mut().push_str(&run);
            }
            Token::Start(start) => {
                return Err(Error::decode("expected text, found a child element")
                    .within(start.local)
                    .into());
            }
            Token::End | Token::Eof => return Ok(text),
        }
    }
}

/// Between elements only white space may stand.
fn blank(run: &str) -> Result<()> {
    if run.bytes().all(crate::xml::chars::is_space) {
        Ok(())
    } else {
        Err(Error::decode("expected child elements, found text").into())
    }
}

fn is_nil(reader: &Reader<'_>) -> Result<bool> {
    match reader.attribute(reader.context.xsi(), "nil") {
        None => Ok(false),
        Some(value) => lexical::boolean(value).map_err(|e| Error::decode(e).within("xsi:nil").into()),
    }
}

pub(crate) fn within(halt: Halt, name: &str) -> Halt {
    match halt {
        Halt::More => Halt::More,
        Halt::Error(error) => Halt::Error(error.within(name)),
    }
}
