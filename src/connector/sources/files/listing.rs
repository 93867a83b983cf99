//! Queries the list of event log files, and selects the ones to collect.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::connector::error::{Error, Kind};
use crate::connector::store::{Interval, Listed};
use crate::connector::window::Span;

/// Fields without which a file cannot be collected.
const REQUIRED: &[&str] = &[
    "Id",
    "EventType",
    "LogDate",
    "CreatedDate",
    "LogFileLength",
    "SystemModstamp",
];

/// Fields that are hidden in orgs without hourly files.
pub(super) const OPTIONAL: &[&str] = &["Interval", "Sequence"];

/// Which files are collected if the org has daily and hourly ones. Both contain the same rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// For each event type, hourly files from the first one on, and daily files before it. If the first
    /// hours of a day have no hourly files, the daily file is collected once no more hourly files can
    /// appear.
    #[default]
    Auto,
    /// Hourly files only.
    Hourly,
    /// Daily files only.
    Daily,
}

/// Decides which kind of file is collected for each event type and day, so that no row is collected twice.
#[derive(Debug)]
pub(super) struct Kinds {
    choice: Choice,
    /// The day of the first hourly file of each event type.
    hourly_from: BTreeMap<String, Timestamp>,
    /// The event types and days of which a daily file has been collected.
    daily: BTreeSet<(String, Timestamp)>,
}

impl Kinds {
    /// Makes the decisions from what the ledger contains.
    pub(super) fn new(
        choice: Choice,
        files: &[Listed],
        first_hourly: BTreeMap<String, Timestamp>,
        daily: BTreeSet<(String, Timestamp)>,
    ) -> Self {
        let mut hourly_from = first_hourly;
        let is_hourly = |file: &&Listed| file.interval == Interval::Hourly;
        for file in files.iter().filter(is_hourly) {
            let first = hourly_from
                .entry(file.event_type.clone())
                .or_insert(file.log_date);
            *first = (*first).min(file.log_date);
        }
        hourly_from
            .values_mut()
            .for_each(|first| *first = day(*first));
        Self {
            choice,
            hourly_from,
            daily,
        }
    }

    /// Whether a file is collected.
    pub(super) fn wants(&self, file: &Listed) -> bool {
        let is_hourly = file.interval == Interval::Hourly;
        match self.choice {
            Choice::Hourly => is_hourly,
            Choice::Daily => !is_hourly,
            // A file that appears late does not change an earlier decision.
            Choice::Auto if self.has_daily(file) => !is_hourly,
            Choice::Auto => {
                let first = self.hourly_from.get(&file.event_type);
                is_hourly || first.is_none_or(|first| file.log_date < *first)
            }
        }
    }

    /// Whether a file is a daily file that is only compared with the hourly files of its day.
    pub(super) fn is_control(&self, file: &Listed) -> bool {
        self.choice == Choice::Auto && file.interval == Interval::Daily && !self.wants(file)
    }

    fn has_daily(&self, file: &Listed) -> bool {
        let key = (file.event_type.clone(), day(file.log_date));
        self.daily.contains(&key)
    }
}

fn day(time: Timestamp) -> Timestamp {
    Span::day_of(time).map_or(time, Span::start)
}

/// The fields to query, without the refused ones.
pub(super) fn fields(refused: &[String]) -> Vec<&'static str> {
    let all = REQUIRED.iter().chain(OPTIONAL);
    all.filter(|field| !refused.iter().any(|refused| refused.as_str() == **field))
        .copied()
        .collect()
}

/// The query for the files that were created in a span.
///
/// Without a condition on Sequence or Interval, the service lists only daily files. With a condition on the
/// Id, it lists both kinds. Therefore the query states which kinds it wants.
pub(super) fn query(fields: &[&str], created: Span) -> String {
    let both = match fields.contains(&"Sequence") {
        true => " AND Sequence >= 0",
        false => "",
    };
    format!(
        "SELECT {} FROM EventLogFile WHERE CreatedDate >= {} AND CreatedDate < {}{both} \
         ORDER BY CreatedDate, Id",
        fields.join(", "),
        created.start(),
        created.end()
    )
}

/// Parses a row of the list.
pub(super) fn listed(fields: &[&str], row: &[Option<String>]) -> Result<Listed, Error> {
    let value = |name: &str| {
        let at = fields.iter().position(|field| *field == name)?;
        row.get(at)?.as_deref()
    };
    let need = |name: &str| value(name).ok_or_else(|| broken(name));
    let time = |name: &str| {
        need(name)?
            .parse::<Timestamp>()
            .map_err(|error| broken(name).because(error))
    };
    let number = |name: &str, text: &str| {
        text.parse::<f64>()
            .map_err(|error| broken(name).because(error))
    };
    let sequence = match value("Sequence") {
        Some(text) => number("Sequence", text)? as i64,
        None => 0,
    };
    let interval = match value("Interval") {
        Some(text) if text.eq_ignore_ascii_case("hourly") => Interval::Hourly,
        // Daily files have the sequence number 0.
        None if sequence > 0 => Interval::Hourly,
        _ => Interval::Daily,
    };
    let length = number("LogFileLength", need("LogFileLength")?)?;
    if !(0.0..9e15).contains(&length) {
        return Err(broken("LogFileLength"));
    }
    Ok(Listed {
        sf_id: need("Id")?.to_owned(),
        event_type: need("EventType")?.to_owned(),
        interval,
        sequence,
        log_date: time("LogDate")?,
        created: time("CreatedDate")?,
        length: length as u64,
        modified: time("SystemModstamp")?,
    })
}

fn broken(field: &str) -> Error {
    Error::new(
        Kind::Data,
        format!("EventLogFile: a row has no valid {field}"),
    )
}
