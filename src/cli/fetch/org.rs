//! The org that a WSDL is fetched from, and the login to it.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use saponify_cli::connector::connection::{Org, connect, settings_of};
use saponify_cli::connector::{self, http_client};

use super::progress::Progress;
use crate::cli::Failure;
use crate::cli::connector::{Common, LoginArgs};

/// The longest time of one response. Salesforce writes the WSDL of a large tenant in about a minute.
const TIME: Duration = Duration::from_secs(600);

/// A connection of the connector, or an address and who logs in there.
#[derive(Args, Debug)]
pub(in crate::cli) struct OrgArgs {
    /// Log in as this connection of the connector does.
    #[arg(
        long,
        value_name = "CONNECTION",
        conflicts_with_all = ["user", "client_id", "session_from", "certificate", "allow_host"]
    )]
    from: Option<String>,
    /// The My Domain address of the org, such as https://acme.my.salesforce.com.
    #[arg(
        long,
        value_name = "URL",
        required_unless_present = "from",
        conflicts_with = "from"
    )]
    endpoint: Option<String>,
    #[command(flatten, next_help_heading = "Login")]
    login: LoginArgs,
    #[command(flatten, next_help_heading = "Connections of the connector")]
    common: Common,
}

/// An org that is logged in to.
pub(super) struct LoggedIn {
    pub(super) org: Org,
    pub(super) allow_hosts: Vec<String>,
    /// A certificate that is trusted, too, in PEM.
    pub(super) certificate: Option<String>,
    /// A client for the pages, which trusts what the login trusts.
    pub(super) pages: reqwest::Client,
}

/// Says what to do about a login for once, which no connection has to be activated again for.
fn refused(error: connector::Error) -> Failure {
    let is_refused = error.is_refused_login();
    let failure = Failure::from(error);
    match is_refused {
        true => failure.hint(
            "give valid credentials, or look into Login History in Setup for the reason; nothing was saved",
        ),
        false => failure,
    }
}

impl OrgArgs {
    /// The arguments that name a connection.
    pub(in crate::cli) fn of_connection(name: String, common: Common) -> Self {
        Self {
            from: Some(name),
            endpoint: None,
            login: LoginArgs::default(),
            common,
        }
    }

    /// Logs in.
    pub(super) async fn log_in(self, progress: &Progress) -> Result<LoggedIn, Failure> {
        self.common.log();
        let (org, settings) = match self.from {
            Some(name) => {
                let home = self.common.home()?;
                let vault = self.common.vault(&home)?;
                progress.step(&format!("logging in as the connection {name}"));
                let org = connect(&home, &vault, &name).await?;
                (org, settings_of(&home, &name)?)
            }
            None => {
                let endpoint = self.endpoint.unwrap_or_default();
                let (settings, secrets) = self.login.settings(&endpoint)?;
                progress.step(&format!("logging in at {}", settings.endpoint));
                // This login is for once, so a refresh token is not kept.
                let keep = Arc::new(|_: &saponify::Secret| {});
                let login = Org::connect(&settings, &secrets, keep).await;
                (login.map_err(refused)?, settings)
            }
        };
        let certificate = settings.certificate.as_deref().map(str::as_bytes);
        let pages = http_client::client(certificate, TIME)?;
        Ok(LoggedIn {
            org,
            pages,
            allow_hosts: settings.allow_hosts,
            certificate: settings.certificate,
        })
    }
}
