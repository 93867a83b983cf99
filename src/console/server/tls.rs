//! The certificate of the console.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::connector::Error;
use crate::console::options::wrong_use;

/// TLS 1.2 and 1.3 with a certificate chain and its private key, both in PEM.
pub(super) fn acceptor(chain: &Path, key: &Path) -> Result<TlsAcceptor, Error> {
    let unusable = |path: &Path, what: &str| {
        let message = format!("{} has no usable {what}", path.display());
        wrong_use(
            &message,
            "give PEM files: --tls-cert with the chain, --tls-key with its key",
        )
    };
    let certificates = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| unusable(chain, "certificate"))?;
    // The error of the parser could show a part of the key.
    let private = PrivateKeyDer::from_pem_file(key).map_err(|_| unusable(key, "private key"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| unusable(chain, "certificate"))?
        .with_no_client_auth()
        .with_single_cert(certificates, private)
        .map_err(|error| unusable(key, "key for the certificate").because(error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
