//! Gathers the facts of a report.

use jiff::Timestamp;
use serde::Serialize;

use crate::connector::error::{Error, Kind};
use crate::connector::store::{
    Day, FileCounts, FileEntry, MESSAGES, Outline, SourceState, State, Store,
};
use crate::connector::window::Span;

/// What is known about the data of a connection in a span of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The name of the connection.
    pub connection: String,
    /// The beginning of the first day.
    pub from: Timestamp,
    /// The end of the last day, which is the beginning of the day after it.
    pub to: Timestamp,
    /// When the report was created, by the clock of this machine.
    pub made: Timestamp,
    /// The sources with their days.
    pub sources: Vec<SourceReport>,
    /// The outbound messages, if any were received. The org does not say how many it has sent, so no day is
    /// known to be complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<MessagesReport>,
    /// Data that is missing, or was missing until it arrived later.
    pub gaps: Vec<GapReport>,
    /// Files that are damaged.
    pub damaged_files: Vec<FileReport>,
    /// The comparison of daily files with the hourly files.
    pub daily_files: Vec<DailyReport>,
    /// Changes in the columns and values that Salesforce sends.
    pub drift: Vec<DriftReport>,
    /// Changes of the settings of the connection.
    pub configuration: Vec<ConfigurationReport>,
    /// The progress of each sink.
    pub sinks: Vec<SinkReport>,
}

/// Outbound messages that the org pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessagesReport {
    /// When the first message was received.
    pub since: Timestamp,
    /// Stored notifications of the span.
    pub stored: u64,
    /// Why the last message was not stored, or `None` if it was.
    pub problem: Option<String>,
}

/// A source and its days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceReport {
    /// The name of the source.
    pub source: String,
    /// The first instant that is collected.
    pub begins: Timestamp,
    /// All rows before this instant have been collected at least once.
    pub collected_until: Option<Timestamp>,
    /// The number of complete days.
    pub complete_days: usize,
    /// The days of the span.
    pub days: Vec<DayReport>,
}

/// The state of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayState {
    /// Everything is stored. For rows, a count a day later found no difference. For files, each listed file
    /// is stored. For changes, the org has stated that its list is complete.
    Complete,
    /// Everything was collected, and the count a day later has not been made yet.
    Collected,
    /// The day has not been collected to its end.
    Open,
    /// Data is missing.
    Gap,
}

impl DayState {
    /// All states, from best to worst.
    pub const ALL: [Self; 4] = [Self::Complete, Self::Collected, Self::Open, Self::Gap];

    /// The name of the state.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Collected => "collected",
            Self::Open => "open",
            Self::Gap => "gap",
        }
    }

    /// The meaning of the state as a sentence for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Complete => {
                "Everything is stored, and a count a day later found the same number. Changes are not counted, \
                 because the org states until when its list of them is complete."
            }
            Self::Collected => {
                "Everything was collected. The count a day later has not been made yet."
            }
            Self::Open => "The day has not been collected to its end.",
            Self::Gap => "Data is missing. The list of gaps says which data, and why.",
        }
    }

    /// The state of a day.
    #[must_use]
    pub fn of(day: &Outline) -> Self {
        let differs = day
            .reconciled
            .as_ref()
            .is_some_and(|count| !count.is_complete());
        let damaged = day.files.is_some_and(|files| files.aside + files.lost > 0);
        if day.gaps > 0 || damaged || differs {
            Self::Gap
        } else if day.is_complete() {
            Self::Complete
        } else if day.covered && day.files.is_none_or(|files| files.pending == 0) {
            Self::Collected
        } else {
            Self::Open
        }
    }
}

/// A day of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayReport {
    /// The UTC day, as `2026-01-31`.
    pub day: String,
    /// The state of the day.
    pub state: DayState,
    /// Rows that the service has, according to its last count.
    pub expected: Option<u64>,
    /// Rows that were received. Rows that were received twice count twice.
    pub received: u64,
    /// Rows that are stored.
    pub stored: u64,
    /// Rows that every sink has acknowledged, or `None` if there is no sink.
    pub delivered: Option<u64>,
    /// When it was last counted.
    pub reconciled: Option<Timestamp>,
    /// How it was last counted.
    pub method: Option<&'static str>,
    /// Gaps that are open.
    pub gaps: u64,
    /// The number of listed files and of stored files, if the source has files.
    pub files: Option<(u64, u64)>,
}

/// A gap in the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GapReport {
    /// The source.
    pub source: String,
    /// The beginning of the gap.
    pub from: Timestamp,
    /// The end of the gap.
    pub to: Timestamp,
    /// The Id of the missing file, if a file is missing.
    pub file: Option<String>,
    /// The reason.
    pub reason: String,
    /// When it was found.
    pub found: Timestamp,
    /// When the missing data arrived, or `None` if it is still missing.
    pub closed: Option<Timestamp>,
}

/// A damaged file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The Id of the EventLogFile.
    pub file: String,
    /// Its EventType.
    pub event_type: String,
    /// Its LogDate.
    pub log_date: Timestamp,
    /// What is wrong with it.
    pub problem: String,
}

/// The comparison of a daily file with the hourly files of its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DailyReport {
    /// The Id of the daily file.
    pub file: String,
    /// The event type of the file.
    pub event_type: String,
    /// The day of the file.
    pub log_date: Timestamp,
    /// The number of rows in the daily file.
    pub daily_rows: u64,
    /// The number of rows in the hourly files.
    pub hourly_rows: u64,
    /// When they were last compared.
    pub compared: Timestamp,
}

/// A change in what Salesforce sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DriftReport {
    /// The sObject or event type.
    pub about: String,
    /// The kind of the change.
    pub kind: String,
    /// The column or value.
    pub name: String,
    /// When it was found.
    pub found: Timestamp,
}

/// A change of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigurationReport {
    /// The setting.
    pub setting: String,
    /// The old value.
    pub old: Option<String>,
    /// The new value.
    pub new: Option<String>,
    /// When it was changed, by the clock of this machine.
    pub at: Timestamp,
}

/// The progress of a sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SinkReport {
    /// The name of the sink.
    pub sink: String,
    /// Whether it is set up now. If not, its place is left of a sink that was removed, or of one for a single command.
    pub set_up: bool,
    /// Rows that it acknowledged.
    pub delivered: u64,
    /// Rows that have not been delivered yet.
    pub waiting: u64,
    /// Why the last delivery failed, or `None` if it succeeded.
    pub problem: Option<String>,
}

impl Report {
    /// Collects the facts of a span of time, which is widened to whole UTC days.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the span is longer than ten years.
    pub fn gather(
        store: &Store,
        connection: &str,
        span: Span,
        made: Timestamp,
    ) -> Result<Self, Error> {
        Self::gather_for(store, connection, span, made, None)
    }

    /// As [`gather`](Self::gather), where only the sinks that are set up count for what was delivered: a store also
    /// has the places of sinks that were removed, and of those for a single command.
    ///
    /// # Errors
    ///
    /// As of [`gather`](Self::gather).
    pub fn gather_for(
        store: &Store,
        connection: &str,
        span: Span,
        made: Timestamp,
        set_up: Option<&[String]>,
    ) -> Result<Self, Error> {
        let last = Timestamp::from_nanosecond(span.end().as_nanosecond() - 1).unwrap_or(span.end());
        let whole = Span::day_of(span.start()).zip(Span::day_of(last));
        let span = whole
            .and_then(|(first, last)| Span::new(first.start(), last.end()))
            .unwrap_or(span);
        if span.length().as_hours() > 24 * 3_660 {
            return Err(Error::new(Kind::Usage, "a report covers at most ten years"));
        }
        let (mut sources, mut messages) = (Vec::new(), None);
        for source in store.sources()? {
            match source.name.as_str() {
                MESSAGES => messages = Some(of_messages(store, &source, span)?),
                _ => sources.push(of_source(store, &source, span, set_up)?),
            }
        }
        let gaps = store.gaps(span)?.into_iter().map(|gap| GapReport {
            source: gap.source,
            from: gap.span.start(),
            to: gap.span.end(),
            file: (!gap.subject.is_empty()).then_some(gap.subject),
            reason: gap.reason,
            found: gap.found,
            closed: gap.closed,
        });
        let damaged = store
            .files(span)?
            .into_iter()
            .filter(|file| file.state == State::Aside);
        let daily = store
            .daily_counts(span)?
            .into_iter()
            .map(|count| DailyReport {
                file: count.sf_id,
                event_type: count.event_type,
                log_date: count.log_date,
                daily_rows: count.daily,
                hourly_rows: count.hourly,
                compared: count.compared,
            });
        let drift = store.drifts()?.into_iter().map(|drift| DriftReport {
            about: drift.about,
            kind: drift.kind,
            name: drift.name,
            found: drift.found,
        });
        let configuration =
            store
                .configuration_changes()?
                .into_iter()
                .map(|change| ConfigurationReport {
                    setting: change.setting,
                    old: change.old,
                    new: change.new,
                    at: change.local_at,
                });
        let mut sinks = Vec::new();
        for name in store.sinks()? {
            let state = store.sink(&name)?;
            sinks.push(SinkReport {
                set_up: set_up.is_none_or(|names| names.contains(&name)),
                sink: name,
                delivered: state.delivered,
                waiting: state.waiting,
                problem: state.problem,
            });
        }
        Ok(Self {
            connection: connection.to_owned(),
            from: span.start(),
            to: span.end(),
            made,
            sources,
            messages,
            gaps: gaps.collect(),
            damaged_files: damaged.map(of_file).collect(),
            daily_files: daily.collect(),
            drift: drift.collect(),
            configuration: configuration.collect(),
            sinks,
        })
    }

    /// The last instant of the last day.
    pub(super) fn last(&self) -> Timestamp {
        let end = self.to.as_nanosecond();
        Timestamp::from_nanosecond(end - 1).unwrap_or(self.to)
    }

    /// Whether every day of every source is complete.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.sources
            .iter()
            .all(|source| source.complete_days == source.days.len())
    }
}

fn of_messages(store: &Store, source: &SourceState, span: Span) -> Result<MessagesReport, Error> {
    let attempts = store.attempts()?;
    let last = attempts
        .into_iter()
        .find(|attempt| attempt.source == MESSAGES);
    Ok(MessagesReport {
        since: source.begins,
        stored: store.count(source.id, span)?,
        problem: last.and_then(|attempt| attempt.problem),
    })
}

fn of_source(
    store: &Store,
    source: &SourceState,
    span: Span,
    set_up: Option<&[String]>,
) -> Result<SourceReport, Error> {
    let days = match set_up {
        Some(sinks) => store.days_for(source, span, sinks)?,
        None => store.days(source, span)?,
    };
    let days: Vec<DayReport> = days.iter().map(of_day).collect();
    Ok(SourceReport {
        source: source.name.clone(),
        begins: source.begins,
        collected_until: source.watermark,
        complete_days: days
            .iter()
            .filter(|day| day.state == DayState::Complete)
            .count(),
        days,
    })
}

/// The state of a day. What was counted a day later is compared with what the store holds now, so that rows that
/// another program has removed are noticed.
fn state_of(day: &Day) -> DayState {
    match DayState::of(&day.outline()) {
        DayState::Complete if day.expected.is_some_and(|rows| day.stored < rows) => DayState::Gap,
        state => state,
    }
}

fn of_day(day: &Day) -> DayReport {
    let counts = |files: FileCounts| (files.listed, files.stored);
    DayReport {
        day: day.span.start().strftime("%Y-%m-%d").to_string(),
        state: state_of(day),
        expected: day.expected,
        received: day.received,
        stored: day.stored,
        delivered: day.delivered,
        reconciled: day.reconciled.as_ref().map(|count| count.at),
        method: day.reconciled.as_ref().map(|count| count.method.as_str()),
        gaps: day.gaps,
        files: day.files.map(counts),
    }
}

fn of_file(file: FileEntry) -> FileReport {
    FileReport {
        file: file.sf_id,
        event_type: file.event_type,
        log_date: file.log_date,
        problem: file.problem.unwrap_or_default(),
    }
}
