//! Values that must not be shown: passwords, tokens and session ids.

mod form;
mod names;

use std::fmt;

pub(crate) use form::mask_form;
pub(crate) use names::names_secret;
use zeroize::Zeroizing;

/// A string that is never shown or serialized, and is wiped from memory when it is dropped.
///
/// `Debug` prints `***`. There is no `Display` and no `Serialize`. [`expose`](Secret::expose)
/// returns the value.
///
/// Only the memory that the `Secret` owns is wiped. A `&str` from which it was made, and the bytes
/// of a request that contains it, are not.
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
    /// Takes ownership of a value.
    #[must_use]
    pub fn new(value: impl Into<Self>) -> Self {
        value.into()
    }

    /// Whether the value is empty, which is almost always an error in the configuration.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value itself. The caller is responsible for it: pass it only to the code that needs it,
    /// and do not put it into a log, an error or a string that lives longer.
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
