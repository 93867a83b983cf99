//! Values that must not be seen: passwords, tokens, session ids.

mod names;

use std::fmt;

pub(crate) use names::names_secret;
use zeroize::Zeroizing;

/// A string that is neither shown nor serialized, and is wiped from memory when dropped.
///
/// `Debug` prints `***`. There is no `Display` and no `Serialize`; [`expose`](Secret::expose) reads the
/// value deliberately.
///
/// The wipe covers the memory the `Secret` owns. A `&str` it was made from, or the bytes of a
/// request on their way to the socket, are outside of its reach.
///
/// ```
/// use saponify::Secret;
///
/// let secret = Secret::from(std::env::var("API_PASSWORD").unwrap_or_default());
/// assert_eq!(format!("{secret:?}"), "***");
/// ```
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over a value.
    #[must_use]
    pub fn new(value: impl Into<Self>) -> Self {
        value.into()
    }

    /// True if there is nothing in it, which is almost always a mistake in the configuration.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value itself. Whoever calls this takes over the care: it should go to where it is needed
    /// and into no log, error or longer-lived string.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(Zeroizing::new(value))
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self(Zeroizing::new(value.to_owned()))
    }
}

impl From<&String> for Secret {
    fn from(value: &String) -> Self {
        Self::from(value.as_str())
    }
}

impl From<Zeroizing<String>> for Secret {
    fn from(value: Zeroizing<String>) -> Self {
        Self(value)
    }
}

impl From<&Secret> for Secret {
    fn from(value: &Secret) -> Self {
        value.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        for text in [
            format!("{:?}", Secret::from("pass-canary")),
            format!("{:#?}", Some(Secret::from("pass-canary"))),
        ] {
            assert!(!text.contains("canary"), "{text}");
        }
    }
}
