//! What a name on the command line means.

use saponify_codegen::catalog::{Catalog, Enumeration, Type};

use super::Subject;
use crate::cli::Failure;

/// What a name means. A name that is written exactly goes before one in other letters.
///
/// # Errors
///
/// If nothing has the name, or if several have it.
pub(super) fn subject<'c>(catalog: &'c Catalog, name: &str) -> Result<Subject<'c>, Failure> {
    if let Some(operation) = name.strip_prefix("op:") {
        return operations(catalog, name, operation);
    }
    let types = types(catalog);
    if let Some(found) = one(&types, name, Named::names)? {
        return Ok(match found {
            Named::Type(ty) => Subject::Object(ty),
            Named::Enumeration(enumeration) => Subject::Enumeration(enumeration),
        });
    }
    // The name of an anonymous type and a namespace may have dots.
    if let Some((owner, field)) = name.rsplit_once('.')
        && let Some(Named::Type(ty)) = one(&types, owner, Named::names)?
    {
        let fields: Vec<_> = ty.fields.iter().collect();
        return match one(&fields, field, |known| vec![known.name.clone()])? {
            Some(field) => Ok(Subject::Field(ty, field)),
            None => {
                let names = ty.fields.iter().map(|field| field.name.as_str());
                Err(missing(catalog, "field", name, names))
            }
        };
    }
    let names = types.iter().map(Named::name);
    Err(missing(catalog, "object or type", name, names))
}

fn operations<'c>(catalog: &'c Catalog, given: &str, name: &str) -> Result<Subject<'c>, Failure> {
    let of = |name: &str| -> Vec<_> {
        let operations = catalog.operations.iter();
        operations.filter(|known| known.name == name).collect()
    };
    let exact = of(name);
    if !exact.is_empty() {
        return Ok(Subject::Operations(exact));
    }
    let mut names: Vec<_> = catalog.operations.iter().map(|known| &known.name).collect();
    names.dedup();
    match one(&names, name, |known| vec![(*known).clone()])? {
        Some(name) => Ok(Subject::Operations(of(name))),
        None => {
            let names = names.into_iter().map(String::as_str);
            Err(missing(catalog, "operation", given, names))
        }
    }
}

/// Something that a name without `op:` can mean.
#[derive(Clone, Copy)]
enum Named<'c> {
    Type(&'c Type),
    Enumeration(&'c Enumeration),
}

fn types(catalog: &Catalog) -> Vec<Named<'_>> {
    let types = catalog.types.iter().map(Named::Type);
    let enumerations = catalog.enumerations.iter().map(Named::Enumeration);
    types.chain(enumerations).collect()
}

impl<'c> Named<'c> {
    fn name(&self) -> &'c str {
        match self {
            Named::Type(ty) => &ty.name,
            Named::Enumeration(enumeration) => &enumeration.name,
        }
    }

    /// The name, and the name with the namespace.
    fn names(&self) -> Vec<String> {
        let namespace = match self {
            Named::Type(ty) => &ty.namespace,
            Named::Enumeration(enumeration) => &enumeration.namespace,
        };
        let name = self.name().to_owned();
        let whole = format!("{{{namespace}}}{name}");
        vec![name, whole]
    }
}

/// The one item that has a name. `names` gives the names of an item, of which the last one is the longest.
fn one<T: Copy>(
    items: &[T],
    wanted: &str,
    names: impl Fn(&T) -> Vec<String>,
) -> Result<Option<T>, Failure> {
    let having = |is_it: &dyn Fn(&str) -> bool| -> Vec<T> {
        let items = items.iter().copied();
        items
            .filter(|item| names(item).iter().any(|name| is_it(name)))
            .collect()
    };
    let exact = having(&|name| name == wanted);
    let found = match exact.is_empty() {
        true => having(&|name| name.eq_ignore_ascii_case(wanted)),
        false => exact,
    };
    match found.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        several => {
            let names = several.iter().filter_map(|item| names(item).pop());
            Err(
                Failure::usage(format!("{wanted} can mean several")).hint(format!(
                    "name one of {}",
                    names.collect::<Vec<_>>().join(", ")
                )),
            )
        }
    }
}

/// The failure if nothing has a name, with the name that may have been meant.
fn missing<'n>(
    catalog: &Catalog,
    what: &str,
    name: &str,
    names: impl Iterator<Item = &'n str>,
) -> Failure {
    let failure = Failure::new(format!("there is no {what} {name} in {}", catalog.source));
    match closest(name, names) {
        Some(near) => failure.hint(format!("did you mean {near}?")),
        None => failure.hint("saponify inspect without a name lists what there is"),
    }
}

/// The name most similar to another.
fn closest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = wanted.rsplit(['.', ':', '}']).next().unwrap_or(wanted);
    let wanted = wanted.to_lowercase();
    let score = |name: &str| strsim::damerau_levenshtein(&wanted, &name.to_lowercase());
    let best = names.min_by_key(|name| score(name))?;
    (score(best) <= wanted.chars().count() / 3 + 1).then_some(best)
}
