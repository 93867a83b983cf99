//! Random tokens, and values that are derived from them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::connector::Error;
use crate::console::options::failed;

/// The length of a token in bytes, which makes it impossible to guess.
const BYTES: usize = 32;

/// Makes and checks tokens. The key is new for each start of the console.
pub(super) struct Tokens {
    random: SystemRandom,
    key: hmac::Key,
}

impl Tokens {
    pub(super) fn new() -> Result<Self, Error> {
        let random = SystemRandom::new();
        let mut bytes = [0; BYTES];
        random.fill(&mut bytes).map_err(|_| no_random())?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        Ok(Self { random, key })
    }

    /// Makes a random token.
    pub(super) fn random(&self) -> Result<String, Error> {
        let mut bytes = [0; BYTES];
        self.random.fill(&mut bytes).map_err(|_| no_random())?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The value that is derived from a token for a purpose. It does not reveal the token.
    pub(super) fn derived(&self, purpose: &str, token: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, message(purpose, token).as_bytes()))
    }

    /// Whether a value was derived from a token for a purpose. The comparison takes constant time.
    pub(super) fn is_derived(&self, purpose: &str, token: &str, value: &str) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(value) else {
            return false;
        };
        hmac::verify(&self.key, message(purpose, token).as_bytes(), &tag).is_ok()
    }
}

fn message(purpose: &str, token: &str) -> String {
    format!("{purpose}\n{token}")
}

fn no_random() -> Error {
    failed("the operating system provides no random numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_value_belongs_to_its_token_and_purpose() {
        let tokens = Tokens::new().unwrap();
        let (one, other) = (tokens.random().unwrap(), tokens.random().unwrap());
        assert_ne!(one, other);
        let value = tokens.derived("form", &one);
        assert!(tokens.is_derived("form", &one, &value));
        assert!(!tokens.is_derived("form", &other, &value));
        assert!(!tokens.is_derived("link", &one, &value));
        assert!(!tokens.is_derived("form", &one, ""));
        assert!(!Tokens::new().unwrap().is_derived("form", &one, &value));
    }
}
