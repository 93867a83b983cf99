//! JSON Web Tokens signed with RS256 (RFC 7515, RFC 7523), and the keys that sign them.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::secret::Secret;

/// An RSA key of 2048 to 4096 bits. `Debug` does not show it.
#[derive(Clone)]
pub struct PrivateKey(Arc<KeyPair>);

impl PrivateKey {
    /// Reads a key from PEM text in the form PKCS#8 (`BEGIN PRIVATE KEY`) or PKCS#1 (`BEGIN RSA
    /// PRIVATE KEY`). Other sections of the text, such as a certificate, are skipped.
    ///
    /// # Errors
    ///
    /// Returns a usage error that says what is wrong with the key. The error contains no part of
    /// the key.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        let pem = pem.as_ref();
        let bad = |problem: &str| Error::usage(format!("private key: {problem}"));
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
            let encrypted = b"BEGIN ENCRYPTED PRIVATE KEY";
            if pem.windows(encrypted.len()).any(|part| part == encrypted) {
                return bad("it is encrypted; write it without a password with \
                     `openssl pkcs8 -in key.pem -out plain.pem` and protect the file");
            }
            bad("the text has no PEM section with a private key")
        })?;
        let pair = match &key {
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(bad("it is not an RSA key, which RS256 needs")),
        };
        let pair = pair.map_err(|rejected| {
            bad(&format!(
                "it cannot be used ({rejected}); RS256 needs an RSA key of 2048 to 4096 bits"
            ))
        })?;
        Ok(Self(Arc::new(pair)))
    }

    /// Like [`from_pem`](Self::from_pem), but reads the text from a file.
    ///
    /// # Errors
    ///
    /// The same as those of [`from_pem`](Self::from_pem), and a usage error if the file cannot be
    /// read.
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let pem = std::fs::read(path).map_err(|error| {
            let shown = path.display();
            Error::usage(format!("private key: {shown} cannot be read")).with_source(error)
        })?;
        Self::from_pem(Zeroizing::new(pem))
    }

    /// Signs claims, which are a JSON object.
    pub(crate) fn sign(&self, claims: &str) -> Result<Secret, Error> {
        const HEADER: &str = r#"{"alg":"RS256","typ":"JWT"}"#;
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let signed = format!("{}.{}", part(HEADER.as_bytes()), part(claims.as_bytes()));
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|_| Error::usage("private key: signing failed"))?;
        Ok(Secret::from(format!("{signed}.{}", part(&signature))))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(***)")
    }
}

/// Whether a token is a JSON Web Token: it has three parts, and the first part is a JSON object in
/// base64url.
pub(crate) fn has_jwt_format(token: &str) -> bool {
    let mut parts = token.split('.');
    let (Some(head), Some(_), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let head = URL_SAFE_NO_PAD.decode(head.trim_end_matches('='));
    head.is_ok_and(|head| {
        let head = head.trim_ascii();
        head.starts_with(b"{") && head.ends_with(b"}")
    })
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    const PKCS8: &str = include_str!("test_keys/pkcs8.pem");
    const PKCS1: &str = include_str!("test_keys/pkcs1.pem");

    #[test]
    fn a_signature_can_be_verified() {
        for pem in [PKCS8, PKCS1] {
            let key = PrivateKey::from_pem(pem).unwrap();
            let token = key.sign(r#"{"iss":"app"}"#).unwrap();
            let (signed, signature) = token.expose().rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            let public = UnparsedPublicKey::new(
                &RSA_PKCS1_2048_8192_SHA256,
                ring::signature::KeyPair::public_key(&*key.0)
                    .as_ref()
                    .to_vec(),
            );
            public.verify(signed.as_bytes(), &signature).unwrap();
            assert!(has_jwt_format(token.expose()));
        }
    }

    #[test]
    fn both_forms_of_one_key_sign_alike() {
        let sign = |pem| PrivateKey::from_pem(pem).unwrap().sign("{}").unwrap();
        assert_eq!(sign(PKCS8).expose(), sign(PKCS1).expose());
    }

    #[test]
    fn unusable_keys_are_explained() {
        let elliptic = include_str!("test_keys/elliptic.pem");
        let small = include_str!("test_keys/small.pem");
        let encrypted =
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
        for (pem, expected) in [
            ("", "no PEM section"),
            (
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                "cannot be used",
            ),
            (elliptic, "RSA"),
            (small, "2048"),
            (encrypted, "encrypted"),
        ] {
            let error = PrivateKey::from_pem(pem).unwrap_err();
            assert!(error.is_usage());
            assert!(error.to_string().contains(expected), "{error}");
        }
        let error = PrivateKey::from_pem_file("/nonexistent/key.pem").unwrap_err();
        assert!(
            error.to_string().contains("/nonexistent/key.pem"),
            "{error}"
        );
    }

    #[test]
    fn tokens_in_jwt_format_are_told_from_others() {
        for (token, expected) in [
            ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln", true),
            ("00D000000000001!AQ4AQ.abc_def.ghi", false),
            ("00D000000000001!AQ4AQFk", false),
            ("a.b.c", false),
            ("eyJhbGciOiJSUzI1NiJ9.e30", false),
            ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln.x", false),
            ("", false),
        ] {
            assert_eq!(has_jwt_format(token), expected, "{token}");
        }
    }
}
