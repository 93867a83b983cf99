//! Stores the secrets of connections: in the keyring of the operating system, or encrypted with age
//! (<https://age-encryption.org/v1>) in a file or a database. They are never stored in plain text, and
//! never in the store.
//!
//! With a key (`--key-from`, `$SAPONIFY_KEY`), secrets are encrypted; without a key, they are in the
//! keyring. A server without a desktop session usually has no keyring, so it needs a key.

mod encrypted;
mod keyring;
mod source;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

pub use secrecy::{ExposeSecret, SecretString};
pub use source::SecretSource;

use zeroize::Zeroizing;

use super::error::{Error, Kind};
use super::home::{Home, Lock, Place};

/// The place of the secrets.
#[derive(Debug, Clone)]
pub struct Vault {
    home: Home,
    key: Option<SecretString>,
    /// The token of the lease that must be valid when secrets are stored.
    lease: Option<i64>,
}

/// The secrets of a connection, by name: `password`, `security token`, `client secret`, …
#[derive(Default, Clone)]
pub struct Secrets(BTreeMap<String, SecretString>);

impl Secrets {
    /// Adds a secret.
    pub fn insert(&mut self, name: &str, secret: SecretString) {
        self.0.insert(name.to_owned(), secret);
    }

    /// The secret with this name.
    ///
    /// # Errors
    ///
    /// There is no such secret.
    pub fn get(&self, name: &str) -> Result<&SecretString, Error> {
        self.0.get(name).ok_or_else(|| {
            Error::new(
                Kind::Vault,
                format!("the {name} of the connection is not in the vault"),
            )
            .help("deactivate the connection and activate it again")
        })
    }

    /// The names of the secrets.
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
        // The error of the parser would quote the text.
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

/// The names of the secrets, without their values.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Vault {
    /// Makes the vault of a home. With a key, secrets are encrypted and stored in the home: in files, or in
    /// the database. Without a key, they are in the keyring of this machine, which is only possible if the
    /// home is a folder.
    ///
    /// The key is a passphrase, or an age identity (`AGE-SECRET-KEY-1…`).
    ///
    /// # Errors
    ///
    /// The key is empty.
    pub fn of(home: &Home, key: Option<SecretString>) -> Result<Self, Error> {
        if key
            .as_ref()
            .is_some_and(|key| key.expose_secret().is_empty())
        {
            return Err(Error::new(Kind::Usage, "the key of the vault is empty")
                .help("--key-from or $SAPONIFY_KEY gives a passphrase or an age identity"));
        }
        Ok(Self {
            home: home.clone(),
            key,
            lease: None,
        })
    }

    /// Makes the vault of a folder, as [`of`](Self::of) does.
    ///
    /// # Errors
    ///
    /// The errors of [`of`](Self::of).
    pub fn new(home: &Path, key: Option<SecretString>) -> Result<Self, Error> {
        Self::of(&Home::find(Some(home.to_owned()), |_| None)?, key)
    }

    /// The vault for a process that holds the lock of a connection. It stores secrets only while the process holds the
    /// lock, because a process that was paused must not replace the newer secrets of another one.
    #[must_use]
    pub fn under(&self, lock: &Lock) -> Self {
        Self {
            lease: lock.number(),
            ..self.clone()
        }
    }

    /// Stores the secrets of a connection and replaces the earlier ones.
    ///
    /// # Errors
    ///
    /// There is no key and no keyring, or the file or the database cannot be written.
    pub fn keep(&self, connection: &str, secrets: &Secrets) -> Result<(), Error> {
        let json = secrets.to_json()?;
        match &self.key {
            Some(key) => {
                let encrypted = encrypted::write(key, &json)?;
                self.home.keep_secret(connection, &encrypted, self.lease)
            }
            None => keyring::write(&self.account(connection)?, &json),
        }
    }

    /// Stores the secrets of a connection that is still a draft. If they are stored in the home, they are
    /// published with the draft.
    ///
    /// # Errors
    ///
    /// The errors of [`keep`](Self::keep).
    pub fn keep_in(&self, draft: &Place, secrets: &Secrets) -> Result<(), Error> {
        let json = secrets.to_json()?;
        match &self.key {
            Some(key) => draft.keep_secret(&encrypted::write(key, &json)?),
            None => keyring::write(&self.account(draft.name())?, &json),
        }
    }

    /// Reads the secrets of a connection.
    ///
    /// # Errors
    ///
    /// The secrets are missing, the key is missing or wrong, or the keyring is locked.
    pub fn recall(&self, connection: &str) -> Result<Secrets, Error> {
        let json = match (&self.key, self.home.secret(connection)?) {
            (Some(key), Some(found)) => encrypted::read(key, &found, connection)?,
            (None, Some(_)) => {
                let message =
                    format!("the secrets of {connection} are encrypted, and no key was given");
                return Err(Error::new(Kind::Vault, message)
                    .help("give the key by --key-from SRC or in $SAPONIFY_KEY"));
            }
            (_, None) => keyring::read(&self.account(connection)?)?,
        };
        Secrets::from_json(&json)
    }

    /// Removes the secrets of a connection, if there are any.
    ///
    /// # Errors
    ///
    /// The file or the entry in the keyring cannot be removed.
    pub fn forget(&self, connection: &str) -> Result<(), Error> {
        match self.home.forget_secret(connection)? {
            true => Ok(()),
            false => keyring::remove(&self.account(connection)?),
        }
    }

    /// The account in the keyring. It contains the path of the home, because connections of two homes may
    /// have the same name.
    fn account(&self, connection: &str) -> Result<String, Error> {
        match self.home.path() {
            Some(home) => Ok(home.join(connection).display().to_string()),
            None => Err(Error::new(
                Kind::Vault,
                format!("the secrets of {connection} cannot be in a keyring, which other workers cannot read"),
            )
            .help("give the same key to all workers, by --key-from SRC or in $SAPONIFY_KEY, to store secrets encrypted in the database")),
        }
    }
}

fn unreadable() -> Error {
    Error::new(
        Kind::Vault,
        "the content of the vault was not written by this program",
    )
    .help("deactivate the connection and activate it again")
}
