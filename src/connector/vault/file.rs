//! Secrets in a file that is encrypted by age. Anybody with the key can open it with the tool `age`.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use age::secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::connector::error::{Error, Kind};
use crate::connector::private::{create_folder, to_write};

/// How an age identity begins; anything else is a passphrase.
const IDENTITY: &str = "AGE-SECRET-KEY-1";

/// Encrypts and writes. The file is replaced as a whole, so it is never half written.
pub(super) fn write(path: &Path, key: &SecretString, plain: &str) -> Result<(), Error> {
    let encrypted = encrypt(key, plain.as_bytes())?;
    let folder = path.parent().unwrap_or(Path::new("."));
    create_folder(folder).map_err(|error| Error::io("create the folder", folder, error))?;
    let draft = path.with_extension("age.new");
    let fail = |error| Error::io("write", &draft, error);
    let mut file = to_write().truncate(true).open(&draft).map_err(fail)?;
    file.write_all(&encrypted)
        .and_then(|()| file.sync_all())
        .map_err(fail)?;
    fs::rename(&draft, path).map_err(|error| Error::io("write", path, error))
}

/// Reads and decrypts.
pub(super) fn read(path: &Path, key: &SecretString) -> Result<Zeroizing<String>, Error> {
    let encrypted = fs::read(path).map_err(|error| Error::io("read", path, error))?;
    let plain = decrypt(key, &encrypted).map_err(|error| {
        let message = format!("the key does not open {}", path.display());
        Error::new(Kind::Vault, message)
            .help("give the key with which the connection was activated, by --key-from or $SAPONIFY_KEY")
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
            format!("the key begins like an age identity but is not one: {reason}"),
        )
    })
}
