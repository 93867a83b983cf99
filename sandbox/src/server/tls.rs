//! The certificates of the sandbox: an authority that is created at the start, and the certificates of the
//! hosts.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::error::Error;
use crate::faults::TlsFlaw;

/// The names in the certificate.
const NAMES: &[&str] = &[
    "localhost",
    "127.0.0.1",
    "login.sandbox.localhost",
    "*.my.sandbox.localhost",
    "*.sandbox.localhost",
];

/// The TLS configurations of the server.
pub(super) struct Configs {
    good: Arc<ServerConfig>,
    flawed: Vec<(TlsFlaw, Arc<ServerConfig>)>,
}

pub(super) struct Identity {
    /// The certificate of the authority, for clients.
    pub(super) pem: String,
    pub(super) configs: Configs,
}

impl Configs {
    /// The configuration for a flaw, or the correct one.
    pub(super) fn get(&self, flaw: Option<TlsFlaw>) -> Arc<ServerConfig> {
        let flawed = self.flawed.iter().find(|(known, _)| Some(*known) == flaw);
        flawed.map_or(&self.good, |(_, config)| config).clone()
    }
}

impl Identity {
    pub(super) fn make() -> Result<Self, Error> {
        let (pem, issuer) = authority()?;
        let (_, stranger) = authority()?;
        let good = config(&issuer, None)?;
        let flaws = [
            TlsFlaw::Expired,
            TlsFlaw::NotYetValid,
            TlsFlaw::WrongHost,
            TlsFlaw::Untrusted,
        ];
        let mut flawed = Vec::new();
        for flaw in flaws {
            let signer = match flaw {
                TlsFlaw::Untrusted => &stranger,
                _ => &issuer,
            };
            flawed.push((flaw, config(signer, Some(flaw))?));
        }
        Ok(Self {
            pem,
            configs: Configs { good, flawed },
        })
    }
}

fn failed(error: rcgen::Error) -> Error {
    Error::other(format!("no certificate could be made: {error}"))
}

/// Makes an authority. Returns its certificate in PEM, and the issuer that signs with its key.
fn authority() -> Result<(String, Issuer<'static, KeyPair>), Error> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    (params.distinguished_name).push(DnType::CommonName, "saponify sandbox authority");
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().map_err(failed)?;
    let pem = params.self_signed(&key).map_err(failed)?.pem();
    Ok((pem, Issuer::new(params, key)))
}

fn config(
    issuer: &Issuer<'static, KeyPair>,
    flaw: Option<TlsFlaw>,
) -> Result<Arc<ServerConfig>, Error> {
    let names: Vec<_> = match flaw {
        Some(TlsFlaw::WrongHost) => vec!["elsewhere.example".to_owned()],
        _ => NAMES.iter().map(|name| (*name).to_owned()).collect(),
    };
    let mut host = CertificateParams::new(names).map_err(failed)?;
    (host.distinguished_name).push(DnType::CommonName, "localhost");
    host.use_authority_key_identifier_extension = true;
    host.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    host.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    match flaw {
        Some(TlsFlaw::Expired) => host.not_after = date_time_ymd(2001, 1, 1),
        Some(TlsFlaw::NotYetValid) => {
            let year = (Timestamp::now() + SignedDuration::from_hours(24 * 366)).strftime("%Y");
            host.not_before = date_time_ymd(year.to_string().parse().unwrap_or(9998), 1, 2);
        }
        _ => {}
    }
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = host.signed_by(&key, issuer).map_err(failed)?;

    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone()], key)
        })
        .map_err(|error| Error::other(format!("TLS cannot be set up: {error}")))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
