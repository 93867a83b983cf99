//! The certificate of a server, and the certificates of its clients.

use std::path::Path;
use std::sync::Arc;

use rustls::client::verify_server_name;
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::connector::error::{Error, Kind};

/// The advice for an invalid certificate or key of the server.
const OWN: &str =
    "give PEM files: --tls-cert with the certificate chain, --tls-key with its private key";

/// The advice for invalid issuers of client certificates.
const ISSUERS: &str = "give --client-ca a PEM file with the certificates of the authorities that sign client certificates";

/// TLS 1.2 and 1.3 with a certificate.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    /// The name that each client certificate must contain.
    client: Option<ServerName<'static>>,
}

/// Which clients may connect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clients<'a> {
    /// The file with the certificates, in PEM, of the authorities that sign client certificates.
    pub(crate) issuers: &'a Path,
    /// The name that each client certificate must contain.
    pub(crate) name: Option<&'a str>,
}

impl Tls {
    /// Reads a certificate chain and its private key, both in PEM. With `clients`, each client must present
    /// a certificate.
    ///
    /// # Errors
    ///
    /// A file contains no valid certificate or key, or the key does not belong to the certificate.
    pub(crate) fn new(
        chain: &Path,
        key: &Path,
        clients: Option<Clients<'_>>,
    ) -> Result<Self, Error> {
        let certificates = certificates(chain, OWN)?;
        let unusable = |path: &Path, what: &str| {
            let message = format!("{} contains no valid {what}", path.display());
            Error::new(Kind::Usage, message).help(OWN)
        };
        // The error of the parser may quote a part of the key.
        let private = PrivateKeyDer::from_pem_file(key).map_err(|error| match error {
            pem::Error::Io(error) => unreadable("private key", key, error, OWN),
            _ => unusable(key, "private key"),
        })?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|_| unusable(chain, "certificate"))?;
        let config = match clients {
            None => config.with_no_client_auth(),
            Some(clients) => {
                let wrong = |error: rustls::Error| {
                    let message = format!(
                        "{} contains no valid certificate",
                        clients.issuers.display()
                    );
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
                let message = format!("`{}` is not a valid host name", name.escape_debug());
                Error::new(Kind::Usage, message)
                    .help("give --client-name a host name such as proxy.salesforce.com")
            })
        });
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            client: client.transpose()?,
        })
    }

    /// Negotiates TLS. Returns `None` if that fails, or if the client certificate has another name.
    pub(super) async fn accept(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let stream = match self.acceptor.accept(stream).await {
            Ok(stream) => stream,
            Err(error) => {
                tracing::debug!(%error, "the TLS handshake with a client failed");
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
            tracing::warn!("the client certificate does not contain the name of --client-name");
        }
        has_name.then_some(stream)
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// The certificates in a file, which must contain at least one.
fn certificates(path: &Path, help: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Err(pem::Error::Io(error)) => Err(unreadable("certificate", path, error, help)),
        _ => {
            let message = format!("{} contains no valid certificate", path.display());
            Err(Error::new(Kind::Usage, message).help(help))
        }
    }
}

/// The error of a file that does not exist, or that cannot be read.
fn unreadable(what: &str, path: &Path, error: std::io::Error, help: &str) -> Error {
    let message = match error.kind() {
        std::io::ErrorKind::NotFound => {
            format!("there is no file {} with the {what}", path.display())
        }
        _ => format!("cannot read the {what} {}", path.display()),
    };
    Error::new(Kind::Usage, message).help(help).because(error)
}
