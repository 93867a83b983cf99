//! Sinks: each row arrives, and exactly once if the destination supports it.

mod beside;
mod config;
mod http;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(feature = "nats")]
pub(crate) mod nats;
mod ndjson;
#[cfg(feature = "object-store")]
mod object;
mod outlet;
mod server;

use std::collections::BTreeMap;

use saponify_cli::connector::sinks::config::{SinkConfig, kind_of};
use saponify_cli::connector::sinks::{
    Delivered, Failure, Outlet, OutletOptions, Pace, destination,
};
use saponify_cli::connector::store::Store;
use saponify_cli::connector::vault::Secrets;

use crate::store::{Fixture, span};

/// Stores rows that are numbered from `first` on.
pub(crate) fn fill(fixture: &mut Fixture, first: i64, count: i64) {
    let rows: Vec<_> = (first..first + count)
        .map(|n| (n, format!("0Ya{n:05}")))
        .collect();
    let rows: Vec<_> = rows
        .iter()
        .map(|(n, key)| (*n, key.as_str(), "Success"))
        .collect();
    fixture.collect(span(first, first + count), &rows);
}

/// The keys of this number of rows.
pub(crate) fn expected(count: i64) -> Vec<String> {
    (0..count).map(|n| format!("0Ya{n:05}")).collect()
}

/// The permanent ids of this number of rows of the connection `acme`.
pub(crate) fn names(count: i64) -> Vec<String> {
    let keys = expected(count);
    keys.iter()
        .map(|key| format!("acme/logins/{key}"))
        .collect()
}

/// Delivers all rows now, in a separate tokio runtime.
pub(crate) fn now(mut outlet: Outlet, store: &mut Store) -> Result<Delivered, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(outlet.deliver(store, Pace::Now))
}

/// A sink as it is configured in the file.
pub(crate) fn config(kind: &str, values: &[(&str, &str)], secrets: &[&str]) -> SinkConfig {
    let values = values
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let secrets = secrets.iter().map(|name| (*name).to_owned()).collect();
    SinkConfig::new("hook", kind_of(kind).unwrap(), values, secrets).unwrap()
}

/// An outlet of the connection `acme`, as a process that has just started opens it.
pub(crate) fn outlet(
    fixture: &Fixture,
    config: &SinkConfig,
    secrets: &BTreeMap<&str, &str>,
) -> Outlet {
    let mut kept = Secrets::default();
    for (name, secret) in secrets {
        kept.insert(name, (*secret).into());
    }
    let sink = destination(config, &kept, "acme").unwrap();
    let aside = fixture.folder.path().join("aside.ndjson");
    Outlet::new(OutletOptions::new("acme", "hook", aside), sink)
}
