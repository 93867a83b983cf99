//! The certificate of the sandbox: an authority made at start, and what it signs for the two hosts.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::error::Error;

/// Names that the certificate is good for.
const NAMES: &[&str] = &[
    "localhost",
    "127.0.0.1",
    "login.sandbox.localhost",
    "*.my.sandbox.localhost",
    "*.sandbox.localhost",
];

pub(super) struct Identity {
    /// The authority, for clients.
    pub(super) pem: String,
    pub(super) config: Arc<ServerConfig>,
}

impl Identity {
    pub(super) fn make() -> Result<Self, Error> {
        let failed =
            |error: rcgen::Error| Error::other(format!("no certificate could be made: {error}"));
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority
            .distinguished_name
            .push(DnType::CommonName, "saponify sandbox authority");
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_key = KeyPair::generate().map_err(failed)?;
        let authority_certificate = authority.self_signed(&authority_key).map_err(failed)?;
        let issuer = Issuer::new(authority, authority_key);

        let names: Vec<_> = NAMES.iter().map(|name| (*name).to_owned()).collect();
        let mut host = CertificateParams::new(names).map_err(failed)?;
        host.distinguished_name
            .push(DnType::CommonName, "localhost");
        host.use_authority_key_identifier_extension = true;
        host.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        host.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let host_key = KeyPair::generate().map_err(failed)?;
        let host_certificate = host.signed_by(&host_key, &issuer).map_err(failed)?;

        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(host_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(vec![host_certificate.der().clone()], key)
            })
            .map_err(|error| Error::other(format!("TLS cannot be set up: {error}")))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            pem: authority_certificate.pem(),
            config: Arc::new(config),
        })
    }
}
