//! Delivers to all sinks of a connection, once or while the connection is collected.
//!
//! Each sink has its own task and its own handle of the store. Therefore a sink that fails or is slow
//! delays neither the collection nor another sink.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::config::{SinkConfig, secrets_of};
use super::failure::{Failure, text_of};
use super::open::{destination, open, sinks_of};
use super::outlet::{Delivered, Outlet, Pace};
use crate::connector::connection::Settings;
use crate::connector::error::{Error, Kind};
use crate::connector::home::{Home, Lock, Place};
use crate::connector::progress::Stop;
use crate::connector::store::Store;
use crate::connector::vault::Vault;

/// The pause after a failure. It doubles with each further failure.
const PAUSE: Duration = Duration::from_secs(2);

/// The longest pause, unless the destination asks for a longer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// How often a sink looks for new rows without being told of them.
const LOOK: Duration = Duration::from_secs(15);

/// A report of one delivery to a sink.
#[derive(Debug)]
pub struct Report {
    /// The name of the sink.
    pub sink: String,
    /// What was delivered, or why it was not.
    pub result: Result<Delivered, Error>,
    /// The pause before the next attempt, if the delivery failed.
    pub pause: Option<Duration>,
}

/// What is needed to open the sinks of a connection.
#[derive(Debug, Clone)]
struct Origin {
    home: Home,
    vault: Vault,
    place: Place,
    settings: Settings,
    chosen: Vec<String>,
}

impl Origin {
    fn sinks(&self) -> Result<Vec<SinkConfig>, Error> {
        sinks_of(&self.home, self.place.name(), &self.settings, &self.chosen)
    }

    fn open(&self, config: &SinkConfig) -> Result<Outlet, Error> {
        open(config, &self.vault, &self.place, &self.settings)
    }
}

/// Delivers all waiting rows to all sinks of a connection, or to those that were chosen by name. Each sink
/// is tried once.
pub async fn deliver_once(
    home: &Home,
    vault: &Vault,
    place: &Place,
    lock: &Lock,
    settings: &Settings,
    chosen: &[String],
) -> Vec<Report> {
    let origin = Origin {
        home: home.clone(),
        vault: vault.clone(),
        place: place.clone(),
        settings: settings.clone(),
        chosen: chosen.to_vec(),
    };
    let sinks = match origin.sinks() {
        Ok(sinks) => sinks,
        Err(error) => return vec![no_sinks(error)],
    };
    let one = async |config: &SinkConfig| {
        let result = async {
            let mut store = place.store(lock)?;
            let mut outlet = opened(&origin, config, &mut store).await?;
            let delivered = outlet.deliver(&mut store, Pace::Now).await;
            delivered.map_err(Failure::into_error)
        };
        Report {
            sink: config.name.clone(),
            result: result.await,
            pause: None,
        }
    };
    futures_util::future::join_all(sinks.iter().map(one)).await
}

/// Tests whether a sink can be reached and accepts its credentials, for a connection or without one. No
/// rows are delivered.
///
/// # Errors
///
/// The sink cannot be reached, or it refuses access.
pub async fn test(
    vault: &Vault,
    config: &SinkConfig,
    connection: Option<&str>,
) -> Result<String, Error> {
    let secrets = secrets_of(vault, config)?;
    let mut sink = destination(config, &secrets, connection.unwrap_or("test"))?;
    sink.test().await.map_err(Failure::into_error)
}

/// Makes the report of an error that concerns all sinks.
fn no_sinks(error: Error) -> Report {
    Report {
        sink: "sinks.toml".to_owned(),
        result: Err(error),
        pause: None,
    }
}

/// Opens a sink. A failure is recorded in the store.
async fn opened(origin: &Origin, config: &SinkConfig, store: &mut Store) -> Result<Outlet, Error> {
    let (origin, own) = (origin.clone(), config.clone());
    // Deriving a key from a passphrase takes about a second, so it must not block the other tasks.
    let opened = tokio::task::spawn_blocking(move || origin.open(&own)).await;
    let outlet = opened
        .map_err(|error| Error::new(Kind::Sink, "the sink cannot be opened").because(error))
        .flatten();
    if let Err(error) = &outlet {
        store.sink_failed(&config.name, &text_of(error), Timestamp::now())?;
    }
    outlet
}

/// Delivers to all sinks of a connection while it is collected. Dropping the value stops the deliveries.
#[derive(Debug)]
pub struct Deliveries {
    origin: Origin,
    stop: Stop,
    tasks: JoinSet<()>,
    sinks: Vec<SinkConfig>,
    wake: watch::Sender<()>,
    send: mpsc::UnboundedSender<Report>,
    reports: mpsc::UnboundedReceiver<Report>,
    /// The error of the configuration when it was last read.
    problem: Option<String>,
}

impl Deliveries {
    /// Starts the deliveries to the sinks of a connection, or to those that were chosen by name.
    #[must_use]
    pub fn start(
        home: &Home,
        vault: &Vault,
        place: &Place,
        lock: &Lock,
        settings: &Settings,
        chosen: &[String],
        stop: &Stop,
    ) -> Self {
        let (send, reports) = mpsc::unbounded_channel();
        let mut deliveries = Self {
            origin: Origin {
                home: home.clone(),
                vault: vault.clone(),
                place: place.clone(),
                settings: settings.clone(),
                chosen: chosen.to_vec(),
            },
            stop: stop.clone(),
            tasks: JoinSet::new(),
            sinks: Vec::new(),
            wake: watch::Sender::new(()),
            send,
            reports,
            problem: None,
        };
        deliveries.refresh(lock);
        deliveries
    }

    /// Tells the sinks that there are new rows. A changed configuration is applied. If it is invalid, the
    /// sinks continue with the previous one.
    pub async fn wake(&mut self, lock: &Lock) {
        let mut is_lost = false;
        while let Some(ended) = self.tasks.try_join_next() {
            // None ends by itself: this is a defect, which was printed.
            is_lost |= ended.is_err();
        }
        match self.origin.sinks() {
            Ok(sinks) if sinks == self.sinks && !is_lost => {
                self.problem = None;
                self.wake.send_replace(());
            }
            Ok(_) => {
                self.tasks.shutdown().await;
                self.refresh(lock);
            }
            Err(error) => self.complain(error),
        }
    }

    fn refresh(&mut self, lock: &Lock) {
        let sinks = match self.origin.sinks() {
            Ok(sinks) => sinks,
            Err(error) => return self.complain(error),
        };
        self.problem = None;
        for config in &sinks {
            let store = match self.origin.place.store(lock) {
                Ok(store) => store,
                Err(error) => return self.complain(error),
            };
            let task = Task {
                origin: self.origin.clone(),
                config: config.clone(),
                store,
                stop: self.stop.clone(),
                wake: self.wake.subscribe(),
                reports: self.send.clone(),
            };
            self.tasks.spawn(task.run());
        }
        self.sinks = sinks;
    }

    /// Reports an error of the configuration, once.
    fn complain(&mut self, error: Error) {
        let text = error.text();
        if self.problem.as_ref() != Some(&text) {
            self.problem = Some(text);
            // The receiver is in this value, so sending cannot fail.
            let _ = self.send.send(no_sinks(error));
        }
    }

    /// Awaits a future, and passes the reports of the sinks to `each` meanwhile.
    pub async fn beside<T>(
        &mut self,
        work: impl Future<Output = T>,
        mut each: impl FnMut(&Report),
    ) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                // This value has a sender, so the channel is never closed.
                Some(report) = self.reports.recv() => each(&report),
            }
        }
    }

    /// Stops the deliveries. A batch that was being delivered is delivered again by the next run.
    pub async fn end(mut self) {
        self.tasks.shutdown().await;
    }
}

/// The task of one sink.
struct Task {
    origin: Origin,
    config: SinkConfig,
    store: Store,
    stop: Stop,
    wake: watch::Receiver<()>,
    reports: mpsc::UnboundedSender<Report>,
}

impl Task {
    async fn run(mut self) {
        let stop = self.stop.clone();
        tokio::select! {
            biased;
            () = stop.stopped() => {}
            () = self.deliver() => {}
        }
    }

    async fn deliver(&mut self) {
        let (mut outlet, mut failures) = (None, 0);
        loop {
            let (result, asked) = self.attempt(&mut outlet).await;
            failures = if result.is_ok() { 0 } else { failures + 1 };
            let pause = (failures > 0).then(|| pause(failures).max(asked.unwrap_or_default()));
            if !matches!(result, Ok(done) if done == Delivered::default()) {
                self.report(result, pause);
            }
            match pause {
                Some(pause) => {
                    if self.rest(pause).await {
                        (outlet, failures) = (None, 0);
                    }
                }
                None => drop(tokio::time::timeout(LOOK, self.wake.changed()).await),
            }
        }
    }

    /// Waits after a failure. New rows are no reason to ask again earlier, but another set-up of the sink is: it may
    /// be what helps. Returns whether there is one.
    async fn rest(&mut self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            tokio::time::sleep(left.min(LOOK)).await;
            let now = self.origin.sinks().unwrap_or_default();
            let own = now.into_iter().find(|sink| sink.name == self.config.name);
            if let Some(changed) = own.filter(|own| *own != self.config) {
                self.config = changed;
                return true;
            }
        }
    }

    async fn attempt(
        &mut self,
        outlet: &mut Option<Outlet>,
    ) -> (Result<Delivered, Error>, Option<Duration>) {
        let open = match outlet {
            Some(open) => open,
            None => match opened(&self.origin, &self.config, &mut self.store).await {
                Ok(opened) => outlet.insert(opened),
                Err(error) => return (Err(error), None),
            },
        };
        match open.deliver(&mut self.store, Pace::Steady).await {
            Ok(delivered) => (Ok(delivered), None),
            Err(failure) => {
                // The next attempt reads the secrets and certificates again, because they may have been the
                // cause.
                *outlet = None;
                let asked = failure.pause();
                (Err(failure.into_error()), asked)
            }
        }
    }

    fn report(&self, result: Result<Delivered, Error>, pause: Option<Duration>) {
        let report = Report {
            sink: self.config.name.clone(),
            result,
            pause,
        };
        // There is no receiver when the run has ended.
        let _ = self.reports.send(report);
    }
}

fn pause(failures: u32) -> Duration {
    let doubled = PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(16));
    doubled.min(LONGEST_PAUSE)
}
