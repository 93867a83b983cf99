//! The state of a connection, as far as the pages show it.
//!
//! [`Status`](crate::connector::status::Status) counts all rows, which a page must not do. Everything here
//! is read by an index, so the time does not depend on the number of rows in the store.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::connector::Error;
use crate::connector::connection::Settings;
use crate::connector::home::{Home, Place};
use crate::connector::search::Index;
use crate::connector::sinks::names_of;
use crate::connector::store::{Attempt, Calls, MESSAGES, SourceState, Store};
use crate::connector::sync::{Cadence, Source};
use crate::connector::window::Span;

/// The state of a connection.
pub(super) struct Facts {
    pub(super) name: String,
    pub(super) settings: Settings,
    /// Whether a process works on it now.
    pub(super) running: bool,
    /// The result of the last login.
    pub(super) login: Option<Attempt>,
    pub(super) sources: Vec<SourceFacts>,
    /// Sinks that failed: their names, and the reasons.
    pub(super) sinks: Vec<(String, String)>,
    pub(super) calls: Option<Calls>,
}

/// The state of a source.
pub(super) struct SourceFacts {
    pub(super) state: SourceState,
    pub(super) attempt: Option<Attempt>,
    /// How long ago the end of the collected span is.
    pub(super) lag: Option<SignedDuration>,
    /// Events with a time in the last hour.
    pub(super) last_hour: u64,
    /// The number of open gaps.
    pub(super) gaps: u64,
    pub(super) next: Next,
}

/// When a source is collected next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// No process collects.
    NotRunning,
    /// A process collects, and the source is due.
    Now,
    /// At about this time.
    At(Timestamp),
}

/// A summary of the state of a connection. The states are ordered from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Deactivated,
    /// Nothing is wrong, and a process collects the connection.
    Collecting,
    /// Nothing is wrong, but no process collects the connection.
    Idle,
    /// Data is missing.
    Incomplete,
    /// The last attempt failed.
    Failing,
}

impl Standing {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Deactivated => "deactivated",
            Self::Collecting => "collecting",
            Self::Idle => "not running",
            Self::Incomplete => "incomplete",
            Self::Failing => "failing",
        }
    }
}

impl Facts {
    /// Reads the state of a connection. Another process may work on it meanwhile.
    pub(super) fn read(home: &Home, name: &str, now: Timestamp) -> Result<(Self, Store), Error> {
        let place = home.connection(name)?;
        let store = place.store_to_read()?;
        let facts = Self::of(home, &place, &store, now)?;
        Ok((facts, store))
    }

    fn of(home: &Home, place: &Place, store: &Store, now: Timestamp) -> Result<Self, Error> {
        let running = place.is_locked();
        let attempts = store.attempts()?;
        let attempt = |name: &str| {
            attempts
                .iter()
                .find(|attempt| attempt.source == name)
                .cloned()
        };
        let gaps = store.count_open_gaps()?;
        let hour = Span::new(now - SignedDuration::from_hours(1), now);
        let mut sources = Vec::new();
        for state in store.sources()? {
            let attempt = attempt(&state.name);
            sources.push(SourceFacts {
                lag: state
                    .watermark
                    .map(|until| now.duration_since(until).max(SignedDuration::ZERO)),
                last_hour: hour.map_or(Ok(0), |hour| store.count(state.id, hour))?,
                gaps: gaps.get(&state.name).copied().unwrap_or(0),
                next: Next::of(running, &state.name, attempt.as_ref(), now),
                attempt,
                state,
            });
        }
        sources.sort_by_key(|source| order(&source.state.name));
        let settings = Settings::from_map(&store.settings()?)?;
        let set_up = names_of(home, place.name(), &settings).ok();
        let mut sinks = Vec::new();
        for name in store.sinks()? {
            if set_up.as_ref().is_some_and(|names| !names.contains(&name)) {
                // What is left of a sink that was removed fails for nobody.
                continue;
            }
            if let Some(problem) = store.sink_problem(&name)? {
                sinks.push((name, problem));
            }
        }
        Ok(Self {
            name: place.name().to_owned(),
            settings,
            running,
            login: attempt("login"),
            sources,
            sinks,
            calls: store.calls()?,
        })
    }

    pub(super) fn standing(&self) -> Standing {
        if self.settings.deactivated {
            Standing::Deactivated
        } else if self.problems().next().is_some() {
            Standing::Failing
        } else if self.gaps() > 0 {
            Standing::Incomplete
        } else if self.running {
            Standing::Collecting
        } else {
            Standing::Idle
        }
    }

    /// Whether no source was ever tried.
    pub(super) fn was_never_collected(&self) -> bool {
        self.sources.iter().all(|source| source.attempt.is_none())
    }

    /// The last failures: the source or sink, the reason, and the failed attempt.
    pub(super) fn problems(&self) -> impl Iterator<Item = (&str, &str, Option<&Attempt>)> {
        let attempts = self.login.iter().chain(
            self.sources
                .iter()
                .filter_map(|source| source.attempt.as_ref()),
        );
        let attempts = attempts.filter_map(|attempt| {
            Some((
                attempt.source.as_str(),
                attempt.problem.as_deref()?,
                Some(attempt),
            ))
        });
        let sinks = self.sinks.iter();
        attempts.chain(sinks.map(|(name, problem)| (name.as_str(), problem.as_str(), None)))
    }

    pub(super) fn gaps(&self) -> u64 {
        self.sources.iter().map(|source| source.gaps).sum()
    }

    pub(super) fn last_hour(&self) -> u64 {
        self.sources.iter().map(|source| source.last_hour).sum()
    }

    /// When any source is collected next.
    pub(super) fn next(&self) -> Next {
        // A source whose rows the org pushes has no next run.
        let nexts = self.sources.iter().filter(|source| !source.is_pushed());
        let first = nexts
            .map(|source| source.next)
            .min_by_key(|next| match next {
                Next::Now => Some(Timestamp::MIN),
                Next::At(time) => Some(*time),
                Next::NotRunning => None,
            });
        match self.running {
            true => first.unwrap_or(Next::Now),
            false => Next::NotRunning,
        }
    }
}

impl SourceFacts {
    /// Whether the org pushes the rows of the source. Such a source is never due, and no day of it is known to be
    /// complete.
    pub(super) fn is_pushed(&self) -> bool {
        self.state.name == MESSAGES
    }
}

impl Next {
    fn of(running: bool, source: &str, attempt: Option<&Attempt>, now: Timestamp) -> Self {
        let (true, Ok(source)) = (running, source.parse::<Source>()) else {
            return Self::NotRunning;
        };
        let due = attempt.and_then(|attempt| {
            let wait = Cadence::default().until_next(source, attempt.failures);
            attempt.local_at.checked_add(wait).ok()
        });
        match due {
            Some(due) if due > now => Self::At(due),
            _ => Self::Now,
        }
    }
}

/// The position of a source on a page.
fn order(name: &str) -> usize {
    let known = Source::ALL
        .iter()
        .position(|source| source.as_str() == name);
    known.unwrap_or(usize::MAX)
}

/// The number of stored rows of each source: those in the search index, and those that are not in it yet.
pub(super) fn totals(store: &Store, index: &Index) -> Result<HashMap<String, u64>, Error> {
    let mut totals = index.totals()?;
    for (source, rows) in store.count_after(index.cursor()?)? {
        *totals.entry(source).or_default() += rows;
    }
    Ok(totals)
}
