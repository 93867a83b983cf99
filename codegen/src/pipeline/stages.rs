//! The stages in their order.

use saponify_wsdl::model::Note;
use saponify_wsdl::{Model, PublishedDocument};
use sha2::{Digest as _, Sha256};

#[cfg(feature = "catalog")]
use crate::catalog::{Catalog, catalog};
use crate::config::Config;
use crate::emit;
use crate::error::Error;
use crate::names::{Names, names};
use crate::output::{GeneratedType, Output, TypeKind};
#[cfg(feature = "catalog")]
use crate::plan::unverified;
use crate::plan::{Header, Item, Plan, plan};
use crate::print::escape::plain;
use crate::salesforce::{leading_comment, versions};
use crate::select::{Selection, select};

/// What was read: the model, the name of the input, and its bytes.
#[derive(Clone, Copy)]
pub(super) struct Source<'s> {
    pub(super) model: &'s Model,
    pub(super) name: &'s str,
    pub(super) wsdl: &'s [u8],
    /// The documents that a server publishes; empty if the server side is not generated.
    pub(super) documents: &'s [PublishedDocument],
}

/// What was read of an input.
pub(super) struct Loaded {
    pub(super) model: Model,
    pub(super) name: String,
    pub(super) wsdl: Vec<u8>,
    pub(super) documents: Vec<PublishedDocument>,
}

impl Loaded {
    pub(super) fn source(&self) -> Source<'_> {
        Source {
            model: &self.model,
            name: &self.name,
            wsdl: &self.wsdl,
            documents: &self.documents,
        }
    }
}

/// Runs all stages.
pub(super) fn generate(source: Source<'_>, config: &Config) -> Result<Output, Error> {
    with_plan(source, config, |plan| output(source, config, plan))
}

pub(super) fn output(source: Source<'_>, config: &Config, plan: &Plan<'_>) -> Output {
    Output {
        warnings: warnings(plan),
        inputs: source.model.files.clone(),
        files: emit::emit(plan, config.file_per_object),
        types: types(plan),
        notes: source
            .model
            .notes
            .iter()
            .map(reader_note)
            .chain(plan.notes.iter().cloned())
            .collect(),
    }
}

fn warnings(plan: &Plan<'_>) -> Vec<String> {
    let has_login = plan.services.iter().any(|service| service.login.is_some());
    versions::warnings(plan.header.comment.api_version, has_login)
}

/// Runs the stages up to "names".
pub(super) fn with_names<'s, T>(
    source: Source<'s>,
    config: &Config,
    then: impl FnOnce(&Selection<'s>, &Names) -> Result<T, Error>,
) -> Result<T, Error> {
    let stages = || {
        let selection = select(source.model, config)?;
        let names = names(&selection, config)?;
        then(&selection, &names)
    };
    stages().map_err(|error| config.located(error))
}

/// Runs the stages up to "plan".
pub(super) fn with_plan<T>(
    source: Source<'_>,
    config: &Config,
    then: impl FnOnce(&Plan<'_>) -> T,
) -> Result<T, Error> {
    with_names(source, config, |selection, names| {
        let plan = plan(selection, names, config, header(source, selection))?;
        Ok(then(&plan))
    })
}

/// Runs the stages up to "plan", and describes the result.
#[cfg(feature = "catalog")]
pub(super) fn with_catalog(source: Source<'_>, config: &Config) -> Result<Catalog, Error> {
    with_names(source, config, |selection, names| {
        let plan = unverified(selection, names, config, header(source, selection))?;
        Ok(catalog(selection, names, &plan))
    })
}

/// Runs all stages, and describes the result.
#[cfg(feature = "catalog")]
pub(super) fn catalog_and_output(
    source: Source<'_>,
    config: &Config,
) -> Result<(Catalog, Output), Error> {
    with_names(source, config, |selection, names| {
        let plan = plan(selection, names, config, header(source, selection))?;
        let catalog = catalog(selection, names, &plan);
        Ok((catalog, output(source, config, &plan)))
    })
}

pub(super) fn header<'m>(source: Source<'m>, selection: &Selection<'m>) -> Header<'m> {
    let services = selection.services.iter();
    let mut endpoints: Vec<&str> = services.map(|service| service.endpoint).collect();
    endpoints.dedup();
    let comment = source.model.leading_comment.as_deref();
    Header {
        source: source.name.to_owned(),
        digest: digest(source.wsdl),
        comment: comment.map(leading_comment::read).unwrap_or_default(),
        endpoints,
        documents: source.documents,
    }
}

fn types(plan: &Plan<'_>) -> Vec<GeneratedType> {
    let mut types = Vec::new();
    for module in &plan.modules {
        types.extend(plan.printed(module).map(|item| {
            let kind = match item {
                Item::View(_) => TypeKind::View,
                Item::Struct(_) => TypeKind::Struct,
                Item::Choice(_) => TypeKind::Choice,
                Item::Abstract(_) => TypeKind::Abstract,
                Item::Enum(_) => TypeKind::Enum,
            };
            GeneratedType::new(&module.name, item.ident(), kind)
        }));
    }
    types
}

/// A note of the reader, with its position if it has one.
fn reader_note(note: &Note) -> String {
    let Note {
        position,
        file,
        text,
    } = note;
    let text = match (file, position.line) {
        (_, 0) => text.clone(),
        (Some(file), _) => format!("{}:{position}: {text}", file.display()),
        (None, _) => format!("{position}: {text}"),
    };
    plain(&text)
}

/// The first half of a SHA-256: enough to tell one WSDL from another.
fn digest(wsdl: &[u8]) -> String {
    Sha256::digest(wsdl)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
