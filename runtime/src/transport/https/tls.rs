//! TLS settings: versions 1.2 and 1.3, verified against the roots of the platform.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

use crate::transport::TransportError;

/// Reads every certificate of a PEM text.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TransportError> {
    let hint = "give the certificate in PEM form, from -----BEGIN CERTIFICATE----- on";
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| {
            TransportError::usage(format!("extra root certificate: it is damaged; {hint}"))
        })?;
    if certificates.is_empty() {
        return Err(TransportError::usage(format!(
            "extra root certificate: there is none; {hint}"
        )));
    }
    Ok(certificates)
}

/// The configuration of a TLS client. The crypto provider is passed explicitly, so that neither a
/// process-wide default nor another crate can change it.
pub(super) fn config(
    extra_roots: Vec<CertificateDer<'static>>,
) -> Result<ClientConfig, TransportError> {
    let provider = Arc::new(ring::default_provider());
    let verifier = verifier(extra_roots, &provider).map_err(|error| {
        TransportError::usage(
            "no usable root certificates; install those of the operating system (the package is \
             often named ca-certificates) or add one with extra_root_certificate",
        )
        .with_source(error)
    })?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| {
            TransportError::usage("TLS 1.2 and 1.3 are not available").with_source(error)
        })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The TLS configuration of [`Https`](super::Https), for other clients of the same program: TLS 1.2 and 1.3,
/// verified against the roots of the platform and those of `extra_roots`, which are texts in PEM.
///
/// The feature `unstable-transport` adds this function. It is exempt from semantic versioning: the version of
/// rustls may change in any release.
///
/// # Errors
///
/// Returns a usage error if a text has no usable certificate, or if there are no root certificates.
#[cfg(feature = "unstable-transport")]
pub fn client_config(extra_roots: &[&[u8]]) -> Result<ClientConfig, TransportError> {
    let mut roots = Vec::new();
    for pem in extra_roots {
        roots.extend(certificates(pem)?);
    }
    config(roots)
}

#[cfg(not(target_os = "android"))]
fn verifier(
    extra_roots: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Verifier, rustls::Error> {
    if extra_roots.is_empty() {
        Verifier::new(Arc::clone(provider))
    } else {
        Verifier::new_with_extra_roots(extra_roots, Arc::clone(provider))
    }
}

#[cfg(target_os = "android")]
fn verifier(
    extra_roots: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Verifier, rustls::Error> {
    if !extra_roots.is_empty() {
        return Err(rustls::Error::General(
            "extra root certificates are not supported on Android".into(),
        ));
    }
    Verifier::new(Arc::clone(provider))
}
