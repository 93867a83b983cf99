//! The names of members, and the values that belong to one member.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_core::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::untyped::AnyOut;
use super::write::Occurrences;
use super::{ATTRIBUTES, ELEMENTS, TEXT};
use crate::record::FieldRef;
use crate::record::{Attribute, Element};
use crate::schema::{Field, Kind, Type};

/// What the name of a member means in the schema.
pub(super) enum Member<'a> {
    /// The field at this index of the table.
    Known(u16),
    /// An element with this namespace and name.
    Other(&'a str, &'a str),
    /// An attribute with this namespace and name.
    Attribute(&'a str, &'a str),
    /// The elements that the wildcard with this number accepted, in their order.
    Elements(usize),
    /// A member that only describes the XML syntax.
    None,
}

/// The meaning of a member's name for a table. Names without a namespace are in `namespace`.
pub(super) fn member<'a>(table: &'static Type, namespace: &'a str, key: &'a str) -> Member<'a> {
    let find = |fits: &dyn Fn(&Field) -> bool| {
        let index = table.fields().iter().position(fits);
        index.and_then(|index| u16::try_from(index).ok())
    };
    if key == TEXT {
        let index = find(&|field| field.has(Field::TEXT));
        return match index {
            Some(index) => Member::Known(index),
            // Without a table, the text is kept as an element with the name that tables give to it,
            // until a table assigns it to a field.
            None if table.name.is_empty() => Member::Other("", "value"),
            None => Member::None,
        };
    }
    if let Some(rest) = key.strip_prefix('#') {
        let ordinal = rest.strip_prefix(ELEMENTS.trim_start_matches('#'));
        return match ordinal.map(|ordinal| ordinal.trim_start_matches('#')) {
            Some("") => Member::Elements(0),
            Some(ordinal) => ordinal.parse::<usize>().map_or(Member::None, |ordinal| {
                Member::Elements(ordinal - ordinal.min(1))
            }),
            None => Member::None,
        };
    }
    let qualified = |key: &'a str| key.strip_prefix('{').and_then(|key| key.rsplit_once('}'));
    if let Some(name) = key.strip_prefix('@') {
        let is_it = |f: &Field, name| f.has(Field::ATTRIBUTE) && f.name == name;
        if let Some((namespace, name)) = qualified(name) {
            let index = find(&|f| is_it(f, name) && table.uri(f) == namespace);
            return index.map_or(Member::Attribute(namespace, name), Member::Known);
        }
        let index = find(&|f| is_it(f, name));
        return index.map_or(Member::Attribute("", name), Member::Known);
    }
    // `name#2` is the second of two elements with the same name in different positions.
    let (key, earlier) = match key.rsplit_once('#') {
        Some((name, ordinal)) => match ordinal.parse::<usize>() {
            Ok(ordinal) => (name, ordinal.saturating_sub(1)),
            Err(_) => (key, 0),
        },
        None => (key, 0),
    };
    let later = |index: u16| {
        let same = (0..).zip(table.fields()).filter(|(at, field)| {
            *at >= index
                && table
                    .field(index)
                    .is_some_and(|first| is_same(first, field))
        });
        same.map(|(index, _)| index).nth(earlier)
    };
    if let Some((namespace, name)) = qualified(key) {
        let index = find(&|f| is_element(f) && f.name == name && table.uri(f) == namespace);
        let index = index.and_then(later);
        return index.map_or(Member::Other(namespace, name), Member::Known);
    }
    let index = table
        .find(key)
        .filter(|index| table.field(*index).is_some_and(is_element))
        .or_else(|| find(&|f| is_element(f) && f.name == key));
    let index = index.and_then(later);
    index.map_or(Member::Other(namespace, key), Member::Known)
}

/// Whether two fields are elements with the same name.
fn is_same(a: &Field, b: &Field) -> bool {
    is_element(a) && is_element(b) && a.name == b.name && a.ns == b.ns
}

/// Whether a field is an element or a group of them.
fn is_element(field: &Field) -> bool {
    field.is_content() && field.kind != Kind::Wildcard
}

/// The name of the member for a field of a table.
pub(super) fn key(table: &'static Type, index: u16, field: &'static Field) -> Cow<'static, str> {
    if field.has(Field::TEXT) {
        return TEXT.into();
    }
    if field.has(Field::ATTRIBUTE) {
        let plain = format!("@{}", field.name);
        return match member(table, "", &plain) {
            Member::Known(found) if found == index => plain.into(),
            _ => format!("@{}", qualified(table.uri(field), field.name)).into(),
        };
    }
    let found = member(table, "", field.name);
    if matches!(found, Member::Known(found) if found == index) && field.name != ATTRIBUTES {
        return field.name.into();
    }
    let name = qualified(table.uri(field), field.name);
    let before = table.fields().iter().take(usize::from(index));
    match before.filter(|other| is_same(other, field)).count() {
        0 => name.into(),
        earlier => format!("{name}#{}", earlier + 1).into(),
    }
}

/// The name of the member for an attribute that the table does not know.
pub(super) fn other_attribute(table: &'static Type, attribute: &Attribute) -> String {
    let plain = format!("@{}", attribute.name);
    let is_free = matches!(member(table, "", &plain), Member::Attribute(..));
    match &*attribute.namespace {
        "" if is_free => plain,
        namespace => format!("@{}", qualified(namespace, &attribute.name)),
    }
}

/// The name of the member for an element that the table does not know.
pub(super) fn other_key<'a>(
    table: &'static Type,
    default: &str,
    namespace: &str,
    name: &'a str,
) -> Cow<'a, str> {
    let is_free = matches!(member(table, default, name), Member::Other(..));
    if is_free && namespace == default && name != ATTRIBUTES {
        return name.into();
    }
    qualified(namespace, name).into()
}

/// A qualified name in James Clark's notation, `{namespace}name`.
fn qualified(namespace: &str, name: &str) -> String {
    format!("{{{namespace}}}{name}")
}

/// All values with the same name.
pub(super) struct Group<'a> {
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
    pub(super) first: FieldRef<'a>,
    pub(super) rest: Vec<FieldRef<'a>>,
}

/// The values of each name in their order. The names are in the order of their first values.
#[derive(Default)]
pub(super) struct Groups<'a> {
    pub(super) groups: Vec<Group<'a>>,
    /// The index of each name in the list, because the values of one name need not be adjacent.
    places: HashMap<(&'a str, &'a str), usize>,
}

impl<'a> Groups<'a> {
    /// Adds a value to the group of its name.
    pub(super) fn push(&mut self, namespace: &'a str, name: &'a str, value: FieldRef<'a>) {
        match self.groups.last_mut() {
            Some(last) if (last.namespace, last.name) == (namespace, name) => {
                last.rest.push(value);
            }
            _ => self.groups.push(Group {
                namespace,
                name,
                first: value,
                rest: Vec::new(),
            }),
        }
    }

    /// Adds a value that no table knows.
    pub(super) fn push_extra(&mut self, element: &'a Element) {
        if self.places.is_empty() {
            let names = self
                .groups
                .iter()
                .map(|group| (group.namespace, group.name));
            self.places = names.zip(0..).collect();
        }
        let name = (&*element.namespace, &*element.name);
        let value = FieldRef::Any(&element.value);
        let place = *self.places.entry(name).or_insert(self.groups.len());
        match self.groups.get_mut(place) {
            Some(group) => group.rest.push(value),
            None => self.groups.push(Group {
                namespace: name.0,
                name: name.1,
                first: value,
                rest: Vec::new(),
            }),
        }
    }
}

/// The elements that a wildcard of a struct accepted.
pub(super) struct Elements<'a> {
    pub(super) table: &'static Type,
    pub(super) depth: usize,
    pub(super) elements: &'a [&'a Element],
}

impl Elements<'_> {
    /// Writes elements of one name as a member of that name, and elements of several names as a
    /// list in their order.
    pub(super) fn write<S: Serializer>(
        &self,
        out: &mut S::SerializeMap,
        index: u16,
    ) -> Result<(), S::Error> {
        let fields = self.table.fields().iter().take(usize::from(index));
        let earlier = fields.filter(|f| f.kind == Kind::Wildcard).count();
        let mut groups = Groups::default();
        self.elements.iter().for_each(|e| groups.push_extra(e));
        match (groups.groups.pop(), earlier) {
            (None, _) => Ok(()),
            (Some(group), 0) if groups.groups.is_empty() => {
                let key = self.key(group.namespace, group.name).into_owned();
                out.serialize_entry(&key, &Occurrences::other(group, self.depth))
            }
            (_, 0) => out.serialize_entry(ELEMENTS, self),
            (_, earlier) => out.serialize_entry(&format!("{ELEMENTS}#{}", earlier + 1), self),
        }
    }

    fn key<'e>(&self, namespace: &str, name: &'e str) -> Cow<'e, str> {
        other_key(self.table, self.table.namespace(), namespace, name)
    }
}

impl Serialize for Elements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let elements = self.elements.iter().map(|element| {
            let value = FieldRef::Any(&element.value);
            let key = self.key(&element.namespace, &element.name);
            (key, AnyOut::new(value, &element.namespace, self.depth))
        });
        let mut out = serializer.serialize_seq(None)?;
        for (key, value) in elements {
            out.serialize_element(&HashMap::from([(key, value)]))?;
        }
        out.end()
    }
}
