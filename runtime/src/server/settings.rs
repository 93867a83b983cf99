//! The settings of a server.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::Server;
use crate::drift::{Drift, Registry};
use crate::leniency::Leniency;
use crate::limits::Limits;

/// The settings of a server.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) limits: Limits,
    pub(super) leniency: Leniency,
    /// How all requests differ from the WSDL.
    pub(super) drift: Arc<Registry>,
    pub(super) understood: Arc<[(String, String)]>,
    pub(super) receive: Duration,
    pub(super) handle: Duration,
    /// A permit for each request that may be processed at the same time.
    pub(super) permits: Arc<Semaphore>,
    pub(super) address: Option<String>,
    /// The addresses of ports of other port types, by the names of the ports.
    pub(super) addresses: Arc<[(String, String)]>,
    pub(super) wsdl: bool,
    pub(super) compress: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::of_requests(),
            leniency: Leniency::default(),
            drift: Arc::default(),
            understood: Arc::new([]),
            receive: Duration::from_secs(30),
            handle: Duration::from_secs(120),
            permits: Arc::new(Semaphore::new(MOST_REQUESTS)),
            address: None,
            addresses: Arc::new([]),
            wsdl: true,
            compress: true,
        }
    }
}

/// The default of [`Server::max_requests`].
const MOST_REQUESTS: usize = 256;

/// The longest time that the clock can represent without an overflow.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

impl Server {
    /// The address that the served WSDL states for ports that the server does not offer.
    pub const NOT_SERVED: &str = "about:invalid";

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(Arc::make_mut(&mut self.settings));
        self
    }

    /// Sets the limits on what a request may cost. The defaults are those of
    /// [`Limits::of_requests`], which are smaller than those for responses: anybody can send a request.
    ///
    /// A request that arrives takes at most about `body` bytes, and twice as many if it has several
    /// parts. Then its values take at most `memory` bytes besides their texts, and these at most `body`
    /// bytes. The most memory that all requests take is that, times
    /// [`max_requests`](Self::max_requests).
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        self.set(|settings| settings.limits = limits)
    }

    /// Sets what is forgiven in requests. The defaults are those of [`Leniency`].
    #[must_use]
    pub fn leniency(self, leniency: Leniency) -> Self {
        self.set(|settings| settings.leniency = leniency)
    }

    /// How the requests to this server and its clones have differed so far from the WSDL. See
    /// [`Client::drift`](crate::Client::drift).
    #[must_use]
    pub fn drift(&self) -> Drift {
        let mut drift = self.settings.drift.snapshot();
        self.port.name.clone_into(&mut drift.service);
        drift
    }

    /// Sets how many requests are received and processed at the same time by this server and its clones.
    /// Any further request is refused with the HTTP status 503 and the header `Retry-After`, before its
    /// body is read. The default is 256. One-way messages count until they are processed.
    #[must_use]
    pub fn max_requests(self, most: usize) -> Self {
        let most = most.min(Semaphore::MAX_PERMITS);
        self.set(|settings| settings.permits = Arc::new(Semaphore::new(most)))
    }

    /// Sets the time in which the body of a request must arrive, from the moment that its head has
    /// arrived. A request that is late is refused with the HTTP status 408. The default is 30 seconds.
    /// The web framework limits the time for the head.
    #[must_use]
    pub fn receive_deadline(self, time: Duration) -> Self {
        self.set(|settings| settings.receive = time.min(FOREVER))
    }

    /// Sets the time in which the request must be read and the handler must make the response. When it
    /// is over, the handler is dropped and the sender gets a fault. The default is two minutes.
    #[must_use]
    pub fn deadline(self, time: Duration) -> Self {
        self.set(|settings| settings.handle = time.min(FOREVER))
    }

    /// Declares that the handler understands a header that the WSDL does not declare, such as that of
    /// WS-Security. [`Context::other_headers`](super::Context::other_headers) then contains it, and the
    /// request may say that it must be understood.
    #[must_use]
    pub fn understands(self, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        self.set(|settings| {
            let mut names = settings.understood.to_vec();
            names.push((namespace.into(), name.into()));
            settings.understood = names.into();
        })
    }

    /// Sets the address that the served WSDL states, without a query. By default it is the address at
    /// which the client reached the server: the scheme and the host are those of the request, and
    /// `X-Forwarded-Proto: https` makes the scheme `https`, whoever sent that header. Set the address if
    /// a proxy or a router changes the host or the path.
    #[must_use]
    pub fn address(self, address: impl Into<String>) -> Self {
        self.set(|settings| settings.address = Some(address.into()))
    }

    /// Sets the address of a port of another port type of the WSDL, which this server does not offer.
    /// `port` is the name of the service and of the port, such as `Shop.Orders`.
    ///
    /// Without it, the served WSDL states [`NOT_SERVED`](Self::NOT_SERVED) for such a port. The address
    /// of the original WSDL would send the calls of a client that trusts this WSDL to another server.
    #[must_use]
    pub fn address_of(self, port: impl Into<String>, address: impl Into<String>) -> Self {
        self.set(|settings| {
            let mut addresses = settings.addresses.to_vec();
            addresses.push((port.into(), address.into()));
            settings.addresses = addresses.into();
        })
    }

    /// Sets whether a GET request with the query `wsdl` gets the WSDL. The default is true.
    #[must_use]
    pub fn serves_wsdl(self, serves: bool) -> Self {
        self.set(|settings| settings.wsdl = serves)
    }

    /// Sets whether long responses are compressed for clients that accept gzip. The default is true.
    /// Turn it off if a response contains both a secret and text that somebody else chose, because
    /// its length then tells something about the secret.
    #[must_use]
    pub fn compresses(self, compresses: bool) -> Self {
        self.set(|settings| settings.compress = compresses)
    }
}
