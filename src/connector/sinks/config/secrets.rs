//! The secrets of the sinks in the vault.

use super::SinkConfig;
use crate::connector::error::{Error, Kind};
use crate::connector::vault::{Secrets, Vault};

/// The name under which the vault stores the secrets of a sink. It begins with a dot, which the name of a
/// connection never does.
fn account(sink: &str) -> String {
    format!(".sinks/{sink}")
}

/// The secrets of a sink, which may be none.
///
/// # Errors
///
/// The vault cannot be opened, or a configured secret is missing.
pub fn secrets_of(vault: &Vault, config: &SinkConfig) -> Result<Secrets, Error> {
    if config.secrets().is_empty() {
        return Ok(Secrets::default());
    }
    let again = format!(
        "store it again with `saponify connector sink set {} --secret NAME=SRC`",
        config.name
    );
    let secrets = vault.recall(&account(&config.name)).map_err(|error| {
        let message = format!("the secrets of the sink {} cannot be read", config.name);
        let help = match error.advice() {
            // The advice for connections does not apply to sinks.
            Some(advice) if !advice.contains("activate it again") => advice.to_owned(),
            _ => again.clone(),
        };
        Error::new(Kind::Vault, message).help(help).because(error)
    })?;
    for name in config.secrets() {
        if !secrets.names().any(|kept| kept == name) {
            let message = format!(
                "the secret `{name}` of the sink {} is not in the vault",
                config.name
            );
            return Err(Error::new(Kind::Vault, message).help(again));
        }
    }
    Ok(secrets)
}

/// Stores the secrets of a sink and replaces the earlier ones.
///
/// # Errors
///
/// The vault cannot be written.
pub fn keep_secrets(vault: &Vault, sink: &str, secrets: &Secrets) -> Result<(), Error> {
    vault.keep(&account(sink), secrets)
}

/// Removes the secrets of a sink, if there are any.
///
/// # Errors
///
/// The vault cannot be written.
pub fn forget_secrets(vault: &Vault, sink: &str) -> Result<(), Error> {
    vault.forget(&account(sink))
}
