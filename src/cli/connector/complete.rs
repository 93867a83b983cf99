//! The names that a shell completes: connections, sinks, their kinds, and sources.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap_complete::engine::ArgValueCompleter;
use saponify_cli::connector::home::Home;
use saponify_cli::connector::sinks::config::{KINDS, Sinks};
use saponify_cli::connector::sync::Source;

use super::super::completion::{beginning_with, typed_so_far};

/// Completes the name of a connection.
pub(super) fn connection() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let names = home().and_then(|home| home.connections().ok());
        beginning_with(typed, names.unwrap_or_default())
    })
}

/// Completes the name of a sink.
pub(super) fn sink() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let sinks = home().and_then(|home| Sinks::of(&home).ok());
        let sinks = sinks.unwrap_or_default();
        let names: Vec<String> = sinks.iter().map(|sink| sink.name.clone()).collect();
        beginning_with(typed, names)
    })
}

/// Completes the kind of a sink.
pub(super) fn kind() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        beginning_with(typed, KINDS.iter().map(|kind| kind.name.to_owned()))
    })
}

/// Completes sources that are separated by commas.
pub(super) fn sources() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        beginning_with(typed, Source::ALL.map(|source| source.as_str().to_owned()))
    })
}

/// The home that the command line names so far, if it is a folder. A database may not answer, and a shell must not
/// wait for it.
fn home() -> Option<Home> {
    let typed = typed_so_far();
    let given = typed.and_then(|typed| typed.try_get_one::<PathBuf>("home").ok()?.cloned());
    let home = Home::find(given, |name| std::env::var_os(name).map(PathBuf::from));
    home.ok().filter(|home| !home.is_shared())
}
