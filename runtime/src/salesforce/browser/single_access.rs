//! `singleaccess`: an address that logs a browser in once, for sessions that are OAuth tokens.

use std::fmt;

use serde_core::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::return_path;
use crate::client::Client;
use crate::client::oauth::form::Form;
use crate::error::{Error, ErrorKind};
use crate::salesforce::auth::below;
use crate::secret::Secret;

impl Client {
    /// An address that logs a browser in and then shows `path` of the organization. It works once
    /// and only for a short time. The session must be an OAuth token with the scope `web` or
    /// `full`.
    ///
    /// # Errors
    ///
    /// Returns an error with [`Error::is_session_expired`] if the session is not valid any more,
    /// which this endpoint reports as status 403, and a usage error if the path is not relative to
    /// the organization.
    pub async fn single_access(&self, path: &str) -> Result<Secret, Error> {
        const WHAT: &str = "singleaccess";
        let path = return_path::check(path)?;
        let session = self.session();
        let id = session
            .id
            .as_ref()
            .ok_or_else(|| Error::usage("the client has no session to pass on"))?;
        let form = Form::new()
            .secret("access_token", id)
            .field("redirect_uri", path);
        let context = self.auth_context();
        let address = below(&session.endpoint, "oauth2/singleaccess");
        let answer = context.post(address.clone(), WHAT, &form).await?;
        let failed = |kind, message: &str| {
            Err(Error::new(kind, message)
                .with_status(answer.status)
                .with_operation(WHAT))
        };
        if matches!(answer.status.as_u16(), 401 | 403) {
            return failed(
                ErrorKind::SessionLost,
                "the session is over, or has neither the scope web nor full",
            );
        }
        let fields = serde_json::from_slice::<Fields>(&answer.body).unwrap_or_default();
        let (true, Some(link)) = (answer.status.is_success(), fields.frontdoor_uri) else {
            return failed(
                ErrorKind::Protocol,
                "the service returned no address for the browser",
            );
        };
        // The address logs in everyone who opens it, so its host must be one of the organization.
        let known = context.session_endpoint(&address, link.expose());
        known.map_err(|error| error.with_operation(WHAT))?;
        Ok(link)
    }
}

#[derive(Debug, Default)]
struct Fields {
    frontdoor_uri: Option<Secret>,
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Fields, M::Error> {
                let mut fields = Fields::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "frontdoor_uri" {
                        fields.frontdoor_uri =
                            map.next_value::<Option<String>>()?.map(Secret::from);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Read)
    }
}
