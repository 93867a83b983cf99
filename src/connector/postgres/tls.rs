//! TLS to a database server. The certificate and the name in it are always checked.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::connector::error::{Error, Kind};

/// Makes a connector that trusts the roots in a file, or else those of the operating system.
pub(super) fn connector(roots: Option<&Path>) -> Result<MakeRustlsConnect, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let config = match roots {
        Some(path) => builder
            .with_root_certificates(read(path)?)
            .with_no_client_auth(),
        None => {
            let verifier = Verifier::new(provider).map_err(unusable)?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
                .with_no_client_auth()
        }
    };
    Ok(MakeRustlsConnect::new(config))
}

fn read(path: &Path) -> Result<RootCertStore, Error> {
    let fail = |error: rustls_pki_types::pem::Error| {
        let message = format!("cannot read the certificates of {}", path.display());
        Error::new(Kind::Usage, message)
            .help("sslrootcert must name a file with certificates in PEM")
            .because(error)
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(fail)? {
        roots.add(certificate.map_err(fail)?).map_err(unusable)?;
    }
    match roots.is_empty() {
        false => Ok(roots),
        true => Err(Error::new(
            Kind::Usage,
            format!("{} contains no certificate", path.display()),
        )),
    }
}

fn unusable(error: rustls::Error) -> Error {
    Error::new(Kind::Io, "TLS to the database server cannot be set up").because(error)
}
