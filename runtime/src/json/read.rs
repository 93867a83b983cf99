//! JSON to values, by their tables.

use super::members::{Member, member};
use super::number::float_text;
use super::tree::Tree;
use super::{ATTRIBUTES, ELEMENTS, MIXED, TEXT, XSD, XSD_PREFIX};
use crate::codec::push_text;
use crate::lexical;
use crate::limits::MAX_DEPTH;
use crate::record::ValueError;
use crate::record::{AnyValue, Attribute, Content, Element, Mixed, TypeName};
use crate::record::{Inner, Record};
use crate::schema::ANY_RECORD;
use crate::schema::{Field, Kind, Type};
use crate::value::{Derivable, Slot, Struct};
use crate::xml::reader::shorten;

type Members = Vec<(String, Tree)>;
type Result<T> = std::result::Result<T, ValueError>;

/// A whole value.
pub(super) fn whole(slot: Slot<'_>, tree: Tree) -> Result<()> {
    put(slot, tree, None, "", 0)
}

/// A record in a place that declares a type. `namespace` is that of the record around it.
pub(super) fn record(
    tree: Tree,
    declared: &'static Type,
    namespace: &str,
    depth: usize,
) -> Result<Record> {
    let (type_name, members) = object(tree, declared, namespace, depth)?;
    record_of(type_name, members, declared, namespace, depth)
}

fn record_of(
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
        // What both have, such as the fields of `sObject`.
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
            // As an element, until a table finds its place.
            Member::Attribute(namespace, name) if table.name.is_empty() => {
                inner.push_extra(element(namespace, name, tree, depth)?);
            }
            Member::Elements(_) => {
                for element in elements(tree, table, namespace, depth)? {
                    inner.push_extra(element);
                }
            }
            // Records of a table keep elements only.
            Member::Attribute(..) | Member::None => {}
        }
    }
    Ok(Record::from_inner(inner))
}

/// The type that an object names, and its other members.
fn object(
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

/// Namespace of a type that says none.
pub(super) fn expected<'a>(declared: &'static Type, around: &'a str) -> &'a str {
    match declared.name {
        "" => around,
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

/// Every occurrence of a field of a record.
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

fn items(tree: Tree) -> Vec<Tree> {
    match tree {
        Tree::List(items) => items,
        tree => vec![tree],
    }
}

fn element(namespace: &str, name: &str, tree: Tree, depth: usize) -> Result<Element> {
    let value = any(tree, namespace, depth + 1).map_err(|error| error.within(name))?;
    Ok(Element {
        namespace: namespace.into(),
        name: name.into(),
        value,
    })
}

/// A value of whatever type it says.
pub(super) fn any(tree: Tree, namespace: &str, depth: usize) -> Result<AnyValue> {
    let of_xsd = |name: &str, text: String| AnyValue {
        type_name: Some(TypeName::new(XSD, name)),
        ..AnyValue::text(text)
    };
    Ok(match tree {
        Tree::Null => AnyValue::default(),
        Tree::Text(text) => AnyValue::text(text),
        Tree::Boolean(value) => of_xsd("boolean", value.to_string()),
        Tree::Integer(value) if i32::try_from(value).is_ok() => of_xsd("int", value.to_string()),
        Tree::Integer(value) => of_xsd("long", value.to_string()),
        Tree::Unsigned(value) => of_xsd("unsignedLong", value.to_string()),
        Tree::Float(value) => of_xsd("double", float_text(value)),
        Tree::List(_) => {
            return Err(ValueError::decode(
                "expected one value, found a list in a list",
            ));
        }
        tree @ Tree::Object(_) => described(tree, namespace, depth)?,
    })
}

/// A value with its type, attributes and content as members.
fn described(tree: Tree, namespace: &str, depth: usize) -> Result<AnyValue> {
    let (type_name, mut members) = object(tree, &ANY_RECORD, namespace, depth)?;
    let mut attributes = Vec::new();
    for (key, tree) in members.extract_if(.., |(key, _)| key.starts_with('@')) {
        if let Member::Attribute(namespace, name) = member(&ANY_RECORD, "", &key) {
            attributes.push(attribute(namespace, name, tree)?);
        }
    }
    let place = |name| members.iter().position(|(key, _)| key == name);
    let content = match (place(TEXT), place(MIXED)) {
        (Some(at), _) => {
            let tree = alone(members, at)?;
            match tree {
                Tree::Null => Content::Nil,
                Tree::Boolean(value) => Content::Text(value.to_string()),
                tree => Content::Text(scalar(tree, Kind::Double)?),
            }
        }
        (None, Some(at)) => {
            let around = type_name.as_ref().map_or(namespace, |name| &name.namespace);
            Content::Mixed(mixed(alone(members, at)?, around, depth)?)
        }
        (None, None) => {
            let named = type_name.clone();
            Content::Record(record_of(named, members, &ANY_RECORD, namespace, depth)?)
        }
    };
    Ok(AnyValue {
        type_name,
        attributes,
        content,
    })
}

/// A member beside which no other has a place.
fn alone(mut members: Members, at: usize) -> Result<Tree> {
    let (key, tree) = members.swap_remove(at);
    match members.first() {
        None => Ok(tree),
        Some((other, _)) => Err(ValueError::decode(format!(
            "`{key}` is all that a value holds, found `{}` beside it",
            shorten(other)
        ))),
    }
}

/// Text and elements in their order.
fn mixed(tree: Tree, namespace: &str, depth: usize) -> Result<Mixed> {
    let mut mixed = Mixed::new();
    for tree in items(tree) {
        match tree {
            Tree::Text(text) => mixed.push_text(&text),
            Tree::Object(members) => {
                for (key, tree) in members {
                    let Member::Other(namespace, name) = member(&ANY_RECORD, namespace, &key)
                    else {
                        let message = format!("expected an element, found `{}`", shorten(&key));
                        return Err(ValueError::decode(message).within(MIXED));
                    };
                    mixed.push(element(namespace, name, tree, depth)?);
                }
            }
            tree => {
                let message = format!("expected a text or an object, found {}", tree.found());
                return Err(ValueError::decode(message).within(MIXED));
            }
        }
    }
    Ok(mixed)
}

fn attribute(namespace: &str, name: &str, tree: Tree) -> Result<Attribute> {
    let value = match tree {
        Tree::Boolean(value) => Ok(value.to_string()),
        tree => scalar(tree, Kind::Double),
    };
    Ok(Attribute {
        namespace: namespace.into(),
        name: name.into(),
        value: value.map_err(|error| error.within(name.to_owned()))?,
    })
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
            // A decimal has no exponent.
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

/// The content of a struct.
fn structure(target: &mut dyn Struct, members: Members, depth: usize) -> Result<()> {
    let table = target.table();
    let namespace = table.namespace();
    let of_kind = |kind, n| {
        let fields = (0..).zip(table.fields);
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

/// Elements of several names in their order.
fn elements(tree: Tree, table: &Type, namespace: &str, depth: usize) -> Result<Vec<Element>> {
    let mut found = Vec::new();
    for tree in items(tree) {
        let Tree::Object(members) = tree else {
            let message = format!("expected an object, found {}", tree.found());
            return Err(ValueError::decode(message).within(ELEMENTS));
        };
        for (key, tree) in members {
            if let Member::Other(namespace, name) = member(table, namespace, &key) {
                found.push(element(namespace, name, tree, depth)?);
            }
        }
    }
    Ok(found)
}

fn put_element(target: &mut dyn Struct, wildcard: u16, element: Element) {
    if let Slot::Element(slot) = target.slot(wildcard, false) {
        *slot = element;
    }
}

/// Every occurrence of a field of a struct.
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
            leaf.assign(&text, kind).map_err(ValueError::decode)
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
        // An unknown type derives from the declared one: that part of it is read.
        None => {
            let namespace = expected(declared, namespace);
            return put(target.base(), tree, field, namespace, depth);
        }
    }
    target.copy_base_fields();
    Ok(())
}
