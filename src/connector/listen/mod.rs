//! Receives the outbound messages of an org: what a workflow tells about records, pushed by Salesforce.
//!
//! A message is acknowledged only when all of its notifications are stored, also if the machine loses its
//! power. If anything fails, the org sends the message again, for up to a day. A notification that comes again
//! is stored once, by its id. Notifications are stored in the order in which they arrive.
//!
//! The listener may run beside a process that collects the same connection.

mod kept;
mod receiver;
mod record;

use std::net::SocketAddr;
use std::path::PathBuf;

use saponify::server::Server;

use super::error::{Error, Kind};
use super::home::Home;
use super::progress::Stop;
use super::store::Store;
use super::web::{Clients, Listeners, Tls};

use kept::Kept;

mod proxies {
    saponify::include_proxies!(pub(super) outbound_proxies);
}

/// How messages are received.
#[derive(Debug)]
pub struct Options {
    /// The folder of the connections.
    pub home: Home,
    /// The connection that keeps the messages.
    pub connection: String,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The files of the certificate chain and of its private key, in PEM. Without them, only this machine can
    /// be listened to, and only with `plain`.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The file of the certificates, in PEM, that sign the certificate of each client.
    pub client_ca: Option<PathBuf>,
    /// The name that the certificate of each client must have.
    pub client_name: Option<String>,
    /// The id of the organization, of 15 or 18 characters. By default that of the connection.
    pub organization: Option<String>,
    /// Whether http without TLS is allowed on this machine, such as behind a proxy.
    pub plain: bool,
}

/// A listener for outbound messages.
#[derive(Debug)]
pub struct Listener {
    listeners: Listeners,
    tls: Option<Tls>,
    server: Server,
    stop: Stop,
}

impl Listener {
    /// Listens. Nothing is answered before [`serve`](Self::serve).
    ///
    /// # Errors
    ///
    /// There is no such connection, its store cannot be written, the address is in use, a certificate cannot be read, or the options would let messages arrive without TLS.
    pub async fn bind(options: Options, stop: Stop) -> Result<Self, Error> {
        let tls = tls(&options)?;
        let (kept, organization) = Kept::of_connection(&options.home, &options.connection)?;
        let organization = options.organization.unwrap_or(organization);
        let server = receiver::server(kept, &organization)?;
        Ok(Self {
            listeners: Listeners::bind(options.listen).await?,
            tls,
            server,
            stop,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listeners.address()
    }

    /// Whether it speaks TLS.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// Receives messages until it is stopped.
    pub async fn serve(self) {
        let server = self.server;
        self.listeners
            .serve(self.tls, self.stop, |_| server.clone())
            .await;
    }
}

/// The service that stores messages of an organization.
///
/// # Errors
///
/// The id of the organization is not one, or the store cannot be written.
pub fn server(store: Store, organization: &str) -> Result<Server, Error> {
    receiver::server(Kept::of(store)?, organization)
}

fn tls(options: &Options) -> Result<Option<Tls>, Error> {
    let wrong = |message: &str, help: &str| Err(Error::new(Kind::Usage, message).help(help));
    let Some((chain, key)) = &options.tls else {
        if !options.plain || !options.listen.ip().is_loopback() {
            return wrong(
                "messages must arrive over TLS",
                "give --tls-cert and --tls-key; behind a proxy on this machine, listen at 127.0.0.1 with \
                 --plain",
            );
        }
        if options.client_ca.is_some() {
            return wrong(
                "certificates of clients need TLS",
                "give --tls-cert and --tls-key, or leave out --client-ca",
            );
        }
        return Ok(None);
    };
    let name = options.client_name.as_deref();
    let clients = options.client_ca.as_deref();
    let clients = clients.map(|issuers| Clients { issuers, name });
    if clients.is_none() && name.is_some() {
        return wrong(
            "the name of a client is in its certificate",
            "give --client-ca, too",
        );
    }
    Tls::new(chain, key, clients).map(Some)
}
