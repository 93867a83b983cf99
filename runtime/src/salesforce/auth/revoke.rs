//! Ends an OAuth token at the service (RFC 7009).

use super::address::below;
use crate::client::Client;
use crate::client::oauth::form::Form;
use crate::error::{Error, ErrorKind};

impl Client {
    /// Ends the session of this client at the service, if it is an OAuth token. The operation
    /// `logout` is the other way to end a session. Both end the session for every program that
    /// shares it, so the client never does either by itself.
    ///
    /// # Errors
    ///
    /// Returns an error if the service does not confirm it.
    pub async fn revoke(&self) -> Result<(), Error> {
        const WHAT: &str = "revoke";
        let session = self.session();
        let Some(id) = &session.id else {
            return Err(Error::usage("the client has no session to end"));
        };
        let address = below(&session.endpoint, "oauth2/revoke");
        let form = Form::new().secret("token", id);
        let answer = self.auth_context().post(address, WHAT, &form).await?;
        if answer.status.is_success() {
            return Ok(());
        }
        let message = "the service did not end the session; it may have been over already";
        Err(Error::new(ErrorKind::Login, message)
            .with_status(answer.status)
            .with_operation(WHAT))
    }
}
