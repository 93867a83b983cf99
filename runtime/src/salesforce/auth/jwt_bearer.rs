//! The OAuth 2.0 JWT bearer flow (RFC 7523).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{address, token};
use crate::client::oauth::form::Form;
use crate::client::oauth::jwt::PrivateKey;
use crate::client::{AuthContext, Authenticator, Opening};
use crate::error::Error;

/// Logs in as a named user, with a private key whose certificate the app has.
///
/// The user must be admitted to the app: an administrator admits users in advance, or the user logs
/// in to the app once in the browser.
///
/// ```no_run
/// use saponify::auth::{JwtBearer, PrivateKey};
///
/// let key = PrivateKey::from_pem_file("server.key")?;
/// let login = JwtBearer::new("https://acme.my.salesforce.com", "consumer key", "sync@acme.example", key);
/// # Ok::<(), saponify::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct JwtBearer {
    address: String,
    client_id: String,
    user: String,
    key: PrivateKey,
    audience: Option<String>,
}

/// How long an assertion is valid. It is used at once, so this only allows for clocks that differ.
const VALIDITY: Duration = Duration::from_secs(180);

impl JwtBearer {
    /// The address where the user logs in, the consumer key of the app, the user name, and the
    /// private key.
    #[must_use]
    pub fn new(
        address: impl Into<String>,
        client_id: impl Into<String>,
        user: impl Into<String>,
        key: PrivateKey,
    ) -> Self {
        Self {
            address: address.into(),
            client_id: client_id.into(),
            user: user.into(),
            key,
            audience: None,
        }
    }

    /// Sets the audience of the assertion. The default is the address given to [`new`](Self::new).
    /// Older apps may require `https://login.salesforce.com` or `https://test.salesforce.com`,
    /// although the address is that of the organization.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    fn claims(&self, audience: &str, now: SystemTime) -> Result<String, Error> {
        let expires = now + VALIDITY;
        let seconds = expires
            .duration_since(UNIX_EPOCH)
            .map_err(|_| Error::usage("the clock of this machine is before 1970"))?
            .as_secs();
        let quoted = |text: &str| {
            serde_json::to_string(text)
                .map_err(|error| Error::usage("a claim cannot be written").with_source(error))
        };
        Ok(format!(
            r#"{{"iss":{},"sub":{},"aud":{},"exp":{seconds}}}"#,
            quoted(&self.client_id)?,
            quoted(&self.user)?,
            quoted(audience)?,
        ))
    }
}

impl Authenticator for JwtBearer {
    fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a> {
        Box::pin(async move {
            let audience = match &self.audience {
                Some(audience) => audience.clone(),
                None => address::audience(&context.address(&self.address)?),
            };
            let claims = self.claims(&audience, SystemTime::now())?;
            let assertion = self.key.sign(&claims)?;
            let form = Form::new()
                .field("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
                .secret("assertion", &assertion);
            let address = address::oauth(context, &self.address, "token")?;
            let granted = token::ask(context, address, "JWT bearer", &form).await?;
            Ok(granted.session)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_json_whatever_the_names_are() {
        let key = PrivateKey::from_pem(include_str!("../../client/oauth/test_keys/pkcs8.pem"));
        let login = JwtBearer::new("https://h", "a\"b\\", "u\u{e9}\n@x", key.unwrap());
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let claims = login.claims("https://login.salesforce.com", now).unwrap();
        let claims: serde_json::Value = serde_json::from_str(&claims).unwrap();
        assert_eq!(claims["iss"], "a\"b\\");
        assert_eq!(claims["sub"], "u\u{e9}\n@x");
        assert_eq!(claims["aud"], "https://login.salesforce.com");
        assert_eq!(claims["exp"], 1_180);
    }
}
