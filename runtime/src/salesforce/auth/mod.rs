//! The ways to open a session of Salesforce.
//!
//! | authenticator | for |
//! |---|---|
//! | [`ClientCredentials`] | programs without a user of their own; the app has a *Run As* user |
//! | [`JwtBearer`] | programs that act for a named user, with a key instead of a secret |
//! | [`AuthorizationCode`] | a person who logs in once with the browser; later sessions use a refresh token |
//! | [`RefreshToken`] | programs that have a refresh token |
//! | [`Login`] | user name and password, by the SOAP operation `login`, which Salesforce retires |
//! | [`GivenSession`] | a session id or an access token from elsewhere |
//!
//! OAuth endpoints and their errors: Salesforce Help, "OAuth Authorization Flows" and "OAuth 2.0
//! Authorization Errors".

mod address;
mod authorization_code;
mod client_credentials;
mod given;
mod jwt_bearer;
mod login;
mod login_errors;
mod refresh_token;
mod revoke;
mod token;
mod token_errors;
mod version;

pub(crate) use address::below;
pub use authorization_code::AuthorizationCode;
pub use client_credentials::ClientCredentials;
pub use given::GivenSession;
pub use jwt_bearer::JwtBearer;
pub use login::Login;
pub use refresh_token::RefreshToken;

use std::fmt;
use std::sync::Arc;

use crate::secret::Secret;

/// A function that is called with a new refresh token, so that the program can store it.
#[derive(Clone)]
struct OnToken(Arc<dyn Fn(&Secret) + Send + Sync>);

impl OnToken {
    fn new(store: impl Fn(&Secret) + Send + Sync + 'static) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for OnToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnToken")
    }
}
