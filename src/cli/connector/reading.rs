//! `saponify connector status`, `report` and `events`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use saponify_cli::connector::connection::settings_of;
use saponify_cli::connector::listing::{self, Format};
use saponify_cli::connector::report;
use saponify_cli::connector::shown::{counted, one_line};
use saponify_cli::connector::sinks::names_of;
use saponify_cli::connector::status::{self, SourceStatus};
use saponify_cli::connector::store::MESSAGES;
use saponify_cli::connector::store::{EventQuery, Filter};
use saponify_cli::connector::sync::NAMES;
use saponify_cli::connector::when;
use saponify_cli::connector::window::Span;

use super::super::failure::Failure;
use super::super::terminal::{columns as terminal_columns, put_error, put_lines};
use super::write::write_to;
use super::{Common, complete, not_usable, parsed, print_json, the_one};

#[derive(Args, Debug)]
pub(crate) struct Status {
    /// The names of connections. The default is all.
    #[arg(add = complete::connection())]
    name: Vec<String>,
    /// Print a JSON object for each connection.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Report {
    /// The name of the connection.
    #[arg(add = complete::connection())]
    name: String,
    /// The first day, such as 2026-01-31 or 60d. The default is the first day that is collected.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day, which is included. The default is today.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// The format.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// Text, with a line for each day.
    Text,
    /// JSON, for programs.
    Json,
    /// An HTML page with a calendar, for auditors.
    Html,
}

#[derive(Args, Debug)]
pub(crate) struct Events {
    /// The name of the connection. It can be omitted if there is only one.
    #[arg(add = complete::connection())]
    name: Option<String>,
    /// Only events of this source: logins, audit, files, changes or messages.
    #[arg(long, value_name = "SOURCE", value_parser = NAMES)]
    source: Option<String>,
    /// Only events at or after this time: 2026-01-31, 2026-01-31T12:00:00Z, today, yesterday, 24h, 7d.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only events before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only events that have this value in this column.
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = parsed::<Filter>)]
    filter: Vec<Filter>,
    /// The format: table, ndjson, csv or ocsf.
    #[arg(long, value_name = "FORM", value_parser = parsed::<Format>, default_value = "table")]
    format: Format,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Status {
    pub(super) fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let home = common.home()?;
        let names = match self.name.is_empty() {
            true => home.connections()?,
            false => self.name,
        };
        if names.is_empty() {
            put_error("There is no connection. Create one with `saponify connector activate`.\n");
        }
        let mut worst = 0;
        for name in names {
            // A store that cannot be read must not hide the other connections.
            match status::Status::of(&home, &name, Timestamp::now()) {
                Ok(status) if self.json => print_json(&status)?,
                Ok(status) => put_lines(&text(&status))?,
                Err(error) => worst = worst.max(not_usable(&name, &error, self.json)?),
            }
        }
        Ok(ExitCode::from(worst))
    }
}

fn text(status: &status::Status) -> String {
    let mut out = String::new();
    let state = match (status.deactivated, status.running) {
        (true, _) => ", deactivated",
        (false, true) => ", running",
        (false, false) => "",
    };
    let _ = writeln!(
        out,
        "{}: {} as {}{state}",
        status.connection,
        one_line(&status.organization),
        one_line(&status.user)
    );
    if let Some(worker) = &status.worker {
        let since = worker
            .since
            .map(|since| format!(" since {}", minute(since)));
        let since = since.unwrap_or_default();
        let _ = writeln!(out, "  running: {}{since}", one_line(&worker.worker));
    }
    if let Some(problem) = &status.login_problem {
        let _ = writeln!(out, "  login failed: {}", one_line(problem));
    }
    for source in &status.sources {
        of_source(&mut out, source);
    }
    for sink in &status.sinks {
        let delivered = counted(sink.delivered, "event", "events");
        let waiting = sink.waiting;
        let _ = write!(
            out,
            "  sink {}{}: {delivered} delivered, {waiting} waiting",
            sink.sink,
            not_set_up(sink.set_up)
        );
        if sink.aside > 0 {
            let _ = write!(out, ", {} refused and set aside", sink.aside);
        }
        if let Some(last) = sink.last_delivery {
            let _ = write!(out, ", last at {last:.0}");
        }
        out.push('\n');
        if let Some(problem) = &sink.problem {
            let _ = writeln!(out, "    failed: {}", one_line(problem));
        }
    }
    if status.drift > 0 {
        let changes = counted(status.drift as u64, "change", "changes");
        let _ = writeln!(
            out,
            "  {changes} in what Salesforce sends; see `saponify connector report`"
        );
    }
    out
}

fn of_source(out: &mut String, source: &SourceStatus) {
    let until = match (source.collected_until, source.last_success) {
        (Some(until), _) => format!("until {}", minute(until)),
        // The org sends messages at any time, so nothing is collected up to a time.
        (None, Some(last)) if source.source == MESSAGES => format!("last {}", minute(last)),
        (None, Some(last)) => format!("asked {}", minute(last)),
        (None, None) => "not collected yet".to_owned(),
    };
    let rows = counted(source.rows, "event", "events");
    let _ = write!(out, "  {:<8} {until:<24} {rows}", source.source);
    for (count, one, many) in [
        (source.pending_files, "file to fetch", "files to fetch"),
        (source.gaps, "gap", "gaps"),
    ] {
        if count > 0 {
            let _ = write!(out, ", {}", counted(count as u64, one, many));
        }
    }
    if let (None, Some(_), 0) = (source.collected_until, source.last_success, source.rows) {
        let _ = write!(out, ", nothing new since {}", minute(source.begins));
    }
    out.push('\n');
    if let Some(problem) = &source.problem {
        let since = source.last_success.map_or_else(
            || "no attempt has succeeded".to_owned(),
            |time| format!("the last success was at {}", minute(time)),
        );
        let _ = writeln!(
            out,
            "    attempt {} failed, {since}: {}",
            source.failures,
            one_line(problem)
        );
    }
    if let Some(warning) = &source.warning {
        let _ = writeln!(out, "    {warning}");
    }
}

fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

impl Report {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let store = home.connection(&self.name)?.store_to_read()?;
        let now = Timestamp::now();
        let at = |text: &Option<String>| {
            text.as_ref()
                .map(|text| when::instant(text, now))
                .transpose()
        };
        let first = store.sources()?.iter().map(|source| source.begins).min();
        let from = at(&self.from)?.or(first).unwrap_or(now);
        let to = at(&self.to)?.unwrap_or(now);
        // A day stands for its beginning, and the report covers whole days, so this includes the last one.
        let end = to.checked_add(SignedDuration::from_nanos(1)).unwrap_or(to);
        let span = Span::new(from, end)
            .ok_or_else(|| Failure::usage("the report would end before it begins"))?;
        let sinks = names_of(&home, &self.name, &settings_of(&home, &self.name)?)?;
        let report = report::Report::gather_for(&store, &self.name, span, now, Some(&sinks))?;
        let text = match self.format {
            Form::Text => report.to_string(),
            Form::Json => report.to_json()? + "\n",
            Form::Html => report.to_html(),
        };
        write_to(self.out.as_ref(), |out| {
            out.write_all(text.as_bytes())
                .map_err(|error| Failure::new("cannot write").because(error))
        })
    }
}

/// What follows the name of a sink that is not set up.
fn not_set_up(set_up: bool) -> &'static str {
    if set_up { "" } else { " (not set up)" }
}

impl Events {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let name = the_one(&home, self.name.as_ref())?;
        let store = home.connection(&name)?.store_to_read()?;
        let tenant = settings_of(&home, &name)?.organization;
        let now = Timestamp::now();
        let at = |text: &Option<String>| {
            text.as_ref()
                .map(|text| when::instant(text, now))
                .transpose()
        };
        let query = EventQuery {
            source: self.source,
            since: at(&self.since)?,
            until: at(&self.until)?,
            filters: self.filter,
            superseded: false,
        };
        if let (Some(since), Some(until)) = (query.since, query.until)
            && since >= until
        {
            return Err(Failure::usage(
                "--until is not after --since, so no event can be between them",
            ));
        }
        listing::check_columns(&store, &query)?;
        // A file may be read on a terminal of any width.
        let columns = match self.out {
            None => terminal_columns(),
            Some(_) => None,
        };
        write_to(self.out.as_ref(), |out| {
            let printed = match self.format {
                Format::Table => listing::table(&store, &query, columns, out),
                format => listing::print(&store, &query, format, Some(&tenant), out),
            };
            match printed {
                // An empty table would look like a failure.
                Ok(0) if matches!(self.format, Format::Table) => {
                    put_error(
                        "No event matches. `--format ndjson` shows the columns that --where can use.\n",
                    );
                    Ok(())
                }
                Ok(_) => Ok(()),
                // The reader of the pipe has closed it.
                Err(error) if is_closed_pipe(&error) => Ok(()),
                Err(error) => Err(error.into()),
            }
        })
    }
}

fn is_closed_pipe(error: &saponify_cli::connector::Error) -> bool {
    let source = std::error::Error::source(error);
    let io = source.and_then(|source| source.downcast_ref::<std::io::Error>());
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
