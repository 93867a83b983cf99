//! Keeps the secrets of connections: in the operating system's keyring, or in a file that is encrypted
//! by age (<https://age-encryption.org/v1>). Never in plain text, and never in the store.
//!
//! Whoever has a key (`--key-from`, `$SAPONIFY_KEY`) gets files; whoever has none gets the keyring. A
//! server without a desktop session mostly has no keyring, so there a key is needed.

mod file;
mod keyring;
mod source;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

pub use secrecy::{ExposeSecret, SecretString};
pub use source::SecretSource;

use zeroize::Zeroizing;

use super::error::{Error, Kind};

/// The file in the folder of a connection.
const FILE: &str = "secrets.age";

/// Where secrets are kept.
#[derive(Debug, Clone)]
pub struct Vault {
    home: PathBuf,
    key: Option<SecretString>,
}

/// The secrets of a connection, by name: `password`, `security token`, `client secret`, …
#[derive(Default, Clone)]
pub struct Secrets(BTreeMap<String, SecretString>);

impl Secrets {
    /// Adds a secret.
    pub fn insert(&mut self, name: &str, secret: SecretString) {
        self.0.insert(name.to_owned(), secret);
    }

    /// The secret of a name.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn get(&self, name: &str) -> Result<&SecretString, Error> {
        self.0.get(name).ok_or_else(|| {
            Error::new(
                Kind::Vault,
                format!("the {name} of the connection is not in the vault"),
            )
            .help("deactivate the connection and activate it again")
        })
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn to_json(&self) -> Result<Zeroizing<String>, Error> {
        let plain: BTreeMap<&str, &str> = self
            .0
            .iter()
            .map(|(name, secret)| (name.as_str(), secret.expose_secret()))
            .collect();
        serde_json::to_string(&plain)
            .map(Zeroizing::new)
            .map_err(|_| unreadable())
    }

    fn from_json(json: &str) -> Result<Self, Error> {
        // The error of the parser would quote what it read.
        let plain: BTreeMap<String, String> =
            serde_json::from_str(json).map_err(|_| unreadable())?;
        Ok(Self(
            plain
                .into_iter()
                .map(|(name, secret)| (name, secret.into()))
                .collect(),
        ))
    }
}

/// The names without their secrets.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Vault {
    /// The vault of a home folder. With a key, secrets are kept in files; without, in the keyring.
    ///
    /// The key is a passphrase, or an age identity (`AGE-SECRET-KEY-1…`).
    ///
    /// # Errors
    ///
    /// The key is empty.
    pub fn new(home: &Path, key: Option<SecretString>) -> Result<Self, Error> {
        if key
            .as_ref()
            .is_some_and(|key| key.expose_secret().is_empty())
        {
            return Err(Error::new(Kind::Usage, "the key of the vault is empty")
                .help("--key-from or $SAPONIFY_KEY gives a passphrase or an age identity"));
        }
        Ok(Self {
            home: home.to_owned(),
            key,
        })
    }

    /// Keeps the secrets of a connection, in place of those that it had.
    ///
    /// # Errors
    ///
    /// There is no key and no keyring, or the file cannot be written.
    pub fn keep(&self, connection: &str, secrets: &Secrets) -> Result<(), Error> {
        self.keep_in(&self.home.join(connection), connection, secrets)
    }

    /// Keeps the secrets of a connection that is still a draft in another folder. If they are kept in a
    /// file, it moves with the folder.
    ///
    /// # Errors
    ///
    /// As of [`keep`](Self::keep).
    pub fn keep_in(&self, folder: &Path, connection: &str, secrets: &Secrets) -> Result<(), Error> {
        let json = secrets.to_json()?;
        match &self.key {
            Some(key) => file::write(&folder.join(FILE), key, &json),
            None => keyring::write(&self.account(connection), &json),
        }
    }

    /// The secrets of a connection.
    ///
    /// # Errors
    ///
    /// They are not there, the key is missing or wrong, or the keyring is locked.
    pub fn recall(&self, connection: &str) -> Result<Secrets, Error> {
        let file = self.file(connection);
        let json = match (&self.key, file.exists()) {
            (Some(key), true) => file::read(&file, key)?,
            (None, true) => {
                let message =
                    format!("the secrets of {connection} are encrypted, and no key was given");
                return Err(Error::new(Kind::Vault, message)
                    .help("give the key by --key-from SRC or in $SAPONIFY_KEY"));
            }
            (_, false) => keyring::read(&self.account(connection))?,
        };
        Secrets::from_json(&json)
    }

    /// Removes the secrets of a connection. It is no error if there are none.
    ///
    /// # Errors
    ///
    /// The file or the entry in the keyring cannot be removed.
    pub fn forget(&self, connection: &str) -> Result<(), Error> {
        let file = self.file(connection);
        if file.exists() {
            return std::fs::remove_file(&file).map_err(|error| Error::io("remove", &file, error));
        }
        keyring::remove(&self.account(connection))
    }

    fn file(&self, connection: &str) -> PathBuf {
        self.home.join(connection).join(FILE)
    }

    /// The account in the keyring. Connections of two homes may have the same name.
    fn account(&self, connection: &str) -> String {
        self.home.join(connection).display().to_string()
    }
}

fn unreadable() -> Error {
    Error::new(
        Kind::Vault,
        "the vault does not hold what this program wrote",
    )
    .help("deactivate the connection and activate it again")
}
