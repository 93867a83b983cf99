//! The SOAP operation `login`.

use std::sync::Arc;

use super::{login_errors, version};
use crate::client::redact::Redact;
use crate::client::{
    Attempt, AuthContext, Authenticator, Builder, CallTrace, Deadline, FromClient, Opening, Reply,
    Session, exchange,
};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::lexical::Id;
use crate::record::Record;
use crate::salesforce::Credentials;
use crate::secret::Secret;
use crate::soap::request::RequestBody;
use crate::value::Value;

/// Logs in with a user name and a password, using the operation `login` of the WSDL.
///
/// Salesforce retires this operation. It is available up to API version 64.0, is switched off in
/// newer organizations, needs the permission *Use Any API Auth*, and ends with Summer '27. Prefer
/// the other authenticators of this module.
///
/// If the client has a header `LoginScopeHeader`, it is sent with the login.
///
/// ```
/// use saponify::salesforce::Credentials;
/// use saponify::auth::Login;
///
/// let password = std::env::var("SF_PASSWORD").unwrap_or_default();
/// let login = Login::new("https://acme.my.salesforce.com", Credentials::new("sync@acme.example", password));
/// ```
#[derive(Clone, Debug)]
pub struct Login {
    address: String,
    credentials: Credentials,
    at_64: bool,
}

impl Login {
    /// The address where to log in, and the credentials. A host without a path gets the path of the
    /// WSDL. The address is that of My Domain (`https://acme.my.salesforce.com`, for a sandbox
    /// `https://acme--dev.sandbox.my.salesforce.com`), `https://login.salesforce.com`,
    /// `https://test.salesforce.com`, or that of an Experience Cloud site with its path.
    #[must_use]
    pub fn new(address: impl Into<String>, credentials: Credentials) -> Self {
        Self {
            address: address.into(),
            credentials,
            at_64: true,
        }
    }

    /// Sets whether to log in at API version 64.0 if the WSDL has a newer version, which does not
    /// provide `login` any more. All other calls use the version of the WSDL. The default is true.
    #[must_use]
    pub fn at_64(mut self, at_64: bool) -> Self {
        self.at_64 = at_64;
        self
    }

    async fn log_in(&self, context: &AuthContext) -> Result<Session, Error> {
        let service = context.service;
        let Some(operation) = service.login else {
            return Err(Error::usage(format!(
                "the WSDL of {} does not declare login; use another authenticator, such as \
                 ClientCredentials",
                service.name
            )));
        };
        let called = context.endpoint(&self.address)?;
        let login_at = match version::for_login(called.path()) {
            Some(path) if self.at_64 => called.with_path(&path),
            _ => called.clone(),
        };
        let password = self.credentials.login_password();
        let once = |text| {
            move |n| {
                if n == 0 {
                    Value::Text(text)
                } else {
                    Value::Absent
                }
            }
        };
        let mut body = RequestBody::new(operation, context.settings.soap);
        body.argument(once(self.credentials.user()))
            .and_then(|()| body.argument(once(password.expose())))
            .map_err(|error| Error::from(error).with_operation(operation.name))?;
        let mut session = Session::anonymous(login_at);
        session.sends = self.credentials.secrets();
        let attempt = Attempt {
            session: Arc::new(session),
            deadline: Deadline::NEVER,
            trace: CallTrace::begin(operation.name),
        };
        let session = &attempt.session;
        let sent = exchange(
            &context.settings,
            &attempt,
            operation,
            &body,
            &context.headers,
            &[],
        );
        let reply: Result<Reply<Record>, Error> = sent.await;
        let reply = reply.inspect_err(|error| attempt.trace.failed(error));
        let reply = reply.map_err(advised)?;
        let answer = reply.value();
        opened(context, &session.endpoint, &called, answer).map_err(|error| {
            let came = answer.text("sessionId").map(Secret::from);
            let known = session.secrets().chain(&came);
            let redact = Redact::new(known.chain(context.settings.transport.secrets()));
            redact.clean(error).with_operation(operation.name)
        })
    }
}

impl Authenticator for Login {
    fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a> {
        Box::pin(self.log_in(context))
    }
}

impl<S: FromClient> Builder<S> {
    /// Logs in with the operation `login` of the WSDL and uses the endpoint that the response
    /// names. This is short for [`authenticator`](Self::authenticator) with a [`Login`], and
    /// [`connect`](Self::connect). The client keeps the credentials and logs in again if the
    /// session is lost.
    ///
    /// `endpoint` may be a host without a path, such as `https://login.salesforce.com`, which gets
    /// the path of the WSDL.
    ///
    /// # Errors
    ///
    /// Returns an error if the credentials are refused ([`Error::fault`] says why), if the password
    /// has expired ([`Error::is_password_expired`]), or if the response names an endpoint of a
    /// foreign host ([`Error::is_foreign_endpoint`]).
    pub async fn login(self, endpoint: &str, credentials: Credentials) -> Result<S, Error> {
        self.authenticator(Login::new(endpoint, credentials))
            .connect()
            .await
    }
}

/// Adds what to do about the fault.
fn advised(error: Error) -> Error {
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let advice = error
        .fault()
        .and_then(|fault| login_errors::advice(fault.code(), fault.message(), today));
    match advice {
        Some(advice) => error.with_advice(advice),
        None => error,
    }
}

/// The session in a `LoginResult`.
fn opened(
    context: &AuthContext,
    login_at: &Endpoint,
    called: &Endpoint,
    result: &Record,
) -> Result<Session, Error> {
    let unusable = |message: &str| Error::new(ErrorKind::Login, message);
    let expired = result.text("passwordExpired").map(str::trim);
    if matches!(expired, Some("true" | "1")) {
        return Err(Error::new(
            ErrorKind::PasswordExpired,
            "the password has expired: the session can only set a new one; log in to \
             the web site once and change it, or let it never expire for this user (permission \
             \"Password Never Expires\")",
        ));
    }
    let text = |name| {
        let text = result.text(name).map(str::trim);
        text.filter(|text| !text.is_empty())
    };
    let id =
        text("sessionId").ok_or_else(|| unusable("the response to login has no session id"))?;
    let url =
        text("serverUrl").ok_or_else(|| unusable("the response to login has no server URL"))?;
    let mut endpoint = context.session_endpoint(login_at, url)?;
    if login_at != called {
        // The login response names the endpoint with the version of the login.
        if let Some(path) = version::as_in(endpoint.path(), called.path()) {
            endpoint = endpoint.with_path(&path);
        }
    }
    let user = result.field("userInfo").and_then(|info| info.as_record());
    let of_user = |name| user.and_then(|user| user.text(name));
    let mut session = Session::at(endpoint, Secret::from(id.to_owned()));
    session.user_id = text("userId").and_then(Id::from_wire);
    session.organization_id = of_user("organizationId").and_then(Id::from_wire);
    session.seconds_valid = of_user("sessionSecondsValid").and_then(|seconds| seconds.parse().ok());
    Ok(session)
}
