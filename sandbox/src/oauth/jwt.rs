//! JWT bearer assertions (RFC 7523) with an RS256 signature (RFC 7515).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::org::public_key::PublicKey;
use crate::tenant::session::random_text;

/// The claims of an assertion. They are trustworthy only after [`Assertion::verify`].
pub(super) struct Assertion<'a> {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) audience: String,
    /// The expiry, in seconds since 1970. Salesforce also accepts milliseconds. They are accepted here,
    /// too, because as seconds they are far in the future.
    pub(super) expires: f64,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Assertion<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let part = |text: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            serde_json::from_slice::<Value>(&bytes).ok()
        };
        if part(head)?["alg"] != "RS256" {
            return None;
        }
        let claims = part(claims)?;
        let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
        let audience = match &claims["aud"] {
            Value::Array(all) => all.first().and_then(Value::as_str),
            one => one.as_str(),
        };
        let expires = match &claims["exp"] {
            Value::String(text) => text.parse().ok(),
            number => number.as_f64(),
        };
        Some(Self {
            issuer: text("iss"),
            subject: text("sub"),
            audience: audience.unwrap_or_default().to_owned(),
            expires: expires?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    pub(super) fn verify(&self, key: &PublicKey) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.der())
            .verify(self.signed.as_bytes(), &self.signature)
            .is_ok()
    }

    pub(super) fn is_expired(&self) -> bool {
        self.expires < Timestamp::now().as_second() as f64
    }
}

/// Makes an access token in the format of a JWT. The signature is random, because clients do not verify it.
pub(super) fn access_token(issuer: &str, subject: &str, scopes: &[String]) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = json!({ "tnk": "core/sandbox", "ver": "1.0", "typ": "JWT", "alg": "RS256" });
    let claims = json!({
        "iss": issuer,
        "sub": subject,
        "scp": scopes.join(" "),
        "jti": random_text(),
    });
    let signature = URL_SAFE_NO_PAD.encode(random_text());
    format!("{}.{}.{signature}", part(head), part(claims))
}
