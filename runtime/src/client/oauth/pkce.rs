//! Proof keys for the exchange of authorization codes (RFC 7636), and the `state` of a redirect.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::error::Error;
use crate::secret::Secret;

/// A verifier, which stays in this process, and its challenge, which is part of the address.
#[derive(Debug)]
pub(crate) struct ProofKey {
    pub(crate) verifier: Secret,
    pub(crate) challenge: String,
}

impl ProofKey {
    pub(crate) fn new() -> Result<Self, Error> {
        let verifier = random_token()?;
        let challenge = challenge(verifier.expose());
        Ok(Self {
            verifier,
            challenge,
        })
    }
}

/// The challenge of a verifier for the method `S256`.
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// 32 random bytes of the operating system as 43 characters that need no encoding.
pub(crate) fn random_token() -> Result<Secret, Error> {
    let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
    SystemRandom::new()
        .fill(&mut *bytes)
        .map_err(|_| Error::usage("the operating system returned no random numbers"))?;
    Ok(Secret::from(URL_SAFE_NO_PAD.encode(*bytes)))
}

/// Compares two texts in a time that does not depend on how much of them is equal.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let hash = |text: &str| digest(&SHA256, text.as_bytes());
    hash(one).as_ref() == hash(other).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let expected = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(challenge(verifier), expected);
    }

    #[test]
    fn tokens_differ_and_need_no_encoding() {
        let (one, other) = (random_token().unwrap(), random_token().unwrap());
        assert_eq!(one.expose().len(), 43);
        assert!(!same(one.expose(), other.expose()));
        assert!(same(one.expose(), one.expose()));
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        assert!(one.expose().bytes().all(allowed));
    }

    #[test]
    fn debug_shows_no_verifier() {
        let key = ProofKey::new().unwrap();
        assert!(!format!("{key:?}").contains(key.verifier.expose()));
    }
}
