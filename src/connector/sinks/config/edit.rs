//! Changes the file, and keeps its comments, its order and its white space.

use toml_edit::{DocumentMut, Item, Table};

use super::{SinkConfig, Sinks, item_of, table_of, usage};
use crate::connector::error::Error;
use crate::connector::home::Home;
use crate::connector::similar::did_you_mean;

/// Checks that the connections exist to which the key `connections` limits a sink. Those that `before` names are left
/// as they are: the connection of a sink may have been erased.
///
/// # Errors
///
/// There is no such connection, or the connections cannot be read.
pub fn check_connections(
    home: &Home,
    config: &SinkConfig,
    before: Option<&SinkConfig>,
) -> Result<(), Error> {
    let known = home.connections()?;
    let is_old =
        |name: &str| before.is_some_and(|sink| sink.list("connections").any(|own| own == name));
    let mut wanted = config.list("connections");
    let Some(unknown) = wanted.find(|name| !known.iter().any(|own| own == name) && !is_old(name))
    else {
        return Ok(());
    };
    let similar = did_you_mean(unknown, known.iter().map(String::as_str));
    let message = format!(
        "sink {}: there is no connection `{}`{similar}",
        config.name,
        unknown.escape_debug()
    );
    Err(usage(message).help(match known.is_empty() {
        true => {
            "create it with `saponify connector activate`, or leave `connections` out".to_owned()
        }
        false => format!("the connections are: {}", known.join(", ")),
    }))
}

/// Adds a sink.
///
/// # Errors
///
/// There is already a sink of this name, or the file cannot be read or written.
pub fn add(home: &Home, config: &SinkConfig) -> Result<(), Error> {
    let text = home.sinks_toml()?;
    if Sinks::parse(text.as_deref().unwrap_or_default())?
        .iter()
        .any(|sink| sink.name == config.name)
    {
        return Err(
            usage(format!("there is already a sink {}", config.name)).help(
                "change it with `saponify connector sink set`, or remove it with `sink remove`",
            ),
        );
    }
    let mut document = read(text.as_deref())?;
    let sinks = document.entry("sink").or_insert_with(|| {
        let mut table = Table::new();
        // Only the tables of single sinks get a header.
        table.set_implicit(true);
        Item::Table(table)
    });
    let Some(sinks) = sinks.as_table_like_mut() else {
        return Err(usage("sinks.toml: `sink` is not a table".to_owned()));
    };
    sinks.insert(&config.name, Item::Table(table_of(config)));
    write(home, text.as_deref(), &document)
}

/// Replaces the keys of a sink by those of `config`.
///
/// # Errors
///
/// There is no such sink, or the file cannot be read or written.
pub fn change(home: &Home, config: &SinkConfig) -> Result<(), Error> {
    let text = home.sinks_toml()?;
    Sinks::parse(text.as_deref().unwrap_or_default())?.find(&config.name)?;
    let mut document = read(text.as_deref())?;
    let table = document
        .get_mut("sink")
        .and_then(|sinks| sinks.get_mut(&config.name))
        .and_then(Item::as_table_like_mut);
    let Some(table) = table else {
        return Err(usage(format!(
            "sinks.toml: `sink.{}` is not a table",
            config.name
        )));
    };
    for (key, text) in config.values() {
        let is_same = table
            .get(key)
            .and_then(super::text_of)
            .is_some_and(|found| found == text);
        if !is_same {
            table.insert(key, item_of(config.kind, key, text));
        }
    }
    if !config.secrets().is_empty() {
        let names = config.secrets().join(",");
        table.insert("secrets", item_of(config.kind, "secrets", &names));
    }
    write(home, text.as_deref(), &document)
}

/// Removes a sink from the file.
///
/// # Errors
///
/// There is no such sink, or the file cannot be read or written.
pub fn remove(home: &Home, name: &str) -> Result<(), Error> {
    let text = home.sinks_toml()?;
    Sinks::parse(text.as_deref().unwrap_or_default())?.find(name)?;
    let mut document = read(text.as_deref())?;
    if let Some(sinks) = document.get_mut("sink").and_then(Item::as_table_like_mut) {
        sinks.remove(name);
    }
    write(home, text.as_deref(), &document)
}

fn read(text: Option<&str>) -> Result<DocumentMut, Error> {
    let text = text.unwrap_or_default();
    text.parse()
        .map_err(|_| usage("sinks.toml is not valid TOML".to_owned()))
}

/// Writes the document, unless somebody else has changed it since it was read.
fn write(home: &Home, known: Option<&str>, document: &DocumentMut) -> Result<(), Error> {
    match home.replace_sinks_toml(known, &document.to_string())? {
        true => Ok(()),
        false => Err(usage("sinks.toml was changed in the meantime".to_owned())
            .help("run the command again")),
    }
}
