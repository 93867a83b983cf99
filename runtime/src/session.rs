//! Sessions: an endpoint and the token that opens it.

use crate::client::Settings;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::headers::Headers;
use crate::record::Record;
use crate::schema::Service;
use crate::secret::{Credentials, Secret};
use crate::soap::request::Body;
use crate::value::Value;
use crate::{Id, call};

/// Where calls go and the token that they carry. `Debug` never shows the token.
#[derive(Clone, Debug)]
pub struct Session {
    pub(crate) endpoint: Endpoint,
    pub(crate) id: Option<Secret>,
    user_id: Option<Id>,
    organization_id: Option<Id>,
    seconds_valid: Option<u32>,
}

impl Session {
    /// A session that someone else opened: the endpoint for calls, and the session id or OAuth
    /// access token.
    ///
    /// # Errors
    ///
    /// If the endpoint is no `https` URL.
    pub fn new(endpoint: &str, id: impl Into<Secret>) -> Result<Self, Error> {
        Ok(Self {
            id: Some(id.into()),
            ..Self::anonymous(Endpoint::parse(endpoint)?)
        })
    }

    /// No token: for services that want none, and for the call that logs in.
    pub(crate) fn anonymous(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            id: None,
            user_id: None,
            organization_id: None,
            seconds_valid: None,
        }
    }

    /// Where calls go.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Id of the user who logged in, if login told.
    #[must_use]
    pub fn user_id(&self) -> Option<Id> {
        self.user_id
    }

    /// Id of the user's organization, if login told.
    #[must_use]
    pub fn organization_id(&self) -> Option<Id> {
        self.organization_id
    }

    /// After how many seconds without a call the session ends, if login told.
    #[must_use]
    pub fn seconds_valid(&self) -> Option<u32> {
        self.seconds_valid
    }
}

/// Calls the WSDL's own `login` and checks what came back before anything is sent to it.
///
/// SOAP API Developer Guide, `login()` and `LoginResult`.
pub(crate) async fn login(
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
        .map_err(|error| error.with_operation(operation.name))?;
    let session = Session::anonymous(login_at);
    let reply: call::Reply<Record> =
        call::exchange(settings, &session, operation, &body, headers).await?;
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
    let endpoint = settings.server_endpoint(login_at, url)?;
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
