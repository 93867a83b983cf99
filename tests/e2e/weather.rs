//! Network and service failures: HTML pages instead of responses, broken connections, unknown
//! hosts.

use std::time::Duration;

use saponify::salesforce::Credentials;
use saponify::{Error, Https, Session};
use saponify_sandbox::{Mode, Sandbox};

use crate::support::{USER, count, instance, org, start};
use crate::tenant::{Contact, Soap};

fn once() -> [Contact; 1] {
    [Contact::new().with_last_name("Once")]
}

/// The complete text of an error, with that of its sources.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!("; {cause}"));
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn a_page_is_not_mistaken_for_an_answer() {
    let tenant = start().await;
    for (mode, status, transient) in [
        (Mode::Html503, 503, true),
        (Mode::Html200, 200, false),
        (Mode::Status(502), 502, true),
    ] {
        tenant.sandbox.push_mode(mode.clone());
        let error = tenant.soap.get_server_timestamp().await.unwrap_err();
        assert!(
            error.is_protocol() && error.fault().is_none(),
            "{mode:?}: {error}"
        );
        assert_eq!(error.status().unwrap().as_u16(), status, "{mode:?}");
        assert_eq!(error.is_transient(), transient, "{mode:?}: {error}");
        let text = told(&error);
        assert!(
            !text.contains('<') && !text.chars().any(char::is_control),
            "{text:?}"
        );
        tenant.sandbox.push_mode(mode);
        let mut rows = tenant.soap.records::<Contact>("SELECT Id FROM Contact");
        assert!(rows.try_next().await.unwrap_err().is_protocol());
    }
}

#[tokio::test]
async fn empty_answers_are_errors() {
    let tenant = start().await;
    for status in [200, 204, 401, 404, 429, 500, 504] {
        tenant.sandbox.push_mode(Mode::Status(status));
        let error = tenant.soap.get_server_timestamp().await.unwrap_err();
        assert_eq!(error.status().map(|s| s.as_u16()), Some(status), "{error}");
        assert!(error.fault().is_none());
        assert_eq!(error.is_transient(), matches!(status, 429 | 504), "{error}");
    }
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_may_have_been_applied() {
    let tenant = start().await;
    tenant.sandbox.push_mode(Mode::Swallow);
    let error = tenant.soap.create(once()).await.unwrap_err();
    assert!(error.maybe_applied() && error.is_transport(), "{error}");
    assert_eq!(error.operation(), Some("create"));
    // The call was applied, and was not sent again.
    assert_eq!(tenant.sandbox.stats().calls("create"), 1);
    assert_eq!(
        count(&tenant.soap, "Contact WHERE LastName = 'Once'").await,
        1
    );
}

#[tokio::test]
async fn nobody_sends_a_create_twice() {
    let tenant = start().await;
    for mode in [
        Mode::Refuse,
        Mode::Html503,
        Mode::Truncate,
        Mode::Status(502),
    ] {
        tenant.sandbox.reset_stats();
        let sent = tenant.requests.bodies("create").len();
        tenant.sandbox.push_mode(mode.clone());
        let error = tenant.soap.create(once()).await.unwrap_err();
        assert!(error.maybe_applied(), "{mode:?}: {error}");
        assert_eq!(tenant.requests.bodies("create").len(), sent + 1, "{mode:?}");
        assert_eq!(tenant.sandbox.stats().requests, 1, "{mode:?}");
    }
    // A closed keep-alive connection does not disturb the next call.
    assert!(tenant.soap.create(once()).await.unwrap()[0].success);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_truncated() {
    let tenant = start().await;
    tenant.sandbox.push_mode(Mode::Truncate);
    let error = tenant.soap.describe_global().await.unwrap_err();
    assert!(error.is_transport() && error.is_transient(), "{error}");
    assert!(error.maybe_applied(), "{error}");
}

#[tokio::test]
async fn an_unreachable_host_is_not_a_broken_connection() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let (url, pem) = (sandbox.instance_url(), sandbox.certificate_pem().to_owned());
    sandbox.shutdown().await;
    let https = Https::builder()
        .no_proxy()
        .extra_root_certificate(&pem)
        .build()
        .unwrap();
    let session = Session::new(&format!("{url}/services/Soap/c/64.0"), "00D!x").unwrap();
    let soap = Soap::builder().transport(https).session(session).unwrap();
    let error = soap.create(once()).await.unwrap_err();
    assert!(error.is_connect() && !error.is_tls(), "{error}");
    // There was no connection, so any call may be repeated.
    assert!(error.is_transient() && !error.maybe_applied(), "{error}");
}

#[tokio::test]
async fn an_untrusted_certificate_ends_the_call() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let attempt = Soap::builder()
        .transport(Https::builder().no_proxy().build().unwrap())
        .login(&sandbox.login_url(), Credentials::new(USER.0, USER.1))
        .await;
    let error = attempt.unwrap_err();
    assert!(error.is_tls() && error.is_connect(), "{error}");
    assert!(!error.is_transient() || !error.maybe_applied(), "{error}");
    assert!(
        told(&error).to_lowercase().contains("certificate"),
        "{}",
        told(&error)
    );
    assert_eq!(sandbox.stats().requests, 0);
}

#[tokio::test]
async fn the_certificate_of_another_tenant_is_refused() {
    let (sandbox, other) = (
        Sandbox::builder(org()).start().await.unwrap(),
        Sandbox::builder(org()).start().await.unwrap(),
    );
    let https = crate::support::https(&other);
    let attempt = Soap::builder()
        .transport(https)
        .login(&sandbox.login_url(), Credentials::new(USER.0, USER.1))
        .await;
    assert!(attempt.unwrap_err().is_tls());
}

#[tokio::test]
async fn plain_http_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let plain = sandbox.login_url().replace("https://", "http://");
    let attempt = Soap::login(&plain, Credentials::new(USER.0, USER.1)).await;
    let error = attempt.unwrap_err();
    assert!(error.is_usage(), "{error}");
    assert!(error.to_string().contains("https"), "{error}");
    assert_eq!(
        (sandbox.stats().connections, sandbox.stats().requests),
        (0, 0)
    );
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_a_timeout() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let https = Https::builder()
        .no_proxy()
        .extra_root_certificate(sandbox.certificate_pem())
        .response_timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    let soap = Soap::builder()
        .transport(https)
        .allow_host(instance(&sandbox))
        .retry(saponify::Retry::none())
        .login(&sandbox.login_url(), Credentials::new(USER.0, USER.1))
        .await
        .unwrap();
    sandbox.push_mode(Mode::Delay(Duration::from_secs(3_600)));
    let error = soap.create(once()).await.unwrap_err();
    assert!(error.is_timeout() && error.maybe_applied(), "{error}");
}

#[tokio::test]
async fn a_call_that_is_dropped_leaves_the_client_usable() {
    let tenant = start().await;
    tenant
        .sandbox
        .push_mode(Mode::Delay(Duration::from_secs(3_600)));
    let slow = tenant.soap.get_server_timestamp();
    let given_up = tokio::time::timeout(Duration::from_millis(100), async { slow.await }).await;
    assert!(given_up.is_err());
    assert_eq!(tenant.soap.get_user_info().await.unwrap().user_name, USER.0);
}
