//! The secrets of sinks, in the vault.

use super::SinkConfig;
use crate::connector::error::{Error, Kind};
use crate::connector::vault::{Secrets, Vault};

/// The name under which the vault keeps the secrets of a sink. No connection has a name that begins with a
/// dot.
fn account(sink: &str) -> String {
    format!(".sinks/{sink}")
}

/// The secrets of a sink; none if it has none.
///
/// # Errors
///
/// The vault cannot be opened, or does not have one that it should have.
pub fn secrets_of(vault: &Vault, config: &SinkConfig) -> Result<Secrets, Error> {
    if config.secrets().is_empty() {
        return Ok(Secrets::default());
    }
    let again = format!(
        "`saponify connector sink set {} --secret NAME=SRC` keeps it again",
        config.name
    );
    let secrets = vault.recall(&account(&config.name)).map_err(|error| {
        let message = format!("the secrets of the sink {} cannot be read", config.name);
        let help = match error.advice() {
            // The advice for connections does not fit.
            Some(advice) if !advice.contains("activate it again") => advice.to_owned(),
            _ => again.clone(),
        };
        Error::new(Kind::Vault, message).help(help).because(error)
    })?;
    for name in config.secrets() {
        if !secrets.names().any(|kept| kept == name) {
            let message = format!("the vault has no `{name}` of the sink {}", config.name);
            return Err(Error::new(Kind::Vault, message).help(again));
        }
    }
    Ok(secrets)
}

/// Keeps the secrets of a sink, in place of those that it had.
///
/// # Errors
///
/// The vault cannot be written.
pub fn keep_secrets(vault: &Vault, sink: &str, secrets: &Secrets) -> Result<(), Error> {
    vault.keep(&account(sink), secrets)
}

/// Removes the secrets of a sink. It is no error if there are none.
///
/// # Errors
///
/// The vault cannot be written.
pub fn forget_secrets(vault: &Vault, sink: &str) -> Result<(), Error> {
    vault.forget(&account(sink))
}
