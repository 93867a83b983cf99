//! Remembers how earlier records were written, so that the next one is read faster.

use crate::schema::{Field, Kind, Type};
use crate::xml::{Reader, Start};

/// How the last records of a type were written: the tags of their fields, one after the other.
#[derive(Debug, Default)]
pub(super) struct Template {
    /// The template is valid as long as the context has this epoch, because prefixes then have the
    /// same meaning.
    epoch: u64,
    /// The start tag and the end tag of each field, without the texts between them. So the end tag of
    /// a field and the start tag of the next one are one piece.
    tags: String,
    fields: Vec<TemplateField>,
    /// The number of fields and of text bytes for which memory is reserved.
    sizes: (usize, usize),
}

/// A simple field without attributes.
#[derive(Clone, Copy, Debug)]
pub(super) struct TemplateField {
    pub(super) field: u16,
    pub(super) kind: Kind,
    pub(super) is_repeated: bool,
    /// Where the start tag begins, where the name in it ends, and where the end tag begins.
    open: u32,
    name_end: u32,
    close: u32,
}

/// The start tag of the last row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) epoch: u64,
    pub(super) table: &'static Type,
    pub(super) name: Box<str>,
    /// The tag as written, which may have attributes.
    pub(super) open: Box<str>,
}

/// The maximum number of fields in a template. Further fields of a record are read without the
/// template.
const MAX_FIELDS: usize = 1_000;

/// The maximum length of all tags in a template.
const MAX_TAGS: usize = 1 << 20;

/// The maximum number of consecutive missing fields that are recognised as missing.
const LOOK_AHEAD: usize = 64;

/// The same, before the name of the next element is known. Each attempt costs time.
const QUICK_LOOK_AHEAD: usize = 16;

impl Template {
    /// Discards the template if prefixes have got another meaning.
    pub(super) fn renew(&mut self, epoch: u64) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.tags.clear();
            self.fields.clear();
        }
    }

    pub(super) fn field(&self, at: usize) -> Option<TemplateField> {
        self.fields.get(at).copied()
    }

    /// The start tag of a field, such as `<sf:Name>`.
    pub(super) fn open(&self, field: TemplateField) -> &[u8] {
        self.tags(field.open, field.close)
    }

    /// The name in the tags of a field, such as `sf:Name`.
    pub(super) fn name(&self, field: TemplateField) -> &str {
        &self.tags[field.open as usize + 1..field.name_end as usize]
    }

    /// The end tag of the field at `at`, such as `</sf:Name>`.
    pub(super) fn close(&self, at: usize) -> &[u8] {
        let next = self.fields.get(at + 1);
        let end = next.map_or(self.tags.len(), |next| next.open as usize);
        self.fields.get(at).map_or(&[], |field| {
            &self.tags.as_bytes()[field.close as usize..end]
        })
    }

    /// All fields, in their order.
    pub(super) fn fields(&self) -> &[TemplateField] {
        &self.fields
    }

    /// The end tag of a field, and the same together with the start tag of the field that follows it
    /// in the template.
    #[inline]
    pub(super) fn after(
        &self,
        field: TemplateField,
        next: Option<&TemplateField>,
    ) -> (&[u8], &[u8]) {
        let end = self.tags.len() as u32;
        let (open, close) = next.map_or((end, end), |next| (next.open, next.close));
        (self.tags(field.close, open), self.tags(field.close, close))
    }

    fn tags(&self, from: u32, to: u32) -> &[u8] {
        &self.tags.as_bytes()[from as usize..to as usize]
    }

    /// The first field from `at` on whose start tag comes next.
    pub(super) fn next_in(&self, xml: &[u8], at: usize) -> Option<usize> {
        if xml.starts_with(b"</") {
            return None;
        }
        let fields = self.fields.iter().enumerate().skip(at);
        fields
            .take(QUICK_LOOK_AHEAD)
            .find(|(_, field)| xml.starts_with(self.open(**field)))
            .map(|(at, _)| at)
    }

    pub(super) fn sizes(&self) -> (usize, usize) {
        self.sizes
    }

    /// Slowly decaying maximum, so few records reallocate.
    pub(super) fn note_sizes(&mut self, (fields, text): (usize, usize)) {
        let decayed = |old: usize, new: usize| new.max(old - old / 16);
        self.sizes = (decayed(self.sizes.0, fields), decayed(self.sizes.1, text));
    }

    /// Puts the element that was just started at position `at` of the template, if that is
    /// possible, and advances the position.
    pub(super) fn remember(
        &mut self,
        at: &mut usize,
        index: u16,
        field: &Field,
        start: Start<'_>,
        reader: &Reader<'_>,
    ) {
        let simple = field.ty.is_none() && field.kind != Kind::Any;
        if start.empty || !simple || !reader.attributes().is_empty() {
            return;
        }
        let ahead = self.fields.iter().skip(*at + 1).take(LOOK_AHEAD);
        match ahead
            .map(|known| self.open(*known))
            .position(|open| open == start.raw.as_bytes())
        {
            // Fields of the last record are missing in this one.
            Some(missing) => *at += 1 + missing,
            None if self.fields.len() < MAX_FIELDS
                && self.tags.len().max(start.raw.len()) < MAX_TAGS =>
            {
                self.insert(*at, index, field, start);
            }
            None => return,
        }
        *at += 1;
    }

    fn insert(&mut self, at: usize, index: u16, field: &Field, start: Start<'_>) {
        let name = start.name();
        let next = self.fields.get(at);
        let begin = next.map_or(self.tags.len(), |next| next.open as usize);
        let mut tags = String::with_capacity(start.raw.len() + name.len() + 3);
        tags.push_str(start.raw);
        tags.push_str("</");
        tags.push_str(name);
        tags.push('>');
        self.tags.insert_str(begin, &tags);
        // None of the casts truncates, because all tags take at most three times MAX_TAGS.
        let shift = tags.len() as u32;
        for later in &mut self.fields[at..] {
            later.open += shift;
            later.name_end += shift;
            later.close += shift;
        }
        let open = begin as u32;
        self.fields.insert(
            at,
            TemplateField {
                field: index,
                kind: field.text_kind(),
                is_repeated: field.has(Field::REPEATED),
                open,
                name_end: open + 1 + name.len() as u32,
                close: open + start.raw.len() as u32,
            },
        );
    }
}

impl Row {
    pub(super) fn new(epoch: u64, table: &'static Type, start: Start<'_>) -> Self {
        Self {
            epoch,
            table,
            name: start.name().into(),
            open: start.raw.into(),
        }
    }
}
