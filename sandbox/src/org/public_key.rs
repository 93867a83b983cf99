//! RSA public keys in PEM, alone or in an X.509 certificate.
//!
//! Only the part of the DER that leads to the key is parsed. The certificate is not verified, as in
//! Salesforce, because an administrator uploads it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The object identifier rsaEncryption, 1.2.840.113549.1.1.1.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// The version of a certificate, which is optional.
const VERSION: u8 = 0xa0;

/// An RSA public key: the DER of its RSAPublicKey structure (RFC 8017, A.1.1).
#[derive(Clone, Debug)]
pub(crate) struct PublicKey(Vec<u8>);

impl PublicKey {
    /// Parses a PEM block `PUBLIC KEY` or `CERTIFICATE`.
    pub(crate) fn from_pem(pem: &str) -> Option<Self> {
        let (_, rest) = pem.split_once("-----BEGIN ")?;
        let (label, rest) = rest.split_once("-----")?;
        let (body, _) = rest.split_once("-----END ")?;
        let body: String = body.split_whitespace().collect();
        let der = STANDARD.decode(body).ok()?;
        let key = match label {
            "PUBLIC KEY" => from_key_info(&der)?,
            "CERTIFICATE" => from_certificate(&der)?,
            _ => return None,
        };
        Some(Self(key.to_vec()))
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.0
    }
}

/// Parses a Certificate, RFC 5280, section 4.1.
fn from_certificate(der: &[u8]) -> Option<&[u8]> {
    let certificate = Reader(der).take(SEQUENCE)?;
    let mut fields = Reader(Reader(certificate).take(SEQUENCE)?);
    if fields.0.first() == Some(&VERSION) {
        fields.take(VERSION)?;
    }
    fields.take(INTEGER)?;
    // The algorithm of the signature, the issuer, the validity and the subject.
    for _ in 0..4 {
        fields.take(SEQUENCE)?;
    }
    from_key_info(fields.0)
}

/// Parses a SubjectPublicKeyInfo, RFC 5280, section 4.1.
fn from_key_info(der: &[u8]) -> Option<&[u8]> {
    let mut fields = Reader(Reader(der).take(SEQUENCE)?);
    let algorithm = fields.take(SEQUENCE)?;
    if Reader(algorithm).take(OBJECT_IDENTIFIER)? != RSA {
        return None;
    }
    // The first byte of a bit string is the number of unused bits in the last byte.
    fields.take(BIT_STRING)?.strip_prefix(&[0])
}

/// The unread part of a DER value.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the next element, if it has this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let rest = self.0.strip_prefix(&[tag])?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
                let length =
                    (bytes.iter()).fold(0, |length, byte| length << 8 | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }
}
