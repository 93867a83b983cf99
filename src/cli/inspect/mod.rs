//! `saponify inspect`.

mod drift;
mod html;
mod json;
mod text;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use saponify_codegen::catalog::{Catalog, Field, Operation, Type};

use super::completion::names;
use super::failure::Failure;
use super::options::Options;
use super::terminal::{put, put_lines, report};

/// Shows what is in a WSDL: objects, fields, relationships, operations, packages, the API version and
/// its status, and what would be generated.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    saponify inspect enterprise.wsdl\n  \
    saponify inspect enterprise.wsdl Account\n  \
    saponify inspect Account.OwnerId                    # with a saponify.toml\n  \
    saponify inspect op:query --format json\n  \
    saponify inspect enterprise.wsdl --format html --out tenant.html\n  \
    saponify inspect enterprise.wsdl --drift drift.json # what a service wrote: Drift::to_json")]
pub(crate) struct Inspect {
    /// The WSDL, unless `saponify.toml` names it; and an object, a field (Account.Name) or an operation
    /// (op:query).
    #[arg(value_name = "WSDL|NAME", num_args = 0..=2, add = ArgValueCompleter::new(names))]
    words: Vec<String>,
    /// How to show it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Explain by the WSDL what a service has written of its drift, and say what to do.
    #[arg(long, value_name = "FILE")]
    drift: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for a terminal.
    Text,
    /// For other programs.
    Json,
    /// One page for a browser, with a search, all objects and a picture of their relationships.
    Html,
}

/// What was asked for.
#[derive(Clone, Copy)]
enum Subject<'c> {
    All,
    Object(&'c Type),
    Field(&'c Type, &'c Field),
    Operation(&'c Operation),
}

/// How large the generated code would be.
#[derive(Clone, Copy, Debug)]
struct Size {
    types: usize,
    files: usize,
    bytes: usize,
}

impl Inspect {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let (wsdl, name) = divided(&self.words)?;
        let target = self.options.target_of(wsdl)?;
        let config = target.config.file_per_object(true);
        let input = config.input_path().ok_or_else(|| {
            Failure::usage("no WSDL is named")
                .hint("name one, or set `input` in saponify.toml; see saponify inspect --help")
        })?;
        if !input.exists() {
            return Err(Failure::new(format!("{} does not exist", input.display())));
        }
        let drift = self.drift.as_deref().map(drift::read).transpose()?;
        let catalog = config.catalog()?;
        if let Some(drift) = drift {
            if name.is_some() {
                return Err(Failure::usage("--drift takes no name")
                    .hint("leave the name out; all differences are shown"));
            }
            let all = config.everything().catalog()?;
            let explained = drift::Explained::new(drift, &catalog, &all);
            return match self.format {
                Format::Text => self.deliver(explained.text()),
                Format::Json => self.deliver(explained.json()),
                Format::Html => Err(Failure::usage("drift is shown as text or JSON")),
            };
        }
        let subject = found(&catalog, name)?;
        let all = matches!(subject, Subject::All);
        let text = match self.format {
            Format::Html if !all => {
                return Err(Failure::usage("the page for a browser shows all objects")
                    .hint("leave the name out; the page has a search"));
            }
            Format::Text | Format::Json if !all => match self.format {
                Format::Json => json::of(&catalog, subject, None),
                _ => text::of(&catalog, subject, None),
            },
            format => {
                let output = config.run()?;
                let size = Size {
                    types: output.types().len(),
                    files: output.files().len(),
                    bytes: output.files().iter().map(|file| file.text().len()).sum(),
                };
                match format {
                    Format::Text => text::of(&catalog, subject, Some(size)),
                    Format::Json => json::of(&catalog, subject, Some(size)),
                    Format::Html => html::page(&catalog, size),
                }
            }
        };
        self.deliver(text)
    }

    /// Writes the text where it was asked for.
    fn deliver(&self, text: String) -> Result<(), Failure> {
        match (&self.out, self.format) {
            (Some(path), _) => {
                std::fs::write(path, text).map_err(|error| {
                    Failure::new(format!("cannot write {}", path.display())).because(error)
                })?;
                report!("{}: written", path.display());
                Ok(())
            }
            (None, Format::Text) => put_lines(&text),
            (None, Format::Json | Format::Html) => put(&text),
        }
    }
}

/// The WSDL and the name among the words. A word that is a file is the WSDL.
fn divided(words: &[String]) -> Result<(Option<&Path>, Option<&str>), Failure> {
    let is_file =
        |word: &String| Path::new(word).exists() || word.to_ascii_lowercase().ends_with(".wsdl");
    match words {
        [] => Ok((None, None)),
        [only] if is_file(only) => Ok((Some(Path::new(only)), None)),
        [only] => Ok((None, Some(only))),
        [wsdl, name] => Ok((Some(Path::new(wsdl)), Some(name))),
        _ => Err(Failure::usage("too many names")),
    }
}

/// What a name means, whatever the case of its letters.
fn found<'c>(catalog: &'c Catalog, name: Option<&str>) -> Result<Subject<'c>, Failure> {
    let Some(name) = name else {
        return Ok(Subject::All);
    };
    let missing = |what: &str, names: Vec<&str>| {
        let failure = Failure::new(format!("there is no {what} {name} in {}", catalog.source));
        match closest(name, &names) {
            Some(near) => failure.hint(format!("did you mean {near}?")),
            None => failure.hint("saponify inspect without a name lists what there is"),
        }
    };
    if let Some(operation) = name.strip_prefix("op:") {
        let mut operations = catalog.operations.iter();
        let found = operations.find(|known| known.name.eq_ignore_ascii_case(operation));
        let names = || catalog.operations.iter().map(|o| o.name.as_str()).collect();
        return found
            .map(Subject::Operation)
            .ok_or_else(|| missing("operation", names()));
    }
    let ty = |name: &str| {
        let mut types = catalog.types.iter();
        catalog
            .object(name)
            .or_else(|| types.find(|ty| ty.name.eq_ignore_ascii_case(name)))
    };
    if let Some(ty) = ty(name) {
        return Ok(Subject::Object(ty));
    }
    if let Some((object, field)) = name.split_once('.')
        && let Some(ty) = ty(object)
    {
        let names = || ty.fields.iter().map(|field| field.name.as_str()).collect();
        return match ty.field(field) {
            Some(field) => Ok(Subject::Field(ty, field)),
            None => Err(missing("field", names())),
        };
    }
    Err(missing(
        "object or type",
        catalog.types.iter().map(|ty| ty.name.as_str()).collect(),
    ))
}

/// The name most similar to another.
fn closest<'n>(wanted: &str, names: &[&'n str]) -> Option<&'n str> {
    let wanted = wanted.rsplit(['.', ':']).next().unwrap_or(wanted);
    let wanted = wanted.to_lowercase();
    let score = |name: &str| strsim::damerau_levenshtein(&wanted, &name.to_lowercase());
    let best = names.iter().min_by_key(|name| score(name))?;
    (score(best) <= wanted.chars().count() / 3 + 1).then_some(*best)
}
