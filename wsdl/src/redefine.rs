//! `xsd:redefine`: renames each redefined definition before names are resolved.
//!
//! A redefinition replaces a type, group or attribute group of the included schema, and refers to the
//! replaced one by the same name (XSD 1.0 part 1, section 4.2.2). Therefore the replaced definition is
//! renamed, together with the references to it in the redefinition. All other references mean the
//! redefinition. A redefinition can itself be redefined, which forms a chain.

use std::collections::HashMap;

use crate::documents::Documents;
use crate::error::{Error, ErrorKind, quoted};
use crate::names::Ns;
use crate::raw::{
    AttributeItem, Attributes, Group, Item, Particle, Schema, SimpleType, Str, Term, Type, Variety,
};
use crate::xml::Name;

/// The suffix of the name of a replaced definition. Names in documents never contain a space.
const REPLACED: &str = " replaced";

/// The path of names of a replaced type, or `None` if the name does not belong to one.
pub(crate) fn replaced(name: &str) -> Option<impl Iterator<Item = &str>> {
    name.ends_with(REPLACED).then(|| name.split(' '))
}

/// Symbol space, namespace and name.
type Key = (&'static str, Ns, String);

/// A definition, and the index of the `redefine` that contains it, if one does.
#[derive(Clone, Copy)]
struct Occurrence {
    schema: usize,
    item: usize,
    redefine: Option<usize>,
}

/// Renames the redefined definitions in all documents.
pub(crate) fn redefine(documents: &mut Documents<'_>) -> Result<(), Error> {
    let (schemas, files) = (&mut documents.schemas, &documents.files);
    if schemas.iter().all(|schema| schema.redefines.is_empty()) {
        return Ok(());
    }
    // The importing document is read first, so the outermost redefinition comes first.
    let mut chains: HashMap<Key, Vec<Occurrence>> = HashMap::new();
    let mut order = Vec::new();
    let mut originals = HashMap::new();
    for (index, schema) in schemas.iter().enumerate() {
        let mut redefine_of: Vec<Option<usize>> = vec![None; schema.items.len()];
        for (number, redefine) in schema.redefines.iter().enumerate() {
            redefine_of[redefine.items.clone()].fill(Some(number));
        }
        for (item_index, (item, redefine)) in schema.items.iter().zip(redefine_of).enumerate() {
            let key = (item.kind(), schema.target, item.name().to_string());
            let occurrence = Occurrence {
                schema: index,
                item: item_index,
                redefine,
            };
            if redefine.is_none() {
                originals.entry(key).or_insert(occurrence);
                continue;
            }
            let chain = chains.entry(key.clone()).or_default();
            if chain.is_empty() {
                order.push(key);
            }
            chain.push(occurrence);
        }
    }
    for key in order {
        let mut chain = chains.remove(&key).unwrap_or_default();
        chain.extend(originals.get(&key));
        for (index, occurrence) in chain.iter().enumerate() {
            let next = chain.get(index + 1).copied();
            let file = schemas[occurrence.schema].file;
            link(schemas, *occurrence, next).map_err(|error| {
                error.in_file(files.get(file).and_then(|file| file.name.as_deref()))
            })?;
        }
    }
    Ok(())
}

/// Renames the definition that a redefinition replaces, and the references to it.
fn link(
    schemas: &mut [Schema<'_>],
    occurrence: Occurrence,
    next: Option<Occurrence>,
) -> Result<(), Error> {
    let schema = &mut schemas[occurrence.schema];
    let Some(number) = occurrence.redefine else {
        return Ok(());
    };
    let (file, position) = (
        schema.redefines[number].file,
        schema.redefines[number].position,
    );
    let item = &mut schema.items[occurrence.item];
    let (kind, name) = (item.kind(), item.name().to_string());
    let written = name.split(' ').next().unwrap_or_default();
    let target = Target {
        ns: schema.target,
        chameleon: schema.chameleon,
        name: written.to_string(),
        other: format!("{name}{REPLACED}"),
    };
    let what = quoted(written);
    let refers = item.refer(&target);
    let invalid = |sort, message| Err(Error::new(sort, message).at(position));
    if file == Some(schema.file) {
        return invalid(ErrorKind::Cycle, "the schema redefines itself".to_string());
    }
    let Some(next) = next else {
        let message = format!("the {kind} {what} is redefined and not defined");
        return invalid(ErrorKind::Undefined, message);
    };
    if kind == "type" && !refers {
        let message = format!("the redefinition of {what} does not derive from {what}");
        return invalid(ErrorKind::Invalid, message);
    }
    let schema = &mut schemas[next.schema];
    // Two documents may redefine the same definition only if one of them redefines the other.
    if next.redefine.is_some() && file != Some(schema.file) {
        let message = format!("the {kind} {what} is redefined twice");
        return invalid(ErrorKind::Duplicate, message);
    }
    schema.items[next.item].rename(&target.other);
    Ok(())
}

/// The name of a replaced definition, and its new name.
struct Target {
    ns: Ns,
    chameleon: bool,
    name: String,
    other: String,
}

impl Target {
    fn refer(&self, name: &mut Name<'_>) -> bool {
        let ns = match name.ns {
            Some(Ns::NONE) if self.chameleon => Some(self.ns),
            ns => ns,
        };
        let same = ns == Some(self.ns) && name.local() == self.name;
        if same {
            name.set_local(&self.other);
        }
        same
    }
}

impl Item<'_> {
    fn rename(&mut self, name: &str) {
        let name = || Str::Owned(name.to_string());
        match self {
            Item::Type(Type::Simple(simple)) => simple.name = Some(name()),
            Item::Type(Type::Complex(complex)) => complex.name = Some(name()),
            Item::Group(group) => group.name = name(),
            Item::AttributeGroup(group) => group.name = name(),
            // Elements and attributes cannot be redefined.
            Item::Element(_) | Item::Attribute(_) => {}
        }
    }

    /// Renames the references of an item to itself. Returns whether there are any.
    fn refer(&mut self, target: &Target) -> bool {
        match self {
            Item::Type(Type::Simple(SimpleType {
                variety: Variety::Restriction(Some(base), ..),
                ..
            })) => target.refer(base),
            Item::Type(Type::Complex(complex)) => match &mut complex.derivation {
                Some((_, base)) => target.refer(base),
                None => false,
            },
            Item::Group(Group {
                particle: Some(particle),
                ..
            }) => in_particle(particle, target),
            Item::AttributeGroup(group) => in_attributes(&mut group.attributes, target),
            _ => false,
        }
    }
}

fn in_particle(particle: &mut Particle<'_>, target: &Target) -> bool {
    match &mut particle.term {
        Term::Group(name) => target.refer(name),
        Term::Sequence(members) | Term::Choice(members) | Term::All(members) => {
            let mut found = false;
            for member in members {
                found |= in_particle(member, target);
            }
            found
        }
        Term::Element(_) | Term::Any(_) => false,
    }
}

fn in_attributes(attributes: &mut Attributes<'_>, target: &Target) -> bool {
    let mut found = false;
    for item in &mut attributes.items {
        if let AttributeItem::Group(name, _) = item {
            found |= target.refer(name);
        }
    }
    found
}
