//! Several tenants at once, which may share types.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::stages::{Loaded, generate, header, output};
use crate::config::Config;
#[cfg(feature = "toml")]
use crate::config::Project;
use crate::emit::shared_types;
use crate::error::Error;
use crate::names::{Names, is_identifier, names};
use crate::output::{Output, cargo};
use crate::plan::{Plan, Portion, plan};
use crate::select::{Selection, select};

/// A module that was generated for one of several tenants, or for the types that they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedModule {
    name: String,
    tenants: Vec<usize>,
    is_shared: bool,
    directory: Option<PathBuf>,
    output: Output,
}

impl GeneratedModule {
    /// The name of the module.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The positions of the tenants that the module is for. There are several if it contains the types that
    /// they share.
    #[must_use]
    pub fn tenants(&self) -> &[usize] {
        &self.tenants
    }

    /// Whether it contains types that tenants share.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The directory of the module, if the options set it.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// What was generated.
    #[must_use]
    pub fn output(&self) -> &Output {
        &self.output
    }
}

/// Reads the inputs of tenants, and generates a module for each of them, in their order. After the tenants that
/// name the same module in [`Config::share`] comes the module of the types that they share.
///
/// # Errors
///
/// As [`Config::run`]. Also if a tenant shares types with no other, or if the modules of tenants that share
/// types are not in the same directory.
pub fn run_all(tenants: &[Config]) -> Result<Vec<GeneratedModule>, Error> {
    run_in(tenants, false)
}

/// For build scripts: as [`Config::compile`], for several tenants. Tenants that name the same module in
/// [`Config::share`] share types; [`include_proxies!`](https://docs.rs/saponify) is then needed for this module, too.
///
/// ```no_run
/// use saponify_codegen::Config;
///
/// saponify_codegen::compile_all(&[
///     Config::new().input("wsdl/europe.wsdl").share("common"),
///     Config::new().input("wsdl/america.wsdl").share("common"),
/// ])?;
/// # Ok::<(), saponify_codegen::Error>(())
/// ```
///
/// # Errors
///
/// As [`run_all`], and if the output cannot be written.
pub fn compile_all(tenants: &[Config]) -> Result<Vec<GeneratedModule>, Error> {
    for config in tenants {
        config.print_rerun();
    }
    let modules = run_in(tenants, true)?;
    for module in &modules {
        // A module is in the directory that the options set, or in `$OUT_DIR`.
        let dir = match (&module.directory, module.tenants.first()) {
            (None, Some(first)) => {
                let dir = tenants[*first].target_dir()?;
                dir.with_file_name(&module.name)
            }
            (dir, _) => dir.clone().unwrap_or_default(),
        };
        module.output.write_to(&dir)?;
        cargo::print_rerun(module.output.inputs.iter().map(PathBuf::as_path));
        let warns = module
            .tenants
            .iter()
            .all(|tenant| tenants[*tenant].warnings);
        if warns {
            cargo::print_warnings(&module.output.warnings);
        }
        cargo::print_summary(&module.name, &module.output);
    }
    Ok(modules)
}

#[cfg(feature = "toml")]
impl Project {
    /// For build scripts: as [`Config::compile`], for all tenants, or for the file if it has none. Tenants that
    /// share types are generated together.
    ///
    /// ```no_run
    /// saponify_codegen::Project::load("saponify.toml")?.compile()?;
    /// # Ok::<(), saponify_codegen::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`compile_all`].
    pub fn compile(&self) -> Result<Vec<GeneratedModule>, Error> {
        let tenants: Vec<Config> = self.tenants().map(|(_, config)| config.clone()).collect();
        match tenants.as_slice() {
            [] => compile_all(std::slice::from_ref(self.config(None)?)),
            tenants => compile_all(tenants),
        }
    }
}

fn run_in(tenants: &[Config], in_build_script: bool) -> Result<Vec<GeneratedModule>, Error> {
    let place = |config: &Config| config.chosen_dir(in_build_script).map(Path::to_owned);
    let mut modules = Vec::new();
    for (number, config) in tenants.iter().enumerate() {
        let Some(module) = &config.share else {
            modules.push(GeneratedModule {
                name: config.module_name()?,
                tenants: vec![number],
                is_shared: false,
                directory: place(config),
                output: config.read(|source| generate(source, config))?,
            });
            continue;
        };
        let group = tenants.iter().enumerate();
        let group = group.filter(|(_, other)| other.share.as_ref() == Some(module));
        let (numbers, group): (Vec<usize>, Vec<&Config>) = group.unzip();
        // Only the first tenant of a group generates it.
        if numbers.first() != Some(&number) {
            continue;
        }
        let names = names_of(&group, module)?;
        let places: Vec<Option<PathBuf>> = group.iter().map(|config| place(config)).collect();
        let directory = place_beside(&places, &names, module)?;
        let (shared, own) = share(&group, &names, module)?;
        let own = own.into_iter().zip(numbers.iter().zip(names).zip(places));
        modules.extend(
            own.map(|(output, ((number, name), directory))| GeneratedModule {
                name,
                tenants: vec![*number],
                is_shared: false,
                directory,
                output,
            }),
        );
        modules.push(GeneratedModule {
            name: module.clone(),
            tenants: numbers,
            is_shared: true,
            directory,
            output: shared,
        });
    }
    modules.sort_by_key(|module| (module.is_shared, module.tenants.first().copied()));
    Ok(modules)
}

/// The modules of tenants that share types.
fn names_of(group: &[&Config], module: &str) -> Result<Vec<String>, Error> {
    if !is_identifier(module) {
        return Err(Error::config(format!(
            "the module for shared types, {module:?}, is not a Rust identifier"
        )));
    }
    let names: Vec<String> = group
        .iter()
        .map(|config| config.module_name())
        .collect::<Result<_, _>>()?;
    match names.as_slice() {
        [only] => Err(Error::config(format!(
            "{only} is the only tenant with `share = {module:?}`, so it shares types with no other; set \
             `share` for another tenant, or leave it out"
        ))),
        names if names.iter().any(|name| name == module) => Err(Error::config(format!(
            "a tenant and its shared types have the same module {module:?}; set another name in `share`"
        ))),
        _ if group
            .iter()
            .any(|config| config.share_objects != first_shares_objects(group)) =>
        {
            Err(Error::config(format!(
                "only some of the tenants with `share = {module:?}` share objects; set `share-objects` for all of \
                 them, or for none"
            )))
        }
        _ => Ok(names),
    }
}

fn first_shares_objects(group: &[&Config]) -> bool {
    group.first().is_some_and(|config| config.share_objects)
}

/// The directory for shared types: beside those of the tenants, because their code says `super::super`.
fn place_beside(
    places: &[Option<PathBuf>],
    names: &[String],
    module: &str,
) -> Result<Option<PathBuf>, Error> {
    let parent = |place: &Option<PathBuf>| {
        let parts = place.as_deref()?.components();
        let parts: PathBuf = parts.filter(|part| *part != Component::CurDir).collect();
        Some(parts.with_file_name(""))
    };
    let mut all = places.iter().map(parent);
    let first = all.next().flatten();
    if all.any(|parent| parent != first) {
        return Err(Error::config(format!(
            "{} share types by the module {module:?}, so their modules must be in the same directory; change \
             `out-dir`",
            names.join(", ")
        )));
    }
    Ok(first.map(|parent| parent.join(module)))
}

/// Generates for tenants that share types. Returns the output for those types, and that of each tenant.
fn share(
    group: &[&Config],
    names_of_modules: &[String],
    module: &str,
) -> Result<(Output, Vec<Output>), Error> {
    let loaded: Vec<Loaded> = group
        .iter()
        .map(|config| config.load())
        .collect::<Result<_, _>>()?;
    let each = || loaded.iter().zip(group);
    let selections: Vec<Selection<'_>> = each()
        .map(|(loaded, config)| {
            select(&loaded.model, config).map_err(|error| config.located(error))
        })
        .collect::<Result<_, _>>()?;
    let named: Vec<Names> = each()
        .zip(&selections)
        .map(|((_, config), selection)| {
            names(selection, config).map_err(|error| config.located(error))
        })
        .collect::<Result<_, _>>()?;
    let mut plans: Vec<Plan<'_>> = each()
        .zip(selections.iter().zip(&named))
        .map(|((loaded, config), (selection, names))| {
            let header = header(loaded.source(), selection);
            plan(selection, names, config, header).map_err(|error| config.located(error))
        })
        .collect::<Result<_, _>>()?;
    let objects = group.iter().all(|config| config.share_objects);
    let shared = shared_types(&plans, objects, module, names_of_modules.to_vec());
    let shared = Arc::new(shared);
    let own = each().zip(&mut plans).map(|((loaded, config), plan)| {
        plan.portion = Portion::Own(Arc::clone(&shared));
        output(loaded.source(), config, plan)
    });
    let own = own.collect();
    let mut common = Output {
        files: Vec::new(),
        types: Vec::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        inputs: Vec::new(),
    };
    if let Some(((loaded, config), plan)) = each().zip(&mut plans).next() {
        plan.portion = Portion::Shared(shared);
        let all = output(loaded.source(), config, plan);
        // Notes and warnings are those of the tenants.
        common.files = all.files;
        common.types = all.types;
    }
    Ok((common, own))
}
