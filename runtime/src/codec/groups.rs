//! Reads types in which the position of an element decides which field it belongs to: choices,
//! sequences that repeat as a whole, and mixed content.
//!
//! Such a part of the content is a *group*: a field whose value has the elements as its fields. An
//! element continues the open group if possible, and otherwise starts a new one. The schema permits
//! only one way to read a valid message (XML Schema part 1, section 3.8.6, "unique particle
//! attribution"). Where nothing repeats, elements may have any order.

use super::CodecError;
use super::decode::{Decoder, Result, blank, leaf_into, too_long};
use super::stray::Seen;
use crate::lexical;
use crate::record::{Inner, Record};
use crate::schema::{Field, Kind, Type};
use crate::value::{Slot, Struct};
use crate::xml::{NsId, Reader, Start, Token};

/// The assumed memory of a group without its fields, in bytes.
const GROUP: usize = 64;

/// The target of decoded fields: a struct or a record.
pub(super) trait Sink {
    fn table(&self) -> &'static Type;

    /// Reads an element, whose start tag was just read.
    fn element(&mut self, decoder: &mut Decoder, reader: &mut Reader<'_>, index: u16)
    -> Result<()>;

    /// Looks for required elements that did not occur.
    fn complete(&self, _: &mut Reader<'_>) -> Result<()> {
        Ok(())
    }

    /// A new occurrence of a group, which `body` fills.
    fn group(&mut self, index: u16, body: Body<'_>) -> Result<()>;

    /// Gives an element to a wildcard, or skips it if there is no index.
    fn other(
        &mut self,
        decoder: &mut Decoder,
        reader: &mut Reader<'_>,
        index: Option<u16>,
        start: Start<'_>,
    ) -> Result<()>;

    /// Adds text between elements.
    fn text(&mut self, index: u16, text: &str) -> Result<()>;
}

type Body<'a> = &'a mut dyn FnMut(&mut dyn Sink) -> Result<()>;

/// Why a group ended.
enum Stop<'x> {
    /// The group is complete.
    Complete,
    /// The end tag of the enclosing element was read.
    End,
    /// This element does not belong to the group.
    Before(Start<'x>),
}

/// The context of a group.
#[derive(Clone, Copy)]
struct Enclosing {
    /// The type that contains the group.
    root: &'static Type,
    /// The group may occur again, so the order of elements says where the next occurrence starts.
    repeats: bool,
}

impl Decoder {
    /// Reads the content of the element whose start tag was read last.
    pub(super) fn grouped(&mut self, reader: &mut Reader<'_>, sink: &mut dyn Sink) -> Result<()> {
        let root = sink.table();
        let mixed = mixed(root);
        let enclosing = Enclosing {
            root,
            repeats: false,
        };
        let mut text = String::new();
        let mut pending = None;
        let mut from = 0;
        loop {
            let mut start = match pending.take() {
                Some(start) => start,
                None => match reader.next()? {
                    Token::Start(start) => start,
                    Token::Text(run) if mixed.is_some() => {
                        too_long(text.len() + run.len(), reader)?;
                        text.push_str(&run);
                        continue;
                    }
                    Token::Text(run) => {
                        blank(&run)?;
                        continue;
                    }
                    Token::End | Token::Eof => break,
                },
            };
            self.between(sink, mixed, &mut text, reader)?;
            let by_name = |start| {
                named(root, start, from)
                    .or_else(|| (0..from).find(|index| accepts(root, *index, start)))
            };
            let found = by_name(start)
                .or_else(|| {
                    start = Self::straightened(reader, root, start);
                    by_name(start)
                })
                .or_else(|| wild(root, from))
                .or_else(|| wild(root, 0));
            let Some(index) = found else {
                sink.other(self, reader, None, start)?;
                continue;
            };
            from = after(root, index);
            match self.put(reader, sink, index, start, enclosing)? {
                Stop::Complete => {}
                Stop::End => break,
                Stop::Before(next) => pending = Some(next),
            }
        }
        self.between(sink, mixed, &mut text, reader)?;
        sink.complete(reader)
    }

    /// Passes on the text between two elements.
    fn between(
        &mut self,
        sink: &mut dyn Sink,
        mixed: Option<(u16, u16)>,
        text: &mut String,
        reader: &Reader<'_>,
    ) -> Result<()> {
        match mixed {
            Some((group, field)) if !text.is_empty() => {
                self.spend(GROUP + text.len(), reader)?;
                sink.group(group, &mut |sink| sink.text(field, text))?;
                text.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Assigns an element to the field to which it belongs.
    fn put<'x>(
        &mut self,
        reader: &mut Reader<'x>,
        sink: &mut dyn Sink,
        index: u16,
        start: Start<'x>,
        enclosing: Enclosing,
    ) -> Result<Stop<'x>> {
        let field = &sink.table().fields()[usize::from(index)];
        match field.kind {
            Kind::Group => {
                self.spend(GROUP, reader)?;
                let enclosing = Enclosing {
                    repeats: enclosing.repeats || field.has(Field::REPEATED),
                    ..enclosing
                };
                let mut stop = Stop::Complete;
                sink.group(index, &mut |sink| {
                    stop = self.run_of(reader, sink, start, enclosing)?;
                    sink.complete(reader)
                })?;
                Ok(stop)
            }
            Kind::Wildcard => {
                sink.other(self, reader, Some(index), start)?;
                Ok(Stop::Complete)
            }
            _ => {
                sink.element(self, reader, index)
                    .map_err(|halt| halt.within(field.name))?;
                Ok(Stop::Complete)
            }
        }
    }

    /// Reads one occurrence of a group, starting with its first element.
    fn run_of<'x>(
        &mut self,
        reader: &mut Reader<'x>,
        sink: &mut dyn Sink,
        first: Start<'x>,
        enclosing: Enclosing,
    ) -> Result<Stop<'x>> {
        let table = sink.table();
        let choice = table.has(Type::CHOICE);
        let mut from = 0;
        let mut branch = None;
        let mut pending = Some(first);
        loop {
            let begins = branch.is_none();
            let mut start = match pending.take() {
                Some(start) => start,
                None => match reader.next()? {
                    Token::Start(start) => start,
                    Token::Text(run) => {
                        blank(&run)?;
                        continue;
                    }
                    Token::End | Token::Eof => return Ok(Stop::End),
                },
            };
            let by_name = |start| match branch {
                Some(index) if choice => accepts(table, index, start).then_some(index),
                _ => named(table, start, from).or_else(|| {
                    let mut before = if enclosing.repeats { 0..0 } else { 0..from };
                    before.find(|index| accepts(table, *index, start))
                }),
            };
            let by_wildcard = |start| {
                // An element that has a place elsewhere is not for a wildcard here.
                let is_free = || named(enclosing.root, start, 0).is_none();
                match branch {
                    Some(index) if choice => {
                        let again = takes_any(&table.fields()[usize::from(index)]) && is_free();
                        again.then_some(index)
                    }
                    _ => (begins || is_free()).then(|| wild(table, from)).flatten(),
                }
            };
            let found = by_name(start)
                .or_else(|| {
                    start = Self::straightened(reader, enclosing.root, start);
                    by_name(start)
                })
                .or_else(|| by_wildcard(start));
            let Some(index) = found else {
                return Ok(Stop::Before(start));
            };
            branch = Some(index);
            from = after(table, index);
            match self.put(reader, sink, index, start, enclosing)? {
                Stop::Complete => {}
                Stop::End => return Ok(Stop::End),
                Stop::Before(next) => pending = Some(next),
            }
            let field = &table.fields()[usize::from(index)];
            if choice && !field.has(Field::REPEATED) {
                return Ok(pending.map_or(Stop::Complete, Stop::Before));
            }
        }
    }
}

/// The first field that may follow this one.
fn after(table: &'static Type, index: u16) -> u16 {
    let repeated = table.fields()[usize::from(index)].has(Field::REPEATED);
    if repeated { index } else { index + 1 }
}

/// Indices of the fields of a table.
pub(super) fn indices(table: &'static Type) -> std::ops::Range<u16> {
    0..u16::try_from(table.fields().len()).unwrap_or(u16::MAX)
}

/// The first field, from an index on, to which an element belongs by its name.
fn named(table: &'static Type, start: Start<'_>, from: u16) -> Option<u16> {
    let mut indices = from..indices(table).end;
    indices.find(|index| accepts(table, *index, start))
}

fn accepts(table: &'static Type, index: u16, start: Start<'_>) -> bool {
    let Some(field) = table.field(index) else {
        return false;
    };
    match (field.kind, field.ty) {
        (Kind::Wildcard, _) => false,
        (Kind::Group, Some(group)) => indices(group).any(|index| accepts(group, index, start)),
        _ => field.name == start.local && NsId::from(field.ns) == start.ns && field.is_content(),
    }
}

/// The first field, from an index on, that accepts any element.
fn wild(table: &'static Type, from: u16) -> Option<u16> {
    (from..indices(table).end).find(|index| table.field(*index).is_some_and(takes_any))
}

fn takes_any(field: &Field) -> bool {
    match (field.kind, field.ty) {
        (Kind::Wildcard, _) => true,
        (Kind::Group, Some(group)) => wild(group, 0).is_some(),
        _ => false,
    }
}

/// The group that receives text between elements, and its field for text.
fn mixed(table: &'static Type) -> Option<(u16, u16)> {
    indices(table).find_map(|index| {
        let field = table.field(index).filter(|f| f.kind == Kind::Group)?;
        let texts = field.ty?.fields().iter().position(|f| f.has(Field::TEXT))?;
        Some((index, u16::try_from(texts).ok()?))
    })
}

/// A struct that is being filled.
pub(super) struct IntoStruct<'a> {
    target: &'a mut dyn Struct,
    seen: Seen,
}

impl<'a> IntoStruct<'a> {
    pub(super) fn new(target: &'a mut dyn Struct) -> Self {
        Self {
            target,
            seen: Seen::default(),
        }
    }
}

impl Sink for IntoStruct<'_> {
    fn table(&self) -> &'static Type {
        self.target.table()
    }

    fn element(
        &mut self,
        decoder: &mut Decoder,
        reader: &mut Reader<'_>,
        index: u16,
    ) -> Result<()> {
        let field = &self.target.table().fields()[usize::from(index)];
        self.seen.add(index);
        decoder.field(reader, self.target, index, field)
    }

    fn complete(&self, reader: &mut Reader<'_>) -> Result<()> {
        Decoder::complete(reader, self.target, &self.seen)
    }

    fn group(&mut self, index: u16, body: Body<'_>) -> Result<()> {
        match self.target.slot(index, false) {
            Slot::Struct(group) => body(&mut IntoStruct::new(group)),
            _ => Err(CodecError::decode("expected a field that is a group").into()),
        }
    }

    fn other(
        &mut self,
        decoder: &mut Decoder,
        reader: &mut Reader<'_>,
        index: Option<u16>,
        start: Start<'_>,
    ) -> Result<()> {
        match index.map(|index| self.target.slot(index, false)) {
            Some(Slot::Element(slot)) => {
                *slot = decoder.element(reader, start)?;
                Ok(())
            }
            _ => Decoder::skip_unknown(reader, self.target.table(), start),
        }
    }

    fn text(&mut self, index: u16, text: &str) -> Result<()> {
        let field = &self.target.table().fields()[usize::from(index)];
        leaf_into(self.target.slot(index, false), text, field).map(drop)
    }
}

/// A record that is being filled. Its groups are records, too.
pub(super) struct IntoRecord<'a>(pub(super) &'a mut Inner);

impl Sink for IntoRecord<'_> {
    fn table(&self) -> &'static Type {
        self.0.ty()
    }

    fn element(
        &mut self,
        decoder: &mut Decoder,
        reader: &mut Reader<'_>,
        index: u16,
    ) -> Result<()> {
        let field = &self.0.ty().fields()[usize::from(index)];
        decoder.record_field(reader, self.0, index, field)
    }

    fn group(&mut self, index: u16, body: Body<'_>) -> Result<()> {
        let Some(ty) = self.0.ty().fields()[usize::from(index)].ty else {
            return Err(CodecError::decode("expected a group whose type has a table").into());
        };
        let mut group = Inner::new(ty);
        body(&mut IntoRecord(&mut group))?;
        self.0.push_record(index, Record::from_inner(group));
        Ok(())
    }

    fn other(
        &mut self,
        decoder: &mut Decoder,
        reader: &mut Reader<'_>,
        _: Option<u16>,
        start: Start<'_>,
    ) -> Result<()> {
        Decoder::note_extra(reader, self.0, start);
        let element = decoder.element(reader, start)?;
        self.0.push_extra(element);
        Ok(())
    }

    fn text(&mut self, index: u16, text: &str) -> Result<()> {
        let field = &self.0.ty().fields()[usize::from(index)];
        lexical::check(text, field.text_kind()).map_err(CodecError::decode)?;
        self.0.push_text(index, text);
        Ok(())
    }
}
