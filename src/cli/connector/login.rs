//! The options that say who logs in, and how.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;
use saponify_cli::connector::connection::settings::secret;
use saponify_cli::connector::connection::{Login, Settings};
use saponify_cli::connector::vault::{ExposeSecret as _, SecretSource, Secrets};

use super::super::failure::Failure;
use super::super::terminal::put_error;
use super::secret::SourceParser;

/// Who logs in, and how.
#[derive(Args, Debug, Default)]
pub(in crate::cli) struct LoginArgs {
    /// The user name. It is asked for if no other way to log in is chosen.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Where the password comes from. By default, it is asked for.
    #[arg(long, value_name = "SRC", value_parser = SourceParser)]
    password_from: Option<SecretSource>,
    /// Where the security token comes from. By default, it is asked for on a terminal, and may be empty.
    #[arg(long, value_name = "SRC", value_parser = SourceParser)]
    token_from: Option<SecretSource>,
    /// The consumer key of an app, to log in by OAuth.
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Where the consumer secret of the app comes from.
    #[arg(long, value_name = "SRC", value_parser = SourceParser, requires = "client_id")]
    client_secret_from: Option<SecretSource>,
    /// The private key, in PEM, whose certificate the app has. With --user, it logs in as that user.
    #[arg(long, value_name = "PEM", requires = "client_id", requires = "user")]
    key_file: Option<PathBuf>,
    /// Consent in the browser, and log in by a refresh token from then on.
    #[arg(long, requires = "client_id", conflicts_with = "key_file")]
    web: bool,
    /// The Callback URL of the app that takes the consent, on this machine.
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://localhost:1717/OauthRedirect",
        requires = "web"
    )]
    redirect: String,
    /// What the consent is asked for.
    #[arg(
        long,
        value_name = "SCOPES",
        default_value = "api web refresh_token",
        requires = "web"
    )]
    scopes: String,
    /// Where a session id or access token from elsewhere comes from. It cannot be renewed.
    #[arg(long, value_name = "SRC", value_parser = SourceParser, conflicts_with_all = ["user", "client_id"])]
    session_from: Option<SecretSource>,
    /// Trust also the certificate in this PEM file.
    #[arg(long, value_name = "PEM")]
    certificate: Option<PathBuf>,
    /// Let the login name this host as the endpoint: HOST or HOST:PORT.
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
}

impl LoginArgs {
    /// How to log in at this address, and the secrets for it.
    pub(in crate::cli) fn settings(self, endpoint: &str) -> Result<(Settings, Secrets), Failure> {
        let certificate = match &self.certificate {
            None => None,
            Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
                Failure::new(format!("cannot read {}", path.display())).because(error)
            })?),
        };
        let (login, secrets) = self.login()?;
        let mut settings = Settings::new(endpoint, login);
        settings.certificate = certificate;
        settings.allow_hosts = self.allow_host;
        Ok((settings, secrets))
    }

    fn login(&self) -> Result<(Login, Secrets), Failure> {
        let mut secrets = Secrets::default();
        if let Some(source) = &self.session_from {
            secrets.insert(secret::SESSION, source.read(secret::SESSION)?);
            return Ok((Login::Session, secrets));
        }
        let Some(client_id) = self.client_id.clone() else {
            return self.by_password(secrets);
        };
        if let Some(source) = &self.client_secret_from {
            secrets.insert(secret::CLIENT_SECRET, source.read(secret::CLIENT_SECRET)?);
        }
        let login = match (self.web, &self.key_file, &self.user) {
            (true, ..) => Login::Web {
                client_id,
                redirect: self.redirect.clone(),
                scopes: self.scopes.clone(),
            },
            (false, Some(path), Some(user)) => {
                let key = SecretSource::File(path.clone()).read(secret::PRIVATE_KEY)?;
                secrets.insert(secret::PRIVATE_KEY, key);
                Login::Jwt {
                    client_id,
                    user: user.clone(),
                }
            }
            _ if self.client_secret_from.is_some() => Login::ClientCredentials { client_id },
            _ => {
                return Err(Failure::usage("an app alone does not say how to log in")
                    .hint("add --client-secret-from SRC, --key-file PEM with --user, or --web"));
            }
        };
        Ok((login, secrets))
    }

    /// User name, password and security token.
    fn by_password(&self, mut secrets: Secrets) -> Result<(Login, Secrets), Failure> {
        let user = match &self.user {
            Some(user) => user.clone(),
            None => ask("Username")?,
        };
        let password = self.password_from.clone().unwrap_or(SecretSource::Prompt);
        secrets.insert(secret::PASSWORD, password.read("password")?);
        let token = match &self.token_from {
            // A user without a token may give an empty one.
            Some(source) => source.read_or_none(secret::TOKEN)?,
            None if std::io::stdin().is_terminal() => {
                let what = "security token (empty if there is none)";
                SecretSource::Prompt.read_or_none(what)?
            }
            None => None,
        };
        if let Some(token) = token.filter(|token| !token.expose_secret().is_empty()) {
            secrets.insert(secret::TOKEN, token);
        }
        Ok((Login::Password { user }, secrets))
    }
}

/// Asks for something that may be shown.
fn ask(what: &str) -> Result<String, Failure> {
    let missing = || {
        Failure::usage("nothing says who logs in")
            .hint("give --user, --client-id or --session-from")
    };
    if !std::io::stdin().is_terminal() {
        return Err(missing());
    }
    let fail = |error| Failure::new(format!("cannot ask for the {what}")).because(error);
    put_error(&format!("{what}: "));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(fail)?;
    match line.trim() {
        "" => Err(missing()),
        text => Ok(text.to_owned()),
    }
}
