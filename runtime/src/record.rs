//! The sparse record behind every sObject view.
//!
//! A record costs what was selected, not what its type declares: the texts of all present fields
//! lie in one string, and an entry of twelve bytes says which field each one is. Text is checked
//! against the field's kind when it arrives and converted when it is asked for, so the lexical
//! form of a number or date is never lost. Clones share their content until one is changed.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::any::{AnyValue, Content, Element, TypeName};
use crate::error::{Error, ErrorKind};
use crate::lexical;
use crate::schema::{Field, Kind, Type};
use crate::view::View;

/// Fields of one object, present ones only, with what the table does not know beside them.
///
/// A typed view such as `Account` is a record that is known to be of that type:
/// [`cast`](Record::cast) goes one way, the view's `into_record` the other.
#[derive(Clone)]
pub struct Record(Arc<Inner>);

#[derive(Clone)]
pub(crate) struct Inner {
    ty: &'static Type,
    /// Name on the wire, where it is not that of the table.
    type_name: Option<TypeName>,
    /// Sorted by field; occurrences of a repeated field are neighbours, in order.
    entries: Vec<Entry>,
    /// The texts of all entries. Replaced texts stay behind until the next clone-on-write.
    text: String,
    children: Vec<Child>,
    extra: Vec<Element>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    field: u16,
    state: State,
    /// Text: its start. Child: its index.
    start: u32,
    len: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Nil,
    Text,
    Child,
}

/// A nested value, and the typed form in which it was last asked for.
struct Child {
    value: Nested,
    typed: OnceLock<Box<dyn Any + Send + Sync>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Nested {
    Record(Record),
    Any(AnyValue),
}

/// Whether a field is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Not in the record: not selected, or (in an Enterprise answer) null.
    Absent,
    /// Null.
    Null,
    /// Has a value.
    Present,
}

/// One field of a record as it lies there.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum FieldRef<'a> {
    /// Null.
    Null,
    /// A simple value in its lexical form.
    Text(&'a str),
    /// A nested record.
    Record(&'a Record),
    /// A value that carries its own type.
    Any(&'a AnyValue),
}

impl Record {
    /// An empty record of a type.
    #[must_use]
    pub fn new(ty: &'static Type) -> Self {
        Self(Arc::new(Inner::new(ty)))
    }

    /// An empty record of a type that no table describes, such as an object made after the code
    /// was generated. `base` is the table of the type that it extends.
    #[must_use]
    pub fn of_type(base: &'static Type, namespace: &str, name: &str) -> Self {
        let mut inner = Inner::new(base);
        inner.set_type_name(namespace, name);
        Self(Arc::new(inner))
    }

    /// The table that the record was read or made with.
    #[must_use]
    pub fn table(&self) -> &'static Type {
        self.0.ty
    }

    /// Local name of its type: that of the message if it told one, else that of the table.
    #[must_use]
    pub fn type_name(&self) -> &str {
        self.0.type_name.as_ref().map_or(self.0.ty.name, |name| &name.name)
    }

    /// Namespace of its type.
    #[must_use]
    pub fn type_namespace(&self) -> &str {
        self.0.type_name.as_ref().map_or_else(|| self.0.ty.namespace(), |name| &name.namespace)
    }

    /// Whether no field is there, null or not.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty() && self.0.extra.is_empty()
    }

    /// The record as a typed view. Fields that only the message named find their place, and are
    /// checked, if the view's table knows them.
    ///
    /// # Errors
    ///
    /// If the record is of another type, or a field that the table knows has a value that does
    /// not fit its kind.
    pub fn cast<V: View>(&self) -> Result<V, Error> {
        if self.0.type_name.is_none() && self.0.ty == V::TABLE {
            return Ok(V::from_record(self.clone()));
        }
        let same = self.type_name() == V::TABLE.name
            && self.type_namespace() == V::TABLE.namespace();
        if !same {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("expected a record of type {}, found one of {}", V::TABLE.name, self.type_name()),
            ));
        }
        self.retype(V::TABLE).map(V::from_record)
    }

    /// Whether the record is of the view's type, so that [`cast`](Record::cast) can succeed.
    #[must_use]
    pub fn is<V: View>(&self) -> bool {
        self.type_name() == V::TABLE.name && self.type_namespace() == V::TABLE.namespace()
    }

    /// The field of this wire name, whether the table knows it or not; the first if repeated.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldRef<'_>> {
        if let Some(entry) = self.0.ty.find(name).and_then(|index| self.0.entry(index)) {
            return Some(self.0.field_ref(entry));
        }
        self.0.extra.iter().find(|e| *e.name == *name).map(|e| FieldRef::from(&e.value))
    }

    /// Text of the field of this wire name, if it has text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.field(name)?.as_str()
    }

    /// Every field that is there, in schema order; those the table does not know come last.
    pub fn fields(&self) -> impl Iterator<Item = (&str, FieldRef<'_>)> {
        let known = self.0.entries.iter().filter_map(|entry| {
            let field = self.0.ty.field(entry.field)?;
            Some((field.name, self.0.field_ref(*entry)))
        });
        known.chain(self.0.extra.iter().map(|e| (&*e.name, FieldRef::from(&e.value))))
    }

    /// Elements that the table does not know, in the order of the message.
    #[must_use]
    pub fn extra(&self) -> &[Element] {
        &self.0.extra
    }

    /// Adds an element that the table does not know.
    pub fn push_extra(&mut self, element: Element) {
        self.inner_mut().extra.push(element);
    }

    /// Sets a field by its wire name to text in its lexical form.
    ///
    /// # Errors
    ///
    /// If the table knows the field and the text does not fit its kind.
    pub fn set_text(&mut self, name: &str, text: &str) -> Result<(), Error> {
        match self.0.ty.find(name) {
            Some(index) => {
                let field = &self.0.ty.fields[usize::from(index)];
                lexical::check(text, field.kind).map_err(|expected| {
                    Error::new(ErrorKind::Usage, expected).within(name.to_owned())
                })?;
                self.inner_mut().put_text(index, text);
            }
            None => {
                let namespace = self.0.ty.namespace().into();
                let value = AnyValue::text(text);
                let inner = self.inner_mut();
                inner.extra.retain(|element| *element.name != *name);
                inner.extra.push(Element { namespace, name: name.into(), value });
            }
        }
        Ok(())
    }

    /// The record under another type's name.
    pub(crate) fn named(mut self, namespace: &str, name: &str) -> Self {
        self.inner_mut().set_type_name(namespace, name);
        self
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn inner_mut(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The same content by another table.
    pub(crate) fn retype(&self, ty: &'static Type) -> Result<Self, Error> {
        let mut out = Inner::new(ty);
        for entry in &self.0.entries {
            let Some(field) = self.0.ty.field(entry.field) else { continue };
            let value = self.0.field_ref(*entry);
            out.adopt(field.name, self.0.ty.schema.namespaces[usize::from(field.ns)].uri, value)?;
        }
        for element in &self.0.extra {
            out.adopt(&element.name, &element.namespace, FieldRef::from(&element.value))?;
        }
        Ok(Self::from_inner(out))
    }
}

impl Inner {
    pub(crate) fn new(ty: &'static Type) -> Self {
        Self {
            ty,
            type_name: None,
            entries: Vec::new(),
            text: String::new(),
            children: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// Room for a record like the last one.
    pub(crate) fn with_capacity(ty: &'static Type, fields: usize, text: usize) -> Self {
        let mut inner = Self::new(ty);
        inner.entries.reserve_exact(fields);
        inner.text.reserve_exact(text);
        inner
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

    /// Whether an occurrence of a field would not come last.
    pub(crate) fn is_behind(&self, field: u16) -> bool {
        self.entries.last().is_some_and(|entry| entry.field >= field)
    }

    fn entry(&self, field: u16) -> Option<Entry> {
        let at = self.entries.partition_point(|entry| entry.field < field);
        self.entries.get(at).copied().filter(|entry| entry.field == field)
    }

    fn occurrences(&self, field: u16) -> &[Entry] {
        let from = self.entries.partition_point(|entry| entry.field < field);
        let len = self.entries[from..].partition_point(|entry| entry.field == field);
        &self.entries[from..from + len]
    }

    fn field_ref(&self, entry: Entry) -> FieldRef<'_> {
        let start = entry.start as usize;
        match entry.state {
            State::Nil => FieldRef::Null,
            State::Text => FieldRef::Text(&self.text[start..start + entry.len as usize]),
            State::Child => match &self.children[start].value {
                Nested::Record(record) => FieldRef::Record(record),
                Nested::Any(value) => FieldRef::Any(value),
            },
        }
    }

    pub(crate) fn presence(&self, field: u16) -> Presence {
        match self.entry(field).map(|entry| entry.state) {
            None => Presence::Absent,
            Some(State::Nil) => Presence::Null,
            Some(State::Text | State::Child) => Presence::Present,
        }
    }

    /// The first occurrence of a field.
    pub(crate) fn get(&self, field: u16) -> Option<FieldRef<'_>> {
        self.entry(field).map(|entry| self.field_ref(entry))
    }

    /// Every occurrence of a field.
    pub(crate) fn all(&self, field: u16) -> impl Iterator<Item = FieldRef<'_>> {
        self.occurrences(field).iter().map(|entry| self.field_ref(*entry))
    }

    /// Every field with its table entry, in schema order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u16, &'static Field, FieldRef<'_>)> {
        self.entries.iter().filter_map(|entry| {
            Some((entry.field, self.ty.field(entry.field)?, self.field_ref(*entry)))
        })
    }

    pub(crate) fn extra(&self) -> &[Element] {
        &self.extra
    }

    pub(crate) fn text(&self, field: u16) -> Option<&str> {
        self.get(field)?.as_str()
    }

    /// The nested value in a typed form, made once and kept until the field changes.
    pub(crate) fn typed<T: Any + Send + Sync>(
        &self,
        field: u16,
        make: impl FnOnce(&Record) -> Option<T>,
    ) -> Option<&T> {
        let entry = self.entry(field).filter(|entry| entry.state == State::Child)?;
        let child = &self.children[entry.start as usize];
        let Nested::Record(record) = &child.value else { return None };
        if let Some(typed) = child.typed.get() {
            return typed.downcast_ref();
        }
        let made = make(record)?;
        child.typed.get_or_init(|| Box::new(made)).downcast_ref()
    }

    pub(crate) fn put_text(&mut self, field: u16, text: &str) {
        let (start, len) = self.append(text);
        self.replace(Entry { field, state: State::Text, start, len });
    }

    pub(crate) fn put_nil(&mut self, field: u16) {
        self.replace(Entry { field, state: State::Nil, start: 0, len: 0 });
    }

    pub(crate) fn put_record(&mut self, field: u16, record: Record) {
        let entry = self.child(field, Nested::Record(record));
        self.replace(entry);
    }

    pub(crate) fn put_any(&mut self, field: u16, value: AnyValue) {
        let entry = self.child(field, Nested::Any(value));
        self.replace(entry);
    }

    pub(crate) fn clear(&mut self, field: u16) {
        self.entries.retain(|entry| entry.field != field);
    }

    /// Adds an occurrence. Fields mostly arrive in schema order: then this is a push.
    pub(crate) fn push_text(&mut self, field: u16, text: &str) {
        let (start, len) = self.append(text);
        self.insert(Entry { field, state: State::Text, start, len });
    }

    pub(crate) fn push_nil(&mut self, field: u16) {
        self.insert(Entry { field, state: State::Nil, start: 0, len: 0 });
    }

    pub(crate) fn push_record(&mut self, field: u16, record: Record) {
        let entry = self.child(field, Nested::Record(record));
        self.insert(entry);
    }

    pub(crate) fn push_any(&mut self, field: u16, value: AnyValue) {
        let entry = self.child(field, Nested::Any(value));
        self.insert(entry);
    }

    pub(crate) fn push_extra(&mut self, element: Element) {
        self.extra.push(element);
    }

    /// Texts end below 4 GiB: bodies are limited far below, and [`View`] setters refuse more.
    fn append(&mut self, text: &str) -> (u32, u32) {
        let start = self.text.len();
        self.text.push_str(text);
        (to_u32(start), to_u32(text.len()))
    }

    fn child(&mut self, field: u16, value: Nested) -> Entry {
        let start = to_u32(self.children.len());
        self.children.push(Child { value, typed: OnceLock::new() });
        Entry { field, state: State::Child, start, len: 0 }
    }

    fn insert(&mut self, entry: Entry) {
        match self.entries.last() {
            Some(last) if last.field > entry.field => {
                let at = self.entries.partition_point(|other| other.field <= entry.field);
                self.entries.insert(at, entry);
            }
            _ => self.entries.push(entry),
        }
    }

    fn replace(&mut self, entry: Entry) {
        match self.entries.binary_search_by_key(&entry.field, |other| other.field) {
            Ok(at) => self.entries[at] = entry,
            Err(at) => self.entries.insert(at, entry),
        }
    }

    /// Takes over a field of another record by its wire name.
    fn adopt(&mut self, name: &str, namespace: &str, value: FieldRef<'_>) -> Result<(), Error> {
        let Some(index) = self.ty.find(name) else {
            self.extra.push(Element {
                namespace: namespace.into(),
                name: name.into(),
                value: value.to_any(),
            });
            return Ok(());
        };
        let field = &self.ty.fields[usize::from(index)];
        let wrong = |expected: &str| Error::decode(expected).within(name.to_owned());
        match (field.kind, value) {
            (_, FieldRef::Null) => self.push_nil(index),
            (Kind::Any, value) => self.push_any(index, value.to_any()),
            (Kind::Record | Kind::Struct, value) => match (value.as_record(), field.ty) {
                (Some(record), Some(ty)) => {
                    let record = if record.table() == ty || field.kind == Kind::Record && ty.has(Type::OPEN) && record.0.type_name.is_some() {
                        record.clone()
                    } else {
                        record.retype(ty).map_err(|error| error.within(name.to_owned()))?
                    };
                    self.push_record(index, record);
                }
                // An empty element where children may stand.
                (None, Some(ty)) if value.as_str().is_some_and(|t| t.trim().is_empty()) => {
                    self.push_record(index, Record::new(ty));
                }
                _ => return Err(wrong("expected child elements")),
            },
            (kind, value) => {
                let text = value.as_str().ok_or_else(|| wrong("expected text"))?;
                lexical::check(text, kind).map_err(wrong)?;
                self.push_text(index, text);
            }
        }
        Ok(())
    }
}

/// Sizes within a record are bounded by the limit on bodies, far below 4 GiB.
fn to_u32(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

impl<'a> FieldRef<'a> {
    /// The text, if it is text.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            FieldRef::Text(text) => Some(text),
            FieldRef::Any(value) => value.as_str(),
            _ => None,
        }
    }

    /// The record, if it has children.
    #[must_use]
    pub fn as_record(self) -> Option<&'a Record> {
        match self {
            FieldRef::Record(record) => Some(record),
            FieldRef::Any(value) => value.as_record(),
            _ => None,
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(self) -> bool {
        match self {
            FieldRef::Null => true,
            FieldRef::Any(value) => value.is_nil(),
            _ => false,
        }
    }

    fn to_any(self) -> AnyValue {
        match self {
            FieldRef::Null => AnyValue::default(),
            FieldRef::Text(text) => AnyValue::text(text),
            FieldRef::Record(record) => {
                AnyValue { type_name: None, content: Content::Record(record.clone()) }
            }
            FieldRef::Any(value) => value.clone(),
        }
    }
}

impl<'a> From<&'a AnyValue> for FieldRef<'a> {
    fn from(value: &'a AnyValue) -> Self {
        match (&value.content, &value.type_name) {
            (Content::Nil, _) => FieldRef::Null,
            (Content::Text(text), None) => FieldRef::Text(text),
            (Content::Record(record), None) => FieldRef::Record(record),
            _ => FieldRef::Any(value),
        }
    }
}

impl Clone for Child {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), typed: OnceLock::new() }
    }
}

impl Default for Record {
    /// An empty record of no type; decoding replaces it.
    fn default() -> Self {
        Self::new(&crate::codec::ANY_RECORD)
    }
}

impl PartialEq for Record {
    /// Same type name and the same fields with the same lexical forms, null and absent distinct.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.type_name() == other.type_name()
                && self.type_namespace() == other.type_namespace()
                && self.fields().eq(other.fields())
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct(self.type_name());
        for (_, field, value) in self.0.entries() {
            if field.has(Field::SENSITIVE) {
                out.field(field.name, &format_args!("***"));
            } else {
                out.field(field.name, &value.shown());
            }
        }
        for element in &self.0.extra {
            out.field(&element.name, &FieldRef::from(&element.value).shown());
        }
        out.finish()
    }
}

impl FieldRef<'_> {
    fn shown(&self) -> &dyn fmt::Debug {
        match self {
            FieldRef::Null => &None::<()>,
            FieldRef::Text(text) => text,
            FieldRef::Record(record) => *record,
            FieldRef::Any(value) => *value,
        }
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} fields", self.ty.name, self.entries.len())
    }
}
