//! A server that answers as scripted, byte for byte, and the authority that vouches for it.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use saponify::transport::TransportError;
use saponify::transport::{Https, HttpsBuilder, Request, Response, Transport};
use saponify::{Endpoint, PlainHttp};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A certificate authority of our own.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

impl Authority {
    fn new() -> Self {
        Self::named("saponify tests")
    }

    pub(crate) fn named(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    /// A server certificate; `change` makes it bad.
    pub(crate) fn issue(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> TlsAcceptor {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

pub(crate) fn good() -> TlsAcceptor {
    AUTHORITY.issue(&["127.0.0.1", "localhost", "soap.test"], |_| {})
}

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What a server does after it has read a request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Write(Vec<u8>),
    Sleep(u64),
    /// Writes this again and again, with so many milliseconds in between, until it fails.
    Repeat(Vec<u8>, u64),
    /// Ends TLS properly and closes.
    Close,
    /// Closes without ending TLS.
    Drop,
    /// Sends a TCP reset.
    Reset,
    Hang,
}

pub(crate) fn write(bytes: impl Into<Vec<u8>>) -> Act {
    Act::Write(bytes.into())
}

/// A whole answer with `Content-Length`.
pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<Act> {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    vec![write(head), write(body)]
}

pub(crate) fn ok(body: impl AsRef<[u8]>) -> Vec<Act> {
    answer("200 OK", "Content-Type: text/xml; charset=UTF-8\r\n", body)
}

type Respond = dyn Fn(usize, &Received) -> Vec<Act> + Send + Sync;

/// A running server; it lives as long as the runtime of its test.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    scheme: &'static str,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Over TLS with a good certificate. `respond` gets the number of the request, from 0.
    pub(crate) async fn start(
        respond: impl Fn(usize, &Received) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        Self::with(Some(good()), respond).await
    }

    /// Always the same answer.
    pub(crate) async fn always(acts: Vec<Act>) -> Self {
        Self::start(move |_, _| acts.clone()).await
    }

    pub(crate) async fn with(
        tls: Option<TlsAcceptor>,
        respond: impl Fn(usize, &Received) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            scheme: if tls.is_some() { "https" } else { "http" },
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let respond: Arc<Respond> = Arc::new(respond);
        let running = server.clone();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                running.connections.fetch_add(1, Ordering::SeqCst);
                let (running, tls, respond) = (running.clone(), tls.clone(), respond.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(tcp).await {
                                running.serve(stream, |s| s.get_ref().0, &*respond).await;
                            }
                        }
                        None => running.serve(tcp, |s| s, &*respond).await,
                    }
                });
            }
        });
        server
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: S,
        tcp: fn(&S) -> &TcpStream,
        respond: &Respond,
    ) {
        while let Some(received) = read_request(&mut stream).await {
            let number = {
                let mut requests = self.requests.lock().unwrap();
                requests.push(received.clone());
                requests.len() - 1
            };
            for act in respond(number, &received) {
                match act {
                    Act::Write(bytes) => {
                        if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err()
                        {
                            return;
                        }
                    }
                    Act::Sleep(milliseconds) => sleep(milliseconds).await,
                    Act::Repeat(bytes, milliseconds) => {
                        while stream.write_all(&bytes).await.is_ok() && stream.flush().await.is_ok()
                        {
                            sleep(milliseconds).await;
                        }
                        return;
                    }
                    Act::Close => {
                        let _ = stream.shutdown().await;
                        return;
                    }
                    Act::Drop => return,
                    Act::Reset => {
                        tcp(&stream).set_zero_linger().unwrap();
                        return;
                    }
                    Act::Hang => pending().await,
                }
            }
        }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        self.endpoint_at("127.0.0.1")
    }

    pub(crate) fn endpoint_at(&self, host: &str) -> Endpoint {
        let text = format!(
            "{}://{host}:{}/services/Soap",
            self.scheme,
            self.address.port()
        );
        Endpoint::parse_with(&text, PlainHttp::ToLoopback).unwrap()
    }

    pub(crate) fn request(&self, body: impl Into<Vec<u8>>) -> Request {
        request(self.endpoint(), body)
    }
}

async fn sleep(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// Reads head and body of one request; `None` at the end of the connection.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    };
    let body = bytes.split_off(end);
    let mut received = Received {
        head: String::from_utf8(bytes).unwrap(),
        body,
    };
    let length: usize = received
        .header("content-length")
        .map_or(0, |v| v.parse().unwrap());
    while received.body.len() < length {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => received.body.extend_from_slice(&buffer[..count]),
        }
    }
    Some(received)
}

pub(crate) fn request(endpoint: Endpoint, body: impl Into<Vec<u8>>) -> Request {
    Request::new(endpoint, "query", "", body.into()).unwrap()
}

/// Settings that trust our authority and do not look at the environment.
pub(crate) fn builder() -> HttpsBuilder {
    Https::builder()
        .no_proxy()
        .extra_root_certificate(&AUTHORITY.pem)
}

pub(crate) fn https() -> Https {
    builder().build().unwrap()
}

/// Sends and reads all of the answer.
pub(crate) async fn call(
    https: &Https,
    request: Request,
) -> Result<(u16, Vec<u8>), TransportError> {
    let response = https.send(request).await?;
    let status = response.status.as_u16();
    Ok((status, body(response).await?))
}

pub(crate) async fn body(response: Response) -> Result<Vec<u8>, TransportError> {
    response.body.collect(usize::MAX).await
}

/// Sends to `server` and returns the error.
pub(crate) async fn error(https: &Https, server: &Server) -> TransportError {
    match call(https, server.request("<request-canary/>")).await {
        Ok((status, body)) => panic!("{status}: {} bytes", body.len()),
        Err(error) => {
            let text = texts(&error);
            assert!(!text.contains("canary"), "{text}");
            error
        }
    }
}

/// Everything an error has to say.
pub(crate) fn texts(error: &TransportError) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        text.push_str(&format!(" | {source} {source:?}"));
        next = source.source();
    }
    text
}

/// A client with the defaults of reqwest.
pub(crate) fn foreign_client() -> reqwest::Client {
    // It wants a TLS configuration even if it is not used.
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(tls)
        .build()
        .unwrap()
}
