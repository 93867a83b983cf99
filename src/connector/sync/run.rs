//! Collects a connection continuously.

use std::time::Duration;

use tokio::time::Instant;

use super::collector::{Collector, lease_lost, until_stopped};
use super::outcome::RoundOutcome;
use super::source::Source;
use crate::connector::connection::Settings;
use crate::connector::error::Error;
use crate::connector::home::{Home, Watcher};
use crate::connector::progress::{Stop, Watch};
use crate::connector::sinks::{Deliveries, Report};
use crate::connector::vault::Vault;

/// How often each source is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    /// The interval for logins, the setup audit trail and changed records.
    pub rows: Duration,
    /// The interval for event log files.
    pub files: Duration,
    /// The pause after a failure. It doubles with each further failure.
    pub pause: Duration,
    /// The longest pause, except after a refused login.
    pub longest_pause: Duration,
    /// The pause after a refused login, because each attempt may prolong a lockout of the user.
    pub refused: Duration,
}

impl Default for Cadence {
    /// Rows every 15 minutes, and files every hour.
    fn default() -> Self {
        Self {
            rows: Duration::from_secs(15 * 60),
            files: Duration::from_secs(60 * 60),
            pause: Duration::from_secs(30),
            longest_pause: Duration::from_secs(15 * 60),
            refused: Duration::from_secs(60 * 60),
        }
    }
}

impl Cadence {
    fn of(self, source: Source) -> Duration {
        match source {
            Source::Files => self.files,
            Source::Logins | Source::Audit | Source::Changes => self.rows,
        }
    }

    /// The time between an attempt and the next one, if this number of attempts in a row have failed.
    #[must_use]
    pub fn until_next(self, source: Source, failures: u64) -> Duration {
        match failures {
            0 => self.of(source),
            failures => pause(self, u32::try_from(failures).unwrap_or(u32::MAX)),
        }
    }
}

/// An event of a run.
#[derive(Debug)]
pub enum Notice<'a> {
    /// The connection is logged in.
    Connected(&'a str),
    /// A round has ended.
    Round(&'a RoundOutcome),
    /// The connection cannot be opened. The next attempt is made after the pause.
    Failed(&'a str, &'a Error, Duration),
    /// A sink of the connection accepted rows, or failed.
    Delivered(&'a str, &'a Report),
}

/// Collects a connection until it is stopped, and delivers to its sinks meanwhile: to all of them, or to
/// those that were chosen by name.
///
/// If the org cannot be reached, or the disk is full, the next attempt is made after a growing pause. After
/// a refused login, it is made after an hour, because somebody may have unlocked the user.
///
/// # Errors
///
/// An error that a pause does not help against: there is no such connection, it is deactivated, another
/// process works on it, or its secrets are missing.
pub async fn run(
    home: &Home,
    vault: &Vault,
    name: &str,
    cadence: Cadence,
    chosen: &[String],
    watch: &mut Watch,
    notice: &mut (dyn FnMut(&Notice<'_>) + Send),
) -> Result<(), Error> {
    let stop = watch.stop.clone();
    let mut rounds = Rounds::new(cadence);
    let (mut failures, mut was_open) = (0, false);
    while !stop.is_stopped() {
        match Collector::open(home, vault, name, &stop).await {
            Ok(mut collector) => {
                notice(&Notice::Connected(name));
                (failures, was_open) = (0, true);
                let mut deliveries = collector.deliveries(chosen, &stop);
                let lost = rounds.until_lost(&mut collector, &mut deliveries, watch, notice);
                let ended = lost.await;
                deliveries.end().await;
                drop(collector);
                ended?;
                rounds.wait(&stop).await;
            }
            Err(error) if error.is_stopped() => return Ok(()),
            // Between two logins of this run, a command may lock the connection for a moment. If workers
            // share connections, another worker may have it.
            Err(error)
                if error.is_usage()
                    || error.is_vault()
                    || error.is_lease_lost()
                    || error.is_locked() && (home.is_shared() || !was_open) =>
            {
                return Err(error);
            }
            Err(error) => {
                failures += 1;
                let pause = match () {
                    () if error.is_refused_login() => cadence.refused,
                    () if error.is_database_away() => AWAY,
                    () => pause(cadence, failures),
                };
                notice(&Notice::Failed(name, &error, pause));
                deliver_meanwhile(home, vault, name, chosen, &stop, pause, notice).await;
            }
        }
    }
    Ok(())
}

/// Waits, and delivers stored rows meanwhile, which a failed login does not prevent.
async fn deliver_meanwhile(
    home: &Home,
    vault: &Vault,
    name: &str,
    chosen: &[String],
    stop: &Stop,
    pause: Duration,
    notice: &mut (dyn FnMut(&Notice<'_>) + Send),
) {
    let held = || {
        let place = home.connection(name)?;
        let lock = place.lock()?;
        let settings = Settings::from_map(&place.settings()?)?;
        Ok::<_, Error>((place, lock, settings))
    };
    match held() {
        Ok((place, lock, settings)) => {
            let mut deliveries =
                Deliveries::start(home, vault, &place, &lock, &settings, chosen, stop);
            let each = |report: &Report| notice(&Notice::Delivered(name, report));
            deliveries.beside(sleep(stop, pause), each).await;
            deliveries.end().await;
        }
        // Another process may hold the lock for a moment. All other errors have been reported before.
        Err(_) => sleep(stop, pause).await,
    }
}

/// The times at which the sources are due. They are kept across logins.
struct Rounds {
    cadence: Cadence,
    due: Vec<Due>,
    /// The number of rounds in a row in which the org sent no response.
    lost: u32,
}

struct Due {
    source: Source,
    at: Instant,
    /// The number of failed attempts in a row.
    failures: u32,
}

/// The pause after a failure of the database, which usually restarts within seconds.
const AWAY: Duration = Duration::from_secs(5);

/// The number of rounds without a response after which a new login is tried. The org may have moved to
/// another host.
const LOST: u32 = 3;

impl Rounds {
    fn new(cadence: Cadence) -> Self {
        let due = |source| Due {
            source,
            at: Instant::now(),
            failures: 0,
        };
        Self {
            cadence,
            due: Source::ALL.map(due).into(),
            lost: 0,
        }
    }

    /// Makes rounds until the run is stopped or needs a new login. A lost lease is an error.
    async fn until_lost(
        &mut self,
        collector: &mut Collector,
        deliveries: &mut Deliveries,
        watch: &mut Watch,
        notice: &mut (dyn FnMut(&Notice<'_>) + Send),
    ) -> Result<(), Error> {
        let stop = watch.stop.clone();
        let name = collector.name().to_owned();
        let held = collector.watch_lock();
        while !stop.is_stopped() {
            let now = Instant::now();
            let due: Vec<Source> = self
                .due
                .iter()
                .filter(|due| due.at <= now)
                .map(|due| due.source)
                .collect();
            let round = collector.collect(&due, watch);
            let outcome = deliveries
                .beside(round, |report| notice(&Notice::Delivered(&name, report)))
                .await;
            notice(&Notice::Round(&outcome));
            collector.wake(deliveries).await;
            self.note(&due, &outcome);
            if outcome.has_failed(Error::is_lease_lost) {
                return Err(lease_lost(&name, "its lease ran out"));
            }
            // A client whose login was refused does not try again. A new client reads the secrets again.
            if self.lost >= LOST || outcome.failure().is_some_and(Error::needs_login) {
                self.lost = 0;
                return Ok(());
            }
            let waiting = sleep_while_held(&stop, self.until_due(), &held);
            let report = |report: &Report| notice(&Notice::Delivered(&name, report));
            deliveries.beside(waiting, report).await;
            if let Some(why) = held.lost() {
                return Err(lease_lost(&name, &why));
            }
        }
        Ok(())
    }

    /// Sets the times at which the sources of a round are due again. A failed source has its own pause and
    /// does not affect the others.
    fn note(&mut self, tried: &[Source], outcome: &RoundOutcome) {
        let now = Instant::now();
        for due in &mut self.due {
            if !tried.contains(&due.source) {
                continue;
            }
            let own = outcome.sources.iter().find(|own| own.source == due.source);
            let is_done = own.is_some_and(|own| own.failure().is_none());
            due.failures = if is_done { 0 } else { due.failures + 1 };
            due.at = now
                + match is_done {
                    true => self.cadence.of(due.source),
                    false if outcome.has_failed(Error::is_database_away) => AWAY,
                    false => pause(self.cadence, due.failures),
                };
        }
        let mut failures = outcome.sources.iter().map(|own| own.result.as_ref().err());
        let is_lost = failures.all(|failure| failure.is_some_and(Error::has_no_response));
        self.lost = if is_lost { self.lost + 1 } else { 0 };
    }

    /// Waits until a source is due.
    async fn wait(&self, stop: &Stop) {
        sleep(stop, self.until_due()).await;
    }

    fn until_due(&self) -> Duration {
        let next = self.due.iter().map(|due| due.at).min();
        next.map_or(Duration::ZERO, |next| {
            next.saturating_duration_since(Instant::now())
        })
    }
}

fn pause(cadence: Cadence, failures: u32) -> Duration {
    let doubled = cadence
        .pause
        .saturating_mul(1 << failures.saturating_sub(1).min(16));
    doubled.min(cadence.longest_pause)
}

async fn sleep(stop: &Stop, time: Duration) {
    let _ = until_stopped(stop, async {
        tokio::time::sleep(time).await;
        Ok(())
    })
    .await;
}

/// Sleeps until the work is stopped or the lease is lost.
async fn sleep_while_held(stop: &Stop, time: Duration, held: &Watcher) {
    let until = Instant::now() + time;
    while !stop.is_stopped() && held.lost().is_none() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        sleep(stop, left.min(Duration::from_secs(1))).await;
    }
}
