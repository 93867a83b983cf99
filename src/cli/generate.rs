//! `saponify generate`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use saponify_codegen::{Config, Output};

use super::options::Options;
use super::terminal::say;
use super::{Failure, put, put_error};

/// Writes Rust proxies from a WSDL. The same options are in `saponify.toml` and in
/// `saponify_codegen::Config` for build scripts.
#[derive(Args, Debug)]
pub(crate) struct Generate {
    /// The WSDL. Files that it imports are read from its own directory and below: see --root,
    /// --provide and --skip-import. Nothing is ever fetched.
    #[arg(value_name = "WSDL", required_unless_present = "config")]
    wsdl: Option<PathBuf>,
    /// Directory for the module; files of an earlier run are replaced. [default: ./NAME]
    #[arg(long, value_name = "DIR", conflicts_with = "stdout")]
    out: Option<PathBuf>,
    /// Print all files to standard output instead.
    #[arg(long)]
    stdout: bool,
    /// Name of the module. [default: the WSDL's file name]
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
    #[command(flatten)]
    options: Options,
    /// Write nothing; fail if the directory does not hold what would be written.
    #[arg(long, conflicts_with_all = ["stdout", "dump"])]
    check: bool,
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
        let config = self.configured()?.file_per_object(true);
        let input = config
            .input_path()
            .map(Path::to_owned)
            .ok_or_else(|| Failure::new("no WSDL: name one, or set `input` in saponify.toml"))?;
        if is_url(&input) {
            return Err(Failure::new(format!(
                "{} is an address, and nothing is fetched",
                input.display()
            ))
            .hint("download the WSDL, and give the file"));
        }
        if !input.exists() {
            return Err(
                Failure::new(format!("{} does not exist", input.display())).hint(
                    "in Salesforce: Setup, API, Generate Enterprise WSDL; save the page as a file",
                ),
            );
        }
        if let Some(stage) = self.dump {
            return dump(stage, &config);
        }
        let output = config.run()?;
        for note in output.notes() {
            put_error(&format!("note: {note}\n"));
        }
        if self.stdout {
            return print(&output);
        }
        let dir = match config.out_dir_path() {
            Some(dir) => dir.to_owned(),
            None => PathBuf::from(config.module_name()?),
        };
        if self.check {
            return check(&output, &dir);
        }
        output.write_to(&dir)?;
        let bytes: usize = output.files().iter().map(|file| file.text().len()).sum();
        say!(
            "{}: {} files, {:.1} MB",
            dir.display(),
            output.files().len(),
            bytes as f64 / 1e6
        );
        Ok(())
    }

    /// The options of the file and of the command line.
    fn configured(&self) -> Result<Config, Failure> {
        let mut config = self.options.configured()?;
        if let Some(wsdl) = &self.wsdl {
            config = config.input(wsdl);
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
        Ok(config)
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

fn is_url(input: &Path) -> bool {
    let text = input.to_string_lossy();
    text.starts_with("https://") || text.starts_with("http://")
}

fn print(output: &Output) -> Result<(), Failure> {
    for file in output.files() {
        put(&format!("// ---- {}\n{}", file.path(), file.text()))?;
    }
    Ok(())
}

fn check(output: &Output, dir: &Path) -> Result<(), Failure> {
    let differences = output.differences(dir)?;
    if differences.is_empty() {
        say!("{}: up to date", dir.display());
        return Ok(());
    }
    for difference in differences.iter().take(20) {
        put_error(&format!("{difference}\n"));
    }
    if differences.len() > 20 {
        put_error(&format!("and {} more\n", differences.len() - 20));
    }
    Err(
        Failure::new(format!("{} is not what would be generated", dir.display()))
            .hint("run the same command without --check"),
    )
}
