//! A client that sees the raw bytes of a response.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{Session, envelope};

/// The end of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It was closed with the close_notify of TLS.
    Closed,
    /// It was closed without close_notify, or reset.
    Broken,
    /// It is still open, because enough bytes were read.
    Open,
}

pub(crate) struct Connection(pub(crate) TlsStream<TcpStream>);

/// Sends a call of a session over a new connection.
pub(crate) async fn send(session: &Session<'_>, body: &str) -> Connection {
    let header = format!(
        "<t:SessionHeader><t:sessionId>{}</t:sessionId></t:SessionHeader>",
        session.id
    );
    let body = envelope(&header, body);
    let mut connection = connect(session).await.unwrap();
    let path = session.url.splitn(4, '/').nth(3).unwrap();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    connection.0.write_all(head.as_bytes()).await.unwrap();
    connection.0.write_all(body.as_bytes()).await.unwrap();
    connection.0.flush().await.unwrap();
    connection
}

pub(crate) async fn connect(session: &Session<'_>) -> std::io::Result<Connection> {
    let sandbox = &session.tenant.sandbox;
    let mut roots = rustls::RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(sandbox.certificate_pem().as_bytes()).unwrap();
    roots.add(authority).unwrap();
    let config = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let url = sandbox.instance_url();
    let port: u16 = url.rsplit(':').next().unwrap().parse().unwrap();
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream);
    Ok(Connection(stream.await?))
}

impl Connection {
    /// Reads until the end, or until there are this many bytes.
    pub(crate) async fn read(&mut self, most: usize) -> (Vec<u8>, End) {
        let mut all = Vec::new();
        let mut buffer = vec![0; 64 * 1024];
        while all.len() < most {
            match self.0.read(&mut buffer).await {
                Ok(0) => return (all, End::Closed),
                Ok(n) => all.extend_from_slice(&buffer[..n]),
                Err(_) => return (all, End::Broken),
            }
        }
        (all, End::Open)
    }

    /// Reads the head of the response, byte by byte.
    pub(crate) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap());
        }
        String::from_utf8(head).unwrap()
    }

    /// Whether nothing arrives for a short time.
    pub(crate) async fn is_silent(&mut self) -> bool {
        let short = std::time::Duration::from_millis(150);
        let mut byte = [0];
        tokio::time::timeout(short, self.0.read(&mut byte))
            .await
            .is_err()
    }
}
