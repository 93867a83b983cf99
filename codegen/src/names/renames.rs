//! Names that the options give. They take precedence over all others.

use std::collections::BTreeMap;

use saponify_wsdl::model::{NsId, TypeId};

use super::case::is_identifier;
use crate::config::{Config, glob, suggestion};
use crate::content::Member;
use crate::error::Error;
use crate::select::{Selection, Shape};

/// The names that the options give.
pub(super) struct Renames<'c> {
    types: BTreeMap<(NsId, &'c str), &'c str>,
    fields: Vec<(&'c str, &'c str, &'c str)>,
    values: Vec<(&'c str, &'c str, &'c str)>,
}

impl<'c> Renames<'c> {
    pub(super) fn new(selection: &Selection<'_>, config: &'c Config) -> Result<Self, Error> {
        let mut types = BTreeMap::new();
        for (wire, rust) in &config.rename.types {
            checked("type", wire, rust)?;
            let (uri, local) = match wire.strip_prefix('{').and_then(|w| w.split_once('}')) {
                Some((uri, local)) => (Some(uri), local),
                None => (None, wire.as_str()),
            };
            let mut found = false;
            for (ns, name) in typed(selection) {
                if name == local && uri.is_none_or(|uri| uri == selection.uri(ns)) {
                    types.insert((ns, local), rust.as_str());
                    found = true;
                }
            }
            if !found && !config.tolerant {
                let names = typed(selection).map(|(_, name)| name).collect();
                return Err(unknown("type", wire, &suggestion("", local, names)));
            }
        }
        let mut fields = Vec::new();
        for (wire, rust) in &config.rename.fields {
            checked("field", wire, rust)?;
            let known = wire.split_once('.').filter(|(ty, field)| {
                selection.shapes.iter().any(|shape| {
                    glob(ty, &shape.name) && shape.members.iter().any(|m| m.name == *field)
                })
            });
            let Some((ty, field)) = known else {
                if config.tolerant {
                    continue;
                }
                return Err(unknown("field", wire, &help_with_field(selection, wire)));
            };
            fields.push((ty, field, rust.as_str()));
        }
        let mut values = Vec::new();
        for (wire, rust) in &config.rename.values {
            checked("value", wire, rust)?;
            let known = wire.split_once('.').filter(|(ty, value)| {
                let named = |id: &&TypeId| glob(ty, selection.model.type_def(**id).name.local());
                let mut enums = selection.enums.iter().filter(named);
                enums.any(|id| selection.values(*id).iter().any(|v| v.value == *value))
            });
            let Some((ty, value)) = known else {
                if config.tolerant {
                    continue;
                }
                return Err(unknown("value", wire, &help_with_value(selection, wire)));
            };
            values.push((ty, value, rust.as_str()));
        }
        Ok(Self {
            types,
            fields,
            values,
        })
    }

    /// The name that the options give a type.
    pub(super) fn ty(&self, ns: NsId, name: &str) -> Option<&'c str> {
        self.types.get(&(ns, name)).copied()
    }

    /// The name that the options give a value of an enumeration.
    pub(super) fn value(&self, ty: &str, value: &str) -> Option<&'c str> {
        chosen(&self.values, ty, value)
    }

    pub(super) fn field(&self, shape: &Shape<'_>, member: &Member<'_>) -> Option<&'c str> {
        chosen(&self.fields, &shape.name, &member.name)
    }
}

fn chosen<'c>(list: &[(&str, &str, &'c str)], ty: &str, name: &str) -> Option<&'c str> {
    let mut list = list.iter();
    let found = list.find(|(pattern, known, _)| *known == name && glob(pattern, ty));
    found.map(|(_, _, rust)| *rust)
}

pub(super) fn checked(what: &str, wire: &str, rust: &str) -> Result<(), Error> {
    if is_identifier(rust) {
        return Ok(());
    }
    let (name, rust) = (wire.escape_debug(), rust.escape_debug());
    Err(Error::config(format!(
        "the new name `{rust}` of {what} `{name}` is not a Rust identifier"
    ))
    .about("rename", wire))
}

/// A name of the options that names nothing which is generated, with what was meant.
pub(super) fn unknown(what: &str, wire: &str, help: &str) -> Error {
    let name = wire.escape_debug();
    Error::selection(format!(
        "the {what} `{name}` cannot be renamed, because it is not generated{help}"
    ))
    .about("rename", wire)
}

fn help_with_field(selection: &Selection<'_>, wire: &str) -> String {
    let Some((ty, field)) = wire.split_once('.') else {
        return "; fields are named Type.Field".to_owned();
    };
    let shapes = selection.shapes.iter();
    let shapes = shapes.filter(|shape| glob(ty, &shape.name));
    let members = shapes.flat_map(|shape| &shape.members);
    let fields: Vec<&str> = members.map(|member| &*member.name).collect();
    match fields.is_empty() {
        true => suggestion("", ty, typed(selection).map(|(_, name)| name).collect()),
        false => suggestion(&format!("{ty}."), field, fields),
    }
}

fn help_with_value(selection: &Selection<'_>, wire: &str) -> String {
    let Some((ty, value)) = wire.split_once('.') else {
        return "; values are named Type.VALUE".to_owned();
    };
    let name = |id: &TypeId| selection.model.type_def(*id).name.local();
    let enums = selection.enums.iter().filter(|id| glob(ty, name(id)));
    let values = enums.flat_map(|id| selection.values(*id));
    let values: Vec<&str> = values.map(|value| value.value.as_str()).collect();
    match values.is_empty() {
        true => suggestion("", ty, selection.enums.iter().map(name).collect()),
        false => suggestion(&format!("{ty}."), value, values),
    }
}

/// The options give two things the same name.
pub(super) fn taken(what: &str, wire: &str, rust: &str) -> Error {
    let name = wire.escape_debug();
    Error::config(format!(
        "the new name `{rust}` of {what} `{name}` is already in use"
    ))
    .about("rename", wire)
}

/// The namespace and the name of everything that gets a type.
fn typed<'s>(selection: &'s Selection<'_>) -> impl Iterator<Item = (NsId, &'s str)> {
    let has_type = |shape: &&Shape<'_>| shape.kind.has_type();
    let shapes = selection
        .shapes
        .iter()
        .filter(has_type)
        .map(|shape| (shape.ns, &*shape.name));
    let enums = selection.enums.iter().map(|id| {
        let name = &selection.model.type_def(*id).name;
        (name.ns(), name.local())
    });
    shapes.chain(enums)
}
