//! What an authenticator may use: the transport of its client, and the rules about addresses.

use std::fmt;

use crate::client::oauth::form::Form;
use crate::client::redact::Redact;
use crate::client::{CallTrace, Headers, Settings};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::schema::Service;
use crate::transport::Request;
use tracing::Instrument as _;
use zeroize::Zeroizing;

/// The environment of an [`Authenticator`](super::Authenticator). It uses the transport of the
/// client, with its root certificates, proxy, timeouts and limits. Redirects are not followed.
#[derive(Clone)]
pub struct AuthContext {
    pub(crate) service: &'static Service,
    pub(crate) settings: Settings,
    /// The headers of the client, which the operation `login` may carry.
    pub(crate) headers: Headers,
}

/// The response to a form: the status and a small body.
pub struct FormResponse {
    /// HTTP status.
    pub status: http::StatusCode,
    /// The body. It is wiped when it is dropped, because it may contain a token.
    pub body: Zeroizing<Vec<u8>>,
    pub(crate) retry_after: Option<std::time::Duration>,
}

/// The maximum length of a response to a form. A response with a token has about a kilobyte.
const LONGEST_RESPONSE: usize = 64 * 1024;

impl AuthContext {
    /// An address that the user gave, completed from the WSDL: `https://host` without a path gets
    /// the path of the endpoint in the WSDL.
    ///
    /// # Errors
    ///
    /// Returns a usage error if the address is not an `https` address.
    pub fn endpoint(&self, given: &str) -> Result<Endpoint, Error> {
        self.settings.endpoint(given, self.service.endpoint)
    }

    /// An address that the user gave, unchanged.
    ///
    /// # Errors
    ///
    /// Returns a usage error if the address is not an `https` address.
    pub fn address(&self, given: &str) -> Result<Endpoint, Error> {
        Ok(Endpoint::parse_with(given, self.settings.plain)?)
    }

    /// Posts a form. `what` names the exchange in errors and traces.
    ///
    /// # Errors
    ///
    /// Returns an error if no complete response arrived. A response may have any status.
    pub async fn post(
        &self,
        address: Endpoint,
        what: &'static str,
        form: &Form,
    ) -> Result<FormResponse, Error> {
        let redact = Redact::new(form.secrets().chain(self.settings.transport.secrets()));
        let named = |error: Error| redact.clean(error).with_operation(what);
        let trace = CallTrace::begin(what);
        let named = |error| {
            let error = named(error);
            trace.failed(&error);
            error
        };
        let body = form.body();
        trace.attempt(&address, body.len());
        let request = Request::form(address, what, body);
        let response = self.settings.transport.send(request);
        let response = response.instrument(trace.span()).await;
        let response = response.map_err(|error| named(error.into()))?;
        trace.answered(response.status);
        let longest = self.settings.longest_retry_after;
        let (status, retry_after) = (response.status, response.retry_after(longest));
        let body = response.body.collect(LONGEST_RESPONSE).await;
        let body = body.map_err(|error| named(Error::from(error).with_status(status)))?;
        trace.received(body.len());
        Ok(FormResponse {
            status,
            body: Zeroizing::new(body),
            retry_after,
        })
    }
}

impl fmt::Debug for AuthContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthContext")
            .field("service", &self.service.name)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for FormResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormResponse")
            .field("status", &self.status)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}
