//! Logging in with a user name and a password.

use super::Credentials;
use crate::client::{Builder, FromClient, Headers, Reply, Session, Settings, exchange, finish};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::lexical::Id;
use crate::record::Record;
use crate::schema::Service;
use crate::secret::Secret;
use crate::soap::request::Body;
use crate::value::Value;

impl<S: FromClient> Builder<S> {
    /// Logs in with the WSDL's own `login` and switches to the endpoint that it names.
    ///
    /// `endpoint` may be a host alone, `https://login.salesforce.com`: the path is then that of
    /// the WSDL.
    ///
    /// # Errors
    ///
    /// If the credentials are refused ([`Error::fault`] tells why), the password has expired
    /// ([`Error::is_login`]), or the endpoint named is of a foreign host
    /// ([`Error::is_foreign_endpoint`]).
    pub async fn login(self, endpoint: &str, credentials: Credentials) -> Result<S, Error> {
        let (settings, headers) = self.settings()?;
        let session = login(S::service(), &settings, &headers, endpoint, &credentials).await?;
        Ok(finish(settings, headers, session))
    }
}

/// Calls the WSDL's own `login` and checks what came back before anything is sent to it.
///
/// SOAP API Developer Guide, `login()` and `LoginResult`.
async fn login(
    service: &'static Service,
    settings: &Settings,
    headers: &Headers,
    endpoint: &str,
    credentials: &Credentials,
) -> Result<Session, Error> {
    let Some(operation) = service.login else {
        return Err(Error::usage(format!(
            "the WSDL of {} declares no login; open a session by other means and use \
             `Builder::session`",
            service.name
        )));
    };
    let login_at = settings.endpoint(endpoint, service.endpoint)?;
    let mut body = Body::new(operation, settings.soap);
    let password = credentials.login_password();
    let once = |text| {
        move |n| {
            if n == 0 {
                Value::Text(text)
            } else {
                Value::Absent
            }
        }
    };
    body.argument(once(credentials.user()))
        .and_then(|()| body.argument(once(password.expose())))
        .map_err(|error| Error::from(error).with_operation(operation.name))?;
    let session = Session::anonymous(login_at);
    let reply: Reply<Record> = exchange(settings, &session, operation, &body, headers).await?;
    opened(settings, &session.endpoint, reply.value())
        .map_err(|error| error.with_operation(operation.name))
}

fn opened(settings: &Settings, login_at: &Endpoint, result: &Record) -> Result<Session, Error> {
    let unusable = |message: &str| Error::new(ErrorKind::Login, message);
    let expired = result.text("passwordExpired").map(str::trim);
    if matches!(expired, Some("true" | "1")) {
        return Err(unusable(
            "the password has expired: the session can do nothing but set a new one; log in to \
             the web site once and change it",
        ));
    }
    let text = |name| {
        result
            .text(name)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    };
    let id = text("sessionId").ok_or_else(|| unusable("the answer to login has no session id"))?;
    let url = text("serverUrl").ok_or_else(|| unusable("the answer to login has no server URL"))?;
    let endpoint = login_at.for_session(url, &settings.allowed_hosts)?;
    let user = result.field("userInfo").and_then(|info| info.as_record());
    let of_user = |name| user.and_then(|user| user.text(name));
    Ok(Session {
        endpoint,
        id: Some(Secret::from(id.to_owned())),
        user_id: text("userId").and_then(Id::from_wire),
        organization_id: of_user("organizationId").and_then(Id::from_wire),
        seconds_valid: of_user("sessionSecondsValid").and_then(|seconds| seconds.parse().ok()),
    })
}
