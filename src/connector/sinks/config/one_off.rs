//! A sink for one command, without the file: `KIND:ADDRESS`.

use super::{SinkConfig, kind_of};
use crate::connector::error::Error;

/// Reads `KIND:ADDRESS`, such as `ndjson:/var/log/salesforce` or `nats:tls://nats.example`. `None` if the text
/// has no colon, so that it is the name of a sink.
///
/// The name of its cursor is the text itself, so that the same command goes on where it was.
///
/// # Errors
///
/// There is no such kind, the address is not usable, or the kind needs more than an address.
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
