//! The status of a connection: the progress of each source and sink, and their problems.

use jiff::Timestamp;
use serde::Serialize;

use super::connection::Settings;
use super::error::Error;
use super::home::{Holder, Home};
use super::sinks::{names_of, set_aside};
use super::store::{Attempt, SourceState, Store};
use super::window::Span;

/// The age in hours at which a pending file is in danger: an org without Event Monitoring deletes it after
/// a day.
const OLD_FILE_HOURS: i64 = 14;

/// The status of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The name of the connection.
    pub connection: String,
    /// The name of the org.
    pub organization: String,
    /// The Id of the org.
    pub organization_id: String,
    /// The user who logs in.
    pub user: String,
    /// The address of the login.
    pub endpoint: String,
    /// The way in which the connection logs in.
    pub login: &'static str,
    /// Whether the connection has been deactivated.
    pub deactivated: bool,
    /// Whether a process works on the connection now.
    pub running: bool,
    /// The worker that works on the connection now.
    pub worker: Option<Holder>,
    /// Why the last login failed, or `None` if it succeeded.
    pub login_problem: Option<String>,
    /// The status of each source.
    pub sources: Vec<SourceStatus>,
    /// The status of each sink.
    pub sinks: Vec<SinkStatus>,
    /// The number of changes in the columns that Salesforce sends.
    pub drift: usize,
}

/// The status of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceStatus {
    /// The name of the source.
    pub source: String,
    /// The first instant that is collected.
    pub begins: Timestamp,
    /// All rows before this instant have been collected at least once.
    pub collected_until: Option<Timestamp>,
    /// Rows that are stored.
    pub rows: u64,
    /// Gaps that are still open.
    pub gaps: usize,
    /// Files that have not been fetched yet.
    pub pending_files: usize,
    /// When the oldest of these files was created.
    pub oldest_pending: Option<Timestamp>,
    /// When the last attempt ended, by the clock of this machine.
    pub last_attempt: Option<Timestamp>,
    /// When an attempt last succeeded, by the clock of this machine.
    pub last_success: Option<Timestamp>,
    /// Failed attempts since then.
    pub failures: u64,
    /// Why the last attempt failed, or `None` if it succeeded.
    pub problem: Option<String>,
    /// A condition that somebody should look into.
    pub warning: Option<String>,
}

/// The status of a sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SinkStatus {
    /// The name of the sink.
    pub sink: String,
    /// Whether it is set up now. If not, its place is left of a sink that was removed, or of one for a single command.
    pub set_up: bool,
    /// Rows that it acknowledged.
    pub delivered: u64,
    /// Rows that have not been delivered yet.
    pub waiting: u64,
    /// Rows that the sink refused, and that were written to a file.
    pub aside: u64,
    /// When the sink last accepted rows, by the clock of this machine.
    pub last_delivery: Option<Timestamp>,
    /// Why the last delivery failed, or `None` if it succeeded.
    pub problem: Option<String>,
}

impl Status {
    /// Reads the status of a connection. Another process may work on it meanwhile.
    ///
    /// # Errors
    ///
    /// There is no such connection, or its store cannot be read.
    pub fn of(home: &Home, name: &str, local_now: Timestamp) -> Result<Self, Error> {
        let place = home.connection(name)?;
        let worker = place.holder();
        let store = place.store_to_read()?;
        let settings = Settings::from_map(&store.settings()?)?;
        let attempts = store.attempts()?;
        let attempt = |name: &str| attempts.iter().find(|attempt| attempt.source == name);
        let mut sources = Vec::new();
        for source in store.sources()? {
            sources.push(of_source(
                &store,
                &source,
                attempt(&source.name),
                local_now,
            )?);
        }
        // While the file of the sinks is not usable, all count.
        let set_up = names_of(home, name, &settings).ok();
        let mut sinks = Vec::new();
        for name in store.sinks()? {
            let sink = store.sink(&name)?;
            sinks.push(SinkStatus {
                set_up: set_up.as_ref().is_none_or(|names| names.contains(&name)),
                sink: name,
                delivered: sink.delivered,
                waiting: sink.waiting,
                aside: set_aside(&sink),
                last_delivery: sink.local_moved.filter(|_| sink.delivered > 0),
                problem: sink.problem,
            });
        }
        Ok(Self {
            connection: name.to_owned(),
            organization: settings.organization_name,
            organization_id: settings.organization,
            user: settings.username,
            endpoint: settings.endpoint,
            login: settings.login.method(),
            deactivated: settings.deactivated,
            running: worker.is_some(),
            worker,
            login_problem: attempt("login").and_then(|login| login.problem.clone()),
            sources,
            sinks,
            drift: store.drifts()?.len(),
        })
    }

    /// Whether a source or sink failed last, or data is missing.
    #[must_use]
    pub fn has_problem(&self) -> bool {
        let of_source = |source: &SourceStatus| source.problem.is_some() || source.gaps > 0;
        self.login_problem.is_some()
            || self.sources.iter().any(of_source)
            || self
                .sinks
                .iter()
                .any(|sink| sink.set_up && sink.problem.is_some())
    }
}

fn of_source(
    store: &Store,
    source: &SourceState,
    attempt: Option<&Attempt>,
    local_now: Timestamp,
) -> Result<SourceStatus, Error> {
    let everything = Span::new(Timestamp::MIN, Timestamp::MAX);
    let gaps = match everything {
        Some(span) => store.gaps(span)?,
        None => Vec::new(),
    };
    let is_open = |gap: &&super::store::Gap| gap.source == source.name && gap.closed.is_none();
    let pending = match source.name.as_str() {
        "files" => store.pending_files()?,
        _ => Vec::new(),
    };
    let oldest = pending.iter().map(|file| file.file.created).min();
    let old = oldest
        .is_some_and(|created| local_now.duration_since(created).as_hours() >= OLD_FILE_HOURS);
    let warning = old.then(|| {
        format!(
            "log files that were created more than {OLD_FILE_HOURS} hours ago are not stored yet; an org without \
             Event Monitoring deletes files after a day"
        )
    });
    Ok(SourceStatus {
        source: source.name.clone(),
        begins: source.begins,
        collected_until: source.watermark,
        rows: store.total(source.id)?,
        gaps: gaps.iter().filter(is_open).count(),
        pending_files: pending.len(),
        oldest_pending: oldest,
        last_attempt: attempt.map(|attempt| attempt.local_at),
        last_success: attempt.and_then(|attempt| attempt.local_worked),
        failures: attempt.map_or(0, |attempt| attempt.failures),
        problem: attempt.and_then(|attempt| attempt.problem.clone()),
        warning,
    })
}
