//! What an org says about its objects and fields beyond the WSDL: labels, help texts, lengths, picklist values, and
//! what can be filtered and sorted.
//!
//! `saponify fetch --describe` saves a [`Describe`] beside the WSDL: that of `enterprise.wsdl` is
//! `enterprise.describe.json`. If it is there, it becomes documentation of the model, as if the WSDL had it. So it is
//! in the generated code, in the [catalog](crate::catalog), and in the comparison of two WSDLs.

mod text;
mod types;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use saponify_wsdl::Model;
use saponify_wsdl::model::{Content, Particle, Term, TypeKind, TypeName};
use serde::Serialize;

use crate::error::Error;
use crate::salesforce::is_salesforce;

pub use types::{Child, Describe, Field, Object, Value};

/// The version of the format.
const VERSION: u32 = 1;

impl Describe {
    /// The file beside a WSDL: `enterprise.describe.json` for `enterprise.wsdl`.
    #[must_use]
    pub fn path_for(wsdl: &Path) -> PathBuf {
        wsdl.with_extension("describe.json")
    }

    /// Reads the file beside a WSDL, if it is there.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is not a describe of this version of the format.
    pub fn beside(wsdl: &Path) -> Result<Option<Self>, Error> {
        let path = Self::path_for(wsdl);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("cannot read", &path, error)),
        };
        let refused = |why: String| {
            Error::config(format!(
                "{}: {why}; fetch it again with `saponify fetch --describe`, or remove it",
                path.display()
            ))
        };
        let describe: Self =
            serde_json::from_slice(&text).map_err(|error| refused(error.to_string()))?;
        match describe.version {
            VERSION => Ok(Some(describe)),
            other => Err(refused(format!(
                "it has version {other} of the format, and this program reads version {VERSION}"
            ))),
        }
    }

    /// The text of the file: JSON with a line for each object, so that a change is a small difference.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = format!(
            "{{\"version\":{VERSION},\"apiVersion\":{},\"objects\":{{",
            json(&self.api_version)
        );
        for (n, (name, object)) in self.objects.iter().enumerate() {
            out.push_str(if n == 0 { "\n" } else { ",\n" });
            out.push_str(&format!("{}:{}", json(name), json(object)));
        }
        out.push_str("\n}}\n");
        out
    }

    /// Adds what it says to the documentation of objects and fields. Documentation that the WSDL has comes first.
    pub(crate) fn document(&self, model: &mut Model) {
        let namespaces: Vec<bool> = model
            .namespaces
            .iter()
            .map(|namespace| is_salesforce(&namespace.uri) && namespace.uri.contains("sobject"))
            .collect();
        for ty in &mut model.types {
            let TypeName::Global(name) = &ty.name else {
                continue;
            };
            let is_object = namespaces.get(name.ns.0 as usize).copied();
            let (Some(true), Some(object)) = (is_object, self.objects.get(&name.local)) else {
                continue;
            };
            let TypeKind::Complex(complex) = &mut ty.kind else {
                continue;
            };
            add(&mut ty.documentation, text::object(object));
            if let Content::Elements(particle) = &mut complex.content {
                elements(particle, object);
            }
        }
    }
}

/// The model of an input, with the documentation of the describe beside it.
pub(crate) fn documented(input: &Path, mut model: Model) -> Result<Model, Error> {
    if let Some(describe) = Describe::beside(input)? {
        describe.document(&mut model);
        model.files.push(Describe::path_for(input));
    }
    Ok(model)
}

/// Documents the elements of an object.
fn elements(particle: &mut Particle, object: &Object) {
    match &mut particle.term {
        Term::Element(element) => {
            let field = object.fields.get(&element.name).map(text::field);
            let child = || object.children.get(&element.name).map(text::child);
            if let Some(text) = field.or_else(child) {
                add(&mut element.documentation, text);
            }
        }
        Term::Sequence(inner) | Term::Choice(inner) | Term::All(inner) => {
            for particle in inner {
                elements(particle, object);
            }
        }
        Term::Ref(_) | Term::Any(_) => {}
    }
}

fn add(documentation: &mut Option<String>, text: String) {
    match documentation {
        Some(known) => {
            known.push_str("\n\n");
            known.push_str(&text);
        }
        None => *documentation = Some(text),
    }
}

/// A value with keys of text and plain values, which can always be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
