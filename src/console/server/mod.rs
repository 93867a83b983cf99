//! Listens, lets requests pass or refuses them, and leads them to their pages.

mod routes;
mod tls;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::app::App;
use super::jobs::Jobs;
use super::options::Options;
use super::security::{Guard, Peer};
use crate::connector::progress::Stop;
use crate::connector::{Error, Kind};

/// Connections at a time.
const CONNECTIONS: usize = 256;

/// A browser has so much time to agree on TLS, and to send the head of a request.
const PATIENCE: Duration = Duration::from_secs(15);

/// A console that listens.
pub struct Console {
    listeners: Vec<TcpListener>,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    app: Arc<App>,
    stop: Stop,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Makes links that let in.
#[derive(Clone)]
pub struct Links {
    app: Arc<App>,
    origin: String,
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").finish_non_exhaustive()
    }
}

impl Links {
    /// A new link, which lets in once. The link before it stops working. `None` if a password lets in.
    ///
    /// # Errors
    ///
    /// The operating system gives no random numbers.
    pub fn make(&self) -> Result<Option<String>, Error> {
        if self.app.guard.has_password() {
            return Ok(None);
        }
        let path = self.app.guard.new_link()?;
        Ok(Some(format!("{}{path}", self.origin)))
    }
}

impl Console {
    /// Listens. Nothing is answered before [`serve`](Self::serve).
    ///
    /// # Errors
    ///
    /// The address is in use, the certificate cannot be read, or other machines would reach the console
    /// without protection.
    pub async fn bind(options: Options, stop: Stop) -> Result<Self, Error> {
        // What is wrong with the options is said before anything listens.
        Guard::new(&options, options.listen)?;
        let tls = match &options.tls {
            Some((chain, key)) => Some(tls::acceptor(chain, key)?),
            None => None,
        };
        let listeners = listen(options.listen).await?;
        let address = listeners
            .first()
            .and_then(|listener| listener.local_addr().ok())
            .unwrap_or(options.listen);
        let guard = Arc::new(Guard::new(&options, address)?);
        let jobs = Jobs::new(options.home.clone(), options.vault.clone(), stop.clone());
        let app = Arc::new(App {
            home: options.home,
            vault: options.vault,
            guard,
            jobs: Arc::new(jobs),
        });
        Ok(Self {
            listeners,
            address,
            tls,
            app,
            stop,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address for browsers, without a path.
    #[must_use]
    pub fn origin(&self) -> String {
        self.app.guard.hosts.own_origin(self.address)
    }

    /// What makes links that let in.
    #[must_use]
    pub fn links(&self) -> Links {
        Links {
            app: Arc::clone(&self.app),
            origin: self.origin(),
        }
    }

    /// Answers until it is stopped.
    pub async fn serve(self) {
        let router = routes::router(Arc::clone(&self.app));
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let indexes = tokio::spawn(Arc::clone(&self.app.jobs).keep_indexes());
        let mut connections = tokio::task::JoinSet::new();
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                break;
            };
            let accepted = tokio::select! {
                () = self.stop.stopped() => break,
                accepted = accept(&self.listeners) => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // There may be no file left for a connection; others will end.
                    tracing::debug!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let (router, tls) = (router.clone(), self.tls.clone());
            connections.spawn(async move {
                match tls {
                    None => converse(stream, peer, router).await,
                    Some(tls) => {
                        let agreed = tokio::time::timeout(PATIENCE, tls.accept(stream)).await;
                        if let Ok(Ok(stream)) = agreed {
                            converse(stream, peer, router).await;
                        }
                    }
                }
                drop(place);
            });
            while connections.try_join_next().is_some() {}
        }
        indexes.abort();
    }
}

/// Listens at an address. At an address of this machine only, it listens at the other one as well: browsers
/// resolve `localhost` to either, and no other program must get what is for the console.
async fn listen(address: SocketAddr) -> Result<Vec<TcpListener>, Error> {
    let fail = |error: std::io::Error| {
        Error::new(Kind::Io, format!("cannot listen at {address}"))
            .help("choose another port with --listen, or stop the program that uses it")
            .because(error)
    };
    let other: Option<IpAddr> = match address.ip() {
        IpAddr::V4(Ipv4Addr::LOCALHOST) => Some(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => Some(Ipv4Addr::LOCALHOST.into()),
        _ => None,
    };
    let mut attempts = 0;
    loop {
        attempts += 1;
        let first = TcpListener::bind(address).await.map_err(fail)?;
        let port = first.local_addr().map_err(fail)?.port();
        let Some(other) = other else {
            return Ok(vec![first]);
        };
        match TcpListener::bind(SocketAddr::new(other, port)).await {
            Ok(second) => return Ok(vec![first, second]),
            // Any port will do, and another one may be free at both addresses.
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                if address.port() != 0 || attempts == 10 {
                    return Err(fail(error));
                }
            }
            // A machine may have only one of the two.
            Err(_) => return Ok(vec![first]),
        }
    }
}

async fn accept(listeners: &[TcpListener]) -> std::io::Result<(TcpStream, SocketAddr)> {
    match listeners {
        [first, second, ..] => tokio::select! {
            accepted = first.accept() => accepted,
            accepted = second.accept() => accepted,
        },
        [only] => only.accept().await,
        [] => std::future::pending().await,
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
) {
    let router = router.layer(axum::Extension(Peer(peer)));
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}
