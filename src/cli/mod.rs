//! The command line, with one file for each subcommand.

mod activity;
mod connector;
mod demo;
mod failure;
mod generate;
mod sandbox;

use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) use failure::Failure;

/// Rust proxies from a WSDL, and a local Salesforce tenant to try them on.
#[derive(Debug, Parser)]
#[command(name = "saponify", version, arg_required_else_help = true)]
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

/// Runs a future to completion on a new runtime.
fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("cannot start").because(error))?;
    runtime.block_on(future)
}

/// Writes to standard output. A closed pipe is not a failure.
fn put(text: &str) -> Result<(), Failure> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .or_else(|error| match error.kind() {
            ErrorKind::BrokenPipe => Ok(()),
            _ => Err(Failure::new("cannot write").because(error)),
        })
}
