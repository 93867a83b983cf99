//! Messages and advice for calls that failed.

use saponify::Recovery;

use crate::connector::error::{Error, Kind};
use crate::connector::sources::Failure;

/// Makes the error of a failed call: `doing` says what was attempted, and advice is added where there is
/// any.
pub(super) fn failed(doing: impl Into<String>, error: saponify::Error) -> Error {
    let help = help(&error);
    let failed = Error::new(Kind::Service, doing).because(error);
    match help {
        Some(help) => failed.help(help),
        None => failed,
    }
}

fn help(error: &saponify::Error) -> Option<&'static str> {
    let code = error.fault().map_or("", |fault| fault.code());
    Some(match code {
        _ if error.is_foreign_endpoint() => "if the host is yours, allow it by --allow-host",
        _ if error.is_tls() => {
            "if a certificate authority of your own has signed the certificate, give it by --certificate"
        }
        _ if error.is_connect() => {
            "check the address, the network and the proxy (HTTPS_PROXY); nothing was sent"
        }
        _ if error.is_password_expired() => {
            "let the user set a new password, then deactivate the connection and activate it again"
        }
        "INVALID_LOGIN" | "INVALID_SESSION_ID" => {
            "deactivate the connection and activate it again with valid credentials"
        }
        "INSUFFICIENT_ACCESS" | "INSUFFICIENT_ACCESS_OR_READONLY" | "API_DISABLED_FOR_ORG" => {
            "run `saponify connector test`, which says which permission is missing"
        }
        "TXN_SECURITY_METERING_ERROR" => {
            "give the user the permission \"Exempt from Transaction Security\""
        }
        _ if error.is_protocol() => {
            "the address does not respond with SOAP: check that it is the address of the org, and that no \
             proxy or maintenance page responds in its place"
        }
        _ if error.recovery() == Recovery::Wait => {
            "the daily API calls are used up; the connector continues by itself when calls are available"
        }
        _ if error.is_transient() || error.is_timeout() => "try again later",
        _ => return None,
    })
}

/// Classifies the failure of a query for the sources.
pub(super) fn query_failed(query: &str, error: saponify::Error) -> Failure {
    let object = object_of(query);
    if let Some(fault) = error.fault() {
        match fault.code() {
            "INVALID_FIELD"
            | "INVALID_FIELD_FOR_INSERT_UPDATE"
            | "INVALID_QUERY_FILTER_OPERATOR" => {
                if let Some(field) = refused_field(query, fault.message()) {
                    return Failure::Field(field);
                }
            }
            "INVALID_TYPE" | "INSUFFICIENT_ACCESS" | "INSUFFICIENT_ACCESS_OR_READONLY" => {
                let refused = failed(
                    format!("the org does not let the user read {object}"),
                    error,
                );
                return Failure::Other(refused.help(permission_for(object)));
            }
            _ => {}
        }
    }
    match error.recovery() {
        Recovery::QueryLess => Failure::TooLarge,
        Recovery::QueryAgain => Failure::CursorLost,
        _ if error.is_limit() => Failure::TooLarge,
        _ => Failure::Other(failed(format!("cannot read {object}"), error)),
    }
}

/// The object that a query reads.
fn object_of(query: &str) -> &str {
    let after = query.split_once(" FROM ").map_or("", |(_, after)| after);
    after.split_whitespace().next().unwrap_or("the rows")
}

/// Advice that names the permission which a user needs in order to read an object.
pub(super) fn permission_for(object: &str) -> &'static str {
    match object {
        "LoginHistory" | "LoginGeo" => {
            "give the user of the connection the permission \"Monitor Login History\" or \"Manage Users\""
        }
        "SetupAuditTrail" => {
            "give the user of the connection the permission \"View Setup and Configuration\" (in newer \
             orgs \"View Setup Audit Trail\")"
        }
        "EventLogFile" => {
            "give the user of the connection the permission \"View Event Log Files\"; without Event \
             Monitoring, files of a few types are served for one day"
        }
        _ => "run `saponify connector test`, which says which permission is missing",
    }
}

/// The field of the query that a message such as `No such column 'Interval' on entity …` names.
fn refused_field(query: &str, message: &str) -> Option<String> {
    let fields: Vec<&str> = query
        .strip_prefix("SELECT ")?
        .split_once(" FROM ")?
        .0
        .split(", ")
        .collect();
    // Messages also quote other texts. Only a quoted text that is a field of the query counts.
    message
        .split('\'')
        .map(str::trim)
        .find_map(|name| {
            let is = |field: &str| field.eq_ignore_ascii_case(name);
            let exact = fields.iter().find(|field| is(field));
            // For `CreatedBy.Username`, a message may name either part.
            let part = || fields.iter().find(|field| field.split('.').any(is));
            exact.or_else(part)
        })
        .map(|field| (*field).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refused_field_is_found_in_the_message() {
        let query =
            "SELECT Id, Interval, CreatedBy.Username, LoginGeo.City FROM X WHERE Id != null";
        for (message, field) in [
            (
                "\nSELECT Id, Interval\n           ^\nERROR at Row:1:Column:12\nNo such column 'Interval' on \
                 entity 'EventLogFile'. If you are attempting to use a custom field",
                Some("Interval"),
            ),
            (
                "No such column 'Username' on entity 'Name'",
                Some("CreatedBy.Username"),
            ),
            (
                "Didn't understand relationship 'LoginGeo' in field path.",
                Some("LoginGeo.City"),
            ),
            ("No such column 'Other' on entity 'X'", None),
            ("something else", None),
        ] {
            assert_eq!(refused_field(query, message).as_deref(), field, "{message}");
        }
    }
}
