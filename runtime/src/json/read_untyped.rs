//! Reads JSON values that no table describes: values that state their own type, mixed content, and
//! elements and attributes that a table does not know.

use super::members::{Member, member};
use super::number::float_text;
use super::read::{Members, Result, object, record_of, scalar};
use super::tree::Tree;
use super::{ELEMENTS, MIXED, TEXT, XSD};
use crate::record::{AnyValue, Attribute, Content, Element, Mixed, TypeName, ValueError};
use crate::schema::{ANY_RECORD, Kind, Type};
use crate::xml::reader::shorten;

pub(super) fn items(tree: Tree) -> Vec<Tree> {
    match tree {
        Tree::List(items) => items,
        tree => vec![tree],
    }
}

pub(super) fn element(namespace: &str, name: &str, tree: Tree, depth: usize) -> Result<Element> {
    let value = any(tree, namespace, depth + 1).map_err(|error| error.within(name))?;
    Ok(Element {
        namespace: namespace.into(),
        name: name.into(),
        value,
    })
}

/// Reads a value, which has the type that it states.
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

/// Reads a value whose type, attributes and content are separate members.
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
            let enclosing = type_name.as_ref().map_or(namespace, |name| &name.namespace);
            Content::Mixed(mixed(alone(members, at)?, enclosing, depth)?)
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

/// Returns a member that must be the only one.
fn alone(mut members: Members, at: usize) -> Result<Tree> {
    let (key, tree) = members.swap_remove(at);
    match members.first() {
        None => Ok(tree),
        Some((other, _)) => Err(ValueError::decode(format!(
            "`{key}` must be the only member of the value, found `{}` next to it",
            shorten(other)
        ))),
    }
}

/// Reads mixed content: text and elements in their order.
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

pub(super) fn attribute(namespace: &str, name: &str, tree: Tree) -> Result<Attribute> {
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

/// Reads elements with several names in their order.
pub(super) fn elements(
    tree: Tree,
    table: &'static Type,
    namespace: &str,
    depth: usize,
) -> Result<Vec<Element>> {
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
