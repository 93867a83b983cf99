//! The OAuth 2.0 client credentials flow (RFC 6749, section 4.4).

use super::address;
use super::token;
use crate::client::oauth::form::Form;
use crate::client::{AuthContext, Authenticator, Opening};
use crate::secret::Secret;

/// Logs in as the *Run As* user of an app, with the app's consumer key and secret.
///
/// The flow is available only at the My Domain address of the organization, not at
/// `login.salesforce.com`. The app needs the scope `api`.
///
/// ```
/// use saponify::auth::ClientCredentials;
///
/// let secret = std::env::var("SF_SECRET").unwrap_or_default();
/// let login = ClientCredentials::new("https://acme.my.salesforce.com", "consumer key", secret);
/// ```
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    address: String,
    client_id: String,
    client_secret: Secret,
}

impl ClientCredentials {
    /// The My Domain address, and the consumer key and secret of the app.
    #[must_use]
    pub fn new(
        address: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Self {
        Self {
            address: address.into(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
        }
    }
}

impl Authenticator for ClientCredentials {
    fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a> {
        Box::pin(async move {
            let form = Form::new()
                .field("grant_type", "client_credentials")
                .field("client_id", &self.client_id)
                .secret("client_secret", &self.client_secret);
            let address = address::oauth(context, &self.address, "token")?;
            let granted = token::ask(context, address, "client credentials", &form).await?;
            Ok(granted.session)
        })
    }
}
