//! `saponify diff`.

mod json;
mod side;

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use saponify_codegen::Config;
use saponify_codegen::diff::{Diff as Differences, Impact};

use self::side::Side;
use super::Failure;
use super::options::Options;
use super::terminal::{put, put_lines};

/// Compares two WSDLs: objects, fields, types, relationships, enumerations, operations and headers.
///
/// Each change is judged twice. "Rust" says what happens to code that uses the old proxies when it is
/// compiled with the new ones. "Data" says what happens to a program that was built with the old WSDL
/// when the tenant has changed.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes:\n  \
    0  no change as great as --fail-on says; by default, the same or only neutral changes\n  \
    1  such a change\n  \
    2  the WSDLs cannot be compared, or an option is wrong\n\n\
    Examples:\n  \
    saponify diff old.wsdl new.wsdl\n  \
    saponify diff HEAD:wsdl/enterprise.wsdl wsdl/enterprise.wsdl --fail-on breaking\n  \
    saponify diff HEAD                  # the input of saponify.toml, since the last commit\n  \
    saponify diff europe america        # two tenants of saponify.toml")]
pub(crate) struct Diff {
    /// The old WSDL: a file, REVISION:PATH for a file in a revision of git, or a tenant of saponify.toml.
    /// Without NEW, it may be a revision alone.
    #[arg(value_name = "OLD")]
    old: String,
    /// The new WSDL, named in the same ways. By default, it is the input of saponify.toml.
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// How to print the changes.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Which changes make the exit code 1.
    #[arg(long, value_name = "IMPACT", default_value = "additive")]
    fail_on: FailOn,
    #[command(flatten)]
    options: Options,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For a terminal: what breaks first, with the reasons.
    Text,
    /// For the description of a pull request.
    Markdown,
    /// For other programs.
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// Changes that break code or data.
    Breaking,
    /// These, and changes that add something.
    Additive,
    /// Every change.
    Any,
}

impl Diff {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        self.compare().map_err(|failure| failure.with_code(2))
    }

    fn compare(self) -> Result<ExitCode, Failure> {
        let (old, new, config) = self.sides()?;
        let diff = config.diff(old.path(), new.path())?;
        let diff = named(diff, &old, &new);
        match self.format {
            Format::Text => put_lines(&diff.to_string())?,
            Format::Markdown => put(&diff.markdown())?,
            Format::Json => put(&json::of(&diff))?,
        }
        let fails = match self.fail_on {
            FailOn::Breaking => diff.impact() == Impact::Breaking,
            FailOn::Additive => diff.impact() >= Impact::Additive,
            FailOn::Any => !diff.is_empty(),
        };
        Ok(ExitCode::from(u8::from(fails)))
    }
}

impl Diff {
    /// The two sides, and the options that select what is compared.
    fn sides(&self) -> Result<(Side, Side, Config), Failure> {
        let side = |given: &str| match self.options.input_of_tenant(given)? {
            // The folder of a tenant's proxies has its name.
            Some(input) if !Path::new(given).is_file() => Side::of(&input.to_string_lossy()),
            _ => Side::of(given),
        };
        if let Some(new) = &self.new {
            let (old, new) = (side(&self.old)?, side(new)?);
            // A file of a revision belongs to the options of the file as it is now.
            let known = [&new, &old]
                .into_iter()
                .find(|side| self.options.know(side.place()));
            let target = self
                .options
                .target_of(Some(known.unwrap_or(&new).place()))?;
            return Ok((old, new, target.config));
        }
        let config = self.options.target_of(None)?.config;
        let input = config.input_path().map(Path::to_owned).ok_or_else(|| {
            Failure::usage("no second WSDL is named")
                .hint("name two, or set `input` in saponify.toml")
        })?;
        let is_revision = !self.old.contains(':')
            && !Path::new(&self.old).exists()
            && self.options.input_of_tenant(&self.old)?.is_none();
        let old = match is_revision {
            true => Side::before(&self.old, &input)?,
            false => side(&self.old)?,
        };
        Ok((old, Side::of(&input.to_string_lossy())?, config))
    }
}

/// The comparison with the names that the user gave the two sides.
fn named(mut diff: Differences, old: &Side, new: &Side) -> Differences {
    diff.old = old.titled(&diff.old);
    diff.new = new.titled(&diff.new);
    diff
}
