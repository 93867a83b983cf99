//! The responses of the token endpoint (RFC 6749, sections 5.1 and 5.2, with Salesforce's fields).

use std::fmt;

use serde_core::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::token_errors::{advice, passes};
use crate::client::oauth::form::Form;
use crate::client::oauth::jwt::has_jwt_format;
use crate::client::redact::Redact;
use crate::client::{AuthContext, FormResponse, Session};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::lexical::Id;
use crate::secret::Secret;

/// A session, and a refresh token if there is one.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) session: Session,
    pub(super) refresh_token: Option<Secret>,
}

/// Requests a token. `what` names the flow in errors.
pub(super) async fn ask(
    context: &AuthContext,
    address: Endpoint,
    what: &'static str,
    form: &Form,
) -> Result<Granted, Error> {
    let answer = context.post(address.clone(), what, form).await?;
    let Ok(fields) = serde_json::from_slice::<Fields>(&answer.body) else {
        // The page itself is not quoted, because it may repeat the request.
        let message = format!(
            "the token endpoint at {address} answered with something other than JSON; check the \
             address, which is that of the organization, without a path"
        );
        return Err(failed(&answer, "", message).with_operation(what));
    };
    // No error may contain a secret of the request or of the response.
    let known = form.secrets().chain(fields.secrets());
    let redact = Redact::new(known.chain(context.settings.transport.secrets()));
    let granted = read(context, &address, &answer, &fields, &redact);
    granted.map_err(|error| redact.clean(error).with_operation(what))
}

/// The fields of both kinds of response. They are wiped when they are dropped.
#[derive(Debug, Default)]
struct Fields {
    access_token: Option<Secret>,
    refresh_token: Option<Secret>,
    instance_url: Option<Secret>,
    id: Option<Secret>,
    error: Option<Secret>,
    error_description: Option<Secret>,
}

impl Fields {
    fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.access_token.iter().chain(&self.refresh_token)
    }
}

fn read(
    context: &AuthContext,
    asked: &Endpoint,
    answer: &FormResponse,
    fields: &Fields,
    redact: &Redact,
) -> Result<Granted, Error> {
    if let (true, Some(token)) = (answer.status.is_success(), &fields.access_token) {
        return granted(context, asked, token, fields);
    }
    let text = |field: &Option<Secret>| {
        let text = field.as_ref().map_or("", Secret::expose);
        match redact.strip(text).is_some() {
            true => "(not shown, because it repeats a secret)".to_owned(),
            false => printable(text),
        }
    };
    let (code, description) = (text(&fields.error), text(&fields.error_description));
    let shown = match (code.as_str(), description.as_str()) {
        ("", "") => "no reason given".to_owned(),
        (code, "") => code.to_owned(),
        (code, description) => format!("{code}: {description}"),
    };
    let advice = advice(&code, &description);
    let message = format!("no session was given ({shown}); {advice}");
    Err(failed(answer, &code, message))
}

fn failed(answer: &FormResponse, code: &str, message: String) -> Error {
    let kind = match passes(answer.status, code) {
        true => ErrorKind::Unavailable,
        false => ErrorKind::Login,
    };
    Error::new(kind, message)
        .with_status(answer.status)
        .with_retry_after(answer.retry_after)
}

fn granted(
    context: &AuthContext,
    asked: &Endpoint,
    token: &Secret,
    fields: &Fields,
) -> Result<Granted, Error> {
    check(token.expose())?;
    let named = fields.instance_url.as_ref().map(Secret::expose);
    let named = named.filter(|url| !url.is_empty()).ok_or_else(|| {
        Error::new(
            ErrorKind::Login,
            "the response has an access token but no instance_url, so it is unknown where the token \
             is valid",
        )
    })?;
    let endpoint = context.session_endpoint(asked, named)?;
    let mut session = Session::at(endpoint, token.clone());
    let (organization, user) = ids(fields.id.as_ref().map_or("", Secret::expose));
    session.organization_id = organization;
    session.user_id = user;
    Ok(Granted {
        session,
        refresh_token: fields.refresh_token.clone(),
    })
}

/// Refuses a token that SOAP does not accept, before it is sent.
pub(super) fn check(token: &str) -> Result<(), Error> {
    let unusable = |message: &str| Err(Error::new(ErrorKind::Login, message));
    if token.trim().is_empty() {
        return unusable("the session id or access token is empty");
    }
    if has_jwt_format(token) {
        return unusable(
            "the access token is in JWT format, which the SOAP API does not accept; switch off \
             \"Issue JSON Web Token (JWT)-based access tokens\" in the app's OAuth settings, and \
             get a new token",
        );
    }
    if token.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return unusable(
            "the session id or access token has a space or a line break in it; copy it again",
        );
    }
    Ok(())
}

/// The organization and the user in the identity address, `https://host/id/ORGANIZATION/USER`.
fn ids(identity: &str) -> (Option<Id>, Option<Id>) {
    let mut parts = identity.rsplit('/');
    let user = parts.next().and_then(Id::from_wire);
    let organization = parts.next().and_then(Id::from_wire);
    (organization, user)
}

/// The part of a text of the service that may be shown: printable and not long.
fn printable(text: &str) -> String {
    let plain = text.chars().map(|c| match c {
        ' '..='~' | '\u{2019}' => c,
        c if c.is_alphanumeric() => c,
        _ => '?',
    });
    plain.take(200).collect()
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
                    let field = match name.as_str() {
                        "access_token" => &mut fields.access_token,
                        "refresh_token" => &mut fields.refresh_token,
                        "instance_url" => &mut fields.instance_url,
                        "id" => &mut fields.id,
                        "error" => &mut fields.error,
                        "error_description" => &mut fields.error_description,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                    };
                    *field = map.next_value::<Option<String>>()?.map(Secret::from);
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_tokens_are_refused_with_the_reason() {
        for (token, expected) in [
            ("", "empty"),
            ("  ", "empty"),
            ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "JWT format"),
            ("00D!AQ\n", "line break"),
            ("00D !AQ", "space"),
        ] {
            let error = check(token).unwrap_err();
            assert!(
                error.is_login() && error.to_string().contains(expected),
                "{error}"
            );
        }
        check("00D000000000001!AQ4AQ.abc_def.ghi").unwrap();
    }

    #[test]
    fn fields_are_read_and_the_others_skipped() {
        let json = br#"{"access_token":"a","signature":{"x":[1]},"issued_at":"1","id":null,
            "instance_url":"https://h","refresh_token":"r","scope":"api"}"#;
        let fields: Fields = serde_json::from_slice(json).unwrap();
        assert_eq!(fields.access_token.unwrap().expose(), "a");
        assert_eq!(fields.refresh_token.unwrap().expose(), "r");
        assert!(fields.id.is_none() && fields.error.is_none());
        for json in [
            "",
            "[]",
            "null",
            "<html>",
            r#"{"access_token":1}"#,
            r#"{"a":"#,
        ] {
            assert!(serde_json::from_str::<Fields>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn ids_come_from_the_identity_address() {
        let (organization, user) =
            ids("https://login.salesforce.com/id/00D1x0000000001EAA/0051x0000000001AAA");
        assert_eq!(
            organization.map(|id| id.as_str().to_owned()).as_deref(),
            Some("00D1x0000000001EAA")
        );
        assert_eq!(
            user.map(|id| id.as_str().to_owned()).as_deref(),
            Some("0051x0000000001AAA")
        );
        assert_eq!(ids(""), (None, None));
    }
}
