//! The differences that were found in one unit of a response.

use std::borrow::Cow;

use super::{DifferenceKind, KINDS};
use crate::secret::names_secret;

/// The largest number of entries of one unit. Differences beyond it are counted but not listed.
const MAX_NOTES: usize = 256;

/// The longest name that is kept. Names of Salesforce have at most 80 characters.
const MAX_NAME: usize = 160;

/// The longest value of an enumeration that is kept.
const MAX_VALUE: usize = 80;

/// What was noted since the last call of [`take`](Noted::take).
///
/// A mark remembers the number of entries. Entries before the last mark do not change any more, so
/// returning to a mark only removes entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noted {
    pub(super) counts: [u32; KINDS],
    pub(super) notes: Vec<Note>,
    /// Entries before this one were there when the last mark was made.
    fixed: usize,
}

/// A state of [`Noted`] to which it can return.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotedMark {
    counts: [u32; KINDS],
    notes: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) kind: DifferenceKind,
    pub(super) object: &'static str,
    pub(super) name: Cow<'static, str>,
    pub(super) value: Cow<'static, str>,
    pub(super) count: u32,
}

impl Noted {
    /// Whether nothing was noted.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        // The first difference always adds an entry.
        self.notes.is_empty()
    }

    /// Notes a difference at a name of the WSDL. `object` is the name of a type.
    #[cold]
    #[inline(never)]
    pub(crate) fn add(&mut self, kind: DifferenceKind, object: &'static str, name: &'static str) {
        self.add_full(kind, object, Cow::Borrowed(name), Cow::Borrowed(""));
    }

    /// Notes a name that the WSDL does not have.
    #[cold]
    #[inline(never)]
    pub(crate) fn add_name(&mut self, kind: DifferenceKind, object: &'static str, name: &str) {
        self.add_full(kind, object, shortened(name), Cow::Borrowed(""));
    }

    /// Notes a value that the enumeration of a field does not list.
    #[cold]
    #[inline(never)]
    pub(crate) fn add_value(&mut self, object: &'static str, field: &'static str, value: &str) {
        let is_shown = is_name(value) && !names_secret(field);
        let value = if is_shown { value } else { "" };
        let kind = DifferenceKind::UnknownValue;
        self.add_full(kind, object, Cow::Borrowed(field), Cow::Owned(value.into()));
    }

    fn add_full(
        &mut self,
        kind: DifferenceKind,
        object: &'static str,
        name: Cow<'static, str>,
        value: Cow<'static, str>,
    ) {
        if let Some(count) = self.counts.get_mut(kind as usize) {
            *count = count.saturating_add(1);
        }
        let same = |note: &&mut Note| {
            note.kind == kind && note.object == object && note.name == name && note.value == value
        };
        let recent = self.notes.get_mut(self.fixed..).unwrap_or_default();
        if let Some(note) = recent.iter_mut().rev().find(same) {
            note.count = note.count.saturating_add(1);
        } else if self.notes.len() < MAX_NOTES {
            self.notes.push(Note {
                kind,
                object,
                name,
                value,
                count: 1,
            });
        }
    }

    pub(crate) fn mark(&mut self) -> NotedMark {
        self.fixed = self.notes.len();
        NotedMark {
            counts: self.counts,
            notes: self.fixed,
        }
    }

    pub(crate) fn rollback(&mut self, mark: NotedMark) {
        self.counts = mark.counts;
        self.notes.truncate(mark.notes);
        self.fixed = self.fixed.min(mark.notes);
    }

    /// Returns what was noted, and forgets it.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}

/// A name that arrived. It is cut if it is longer than any name of a service.
fn shortened(name: &str) -> Cow<'static, str> {
    let mut end = name.len().min(MAX_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(name.get(..end).unwrap_or_default().to_owned())
}

/// Whether a text is written like the value of an enumeration.
fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    text.len() <= MAX_VALUE && text.bytes().all(fits)
}
