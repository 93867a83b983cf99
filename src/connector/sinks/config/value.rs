//! Checks the values of keys.

use std::net::Ipv4Addr;

use url::Url;

use super::kinds::{Form, Key};
use crate::connector::error::{Error, Kind as ErrorKind};
use crate::connector::when;

/// Checks the value of a key. `place` names the key in messages.
pub(super) fn check(place: &str, key: &Key, value: &str) -> Result<(), Error> {
    let wrong = |expected: String| {
        let message = format!("{place}: `{}` is not {expected}", value.escape_debug());
        Error::new(ErrorKind::Usage, message)
    };
    match key.form {
        Form::Text | Form::Path if value.is_empty() => {
            Err(Error::new(ErrorKind::Usage, format!("{place} is empty")))
        }
        Form::Text | Form::Path => Ok(()),
        Form::Words(words) => list(value).try_for_each(|word| match words.contains(&word) {
            true => Ok(()),
            false => Err(wrong(format!(
                "a list of these words: {}",
                words.join(", ")
            ))),
        }),
        Form::List => Ok(()),
        Form::Flag => match value {
            "true" | "false" => Ok(()),
            _ => Err(wrong("true or false".to_owned())),
        },
        Form::Count => match value.parse::<u32>() {
            Ok(1..) => Ok(()),
            _ => Err(wrong("a whole number of at least 1".to_owned())),
        },
        Form::Length => when::length(value)
            .map(drop)
            .map_err(|error| wrong("a duration".to_owned()).because(error)),
        Form::Timeout => match when::length(value).map(|length| length.as_secs()) {
            Ok(1..=900) => Ok(()),
            Ok(_) => Err(wrong("a duration from 1s to 15m".to_owned())),
            Err(error) => Err(wrong("a duration".to_owned()).because(error)),
        },
        Form::OneOf(words) if words.contains(&value) => Ok(()),
        Form::OneOf(words) => Err(wrong(format!("one of {}", words.join(", ")))),
        Form::Url(schemes) => url_of(place, schemes, value),
        Form::Urls(schemes) => list(value).try_for_each(|url| url_of(place, schemes, url)),
    }
}

/// The elements of a list.
pub(super) fn list(value: &str) -> impl Iterator<Item = &str> {
    value
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// Checks addresses. Messages do not repeat the address, because it may contain a password.
fn url_of(place: &str, schemes: &[&str], text: &str) -> Result<(), Error> {
    let usage = |message: String| Error::new(ErrorKind::Usage, message);
    let all = schemes.join("://, ");
    let url = Url::parse(text).map_err(|error| {
        usage(format!("{place} is not an address"))
            .help(format!("begin it with {all}://"))
            .because(error)
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(usage(format!("{place} contains credentials"))
            .help("remove them from the address, and give the secret by --secret NAME=SRC"));
    }
    if !schemes.contains(&url.scheme()) {
        let message = format!("{place} begins with {}://", url.scheme());
        return Err(usage(message).help(format!("begin it with {all}://")));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(usage(format!("{place} is not encrypted"))
            .help("use https; plain http is allowed only to this machine"));
    }
    Ok(())
}

/// Whether the text of an address leads to this machine.
#[cfg(feature = "nats")]
pub(in crate::connector::sinks) fn is_on_this_machine(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| is_loopback(&url))
}

/// Whether an address leads to this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // Of schemes that the standard does not know, a number is a name, too.
        Some(url::Host::Domain(name)) => {
            name == "localhost" || name.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        }
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
