//! The options that say what to read and what to select, which several commands have.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use saponify_codegen::{Config, Project};

use super::completion::names;
use super::failure::Failure;
use super::terminal::put_warning;

/// Which part of a WSDL a command works on. The same options are in `saponify.toml` and in
/// `saponify_codegen::Config` for build scripts.
#[derive(Args, Debug, Default)]
pub(crate) struct Options {
    /// Keep only these: objects (Account, '*__c'), fields (Account.Name) or operations (op:query).
    /// Several are separated by commas.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', add = ArgValueCompleter::new(names))]
    include: Vec<String>,
    /// Leave these out: objects, fields or operations as for --include.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', add = ArgValueCompleter::new(names))]
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
    /// Options from this file. By default it is the `saponify.toml` of this directory or of one above,
    /// unless a WSDL is named that it does not know. Options of the command line come on top.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Work on this tenant of `saponify.toml`.
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
}

/// What a command works on.
#[derive(Debug)]
pub(super) struct Target {
    /// The name of the tenant, if `saponify.toml` names it.
    pub(super) tenant: Option<String>,
    pub(super) config: Config,
    /// Whether the input is that of `saponify.toml`, and not one of the command line.
    pub(super) is_of_file: bool,
    /// The `saponify.toml`, if there is one.
    pub(super) file: Option<PathBuf>,
    /// The directory of `saponify.toml`; empty without one.
    pub(super) directory: PathBuf,
}

impl Options {
    /// The options of a file, for a command that has no others.
    pub(super) fn of_file(config: Option<PathBuf>, tenant: Option<String>) -> Self {
        Self {
            config,
            tenant,
            ..Self::default()
        }
    }

    /// What the options say about a WSDL, or about each tenant of `saponify.toml` if none is named.
    pub(super) fn targets(&self, wsdl: Option<&Path>) -> Result<Vec<Target>, Failure> {
        let project = self.project(wsdl)?;
        let Some(project) = &project else {
            let config = wsdl.map_or_else(Config::new, |wsdl| Config::new().input(wsdl));
            if let Some(tenant) = &self.tenant {
                return Err(Failure::new(format!(
                    "there is no saponify.toml that could have the tenant {tenant}"
                ))
                .hint("name the file with --config"));
            }
            return Ok(vec![self.target(None, config, None)]);
        };
        let all = self.tenant.is_none() && wsdl.is_none() && project.tenants().next().is_some();
        let chosen: Vec<(Option<String>, Config)> = match all {
            true => project
                .tenants()
                .map(|(name, config)| (Some(name.to_owned()), config.clone()))
                .collect(),
            false => {
                let name = match (&self.tenant, wsdl) {
                    (None, Some(wsdl)) => tenant_of(project, wsdl)?,
                    (named, _) => named.clone(),
                };
                let config = project.config(name.as_deref())?.clone();
                vec![(name, config)]
            }
        };
        let targets = chosen.into_iter().map(|(tenant, config)| {
            let config = match wsdl {
                Some(wsdl) => config.input(wsdl),
                None => config,
            };
            Target {
                is_of_file: wsdl.is_none(),
                ..self.target(tenant, config, project.path())
            }
        });
        Ok(targets.collect())
    }

    /// All tenants of the file of options.
    pub(super) fn all_tenants(&self) -> Result<Vec<Target>, Failure> {
        let project = self.project(None)?;
        let targets = project.iter().flat_map(|project| {
            let path = project.path();
            project
                .tenants()
                .map(move |(name, config)| self.target(Some(name.to_owned()), config.clone(), path))
        });
        Ok(targets.collect())
    }

    /// The file of options that is named, or that would be used if it were in this directory.
    pub(super) fn file(&self) -> PathBuf {
        let file = self.config.clone();
        file.unwrap_or_else(|| PathBuf::from("saponify.toml"))
    }

    /// As [`targets`](Self::targets), for a command that works on one WSDL.
    pub(super) fn target_of(&self, wsdl: Option<&Path>) -> Result<Target, Failure> {
        let mut targets = self.targets(wsdl)?;
        match (targets.pop(), targets.is_empty()) {
            (Some(target), true) => Ok(target),
            (last, _) => {
                let names = targets.iter().chain(&last);
                let names: Vec<&str> = names.filter_map(|t| t.tenant.as_deref()).collect();
                Err(Failure::usage("saponify.toml has several tenants")
                    .hint(format!("choose one with --tenant: {}", names.join(", "))))
            }
        }
    }

    /// The input of a tenant of `saponify.toml`, if it has a tenant of this name.
    pub(super) fn input_of_tenant(&self, name: &str) -> Result<Option<PathBuf>, Failure> {
        let project = self.project(None)?;
        let mut tenants = project.iter().flat_map(Project::tenants);
        let found = tenants.find(|(known, _)| *known == name);
        Ok(found.and_then(|(_, config)| config.input_path().map(Path::to_owned)))
    }

    fn target(&self, tenant: Option<String>, config: Config, file: Option<&Path>) -> Target {
        let directory = file.and_then(Path::parent).map(Path::to_owned);
        Target {
            tenant,
            config: self.on_top_of(config),
            is_of_file: file.is_some(),
            file: file.map(Path::to_owned),
            directory: directory.unwrap_or_default(),
        }
    }

    /// The file of options. One that is found and not named is used if it is about the WSDL.
    fn project(&self, wsdl: Option<&Path>) -> Result<Option<Project>, Failure> {
        if let Some(path) = &self.config {
            return Ok(Some(Project::load(path)?));
        }
        let wsdl = wsdl.filter(|_| self.tenant.is_none());
        let project = match (Project::find(""), wsdl) {
            (Ok(None), _) => return Ok(None),
            (Ok(Some(project)), _) => project,
            // A file that is about other WSDLs is of no interest.
            (Err(error), Some(wsdl)) if !mentions(error.file(), wsdl) => {
                put_warning(&format!("the options are not used: {}", said(&error)));
                return Ok(None);
            }
            (Err(error), _) => return Err(error.into()),
        };
        Ok(match wsdl {
            Some(wsdl) if !knows(&project, wsdl) => None,
            _ => Some(project),
        })
    }

    /// Whether there is a file of options that names a WSDL as its input.
    pub(super) fn know(&self, wsdl: &Path) -> bool {
        let project = match &self.config {
            Some(path) => Project::load(path).map(Some),
            None => Project::find(""),
        };
        project.is_ok_and(|project| project.is_some_and(|project| knows(&project, wsdl)))
    }

    /// The options that say how to read a WSDL, without those that select a part of it.
    pub(super) fn of_reading(self, wsdl: Option<&Path>) -> Option<Config> {
        // Nothing may be said about a file that is wrong, because a shell waits for words.
        if self.config.is_none() && Project::find("").is_err() {
            return None;
        }
        let options = Self {
            include: Vec::new(),
            exclude: Vec::new(),
            ..self
        };
        let targets = options.targets(wsdl).ok()?;
        Some(targets.into_iter().next()?.config.everything())
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

impl Target {
    /// As [`readable`], for the input of the target. If `saponify.toml` names it, its line is shown.
    pub(super) fn readable(&self, input: &Path) -> Result<(), Failure> {
        let Err(failure) = readable(input) else {
            return Ok(());
        };
        let of_file = self.config.error_about("input", failure.message());
        match (of_file.excerpt().is_some(), self.is_of_file) {
            (true, true) => Err(Failure::from(of_file).hint(failure.advice())),
            _ => Err(failure),
        }
    }
}

/// Refuses addresses, and files that do not exist, with what to do about it.
pub(super) fn readable(input: &Path) -> Result<(), Failure> {
    if is_url(input) {
        return Err(Failure::new(format!(
            "{} is an address, and nothing is fetched",
            input.display()
        ))
        .hint("download the WSDL, and give the file"));
    }
    if !input.exists() {
        let hint = match wsdls_beside(input).as_slice() {
            [] => "in Salesforce: Setup, API, Generate Enterprise WSDL; save the page as a file"
                .to_owned(),
            [only] => format!("the folder has {only}"),
            [some @ .., last] => format!("the folder has {} and {last}", some.join(", ")),
        };
        return Err(Failure::new(format!("{} does not exist", input.display())).hint(hint));
    }
    Ok(())
}

/// The names of a few WSDLs in the folder in which a file is missing.
fn wsdls_beside(input: &Path) -> Vec<String> {
    const SHOWN: usize = 4;
    let folder = input.parent().unwrap_or(Path::new(""));
    let entries = std::fs::read_dir(Path::new(".").join(folder));
    let paths = entries.into_iter().flatten().flatten();
    let paths = paths.map(|entry| folder.join(entry.file_name()));
    let is_wsdl = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "wsdl")
    };
    let mut names: Vec<String> = paths
        .filter(is_wsdl)
        .map(|path| path.display().to_string())
        .collect();
    names.sort();
    names.truncate(SHOWN);
    names
}

pub(super) fn is_url(input: &Path) -> bool {
    let text = input.to_string_lossy();
    text.starts_with("https://") || text.starts_with("http://")
}

/// Whether a file of options names a WSDL as an input.
fn knows(project: &Project, wsdl: &Path) -> bool {
    let base = project.config(None).ok();
    let tenants = project.tenants().map(|(_, config)| config);
    base.into_iter()
        .chain(tenants)
        .any(|config| is_input(config, wsdl))
}

/// Whether a file that cannot be used as options has the name of a WSDL in it.
fn mentions(file: Option<&Path>, wsdl: &Path) -> bool {
    let text = file.and_then(|file| std::fs::read_to_string(file).ok());
    match (text, wsdl.file_name()) {
        (Some(text), Some(name)) => text.contains(&*name.to_string_lossy()),
        // It cannot be read at all, so nobody knows.
        _ => true,
    }
}

/// An error in a file in one line.
fn said(error: &saponify_codegen::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    match error.file() {
        Some(file) => format!("{}: {line}", file.display()),
        None => line.to_owned(),
    }
}

/// The tenant whose input a WSDL is.
fn tenant_of(project: &Project, wsdl: &Path) -> Result<Option<String>, Failure> {
    let tenants = project.tenants();
    let names = tenants.filter(|(_, config)| is_input(config, wsdl));
    let names: Vec<&str> = names.map(|(name, _)| name).collect();
    match names.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some((*only).to_owned())),
        several => Err(Failure::usage(format!(
            "{} is the input of several tenants of saponify.toml",
            wsdl.display()
        ))
        .hint(format!("choose one with --tenant: {}", several.join(", ")))),
    }
}

fn is_input(config: &Config, wsdl: &Path) -> bool {
    let input = config
        .input_path()
        .and_then(|path| path.canonicalize().ok());
    input.is_some() && input == wsdl.canonicalize().ok()
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
