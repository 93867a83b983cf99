//! The public methods of [`Config`] that read, generate and write.

use std::path::{Path, PathBuf};

use saponify_wsdl::Reader;
use saponify_wsdl::model::Builtin;

use super::stages::{Loaded, Source, generate, with_names, with_plan};
use crate::config::Config;
use crate::error::Error;
use crate::output::{Output, cargo};
use crate::select::select;

/// The built-in type that an override names.
fn builtin(name: &str, replacement: &str) -> Result<Builtin, Error> {
    let local = match replacement.split_once(':') {
        Some(("xsd" | "xs", local)) => Some(local),
        Some(_) => None,
        None => match replacement {
            "text" => Some("string"),
            "any" => Some("anyType"),
            _ => None,
        },
    };
    local.and_then(Builtin::from_name).ok_or_else(|| {
        Error::config(format!(
            "the type {name:?} is to be read as {replacement:?}; expected a built-in type of XML \
             Schema, such as `xsd:string`, or `text` or `any`"
        ))
        .about("types", name)
    })
}

impl Config {
    /// Generates from a WSDL in memory. The input of the options is ignored and nothing is written. The
    /// only files that are read are those given to [`provide_file`](Config::provide_file).
    ///
    /// # Errors
    ///
    /// If the WSDL is refused, or an option does not fit it.
    pub fn generate(&self, wsdl: &[u8]) -> Result<Output, Error> {
        let reader = self.reader()?;
        let read = match self.server {
            true => reader.read_published(wsdl),
            false => reader.read(wsdl).map(|model| (model, Vec::new())),
        };
        let (model, documents) = read.map_err(|source| Error::wsdl(None, source))?;
        let source = Source {
            model: &model,
            name: "WSDL",
            wsdl,
            documents: &documents,
        };
        generate(source, self)
    }

    /// Reads the input and the files that it imports, and generates.
    ///
    /// # Errors
    ///
    /// If no input is set, it cannot be read or is refused, or an option does not fit it. Also if the types are
    /// to be shared with other tenants ([`share`](Config::share)).
    pub fn run(&self) -> Result<Output, Error> {
        self.alone()?;
        self.read(|source| generate(source, self))
    }

    /// The parts of the model that the options select, as text.
    ///
    /// # Errors
    ///
    /// As [`run`](Config::run).
    pub fn dump_selection(&self) -> Result<String, Error> {
        self.read(|source| {
            let selection = select(source.model, self);
            let selection = selection.map_err(|error| self.located(error))?;
            Ok(selection.to_string())
        })
    }

    /// The Rust names of everything that is selected, as text.
    ///
    /// # Errors
    ///
    /// As [`run`](Config::run).
    pub fn dump_names(&self) -> Result<String, Error> {
        self.read(|source| {
            with_names(source, self, |selection, names| {
                Ok(names.dump(selection).to_string())
            })
        })
    }

    /// The plan of the output as text: every name and type that was decided.
    ///
    /// # Errors
    ///
    /// As [`run`](Config::run).
    pub fn dump_plan(&self) -> Result<String, Error> {
        self.read(|source| with_plan(source, self, |plan| plan.to_string()))
    }

    /// For build scripts: reads the input, writes the output to the output directory (by default
    /// in `$OUT_DIR`), and tells cargo when to run the script again: if the input, a file that it imports
    /// or the file of options changes. Returns what was written.
    ///
    /// Cargo shows a warning if the API version of the WSDL or an operation of it is retired
    /// ([`warnings`](Config::warnings)). Everything else is one line, which `cargo build -vv` shows.
    ///
    /// # Errors
    ///
    /// As [`run`](Config::run), and if the output cannot be written.
    pub fn compile(&self) -> Result<Output, Error> {
        self.print_rerun();
        let dir = self.target_dir()?;
        let output = self.run()?;
        cargo::print_rerun(output.inputs.iter().map(PathBuf::as_path).skip(1));
        output.write_to(&dir)?;
        if self.warnings {
            cargo::print_warnings(&output.warnings);
        }
        cargo::print_summary(&self.module_name()?, &output);
        Ok(output)
    }

    /// Tells cargo to watch the input even if it cannot be read, so that a repair is noticed.
    pub(super) fn print_rerun(&self) {
        cargo::print_rerun(self.input.as_deref());
        cargo::print_rerun(self.read_from.iter().map(PathBuf::as_path));
    }

    /// The input and the files that it imports, as text, before names are resolved.
    ///
    /// # Errors
    ///
    /// If no input is set, or it cannot be read or is not well-formed.
    pub fn dump_raw(&self) -> Result<String, Error> {
        let input = self.required_input()?;
        self.reader()?
            .dump_raw_file(input)
            .map_err(|source| Error::wsdl(Some(input), source))
    }

    /// The resolved model of the input, as text.
    ///
    /// # Errors
    ///
    /// If no input is set, or it cannot be read or is refused.
    pub fn dump_model(&self) -> Result<String, Error> {
        let input = self.required_input()?;
        self.reader()?
            .read_file(input)
            .map(|model| model.to_string())
            .map_err(|source| Error::wsdl(Some(input), source))
    }

    /// A reader that may read the files which the options allow.
    pub(super) fn reader(&self) -> Result<Reader, Error> {
        let mut reader = Reader::new();
        for root in &self.import_roots {
            reader.allow_root(root);
        }
        for (import, path) in &self.provide {
            reader.provide_file(import, path);
        }
        for import in &self.skip_imports {
            reader.skip_import(import);
        }
        for (name, replacement) in &self.types {
            let builtin = builtin(name, replacement).map_err(|error| self.located(error))?;
            reader.override_type(name, builtin);
        }
        Ok(reader)
    }

    /// Refuses options by which other tenants have a part in the output.
    fn alone(&self) -> Result<(), Error> {
        match &self.share {
            None => Ok(()),
            Some(module) => Err(Error::config(format!(
                "types are to be shared with other tenants by the module {module:?}, so the tenants are \
                 generated together: use `compile_all` or `Project::compile`"
            ))),
        }
    }

    fn required_input(&self) -> Result<&PathBuf, Error> {
        self.input
            .as_ref()
            .ok_or_else(|| Error::config("no input: set the path of a WSDL"))
    }

    pub(super) fn read<T>(
        &self,
        then: impl FnOnce(Source<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        then(self.load()?.source())
    }

    pub(super) fn load(&self) -> Result<Loaded, Error> {
        let input = self.required_input()?;
        // The reader says best why a file cannot be read.
        let reader = self.reader()?;
        let read = match self.server {
            true => reader.read_published_file(input),
            false => reader.read_file(input).map(|model| (model, Vec::new())),
        };
        let (model, documents) = read.map_err(|source| Error::wsdl(Some(input), source))?;
        #[cfg(feature = "describe")]
        let model = match self.undescribed {
            true => model,
            false => crate::describe::documented(input, model)?,
        };
        let wsdl = std::fs::read(input).map_err(|e| Error::io("cannot read", input, e))?;
        let name = input
            .file_name()
            .map_or_else(|| "WSDL".into(), |name| name.to_string_lossy());
        Ok(Loaded {
            model,
            name: name.into_owned(),
            wsdl,
            documents,
        })
    }

    /// The directory for the output. In a build script, the `out-dir` of a `saponify.toml` does not count,
    /// because a build script writes to `$OUT_DIR` only.
    ///
    /// # Errors
    ///
    /// If neither an output directory nor `$OUT_DIR` is set, or if no module name is set and the name
    /// of the input gives none.
    pub fn target_dir(&self) -> Result<PathBuf, Error> {
        let of_cargo = std::env::var_os("OUT_DIR");
        if let Some(dir) = self.chosen_dir(of_cargo.is_some()) {
            return Ok(dir.to_owned());
        }
        let Some(dir) = of_cargo else {
            return Err(Error::config(
                "no output directory: set one, or call from a build script, where OUT_DIR is set",
            ));
        };
        Ok(Path::new(&dir).join(self.module_name()?))
    }

    /// The output directory that was set, if it counts.
    pub(super) fn chosen_dir(&self, in_build_script: bool) -> Option<&Path> {
        let dir = self.out_dir.as_deref();
        dir.filter(|_| !(self.out_dir_of_program && in_build_script))
    }

    /// The name of the generated module.
    ///
    /// # Errors
    ///
    /// If no name is set and the name of the input gives none, or if the name that is set is not an
    /// identifier.
    pub fn module_name(&self) -> Result<String, Error> {
        if let Some(name) = &self.module {
            return match crate::names::is_identifier(name) {
                true => Ok(name.clone()),
                false => Err(Error::config(format!(
                    "module {name:?} is not a Rust identifier"
                ))),
            };
        }
        let of_input = || {
            let stem = self.input.as_deref().and_then(Path::file_stem)?;
            stem.to_str()
        };
        let stem = self.tenant.as_deref().or_else(of_input);
        match stem.map(crate::names::module_of_stem) {
            Some(name) if !name.is_empty() => Ok(name),
            _ => Err(Error::config(
                "no module name can be made of the input's file name; set one with `Config::module`",
            )),
        }
    }
}
