//! Sinks for a single command, which are not in the file: `KIND:ADDRESS`.

use std::path::Path;

use super::{Form, SinkConfig, kind_of};
use crate::connector::error::Error;

/// Parses `KIND:ADDRESS`, such as `ndjson:/var/log/salesforce` or `nats:tls://nats.example`. Returns `None`
/// if the text has no colon, because then it is the name of a sink.
///
/// The name of its cursor is the text itself, with the whole path of a folder, so that the same command goes on where it
/// was.
///
/// # Errors
///
/// There is no such kind, the address is invalid, or the kind has other required keys.
pub fn one_off(text: &str) -> Option<Result<SinkConfig, Error>> {
    let (kind, address) = text.split_once(':')?;
    let made = || {
        let kind = kind_of(kind)?;
        let is_path = kind
            .key(kind.address)
            .is_some_and(|key| key.form == Form::Path);
        let address = match is_path {
            // The cursor belongs to a folder, and not to every folder with this name.
            true => std::path::absolute(address)
                .map_err(|error| Error::io("use", Path::new(address), error))?
                .display()
                .to_string(),
            false => address.to_owned(),
        };
        let name = format!("{}:{address}", kind.name);
        let values = [(kind.address.to_owned(), address)];
        let mut config = SinkConfig::new("one-off", kind, values, Vec::new())?;
        config.name = name;
        Ok(config)
    };
    Some(made())
}
