//! The HTTP clients of a transport, with the connections that they keep.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Proxy};
use rustls::ClientConfig;

use crate::transport::TransportError;

/// Both clients. Clones share the connections.
#[derive(Clone)]
struct Pair {
    /// For all hosts except this machine.
    client: Client,
    /// For loopback hosts and for plain HTTP. It uses no proxy, because a proxy could read the
    /// messages.
    direct: Client,
}

/// The clients, and how to make new ones.
pub(super) struct Clients {
    pair: RwLock<Pair>,
    /// `None` for a client that was built elsewhere.
    recipe: Option<Recipe>,
}

/// What the clients are made of.
pub(super) struct Recipe {
    pub(super) tls: ClientConfig,
    pub(super) connect_timeout: Duration,
    pub(super) proxy: Route,
}

/// The way to hosts other than this machine.
pub(super) enum Route {
    /// As the environment variables say.
    Environment,
    Direct,
    Proxy(Box<Proxy>),
}

impl Clients {
    pub(super) fn new(recipe: Recipe) -> Result<Self, TransportError> {
        Ok(Self {
            pair: RwLock::new(recipe.make()?),
            recipe: Some(recipe),
        })
    }

    /// A client that was built elsewhere, for all hosts.
    pub(super) fn given(client: &Client) -> Self {
        let (client, direct) = (client.clone(), client.clone());
        Self {
            pair: RwLock::new(Pair { client, direct }),
            recipe: None,
        }
    }

    /// The client for a request.
    pub(super) fn client(&self, directly: bool) -> Client {
        let pair = self.pair.read().unwrap_or_else(PoisonError::into_inner);
        match directly {
            true => pair.direct.clone(),
            false => pair.client.clone(),
        }
    }

    /// Discards all idle connections if a response has both a length and chunks. The chunks count
    /// (RFC 9112, section 6.3), but whoever is on the way may have counted the length. What comes
    /// next on that connection could then be a response that somebody else has chosen. The HTTP
    /// library keeps such a connection and cannot be told to close one, so that all of them go.
    pub(super) fn discard_if_ambiguous(&self, headers: &HeaderMap) {
        if !headers.contains_key(CONTENT_LENGTH) || !headers.contains_key(TRANSFER_ENCODING) {
            return;
        }
        tracing::debug!("a response has both a length and chunks; its connection is discarded");
        // The same settings made a client before.
        if let Some(Ok(new)) = self.recipe.as_ref().map(Recipe::make) {
            *self.pair.write().unwrap_or_else(PoisonError::into_inner) = new;
        }
    }
}

impl Recipe {
    fn make(&self) -> Result<Pair, TransportError> {
        let finish = |builder: ClientBuilder| {
            builder.build().map_err(|error| {
                TransportError::usage("the HTTP client cannot be built")
                    .with_source(error.without_url())
            })
        };
        let base = || {
            Client::builder()
                .tls_backend_preconfigured(self.tls.clone())
                .http1_only()
                .redirect(Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(self.connect_timeout)
                // Shorter than usual. The longer a connection is idle, the more likely the service
                // closes it just when a request is written. It is then unknown whether the service
                // got the request.
                .pool_idle_timeout(Duration::from_secs(30))
                .tcp_nodelay(true)
                .tcp_keepalive(Duration::from_secs(30))
        };
        let client = match &self.proxy {
            Route::Environment => base(),
            Route::Direct => base().no_proxy(),
            Route::Proxy(proxy) => base().proxy(Proxy::clone(proxy)),
        };
        Ok(Pair {
            client: finish(client.https_only(true))?,
            direct: finish(base().no_proxy())?,
        })
    }
}
