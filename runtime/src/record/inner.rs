//! The memory layout of a record.

mod drop;

use std::any::Any;
use std::fmt;
use std::sync::OnceLock;

use super::{FieldRef, Presence, Record};
use crate::record::{AnyValue, Element, TypeName};
use crate::schema::{Field, Type};

/// The present fields of one object. One string holds the texts of all fields, and a small entry
/// for each field says where its text is.
///
/// Decoding appends fields in the order of the message and sorts them once, in
/// [`sort`](Inner::sort). Everything that reads relies on the sorted order, and setters preserve
/// it.
#[derive(Clone)]
pub(crate) struct Inner {
    ty: &'static Type,
    /// The type name on the wire, if it differs from that of the table.
    type_name: Option<TypeName>,
    /// Sorted by field. The occurrences of a repeated field are adjacent, in their order.
    entries: Vec<Entry>,
    /// Whether entries were appended that are out of order.
    disordered: bool,
    /// The texts of the entries, and of some entries that were replaced.
    text: String,
    /// The nested values of the entries, and of some entries that were replaced.
    children: Vec<Child>,
    extra: Vec<Element>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    field: u16,
    state: State,
    /// For a text, its start. For a child, its index.
    start: u32,
    len: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Nil,
    Text,
    Child,
}

/// A value that is not in the common string, and the typed form in which it was last requested.
struct Child {
    value: Nested,
    typed: OnceLock<Box<dyn Any + Send + Sync>>,
}

#[derive(Clone)]
enum Nested {
    Record(Record),
    Any(AnyValue),
    /// A text that is too large for the common string.
    Text(Box<str>),
}

/// The text of a field among others, in [`Inner::push_texts`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) field: u16,
    pub(crate) len: u32,
}

/// Texts longer than this get an allocation of their own. Copying a record then does not copy them,
/// and replacing them frees them at once.
pub(crate) const MAX_SHARED_TEXT: usize = 64 << 10;

/// Texts that would start after this position get an allocation of their own, too, because an entry
/// holds the position in 32 bits.
const MAX_START: usize = u32::MAX as usize - MAX_SHARED_TEXT;

/// The number of fields for which a new record may reserve memory before any field has arrived.
const MAX_RESERVED_FIELDS: usize = 1_000;
const MAX_RESERVED_TEXT: usize = 16 << 10;

impl Inner {
    pub(crate) fn new(ty: &'static Type) -> Self {
        Self {
            ty,
            type_name: None,
            entries: Vec::new(),
            disordered: false,
            text: String::new(),
            children: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// Reserves memory for this number of fields and of text bytes in total.
    pub(crate) fn reserve(&mut self, (fields, text): (usize, usize)) {
        let fields = fields.min(MAX_RESERVED_FIELDS);
        let text = text.min(MAX_RESERVED_TEXT);
        self.entries
            .reserve_exact(fields.saturating_sub(self.entries.len()));
        self.text
            .reserve_exact(text.saturating_sub(self.text.len()));
    }

    pub(crate) fn sizes(&self) -> (usize, usize) {
        (self.entries.len(), self.text.len())
    }

    pub(crate) fn set_type_name(&mut self, namespace: &str, name: &str) {
        let own = self.ty.name == name && self.ty.namespace() == namespace;
        self.type_name = (!own).then(|| TypeName::new(namespace, name));
    }

    pub(crate) fn ty(&self) -> &'static Type {
        self.ty
    }

    pub(crate) fn type_name(&self) -> Option<&TypeName> {
        self.type_name.as_ref()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.extra.is_empty()
    }

    // Reading.

    fn occurrences(&self, field: u16) -> &[Entry] {
        let from = self.entries.partition_point(|entry| entry.field < field);
        let len = self.entries[from..].partition_point(|entry| entry.field == field);
        &self.entries[from..from + len]
    }

    fn entry(&self, field: u16) -> Option<Entry> {
        let at = self.entries.partition_point(|entry| entry.field < field);
        let entry = self.entries.get(at).copied();
        entry.filter(|entry| entry.field == field)
    }

    fn field_ref(&self, entry: Entry) -> FieldRef<'_> {
        let start = entry.start as usize;
        match entry.state {
            State::Nil => FieldRef::Null,
            State::Text => FieldRef::Text(&self.text[start..start + entry.len as usize]),
            State::Child => match &self.children[start].value {
                Nested::Record(record) => FieldRef::Record(record),
                Nested::Any(value) => FieldRef::Any(value),
                Nested::Text(text) => FieldRef::Text(text),
            },
        }
    }

    pub(crate) fn presence(&self, field: u16) -> Presence {
        match self.entry(field).map(|entry| self.field_ref(entry)) {
            None => Presence::Absent,
            Some(value) if value.is_null() => Presence::Null,
            Some(_) => Presence::Present,
        }
    }

    /// The first occurrence of a field.
    pub(crate) fn get(&self, field: u16) -> Option<FieldRef<'_>> {
        self.entry(field).map(|entry| self.field_ref(entry))
    }

    /// Every occurrence of a field.
    pub(crate) fn all(&self, field: u16) -> impl Iterator<Item = FieldRef<'_>> {
        self.occurrences(field)
            .iter()
            .map(|entry| self.field_ref(*entry))
    }

    /// Every field with its table entry, in schema order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u16, &'static Field, FieldRef<'_>)> {
        self.entries.iter().filter_map(|entry| {
            let field = self.ty.field(entry.field)?;
            Some((entry.field, field, self.field_ref(*entry)))
        })
    }

    pub(crate) fn extra(&self) -> &[Element] {
        &self.extra
    }

    pub(crate) fn text(&self, field: u16) -> Option<&str> {
        self.get(field)?.as_str()
    }

    /// The nested value in a typed form, which is made once and kept until the field changes. A
    /// field has one typed form, which is the type of its key.
    pub(crate) fn typed<T: Any + Send + Sync>(
        &self,
        field: u16,
        make: impl FnOnce(&Record) -> Option<T>,
    ) -> Option<&T> {
        let entry = self
            .entry(field)
            .filter(|entry| entry.state == State::Child)?;
        let child = &self.children[entry.start as usize];
        let Nested::Record(record) = &child.value else {
            return None;
        };
        if let Some(typed) = child.typed.get() {
            return typed.downcast_ref();
        }
        let made = make(record)?;
        child.typed.get_or_init(|| Box::new(made)).downcast_ref()
    }

    // Appending: entries arrive in any order and are sorted later.

    #[inline]
    pub(crate) fn push_text(&mut self, field: u16, text: &str) {
        let entry = self.text_entry(field, text);
        self.push(entry);
    }

    /// Appends the texts of many fields, none of which is repeated. `texts` are all of them, one after
    /// the other, each at most [`MAX_SHARED_TEXT`] bytes long. Returns false if there is no room for
    /// them, and then nothing changes.
    pub(crate) fn push_texts(&mut self, texts: &str, spans: &[Span]) -> bool {
        let before = self.text.len();
        if before + texts.len() > MAX_START {
            return false;
        }
        self.text.push_str(texts);
        // The cast does not truncate: the value is at most MAX_START.
        let mut start = before as u32;
        let mut last = self.entries.last().map(|entry| entry.field);
        let mut disordered = false;
        self.entries
            .extend(spans.iter().map(|&Span { field, len }| {
                disordered |= last.is_some_and(|last| last >= field);
                last = Some(field);
                let entry = Entry {
                    field,
                    state: State::Text,
                    start,
                    len,
                };
                start += len;
                entry
            }));
        self.disordered |= disordered;
        true
    }

    pub(crate) fn push_nil(&mut self, field: u16) {
        self.push(Entry::nil(field));
    }

    pub(crate) fn push_record(&mut self, field: u16, record: Record) {
        let entry = self.child_entry(field, Nested::Record(record));
        self.push(entry);
    }

    pub(crate) fn push_any(&mut self, field: u16, value: AnyValue) {
        let entry = self.child_entry(field, Nested::Any(value));
        self.push(entry);
    }

    pub(crate) fn push_extra(&mut self, element: Element) {
        self.extra.push(element);
    }

    #[inline]
    fn push(&mut self, entry: Entry) {
        if let Some(last) = self.entries.last()
            && last.field >= entry.field
        {
            self.note_disorder(last.field, entry.field);
        }
        self.entries.push(entry);
    }

    #[cold]
    fn note_disorder(&mut self, last: u16, field: u16) {
        self.disordered |= last > field || !self.is_repeated(field);
    }

    fn is_repeated(&self, field: u16) -> bool {
        let field = self.ty.field(field);
        field.is_some_and(|field| field.has(Field::REPEATED))
    }

    /// Sorts appended entries. For a field that is not repeated, the last occurrence is kept.
    pub(crate) fn sort(&mut self) {
        if !self.disordered {
            return;
        }
        self.disordered = false;
        // The sort is stable, so occurrences of a field keep their order.
        self.entries.sort_by_key(|entry| entry.field);
        let mut kept: Vec<Entry> = Vec::with_capacity(self.entries.len());
        for entry in std::mem::take(&mut self.entries) {
            match kept.last_mut() {
                Some(last) if last.field == entry.field && !self.is_repeated(entry.field) => {
                    *last = entry;
                }
                _ => kept.push(entry),
            }
        }
        self.entries = kept;
        self.compact();
    }

    /// Releases memory that was reserved for a larger record than the one that arrived.
    pub(crate) fn fit(&mut self) {
        const SLACK: usize = 256;
        if self.text.capacity() / 2 > self.text.len() + SLACK {
            self.text.shrink_to_fit();
        }
        if self.entries.capacity() / 2 > self.entries.len() + SLACK / size_of::<Entry>() {
            self.entries.shrink_to_fit();
        }
    }

    // Setting: entries stay sorted.

    pub(crate) fn put_text(&mut self, field: u16, text: &str) {
        let entry = self.text_entry(field, text);
        self.replace(entry);
    }

    /// Like [`put_text`](Self::put_text), but a large text is moved instead of copied.
    pub(crate) fn put_owned(&mut self, field: u16, text: String) {
        if text.len() <= MAX_SHARED_TEXT {
            return self.put_text(field, &text);
        }
        let entry = self.child_entry(field, Nested::Text(text.into_boxed_str()));
        self.replace(entry);
    }

    pub(crate) fn put_nil(&mut self, field: u16) {
        self.replace(Entry::nil(field));
    }

    pub(crate) fn put_record(&mut self, field: u16, record: Record) {
        let entry = self.child_entry(field, Nested::Record(record));
        self.replace(entry);
    }

    pub(crate) fn put_any(&mut self, field: u16, value: AnyValue) {
        let entry = self.child_entry(field, Nested::Any(value));
        self.replace(entry);
    }

    pub(crate) fn clear(&mut self, field: u16) {
        if !self.occurrences(field).is_empty() {
            self.entries.retain(|entry| entry.field != field);
            self.compact();
        }
    }

    pub(super) fn clear_extra(&mut self, name: &str) {
        self.extra.retain(|element| *element.name != *name);
    }

    /// Replaces all entries of the field by one entry.
    fn replace(&mut self, entry: Entry) {
        let from = self.entries.partition_point(|e| e.field < entry.field);
        let len = self.entries[from..].partition_point(|e| e.field == entry.field);
        self.entries.splice(from..from + len, [entry]);
        if len > 0 {
            self.compact();
        }
    }

    #[inline]
    fn text_entry(&mut self, field: u16, text: &str) -> Entry {
        let start = self.text.len();
        if text.len() > MAX_SHARED_TEXT || start > MAX_START {
            return self.child_entry(field, Nested::Text(text.into()));
        }
        self.text.push_str(text);
        // Neither cast truncates: the values are at most MAX_START and MAX_SHARED_TEXT.
        Entry {
            field,
            state: State::Text,
            start: start as u32,
            len: text.len() as u32,
        }
    }

    fn child_entry(&mut self, field: u16, value: Nested) -> Entry {
        // The cast does not truncate: four thousand million children do not fit into memory.
        let start = self.children.len() as u32;
        self.children.push(Child {
            value,
            typed: OnceLock::new(),
        });
        Entry {
            field,
            state: State::Child,
            start,
            len: 0,
        }
    }

    /// Drops replaced texts and children once they take more memory than the present ones.
    fn compact(&mut self) {
        const WORTH: usize = 1 << 10;
        let live = |state| self.entries.iter().filter(move |e| e.state == state);
        let text: usize = live(State::Text).map(|entry| entry.len as usize).sum();
        if self.text.len() > 2 * text + WORTH {
            let old = std::mem::take(&mut self.text);
            self.text.reserve_exact(text);
            for entry in self.entries.iter_mut().filter(|e| e.state == State::Text) {
                let from = entry.start as usize;
                // The text is shorter than before, when its position fitted into 32 bits.
                entry.start = self.text.len() as u32;
                self.text.push_str(&old[from..from + entry.len as usize]);
            }
        }
        let children = self
            .entries
            .iter()
            .filter(|e| e.state == State::Child)
            .count();
        if self.children.len() > 2 * children + 4 {
            let mut old: Vec<Option<Child>> = self.children.drain(..).map(Some).collect();
            for entry in self.entries.iter_mut().filter(|e| e.state == State::Child) {
                // Each child belongs to exactly one entry.
                if let Some(child) = old[entry.start as usize].take() {
                    entry.start = self.children.len() as u32;
                    self.children.push(child);
                }
            }
        }
    }
}

impl Entry {
    fn nil(field: u16) -> Self {
        Self {
            field,
            state: State::Nil,
            start: 0,
            len: 0,
        }
    }
}

impl Clone for Child {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            typed: OnceLock::new(),
        }
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} fields", self.ty.name, self.entries.len())
    }
}
