//! `saponify inspect`.

mod drift;
mod find;
mod html;
mod json;
mod text;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use saponify_codegen::catalog::{Enumeration, Field, Operation, Type};

use super::completion::names;
use super::failure::Failure;
use super::options::{Options, is_url};
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
    /// The WSDL, unless `saponify.toml` names it; and an object or a type, a field (Account.Name), an
    /// enumeration or an operation (op:query). Of several types with one name, {NAMESPACE}NAME is one.
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
#[derive(Clone, Debug)]
enum Subject<'c> {
    All,
    Object(&'c Type),
    Field(&'c Type, &'c Field),
    Enumeration(&'c Enumeration),
    /// The operations of a name: several if it is overloaded.
    Operations(Vec<&'c Operation>),
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
        let input = target.config.input_path().ok_or_else(|| {
            Failure::usage("no WSDL is named")
                .hint("name one, or set `input` in saponify.toml; see saponify inspect --help")
        })?;
        target.readable(input)?;
        let config = target.config.file_per_object(true);
        if name.is_some() && self.format == Format::Html {
            return Err(Failure::usage("the page for a browser shows all objects")
                .hint("leave the name out; the page has a search"));
        }
        if let Some(file) = &self.drift {
            if name.is_some() {
                return Err(Failure::usage("--drift takes no name")
                    .hint("leave the name out; all differences are shown"));
            }
            let drift = drift::read(file)?;
            let catalog = config.catalog()?;
            let all = config.everything().catalog()?;
            let explained = drift::Explained::new(drift, &catalog, &all);
            return match self.format {
                Format::Text => self.deliver(explained.text()),
                Format::Json => self.deliver(explained.json()),
                Format::Html => Err(Failure::usage("drift is shown as text or JSON")),
            };
        }
        let (catalog, size) = match name {
            Some(_) => (config.catalog()?, None),
            None => {
                let (catalog, output) = config.catalog_and_output()?;
                let size = Size {
                    types: output.types().len(),
                    files: output.files().len(),
                    bytes: output.files().iter().map(|file| file.text().len()).sum(),
                };
                (catalog, Some(size))
            }
        };
        let subject = match name {
            Some(name) => find::subject(&catalog, name)?,
            None => Subject::All,
        };
        let text = match self.format {
            Format::Text => text::of(&catalog, subject, size),
            Format::Json => json::of(&catalog, subject, size),
            Format::Html => html::page(&catalog, size),
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

/// The WSDL and the name among the words. A word that is a file is the WSDL. A folder is only if the word
/// can be nothing else, because a folder may have the name of an object.
fn divided(words: &[String]) -> Result<(Option<&Path>, Option<&str>), Failure> {
    let is_file = |word: &String| {
        let path = Path::new(word);
        let is_path = word.contains(std::path::is_separator) && !word.starts_with('{');
        path.exists() && (is_path || !path.is_dir())
            || word.to_ascii_lowercase().ends_with(".wsdl")
            || is_url(path)
    };
    match words {
        [] => Ok((None, None)),
        [only] if is_file(only) => Ok((Some(Path::new(only)), None)),
        [only] => Ok((None, Some(only))),
        [wsdl, name] => Ok((Some(Path::new(wsdl)), Some(name))),
        _ => Err(Failure::usage("too many names")),
    }
}
