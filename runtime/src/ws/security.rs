//! WS-Security: the UsernameToken profile 1.0 and timestamps (OASIS, 2004).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};

use super::{HeaderContext, HeaderError, RawHeader, push_element, random};
use crate::secret::Secret;

const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const WSU: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const TOKEN: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
const BASE64: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

/// A `wsse:Security` header with a user name and a password.
///
/// The password is sent as text (`PasswordText`). If the service's policy asks for a digest,
/// [`digest`](Self::digest) sends the SHA-1 digest of the password, a new nonce and the time. Both
/// forms rely on TLS, because a reader of the digest can try passwords.
///
/// `Debug` shows the user name but not the password, which is wiped from memory when the token is
/// dropped.
#[derive(Clone, Debug)]
pub struct UsernameToken {
    user: String,
    password: Secret,
    digest: bool,
    lifetime: Option<Duration>,
    must_understand: bool,
}

impl UsernameToken {
    /// A user name and a password, which is sent as `PasswordText`.
    #[must_use]
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
            digest: false,
            lifetime: None,
            must_understand: true,
        }
    }

    /// Sends `PasswordDigest`, which is base64(SHA-1(nonce + created + password)), and the nonce
    /// and the time with it.
    #[must_use]
    pub fn digest(mut self) -> Self {
        self.digest = true;
        self
    }

    /// Adds a `wsu:Timestamp`: the message is created now and expires after `lifetime`.
    #[must_use]
    pub fn timestamp(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Sets whether the service must refuse the message if it does not know the header. The default
    /// is true.
    #[must_use]
    pub fn must_understand(mut self, must: bool) -> Self {
        self.must_understand = must;
        self
    }

    fn write_at(&self, now: Timestamp, nonce: [u8; 16]) -> Result<String, HeaderError> {
        let created = instant(now);
        let must = match self.must_understand {
            true => " soapenv:mustUnderstand=\"1\"",
            false => "",
        };
        let mut out = format!("<wsse:Security xmlns:wsse=\"{WSSE}\" xmlns:wsu=\"{WSU}\"{must}>");
        if let Some(lifetime) = self.lifetime {
            let expires = now.checked_add(lifetime).map_err(|source| {
                HeaderError::new("the lifetime is too long").with_source(source)
            })?;
            out.push_str("<wsu:Timestamp>");
            push_element(&mut out, "wsu:Created", "", &created)?;
            push_element(&mut out, "wsu:Expires", "", &instant(expires))?;
            out.push_str("</wsu:Timestamp>");
        }
        out.push_str("<wsse:UsernameToken>");
        push_element(&mut out, "wsse:Username", "", &self.user)?;
        let kind = |kind: &str| format!(" Type=\"{TOKEN}#{kind}\"");
        if self.digest {
            let digest = digest(&nonce, &created, self.password.expose());
            push_element(&mut out, "wsse:Password", &kind("PasswordDigest"), &digest)?;
            let encoding = format!(" EncodingType=\"{BASE64}\"");
            push_element(&mut out, "wsse:Nonce", &encoding, &STANDARD.encode(nonce))?;
            push_element(&mut out, "wsu:Created", "", &created)?;
        } else {
            let password = self.password.expose();
            push_element(&mut out, "wsse:Password", &kind("PasswordText"), password)?;
        }
        out.push_str("</wsse:UsernameToken></wsse:Security>");
        Ok(out)
    }
}

impl RawHeader for UsernameToken {
    fn write(&self, _: &HeaderContext<'_>) -> Result<String, HeaderError> {
        self.write_at(Timestamp::now(), random()?)
    }

    fn understands(&self, namespace: &str, name: &str) -> bool {
        // In a response, the header can contain only a timestamp of the service.
        namespace == WSSE && name == "Security"
    }
}

/// The time in milliseconds, which the profile recommends and other implementations write.
fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// `Password_Digest` of the UsernameToken profile, section 3.1.
fn digest(nonce: &[u8], created: &str, password: &str) -> String {
    let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    for part in [nonce, created.as_bytes(), password.as_bytes()] {
        context.update(part);
    }
    STANDARD.encode(context.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_others() {
        // The nonce and the time are those of the example in the profile. The profile does not give
        // the password. The digest was computed in Python: b64encode(sha1(b64decode(nonce) +
        // created + password).digest()).
        let nonce = STANDARD.decode("WScqanjCEAC4mQoBE07sAQ==").unwrap();
        let created = "2003-07-16T01:24:32Z";
        assert_eq!(digest(&nonce, created, "secret"), DIGEST);
    }
    const DIGEST: &str = "fWXCaByUpMlnSuAV37ZpBERz2BQ=";

    #[test]
    fn the_password_is_escaped_and_not_shown() {
        let token = UsernameToken::new("a<b", "pass&canary").timestamp(Duration::from_secs(300));
        let now: Timestamp = "2026-01-15T05:00:00.1256Z".parse().unwrap();
        let text = token.write_at(now, [7; 16]).unwrap();
        assert!(
            text.contains("<wsse:Username>a&lt;b</wsse:Username>"),
            "{text}"
        );
        assert!(
            text.contains("#PasswordText\">pass&amp;canary</wsse:Password>"),
            "{text}"
        );
        assert!(
            text.contains("<wsu:Created>2026-01-15T05:00:00.125Z</wsu:Created>"),
            "{text}"
        );
        assert!(
            text.contains("<wsu:Expires>2026-01-15T05:05:00.125Z</wsu:Expires>"),
            "{text}"
        );
        assert!(!text.contains("Nonce"), "{text}");
        let debug = format!("{token:?} {:?}", token.clone().digest());
        assert!(
            debug.contains("a<b") && !debug.contains("canary"),
            "{debug}"
        );
        let text = token.digest().write_at(now, [7; 16]).unwrap();
        assert!(
            text.contains("BwcHBwcHBwcHBwcHBwcHBw==") && !text.contains("canary"),
            "{text}"
        );
    }

    #[test]
    fn no_nonce_is_used_twice() {
        let token = UsernameToken::new("user", "password").digest();
        let now = Timestamp::UNIX_EPOCH;
        let write = || token.write_at(now, random().unwrap()).unwrap();
        assert_ne!(write(), write());
    }
}
