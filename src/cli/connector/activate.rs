//! `saponify connector activate`.

use std::path::PathBuf;

use clap::Args;
use saponify_cli::connector::connection::settings;
use saponify_cli::connector::connection::{Activated, Activation, activate};
use saponify_cli::connector::when;

use super::super::failure::Failure;
use super::super::terminal::{block_on, put};
use super::Common;
use super::login::LoginArgs;

/// Activate a connection: ask for the credentials, log in, and store both if the login succeeds.
///
/// A secret comes from prompt (typed without echo), env:VAR, file:PATH, command:CMD, or - for a line of
/// standard input. It is never an argument.
#[derive(Args, Debug)]
pub(crate) struct Activate {
    /// The name of the new connection.
    name: String,
    /// The My Domain address of the org, such as https://acme.my.salesforce.com.
    #[arg(long, value_name = "URL")]
    endpoint: String,
    #[command(flatten)]
    login: LoginArgs,
    /// How far back to collect logins and the setup audit trail; Salesforce keeps them for 180 days.
    #[arg(long, value_name = "LENGTH", default_value = "60d")]
    since: String,
    /// The event log files to collect: auto, hourly or daily.
    #[arg(long, value_name = "KIND", default_value = "auto")]
    interval: String,
    /// How to fetch event log files: auto, soap or rest.
    #[arg(long, value_name = "WAY", default_value = "auto")]
    transfer: String,
    /// Collect the changes of these objects, separated by commas. The defaults are User and
    /// PermissionSetAssignment.
    #[arg(long, value_name = "OBJECTS", value_delimiter = ',')]
    object: Vec<String>,
    /// Write all events also to NDJSON files in this folder.
    #[arg(long, value_name = "DIR")]
    ndjson: Option<PathBuf>,
    /// Write OCSF events to these files instead of rows.
    #[arg(long, requires = "ndjson")]
    ocsf: bool,
}

impl Activate {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let vault = common.vault(&home)?;
        let activation = self.activation()?;
        let activated = block_on(async { Ok(activate(&home, &vault, activation).await?) })?;
        put(&introduction(&activated))
    }

    fn activation(self) -> Result<Activation, Failure> {
        let since = when::length(&self.since)?;
        let interval = settings::interval(&self.interval)?;
        let transfer = settings::transfer(&self.transfer)?;
        let (mut settings, secrets) = self.login.settings(&self.endpoint)?;
        settings.interval = interval;
        settings.transfer = transfer;
        if !self.object.is_empty() {
            settings.objects = self.object;
        }
        if let Some(folder) = self.ndjson {
            let folder = std::path::absolute(&folder).map_err(|error| {
                Failure::new(format!("cannot use {}", folder.display())).because(error)
            })?;
            settings.ndjson = Some(folder.display().to_string());
        }
        settings.ocsf = self.ocsf;
        Ok(Activation {
            name: self.name,
            settings,
            secrets,
            since,
        })
    }
}

fn introduction(activated: &Activated) -> String {
    let Activated {
        name,
        identity,
        begins,
        resumed,
    } = activated;
    let first = match resumed {
        true => "Validation succeeded. The connection continues with its data.",
        false => "Validation succeeded. The connection is active.",
    };
    format!(
        "{first}\n  name   {name}\n  user   {}\n  org    {} ({})\n  host   {}\n  since  {}\n\nNext: \
         `saponify connector test {name}`, then `saponify connector sync {name}` or `saponify connector run`.\n",
        identity.username,
        identity.organization_name,
        identity.organization,
        identity.host,
        begins.strftime("%Y-%m-%d %H:%M UTC"),
    )
}
