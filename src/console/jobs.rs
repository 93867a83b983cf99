//! Work that continues after its request: consents, collecting, and the search index.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use saponify::Secret;
use tokio::sync::oneshot;

use super::options::{failed, wrong_use};
use crate::connector::Error;
use crate::connector::connection::{Activated, Activation, Consent, activate_by};
use crate::connector::home::Home;
use crate::connector::progress::{Stop, Watch};
use crate::connector::search::Index;
use crate::connector::sync::{Collector, Source};
use crate::connector::vault::Vault;

/// The largest number of pending consents.
const MOST_CONSENTS: usize = 20;

/// How long the org may take after a person has consented.
const CONSENT: Duration = Duration::from_secs(120);

/// How often the search indexes are updated, and the number of rows that are added at a time.
const INDEX: (Duration, usize) = (Duration::from_secs(3), 50_000);

/// The background work of the console.
pub(super) struct Jobs {
    home: Home,
    vault: Vault,
    stop: Stop,
    consents: Mutex<HashMap<String, Waiting>>,
    collecting: Mutex<Collecting>,
}

/// A pending consent.
struct Waiting {
    name: String,
    origin: String,
    redirected: oneshot::Sender<Secret>,
    done: oneshot::Receiver<Result<Activated, Error>>,
}

/// A consent that a person has given or refused.
pub(super) struct Consented {
    /// The name of the connection.
    pub(super) name: String,
    /// The address of the console at which the consent was started.
    pub(super) origin: String,
    pub(super) result: Result<Activated, Error>,
}

#[derive(Default)]
struct Collecting {
    now: HashSet<String>,
    /// Why the last attempt could not be started, by connection.
    failed: HashMap<String, String>,
}

impl Jobs {
    pub(super) fn new(home: Home, vault: Vault, stop: Stop) -> Self {
        Self {
            home,
            vault,
            stop,
            consents: Mutex::default(),
            collecting: Mutex::default(),
        }
    }

    /// Starts the activation of a connection that needs a consent, and returns the address of the org's
    /// login page. `origin` is the address of the console in this browser.
    pub(super) async fn begin_consent(
        &self,
        activation: Activation,
        origin: String,
    ) -> Result<String, Error> {
        let (show, shown) = oneshot::channel();
        let (redirected, redirect) = oneshot::channel();
        let (finish, mut done) = oneshot::channel();
        let name = activation.name.clone();
        let show = Mutex::new(Some(show));
        let consent = Consent {
            show: Box::new(move |page| {
                let show = show.lock().unwrap_or_else(PoisonError::into_inner).take();
                // There is no receiver if the request was cancelled.
                show.map(|show| show.send(page.to_owned()));
            }),
            redirected: Box::pin(async move { redirect.await.ok() }),
        };
        let (home, vault) = (self.home.clone(), self.vault.clone());
        tokio::spawn(async move {
            let result = activate_by(&home, &vault, activation, Some(consent)).await;
            let _ = finish.send(result);
        });
        let page = tokio::select! {
            page = shown => page.map_err(|_| failed("the login could not be started")),
            result = &mut done => Err(match result {
                Ok(Err(error)) => error,
                _ => failed("the login could not be started"),
            }),
        }?;
        let state = parameter(&page, "state").ok_or_else(|| failed("the login has no state"))?;
        let mut consents = self.consents();
        // Consents that were not given in time have ended.
        consents.retain(|_, waiting| !waiting.redirected.is_closed());
        if consents.len() >= MOST_CONSENTS {
            return Err(wrong_use(
                "too many consents are pending",
                "finish one of them, or wait for five minutes",
            ));
        }
        consents.insert(
            state,
            Waiting {
                name,
                origin,
                redirected,
                done,
            },
        );
        Ok(page)
    }

    /// Completes the consent that the query of a redirect belongs to. Each redirect is accepted once.
    /// Returns `None` if no consent is pending for it.
    pub(super) async fn end_consent(&self, query: &str, state: &str) -> Option<Consented> {
        let waiting = self.consents().remove(state)?;
        waiting.redirected.send(Secret::from(query)).ok()?;
        let result = match tokio::time::timeout(CONSENT, waiting.done).await {
            Ok(Ok(result)) => result,
            _ => Err(failed("the org did not respond in time")),
        };
        Some(Consented {
            name: waiting.name,
            origin: waiting.origin,
            result,
        })
    }

    /// Collects a connection once. Returns `false` if the console is already collecting it.
    pub(super) fn collect(self: &Arc<Self>, name: &str) -> bool {
        if !self.collecting().now.insert(name.to_owned()) {
            return false;
        }
        let (jobs, name) = (Arc::clone(self), name.to_owned());
        tokio::spawn(async move {
            let opened = Collector::open(&jobs.home, &jobs.vault, &name, &jobs.stop).await;
            let failed = match opened {
                Ok(mut collector) => {
                    let mut watch = Watch::new(jobs.stop.clone(), |_| {});
                    // The result of each source is in the store.
                    collector.round(&Source::ALL, &mut watch).await;
                    None
                }
                Err(error) => Some(error.text()),
            };
            let mut collecting = jobs.collecting();
            collecting.now.remove(&name);
            match failed {
                Some(text) => collecting.failed.insert(name, text),
                None => collecting.failed.remove(&name),
            };
        });
        true
    }

    /// Whether this console collects the connection now, and why its last attempt could not be started.
    pub(super) fn collecting_of(&self, name: &str) -> (bool, Option<String>) {
        let collecting = self.collecting();
        let failed = collecting.failed.get(name).cloned();
        (collecting.now.contains(name), failed)
    }

    /// Updates the search indexes until the console is stopped.
    pub(super) async fn keep_indexes(self: Arc<Self>) {
        let (pause, most) = INDEX;
        while !self.stop.is_stopped() {
            let jobs = Arc::clone(&self);
            let is_behind = tokio::task::spawn_blocking(move || jobs.index_all(most)).await;
            if !is_behind.unwrap_or(false) {
                tokio::select! {
                    () = self.stop.stopped() => {}
                    () = tokio::time::sleep(pause) => {}
                }
            }
        }
    }

    /// Adds rows to each index. Returns whether an index has more rows to add.
    fn index_all(&self, most: usize) -> bool {
        let mut is_behind = false;
        for name in self.home.connections().unwrap_or_default() {
            match self.index(&name, most) {
                Ok(added) => is_behind |= added >= most,
                Err(error) => tracing::warn!(
                    connection = name,
                    problem = error.text(),
                    "the search index could not be updated"
                ),
            }
        }
        is_behind
    }

    fn index(&self, name: &str, most: usize) -> Result<usize, Error> {
        let place = self.home.connection(name)?;
        let store = place.store_to_read()?;
        Index::open(&place.search()?)?.update(&store, most)
    }

    fn consents(&self) -> MutexGuard<'_, HashMap<String, Waiting>> {
        self.consents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn collecting(&self) -> MutexGuard<'_, Collecting> {
        self.collecting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A parameter in the query of an address.
fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}
