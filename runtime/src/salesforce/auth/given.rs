//! A session that somebody else opened.

use super::token::check;
use crate::client::{AuthContext, Authenticator, Builder, FromClient, Opening, Session};
use crate::error::Error;
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

impl<S: FromClient> Builder<S> {
    /// Uses a session that is already open, a session id or an OAuth access token. A bare host in
    /// it gets the path of the WSDL. It is not renewed: when it is lost, calls fail with the fault
    /// of the service.
    ///
    /// # Errors
    ///
    /// If the token is empty or in JWT format, or the transport cannot be made.
    pub fn session(self, mut session: Session) -> Result<S, Error> {
        if let (Some(_), Some(id)) = (S::service().session_header, &session.id) {
            check(id.expose())?;
        }
        session.endpoint = session.endpoint.completed(S::service().endpoint)?;
        let context = self.context()?;
        Ok(self.finish(context, None, session))
    }
}
