//! The command line, with one file for each subcommand.

mod activity;
mod connector;
mod demo;
mod failure;
mod generate;
mod sandbox;
mod terminal;

use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{Parser, Subcommand};
use saponify_cli::connector::sinks::config::KINDS;

pub(crate) use failure::Failure;
pub(crate) use terminal::put_error;
use terminal::{block_on, put};

/// What `--version` prints: the version, and the features that the program was built with.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let sinks = KINDS
        .iter()
        .filter_map(|kind| Some((kind.feature?, kind.is_built)));
    let all = [("console", cfg!(feature = "console"))]
        .into_iter()
        .chain(sinks);
    let (built, left_out): (Vec<_>, Vec<_>) = all.partition(|(_, is_built)| *is_built);
    let names = |features: &[(&str, bool)]| match features {
        [] => "none".to_owned(),
        some => some
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(", "),
    };
    format!(
        "{}\nfeatures: {}\nbuilt without: {}",
        env!("CARGO_PKG_VERSION"),
        names(&built),
        names(&left_out)
    )
});

/// Rust proxies from a WSDL, and a local Salesforce tenant to try them on.
#[derive(Debug, Parser)]
#[command(name = "saponify", version, long_version = VERSION.as_str(), arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write Rust proxies from a WSDL.
    Generate(generate::Generate),
    /// A local tenant: serve it over TLS, or write its WSDL.
    #[command(subcommand)]
    Sandbox(sandbox::Sandbox),
    /// Show the proxies at work on a local tenant: log in, stream, write, fail.
    Demo(demo::Demo),
    /// Collect logins, the setup audit trail, event log files and changes of an org, completely.
    Connector(connector::Connector),
}

impl Arguments {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            Command::Generate(generate) => generate.run()?,
            Command::Sandbox(sandbox) => sandbox.run()?,
            Command::Demo(demo) => demo.run()?,
            Command::Connector(connector) => return connector.run(),
        }
        Ok(ExitCode::SUCCESS)
    }
}
