//! The configuration of the sinks: the file `sinks.toml` of the home.
//!
//! ```toml
//! [sink.archive]
//! kind = "object-store"
//! url = "s3://audit/salesforce"
//! form = "ocsf"
//! connections = ["acme"]
//! ```
//!
//! The key `secrets` lists the names of the secrets of the sink. The secrets themselves are in the vault
//! and never in the file.

mod edit;
mod kinds;
mod one_off;
mod secrets;
mod value;

use std::collections::BTreeMap;
use std::time::Duration;

use ring::digest::{Context, SHA256};
use toml_edit::{Document, Item, Table, Value};

use crate::connector::error::{Error, Kind as ErrorKind};
use crate::connector::home::Home;
use crate::connector::similar::did_you_mean;
use crate::connector::when;

pub use edit::{add, change, check_connections, remove};
pub use kinds::{COMMON, Form, KINDS, Key, Kind, SOURCES, SecretKey};
pub use one_off::one_off;
pub use secrets::{forget_secrets, keep_secrets, secrets_of};
#[cfg(feature = "nats")]
pub(in crate::connector::sinks) use value::is_on_this_machine;

/// The name of the sink of `activate --ndjson`, which is also the name of its cursor in the store.
pub const ACTIVATED: &str = "ndjson";

/// The configured sinks of a home.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sinks(Vec<SinkConfig>);

/// The configuration of a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkConfig {
    /// The name of the sink.
    pub name: String,
    /// The kind of the sink.
    pub kind: &'static Kind,
    values: BTreeMap<&'static str, String>,
    secrets: Vec<String>,
}

impl Sinks {
    /// Reads the file of a home. Without a file, there are no sinks.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or something in it is unknown or invalid.
    pub fn of(home: &Home) -> Result<Self, Error> {
        match home.sinks_toml()? {
            None => Ok(Self::default()),
            Some(text) => Self::parse(&text),
        }
    }

    /// Parses the text of the file.
    ///
    /// # Errors
    ///
    /// The text is not TOML, or something in it is unknown or invalid. The message names the key.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let document = Document::parse(text).map_err(|error| {
            // The message of the parser would quote the line, which may contain a secret by mistake.
            let line = error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(1, |before| before.lines().count().max(1));
            usage(format!(
                "sinks.toml is not valid TOML, near line {line}: {}",
                error.message()
            ))
        })?;
        let mut sinks = Vec::new();
        for (name, item) in document.as_table().iter() {
            if name != "sink" {
                return Err(usage(format!(
                    "sinks.toml: there is no key `{}`{}",
                    name.escape_debug(),
                    did_you_mean(name, ["sink"])
                )));
            }
            let tables = item
                .as_table_like()
                .ok_or_else(|| usage("sinks.toml: `sink` is not a table".to_owned()))?;
            for (name, item) in tables.iter() {
                sinks.push(SinkConfig::of_item(name, item)?);
            }
        }
        Ok(Self(sinks))
    }

    /// The sinks, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &SinkConfig> {
        self.0.iter()
    }

    /// The sink with this name.
    ///
    /// # Errors
    ///
    /// There is no such sink.
    pub fn find(&self, name: &str) -> Result<&SinkConfig, Error> {
        let found = self.0.iter().find(|sink| sink.name == name);
        found.ok_or_else(|| {
            let names = self.0.iter().map(|sink| sink.name.as_str());
            usage(format!(
                "there is no sink `{}`{}",
                name.escape_debug(),
                did_you_mean(name, names)
            ))
            .help("create one with `saponify connector sink add`; `sink list` shows the existing ones")
        })
    }
}

impl SinkConfig {
    /// Makes a configuration from keys, their values and the names of secrets.
    ///
    /// # Errors
    ///
    /// The name, a key or a value is invalid, or a required key is missing.
    pub fn new(
        name: &str,
        kind: &'static Kind,
        values: impl IntoIterator<Item = (String, String)>,
        secrets: Vec<String>,
    ) -> Result<Self, Error> {
        check_name(name)?;
        let mut config = Self {
            name: name.to_owned(),
            kind,
            values: BTreeMap::new(),
            secrets,
        };
        for (key, value) in values {
            config.set(&key, value)?;
        }
        for secret in &config.secrets {
            if kind.secret(secret).is_none() {
                let names = kind.secrets.iter().map(|secret| secret.name);
                return Err(usage(format!(
                    "sink {name}: the kind {} has no secret `{}`{}",
                    kind.name,
                    secret.escape_debug(),
                    did_you_mean(secret, names)
                )));
            }
        }
        config.check_complete()?;
        Ok(config)
    }

    fn of_item(name: &str, item: &Item) -> Result<Self, Error> {
        let table = item
            .as_table_like()
            .ok_or_else(|| usage(format!("sinks.toml: `sink.{name}` is not a table")))?;
        let kind = table.get("kind").and_then(Item::as_str).ok_or_else(|| {
            usage(format!("sink {name} has no `kind`")).help(format!("use one of {}", kind_names()))
        })?;
        let kind = kind_of(kind)?;
        let mut secrets = Vec::new();
        let mut values = Vec::new();
        for (key, item) in table.iter() {
            let text = text_of(item).ok_or_else(|| {
                usage(format!(
                    "sink {name}: the value of `{}` is invalid",
                    key.escape_debug()
                ))
                .help("use a text, a number, true, false, or an array of texts")
            })?;
            match key {
                "kind" => {}
                "secrets" => secrets = value::list(&text).map(str::to_owned).collect(),
                _ => values.push((key.to_owned(), text)),
            }
        }
        Self::new(name, kind, values, secrets)
    }

    fn set(&mut self, key: &str, value: String) -> Result<(), Error> {
        let kind = self.kind;
        if kind.secret(key).is_some() {
            return Err(usage(format!(
                "sink {}: `{key}` is a secret, and the file must not contain secrets",
                self.name
            ))
            .help(format!(
                "give it by --secret {key}=SRC, which stores it in the vault"
            )));
        }
        let Some(known) = kind.key(key) else {
            let names = kind.all_keys().map(|key| key.name);
            return Err(usage(format!(
                "sink {}: the kind {} has no key `{}`{}",
                self.name,
                kind.name,
                key.escape_debug(),
                did_you_mean(key, names)
            )));
        };
        let place = format!("sink {}: `{}`", self.name, known.name);
        value::check(&place, known, &value)?;
        self.values.insert(known.name, value);
        Ok(())
    }

    fn check_complete(&self) -> Result<(), Error> {
        for key in self.kind.all_keys().filter(|key| key.is_needed) {
            if !self.values.contains_key(key.name) {
                return Err(
                    usage(format!("sink {}: `{}` is missing", self.name, key.name))
                        .help(format!("its value is {}", key.about)),
                );
            }
        }
        for secret in self.kind.secrets.iter().filter(|secret| secret.is_needed) {
            if !self.secrets.iter().any(|name| name == secret.name) {
                let message = format!(
                    "sink {}: the secret `{}` is missing",
                    self.name, secret.name
                );
                return Err(usage(message).help(format!(
                    "give {} by --secret {}=SRC",
                    secret.about, secret.name
                )));
            }
        }
        Ok(())
    }

    /// Checks that this program was built with the feature of the kind.
    ///
    /// # Errors
    ///
    /// The feature is missing.
    pub fn check_built(&self) -> Result<(), Error> {
        match (self.kind.is_built, self.kind.feature) {
            (false, Some(feature)) => {
                let message = format!(
                    "sink {}: this program was built without the feature `{feature}`, which the kind {} needs",
                    self.name, self.kind.name
                );
                Err(usage(message).help(format!("build it with `--features {feature}`")))
            }
            _ => Ok(()),
        }
    }

    /// The keys that are set, with their values.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.values
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
    }

    /// Stands for everything that decides what is in a batch, and where it goes: equal if all of that is equal.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut all = Context::new(&SHA256);
        for key in [self.kind.address, "form", "format", "sources"] {
            all.update(key.as_bytes());
            all.update(b"=");
            all.update(self.text(key).unwrap_or_default().as_bytes());
            all.update(b"\n");
        }
        short(all)
    }

    /// The keys that are set, with their values as they may be shown: the path of a webhook may be a secret of its
    /// receiver.
    pub fn shown(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.values.iter().map(|(key, value)| {
            let hides = self.kind.name == "webhook" && *key == self.kind.address;
            (
                *key,
                if hides {
                    without_path(value)
                } else {
                    value.clone()
                },
            )
        })
    }

    /// Where the destination is, as it may be shown.
    #[must_use]
    pub fn shown_address(&self) -> String {
        let mut shown = self.shown().filter(|(key, _)| *key == self.kind.address);
        shown.next().map(|(_, value)| value).unwrap_or_default()
    }

    /// The names of the secrets that the vault keeps.
    #[must_use]
    pub fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// The address of the destination.
    #[must_use]
    pub fn address(&self) -> &str {
        self.text(self.kind.address).unwrap_or_default()
    }

    /// The value of a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// The value of a key of the form [`Form::OneOf`], or its default.
    #[must_use]
    pub fn word(&self, key: &str) -> &str {
        let first = match self.kind.key(key).map(|key| key.form) {
            Some(Form::OneOf(words)) => words.first().copied().unwrap_or_default(),
            _ => "",
        };
        self.text(key).unwrap_or(first)
    }

    /// The elements of a list.
    pub fn list(&self, key: &str) -> impl Iterator<Item = &str> {
        value::list(self.text(key).unwrap_or_default())
    }

    /// Whether a flag is `true`.
    #[must_use]
    pub fn is_set(&self, key: &str) -> bool {
        self.text(key) == Some("true")
    }

    /// The value of a number.
    #[must_use]
    pub fn count(&self, key: &str) -> Option<u64> {
        self.text(key)?.parse().ok()
    }

    /// The value of a duration.
    #[must_use]
    pub fn length(&self, key: &str) -> Option<Duration> {
        let length = when::length(self.text(key)?).ok()?;
        Duration::try_from(length).ok()
    }

    /// Whether the sink gets rows of this connection.
    #[must_use]
    pub fn is_for(&self, connection: &str) -> bool {
        let mut wanted = self.list("connections").peekable();
        wanted.peek().is_none() || wanted.any(|name| name == connection)
    }

    /// Reads the file of additional certificates, if the key is set.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn certificate(&self) -> Result<Option<Vec<u8>>, Error> {
        let path = self.text("certificate").map(std::path::Path::new);
        let read = path.map(|path| {
            std::fs::read(path).map_err(|error| Error::io("read the certificate", path, error))
        });
        read.transpose()
    }
}

/// The kind with this name.
///
/// # Errors
///
/// There is no such kind.
pub fn kind_of(name: &str) -> Result<&'static Kind, Error> {
    Kind::of(name).ok_or_else(|| {
        let names = KINDS.iter().map(|kind| kind.name);
        usage(format!(
            "there is no kind of sink `{}`{}",
            name.escape_debug(),
            did_you_mean(name, names)
        ))
        .help(format!("use one of {}", kind_names()))
    })
}

fn kind_names() -> String {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    names.join(", ")
}

fn check_name(name: &str) -> Result<(), Error> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let begins = name
        .bytes()
        .next()
        .is_some_and(|first| first.is_ascii_alphanumeric());
    if !begins || name.len() > 64 || !name.bytes().all(is_part) {
        let message = format!("`{}` cannot be the name of a sink", name.escape_debug());
        return Err(usage(message).help(
            "a name has up to 64 letters, digits, `-` and `_`, and begins with a letter or digit",
        ));
    }
    if name == ACTIVATED {
        let message = format!("a sink cannot have the name {ACTIVATED}");
        return Err(usage(message)
            .help("this is the name of the sink of `activate --ndjson`; choose another one"));
    }
    Ok(())
}

/// A value as text. The elements of an array are separated by commas.
fn text_of(item: &Item) -> Option<String> {
    fn scalar(value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.value().clone()),
            Value::Integer(number) => Some(number.value().to_string()),
            Value::Boolean(flag) => Some(flag.value().to_string()),
            _ => None,
        }
    }
    match item.as_value()? {
        Value::Array(parts) => {
            let parts: Option<Vec<String>> = parts.iter().map(scalar).collect();
            Some(parts?.join(","))
        }
        value => scalar(value),
    }
}

/// A value as TOML.
fn item_of(kind: &Kind, key: &str, text: &str) -> Item {
    let array = || {
        let parts = value::list(text).map(Value::from);
        Item::Value(Value::Array(parts.collect()))
    };
    match kind.key(key).map(|key| key.form) {
        Some(Form::List | Form::Words(_)) => array(),
        None if key == "secrets" => array(),
        Some(Form::Flag) => toml_edit::value(text == "true"),
        Some(Form::Count) => match text.parse::<i64>() {
            Ok(number) => toml_edit::value(number),
            Err(_) => toml_edit::value(text),
        },
        _ => toml_edit::value(text),
    }
}

/// The table of a sink.
fn table_of(config: &SinkConfig) -> Table {
    let mut table = Table::new();
    table.insert("kind", toml_edit::value(config.kind.name));
    for (key, text) in config.values() {
        table.insert(key, item_of(config.kind, key, text));
    }
    if !config.secrets.is_empty() {
        let names = config.secrets.join(",");
        table.insert("secrets", item_of(config.kind, "secrets", &names));
    }
    table
}

/// An address with `…` in place of its path and its query.
fn without_path(address: &str) -> String {
    let end = address.find("://").map_or(0, |scheme| scheme + 3);
    let (scheme, rest) = address.split_at(end);
    match rest.split_once(['/', '?', '#']) {
        Some((host, path)) if !path.is_empty() => format!("{scheme}{host}/…"),
        _ => address.to_owned(),
    }
}

/// The first 16 hexadecimal digits of a digest.
pub(in crate::connector::sinks) fn short(digest: Context) -> String {
    let digest = digest.finish();
    let bytes = digest.as_ref().iter().take(8);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

fn usage(message: String) -> Error {
    Error::new(ErrorKind::Usage, message)
}
