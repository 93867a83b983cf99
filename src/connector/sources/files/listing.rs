//! Lists of event log files, and which of them are wanted.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::connector::error::{Error, Kind};
use crate::connector::store::{Interval, Listed};
use crate::connector::window::Span;

/// Fields without which a file is nothing.
const REQUIRED: &[&str] = &[
    "Id",
    "EventType",
    "LogDate",
    "CreatedDate",
    "LogFileLength",
    "SystemModstamp",
];

/// Fields that orgs without hourly files may hide.
pub(super) const OPTIONAL: &[&str] = &["Interval", "Sequence"];

/// Which files are wanted where the org has daily and hourly ones: the same rows are in both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// For each event type hourly files from the first one on, and daily files before it.
    #[default]
    Auto,
    /// Hourly files only.
    Hourly,
    /// Daily files only.
    Daily,
}

impl Choice {
    /// The day from which hourly files of each event type are taken.
    pub(super) fn hourly_from(
        files: &[Listed],
        mut known: BTreeMap<String, Timestamp>,
    ) -> BTreeMap<String, Timestamp> {
        for file in files
            .iter()
            .filter(|file| file.interval == Interval::Hourly)
        {
            let first = known
                .entry(file.event_type.clone())
                .or_insert(file.log_date);
            *first = (*first).min(file.log_date);
        }
        known.values_mut().for_each(|first| {
            *first = Span::day_of(*first).map_or(*first, Span::start);
        });
        known
    }

    /// Whether a file is wanted.
    pub(super) fn wants(self, file: &Listed, hourly_from: &BTreeMap<String, Timestamp>) -> bool {
        match (self, file.interval) {
            (Self::Auto | Self::Hourly, Interval::Hourly) | (Self::Daily, Interval::Daily) => true,
            (Self::Hourly, Interval::Daily) | (Self::Daily, Interval::Hourly) => false,
            (Self::Auto, Interval::Daily) => hourly_from
                .get(&file.event_type)
                .is_none_or(|first| file.log_date < *first),
        }
    }
}

/// The fields to ask for, without those that were refused.
pub(super) fn fields(refused: &[String]) -> Vec<&'static str> {
    let all = REQUIRED.iter().chain(OPTIONAL);
    all.filter(|field| !refused.iter().any(|refused| refused.as_str() == **field))
        .copied()
        .collect()
}

/// The query for the files that were created in a span.
///
/// Without a condition on Sequence or Interval, the service lists daily files only, but both kinds as
/// soon as there is a condition on the Id. So the query says what it wants.
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

/// Reads a row of the listing.
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
        // Daily files have the sequence 0.
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
        format!("EventLogFile: a row came without a usable {field}"),
    )
}
