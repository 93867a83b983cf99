//! Opens the sinks of the configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::digest::{Context, SHA256};

use super::batch::Form;
use super::config::{self, ACTIVATED, SinkConfig, Sinks, one_off};
use super::outlet::{Outlet, OutletOptions};
use super::{Ndjson, Sink, http};
use crate::connector::connection::Settings;
use crate::connector::error::{Error, Kind};
use crate::connector::home::{Home, Place};
use crate::connector::ocsf::Mapping;
use crate::connector::vault::{Secrets, Vault};

/// The default size of an NDJSON file in bytes.
const FILE: u64 = 256 << 20;

/// The sinks of a connection: that of `activate --ndjson`, and those of the configuration. If `chosen` is
/// not empty, only the sinks with these names. A sink for a single command is written `KIND:ADDRESS`.
///
/// # Errors
///
/// The configuration is invalid, or there is no sink with a chosen name.
pub fn sinks_of(
    home: &Home,
    connection: &str,
    settings: &Settings,
    chosen: &[String],
) -> Result<Vec<SinkConfig>, Error> {
    let known = Sinks::of(home)?;
    let activated = activated(settings)?;
    if chosen.is_empty() {
        let of_file = known.iter().filter(|sink| sink.is_for(connection)).cloned();
        return Ok(activated.into_iter().chain(of_file).collect());
    }
    let find = |name: &String| match activated.as_ref().filter(|sink| sink.name == *name) {
        Some(sink) => Ok(sink.clone()),
        None => match one_off(name) {
            Some(sink) => sink,
            None => known.find(name).cloned(),
        },
    };
    chosen.iter().map(find).collect()
}

/// The sink of `activate --ndjson`.
fn activated(settings: &Settings) -> Result<Option<SinkConfig>, Error> {
    let Some(folder) = &settings.ndjson else {
        return Ok(None);
    };
    let form = if settings.ocsf { "ocsf" } else { "row" };
    let values = [("folder", folder.as_str()), ("form", form)];
    let values = values.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let kind = config::kind_of("ndjson")?;
    let mut sink = SinkConfig::new("activated", kind, values, Vec::new())?;
    sink.name = ACTIVATED.to_owned();
    Ok(Some(sink))
}

/// Opens a sink for a connection.
///
/// # Errors
///
/// This program was built without the feature of the sink, its secrets are missing, or a setting is
/// invalid.
pub fn open(
    config: &SinkConfig,
    vault: &Vault,
    place: &Place,
    settings: &Settings,
) -> Result<Outlet, Error> {
    let secrets = config::secrets_of(vault, config)?;
    let sink = destination(config, &secrets, place.name())?;
    let aside = place.refused_by(&file_of(&config.name))?;
    let mut options = OutletOptions::new(place.name(), &config.name, aside);
    options.form = match config.word("form") {
        "ocsf" => Form::Ocsf {
            mapping: Arc::new(Mapping::built_in()?),
            tenant: Some(settings.organization.clone()),
        },
        _ => Form::Row,
    };
    options.sources = config.list("sources").map(str::to_owned).collect();
    options.from_now = config.word("from") == "now";
    options.every = config.length("every").unwrap_or_default();
    options.set_up = config.fingerprint();
    Ok(Outlet::new(options, sink))
}

/// Opens the destination without its outlet, for a connection.
///
/// # Errors
///
/// This program was built without the feature of the sink, or a setting is invalid.
pub fn destination(
    config: &SinkConfig,
    secrets: &Secrets,
    connection: &str,
) -> Result<Box<dyn Sink>, Error> {
    config.check_built()?;
    Ok(match config.kind.name {
        "ndjson" => Box::new(Ndjson::new(
            folder_of(config, connection),
            config.count("file-bytes").unwrap_or(FILE),
        )),
        "webhook" => Box::new(http::Webhook::open(config, secrets)?),
        "splunk-hec" => Box::new(http::Splunk::open(config, secrets)?),
        #[cfg(feature = "nats")]
        "nats" => Box::new(super::nats::Nats::open(config, secrets, connection)?),
        #[cfg(feature = "kafka")]
        "kafka" => Box::new(super::kafka::Kafka::open(config, secrets, connection)?),
        #[cfg(feature = "object-store")]
        "object-store" => Box::new(super::object::Objects::open(config, secrets, connection)?),
        other => {
            let message = format!(
                "sink {}: this program cannot open the kind {other}",
                config.name
            );
            return Err(Error::new(Kind::Usage, message));
        }
    })
}

/// The names of all sinks of a connection that are set up. A store may also have the cursors of others: of a sink that
/// was removed and whose place was kept, or of one for a single command.
///
/// # Errors
///
/// The file of the sinks is not usable.
pub fn names_of(home: &Home, connection: &str, settings: &Settings) -> Result<Vec<String>, Error> {
    let sinks = sinks_of(home, connection, settings, &[])?;
    Ok(sinks.into_iter().map(|sink| sink.name).collect())
}

/// The name of a sink as part of a file name. No two sinks have the same.
fn file_of(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if name.chars().all(is_plain) {
        return name.to_owned();
    }
    let mut digest = Context::new(&SHA256);
    digest.update(name.as_bytes());
    let plain: String = name.chars().filter(|c| is_plain(*c)).take(80).collect();
    format!("{plain}.{}", config::short(digest))
}

/// Each connection has a folder of its own, except in the sink of its activation, whose folder is its own.
fn folder_of(config: &SinkConfig, connection: &str) -> PathBuf {
    let folder = Path::new(config.address());
    match config.name == ACTIVATED {
        true => folder.to_owned(),
        false => folder.join(connection),
    }
}
