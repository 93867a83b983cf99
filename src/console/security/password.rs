//! The password. Only its hash is kept.

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};

use crate::connector::Error;
use crate::connector::vault::{ExposeSecret as _, SecretString};
use crate::console::options::wrong_use;

/// The smallest length of a password.
const LEAST: usize = 12;

/// The argon2 hash of the password.
pub(super) struct Password(String);

impl Password {
    /// Makes the hash of a password. A text that is an argon2 hash is used as it is, so that the password
    /// itself need not be on this machine.
    pub(super) fn new(given: &SecretString) -> Result<Self, Error> {
        let text = given.expose_secret();
        if text.starts_with("$argon2") {
            return match PasswordHash::new(text) {
                Ok(hash) if hash.hash.is_some() && hash.salt.is_some() => Ok(Self(text.to_owned())),
                _ => Err(wrong_use(
                    "the argon2 hash of the password cannot be read",
                    "write it as $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH",
                )),
            };
        }
        if text.chars().count() < LEAST {
            return Err(wrong_use(
                &format!("the password has fewer than {LEAST} characters"),
                "choose a longer one",
            ));
        }
        let salt = SaltString::generate(&mut OsRng);
        Argon2::default()
            .hash_password(text.as_bytes(), &salt)
            .map(|hash| Self(hash.to_string()))
            .map_err(|_| wrong_use("the password cannot be hashed", "choose another one"))
    }

    /// Whether this is the password. The check takes about 20 ms and 19 MiB by design.
    pub(super) fn is(&self, given: &SecretString) -> bool {
        PasswordHash::new(&self.0).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(given.expose_secret().as_bytes(), &hash)
                .is_ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_recognized_by_its_hash() {
        let password = Password::new(&"correct horse battery".into()).unwrap();
        assert!(!password.0.contains("horse"));
        for hashed in [
            Password::new(&password.0.as_str().into()).unwrap(),
            password,
        ] {
            assert!(hashed.is(&"correct horse battery".into()));
            assert!(!hashed.is(&"correct horse".into()));
            assert!(!hashed.is(&hashed.0.as_str().into()));
        }
    }

    #[test]
    fn an_invalid_password_is_refused() {
        for given in [
            "short",
            "$argon2id$v=19$m=19456",
            "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ",
        ] {
            let error = Password::new(&given.into()).map(|_| ()).unwrap_err();
            assert!(
                error.is_usage() && !error.text().contains(given),
                "{error:?}"
            );
        }
    }
}
