//! Sinks for a single command, which are not in the file: `KIND:ADDRESS`.

use super::{SinkConfig, kind_of};
use crate::connector::error::Error;

/// Parses `KIND:ADDRESS`, such as `ndjson:/var/log/salesforce` or `nats:tls://nats.example`. Returns `None`
/// if the text has no colon, because then it is the name of a sink.
///
/// The text is also the name of the cursor, so that the same command continues where it stopped.
///
/// # Errors
///
/// There is no such kind, the address is invalid, or the kind has other required keys.
pub fn one_off(text: &str) -> Option<Result<SinkConfig, Error>> {
    let (kind, address) = text.split_once(':')?;
    let made = || {
        let kind = kind_of(kind)?;
        let values = [(kind.address.to_owned(), address.to_owned())];
        let mut config = SinkConfig::new("one-off", kind, values, Vec::new())?;
        config.name = text.to_owned();
        Ok(config)
    };
    Some(made())
}
