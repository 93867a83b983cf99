//! An HTTPS server on loopback whose behaviour a test defines.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::generate_simple_self_signed;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A request that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The behaviour of the server for a request.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    /// Responds: status, additional headers, body.
    Responds(u16, &'static str, String),
    /// Closes the connection.
    Closes,
    /// Sends nothing for a long time.
    Hangs,
}

pub(crate) fn ok() -> Does {
    Does::Responds(200, "", "{}".to_owned())
}

pub(crate) fn status(status: u16) -> Does {
    Does::Responds(status, "", "{}".to_owned())
}

type Behaviour = Box<dyn FnMut(&Request) -> Does + Send>;

/// The server.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) pem: String,
    requests: Arc<Mutex<Vec<Request>>>,
    behaviour: Arc<Mutex<Behaviour>>,
    runtime: Option<tokio::runtime::Runtime>,
}

/// A runtime on a separate thread, because a test may be in a tokio runtime, which cannot block on another.
impl Drop for Server {
    fn drop(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}

impl Server {
    /// Starts a server whose behaviour for each request is `behaviour`.
    pub(crate) fn start(behaviour: impl FnMut(&Request) -> Does + Send + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let made = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let behaviour: Arc<Mutex<Behaviour>> = Arc::new(Mutex::new(Box::new(behaviour)));
        let (all, does) = (Arc::clone(&requests), Arc::clone(&behaviour));
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, all, does) = (acceptor.clone(), all.clone(), does.clone());
                tokio::spawn(async move { serve(stream, acceptor, &all, &does).await });
            }
        });
        Self {
            url: format!("https://localhost:{port}"),
            pem: made.cert.pem(),
            requests,
            behaviour,
            runtime: Some(runtime),
        }
    }

    /// Changes the behaviour from now on.
    pub(crate) fn change(&self, behaviour: impl FnMut(&Request) -> Does + Send + 'static) {
        *self.behaviour.lock().unwrap() = Box::new(behaviour);
    }

    /// The requests that have arrived so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Writes the certificate to a file, and returns its path.
    pub(crate) fn certificate(&self, folder: &std::path::Path) -> String {
        let path = folder.join("server.pem");
        std::fs::write(&path, &self.pem).unwrap();
        path.display().to_string()
    }
}

/// Serves the requests of a connection. A client that does not trust the certificate closes it first.
async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    all: &Mutex<Vec<Request>>,
    behaviour: &Mutex<Behaviour>,
) -> Option<()> {
    let mut stream = BufReader::new(acceptor.accept(stream).await.ok()?);
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).ok()?;
        let mut lines = head.lines();
        let path = lines.next()?.split(' ').nth(1)?.to_owned();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let mut request = Request {
            path,
            headers,
            body: Vec::new(),
        };
        let length = request.header("content-length").parse().unwrap_or(0);
        request.body.resize(length, 0);
        stream.read_exact(&mut request.body).await.ok()?;
        all.lock().unwrap().push(request.clone());
        let does = (behaviour.lock().unwrap())(&request);
        match does {
            Does::Closes => return None,
            Does::Hangs => tokio::time::sleep(Duration::from_secs(600)).await,
            Does::Responds(status, headers, body) => {
                let text = format!(
                    "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(text.as_bytes()).await.ok()?;
                stream.flush().await.ok()?;
            }
        }
    }
}
