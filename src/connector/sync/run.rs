//! Brings a connection up to date again and again.

use std::time::Duration;

use tokio::time::Instant;

use super::collector::{Collector, until_stopped};
use super::outcome::Outcome;
use super::source::Source;
use crate::connector::error::Error;
use crate::connector::home::Home;
use crate::connector::progress::{Stop, Watch};
use crate::connector::vault::Vault;

/// How often each source is brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    /// Logins, the setup audit trail and changed records.
    pub rows: Duration,
    /// The list of event log files.
    pub files: Duration,
    /// The pause after a failure; it doubles with each further failure.
    pub pause: Duration,
    /// No pause is longer, except after a refused login.
    pub longest_pause: Duration,
    /// The pause after a refused login. Each attempt may keep the user locked out.
    pub refused: Duration,
}

impl Default for Cadence {
    /// Rows every quarter of an hour, files every hour.
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

    /// How long after an attempt a run makes the next one, if so many attempts have failed in a row.
    #[must_use]
    pub fn until_next(self, source: Source, failures: u64) -> Duration {
        match failures {
            0 => self.of(source),
            failures => pause(self, u32::try_from(failures).unwrap_or(u32::MAX)),
        }
    }
}

/// What a run tells about its rounds.
#[derive(Debug)]
pub enum Notice<'a> {
    /// The connection is logged in.
    Connected(&'a str),
    /// A round is over.
    Round(&'a Outcome),
    /// The connection cannot be opened now; it is tried again after a pause.
    Failed(&'a str, &'a Error, Duration),
}

/// Brings a connection up to date until it is stopped.
///
/// If the org cannot be reached, or the disk is full, it is tried again after a growing pause; after a
/// refused login, once an hour, because somebody may have unlocked the user.
///
/// # Errors
///
/// What no pause can help: there is no such connection, it is deactivated, another process works on it,
/// or its secrets are not there.
pub async fn run(
    home: &Home,
    vault: &Vault,
    name: &str,
    cadence: Cadence,
    watch: &mut Watch,
    notice: &mut (dyn FnMut(&Notice<'_>) + Send),
) -> Result<(), Error> {
    let stop = watch.stop.clone();
    let mut failures = 0;
    while !stop.is_stopped() {
        match Collector::open(home, vault, name, &stop).await {
            Ok(mut collector) => {
                notice(&Notice::Connected(name));
                let mut rounds = Rounds::new(cadence, failures);
                rounds.until_lost(&mut collector, watch, notice).await;
                failures = rounds.failures;
            }
            Err(error) if error.is_stopped() => return Ok(()),
            Err(error) if error.is_usage() || error.is_locked() || error.is_vault() => {
                return Err(error);
            }
            Err(error) => {
                failures += 1;
                let pause = match error.is_refused_login() {
                    true => cadence.refused,
                    false => pause(cadence, failures),
                };
                notice(&Notice::Failed(name, &error, pause));
                sleep(&stop, pause).await;
            }
        }
    }
    Ok(())
}

struct Rounds {
    cadence: Cadence,
    due: Vec<(Source, Instant)>,
    failures: u32,
}

impl Rounds {
    fn new(cadence: Cadence, failures: u32) -> Self {
        let now = Instant::now();
        Self {
            cadence,
            due: Source::ALL.map(|source| (source, now)).to_vec(),
            failures,
        }
    }

    /// Makes rounds until it is stopped, or a login is needed again.
    async fn until_lost(
        &mut self,
        collector: &mut Collector,
        watch: &mut Watch,
        notice: &mut (dyn FnMut(&Notice<'_>) + Send),
    ) {
        let stop = watch.stop.clone();
        while !stop.is_stopped() {
            let now = Instant::now();
            let due: Vec<Source> = self
                .due
                .iter()
                .filter(|(_, at)| *at <= now)
                .map(|(source, _)| *source)
                .collect();
            let outcome = collector.round(&due, watch).await;
            let failed = outcome.failure().is_some();
            notice(&Notice::Round(&outcome));
            self.failures = if failed { self.failures + 1 } else { 0 };
            let retry = pause(self.cadence, self.failures);
            let now = Instant::now();
            for (source, at) in self
                .due
                .iter_mut()
                .filter(|(source, _)| due.contains(source))
            {
                let own = outcome.sources.iter().find(|own| own.source == *source);
                let is_done = own.is_some_and(|own| own.result.is_ok());
                *at = now
                    + if is_done {
                        self.cadence.of(*source)
                    } else {
                        retry
                    };
            }
            // A client whose login was refused does not try again; a new one reads the secrets again.
            if failed && self.failures > 3 {
                sleep(&stop, retry).await;
                return;
            }
            let next = self.due.iter().map(|(_, at)| *at).min().unwrap_or(now);
            sleep(&stop, next.saturating_duration_since(now)).await;
        }
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
