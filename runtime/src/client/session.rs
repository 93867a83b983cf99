//! Sessions: an endpoint and the token that it accepts.

use crate::endpoint::Endpoint;
use crate::lexical::{Id, ParseError};
use crate::secret::Secret;

/// The address of calls and the token that they carry. `Debug` never shows the token.
#[derive(Clone, Debug)]
pub struct Session {
    pub(crate) endpoint: Endpoint,
    pub(crate) id: Option<Secret>,
    pub(crate) user_id: Option<Id>,
    pub(crate) organization_id: Option<Id>,
    pub(crate) seconds_valid: Option<u32>,
    /// Values other than the token that calls send and that no error may contain. For the login
    /// these include the password.
    pub(crate) sends: Vec<Secret>,
}

impl Session {
    /// A session that was opened elsewhere: the endpoint of calls, and the session id or OAuth
    /// access token.
    ///
    /// # Errors
    ///
    /// Returns an error if the endpoint is not an `https` URL.
    pub fn new(endpoint: &str, id: impl Into<Secret>) -> Result<Self, ParseError> {
        Ok(Self {
            id: Some(id.into()),
            ..Self::anonymous(Endpoint::parse(endpoint)?)
        })
    }

    /// A session at an endpoint that was already checked, for authenticators.
    #[must_use]
    pub fn at(endpoint: Endpoint, id: impl Into<Secret>) -> Self {
        Self {
            id: Some(id.into()),
            ..Self::anonymous(endpoint)
        }
    }

    /// A session without a token, for services that need none, and for the login.
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

    /// All values that no error may contain.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.id.iter().chain(&self.sends)
    }

    /// The session id or the access token, if there is one.
    #[must_use]
    pub fn id(&self) -> Option<&Secret> {
        self.id.as_ref()
    }

    /// The address of calls.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The id of the user who logged in, if the login stated it.
    #[must_use]
    pub fn user_id(&self) -> Option<Id> {
        self.user_id
    }

    /// The id of the user's organization, if the login stated it.
    #[must_use]
    pub fn organization_id(&self) -> Option<Id> {
        self.organization_id
    }

    /// The number of seconds without a call after which the session ends, if the login stated it.
    #[must_use]
    pub fn seconds_valid(&self) -> Option<u32> {
        self.seconds_valid
    }
}
