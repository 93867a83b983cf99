//! The command line, with one file for each subcommand.

mod activity;
mod connector;
mod demo;
mod diff;
mod failure;
mod generate;
mod options;
mod sandbox;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) use failure::Failure;
pub(crate) use terminal::put_error;
use terminal::{block_on, put};

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
    /// Compare two WSDLs: what changed, and what it means for code and data.
    Diff(diff::Diff),
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
            Command::Diff(diff) => return diff.run(),
            Command::Sandbox(sandbox) => sandbox.run()?,
            Command::Demo(demo) => demo.run()?,
            Command::Connector(connector) => return connector.run(),
        }
        Ok(ExitCode::SUCCESS)
    }
}
