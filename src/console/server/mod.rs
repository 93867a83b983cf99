//! Accepts requests, admits or refuses them, and routes them to their pages.

mod routes;

use std::net::SocketAddr;
use std::sync::Arc;

use super::app::App;
use super::jobs::Jobs;
use super::options::ConsoleOptions;
use super::security::{Guard, Peer};
use crate::connector::Error;
use crate::connector::progress::Stop;
use crate::connector::web::{Listeners, Tls};

/// A console that accepts requests.
pub struct Console {
    listeners: Listeners,
    tls: Option<Tls>,
    app: Arc<App>,
    stop: Stop,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console")
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}

/// Makes links for logging in.
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
    /// Makes a new link for one login. The previous link becomes invalid. Returns `None` if the login
    /// requires a password.
    ///
    /// # Errors
    ///
    /// The operating system provides no random numbers.
    pub fn make(&self) -> Result<Option<String>, Error> {
        if self.app.guard.has_password() {
            return Ok(None);
        }
        let path = self.app.guard.new_link()?;
        Ok(Some(format!("{}{path}", self.origin)))
    }
}

impl Console {
    /// Binds the address. No request is processed before [`serve`](Self::serve) is called.
    ///
    /// # Errors
    ///
    /// The address is in use, the certificate cannot be read, or other machines could reach the console
    /// without protection.
    pub async fn bind(options: ConsoleOptions, stop: Stop) -> Result<Self, Error> {
        // Invalid options are reported before the address is bound.
        Guard::new(&options, options.listen)?;
        let tls = match &options.tls {
            Some((chain, key)) => Some(Tls::new(chain, key, None)?),
            None => None,
        };
        let listeners = Listeners::bind(options.listen).await?;
        let guard = Arc::new(Guard::new(&options, listeners.address())?);
        let jobs = Jobs::new(options.home.clone(), options.vault.clone(), stop.clone());
        let app = Arc::new(App {
            home: options.home,
            vault: options.vault,
            guard,
            jobs: Arc::new(jobs),
        });
        Ok(Self {
            listeners,
            tls,
            app,
            stop,
        })
    }

    /// The address that was bound.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listeners.address()
    }

    /// The address for browsers, without a path.
    #[must_use]
    pub fn origin(&self) -> String {
        self.app.guard.hosts.own_origin(self.address())
    }

    /// Returns the value that makes links for logging in.
    #[must_use]
    pub fn links(&self) -> Links {
        Links {
            app: Arc::clone(&self.app),
            origin: self.origin(),
        }
    }

    /// Processes requests until the console is stopped.
    pub async fn serve(self) {
        let router = routes::router(Arc::clone(&self.app));
        let indexes = tokio::spawn(Arc::clone(&self.app.jobs).keep_indexes());
        let service = |peer| router.clone().layer(axum::Extension(Peer(peer)));
        self.listeners.serve(self.tls, self.stop, service).await;
        indexes.abort();
    }
}
