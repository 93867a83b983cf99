//! What to do about the errors of Salesforce's token endpoint.
//!
//! The service answers with a code of RFC 6749 or a code of its own, and with a description. The
//! description distinguishes the causes.

/// A cause: the error code, a lower-case part of the description or an empty text, and the advice.
struct Cause {
    code: &'static str,
    description: &'static str,
    advice: &'static str,
}

const fn cause(code: &'static str, description: &'static str, advice: &'static str) -> Cause {
    Cause {
        code,
        description,
        advice,
    }
}

/// The first cause that matches is used, so causes with a description come first.
const CAUSES: &[Cause] = &[
    cause(
        "invalid_grant",
        "request not supported on this domain",
        "this flow is not served at login.salesforce.com or test.salesforce.com; give the My Domain \
         address of the organization, https://NAME.my.salesforce.com",
    ),
    cause(
        "invalid_grant",
        "no client credentials user enabled",
        "the app has no user for this flow; in its policies, under Client Credentials Flow, choose \
         a Run As user",
    ),
    cause(
        "invalid_grant",
        "no valid scopes",
        "the app has no scope that this flow can use; add the scope api (full and refresh_token do \
         not count for this flow)",
    ),
    cause(
        "invalid_grant",
        "hasn't approved this consumer",
        "the user has not been admitted to the app; set its Permitted Users to \"Admin approved \
         users are pre-authorized\" and assign the user's profile or permission set to it, or let \
         the user log in to it once in the browser",
    ),
    cause(
        "invalid_grant",
        "audience",
        "the audience is wrong; it is the address where the user logs in, https://NAME.my.\
         salesforce.com, or https://login.salesforce.com, or https://test.salesforce.com for a \
         sandbox: see JwtBearer::audience",
    ),
    cause(
        "invalid_grant",
        "assertion",
        "the assertion is not accepted; check the consumer key, that the app has the certificate \
         of this very key, and that the clock of this machine is right",
    ),
    cause(
        "invalid_grant",
        "authorization code",
        "the authorization code was used already or is too old; log in again",
    ),
    cause(
        "invalid_grant",
        "code verifier",
        "the proof key does not belong to this login; log in again",
    ),
    cause(
        "invalid_grant",
        "refresh token",
        "the refresh token has expired, was revoked, or was replaced by a newer one that was not \
         stored; log in again, and store new tokens as they come",
    ),
    cause(
        "invalid_grant",
        "authentication failure",
        "the user cannot log in: check the user name, that the user is active, and that address \
         and hour of the login are allowed",
    ),
    cause(
        "invalid_grant",
        "ip restricted",
        "the address of this machine is outside the ranges that the app or the profile allows; \
         change them, or the app's IP Relaxation",
    ),
    cause(
        "invalid_grant",
        "user",
        "the user name does not exist in this organization, or the address is that of another one \
         (sandboxes have their own)",
    ),
    cause(
        "invalid_client_id",
        "",
        "the consumer key is not known here; copy it from the app, and wait some minutes after the \
         app was made",
    ),
    cause(
        "invalid_client_credentials",
        "",
        "consumer key and secret do not belong together; copy both from the app",
    ),
    cause(
        "invalid_client",
        "",
        "consumer key and secret do not belong together; copy both from the app",
    ),
    cause(
        "invalid_app_access",
        "",
        "the user may not use the app; assign it to the user's profile or permission set",
    ),
    cause(
        "app_not_found",
        "",
        "the app is not installed in this organization, or the address is that of another one; \
         External Client Apps require the My Domain address as host and audience",
    ),
    cause(
        "oauth_approval_error",
        "",
        "the user may not approve an app that is not installed; an administrator must install it, \
         or give the permission Approve Uninstalled Connected Apps",
    ),
    cause(
        "oauth_app_blocked",
        "",
        "an administrator has blocked the app; see Connected Apps OAuth Usage in Setup",
    ),
    cause(
        "redirect_uri_mismatch",
        "",
        "the redirect address must be one of the app's Callback URLs, letter for letter",
    ),
    cause(
        "access_denied",
        "",
        "the user or a login policy refused the access",
    ),
    cause(
        "invalid_scope",
        "",
        "the app does not allow one of the scopes; add it to the app or ask for less",
    ),
    cause(
        "unsupported_grant_type",
        "",
        "this flow is switched off; enable it in the app and in the organization's OAuth and \
         OpenID Connect Settings",
    ),
    cause(
        "unauthorized_client",
        "",
        "the app may not use this flow; enable it in the app",
    ),
    cause("inactive_user", "", "the user is deactivated or frozen"),
    cause(
        "inactive_org",
        "",
        "the organization is locked, closed or suspended",
    ),
    cause(
        "rate_limit_exceeded",
        "",
        "too many logins of this user or app; log in less often and keep sessions",
    ),
];

/// What to do about an error of the token endpoint.
pub(super) fn advice(code: &str, description: &str) -> &'static str {
    let code = code.trim().to_ascii_lowercase();
    let description = description.to_ascii_lowercase().replace('\u{2019}', "'");
    CAUSES
        .iter()
        .find(|cause| cause.code == code && description.contains(cause.description))
        .map_or(
            "see \"OAuth 2.0 Authorization Errors\" in Salesforce Help and the user's login history",
            |cause| cause.advice,
        )
}

/// Whether the same request may succeed later. Every other error is a refusal.
pub(super) fn passes(status: http::StatusCode, code: &str) -> bool {
    status.is_server_error()
        || matches!(status.as_u16(), 420 | 429)
        || matches!(
            code,
            "rate_limit_exceeded" | "server_error" | "temporarily_unavailable" | "unknown_error"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_description_leads_to_its_own_advice() {
        for (code, description, expected) in [
            (
                "invalid_grant",
                "request not supported on this domain",
                "My Domain",
            ),
            (
                "invalid_grant",
                "no client credentials user enabled",
                "Run As",
            ),
            ("invalid_grant", "no valid scopes defined", "scope api"),
            (
                "invalid_grant",
                "user hasn't approved this consumer",
                "pre-authorized",
            ),
            (
                "invalid_grant",
                "user hasn\u{2019}t approved this consumer",
                "pre-authorized",
            ),
            ("invalid_grant", "audience is invalid", "audience"),
            ("invalid_grant", "Audience validation failed", "audience"),
            ("invalid_grant", "invalid assertion", "certificate"),
            (
                "invalid_grant",
                "expired authorization code",
                "log in again",
            ),
            (
                "invalid_grant",
                "expired access/refresh token",
                "refresh token",
            ),
            ("invalid_grant", "authentication failure", "active"),
            (
                "invalid_client_id",
                "client identifier invalid",
                "consumer key",
            ),
            ("invalid_client", "invalid client credentials", "secret"),
            ("redirect_uri_mismatch", "", "Callback URLs"),
            ("something_new", "whatever", "Salesforce Help"),
        ] {
            let advice = advice(code, description);
            assert!(advice.contains(expected), "{code} {description}: {advice}");
        }
    }

    #[test]
    fn every_advice_can_be_reached() {
        for cause in CAUSES {
            assert_eq!(advice(cause.code, cause.description), cause.advice);
        }
    }

    #[test]
    fn refusals_are_told_from_outages() {
        use http::StatusCode as S;
        for (status, code, expected) in [
            (S::BAD_REQUEST, "invalid_grant", false),
            (S::UNAUTHORIZED, "invalid_client", false),
            (S::BAD_REQUEST, "rate_limit_exceeded", true),
            (S::TOO_MANY_REQUESTS, "", true),
            (S::SERVICE_UNAVAILABLE, "", true),
            (S::INTERNAL_SERVER_ERROR, "invalid_grant", true),
            (S::FORBIDDEN, "", false),
        ] {
            assert_eq!(passes(status, code), expected, "{status} {code}");
        }
    }
}
