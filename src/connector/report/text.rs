//! The report as text and as JSON.

use std::fmt::{self, Write as _};

use super::gather::{DayReport, DayState, MessagesReport, Report, SourceReport};
use crate::connector::error::{Error, Kind};
use crate::connector::shown::one_line;

impl Report {
    /// Returns the report as JSON.
    ///
    /// # Errors
    ///
    /// The report cannot be represented in JSON. This is not known to happen.
    pub fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string_pretty(self).map_err(|error| {
            Error::new(Kind::Data, "the report cannot be written as JSON").because(error)
        })
    }
}

/// Writes the report for a terminal, with a line for each day.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |time: jiff::Timestamp| time.strftime("%Y-%m-%d").to_string();
        writeln!(
            f,
            "{}: {} to {}, both included, in UTC",
            self.connection,
            day(self.from),
            day(self.last())
        )?;
        for state in DayState::ALL {
            writeln!(f, "  {:<9}  {}", state.as_str(), state.meaning())?;
        }
        for source in &self.sources {
            source_lines(f, source)?;
        }
        if let Some(messages) = &self.messages {
            writeln!(f, "\nmessages: {}", one_line(&messages.sentence()))?;
        }
        if !self.gaps.is_empty() {
            writeln!(f, "\ngaps")?;
        }
        for gap in &self.gaps {
            let state = gap
                .closed
                .map_or("open".to_owned(), |at| format!("filled {}", minute(at)));
            let file = gap
                .file
                .as_deref()
                .map(|file| format!(" {file}"))
                .unwrap_or_default();
            let (from, to) = (minute(gap.from), minute(gap.to));
            writeln!(
                f,
                "  {}{file} {from} to {to}: {} ({state})",
                gap.source,
                one_line(&gap.reason)
            )?;
        }
        section(f, "damaged files", &self.damaged_files, |file, line| {
            write!(
                line,
                "{} {} of {}: {}",
                file.event_type,
                file.file,
                minute(file.log_date),
                file.problem
            )
        })?;
        section(
            f,
            "comparison with daily files",
            &self.daily_files,
            |file, line| {
                write!(
                    line,
                    "{} of {}: {} rows, {} in the hourly files",
                    file.event_type,
                    minute(file.log_date),
                    file.daily_rows,
                    file.hourly_rows
                )
            },
        )?;
        section(f, "drift", &self.drift, |drift, line| {
            write!(
                line,
                "{} {} {} {}",
                minute(drift.found),
                drift.about,
                drift.kind,
                drift.name
            )
        })?;
        section(f, "configuration", &self.configuration, |change, line| {
            let (old, new) = (change.old.as_deref(), change.new.as_deref());
            let (old, new) = (old.unwrap_or("unset"), new.unwrap_or("unset"));
            write!(
                line,
                "{} {}: {old} -> {new}",
                minute(change.at),
                change.setting
            )
        })?;
        section(f, "sinks", &self.sinks, |sink, line| {
            write!(
                line,
                "{}{}: {} delivered, {} waiting",
                sink.sink,
                if sink.set_up { "" } else { " (not set up)" },
                sink.delivered,
                sink.waiting
            )?;
            match &sink.problem {
                Some(problem) => write!(line, ", failed: {problem}"),
                None => Ok(()),
            }
        })
    }
}

fn section<T>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    items: &[T],
    write: impl Fn(&T, &mut String) -> fmt::Result,
) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}")?;
    for item in items {
        let mut line = String::new();
        write(item, &mut line)?;
        // The names of columns and the reasons come from the org, so they may contain control characters.
        writeln!(f, "  {}", one_line(&line))?;
    }
    Ok(())
}

fn source_lines(f: &mut fmt::Formatter<'_>, source: &SourceReport) -> fmt::Result {
    let until = source
        .collected_until
        .map_or("nothing collected yet".to_owned(), |until| {
            format!(
                "collected from {} until {}",
                minute(source.begins),
                minute(until)
            )
        });
    let (complete, all) = (source.complete_days, source.days.len());
    writeln!(
        f,
        "\n{}: {complete} of {all} days complete, {until}",
        source.source
    )?;
    if all > 0 {
        writeln!(
            f,
            "  {:<10}  {:<9}  {:>10}  {:>10}  {:>10}  {:>10}  counted",
            "day", "state", "expected", "received", "stored", "delivered"
        )?;
    }
    source.days.iter().try_for_each(|day| day_line(f, day))
}

fn day_line(f: &mut fmt::Formatter<'_>, day: &DayReport) -> fmt::Result {
    let number = |number: Option<u64>| number.map_or("-".to_owned(), |number| number.to_string());
    let counted = day.method.zip(day.reconciled);
    let counted = counted.map_or("-".to_owned(), |(method, at)| {
        format!("{} {method}", minute(at))
    });
    writeln!(
        f,
        "  {:<10}  {:<9}  {:>10}  {:>10}  {:>10}  {:>10}  {counted}",
        day.day,
        day.state.as_str(),
        number(day.expected),
        day.received,
        day.stored,
        number(day.delivered),
    )
}

impl MessagesReport {
    /// What is known about the messages, as one line.
    pub(super) fn sentence(&self) -> String {
        let mut text = format!(
            "{} stored, received since {}; the org does not say how many it sent",
            self.stored,
            minute(self.since)
        );
        if let Some(problem) = &self.problem {
            text.push_str(&format!("; the last one was not stored: {problem}"));
        }
        text
    }
}

/// Formats a time without seconds.
pub(super) fn minute(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}
