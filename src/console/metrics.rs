//! The metrics for Prometheus, in its text format.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::facts::{Facts, Standing, totals};
use crate::connector::Error;
use crate::connector::connection::Settings;
use crate::connector::home::Home;
use crate::connector::search::Index;
use crate::connector::sinks::{names_of, set_aside};

/// The media type of the text.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A metric: its name, type and help, and its samples.
struct Family {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    samples: String,
}

impl Family {
    fn new(name: &'static str, kind: &'static str, help: &'static str) -> Self {
        Self {
            name,
            kind,
            help,
            samples: String::new(),
        }
    }

    fn add(&mut self, labels: &[(&str, &str)], value: f64) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let _ = writeln!(
            self.samples,
            "{}{{{}}} {value}",
            self.name,
            labels.join(",")
        );
    }
}

/// Returns all metrics.
pub(super) fn text(home: &Home, now: Timestamp) -> Result<String, Error> {
    let mut up = Family::new(
        "saponify_up",
        "gauge",
        "1 if the store of the connection can be read.",
    );
    let mut running = Family::new(
        "saponify_collecting",
        "gauge",
        "1 if a process works on the connection.",
    );
    let mut failing = Family::new(
        "saponify_failing",
        "gauge",
        "1 if the last login, or the last attempt of a source or sink, failed.",
    );
    let mut lag = Family::new(
        "saponify_lag_seconds",
        "gauge",
        "How long ago the end of the collected span is; absent before the first collection.",
    );
    let mut rows = Family::new("saponify_rows", "gauge", "Stored events of the source.");
    let mut hour = Family::new(
        "saponify_rows_last_hour",
        "gauge",
        "Stored events of the source with a time in the last hour.",
    );
    let mut gaps = Family::new("saponify_open_gaps", "gauge", "Open gaps of the source.");
    let mut errors = Family::new(
        "saponify_failed_attempts",
        "gauge",
        "Failed attempts of the source since its last success.",
    );
    let mut left = Family::new(
        "saponify_api_calls_left",
        "gauge",
        "API calls that the org has left within 24 hours, as it last stated.",
    );
    let mut waiting = Family::new(
        "saponify_sink_waiting",
        "gauge",
        "Stored events that the sink has not acknowledged yet.",
    );
    let mut delivered = Family::new(
        "saponify_sink_delivered_total",
        "counter",
        "Events that the sink has acknowledged.",
    );
    let mut aside = Family::new(
        "saponify_sink_set_aside_total",
        "counter",
        "Events that the sink refused, and that were written to a file.",
    );
    let mut broken = Family::new(
        "saponify_sink_failing",
        "gauge",
        "1 if the last delivery to the sink failed.",
    );
    for name in home.connections()? {
        let connection = ("connection", name.as_str());
        let read = Facts::read(home, &name, now).and_then(|(facts, store)| {
            let index = Index::open(&home.connection(&name)?.search()?)?;
            let totals = totals(&store, &index)?;
            let mut sinks = store.sinks()?;
            let settings = Settings::from_map(&store.settings()?)?;
            if let Ok(set_up) = names_of(home, &name, &settings) {
                // What is left of a sink that was removed waits for nothing.
                sinks.retain(|sink| set_up.contains(sink));
            }
            let sinks: Result<Vec<_>, _> = sinks.iter().map(|sink| store.sink(sink)).collect();
            Ok((facts, totals, sinks?))
        });
        let (facts, totals, sinks) = match read {
            Ok(read) => read,
            Err(_) => {
                up.add(&[connection], 0.0);
                continue;
            }
        };
        up.add(&[connection], 1.0);
        running.add(&[connection], f64::from(facts.running));
        failing.add(
            &[connection],
            f64::from(facts.standing() == Standing::Failing),
        );
        if let Some(calls) = facts.calls {
            left.add(&[connection], (calls.allowed - calls.used).max(0) as f64);
        }
        for source in &facts.sources {
            let labels = [connection, ("source", source.state.name.as_str())];
            if let Some(behind) = source.lag {
                lag.add(&labels, behind.as_secs_f64().round());
            }
            let stored = totals.get(&source.state.name).copied().unwrap_or(0);
            rows.add(&labels, stored as f64);
            hour.add(&labels, source.last_hour as f64);
            gaps.add(&labels, source.gaps as f64);
            let failures = source
                .attempt
                .as_ref()
                .map_or(0, |attempt| attempt.failures);
            errors.add(&labels, failures as f64);
        }
        for sink in &sinks {
            let labels = [connection, ("sink", sink.name.as_str())];
            waiting.add(&labels, sink.waiting as f64);
            delivered.add(&labels, sink.delivered as f64);
            aside.add(&labels, set_aside(sink) as f64);
            broken.add(&labels, f64::from(sink.problem.is_some()));
        }
    }
    let mut out = String::new();
    for family in [
        up, running, failing, lag, rows, hour, gaps, errors, left, waiting, delivered, aside,
        broken,
    ] {
        let Family {
            name,
            kind,
            help,
            samples,
        } = family;
        let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{samples}");
    }
    Ok(out)
}

fn escaped(label: &str) -> String {
    label
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
