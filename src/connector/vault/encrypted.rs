//! Secrets that are encrypted with age. With the key, the tool `age` can decrypt them, too.

use age::secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::connector::error::{Error, Kind};

/// The prefix of an age identity. Any other key is a passphrase.
const IDENTITY: &str = "AGE-SECRET-KEY-1";

/// Encrypts a text.
pub(super) fn write(key: &SecretString, plain: &str) -> Result<Vec<u8>, Error> {
    encrypt(key, plain.as_bytes())
}

/// Decrypts the secrets of a connection.
pub(super) fn read(
    key: &SecretString,
    encrypted: &[u8],
    connection: &str,
) -> Result<Zeroizing<String>, Error> {
    let plain = decrypt(key, encrypted).map_err(|error| {
        let message = format!("the key does not decrypt the secrets of {connection}");
        Error::new(Kind::Vault, message)
            .help("give the key that was used to activate the connection, by --key-from or $SAPONIFY_KEY")
            .because(error)
    })?;
    match String::from_utf8(plain) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(super::unreadable())
        }
    }
}

fn encrypt(key: &SecretString, plain: &[u8]) -> Result<Vec<u8>, Error> {
    let encrypted = match identity(key)? {
        Some(identity) => age::encrypt(&identity.to_public(), plain),
        None => age::encrypt(&age::scrypt::Recipient::new(key.clone()), plain),
    };
    encrypted
        .map_err(|error| Error::new(Kind::Vault, "the secrets cannot be encrypted").because(error))
}

fn decrypt(
    key: &SecretString,
    encrypted: &[u8],
) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    Ok(match identity(key)? {
        Some(identity) => age::decrypt(&identity, encrypted)?,
        None => age::decrypt(&age::scrypt::Identity::new(key.clone()), encrypted)?,
    })
}

fn identity(key: &SecretString) -> Result<Option<age::x25519::Identity>, Error> {
    let text = key.expose_secret();
    if !text.starts_with(IDENTITY) {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|reason: &str| {
        Error::new(
            Kind::Usage,
            format!("the key begins like an age identity, but is not one: {reason}"),
        )
    })
}
