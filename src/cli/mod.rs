//! The command line, with one file or folder for each subcommand.

mod activity;
mod completion;
mod connector;
mod demo;
mod diff;
mod excerpt;
mod failure;
mod fetch;
mod generate;
mod init;
mod inspect;
mod manual;
mod options;
mod sandbox;
mod settings;
mod terminal;
mod version;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub(crate) use failure::Failure;
use settings::{Settings, color_choice};
pub(crate) use terminal::put_error;
use terminal::{block_on, put};

/// Rust proxies from a WSDL, and a local Salesforce tenant to try them on.
#[derive(Debug, Parser)]
#[command(
    name = "saponify",
    version,
    long_version = version::LONG.as_str(),
    arg_required_else_help = true,
    after_help = "Exit codes:\n  \
        0  done\n  \
        1  it failed, or --check or diff found a difference\n  \
        2  the command line is wrong, or diff cannot compare\n  \
        4  another process uses the same folder (connector)\n  \
        130  Ctrl-C ended it before it was done; what works until Ctrl-C, such as\n       \
             sandbox serve and connector run, ends with 0\n\n\
        Commands of the connector have more of them: saponify connector COMMAND --help."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a project: a crate for the proxies, and a program with a first query.
    Init(init::Init),
    /// Log in to an org and save the WSDL of this tenant; say what has changed in it.
    Fetch(Box<fetch::Fetch>),
    /// Write Rust proxies from a WSDL.
    Generate(generate::Generate),
    /// Compare two WSDLs: what changed, and what it means for code and data.
    Diff(diff::Diff),
    /// Show what is in a WSDL, as tables, as JSON, or as a page for a browser.
    Inspect(inspect::Inspect),
    /// A local tenant: serve it over TLS, or write its WSDL.
    #[command(subcommand)]
    Sandbox(sandbox::Sandbox),
    /// Show the proxies at work on a local tenant: log in, stream, write, fail.
    Demo(demo::Demo),
    /// Collect logins, the setup audit trail, event log files and changes of an org, completely.
    Connector(connector::Connector),
    /// Print the script that completes commands, options and names of objects in a shell.
    Completions(completion::Completions),
    /// Write the manual pages, or print the JSON schema of saponify.toml.
    #[command(subcommand)]
    Manual(manual::Manual),
}

/// Runs the program.
pub(crate) fn run() -> Result<ExitCode, Failure> {
    completion::answer_shell(Arguments::command);
    match parsed()? {
        Ok(arguments) => {
            arguments.settings.apply();
            arguments.run()
        }
        Err(code) => Ok(code),
    }
}

/// The arguments, or the exit code if they ask for nothing but a text, or are wrong.
fn parsed() -> Result<Result<Arguments, ExitCode>, Failure> {
    let given: Vec<OsString> = std::env::args_os().collect();
    let color = color_choice(given.iter().cloned());
    let command = Arguments::command().color(color);
    let matched = command
        .try_get_matches_from(given)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let error = match matched {
        Ok(arguments) => return Ok(Ok(arguments)),
        Err(error) => error,
    };
    let is_asked_for = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if is_asked_for {
        // `clap` would print the text itself, and not notice if it cannot be written.
        let text = error.render();
        let is_colored = match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => console::colors_enabled(),
        };
        match is_colored {
            true => put(&text.ansi().to_string())?,
            false => put(&text.to_string())?,
        }
        return Ok(Err(ExitCode::SUCCESS));
    }
    // If standard error cannot be written, there is nowhere left to say so.
    let _ = error.print();
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    Ok(Err(ExitCode::from(code)))
}

impl Arguments {
    fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            Command::Init(init) => init.run()?,
            Command::Fetch(fetch) => fetch.run()?,
            Command::Generate(generate) => generate.run()?,
            Command::Diff(diff) => return diff.run(),
            Command::Inspect(inspect) => inspect.run()?,
            Command::Sandbox(sandbox) => sandbox.run()?,
            Command::Demo(demo) => demo.run()?,
            Command::Connector(connector) => return connector.run(),
            Command::Completions(completions) => completions.run()?,
            Command::Manual(manual) => manual.run(Arguments::command())?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
