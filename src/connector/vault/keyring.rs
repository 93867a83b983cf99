//! Secrets in the keyring of the operating system: Keychain, Credential Manager, or a Secret Service.

use keyring::{Entry, Error as Cause};
use zeroize::Zeroizing;

use crate::connector::error::{Error, Kind};

const SERVICE: &str = "saponify connector";

pub(super) fn write(account: &str, plain: &str) -> Result<(), Error> {
    entry(account)?.set_password(plain).map_err(failure)
}

pub(super) fn read(account: &str) -> Result<Zeroizing<String>, Error> {
    entry(account)?
        .get_password()
        .map(Zeroizing::new)
        .map_err(failure)
}

pub(super) fn remove(account: &str) -> Result<(), Error> {
    // Without a keyring, there is nothing to remove.
    let Ok(entry) = entry(account) else {
        return Ok(());
    };
    match entry.delete_credential() {
        Ok(()) | Err(Cause::NoEntry) => Ok(()),
        Err(cause) => Err(failure(cause)),
    }
}

fn entry(account: &str) -> Result<Entry, Error> {
    Entry::new(SERVICE, account).map_err(failure)
}

/// Makes an error without its cause, because some causes contain the bytes of the secret.
fn failure(cause: Cause) -> Error {
    let message = match cause {
        Cause::NoEntry => "the keyring has no secrets of this connection",
        Cause::NoDefaultStore | Cause::NotSupportedByStore(_) => "this system has no keyring",
        Cause::NoStorageAccess(_) => "the keyring is locked or refuses access",
        Cause::TooLong(..) => "the keyring refuses a secret of this length",
        _ => "the keyring returned an unexpected result",
    };
    let help = match cause {
        Cause::NoEntry => "deactivate the connection and activate it again",
        _ => {
            "unlock the keyring, or store secrets in an encrypted file: give a key by --key-from \
             SRC or in $SAPONIFY_KEY"
        }
    };
    Error::new(Kind::Vault, message).help(help)
}
