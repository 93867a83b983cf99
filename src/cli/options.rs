//! The options that say what to read and what to select, which several commands have.

use std::path::PathBuf;

use clap::Args;
use saponify_codegen::Config;

use super::Failure;

/// Which part of a WSDL a command works on. The same options are in `saponify.toml` and in
/// `saponify_codegen::Config` for build scripts.
#[derive(Args, Debug, Default)]
pub(crate) struct Options {
    /// Keep only these: objects (Account, '*__c'), fields (Account.Name) or operations (op:query).
    /// Several are separated by commas.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    include: Vec<String>,
    /// Leave these out: objects, fields or operations as for --include.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    exclude: Vec<String>,
    /// Imports may also read files in and below this directory.
    #[arg(long, value_name = "DIR")]
    root: Vec<PathBuf>,
    /// Takes a file for an import, which is named by its location as written or its namespace.
    #[arg(long, value_name = "IMPORT=FILE", value_parser = provided)]
    provide: Vec<(String, PathBuf)>,
    /// Leaves out an import, by its location as written or its namespace.
    #[arg(long, value_name = "IMPORT")]
    skip_import: Vec<String>,
    /// Reads a type as another: 'java:String=xsd:string', '{urn:x}Odd=text', 'tns:Odd=any'.
    #[arg(long = "type", value_name = "NAME=TYPE", value_parser = replaced)]
    types: Vec<(String, String)>,
    /// Nil of these elements is not the same as their absence: `Nillable<T>` (nickname, '*').
    #[arg(long, value_name = "ELEMENTS", value_delimiter = ',')]
    nillable: Vec<String>,
    /// Options from this file; options of the command line come on top.
    #[arg(long, value_name = "saponify.toml")]
    pub(super) config: Option<PathBuf>,
}

impl Options {
    /// The file's options with those of the command line on top.
    pub(super) fn configured(&self) -> Result<Config, Failure> {
        let config = match &self.config {
            None => Config::new(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    Failure::new(format!("cannot read {}", path.display())).because(error)
                })?;
                Config::from_toml(&text).map_err(|error| {
                    Failure::new(format!("{} cannot be used", path.display())).because(error)
                })?
            }
        };
        Ok(self.on_top_of(config))
    }

    /// Adds these options to others.
    fn on_top_of(&self, mut config: Config) -> Config {
        for name in &self.include {
            config = match Name::of(name) {
                Name::Object(name) => config.include_objects([name]),
                Name::Field(name) => config.include_fields([name]),
                Name::Operation(name) => config.include_operations([name]),
            };
        }
        for name in &self.exclude {
            config = match Name::of(name) {
                Name::Object(name) => config.exclude_objects([name]),
                Name::Field(name) => config.exclude_fields([name]),
                Name::Operation(name) => config.exclude_operations([name]),
            };
        }
        config = config
            .import_roots(&self.root)
            .skip_imports(&self.skip_import);
        for (import, path) in &self.provide {
            config = config.provide_file(import, path);
        }
        for (name, replacement) in &self.types {
            config = config.override_type(name, replacement);
        }
        config.nillable(&self.nillable)
    }
}

/// What a name on the command line names.
enum Name<'a> {
    Object(&'a str),
    Field(&'a str),
    Operation(&'a str),
}

impl<'a> Name<'a> {
    fn of(text: &'a str) -> Self {
        match text.strip_prefix("op:") {
            Some(operation) => Name::Operation(operation),
            None if text.contains('.') => Name::Field(text),
            None => Name::Object(text),
        }
    }
}

/// `IMPORT=FILE`. An address may hold `=` and a file's name rarely does, so the last one divides.
fn provided(text: &str) -> Result<(String, PathBuf), String> {
    match text.rsplit_once('=') {
        Some((import, file)) if !import.is_empty() && !file.is_empty() => {
            Ok((import.to_owned(), file.into()))
        }
        _ => Err("expected an import's location or namespace, `=` and a file".to_owned()),
    }
}

/// `NAME=TYPE`. The namespace in a name may hold `=`, so the last one divides.
fn replaced(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((name, replacement)) if !name.is_empty() && !replacement.is_empty() => {
            Ok((name.to_owned(), replacement.to_owned()))
        }
        _ => Err("expected the name of a type, `=` and a built-in type".to_owned()),
    }
}
