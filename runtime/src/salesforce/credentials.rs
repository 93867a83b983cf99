//! User names and passwords.

use std::fmt;

use zeroize::Zeroizing;

use crate::secret::Secret;

/// A user name with its password and, if needed, its security token.
///
/// ```
/// use saponify::salesforce::Credentials;
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

    /// Adds the security token of the user. A service asks for it if the address of the caller is
    /// outside of the trusted ranges. It is sent directly after the password, so leave it out if
    /// the given password already ends with it.
    #[must_use]
    pub fn security_token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The user name, which is not secret.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The values that no error may contain. A service may repeat the password and the token
    /// separately.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let alone = std::iter::once(&self.password).chain(&self.token);
        alone.cloned().chain([self.login_password()]).collect()
    }

    /// The password argument of `login`: the password, followed by the token if there is one.
    pub(crate) fn login_password(&self) -> Secret {
        let password = self.password.expose();
        let token = self.token.as_ref().map_or("", Secret::expose);
        // The capacity is exact, because growing would leave a copy that is not wiped.
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
        for text in [format!("{credentials:?}"), format!("{credentials:#?}")] {
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
