//! A session that somebody else opened.

use super::token::check;
use crate::client::{AuthContext, Authenticator, Opening, Session};
use crate::secret::Secret;

/// A session id or an OAuth access token from elsewhere. It cannot be renewed: when the session
/// is lost, calls fail with the fault of the service.
///
/// ```
/// use saponify::auth::GivenSession;
///
/// let token = std::env::var("SF_ACCESS_TOKEN").unwrap_or_default();
/// let login = GivenSession::new("https://acme.my.salesforce.com", token);
/// ```
#[derive(Clone, Debug)]
pub struct GivenSession {
    address: String,
    token: Secret,
}

impl GivenSession {
    /// The `instance_url`, alone or with the path of the SOAP endpoint, and the token. A bare host
    /// gets the path of the WSDL.
    #[must_use]
    pub fn new(address: impl Into<String>, token: impl Into<Secret>) -> Self {
        Self {
            address: address.into(),
            token: token.into(),
        }
    }
}

impl Authenticator for GivenSession {
    fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a> {
        Box::pin(async move {
            check(self.token.expose())?;
            let endpoint = context.endpoint(&self.address)?;
            Ok(Session::at(endpoint, self.token.clone()))
        })
    }

    fn can_renew(&self) -> bool {
        false
    }
}
