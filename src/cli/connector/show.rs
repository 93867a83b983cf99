//! `saponify connector list`, `show` and `deactivate`.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use saponify_cli::connector::connection::{deactivate, settings_of};
use saponify_cli::connector::status::Status;

use super::super::failure::Failure;
use super::super::terminal::{put, put_error, put_lines};
use super::{Common, complete, not_usable, print_json};

#[derive(Args, Debug)]
pub(crate) struct List {
    /// Print a JSON object for each connection.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The name of the connection.
    #[arg(add = complete::connection())]
    name: String,
}

#[derive(Args, Debug)]
pub(crate) struct Deactivate {
    /// The name of the connection.
    #[arg(add = complete::connection())]
    name: String,
    /// Remove its data, too.
    #[arg(long)]
    erase: bool,
}

impl List {
    pub(super) fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let home = common.home()?;
        let mut out = String::new();
        let mut worst = 0;
        for name in home.connections()? {
            // A store that cannot be read must not hide the other connections.
            match Status::of(&home, &name, Timestamp::now()) {
                Ok(status) if self.json => print_json(&status)?,
                Ok(status) => {
                    let state = match (status.deactivated, status.running) {
                        (true, _) => "deactivated",
                        (false, true) => "running",
                        (false, false) => "active",
                    };
                    let _ = writeln!(
                        out,
                        "{name:<20} {state:<12} {:<32} {}",
                        status.user, status.organization
                    );
                }
                Err(error) => {
                    if !self.json {
                        let _ = writeln!(out, "{name:<20} unreadable");
                    }
                    worst = worst.max(not_usable(&name, &error, self.json)?);
                }
            }
        }
        if out.is_empty() && !self.json {
            put_error("There is no connection. Create one with `saponify connector activate`.\n");
        }
        put_lines(&out)?;
        Ok(ExitCode::from(worst))
    }
}

impl Show {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let place = home.connection(&self.name)?;
        let settings = settings_of(&home, &self.name)?;
        let mut out = String::new();
        let _ = writeln!(out, "{:<18} {}", "folder", place.folder()?.display());
        for (name, value) in settings.to_map() {
            let value = match value.contains('\n') {
                true => "given",
                false => value.as_str(),
            };
            let _ = writeln!(out, "{name:<18} {value}");
        }
        put_lines(&out)
    }
}

impl Deactivate {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let vault = common.vault(&home)?;
        deactivate(&home, &vault, &self.name, self.erase)?;
        put(&match self.erase {
            true => format!("The connection {} and its data are removed.\n", self.name),
            false => format!(
                "The connection {} is deactivated and its secrets are removed. Its data is kept; \
                 `deactivate --erase` removes it.\n",
                self.name
            ),
        })
    }
}
