//! Reads JSON values by their tables.

use super::members::{Member, member};
use super::number::float_text;
use super::read_untyped::{any, attribute, element, elements, items};
use super::tree::Tree;
use super::{ATTRIBUTES, XSD, XSD_PREFIX};
use crate::codec::push_text;
use crate::lexical;
use crate::limits::MAX_DEPTH;
use crate::record::ValueError;
use crate::record::{Element, TypeName};
use crate::record::{Inner, Record};
use crate::schema::ANY_RECORD;
use crate::schema::{Field, Kind, Type};
use crate::value::{Derivable, Slot, Struct};

pub(super) type Members = Vec<(String, Tree)>;
pub(super) type Result<T> = std::result::Result<T, ValueError>;

/// Reads a whole value.
pub(super) fn whole(slot: Slot<'_>, tree: Tree) -> Result<()> {
    put(slot, tree, None, "", 0)
}

/// Reads a record whose position declares a type. `namespace` is that of the enclosing record.
pub(super) fn record(
    tree: Tree,
    declared: &'static Type,
    namespace: &str,
    depth: usize,
) -> Result<Record> {
    let (type_name, members) = object(tree, declared, namespace, depth)?;
    record_of(type_name, members, declared, namespace, depth)
}

pub(super) fn record_of(
    type_name: Option<TypeName>,
    members: Members,
    declared: &'static Type,
    namespace: &str,
    depth: usize,
) -> Result<Record> {
    let is_declared =
        |name: &TypeName| *name.name == *declared.name && *name.namespace == *declared.namespace();
    let other = type_name.filter(|name| !is_declared(name));
    let table = if other.is_some() {
        // The table of the fields that both types have, such as those of `sObject`.
        declared.root()
    } else {
        declared
    };
    let mut inner = Inner::new(table);
    let namespace = match &other {
        Some(name) => {
            inner.set_type_name(&name.namespace, &name.name);
            &*name.namespace
        }
        None if table.name.is_empty() => namespace,
        None => table.namespace(),
    };
    for (key, tree) in members {
        match member(table, namespace, &key) {
            Member::Known(index) => {
                if let Some(field) = table.field(index) {
                    fields(&mut inner, index, field, tree, namespace, depth)
                        .map_err(|error| error.within(field.name))?;
                }
            }
            Member::Other(namespace, name) => {
                for tree in items(tree) {
                    inner.push_extra(element(namespace, name, tree, depth)?);
                }
            }
            // Without a table, the attribute is kept as an element, until a table assigns it to a
            // field.
            Member::Attribute(namespace, name) if table.name.is_empty() => {
                inner.push_extra(element(namespace, name, tree, depth)?);
            }
            Member::Elements(_) => {
                for element in elements(tree, table, namespace, depth)? {
                    inner.push_extra(element);
                }
            }
            // A record with a table keeps only elements.
            Member::Attribute(..) | Member::None => {}
        }
    }
    Ok(Record::from_inner(inner))
}

/// The type that an object states, and its other members.
pub(super) fn object(
    tree: Tree,
    declared: &'static Type,
    namespace: &str,
    depth: usize,
) -> Result<(Option<TypeName>, Members)> {
    if depth > MAX_DEPTH {
        return Err(ValueError::decode(format!(
            "the value nests deeper than the fixed limit of {MAX_DEPTH}"
        )));
    }
    let Tree::Object(mut members) = tree else {
        return Err(ValueError::decode(format!(
            "expected an object, found {}",
            tree.found()
        )));
    };
    let Some(at) = members.iter().position(|(key, _)| key == ATTRIBUTES) else {
        return Ok((None, members));
    };
    let (_, attributes) = members.remove(at);
    let name = type_name(&attributes, expected(declared, namespace))?;
    Ok((name, members))
}

/// The namespace of a type that is stated without a namespace.
pub(super) fn expected<'a>(declared: &'static Type, enclosing: &'a str) -> &'a str {
    match declared.name {
        "" => enclosing,
        _ => declared.namespace(),
    }
}

fn type_name(attributes: &Tree, expected: &str) -> Result<Option<TypeName>> {
    let wrong = |expected: &str, found: &Tree| {
        let message = format!("expected {expected}, found {}", found.found());
        Err(ValueError::decode(message).within(ATTRIBUTES))
    };
    let Tree::Object(members) = attributes else {
        return wrong("an object", attributes);
    };
    let (mut name, mut namespace) = (None, None);
    for (key, tree) in members {
        let place = match key.as_str() {
            "type" => &mut name,
            "namespace" => &mut namespace,
            _ => continue,
        };
        match tree {
            Tree::Text(text) => *place = Some(text),
            other => return wrong("a text", other),
        }
    }
    Ok(
        name.map(|name| match (namespace, name.strip_prefix(XSD_PREFIX)) {
            (Some(namespace), _) => TypeName::new(namespace, name),
            (None, Some(name)) => TypeName::new(XSD, name),
            (None, None) => TypeName::new(expected, name),
        }),
    )
}

/// Reads every occurrence of a field of a record.
fn fields(
    inner: &mut Inner,
    index: u16,
    field: &Field,
    tree: Tree,
    namespace: &str,
    depth: usize,
) -> Result<()> {
    match tree {
        Tree::List(items) if field.has(Field::REPEATED) => {
            for item in items {
                one(inner, index, field, item, namespace, depth)?;
            }
            Ok(())
        }
        tree => one(inner, index, field, tree, namespace, depth),
    }
}

fn one(
    inner: &mut Inner,
    index: u16,
    field: &Field,
    tree: Tree,
    namespace: &str,
    depth: usize,
) -> Result<()> {
    match (field.kind, tree) {
        (_, Tree::Null) => inner.push_nil(index),
        (Kind::Struct | Kind::Record | Kind::Group, tree) => {
            let declared = field.ty.unwrap_or(&ANY_RECORD);
            inner.push_record(index, record(tree, declared, namespace, depth + 1)?);
        }
        (Kind::Any, tree) => inner.push_any(index, any(tree, namespace, depth + 1)?),
        (kind, tree) => {
            let text = scalar(tree, kind)?;
            lexical::check(&text, field.text_kind()).map_err(ValueError::decode)?;
            push_text(inner, index, &text);
        }
    }
    Ok(())
}

/// The lexical form of a simple value.
pub(super) fn scalar(tree: Tree, kind: Kind) -> Result<String> {
    let is_number = matches!(
        kind,
        Kind::Byte
            | Kind::Short
            | Kind::Int
            | Kind::Long
            | Kind::UnsignedByte
            | Kind::UnsignedShort
            | Kind::UnsignedInt
            | Kind::UnsignedLong
            | Kind::Float
            | Kind::Double
            | Kind::Decimal
    );
    match tree {
        Tree::Text(text) => Ok(text),
        Tree::Boolean(value) if kind == Kind::Boolean => Ok(value.to_string()),
        Tree::Integer(value) if is_number => Ok(value.to_string()),
        Tree::Unsigned(value) if is_number => Ok(value.to_string()),
        Tree::Float(value) if is_number => {
            let text = float_text(value);
            // A decimal must not have an exponent.
            let plain = kind == Kind::Decimal && text.contains('E');
            Ok(if plain { value.to_string() } else { text })
        }
        tree => Err(ValueError::decode(format!(
            "expected a text{}, found {}",
            match kind {
                Kind::Boolean => " or a boolean",
                _ if is_number => " or a number",
                _ => "",
            },
            tree.found()
        ))),
    }
}

/// Reads the content of a struct.
fn structure(target: &mut dyn Struct, members: Members, depth: usize) -> Result<()> {
    let table = target.table();
    let namespace = table.namespace();
    let of_kind = |kind, n| {
        let fields = (0..).zip(table.fields());
        let mut fields = fields.filter(|(_, field)| field.kind == kind);
        fields.nth(n).map(|(index, _)| index)
    };
    for (key, tree) in members {
        match member(table, namespace, &key) {
            Member::Known(index) => {
                if let Some(field) = table.field(index) {
                    values(target, index, field, tree, depth + 1)
                        .map_err(|error| error.within(field.name))?;
                }
            }
            Member::Other(namespace, name) => {
                if let Some(wildcard) = of_kind(Kind::Wildcard, 0) {
                    for tree in items(tree) {
                        let element = element(namespace, name, tree, depth)?;
                        put_element(target, wildcard, element);
                    }
                }
            }
            Member::Elements(n) => {
                let Some(wildcard) = of_kind(Kind::Wildcard, n) else {
                    continue;
                };
                for element in elements(tree, table, namespace, depth)? {
                    put_element(target, wildcard, element);
                }
            }
            Member::Attribute(namespace, name) => {
                let others = of_kind(Kind::Attributes, 0);
                if let Some(Slot::Attribute(slot)) = others.map(|index| target.slot(index, false)) {
                    *slot = attribute(namespace, name, tree)?;
                }
            }
            Member::None => {}
        }
    }
    Ok(())
}

fn put_element(target: &mut dyn Struct, wildcard: u16, element: Element) {
    if let Slot::Element(slot) = target.slot(wildcard, false) {
        *slot = element;
    }
}

/// Reads every occurrence of a field of a struct.
fn values(
    target: &mut dyn Struct,
    index: u16,
    field: &Field,
    tree: Tree,
    depth: usize,
) -> Result<()> {
    let namespace = target.table().namespace();
    let list = match tree {
        Tree::List(items) if field.has(Field::REPEATED | Field::LIST) => items,
        tree => vec![tree],
    };
    for tree in list {
        let nil = matches!(tree, Tree::Null);
        let slot = target.slot(index, nil);
        if !nil {
            put(slot, tree, Some(field), namespace, depth)?;
        }
    }
    Ok(())
}

fn put(
    slot: Slot<'_>,
    tree: Tree,
    field: Option<&Field>,
    namespace: &str,
    depth: usize,
) -> Result<()> {
    match slot {
        Slot::None | Slot::Element(_) | Slot::Attribute(_) | Slot::NilAttributes(_) => Ok(()),
        Slot::Struct(target) => {
            let (_, members) = object(tree, target.table(), namespace, depth)?;
            structure(target, members, depth)
        }
        Slot::Derivable(target) => derivable(target, tree, field, namespace, depth),
        Slot::Record(slot) => {
            let declared = field.and_then(|field| field.ty).unwrap_or(&ANY_RECORD);
            *slot = record(tree, declared, namespace, depth)?;
            Ok(())
        }
        Slot::Any(slot) => {
            *slot = any(tree, namespace, depth)?;
            Ok(())
        }
        leaf => {
            let kind = field.map_or(Kind::String, |field| field.kind);
            let text = scalar(tree, kind)?;
            let assigned = leaf.assign(&text, kind);
            assigned.map(drop).map_err(ValueError::decode)
        }
    }
}

fn derivable(
    target: &mut dyn Derivable,
    tree: Tree,
    field: Option<&Field>,
    namespace: &str,
    depth: usize,
) -> Result<()> {
    let declared = match (field.and_then(|field| field.ty), target.base()) {
        (Some(declared), _) => declared,
        (None, Slot::Struct(base)) => base.table(),
        _ => &ANY_RECORD,
    };
    let known = match &tree {
        Tree::Object(members) => match members.iter().find(|(key, _)| key == ATTRIBUTES) {
            Some((_, attributes)) => type_name(attributes, expected(declared, namespace))?,
            None => None,
        },
        _ => None,
    };
    let derived = known.and_then(|name| target.derive(&name.namespace, &name.name));
    match derived {
        Some(derived) => {
            let (_, members) = object(tree, declared, namespace, depth)?;
            structure(derived, members, depth)?;
        }
        // An unknown type derives from the declared type, so the fields of the declared type are
        // read.
        None => {
            let namespace = expected(declared, namespace);
            return put(target.base(), tree, field, namespace, depth);
        }
    }
    target.copy_base_fields();
    Ok(())
}
