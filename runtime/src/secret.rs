//! Values that must not be seen: passwords, tokens, session ids.

use std::fmt;

use zeroize::Zeroizing;

/// A string that is neither shown nor serialized, and is wiped from memory when dropped.
///
/// `Debug` prints `***`. There is no `Display`, no `Serialize` and no public way to read the value
/// back: only the runtime uses it, when it writes a request.
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

    /// The value itself, for the one place that writes it into a request.
    pub(crate) fn expose(&self) -> &str {
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

/// A user name and what proves it.
///
/// ```
/// use saponify::Credentials;
///
/// let credentials = Credentials::new("sync@example.com", "password").security_token("token");
/// assert_eq!(
///     format!("{credentials:?}"),
///     r#"Credentials { user: "sync@example.com", .. }"#,
/// );
/// ```
#[derive(Clone)]
pub struct Credentials {
    user: String,
    password: Secret,
    token: Option<Secret>,
}

impl Credentials {
    /// A user name and its password.
    #[must_use]
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
            token: None,
        }
    }

    /// Adds the security token of the user. A service asks for one when the caller's address is
    /// outside the ranges it trusts. It is sent directly behind the password, so leave it out if
    /// the password you give already ends in it.
    #[must_use]
    pub fn security_token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The user name, which is no secret.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// What `login` takes as the password: the password, and the token behind it if there is one.
    pub(crate) fn login_password(&self) -> Secret {
        let password = self.password.expose();
        let token = self.token.as_ref().map_or("", Secret::expose);
        // The exact capacity: growing would leave an unwiped copy behind.
        let mut value = Zeroizing::new(String::with_capacity(password.len() + token.len()));
        value.push_str(password);
        value.push_str(token);
        value.into()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let credentials = Credentials::new("user", "pass-canary").security_token("token-canary");
        for text in [
            format!("{credentials:?}"),
            format!("{credentials:#?}"),
            format!("{:?}", Secret::from("pass-canary")),
            format!("{:#?}", Some(Secret::from("pass-canary"))),
        ] {
            assert!(!text.contains("canary"), "{text}");
        }
    }

    #[test]
    fn the_token_follows_the_password() {
        let plain = Credentials::new("user", "pass");
        assert_eq!(plain.login_password().expose(), "pass");
        assert_eq!(
            plain.security_token("TOKEN").login_password().expose(),
            "passTOKEN"
        );
    }
}
