//! The certificate of a server, and those of its clients.

use std::path::Path;
use std::sync::Arc;

use rustls::client::verify_server_name;
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::connector::error::{Error, Kind};

/// What to do about a certificate or key of the server.
const OWN: &str = "give PEM files: --tls-cert with the chain, --tls-key with its key";

/// What to do about the issuers of the certificates of clients.
const ISSUERS: &str =
    "give --client-ca a PEM file with the certificates that sign those of clients";

/// TLS 1.2 and 1.3 with a certificate.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    /// The name that the certificate of each client must have.
    client: Option<ServerName<'static>>,
}

/// Which clients may connect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clients<'a> {
    /// The file of the certificates, in PEM, that sign the certificates of clients.
    pub(crate) issuers: &'a Path,
    /// The name that the certificate of a client must have.
    pub(crate) name: Option<&'a str>,
}

impl Tls {
    /// A certificate chain and its private key, both in PEM. With `clients`, each client must present a
    /// certificate.
    ///
    /// # Errors
    ///
    /// A file has nothing that can be used, or the key does not belong to the certificate.
    pub(crate) fn new(
        chain: &Path,
        key: &Path,
        clients: Option<Clients<'_>>,
    ) -> Result<Self, Error> {
        let certificates = certificates(chain, OWN)?;
        let unusable = |path: &Path, what: &str| {
            let message = format!("{} has no usable {what}", path.display());
            Error::new(Kind::Usage, message).help(OWN)
        };
        // The error of the parser could show a part of the key.
        let private =
            PrivateKeyDer::from_pem_file(key).map_err(|_| unusable(key, "private key"))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|_| unusable(chain, "certificate"))?;
        let config = match clients {
            None => config.with_no_client_auth(),
            Some(clients) => {
                let wrong = |error: rustls::Error| {
                    let message =
                        format!("{} has no usable certificate", clients.issuers.display());
                    Error::new(Kind::Usage, message)
                        .help(ISSUERS)
                        .because(error)
                };
                let mut roots = RootCertStore::empty();
                for certificate in self::certificates(clients.issuers, ISSUERS)? {
                    roots.add(certificate).map_err(wrong)?;
                }
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                        .build()
                        .map_err(|error| wrong(rustls::Error::General(error.to_string())))?;
                config.with_client_cert_verifier(verifier)
            }
        };
        let mut config = config
            .with_single_cert(certificates, private)
            .map_err(|error| unusable(key, "key for the certificate").because(error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let client = clients.and_then(|clients| clients.name).map(|name| {
            ServerName::try_from(name.to_owned()).map_err(|_| {
                let message = format!("`{}` is not the name of a host", name.escape_debug());
                Error::new(Kind::Usage, message)
                    .help("give --client-name a name such as proxy.salesforce.com")
            })
        });
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            client: client.transpose()?,
        })
    }

    /// Agrees on TLS. `None` if that fails, or if the certificate of the client has another name.
    pub(super) async fn accept(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let stream = match self.acceptor.accept(stream).await {
            Ok(stream) => stream,
            Err(error) => {
                tracing::debug!(%error, "a client did not agree on TLS");
                return None;
            }
        };
        let Some(name) = &self.client else {
            return Some(stream);
        };
        let (_, connection) = stream.get_ref();
        let certificate = connection.peer_certificates().and_then(<[_]>::first);
        let has_name = certificate
            .and_then(|certificate| ParsedCertificate::try_from(certificate).ok())
            .is_some_and(|certificate| verify_server_name(&certificate, name).is_ok());
        if !has_name {
            tracing::warn!(
                "the certificate of a client has another name than that of --client-name"
            );
        }
        has_name.then_some(stream)
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// The certificates of a file, of which there is at least one.
fn certificates(path: &Path, help: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| {
            let message = format!("{} has no usable certificate", path.display());
            Error::new(Kind::Usage, message).help(help)
        })
}
