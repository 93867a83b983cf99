//! Sessions: an endpoint and the token that opens it.

use crate::endpoint::Endpoint;
use crate::lexical::{Id, ParseError};
use crate::secret::Secret;

/// Where calls go and the token that they carry. `Debug` never shows the token.
#[derive(Clone, Debug)]
pub struct Session {
    pub(crate) endpoint: Endpoint,
    pub(crate) id: Option<Secret>,
    pub(crate) user_id: Option<Id>,
    pub(crate) organization_id: Option<Id>,
    pub(crate) seconds_valid: Option<u32>,
    /// What calls send beside the token that no error may repeat: the password, for the call that
    /// logs in.
    pub(crate) sends: Vec<Secret>,
}

impl Session {
    /// A session that someone else opened: the endpoint for calls, and the session id or OAuth
    /// access token.
    ///
    /// # Errors
    ///
    /// If the endpoint is no `https` URL.
    pub fn new(endpoint: &str, id: impl Into<Secret>) -> Result<Self, ParseError> {
        Ok(Self {
            id: Some(id.into()),
            ..Self::anonymous(Endpoint::parse(endpoint)?)
        })
    }

    /// A session at an endpoint that was checked already: for authenticators.
    #[must_use]
    pub fn at(endpoint: Endpoint, id: impl Into<Secret>) -> Self {
        Self {
            id: Some(id.into()),
            ..Self::anonymous(endpoint)
        }
    }

    /// No token: for services that want none, and for the call that logs in.
    pub(crate) fn anonymous(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            id: None,
            user_id: None,
            organization_id: None,
            seconds_valid: None,
            sends: Vec::new(),
        }
    }

    /// Everything that must not come back in an error.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.id.iter().chain(&self.sends)
    }

    /// The session id or the access token, if there is one.
    #[must_use]
    pub fn id(&self) -> Option<&Secret> {
        self.id.as_ref()
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
