//! Receives the outbound messages of an org: notifications about records that a workflow or a flow sends.
//!
//! A message is acknowledged only after all of its notifications are stored durably, so that they survive a
//! loss of power. If anything fails, the org sends the message again, for up to a day. A notification that
//! arrives again is stored once, because its id is the key. Notifications are stored in the order of their
//! arrival.
//!
//! The listener may run while another process collects the same connection.

mod listener_store;
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

use listener_store::ListenerStore;

mod proxies {
    saponify::include_proxies!(pub(super) outbound_proxies);
}

/// The options of a listener.
#[derive(Debug)]
pub struct Options {
    /// The folder of the connections.
    pub home: Home,
    /// The connection that the messages are stored for.
    pub connection: String,
    /// The address on which the listener accepts connections.
    pub listen: SocketAddr,
    /// The files of the certificate chain and of its private key, in PEM. Without them, the address must be
    /// on this machine, and `plain` must be set.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The file with the certificates, in PEM, of the authorities that sign client certificates.
    pub client_ca: Option<PathBuf>,
    /// The name that the certificate of each client must contain.
    pub client_name: Option<String>,
    /// The id of the organization, of 15 or 18 characters. The default is the id of the connection's org.
    pub organization: Option<String>,
    /// Whether HTTP without TLS is accepted on an address of this machine, for example behind a proxy.
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
    /// Binds the address. No request is processed before [`serve`](Self::serve) is called.
    ///
    /// # Errors
    ///
    /// There is no such connection, its store cannot be written, the address is in use, a certificate
    /// cannot be read, or the options would accept messages from other machines without TLS.
    pub async fn bind(options: Options, stop: Stop) -> Result<Self, Error> {
        let tls = tls(&options)?;
        let (store, organization) =
            ListenerStore::of_connection(&options.home, &options.connection)?;
        let organization = options.organization.unwrap_or(organization);
        let server = receiver::server(store, &organization)?;
        Ok(Self {
            listeners: Listeners::bind(options.listen).await?,
            tls,
            server,
            stop,
        })
    }

    /// The address on which the listener accepts connections.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listeners.address()
    }

    /// Whether the listener requires TLS.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// Receives messages until the listener is stopped.
    pub async fn serve(self) {
        let server = self.server;
        self.listeners
            .serve(self.tls, self.stop, |_| server.clone())
            .await;
    }
}

/// Makes the SOAP service that stores the messages of an organization.
///
/// # Errors
///
/// The id of the organization is invalid, or the store cannot be written.
pub fn server(store: Store, organization: &str) -> Result<Server, Error> {
    receiver::server(ListenerStore::of(store)?, organization)
}

fn tls(options: &Options) -> Result<Option<Tls>, Error> {
    let wrong = |message: &str, help: &str| Err(Error::new(Kind::Usage, message).help(help));
    let Some((chain, key)) = &options.tls else {
        if !options.plain || !options.listen.ip().is_loopback() {
            return wrong(
                "the listener needs TLS, because messages come over the network",
                "give --tls-cert and --tls-key; behind a proxy on this machine, use an address such as \
                 127.0.0.1 and --plain",
            );
        }
        if options.client_ca.is_some() {
            return wrong(
                "client certificates cannot be checked without TLS",
                "give --tls-cert and --tls-key, or omit --client-ca",
            );
        }
        return Ok(None);
    };
    let name = options.client_name.as_deref();
    let clients = options.client_ca.as_deref();
    let clients = clients.map(|issuers| Clients { issuers, name });
    if clients.is_none() && name.is_some() {
        return wrong(
            "--client-name needs client certificates",
            "give --client-ca, too",
        );
    }
    Tls::new(chain, key, clients).map(Some)
}
