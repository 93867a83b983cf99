//! `saponify connector sink`.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use saponify_cli::connector::Error;
use saponify_cli::connector::connection::settings_of;
use saponify_cli::connector::home::{Home, Place};
use saponify_cli::connector::sinks::config::{
    self, COMMON, Form, KINDS, Key, SinkConfig, Sinks, forget_secrets, keep_secrets, secrets_of,
};
use saponify_cli::connector::sinks::{deliver_once, set_aside, test};
use saponify_cli::connector::vault::{SecretSource, Secrets};

use super::super::failure::Failure;
use super::super::terminal::{block_on, put, put_error, put_lines};
use super::progress::stop_on_signal;
use super::work::delivery;
use super::{Common, chosen, complain, complete, print_json};

/// Sinks get the stored events of all connections, and each sink has its own cursor.
#[derive(Debug, Subcommand)]
pub(crate) enum Sink {
    /// Add a sink.
    Add(Add),
    /// Change keys or secrets of a sink.
    Set(Set),
    /// List the sinks.
    List(List),
    /// Show the configuration and the progress of a sink.
    Show(One),
    /// Test whether a sink can be reached and accepts its credentials.
    Test(One),
    /// Deliver waiting events without collecting.
    Deliver(Deliver),
    /// Remove a sink with its secrets and its cursor. Delivered events are not removed.
    Remove(Remove),
    /// Show the kinds of sinks with their keys and secrets.
    Kinds,
}

#[derive(Args, Debug)]
pub(crate) struct Add {
    /// The name of the new sink.
    name: String,
    /// The kind of the sink; `sink kinds` lists them.
    #[arg(add = complete::kind())]
    kind: String,
    /// The keys of the sink, as KEY=VALUE.
    #[arg(value_name = "KEY=VALUE")]
    values: Vec<String>,
    /// A secret and its source, such as token=env:VAR. It is stored in the vault.
    #[arg(long, value_name = "NAME=SRC")]
    secret: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Set {
    /// The name of the sink.
    #[arg(add = complete::sink())]
    name: String,
    /// The keys to change, as KEY=VALUE.
    #[arg(value_name = "KEY=VALUE")]
    values: Vec<String>,
    /// A secret and its source, such as token=env:VAR. It is stored in the vault.
    #[arg(long, value_name = "NAME=SRC")]
    secret: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct List {
    /// Print a JSON object for each sink.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The name of the sink.
    #[arg(add = complete::sink())]
    name: String,
}

#[derive(Args, Debug)]
pub(crate) struct Deliver {
    /// The names of connections. The default is all that are not deactivated.
    #[arg(add = complete::connection())]
    name: Vec<String>,
    /// Deliver only to this sink: its name, or KIND:ADDRESS for one that is not configured, such as
    /// ndjson:DIR.
    #[arg(long, value_name = "SINK", add = complete::sink())]
    sink: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Remove {
    /// The name of the sink.
    #[arg(add = complete::sink())]
    name: String,
    /// Keep the cursor, so that a sink with the same name continues there.
    #[arg(long)]
    keep_place: bool,
}

/// The name of a secret and its source.
struct Secret(String, SecretSource);

/// Parses `NAME=SRC` for each secret. clap prints a value that it refuses, which may be the secret itself,
/// so clap does not parse these texts.
fn secrets(texts: &[String]) -> Result<Vec<Secret>, Failure> {
    let one = |text: &String| match text.split_once('=') {
        Some((name, source)) if !name.is_empty() => Ok(Secret(name.to_owned(), source.parse()?)),
        _ => Err(Failure::usage("a secret must be of the form NAME=SRC")),
    };
    texts.iter().map(one).collect()
}

/// Parses `KEY=VALUE` for each key. A relative path is resolved from the current folder.
fn pairs(kind: &config::Kind, texts: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let one = |text: &String| {
        let Some((key, value)) = text.split_once('=') else {
            return Err(Failure::usage("a key must be of the form KEY=VALUE"));
        };
        let is_path = kind.key(key).is_some_and(|key| key.form == Form::Path);
        if !is_path {
            return Ok((key.to_owned(), value.to_owned()));
        }
        let path = std::path::absolute(value)
            .map_err(|error| Failure::new(format!("cannot use {value}")).because(error))?;
        Ok((key.to_owned(), path.display().to_string()))
    };
    texts.iter().map(one).collect()
}

impl Sink {
    pub(super) fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        match self {
            Self::Add(add) => add.run(common),
            Self::Set(set) => set.run(common),
            Self::List(list) => list.run(common),
            Self::Show(one) => show(&one.name, common),
            Self::Test(one) => return test_one(&one.name, common),
            Self::Deliver(deliver) => return deliver.run(common),
            Self::Remove(remove) => remove.run(common),
            Self::Kinds => put(&kinds()),
        }?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Add {
    fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let kind = config::kind_of(&self.kind)?;
        let values = pairs(kind, &self.values)?;
        let given = secrets(&self.secret)?;
        let names = given.iter().map(|secret| secret.0.clone()).collect();
        let config = SinkConfig::new(&self.name, kind, values, names)?;
        config.check_built()?;
        config::check_connections(&home, &config, None)?;
        // Mistakes in the configuration are reported before the command asks for a secret.
        if Sinks::of(&home)?.find(&self.name).is_ok() {
            return Err(
                Failure::usage(format!("there is already a sink {}", self.name))
                    .hint("change it with `saponify connector sink set`"),
            );
        }
        if !given.is_empty() {
            let mut secrets = Secrets::default();
            read_secrets(&given, &mut secrets)?;
            keep_secrets(&common.vault(&home)?, &self.name, &secrets)?;
        }
        config::add(&home, &config)?;
        put(&format!(
            "The sink {0} is added. Next: `saponify connector sink test {0}`.\n",
            self.name
        ))
    }
}

impl Set {
    fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let known = Sinks::of(&home)?.find(&self.name)?.clone();
        let mut values: Vec<(String, String)> = known
            .values()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        values.extend(pairs(known.kind, &self.values)?);
        let given = secrets(&self.secret)?;
        let mut names = known.secrets().to_vec();
        names.extend(given.iter().map(|secret| secret.0.clone()));
        names.sort();
        names.dedup();
        let config = SinkConfig::new(&self.name, known.kind, values, names)?;
        config::check_connections(&home, &config, Some(&known))?;
        if !given.is_empty() {
            let vault = common.vault(&home)?;
            let is_given = |name: &String| given.iter().any(|secret| secret.0 == *name);
            // If all are given, it does not matter whether the vault still has them. Otherwise those that are not given
            // must be read, because what is kept takes their place.
            let mut secrets = match known.secrets().iter().all(is_given) {
                true => Secrets::default(),
                false => secrets_of(&vault, &known)?,
            };
            read_secrets(&given, &mut secrets)?;
            keep_secrets(&vault, &self.name, &secrets)?;
        }
        config::change(&home, &config)?;
        put(&format!("The sink {} is changed.\n", self.name))
    }
}

fn read_secrets(given: &[Secret], secrets: &mut Secrets) -> Result<(), Failure> {
    for Secret(name, source) in given {
        secrets.insert(name, source.read(name)?);
    }
    Ok(())
}

impl List {
    fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let sinks = Sinks::of(&home)?;
        let mut out = String::new();
        for sink in sinks.iter() {
            if self.json {
                print_json(&serde_json::json!({
                    "sink": sink.name,
                    "kind": sink.kind.name,
                    "built": sink.kind.is_built,
                    "keys": sink.shown().collect::<std::collections::BTreeMap<_, _>>(),
                    "secrets": sink.secrets(),
                }))?;
                continue;
            }
            let form = sink.word("form");
            let missing = if sink.kind.is_built {
                ""
            } else {
                "  (not built in)"
            };
            let _ = writeln!(
                out,
                "{:<20} {:<13} {form:<5} {}{missing}",
                sink.name,
                sink.kind.name,
                sink.shown_address()
            );
        }
        put_lines(&out)
    }
}

fn show(name: &str, common: &Common) -> Result<(), Failure> {
    let home = common.home()?;
    let sinks = Sinks::of(&home)?;
    let sink = sinks.find(name)?;
    let mut out = format!("{name}\n  kind         {}\n", sink.kind.name);
    for (key, value) in sink.shown() {
        let _ = writeln!(out, "  {key:<12} {value}");
    }
    if !sink.secrets().is_empty() {
        let _ = writeln!(
            out,
            "  secrets      {} (in the vault)",
            sink.secrets().join(", ")
        );
    }
    if let Err(error) = sink.check_built() {
        let _ = writeln!(out, "  {error}");
    }
    for connection in home.connections()? {
        if !sink.is_for(&connection) {
            continue;
        }
        let _ = match standing(&home, &connection, name) {
            Ok(line) => writeln!(out, "  {connection}: {line}"),
            Err(error) => writeln!(out, "  {connection}: {}", error.text()),
        };
    }
    put_lines(&out)
}

/// The progress of a sink with a connection.
fn standing(home: &Home, connection: &str, name: &str) -> Result<String, Error> {
    let store = home.connection(connection)?.store_to_read()?;
    let state = store.sink(name)?;
    let mut line = format!("{} delivered, {} waiting", state.delivered, state.waiting);
    match set_aside(&state) {
        0 => {}
        aside => {
            let _ = write!(line, ", {aside} refused and set aside");
        }
    }
    if let Some(moved) = state.local_moved {
        let _ = write!(line, ", last {moved:.0}");
    }
    if let Some(problem) = &state.problem {
        let _ = write!(line, "; failed: {problem}");
    }
    Ok(line)
}

fn test_one(name: &str, common: &Common) -> Result<ExitCode, Failure> {
    let home = common.home()?;
    let sinks = Sinks::of(&home)?;
    let sink = match config::one_off(name) {
        Some(sink) => sink?,
        None => sinks.find(name)?.clone(),
    };
    let vault = common.vault(&home)?;
    let of = home.connections()?.into_iter().find(|own| sink.is_for(own));
    block_on(async {
        match test(&vault, &sink, of.as_deref()).await {
            Ok(found) => {
                put(&format!("ok: {found}\n"))?;
                Ok(ExitCode::SUCCESS)
            }
            Err(error) => Ok(ExitCode::from(complain(name, &error))),
        }
    })
}

impl Deliver {
    fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let home = common.home()?;
        let vault = common.vault(&home)?;
        let names = chosen(&home, &self.name)?;
        block_on(async {
            let (mut worst, stop) = (0, stop_on_signal());
            for name in &names {
                let held = || {
                    let place = home.connection(name)?;
                    let lock = place.lock()?;
                    Ok::<_, Error>((place, lock, settings_of(&home, name)?))
                };
                let (place, lock, settings) = match held() {
                    Ok(held) => held,
                    Err(error) => {
                        worst = worst.max(complain(name, &error));
                        continue;
                    }
                };
                let delivered = deliver_once(&home, &vault, &place, &lock, &settings, &self.sink);
                let reports = tokio::select! {
                    reports = delivered => reports,
                    () = stop.stopped() => {
                        put_error("Stopped. What was not acknowledged is delivered by the next run.\n");
                        return Ok(ExitCode::FAILURE);
                    }
                };
                for report in reports {
                    match &report.result {
                        Ok(done) => {
                            put_lines(&format!("{name}, {}\n", delivery(&report.sink, done)))?;
                        }
                        Err(error) => {
                            let place = format!("{name}, sink {}", report.sink);
                            worst = worst.max(complain(&place, error));
                        }
                    }
                }
            }
            Ok(ExitCode::from(worst))
        })
    }
}

impl Remove {
    fn run(self, common: &Common) -> Result<(), Failure> {
        let home = common.home()?;
        let sinks = Sinks::of(&home)?;
        let known = sinks.iter().find(|sink| sink.name == self.name);
        let name = match (known, config::one_off(&self.name)) {
            (None, Some(one_off)) => one_off?.name,
            _ => self.name.clone(),
        };
        let vault = common.vault(&home)?;
        let places = places_of(&home, &name)?;
        if known.is_none() && places.is_empty() {
            // Says what there is.
            sinks.find(&self.name)?;
        }
        // The sink is removed first: without its place, it would begin anew with everything.
        if known.is_some() {
            config::remove(&home, &self.name)?;
        }
        let mut left = Vec::new();
        if !self.keep_place {
            for place in places {
                let forget = || {
                    let lock = place.lock_in_turn()?;
                    place.store(&lock)?.forget_sink(&name)
                };
                if let Err(error) = forget() {
                    left.push(format!("its place in {}: {}", place.name(), error.text()));
                }
            }
        }
        if known.is_some_and(|sink| !sink.secrets().is_empty())
            && let Err(error) = forget_secrets(&vault, &self.name)
        {
            left.push(format!("its secrets: {}", error.text()));
        }
        if !left.is_empty() {
            let message = format!(
                "the sink {name} is removed, but not {}",
                left.join("; nor ")
            );
            return Err(Failure::new(message).hint(
                "run the command again for a place that is left, from which a sink of this name would continue; secrets that \
                 are left are replaced by those of a sink of this name",
            ));
        }
        put(&format!("The sink {name} is removed.\n"))
    }
}

/// The connections that have a place of a sink.
fn places_of(home: &Home, sink: &str) -> Result<Vec<Place>, Error> {
    let mut places = Vec::new();
    for name in home.connections()? {
        let place = home.connection(&name)?;
        if place
            .store_to_read()?
            .sinks()?
            .iter()
            .any(|own| own == sink)
        {
            places.push(place);
        }
    }
    Ok(places)
}

/// The kinds with their keys, as the tables of the library have them.
fn kinds() -> String {
    let mut out = String::new();
    for kind in KINDS {
        let _ = writeln!(out, "{}: {}", kind.name, kind.about);
        if let (Some(feature), false) = (kind.feature, kind.is_built) {
            let _ = writeln!(
                out,
                "  This program was built without it; build it with `--features {feature}`."
            );
        }
        for key in kind.keys {
            add_key(&mut out, key);
        }
        for secret in kind.secrets {
            let need = if secret.is_needed { " (required)" } else { "" };
            let name = format!("--secret {}=SRC", secret.name);
            let _ = writeln!(out, "  {name:<22} {}{need}", secret.about);
        }
        out.push('\n');
    }
    out.push_str("All kinds:\n");
    for key in COMMON {
        add_key(&mut out, key);
    }
    out
}

fn add_key(out: &mut String, key: &Key) {
    let values = match key.form {
        Form::OneOf(words) => format!(": {}", words.join(", ")),
        _ => String::new(),
    };
    let need = if key.is_needed { " (required)" } else { "" };
    let _ = writeln!(out, "  {:<22} {}{values}{need}", key.name, key.about);
}
