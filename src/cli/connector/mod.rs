//! `saponify connector`. Each command parses its arguments, calls a function of the library, and prints.

mod activate;
mod complete;
#[cfg(feature = "listen")]
mod listen;
mod login;
mod open;
mod progress;
mod reading;
mod secret;
#[cfg(feature = "console")]
mod serve;
mod show;
mod sink;
mod test;
mod work;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use clap::{Args, Subcommand};
use saponify_cli::connector::Error;
use saponify_cli::connector::home::Home;
use saponify_cli::connector::vault::{SecretSource, SecretString, Vault};
use tracing::level_filters::LevelFilter;

use super::failure::Failure;
use super::settings::Settings;
use super::terminal::put_error;
pub(super) use login::LoginArgs;
use secret::SourceParser;

/// Exit codes: 0 success, 1 failure, 2 wrong usage, 3 `test` failed, 4 another instance works on the
/// connection.
#[derive(Args, Debug)]
pub(crate) struct Connector {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args, Debug)]
pub(crate) struct Common {
    /// The folder that contains everything, or a database that several machines share:
    /// postgres://USER@HOST/DATABASE. The default is $SAPONIFY_HOME, or the folder in which programs keep
    /// their state on this platform.
    #[arg(long, value_name = "DIR|URL", global = true)]
    home: Option<PathBuf>,
    /// With a home in a database: the folder on this machine for files that are being fetched, damaged
    /// files and the search index. The default is the folder in which programs keep their state on this
    /// platform.
    #[arg(long, value_name = "DIR", global = true)]
    local: Option<PathBuf>,
    /// The source of the key that encrypts secrets in a file: env:VAR, file:PATH, command:CMD, prompt or -.
    /// The default is $SAPONIFY_KEY. Without a key, the keyring of the system is used.
    #[arg(long, value_name = "SRC", value_parser = SourceParser, global = true)]
    key_from: Option<SecretSource>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Activate a connection: ask for the credentials, log in, and store both if the login succeeds.
    Activate(Box<activate::Activate>),
    /// List the connections.
    List(show::List),
    /// Show the settings of a connection.
    Show(show::Show),
    /// Deactivate a connection and remove its secrets. Its data is kept.
    Deactivate(show::Deactivate),
    /// Test what the org and the user must have, and show what to do if something is missing.
    Test(test::Test),
    /// Collect connections once.
    Sync(work::Sync),
    /// Collect connections continuously.
    Run(work::Run),
    /// Show the progress and the problems of each source.
    Status(reading::Status),
    /// Show for each source and day whether it is complete, and why.
    Report(reading::Report),
    /// Show stored events.
    Events(reading::Events),
    /// Configure the sinks to which stored events are delivered.
    #[command(subcommand)]
    Sink(sink::Sink),
    /// Receive the outbound messages of an org.
    #[cfg(feature = "listen")]
    Listen(listen::Listen),
    /// Serve the console, which shows connections and events in a browser.
    #[cfg(feature = "console")]
    Serve(serve::Serve),
    /// Open a page of the org in the browser, logged in as the user of the connection.
    Open(open::Open),
}

impl Connector {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        let common = self.common;
        common.log();
        match self.command {
            Command::Activate(activate) => activate.run(&common),
            Command::List(list) => return list.run(&common),
            Command::Show(show) => show.run(&common),
            Command::Deactivate(deactivate) => deactivate.run(&common),
            Command::Test(test) => return test.run(&common),
            Command::Sync(sync) => return sync.run(&common),
            Command::Run(run) => return run.run(&common),
            Command::Status(status) => return status.run(&common),
            Command::Report(report) => report.run(&common),
            Command::Events(events) => events.run(&common),
            Command::Sink(sink) => return sink.run(&common),
            #[cfg(feature = "listen")]
            Command::Listen(listen) => listen.run(&common),
            #[cfg(feature = "console")]
            Command::Serve(serve) => serve.run(&common),
            Command::Open(open) => open.run(&common),
        }?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Common {
    pub(super) fn home(&self) -> Result<Home, Failure> {
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
        Ok(Home::find_with(
            self.home.clone(),
            self.local.clone(),
            variable,
        )?)
    }

    pub(super) fn vault(&self, home: &Home) -> Result<Vault, Failure> {
        Ok(Vault::of(home, self.key()?)?)
    }

    fn key(&self) -> Result<Option<SecretString>, Failure> {
        if let Some(source) = &self.key_from {
            return Ok(Some(source.read("key of the secrets")?));
        }
        match std::env::var_os("SAPONIFY_KEY") {
            None => Ok(None),
            Some(_) => {
                let source = SecretSource::Environment("SAPONIFY_KEY".to_owned());
                Ok(Some(source.read("key of the secrets")?))
            }
        }
    }

    pub(super) fn log(&self) {
        let level = match Settings::current().verbosity() {
            0 => LevelFilter::WARN,
            1 => LevelFilter::INFO,
            2 => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        };
        let _ = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_writer(std::io::stderr)
            .with_ansi(false)
            .try_init();
    }
}

/// The connections that a command works on: the given ones, or all that are not deactivated.
fn chosen(home: &Home, names: &[String]) -> Result<Vec<String>, Failure> {
    if !names.is_empty() {
        for name in names {
            home.connection(name)?;
        }
        return Ok(names.to_vec());
    }
    let mut active = Vec::new();
    for name in home.connections()? {
        // A store that cannot be read is reported when the connection is opened. It must not prevent the
        // work on other connections.
        let settings = saponify_cli::connector::connection::settings_of(home, &name);
        if !settings.is_ok_and(|settings| settings.deactivated) {
            active.push(name);
        }
    }
    match active.is_empty() {
        true => Err(Failure::usage("there is no connection")
            .hint("create one with `saponify connector activate`")),
        false => Ok(active),
    }
}

/// The given connection, or the only one.
fn the_one(home: &Home, name: Option<&String>) -> Result<String, Failure> {
    if let Some(name) = name {
        return Ok(name.clone());
    }
    let mut names = home.connections()?;
    match (names.pop(), names.is_empty()) {
        (Some(name), true) => Ok(name),
        (Some(last), false) => {
            names.push(last);
            Err(Failure::usage("there are several connections")
                .hint(format!("name one of: {}", names.join(", "))))
        }
        (None, _) => Err(Failure::usage("there is no connection")
            .hint("create one with `saponify connector activate`")),
    }
}

/// Parses the value of an option. The command line prints only one line about a wrong value, so the advice
/// is a part of it.
fn parsed<T: FromStr<Err = Error>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: Error| match error.advice() {
        Some(advice) => format!("{}; {advice}", error.text()),
        None => error.text(),
    })
}

/// Prints a JSON value as one line.
fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value)
        .map_err(|error| Failure::new("the result cannot be written as JSON").because(error))?;
    super::terminal::put(&format!("{text}\n"))
}

/// Prints why a connection cannot be used, and returns the exit code. With `json`, an object is printed to
/// standard output, too.
fn not_usable(name: &str, error: &Error, json: bool) -> Result<u8, Failure> {
    if json {
        print_json(&serde_json::json!({
            "connection": name, "ok": false, "problem": error.text(), "help": error.advice(),
        }))?;
    }
    Ok(complain(name, error))
}

/// Prints a failure of a connection, and returns its exit code.
fn complain(name: &str, error: &Error) -> u8 {
    put_error(&format!("{name}: {}", Failure::from(error).report()));
    error.exit_code()
}
