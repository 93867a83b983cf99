//! Accepts elements and attributes that are in another namespace than the schema says, for example
//! in none. If the type has one field with the local name, that field is meant. Each case counts as
//! drift.

use super::decode::Decoder;
use super::groups::indices;
use crate::drift::DifferenceKind;
use crate::record::Inner;
use crate::schema::{ANY_RECORD, Field, Kind, Type};
use crate::value::Derivable;
use crate::xml::reader::shorten;
use crate::xml::{NsId, Reader, Start};

/// Which fields have occurred.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// A bit for each of the first fields.
    first: u64,
    /// The others, which few types have.
    others: Vec<u16>,
}

impl Seen {
    pub(crate) fn add(&mut self, index: u16) {
        match 1_u64.checked_shl(index.into()) {
            Some(bit) => self.first |= bit,
            None if self.others.contains(&index) => {}
            None => self.others.push(index),
        }
    }

    pub(crate) fn has(&self, index: u16) -> bool {
        match 1_u64.checked_shl(index.into()) {
            Some(bit) => self.first & bit != 0,
            None => self.others.contains(&index),
        }
    }
}

impl Decoder {
    /// Finds the field for an element whose namespace fits no field of the table.
    ///
    /// `is_seen` says whether a field has occurred. A field that has occurred and does not repeat
    /// is not meant.
    #[cold]
    #[inline(never)]
    pub(crate) fn stray(
        reader: &mut Reader<'_>,
        table: &'static Type,
        start: Start<'_>,
        is_seen: impl Fn(u16) -> bool,
    ) -> Option<u16> {
        table.find(start.local)?;
        if !may_stray(reader, start.ns) || is_extension(table, start) {
            return None;
        }
        let field = only(
            indices(table)
                .filter(|index| table.fields()[usize::from(*index)].is_element(start.local)),
        )?;
        if is_seen(field) && !table.fields()[usize::from(field)].has(Field::REPEATED) {
            return None;
        }
        let name = table.fields()[usize::from(field)].name;
        reader
            .context
            .drift
            .add(DifferenceKind::Namespace, table.name, name);
        Some(field)
    }

    /// Returns the start tag with the namespace that the schema gives to its local name in a
    /// grouped type.
    pub(super) fn straightened<'x>(
        reader: &mut Reader<'_>,
        root: &'static Type,
        start: Start<'x>,
    ) -> Start<'x> {
        let mut named = Vec::new();
        namespaces_of(root, start.local, &mut named);
        match named.as_slice() {
            [ns] if *ns != start.ns
                && may_stray(reader, start.ns)
                && !is_extension(root, start) =>
            {
                let kind = DifferenceKind::Namespace;
                reader.context.drift.add_name(kind, root.name, start.local);
                Start { ns: *ns, ..start }
            }
            _ => start,
        }
    }

    /// Whether an element has the expected local name, in the expected namespace or, if that is
    /// forgiven, in another one.
    pub(crate) fn is_named(
        reader: &mut Reader<'_>,
        (ns, local): (u8, &str),
        start: Start<'_>,
    ) -> bool {
        if local != start.local {
            return false;
        }
        if NsId::from(ns) == start.ns {
            return true;
        }
        let strays = may_stray(reader, start.ns);
        if strays {
            let kind = DifferenceKind::Namespace;
            reader.context.drift.add_name(kind, "", local);
        }
        strays
    }

    /// The namespace of the derived type with this name. It is the namespace that the message
    /// states or, if that is forgiven, another one of the schema.
    pub(super) fn namespace_of_type(
        reader: &mut Reader<'_>,
        target: &mut dyn Derivable,
        ns: NsId,
        name: &str,
    ) -> Option<NsId> {
        if target.derive(reader.context.uri(ns), name).is_some() {
            return Some(ns);
        }
        if !may_stray(reader, ns) {
            return None;
        }
        let found = (0..)
            .take_while(|ns| reader.context.is_of_schema(*ns))
            .find(|ns| target.derive(reader.context.uri(*ns), name).is_some())?;
        let kind = DifferenceKind::Namespace;
        reader.context.drift.add_name(kind, "", name);
        Some(found)
    }

    /// The value of an attribute of the element whose start was read last, and whether its namespace
    /// is not the schema's.
    pub(super) fn attribute_of<'r>(
        reader: &'r Reader<'_>,
        table: &'static Type,
        field: &Field,
    ) -> Option<(&'r str, bool)> {
        if let Some(value) = reader.attribute(NsId::from(field.ns), field.name) {
            return Some((value, false));
        }
        if reader.attributes().is_empty() {
            return None;
        }
        let named = |other: &&Field| other.has(Field::ATTRIBUTE) && other.name == field.name;
        if table
            .fields()
            .iter()
            .any(|other| other.kind == Kind::Attributes)
            || table.fields().iter().filter(named).count() > 1
        {
            return None;
        }
        let found = only(reader.attributes().iter().filter(|attribute| {
            attribute.local == field.name
                && attribute.ns != reader.context.xsi()
                && may_stray(reader, attribute.ns)
        }))?;
        Some((&found.value, true))
    }
}

impl Decoder {
    /// Notes that a value states a type that the proxies do not have. The table of a type that they
    /// do have need not be known here.
    #[cold]
    #[inline(never)]
    pub(super) fn note_type(reader: &mut Reader<'_>, declared: &Type, name: &str) {
        let schema = reader.context.schema.unwrap_or(declared.schema);
        if schema.lacks_type(name) {
            let kind = DifferenceKind::UnknownType;
            reader.context.drift.add_name(kind, declared.name, name);
        }
    }

    /// Notes that a record has a field that its type does not have.
    #[cold]
    #[inline(never)]
    pub(super) fn note_extra(reader: &mut Reader<'_>, inner: &Inner, start: Start<'_>) {
        let table = inner.ty();
        // The fields of a type without a table are unknown, which is no difference to the WSDL.
        let is_other_type = *table == ANY_RECORD || inner.type_name().is_some();
        if !is_other_type && !has_wildcard(table) {
            let kind = DifferenceKind::UnknownField;
            reader.context.drift.add_name(kind, table.name, start.local);
        }
    }
}

/// A name with its namespace, as `{urn:a}b`.
pub(crate) fn expanded(uri: &str, local: &str) -> String {
    match uri {
        "" => local.to_owned(),
        _ => format!("{{{uri}}}{local}"),
    }
}

/// The name of an element that arrived, for an error message.
pub(crate) fn shown(reader: &Reader<'_>, start: Start<'_>) -> String {
    let uri = reader.context.uri(start.ns);
    expanded(&shorten(uri), &shorten(start.local))
}

/// Whether a name in this namespace may be meant as a name in another one. Names in namespaces
/// outside of the schema are not, because they belong to extensions.
fn may_stray(reader: &Reader<'_>, ns: NsId) -> bool {
    reader.context.leniency.namespaces && reader.context.is_of_schema(ns)
}

/// Whether the type keeps the element as an extension. Extensions are in namespaces of their own.
fn is_extension(table: &'static Type, start: Start<'_>) -> bool {
    start.ns != 0 && (table.has(Type::OPEN) || has_wildcard(table))
}

fn has_wildcard(table: &'static Type) -> bool {
    table
        .fields()
        .iter()
        .any(|field| match (field.kind, field.ty) {
            (Kind::Wildcard, _) => true,
            (Kind::Group, Some(group)) => has_wildcard(group),
            _ => false,
        })
}

/// Collects the namespaces of all elements of a type that have this local name, including those in
/// groups.
fn namespaces_of(table: &'static Type, local: &str, out: &mut Vec<NsId>) {
    for field in table.fields() {
        match (field.kind, field.ty) {
            (Kind::Group, Some(group)) => namespaces_of(group, local, out),
            _ if field.is_element(local) => {
                let ns = NsId::from(field.ns);
                if !out.contains(&ns) {
                    out.push(ns);
                }
            }
            _ => {}
        }
    }
}

/// Returns the item of an iterator that has exactly one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let item = items.next()?;
    items.next().is_none().then_some(item)
}
