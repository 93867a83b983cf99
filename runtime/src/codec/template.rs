//! Remembers how earlier records were written, so that the next one is read faster.

use crate::schema::{Field, Kind, Type};
use crate::xml::{Reader, Start};

/// How the last record of a type was written.
#[derive(Debug, Default)]
pub(super) struct Template {
    /// The template is valid as long as the context has this epoch, because prefixes then have the
    /// same meaning.
    epoch: u64,
    fields: Vec<TemplateField>,
    /// The number of fields and of text bytes for which memory is reserved.
    sizes: (usize, usize),
}

/// A simple field without attributes.
#[derive(Debug)]
pub(super) struct TemplateField {
    pub(super) field: u16,
    pub(super) kind: Kind,
    pub(super) is_repeated: bool,
    pub(super) tag: Tag,
}

/// The tags of an element as written.
#[derive(Debug)]
pub(super) struct Tag {
    /// `sf:Name`
    pub(super) name: Box<str>,
    /// `<sf:Name>`. The start tag of a record may have attributes.
    pub(super) open: Box<[u8]>,
    /// `</sf:Name>`
    pub(super) close: Box<[u8]>,
}

/// The start tag of the last row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) epoch: u64,
    pub(super) table: &'static Type,
    pub(super) tag: Tag,
}

/// The maximum number of fields in a template. Further fields of a record are read without the
/// template.
const MAX_FIELDS: usize = 1_000;

/// The maximum number of consecutive missing fields that are recognised as missing.
const LOOK_AHEAD: usize = 64;

impl Template {
    /// Discards the template if prefixes have got another meaning.
    pub(super) fn renew(&mut self, epoch: u64) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.fields.clear();
        }
    }

    pub(super) fn field(&self, at: usize) -> Option<&TemplateField> {
        self.fields.get(at)
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
            .map(|known| &*known.tag.open)
            .position(|open| open == start.raw.as_bytes())
        {
            // Fields of the last record are missing in this one.
            Some(missing) => *at += 1 + missing,
            None if self.fields.len() < MAX_FIELDS => {
                let known = TemplateField {
                    field: index,
                    kind: field.text_kind(),
                    is_repeated: field.has(Field::REPEATED),
                    tag: Tag::new(start),
                };
                self.fields.insert(*at, known);
            }
            None => return,
        }
        *at += 1;
    }
}

impl Tag {
    pub(super) fn new(start: Start<'_>) -> Self {
        let name = start.name();
        Self {
            name: name.into(),
            open: start.raw.as_bytes().into(),
            close: format!("</{name}>").into_bytes().into(),
        }
    }
}
