//! Names that the options give. They take precedence over all others.

use std::collections::BTreeMap;

use saponify_wsdl::model::{NsId, TypeId};

use super::case::is_identifier;
use crate::config::{Config, glob};
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
                return Err(unknown("type", wire));
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
                return Err(unknown("field", wire));
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
                return Err(unknown("value", wire));
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
    let (wire, rust) = (wire.escape_debug(), rust.escape_debug());
    Err(Error::config(format!(
        "the new name `{rust}` of {what} `{wire}` is not a Rust identifier"
    )))
}

pub(super) fn unknown(what: &str, wire: &str) -> Error {
    let wire = wire.escape_debug();
    let help = match what {
        "field" => "; fields are named Type.Field",
        "value" => "; values are named Type.VALUE",
        _ => "",
    };
    Error::selection(format!(
        "the {what} `{wire}` cannot be renamed, because it is not generated{help}"
    ))
}

/// The options give two things the same name.
pub(super) fn taken(what: &str, wire: &str, rust: &str) -> Error {
    let wire = wire.escape_debug();
    Error::config(format!(
        "the new name `{rust}` of {what} `{wire}` is already in use"
    ))
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
