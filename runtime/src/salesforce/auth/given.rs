//! A session that was opened elsewhere.

use super::token::check;
use crate::client::{AuthContext, Authenticator, Builder, FromClient, Opening, Session};
use crate::error::Error;
use crate::secret::Secret;

/// A session id or an OAuth access token from elsewhere. It cannot be renewed: if the session is
/// lost, calls fail with the fault of the service.
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
    /// The `instance_url`, with or without the path of the SOAP endpoint, and the token. A host
    /// without a path gets the path of the WSDL.
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
    /// Uses a session that is already open: a session id or an OAuth access token. If its endpoint
    /// is a host without a path, it gets the path of the WSDL. The session is not renewed: if it is
    /// lost, calls fail with the fault of the service.
    ///
    /// # Errors
    ///
    /// Returns an error if the token is empty or in JWT format, or if the transport cannot be
    /// built.
    pub fn session(self, mut session: Session) -> Result<S, Error> {
        if let (Some(_), Some(id)) = (S::service().session_header, &session.id) {
            check(id.expose())?;
        }
        session.endpoint = session.endpoint.completed(S::service().endpoint)?;
        let context = self.context()?;
        Ok(self.finish(context, None, session))
    }
}
