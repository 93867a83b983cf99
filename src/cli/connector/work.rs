//! `saponify connector sync` and `run`.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use saponify_cli::connector::Error;
use saponify_cli::connector::notify::{State, tell};
use saponify_cli::connector::progress::{Stop, Watch};
use saponify_cli::connector::shown::counted;
use saponify_cli::connector::sinks::Delivered;
use saponify_cli::connector::sync::{
    Cadence, Collector, Figures, Notice, RoundOutcome, Source, SourceOutcome, Work, WorkObserver,
    run_all,
};
use saponify_cli::connector::when;
use saponify_cli::connector::when::length;

use super::super::failure::Failure;
use super::super::terminal::{block_on, put_error, put_lines};
use super::progress::{INTERRUPTED, stop_on_signal, watch};
use super::{Common, chosen, complain, complete, not_usable, parsed, print_json};

#[derive(Args, Debug)]
pub(crate) struct Sync {
    /// The names of connections. The default is all that are not deactivated.
    #[arg(add = complete::connection())]
    name: Vec<String>,
    /// Only these sources, separated by commas: logins, audit, files, changes.
    #[arg(long, value_name = "SOURCES", value_parser = parsed::<Source>, value_delimiter = ',', add = complete::sources())]
    source: Vec<Source>,
    /// Check again what was collected within this time: 60d, 12h. Rows are counted, and read again if the
    /// org has more of them.
    #[arg(long, value_name = "TIME")]
    again: Option<String>,
    /// Deliver only to this sink: its name, or KIND:ADDRESS for one that is not configured, such as
    /// ndjson:DIR.
    #[arg(long, value_name = "SINK", add = complete::sink())]
    sink: Vec<String>,
    /// Print a JSON object for each connection.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    /// The names of connections. The default is all that are not deactivated.
    #[arg(add = complete::connection())]
    name: Vec<String>,
    /// How often to collect logins, the setup audit trail and changes: `15m`, `1h`.
    #[arg(long, value_name = "LENGTH", value_parser = pause, default_value = "15m")]
    every: Duration,
    /// How often to list event log files.
    #[arg(long, value_name = "LENGTH", value_parser = pause, default_value = "1h")]
    files_every: Duration,
    /// Deliver only to this sink: its name, or KIND:ADDRESS for one that is not configured, such as
    /// ndjson:DIR.
    #[arg(long, value_name = "SINK", add = complete::sink())]
    sink: Vec<String>,
    /// With a home in PostgreSQL: the time after which others take over the connections of a worker that no
    /// longer responds.
    #[arg(long, value_name = "LENGTH", value_parser = lease, default_value = "30s")]
    lease: Duration,
}

fn lease(text: &str) -> Result<Duration, String> {
    let length = pause(text)?;
    match length >= Duration::from_secs(2) {
        true => Ok(length),
        false => {
            Err("a lease must last at least 2s, because it is renewed within this time".to_owned())
        }
    }
}

fn pause(text: &str) -> Result<Duration, String> {
    let length = when::length(text).map_err(|error| {
        let advice = error.advice().unwrap_or_default();
        format!("{}; {advice}", error.text())
    })?;
    Duration::try_from(length)
        .ok()
        .filter(|length| !length.is_zero())
        .ok_or_else(|| "there must be a pause between two rounds".to_owned())
}

impl Sync {
    pub(super) fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let home = common.home()?;
        let vault = common.vault(&home)?;
        let names = chosen(&home, &self.name)?;
        let sources = match self.source.is_empty() {
            true => Source::ALL.to_vec(),
            false => self.source,
        };
        let again = self.again.as_deref().map(length).transpose()?;
        block_on(async {
            let stop = stop_on_signal();
            let mut worst = 0;
            for (at, name) in names.iter().enumerate() {
                let opened = async {
                    let mut collector = Collector::open(&home, &vault, name, &stop).await?;
                    if let Some(back) = again {
                        collector.look_again(&sources, back).await?;
                    }
                    Ok(collector)
                };
                let opened = opened.await;
                let code = match opened {
                    Err(error) => not_usable(name, &error, self.json)?,
                    Ok(mut collector) => {
                        let mut watch = watch(stop.clone(), name);
                        let outcome = collector.round_to(&self.sink, &sources, &mut watch).await;
                        drop(watch);
                        print(&outcome, self.json)?
                    }
                };
                worst = worst.max(code);
                if stop.is_stopped() {
                    // The connections after this one were not collected.
                    if at + 1 < names.len() {
                        worst = worst.max(INTERRUPTED);
                    }
                    break;
                }
            }
            Ok(ExitCode::from(worst))
        })
    }
}

/// Prints the result, and returns the exit code.
fn print(outcome: &RoundOutcome, json: bool) -> Result<u8, Failure> {
    match json {
        true => print_json(&outcome.to_json())?,
        false => put_lines(&text(outcome))?,
    }
    let mut code = 0;
    for source in &outcome.sources {
        if let Some(error) = source.failure() {
            let name = format!("{}, {}", outcome.connection, source.source);
            code = code.max(complain(&name, error));
        }
    }
    for report in &outcome.delivered {
        if let Err(error) = &report.result {
            let name = format!("{}, sink {}", outcome.connection, report.sink);
            code = code.max(complain(&name, error));
        }
    }
    Ok(code)
}

fn text(outcome: &RoundOutcome) -> String {
    let mut out = format!("{}\n", outcome.connection);
    for SourceOutcome { source, result, .. } in &outcome.sources {
        let line = match result {
            Ok(figures) => line(*source, figures),
            Err(error) if error.is_stopped() => "stopped".to_owned(),
            Err(_) => "failed".to_owned(),
        };
        let _ = writeln!(out, "  {:<8} {line}", source.as_str());
    }
    for report in &outcome.delivered {
        let _ = match &report.result {
            Ok(delivered) => writeln!(out, "  {}", delivery(&report.sink, delivered)),
            Err(_) => writeln!(out, "  sink {}: failed", report.sink),
        };
    }
    out
}

/// The result of a delivery.
pub(super) fn delivery(sink: &str, delivered: &Delivered) -> String {
    let rows = counted(delivered.rows, "event", "events");
    match delivered.aside {
        0 => format!("sink {sink}: {rows} delivered"),
        aside => format!("sink {sink}: {rows} delivered, {aside} refused and set aside"),
    }
}

fn line(source: Source, figures: &Figures) -> String {
    let mut line = match source {
        Source::Files => format!(
            "{} with {}",
            counted(figures.files, "new file", "new files"),
            counted(figures.new, "event", "events")
        ),
        _ => counted(figures.new, "new event", "new events"),
    };
    for (count, one, many) in [
        (figures.counted, "span counted again", "spans counted again"),
        (
            figures.repaired,
            "of the new events found by counting",
            "of the new events found by counting",
        ),
        (
            figures.damaged,
            "damaged file set aside",
            "damaged files set aside",
        ),
        (
            figures.failed,
            "file could not be fetched",
            "files could not be fetched",
        ),
        (figures.gaps, "gap", "gaps"),
    ] {
        if count > 0 {
            let _ = write!(line, "; {}", counted(count, one, many));
        }
    }
    line
}

impl Run {
    pub(super) fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let home = common.home()?.lease(self.lease);
        let vault = common.vault(&home)?;
        for name in &self.name {
            home.connection(name)?;
        }
        let work = Work {
            names: self.name,
            cadence: Cadence {
                rows: self.every,
                files: self.files_every,
                ..Cadence::default()
            },
            sinks: self.sink,
        };
        block_on(async {
            let stop = stop_on_signal();
            let worst = run_all(&home, &vault, work, &stop, Arc::new(Terminal)).await;
            notify(&State::Stopping);
            Ok(ExitCode::from(worst))
        })
    }
}

/// Prints the progress of a run on the terminal, and tells systemd.
struct Terminal;

impl WorkObserver for Terminal {
    fn watch(&self, stop: Stop, name: &str) -> Watch {
        watch(stop, name)
    }

    fn notice(&self, notice: &Notice<'_>) {
        said(notice);
    }

    fn given_up(&self, name: &str, error: &Error) -> u8 {
        complain(name, error)
    }

    fn left(&self, name: &str, is_active: bool) {
        let why = match is_active {
            true => "another worker takes it over",
            false => "it is deactivated, or another command needs it",
        };
        put_error(&format!("{name}: not collected any more: {why}\n"));
    }

    fn idle(&self) {
        notify(&State::Ready);
        put_error(
            "No connection is free to work on. Connections that are added or released will be collected.\n",
        );
    }

    fn home_failed(&self, error: &Error) {
        put_error(&format!(
            "{}The next attempt follows.\n",
            Failure::from(error).report()
        ));
    }
}

/// Prints an event of a run, and tells systemd.
fn said(notice: &Notice<'_>) {
    match notice {
        Notice::Connected(name) => {
            notify(&State::Ready);
            tracing::info!(connection = name, "logged in");
        }
        Notice::Round(outcome) => {
            // A failure to print, such as a closed standard output, must not stop the run.
            let code = print(outcome, false).unwrap_or(0);
            let state = if code == 0 {
                "up to date"
            } else {
                "not up to date"
            };
            notify(&State::Status(&format!("{}: {state}", outcome.connection)));
        }
        Notice::Delivered(name, report) => match (&report.result, report.pause) {
            (Ok(delivered), _) => {
                let _ = put_lines(&format!("{name}, {}\n", delivery(&report.sink, delivered)));
            }
            (Err(error), pause) => {
                let place = format!("{name}, sink {}", report.sink);
                complain(&place, error);
                if let Some(pause) = pause {
                    let seconds = pause.as_secs();
                    put_error(&format!(
                        "{place}: the next attempt is made in {seconds} s\n"
                    ));
                }
            }
        },
        Notice::Failed(name, error, pause) => {
            notify(&State::Ready);
            notify(&State::Status(&format!("{name}: {}", error.text())));
            complain(name, error);
            put_error(&format!(
                "{name}: the next attempt is made in {} s\n",
                pause.as_secs()
            ));
        }
    }
}

/// Tells systemd the state of the program.
pub(super) fn notify(state: &State<'_>) {
    let socket = std::env::var("NOTIFY_SOCKET").ok();
    if let Err(error) = tell(socket.as_deref(), state) {
        tracing::warn!(%error, "systemd did not accept the message");
    }
}
