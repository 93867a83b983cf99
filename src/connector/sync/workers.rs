//! Collects all connections of a home, and shares them with other workers.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use super::run::{Cadence, Notice, run};
use super::share::share;
use crate::connector::error::{Error, Kind};
use crate::connector::home::{ActiveConnection, Home, Worker};
use crate::connector::progress::{Stop, Watch};
use crate::connector::vault::Vault;

/// How often the list of connections is read: in a folder, and in a database that workers share.
const LOOK: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(1));

/// The time after which a connection is tried again that was given up, because somebody may have repaired
/// it.
const GIVEN_UP: Duration = Duration::from_secs(15 * 60);

/// How often a worker removes files of connections that were erased on another machine.
const TIDY: Duration = Duration::from_secs(60 * 60);

/// What a worker works on, and how.
#[derive(Debug, Clone)]
pub struct Work {
    /// The names of the connections, or none for all that are not deactivated, including those that are
    /// added later.
    pub names: Vec<String>,
    /// How often each source is collected.
    pub cadence: Cadence,
    /// The names of the chosen sinks, or none for all.
    pub sinks: Vec<String>,
}

/// Receives the progress of a worker.
pub trait WorkObserver: Send + Sync + 'static {
    /// Makes the observer of the work on a connection. `stop` stops the work.
    fn watch(&self, stop: Stop, name: &str) -> Watch;
    /// Receives an event of a connection.
    fn notice(&self, notice: &Notice<'_>);
    /// Receives the error of a connection that is given up, because a short pause does not help. Returns an
    /// exit code.
    fn given_up(&self, name: &str, error: &Error) -> u8;
    /// The work on a connection ends. If the connection `is_active`, another worker takes it; otherwise somebody has
    /// deactivated or removed it, or wants it for a moment.
    fn left(&self, name: &str, is_active: bool);
    /// Is called when there is no work, because there is no connection, or because other workers have them
    /// all.
    fn idle(&self);
    /// Receives the error of a home that cannot be read. Reading it is tried again.
    fn home_failed(&self, error: &Error);
}

/// Collects connections until the work is stopped. Connections that are added later are included, and those
/// that are deactivated or removed are left. In a database, each connection has one worker at a time, and
/// the connections are distributed evenly among the workers.
///
/// Returns the worst exit code of the connections that were given up. In a folder, it also returns when all
/// connections were given up.
pub async fn run_all(
    home: &Home,
    vault: &Vault,
    work: Work,
    stop: &Stop,
    observer: Arc<impl WorkObserver>,
) -> u8 {
    let mut workers = Workers {
        home: home.clone(),
        vault: vault.clone(),
        me: Worker {
            id: new_id(),
            names: (!work.names.is_empty()).then(|| work.names.clone()),
            refuses: Vec::new(),
        },
        work,
        stop: stop.clone(),
        observer,
        tasks: JoinSet::new(),
        running: HashMap::new(),
        given_up: HashMap::new(),
        worst: 0,
        tidied: None,
        was_told: false,
        is_away: false,
    };
    workers.until_stopped().await;
    workers.end().await
}

struct Workers<T> {
    home: Home,
    vault: Vault,
    work: Work,
    me: Worker,
    stop: Stop,
    observer: Arc<T>,
    tasks: JoinSet<(String, Result<(), Error>)>,
    /// The task of each connection, and the switch that stops it.
    running: HashMap<String, (Id, Stop)>,
    /// The time before which a connection that was given up is not tried again.
    given_up: HashMap<String, Instant>,
    worst: u8,
    /// When files of connections that are gone were last removed from this machine.
    tidied: Option<Instant>,
    was_told: bool,
    /// Whether the home could not be read at the last attempt.
    is_away: bool,
}

impl<T: WorkObserver> Workers<T> {
    async fn until_stopped(&mut self) {
        let pause = if self.home.is_shared() {
            LOOK.1
        } else {
            LOOK.0
        };
        while !self.stop.is_stopped() {
            match self.look() {
                Ok(()) => self.is_away = false,
                Err(error) => {
                    if !std::mem::replace(&mut self.is_away, true) {
                        self.observer.home_failed(&error);
                    }
                }
            }
            let nothing_helps = self.running.is_empty() && !self.given_up.is_empty();
            if nothing_helps && !self.home.is_shared() {
                return;
            }
            self.wait(pause).await;
        }
    }

    /// Reads the list of connections, and starts and stops work accordingly.
    fn look(&mut self) -> Result<(), Error> {
        let mut active = self.home.active()?;
        if let Some(names) = &self.me.names {
            active.retain(|listed| names.contains(&listed.name));
        }
        // A connection that was missing in between may have been repaired.
        self.given_up
            .retain(|name, _| active.iter().any(|listed| listed.name == *name));
        let now = Instant::now();
        if self.tidied.is_none_or(|last| now - last >= TIDY) {
            self.tidied = Some(now);
            if let Err(error) = self.home.tidy() {
                tracing::warn!(problem = error.text(), "files of erased connections stay");
            }
        }
        self.me.refuses = waiting(&self.given_up, now);
        let mine = self.mine(&active)?;
        for (name, (_, stop)) in &self.running {
            if !mine.contains(name) && !stop.is_stopped() {
                stop.stop();
                let is_active = active.iter().any(|listed| listed.name == *name);
                self.observer.left(name, is_active);
            }
        }
        let waits = |name: &String| self.me.refuses.contains(name);
        let begin: Vec<String> = active
            .into_iter()
            .filter(|listed| mine.contains(&listed.name))
            .filter(|listed| !self.running.contains_key(&listed.name) && !waits(&listed.name))
            // Another worker must release it first, or its lease must expire.
            .filter(|listed| !(self.home.is_shared() && listed.is_held))
            .map(|listed| listed.name)
            .collect();
        for name in begin {
            self.begin(name);
        }
        if self.running.is_empty() && self.given_up.is_empty() && !self.was_told {
            self.observer.idle();
        }
        self.was_told = true;
        Ok(())
    }

    /// The connections that are assigned to this worker.
    fn mine(&self, active: &[ActiveConnection]) -> Result<BTreeSet<String>, Error> {
        let names = active.iter().map(|listed| listed.name.clone());
        let Some(peers) = self.home.meet(&self.me)? else {
            return Ok(names.collect());
        };
        // Another worker may work on other connections, too, so all connections are distributed.
        let all: Vec<String> = match &self.me.names {
            None => names.collect(),
            Some(_) => {
                let all = self.home.active()?.into_iter();
                all.map(|listed| listed.name).collect()
            }
        };
        let shares = share(&all, &peers);
        let mine = shares.iter().filter(|(_, worker)| **worker == self.me.id);
        Ok(mine.map(|(name, _)| (*name).to_owned()).collect())
    }

    fn begin(&mut self, name: String) {
        self.given_up.remove(&name);
        let stop = Stop::default();
        let (began, own) = (name.clone(), stop.clone());
        let (home, vault, work) = (self.home.clone(), self.vault.clone(), self.work.clone());
        let observer = Arc::clone(&self.observer);
        let task = self.tasks.spawn(async move {
            let mut watch = observer.watch(stop, &name);
            let mut notice = |notice: &Notice<'_>| observer.notice(notice);
            let ended = run(
                &home,
                &vault,
                &name,
                work.cadence,
                &work.sinks,
                &mut watch,
                &mut notice,
            );
            let ended = ended.await;
            (name, ended)
        });
        self.running.insert(began, (task.id(), own));
    }

    /// Waits until the list must be read again, and handles tasks that end meanwhile.
    async fn wait(&mut self, pause: Duration) {
        let until = Instant::now() + pause;
        loop {
            tokio::select! {
                () = self.stop.stopped() => return,
                () = tokio::time::sleep_until(until) => return,
                Some(ended) = self.tasks.join_next() => {
                    self.ended(ended);
                    if self.running.is_empty() {
                        return;
                    }
                }
            }
        }
    }

    fn ended(&mut self, ended: Result<(String, Result<(), Error>), tokio::task::JoinError>) {
        let (name, error) = match ended {
            Ok((name, Ok(()))) => {
                self.running.remove(&name);
                return;
            }
            Ok((name, Err(error))) => (name, error),
            // A panic, which has been printed, must not stop the work on other connections.
            Err(panic) => {
                let mut running = self.running.iter();
                let found = running.find(|(_, (id, _))| *id == panic.id());
                let Some((name, _)) = found else { return };
                let message =
                    "the work on the connection ended because of a defect of this program";
                (name.clone(), Error::new(Kind::Data, message))
            }
        };
        self.running.remove(&name);
        if self.home.is_shared() && error.is_locked() {
            // Another worker has locked it first.
            return;
        }
        let code = self.observer.given_up(&name, &error);
        if error.is_lease_lost() {
            return;
        }
        self.worst = self.worst.max(code);
        self.given_up.insert(name, Instant::now() + GIVEN_UP);
    }

    /// Stops all work, and releases everything.
    async fn end(mut self) -> u8 {
        for (_, stop) in self.running.values() {
            stop.stop();
        }
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(ended);
        }
        if self.home.leave(&self.me).is_err() {
            tracing::debug!(
                "the database cannot be reached; the registration of this worker expires by itself"
            );
        }
        self.worst
    }
}

/// The connections whose pause after a failure has not ended. The others are assigned like those that never failed.
fn waiting(given_up: &HashMap<String, Instant>, now: Instant) -> Vec<String> {
    let waiting = given_up.iter().filter(|(_, until)| **until > now);
    waiting.map(|(name, _)| name.clone()).collect()
}

/// Makes a unique name for a worker.
fn new_id() -> String {
    // Each `RandomState` has its own random keys.
    let random = RandomState::new().hash_one("worker");
    format!("{}-{random:016x}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_was_given_up_is_shared_again_after_its_time() {
        let began = Instant::now();
        let given_up = HashMap::from([("acme".to_owned(), began + GIVEN_UP)]);
        assert_eq!(waiting(&given_up, began), ["acme"]);
        let almost = began + GIVEN_UP - Duration::from_millis(1);
        assert_eq!(waiting(&given_up, almost), ["acme"]);
        assert!(waiting(&given_up, began + GIVEN_UP).is_empty());
    }
}
