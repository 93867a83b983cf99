//! What the web servers of the program have in common: they accept connections, negotiate TLS, and serve
//! HTTP/1.1.

mod tls;

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower_service::Service;

use super::error::{Error, Kind};
use super::progress::Stop;
pub(crate) use tls::{Clients, Tls};

/// The largest number of connections at a time.
const CONNECTIONS: usize = 256;

/// The longest time for negotiating TLS, and for receiving the head of a request.
const PATIENCE: Duration = Duration::from_secs(15);

/// Listens on an address. The loopback address of the other IP version is included, because `localhost`
/// resolves to either, and no other program must receive requests for this one.
#[derive(Debug)]
pub(crate) struct Listeners {
    listeners: Vec<TcpListener>,
    address: SocketAddr,
}

impl Listeners {
    /// Binds the address. No request is processed before [`serve`](Self::serve) is called.
    ///
    /// # Errors
    ///
    /// The address is in use, or cannot be bound.
    pub(crate) async fn bind(address: SocketAddr) -> Result<Self, Error> {
        let listeners = listen(address).await?;
        let bound = listeners.first().and_then(|it| it.local_addr().ok());
        Ok(Self {
            address: bound.unwrap_or(address),
            listeners,
        })
    }

    /// The address that was bound.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves requests until it is stopped. A service is made for each connection, from the address of the
    /// client. Stopping closes all connections.
    pub(crate) async fn serve<S, B>(
        self,
        tls: Option<Tls>,
        stop: Stop,
        service: impl Fn(SocketAddr) -> S,
    ) where
        S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
        B: hyper::body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut connections = tokio::task::JoinSet::new();
        loop {
            let place = tokio::select! {
                () = stop.stopped() => break,
                place = Arc::clone(&places).acquire_owned() => place,
            };
            let Ok(place) = place else { break };
            let accepted = tokio::select! {
                () = stop.stopped() => break,
                accepted = accept(&self.listeners) => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // The limit of open files may have been reached. It helps to wait until other
                    // connections end.
                    tracing::debug!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let (service, tls) = (service(peer), tls.clone());
            connections.spawn(async move {
                match tls {
                    None => converse(stream, service).await,
                    Some(tls) => {
                        let agreed = tokio::time::timeout(PATIENCE, tls.accept(stream)).await;
                        if let Ok(Some(stream)) = agreed {
                            converse(stream, service).await;
                        }
                    }
                }
                drop(place);
            });
            while connections.try_join_next().is_some() {}
        }
    }
}

async fn listen(address: SocketAddr) -> Result<Vec<TcpListener>, Error> {
    let fail = |error: std::io::Error| {
        Error::new(Kind::Io, format!("cannot listen on {address}"))
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
            // The port was chosen by the system, and another one may be free on both addresses.
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                if address.port() != 0 || attempts == 10 {
                    return Err(fail(error));
                }
            }
            // A machine may have only one of the two IP versions.
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

async fn converse<S, B>(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, service: S)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}
