//! A locked and logged-in connection.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use tracing::Instrument as _;

use super::outcome::{Figures, RoundOutcome, SourceOutcome};
use super::source::Source;
use crate::connector::connection::{Org, Settings, keep_token};
use crate::connector::error::{Error, Kind};
use crate::connector::home::{Home, Lock, Place, Watcher};
use crate::connector::progress::{Stop, Watch, stopped};
use crate::connector::sinks::{Deliveries, Report, deliver_once};
use crate::connector::sources::changes::{self, ChangeOptions};
use crate::connector::sources::files::{self, FileOptions, Lengths};
use crate::connector::sources::rows::{self, Object, RowOptions};
use crate::connector::store::{Calls, Store};
use crate::connector::vault::Vault;
use crate::connector::window::{Policy, Span};

/// How long Salesforce keeps logins and the setup audit trail.
const ROWS_KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);

/// How long Salesforce keeps event log files with Event Monitoring.
const FILES_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A connection that this process has locked and logged in.
#[derive(Debug)]
pub struct Collector {
    home: Home,
    vault: Vault,
    place: Place,
    settings: Settings,
    store: Store,
    org: Org,
    lock: Lock,
}

impl Collector {
    /// Locks the connection for this process, and logs in.
    ///
    /// # Errors
    ///
    /// There is no such connection, it is deactivated, another process works on it, its secrets are
    /// missing, or the login fails.
    pub async fn open(home: &Home, vault: &Vault, name: &str, stop: &Stop) -> Result<Self, Error> {
        let place = home.connection(name)?;
        let lock = place.lock()?;
        let mut store = place.store(&lock)?;
        let settings = Settings::from_map(&store.settings()?)?;
        settings.check_active(name)?;
        let opened = async {
            let secrets = vault.recall(name)?;
            let keep = keep_token(&vault.under(&lock), name, &secrets);
            Org::connect(&settings, &secrets, keep).await
        };
        let org = match until_stopped(stop, opened).await {
            Ok(org) => org,
            // Whoever stops the program does not make a login fail.
            Err(error) if error.is_stopped() => return Err(error),
            Err(error) => {
                note(&mut store, "login", Some(&error))?;
                return Err(error);
            }
        };
        note(&mut store, "login", None)?;
        Ok(Self {
            home: home.clone(),
            vault: vault.clone(),
            place,
            settings,
            store,
            org,
            lock,
        })
    }

    /// The name of the connection.
    #[must_use]
    pub fn name(&self) -> &str {
        self.place.name()
    }

    /// Returns a watcher of the lock of the connection.
    #[must_use]
    pub fn watch_lock(&self) -> Watcher {
        self.lock.watch()
    }

    /// The settings of the connection.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The store of the connection.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Makes the next round check what was collected within this time before now.
    ///
    /// # Errors
    ///
    /// The time of the org is not known, or the store cannot be written.
    pub async fn look_again(
        &mut self,
        sources: &[Source],
        back: SignedDuration,
    ) -> Result<(), Error> {
        let now = self.org.time().await?;
        let since = now.checked_sub(back).unwrap_or(Timestamp::UNIX_EPOCH);
        let since = Span::day_of(since).map_or(since, Span::start);
        for source in sources {
            self.store.look_again(source.as_str(), since)?;
        }
        Ok(())
    }

    /// Collects sources, and delivers the new rows to all sinks.
    ///
    /// If a source fails, the others are collected nevertheless, unless they would fail for the same
    /// reason.
    pub async fn round(&mut self, sources: &[Source], watch: &mut Watch) -> RoundOutcome {
        self.round_to(&[], sources, watch).await
    }

    /// Does the same as [`round`](Self::round), but delivers only to the sinks that were chosen by name.
    pub async fn round_to(
        &mut self,
        chosen: &[String],
        sources: &[Source],
        watch: &mut Watch,
    ) -> RoundOutcome {
        let mut outcome = self.collect(sources, watch).await;
        outcome.delivered = self.deliver(chosen, &watch.stop).await;
        outcome
    }

    async fn deliver(&mut self, chosen: &[String], stop: &Stop) -> Vec<Report> {
        let delivered = async {
            let (home, vault, settings) = (&self.home, &self.vault, &self.settings);
            Ok(deliver_once(home, vault, &self.place, &self.lock, settings, chosen).await)
        };
        until_stopped(stop, delivered).await.unwrap_or_default()
    }

    /// Starts deliveries to the sinks while rounds are made.
    #[must_use]
    pub fn deliveries(&self, chosen: &[String], stop: &Stop) -> Deliveries {
        let (home, vault, settings) = (&self.home, &self.vault, &self.settings);
        Deliveries::start(home, vault, &self.place, &self.lock, settings, chosen, stop)
    }

    /// Tells the deliveries that there are new rows.
    pub async fn wake(&mut self, deliveries: &mut Deliveries) {
        deliveries.wake(&self.lock).await;
    }

    /// Collects sources without delivering anything.
    pub async fn collect(&mut self, sources: &[Source], watch: &mut Watch) -> RoundOutcome {
        let mut outcome = RoundOutcome {
            connection: self.place.name().to_owned(),
            sources: Vec::new(),
            delivered: Vec::new(),
        };
        for source in self.order(sources, &watch.stop).await {
            let stop = watch.stop.clone();
            let before = self.org.calls();
            // The lines of a source do not name the connection, and a run collects several at once.
            let span = tracing::info_span!("collect", connection = self.place.name());
            let brought = until_stopped(&stop, self.bring(source, watch).instrument(span)).await;
            let calls = self.org.calls() - before;
            let done = match brought {
                Ok((figures, problem)) => self.attempted(source, figures, problem),
                Err(error) => SourceOutcome {
                    source,
                    result: Err(error),
                    problem: None,
                },
            };
            let ends = match &done.result {
                Ok(figures) => {
                    tracing::info!(
                        connection = self.place.name(),
                        source = source.as_str(),
                        calls,
                        received = figures.received,
                        new = figures.new,
                        counted = figures.counted,
                        "collected a source"
                    );
                    false
                }
                Err(error) => self.failed(source, error),
            };
            outcome.sources.push(done);
            if ends {
                return outcome;
            }
        }
        self.note_calls();
        outcome
    }

    /// Stores the number of API calls of the org. An error is ignored, because it will also fail elsewhere.
    fn note_calls(&mut self) {
        if let Some(usage) = self.org.usage() {
            let _ = self.store.note_calls(Calls {
                used: usage.used,
                allowed: usage.allowed,
                local_at: Timestamp::now(),
            });
        }
    }

    /// Orders the sources. Files come last, because they take longest, and a slow file must not delay the
    /// other sources. When few calls are left, files come first, because they expire first.
    async fn order(&mut self, sources: &[Source], stop: &Stop) -> Vec<Source> {
        if self.org.usage().is_none() {
            // The response to a login does not state how many calls are left. Every source asks for the
            // time anyway, so this is no additional call. If it fails, the first source reports why.
            let _ = until_stopped(stop, self.org.time()).await;
        }
        let is_short = self.org.usage().is_some_and(|usage| usage.is_short());
        let mut order: Vec<Source> = Source::ALL
            .into_iter()
            .filter(|source| sources.contains(source))
            .collect();
        order.sort_by_key(|source| (*source == Source::Files) != is_short);
        order
    }

    fn attempted(
        &mut self,
        source: Source,
        figures: Figures,
        problem: Option<Error>,
    ) -> SourceOutcome {
        let noted = note(&mut self.store, source.as_str(), problem.as_ref());
        SourceOutcome {
            source,
            result: noted.map(|()| figures),
            problem,
        }
    }

    /// Records a failure. Returns whether the other sources would fail for the same reason.
    fn failed(&mut self, source: Source, error: &Error) -> bool {
        if !error.is_stopped() {
            // A store that cannot be written is already the failure.
            let _ = note(&mut self.store, source.as_str(), Some(error));
        }
        error.is_stopped()
            || error.is_reserved()
            || error.is_disk_full()
            || error.is_read_only()
            || error.is_database_away()
            || error.is_lease_lost()
    }

    async fn bring(
        &mut self,
        source: Source,
        watch: &mut Watch,
    ) -> Result<(Figures, Option<Error>), Error> {
        let figures = match source {
            Source::Logins => self.rows(&Object::LOGINS, watch).await,
            Source::Audit => self.rows(&Object::AUDIT, watch).await,
            Source::Files => return self.files(watch).await,
            Source::Changes => self.changes(watch).await,
        };
        Ok((figures?, None))
    }

    async fn rows(&mut self, object: &Object, watch: &mut Watch) -> Result<Figures, Error> {
        let options = RowOptions {
            begins: self.begins(object.source).await?,
            retention: ROWS_KEPT,
            policy: Policy::default(),
        };
        let done = rows::sync(&mut self.store, &mut self.org, object, &options, watch).await?;
        Ok(Figures {
            received: done.received,
            new: done.new,
            repaired: done.repaired,
            counted: done.counted,
            gaps: done.gaps,
            ..Figures::default()
        })
    }

    async fn files(&mut self, watch: &mut Watch) -> Result<(Figures, Option<Error>), Error> {
        let options = FileOptions {
            begins: self.begins("files").await?,
            retention: FILES_KEPT,
            choice: self.settings.interval,
            lengths: Lengths::Exact,
            staging: self.place.staging(&self.lock)?,
            aside: self.place.aside()?,
        };
        let done = files::sync(&mut self.store, &mut self.org, &options, watch).await?;
        let figures = Figures {
            received: done.rows,
            new: done.rows,
            gaps: done.listing.lost + done.aside + done.unlisted,
            files: done.stored,
            damaged: done.aside,
            failed: done.failed,
            ..Figures::default()
        };
        Ok((figures, done.problem(&options.aside)))
    }

    async fn changes(&mut self, watch: &mut Watch) -> Result<Figures, Error> {
        let options = ChangeOptions {
            begins: self.begins("changes").await?,
            objects: self.settings.objects.clone(),
        };
        let done = changes::sync(&mut self.store, &mut self.org, &options, watch).await?;
        Ok(Figures {
            received: done.received,
            new: done.new,
            gaps: done.gaps,
            ..Figures::default()
        })
    }

    /// The beginning of a source, which the activation has stored. Without it, the source begins now.
    async fn begins(&mut self, source: &str) -> Result<Timestamp, Error> {
        let known = self.store.sources()?;
        match known.iter().find(|known| known.name == source) {
            Some(known) => Ok(known.begins),
            None => self.org.time().await,
        }
    }
}

/// Makes the error of a lost lease.
pub(super) fn lease_lost(name: &str, why: &str) -> Error {
    let message = format!("this process stops working on the connection {name}: {why}");
    Error::new(Kind::Lost, message)
        .help("nothing is lost or damaged; the instance that now has the connection collects it")
}

/// Records the result of an attempt.
fn note(store: &mut Store, source: &str, problem: Option<&Error>) -> Result<(), Error> {
    let text = problem.map(Error::text);
    let advice = problem.and_then(Error::advice);
    store.attempted(source, text.as_deref(), advice, Timestamp::now())
}

/// Awaits a future, unless the work is stopped before. Everything is stored in transactions, so nothing is
/// left half done.
pub(super) async fn until_stopped<T>(
    stop: &Stop,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::select! {
        biased;
        () = stop.stopped() => Err(stopped()),
        result = work => result,
    }
}
