//! `saponify generate`.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use saponify_codegen::{Config, GeneratedModule, Output, run_all};

use super::failure::Failure;
use super::options::{Options, Target};
use super::settings::Settings;
use super::terminal::{put, put_error, put_note, put_warning, report};
use super::watch;

/// Writes Rust proxies from a WSDL. The same options are in `saponify.toml` and in
/// `saponify_codegen::Config` for build scripts.
#[derive(Args, Debug)]
pub(crate) struct Generate {
    /// The WSDL. Files that it imports are read from its own directory and below: see --root,
    /// --provide and --skip-import. Nothing is ever fetched.
    ///
    /// Without it, the inputs of `saponify.toml` are read: those of all its tenants.
    #[arg(value_name = "WSDL")]
    wsdl: Option<PathBuf>,
    /// Directory for the module; files of an earlier run are replaced. [default: NAME in this directory,
    /// or in that of saponify.toml]
    #[arg(long, value_name = "DIR", conflicts_with = "stdout")]
    out: Option<PathBuf>,
    /// Print all files to standard output instead.
    #[arg(long)]
    stdout: bool,
    /// Name of the module. [default: the name of the tenant, or the WSDL's file name]
    #[arg(long, value_name = "NAME")]
    module: Option<String>,
    /// Keys only: no getter and no `with_` method per field. Compiles in two thirds of the time.
    #[arg(long)]
    no_methods: bool,
    /// Types for the elements of requests and answers, too.
    #[arg(long)]
    messages: bool,
    /// No documentation on fields and types.
    #[arg(long)]
    no_docs: bool,
    /// Types to and from JSON: `Serialize` and `Deserialize` by saponify's feature `serde`.
    #[arg(long)]
    serde: bool,
    /// The server side, too: a trait for each port type, by saponify's feature `server`.
    #[arg(long)]
    server: bool,
    /// The module for types that are equal in several tenants of saponify.toml.
    #[arg(long, value_name = "MODULE")]
    share: Option<String>,
    /// Share objects, too.
    #[arg(long)]
    share_objects: bool,
    #[command(flatten)]
    options: Options,
    /// Write nothing; fail if the directory does not hold what would be written.
    #[arg(long, conflicts_with_all = ["stdout", "dump"])]
    check: bool,
    /// Generate again whenever the WSDL, a file that it imports or saponify.toml changes. Ends with Ctrl-C.
    #[arg(long, conflicts_with_all = ["check", "stdout", "dump"])]
    watch: bool,
    /// Print the result of a stage instead of generating.
    #[arg(long, value_name = "STAGE")]
    dump: Option<Dump>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Dump {
    /// The WSDL as written, names unresolved.
    Raw,
    /// The resolved model.
    Model,
    /// The parts of the model that the options select.
    Selection,
    /// The Rust names of all that is selected.
    Names,
    /// What will be emitted.
    Plan,
}

impl Generate {
    pub(crate) fn run(self) -> Result<(), Failure> {
        if self.watch {
            return watch::repeat(|read| self.all(read));
        }
        self.all(&mut Vec::new())
    }

    /// Generates for all tenants. Adds the files that are read, also those of a run that fails.
    fn all(&self, read: &mut Vec<PathBuf>) -> Result<(), Failure> {
        read.push(self.options.file());
        let targets = self.options.targets(self.wsdl.as_deref())?;
        let has_place = self.out.is_some() || self.module.is_some();
        if targets.len() > 1 && has_place {
            return Err(Failure::usage(
                "--out and --module are for one tenant, and saponify.toml has several",
            )
            .hint("choose one with --tenant"));
        }
        let (mut stale, mut notes) = (Vec::new(), Notes::default());
        let groups = self.together(targets)?;
        if has_place && groups.iter().any(|group| group.len() > 1) {
            return Err(Failure::usage(
                "--out and --module are for one tenant, and this one is generated together with those with \
                 which it shares types",
            )
            .hint("set `out-dir` and `module` in saponify.toml"));
        }
        for together in groups {
            stale.extend(self.some(together, read, &mut notes)?);
        }
        notes.print();
        match stale.as_slice() {
            [] => Ok(()),
            dirs => {
                let dirs: Vec<String> = dirs.iter().map(|dir| dir.display().to_string()).collect();
                let (dirs, are) = (dirs.join(", "), if dirs.len() == 1 { "is" } else { "are" });
                Err(
                    Failure::new(format!("{dirs} {are} not what would be generated"))
                        .hint("run the same command without --check"),
                )
            }
        }
    }

    /// The tenants, each by itself or with those with which it shares types. They are there even if
    /// `--tenant` names only one of them, because the shared types depend on all.
    fn together(&self, targets: Vec<Target>) -> Result<Vec<Vec<Target>>, Failure> {
        let mut groups: Vec<(Option<String>, Vec<Target>)> = Vec::new();
        for mut target in targets {
            target.config = self.configured(target.config).file_per_object(true);
            let module = target.config.share_module().map(str::to_owned);
            if self.dump.is_some() || module.is_none() {
                groups.push((None, vec![target]));
                continue;
            }
            match groups.iter_mut().find(|(known, _)| *known == module) {
                Some((_, group)) => group.push(target),
                None => groups.push((module, vec![target])),
            }
        }
        for (module, group) in &mut groups {
            let (Some(module), [only]) = (module, group.as_slice()) else {
                continue;
            };
            let known = only.tenant.clone();
            // A WSDL that is no tenant of the file shares types with none of them.
            if known.is_none() {
                continue;
            }
            for mut other in self.options.all_tenants()? {
                other.config = self.configured(other.config).file_per_object(true);
                if other.tenant != known && other.config.share_module() == Some(module) {
                    group.push(other);
                }
            }
            group.sort_by(|a, b| a.tenant.cmp(&b.tenant));
        }
        Ok(groups.into_iter().map(|(_, group)| group).collect())
    }

    /// Generates for tenants that share types, or for one that does not. Returns the directories in which
    /// `--check` finds a difference. Adds the files that are read.
    fn some(
        &self,
        targets: Vec<Target>,
        read: &mut Vec<PathBuf>,
        notes: &mut Notes,
    ) -> Result<Vec<PathBuf>, Failure> {
        let mut inputs = Vec::new();
        for target in &targets {
            read.extend(target.file.clone());
            let input = target.config.input_path().map(Path::to_owned);
            let input = input.ok_or_else(|| {
                Failure::usage("no WSDL is named")
                    .hint("name one, or set `input` in saponify.toml; see saponify generate --help")
            })?;
            read.push(input.clone());
            target.readable(&input)?;
            if let Some(stage) = self.dump {
                dump(stage, &target.config)?;
            }
            inputs.push(input);
        }
        if self.dump.is_some() {
            return Ok(Vec::new());
        }
        let configs: Vec<Config> = targets.iter().map(|target| target.config.clone()).collect();
        let modules = run_all(&configs).inspect_err(|_| {
            for input in &inputs {
                watch::add_schemas(input, read);
            }
        })?;
        let mut stale = Vec::new();
        for module in modules {
            let output = module.output();
            read.extend_from_slice(output.inputs());
            notes.add(&module);
            let first = module
                .tenants()
                .first()
                .and_then(|tenant| targets.get(*tenant));
            if self.stdout {
                let folder = match module.is_shared() {
                    true => Some(module.name()),
                    false => first.and_then(|target| target.tenant.as_deref()),
                };
                print(output, folder)?;
                continue;
            }
            let dir = match (module.directory(), first) {
                (Some(dir), _) => dir.to_owned(),
                (None, Some(target)) => target.directory.join(module.name()),
                (None, None) => PathBuf::from(module.name()),
            };
            if self.check {
                if let Some(target) = first {
                    checked_in(&dir, &target.directory)?;
                }
                stale.extend((!check(output, &dir)?).then_some(dir));
                continue;
            }
            output.write_to(&dir)?;
            say(&module, &dir)?;
        }
        Ok(stale)
    }

    /// The options of a target with those of the command line on top.
    fn configured(&self, mut config: Config) -> Config {
        if let Some(module) = &self.share {
            config = config.share(module);
        }
        if self.share_objects {
            config = config.share_objects(true);
        }
        if let Some(out) = &self.out {
            config = config.out_dir(out);
        }
        if let Some(module) = &self.module {
            config = config.module(module);
        }
        if self.messages {
            config = config.messages(true);
        }
        if self.server {
            config = config.server(true);
        }
        if self.no_methods {
            config = config.methods(false);
        }
        if self.no_docs {
            config = config.docs(false);
        }
        if self.serde {
            config = config.serde(true);
        }
        config
    }
}

/// Says what was written.
fn say(module: &GeneratedModule, dir: &Path) -> Result<(), Failure> {
    let output = module.output();
    let bytes: usize = output.files().iter().map(|file| file.text().len()).sum();
    let shared = match module.is_shared() {
        true => format!(", {} shared types", output.types().len()),
        false => String::new(),
    };
    report!(
        "{}: {} files, {:.1} MB{shared}",
        dir.display(),
        output.files().len(),
        bytes as f64 / 1e6
    );
    Ok(())
}

/// The warnings and the notes of all tenants. Each is said once, with the tenants that it is about.
#[derive(Default)]
struct Notes {
    tenants: BTreeSet<String>,
    warnings: Vec<(String, Vec<String>)>,
    notes: Vec<(String, Vec<String>)>,
}

impl Notes {
    fn add(&mut self, module: &GeneratedModule) {
        if module.is_shared() {
            return;
        }
        let name = module.name();
        self.tenants.insert(name.to_owned());
        let output = module.output();
        for (texts, known) in [
            (output.warnings(), &mut self.warnings),
            (output.notes(), &mut self.notes),
        ] {
            let mut at: HashMap<String, usize> = known
                .iter()
                .enumerate()
                .map(|(at, (text, _))| (text.clone(), at))
                .collect();
            for text in texts {
                let at = *at.entry(text.clone()).or_insert(known.len());
                if at == known.len() {
                    known.push((text.clone(), Vec::new()));
                }
                let tenants = &mut known[at].1;
                if tenants.last().is_none_or(|last| last != name) {
                    tenants.push(name.to_owned());
                }
            }
        }
    }

    /// Prints them. A WSDL with one fault may give thousands of notes, so only `-v` prints all.
    fn print(&self) {
        const SHOWN: usize = 10;
        let whole = |(text, tenants): &(String, Vec<String>)| match tenants.len() {
            some if some < self.tenants.len() => format!("{}: {text}", tenants.join(", ")),
            _ => text.clone(),
        };
        for warning in &self.warnings {
            put_warning(&whole(warning));
        }
        let all = Settings::current().verbosity() > 0;
        let shown = if all { usize::MAX } else { SHOWN };
        for note in self.notes.iter().take(shown) {
            put_note(&whole(note));
        }
        if let more @ 1.. = self.notes.len().saturating_sub(shown) {
            put_note(&format!("there are {more} more notes; -v prints all"));
        }
    }
}

fn dump(stage: Dump, config: &Config) -> Result<(), Failure> {
    let text = match stage {
        Dump::Raw => config.dump_raw()?,
        Dump::Model => config.dump_model()?,
        Dump::Selection => config.dump_selection()?,
        Dump::Names => config.dump_names()?,
        Dump::Plan => config.dump_plan()?,
    };
    put(&text)
}

/// Prints all files, with the name of the tenant if there is one.
fn print(output: &Output, tenant: Option<&str>) -> Result<(), Failure> {
    let folder = tenant.map(|name| format!("{name}/")).unwrap_or_default();
    for file in output.files() {
        put(&format!("// ---- {folder}{}\n{}", file.path(), file.text()))?;
    }
    Ok(())
}

/// Refuses to compare where a build script generates the code, because nothing is checked in.
fn checked_in(dir: &Path, project: &Path) -> Result<(), Failure> {
    let script = project.join("build.rs");
    let text = std::fs::read_to_string(&script).unwrap_or_default();
    if dir.exists() || !text.contains("saponify_codegen") {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} does not exist: {} generates the code, so there is nothing to compare",
        dir.display(),
        script.display()
    ))
    .hint(
        "leave --check out of CI: cargo generates the code again whenever the WSDL changes; or check \
         the code in, with `out-dir` in saponify.toml",
    ))
}

/// Whether a directory holds what would be generated. Prints what differs.
fn check(output: &Output, dir: &Path) -> Result<bool, Failure> {
    const SHOWN: usize = 20;
    let differences = output.differences(dir)?;
    if differences.is_empty() {
        report!("{}: up to date", dir.display());
        return Ok(true);
    }
    for difference in differences.iter().take(SHOWN) {
        put_error(&format!("{}/{difference}\n", dir.display()));
    }
    if let more @ 1.. = differences.len().saturating_sub(SHOWN) {
        put_error(&format!("and {more} more\n"));
    }
    Ok(false)
}
