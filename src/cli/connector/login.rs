//! The options of commands that log in.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;
use saponify_cli::connector::connection::settings::secret;
use saponify_cli::connector::connection::{Login, Settings};
use saponify_cli::connector::vault::{ExposeSecret as _, SecretSource, Secrets};

use super::super::failure::Failure;
use super::super::terminal::put_error;
use super::secret::SourceParser;

/// The user or app that logs in, and its credentials.
#[derive(Args, Debug, Default)]
pub(in crate::cli) struct LoginArgs {
    /// The user name. By default, the command asks for it, unless another way to log in is chosen.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// The source of the password. By default, the command asks for it.
    #[arg(long, value_name = "SRC", value_parser = SourceParser)]
    password_from: Option<SecretSource>,
    /// The source of the security token. By default, the command asks for it on a terminal. It may be
    /// empty.
    #[arg(long, value_name = "SRC", value_parser = SourceParser)]
    token_from: Option<SecretSource>,
    /// The consumer key of an app, to log in by OAuth.
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// The source of the consumer secret of the app.
    #[arg(long, value_name = "SRC", value_parser = SourceParser, requires = "client_id")]
    client_secret_from: Option<SecretSource>,
    /// The private key, in PEM, for the certificate of the app. With --user, the login is as that user.
    #[arg(long, value_name = "PEM", requires = "client_id", requires = "user")]
    key_file: Option<PathBuf>,
    /// Consent once in the browser, and log in with a refresh token from then on.
    #[arg(long, requires = "client_id", conflicts_with = "key_file")]
    web: bool,
    /// The callback URL of the app on this machine, to which the browser is redirected.
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://localhost:1717/OauthRedirect",
        requires = "web"
    )]
    redirect: String,
    /// The OAuth scopes to request.
    #[arg(
        long,
        value_name = "SCOPES",
        default_value = "api web refresh_token",
        requires = "web"
    )]
    scopes: String,
    /// The source of a session id or access token from another program. It cannot be renewed.
    #[arg(long, value_name = "SRC", value_parser = SourceParser, conflicts_with_all = ["user", "client_id"])]
    session_from: Option<SecretSource>,
    /// Trust also the certificates in this PEM file.
    #[arg(long, value_name = "PEM")]
    certificate: Option<PathBuf>,
    /// Accept this host as the endpoint that the login names: HOST or HOST:PORT.
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
}

impl LoginArgs {
    /// Returns the settings of a login at this address, and its secrets.
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
                return Err(Failure::usage("--client-id needs a way to log in")
                    .hint("add --client-secret-from SRC, --key-file PEM with --user, or --web"));
            }
        };
        Ok((login, secrets))
    }

    /// The login by user name, password and security token.
    fn by_password(&self, mut secrets: Secrets) -> Result<(Login, Secrets), Failure> {
        let user = match &self.user {
            Some(user) => user.clone(),
            None => ask("Username")?,
        };
        let password = self.password_from.clone().unwrap_or(SecretSource::Prompt);
        secrets.insert(secret::PASSWORD, password.read("password")?);
        let token = match &self.token_from {
            // A user without a token enters an empty one.
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

/// Asks for a text that may be shown while it is typed.
fn ask(what: &str) -> Result<String, Failure> {
    let missing = || {
        Failure::usage("no user and no other way to log in is given")
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
