//! Reads fields that are written as those of the last record, many at once.
//!
//! Only their tags are compared and the ends of their texts are found. Whether the texts contain
//! nothing but allowed characters is checked afterwards, for all texts together. If anything is not
//! as expected, nothing is consumed from there on, and the fields are read one by one, which also
//! finds out what is wrong.

use memchr::{memchr, memchr2};

use super::template::Template;
use crate::lexical;
use crate::record::{Inner, MAX_SHARED_TEXT, Span};
use crate::schema::Kind;
use crate::xml::Reader;
use crate::xml::text::{is_plain, push_references};

/// The fields of a record that were read at once.
pub(super) enum Plain {
    /// The position in the template after the last of them.
    Upto(usize),
    /// A text needs a closer look, so none was read.
    Unusual,
}

/// The texts that are being read. The memory is used again for each record.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// The first `len` bytes are texts.
    bytes: Vec<u8>,
    len: usize,
    spans: Vec<Span>,
    /// A text whose references are resolved.
    resolved: String,
}

/// Reads fields from position `step` of the template on.
pub(super) fn read(
    reader: &mut Reader<'_>,
    inner: &mut Inner,
    template: &Template,
    step: usize,
    scratch: &mut Scratch,
) -> Plain {
    let rest = reader.rest_as_str();
    let xml = rest.as_bytes();
    let Some(mut step) = template.next_in(xml, step) else {
        return Plain::Upto(step);
    };
    let longest = reader.context.limits.text.min(MAX_SHARED_TEXT);
    let fields = template.fields();
    scratch.clear();
    // The end of the last field, and the start of the text of the next one.
    let mut taken = 0;
    let mut start = fields
        .get(step)
        .map_or(0, |field| template.open(*field).len());
    while let Some(field) = fields.get(step) {
        let text = &xml[start..];
        let Some(mut len) = memchr2(b'<', b'&', text) else {
            break;
        };
        let has_references = text[len] == b'&';
        if has_references {
            match memchr(b'<', &text[len..]) {
                Some(more) => len += more,
                None => break,
            }
        }
        let next = fields.get(step + 1);
        let (close, between) = template.after(*field, next);
        let (text, after) = text.split_at(len);
        let is_next = after.starts_with(between);
        if len > longest || field.is_repeated || !is_next && !after.starts_with(close) {
            break;
        }
        let is_text = matches!(field.kind, Kind::String | Kind::Enum);
        if has_references {
            if !is_text || !scratch.push_references(field.field, text) {
                break;
            }
        } else {
            if !is_text {
                let text = rest.get(start..start + len);
                if text.is_none_or(|text| lexical::check(text, field.kind).is_err()) {
                    break;
                }
            }
            scratch.push(field.field, text, &xml[start..]);
        }
        taken = start + len + close.len();
        start += len + between.len();
        step += 1;
        if !is_next {
            let Some(found) = template.next_in(&xml[taken..], step) else {
                break;
            };
            step = found;
            start = taken + template.open(fields[step]).len();
        }
    }
    let Some(texts) = scratch.texts().filter(|texts| is_plain(texts)) else {
        return Plain::Unusual;
    };
    if !xml[taken..].starts_with(b"</") {
        // More fields follow, which are not plain.
        inner.reserve(template.sizes());
    }
    if !inner.push_texts(texts, &scratch.spans) {
        return Plain::Unusual;
    }
    reader.advance(taken);
    Plain::Upto(step)
}

impl Scratch {
    fn clear(&mut self) {
        /// A record that needs more than this is rare, and its memory is not kept.
        const MOST: usize = 1 << 20;
        if self.bytes.len() > MOST {
            self.bytes = Vec::new();
        }
        self.len = 0;
        self.spans.clear();
    }

    /// All texts, one after the other.
    fn texts(&self) -> Option<&str> {
        str::from_utf8(&self.bytes[..self.len]).ok()
    }

    /// Adds a text. `from` starts with it and may be longer.
    #[inline]
    fn push(&mut self, field: u16, text: &[u8], from: &[u8]) {
        if text.len() <= SHORT
            && let Some(from) = from.first_chunk::<SHORT>()
            && let Some(to) = self.bytes[self.len..].first_chunk_mut::<SHORT>()
        {
            *to = *from;
        } else {
            copy(&mut self.bytes, self.len, text);
        }
        self.push_span(field, text.len());
    }

    /// Adds a text with references. Returns false if one of them is wrong.
    fn push_references(&mut self, field: u16, text: &[u8]) -> bool {
        self.resolved.clear();
        let resolved = &mut self.resolved;
        if !str::from_utf8(text).is_ok_and(|text| push_references(resolved, text)) {
            return false;
        }
        copy(&mut self.bytes, self.len, self.resolved.as_bytes());
        self.push_span(field, self.resolved.len());
        true
    }

    #[inline]
    fn push_span(&mut self, field: u16, len: usize) {
        self.len += len;
        // The length does not truncate: it is at most `MAX_SHARED_TEXT`.
        let len = len as u32;
        self.spans.push(Span { field, len });
    }
}

/// Most texts are shorter. A copy of constant length needs no call.
const SHORT: usize = 32;

/// Copies a text of any length to a position, and leaves room for a short one after it.
#[inline(never)]
fn copy(bytes: &mut Vec<u8>, at: usize, text: &[u8]) {
    let end = at + text.len();
    if bytes.len() < end + SHORT {
        bytes.resize((end + SHORT).next_power_of_two().max(1 << 10), 0);
    }
    bytes[at..end].copy_from_slice(text);
}
