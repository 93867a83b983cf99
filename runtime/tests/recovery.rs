//! What can be done about each way to fail: SOAP API Developer Guide, "Core Data Types" and the
//! limits, and what other clients of the service have learnt.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "shape/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)]
mod shape;

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use saponify::transport::testing::{Failure, Scripted};
use saponify::transport::{Body, Exchange, Request, Response, Transport};
use saponify::{Error, Recovery, Session};
use shape::{Account, Soap};

use Recovery::{GiveUp, LogIn, QueryAgain, QueryLess, Retry, Wait};

fn client(transport: impl Transport) -> Soap {
    let session = Session::new("https://example.com/services/Soap/c/64.0", "CANARY").unwrap();
    Soap::builder()
        .transport(transport)
        .retry(saponify::Retry::none())
        .session(session)
        .unwrap()
}

/// The error of a call and that of a stream of rows, which read answers in different ways.
async fn errors(transport: impl Fn() -> Scripted) -> [Error; 2] {
    let call = client(transport()).query("SELECT").await.unwrap_err();
    let soap = client(transport());
    let rows = soap.records::<Account>("SELECT").try_next().await;
    [call, rows.unwrap_err()]
}

fn fault(code: &str, message: &str, extended: &str) -> String {
    let extended = match extended {
        "" => String::new(),
        code => format!(
            "<f:extendedErrorDetails><t:extendedErrorCode>{code}</t:extendedErrorCode>\
             </f:extendedErrorDetails>"
        ),
    };
    format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns:f='urn:fault.enterprise.soap.sforce.com' xmlns:t='urn:enterprise.soap.sforce.com'>\
         <e:Body><e:Fault><faultcode>f:{code}</faultcode><faultstring>{code}: {message}\
         </faultstring><detail><f:UnexpectedErrorFault><f:exceptionCode>{code}</f:exceptionCode>\
         <f:exceptionMessage>{message}</f:exceptionMessage>{extended}</f:UnexpectedErrorFault>\
         </detail></e:Fault></e:Body></e:Envelope>"
    )
}

#[tokio::test]
async fn every_code_has_its_recovery() {
    const LONG: &str = "ConcurrentRequests (Concurrent API Requests) Limit exceeded.";
    for (code, message, extended, recovery) in [
        ("SERVER_UNAVAILABLE", "busy", "", Retry),
        ("UNABLE_TO_LOCK_ROW", "by 001", "", Retry),
        ("TOO_MANY_APEX_REQUESTS", "", "", Retry),
        ("REQUEST_RUNNING_TOO_LONG", "", "", Retry),
        ("FUNCTIONALITY_TEMPORARILY_UNAVAILABLE", "", "", Retry),
        ("API_CURRENTLY_DISABLED", "", "", Retry),
        (
            "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
            "",
            "",
            Retry,
        ),
        ("ORG_IN_MAINTENANCE", "", "", Retry),
        ("REQUEST_LIMIT_EXCEEDED", LONG, "", Retry),
        (
            "REQUEST_LIMIT_EXCEEDED",
            "TotalRequests Limit exceeded.",
            "",
            Wait,
        ),
        ("REQUEST_LIMIT_EXCEEDED", "of next year", "", Wait),
        (
            "INVALID_QUERY_LOCATOR",
            "",
            "TEMPORARY_QUERY_MORE_FAILURE",
            Retry,
        ),
        (
            "UNKNOWN_EXCEPTION",
            "",
            "TEMPORARY_QUERY_MORE_FAILURE",
            Retry,
        ),
        (
            "INVALID_QUERY_LOCATOR",
            "",
            "QUERY_LOCATOR_EXPIRED",
            QueryAgain,
        ),
        (
            "INVALID_QUERY_LOCATOR",
            "",
            "QUERY_LOCATOR_NOT_FOUND",
            QueryAgain,
        ),
        ("INVALID_QUERY_LOCATOR", "", "", QueryAgain),
        (
            "INVALID_QUERY_LOCATOR",
            "",
            "INVALID_QUERY_LOCATOR_FORMAT",
            GiveUp,
        ),
        ("QUERY_TIMEOUT", "", "", QueryLess),
        ("OPERATION_TOO_LARGE", "", "", QueryLess),
        ("INVALID_SESSION_ID", "", "", LogIn),
        ("ORG_NOT_OWNED_BY_INSTANCE", "", "", LogIn),
        ("INVALID_LOGIN", "", "", GiveUp),
        ("LOGIN_MUST_USE_SECURITY_TOKEN", "", "", GiveUp),
        ("LOGIN_CHALLENGE_ISSUED", "", "", GiveUp),
        ("LOGIN_CHALLENGE_PENDING", "", "", GiveUp),
        ("LOGIN_DURING_RESTRICTED_DOMAIN", "", "", GiveUp),
        ("LOGIN_DURING_RESTRICTED_TIME", "", "", GiveUp),
        ("PASSWORD_LOCKOUT", "", "", GiveUp),
        ("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "", "", GiveUp),
        ("API_DISABLED_FOR_ORG", "", "", GiveUp),
        ("ORG_LOCKED", "", "", GiveUp),
        ("TRIAL_EXPIRED", "", "", GiveUp),
        ("MUTUAL_AUTHENTICATION_FAILED", "", "", GiveUp),
        ("MALFORMED_QUERY", "", "", GiveUp),
        ("MALFORMED_SEARCH", "", "", GiveUp),
        ("INVALID_FIELD", "", "", GiveUp),
        ("INVALID_TYPE", "", "", GiveUp),
        ("INSUFFICIENT_ACCESS", "", "", GiveUp),
        ("UNSUPPORTED_API_VERSION", "", "", GiveUp),
        ("UNSUPPORTED_CLIENT", "", "", GiveUp),
        ("TXN_SECURITY_NO_ACCESS", "", "", GiveUp),
        ("INVALID_OPERATION", "login() is disabled", "", GiveUp),
        ("UNKNOWN_EXCEPTION", "", "", GiveUp),
        ("A_CODE_OF_NEXT_YEAR", "", "", GiveUp),
        ("Server", "of another service", "", GiveUp),
    ] {
        let body = fault(code, message, extended);
        for status in [200, 500, 503] {
            let answer = || Scripted::new().answer_with(status, "text/xml", body.clone());
            for error in errors(answer).await {
                let fault = error.fault().unwrap();
                assert_eq!(error.recovery(), recovery, "{code} {extended} {message}");
                assert_eq!(fault.recovery(), recovery);
                assert_eq!(error.is_transient(), recovery == Retry, "{code}");
                assert_eq!(fault.is_transient(), recovery == Retry, "{code}");
                assert_eq!(error.is_session_expired(), code == "INVALID_SESSION_ID");
                let codes: Vec<_> = fault.extended_codes().collect();
                assert_eq!(codes.join(" "), extended);
                // Only these may come when a part is done already.
                let doubt = ["REQUEST_RUNNING_TOO_LONG", "UNKNOWN_EXCEPTION"].contains(&code);
                assert_eq!(error.maybe_applied(), doubt, "{code}");
            }
        }
        if extended.is_empty() {
            assert_eq!(Recovery::of_code(code, message), recovery, "{code}");
        }
    }
}

#[tokio::test]
async fn answers_that_are_no_faults_tell_it_by_their_status_or_text() {
    let empty =
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body/></e:Envelope>";
    for (status, body, recovery, applied) in [
        // Refused before anything was done.
        (420, "", Retry, false),
        (429, "Too many requests", Retry, false),
        (502, "<html>Bad gateway</html>", Retry, true),
        (503, "<html>Down</html>", Retry, true),
        (503, empty, Retry, true),
        (504, "", Retry, true),
        (500, "no healthy upstream", Retry, true),
        (
            200,
            "upstream connect error or disconnect/reset",
            Retry,
            true,
        ),
        (
            200,
            "<html><title>Sorry</title>We are down for maintenance.</html>",
            Retry,
            true,
        ),
        (500, "<html>Oops</html>", GiveUp, true),
        (500, "", GiveUp, true),
        (200, "<html>Login</html>", GiveUp, true),
        (401, "", GiveUp, false),
        (404, "<html>Not found</html>", GiveUp, false),
    ] {
        for media in ["text/html", "text/xml"] {
            let answer = || Scripted::new().answer_with(status, media, body);
            for error in errors(answer).await {
                let shown = format!("{status} {media} {body}: {error}");
                assert_eq!(error.recovery(), recovery, "{shown}");
                assert_eq!(error.is_transient(), recovery == Retry, "{shown}");
                assert_eq!(error.maybe_applied(), applied, "{shown}");
                assert!(error.fault().is_none() && !error.is_session_expired());
                assert_eq!(error.retry_after(), None);
            }
        }
    }
}

#[tokio::test]
async fn broken_connections_are_worth_another_try() {
    for (failure, recovery, applied) in [
        (Failure::Connect, Retry, false),
        (Failure::Reset, Retry, true),
        (Failure::Timeout, Retry, true),
        (Failure::Tls, GiveUp, false),
    ] {
        let answer = || Scripted::new().fail(failure);
        for error in errors(answer).await {
            assert_eq!(error.recovery(), recovery, "{error}");
            assert_eq!(error.maybe_applied(), applied, "{error}");
        }
    }
    // An argument that cannot be sent stays one.
    let error = client(Scripted::new()).query("\u{0}").await.unwrap_err();
    assert_eq!((error.recovery(), error.maybe_applied()), (GiveUp, false));
}

/// Asks to wait, as a gateway or as the service itself.
#[derive(Debug)]
struct Later(&'static str);

impl Transport for Later {
    fn send(&self, _: Request) -> Exchange {
        let body = Body::from_bytes(self.0);
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static("45"));
        let response = Response::new(StatusCode::SERVICE_UNAVAILABLE, body).with_headers(headers);
        Box::pin(async { Ok(response) })
    }
}

#[tokio::test]
async fn how_long_to_wait_is_kept() {
    let fault = fault("SERVER_UNAVAILABLE", "busy", "").leak();
    for body in ["", "<html>busy</html>", fault] {
        let soap = client(Later(body));
        let mut rows = soap.records::<Account>("SELECT");
        for error in [
            soap.query("SELECT").await.unwrap_err(),
            rows.try_next().await.unwrap_err(),
        ] {
            assert_eq!(
                error.retry_after(),
                Some(Duration::from_secs(45)),
                "{error}"
            );
            assert_eq!(error.recovery(), Retry);
        }
    }
}
