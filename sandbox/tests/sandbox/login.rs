//! Logins that succeed and logins that are refused.

use crate::support::{demo, envelope, start};
use saponify_sandbox::{LoginMode, Mode};

#[tokio::test]
async fn a_login_names_the_instance_and_its_session_works_there() {
    let tenant = start(demo()).await;
    let response = tenant
        .login(
            "admin@acme.example",
            "correct-horseT0kenT0kenT0kenT0kenT0ke",
        )
        .await;
    assert_eq!(response.status, 200, "{}", response.text);
    let url = response.one("serverUrl");
    assert!(url.starts_with(&tenant.sandbox.instance_url()), "{url}");
    assert!(
        url.ends_with("/services/Soap/c/64.0/00D5e000000AcMe/0DF5e0000004Fxy"),
        "{url}"
    );
    assert!(response.one("sessionId").starts_with("00D5e000000AcMe!"));
    assert_eq!(response.one("passwordExpired"), "false");
    assert_eq!(response.one("userFullName"), "Ada Byron");
    assert!(!response.has("LimitInfoHeader"));

    let session = tenant.session().await;
    let info = session.call("", "<t:getUserInfo/>").await;
    assert_eq!(info.one("userName"), "integration@acme.example");
    assert!(info.has("LimitInfoHeader"));
    assert_eq!(tenant.sandbox.stats().logins, 2);
}

#[tokio::test]
async fn every_refusal_has_its_code() {
    let tenant = start(demo()).await;
    for (user, password, code) in [
        ("integration@acme.example", "wrong", "INVALID_LOGIN"),
        ("nobody@acme.example", "wrong", "INVALID_LOGIN"),
        (
            "admin@acme.example",
            "correct-horse",
            "LOGIN_MUST_USE_SECURITY_TOKEN",
        ),
        ("admin@acme.example", "correct-horseT0ken", "INVALID_LOGIN"),
        ("locked@acme.example", "locked", "INVALID_LOGIN"),
        ("lockout@acme.example", "lockout", "PASSWORD_LOCKOUT"),
        (
            "abroad@acme.example",
            "abroad",
            "LOGIN_DURING_RESTRICTED_DOMAIN",
        ),
        (
            "nightshift@acme.example",
            "nightshift",
            "LOGIN_DURING_RESTRICTED_TIME",
        ),
        (
            "newphone@acme.example",
            "newphone",
            "LOGIN_CHALLENGE_ISSUED",
        ),
        ("noapi@acme.example", "noapi", "API_DISABLED_FOR_ORG"),
        ("nosoap@acme.example", "nosoap", "INVALID_OPERATION"),
        (
            "nopermission@acme.example",
            "nopermission",
            "INSUFFICIENT_ACCESS",
        ),
    ] {
        let response = tenant.login(user, password).await;
        assert_eq!((response.status, response.fault().0), (500, code), "{user}");
    }
    assert_eq!(tenant.sandbox.stats().logins, 0);
    assert_eq!(tenant.sandbox.open_sessions(), 0);
}

#[tokio::test]
async fn an_expired_password_gives_a_session_that_can_only_change_it() {
    let tenant = start(demo()).await;
    let response = tenant.login("expired@acme.example", "last-year").await;
    assert_eq!(
        (response.status, response.one("passwordExpired")),
        (200, "true")
    );
    let session = crate::support::Session {
        tenant: &tenant,
        url: response.one("serverUrl").to_owned(),
        id: response.one("sessionId").to_owned(),
    };
    let refused = session.query("SELECT Id FROM Account").await;
    assert_eq!(refused.fault().0, "INVALID_OPERATION_WITH_EXPIRED_PASSWORD");

    let id = response.one("userId").to_owned();
    let set = format!(
        "<t:setPassword><t:userId>{id}</t:userId><t:password>brand-new-one</t:password></t:setPassword>"
    );
    assert_eq!(session.call("", &set).await.status, 200);
    let again = tenant.login("expired@acme.example", "brand-new-one").await;
    assert_eq!(again.one("passwordExpired"), "false");
}

#[tokio::test]
async fn a_login_depends_on_the_version_and_the_setting_of_the_org() {
    let tenant = start(demo()).await;
    let response = tenant
        .login_at(65, "integration@acme.example", "battery-staple")
        .await;
    assert_eq!(response.fault().0, "UNSUPPORTED_API_VERSION");
    tenant.sandbox.set_soap_login(false);
    let response = tenant
        .login("integration@acme.example", "battery-staple")
        .await;
    assert!(
        response
            .fault()
            .1
            .starts_with("SOAP API login() is disabled by default in this org.")
    );
    tenant.sandbox.set_soap_login(true);
    tenant
        .sandbox
        .set_login_mode("integration@acme.example", LoginMode::OrgLocked);
    assert_eq!(
        tenant
            .login("integration@acme.example", "battery-staple")
            .await
            .fault()
            .0,
        "ORG_LOCKED"
    );
}

#[tokio::test]
async fn a_retired_login_is_refused_in_every_version() {
    let mut org = demo();
    org.limits_mut().login_max_version = 0;
    let tenant = start(org).await;
    for version in [31, 64, 67] {
        let response = tenant
            .login_at(version, "integration@acme.example", "battery-staple")
            .await;
        assert_eq!(response.fault().0, "UNSUPPORTED_API_VERSION", "{version}");
    }
    assert_eq!(tenant.sandbox.stats().refused_logins, 3);
}

#[tokio::test]
async fn too_many_logins_are_refused() {
    let mut org = demo();
    org.limits_mut().logins_per_hour = 3;
    let tenant = start(org).await;
    for _ in 0..3 {
        assert_eq!(
            tenant
                .login("integration@acme.example", "battery-staple")
                .await
                .status,
            200
        );
    }
    let response = tenant
        .login("integration@acme.example", "battery-staple")
        .await;
    assert_eq!(response.fault(), ("INVALID_LOGIN", "Login Rate Exceeded"));
}

#[tokio::test]
async fn the_login_host_serves_only_logins() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let header = format!(
        "<t:SessionHeader><t:sessionId>{}</t:sessionId></t:SessionHeader>",
        session.id
    );
    let url = tenant
        .sandbox
        .login_endpoint(saponify_sandbox::ApiVersion(64));
    let response = tenant
        .post(&url, envelope(&header, "<t:getUserInfo/>"))
        .await
        .unwrap();
    assert_eq!(response.fault().0, "UNKNOWN_EXCEPTION");
    assert!(response.fault().1.starts_with("Destination URL not reset."));
}

#[tokio::test]
async fn clients_of_a_user_share_a_session_that_ends_for_all() {
    let tenant = start(demo()).await;
    let first = tenant.session().await;
    let second = tenant.session().await;
    assert_eq!(first.id, second.id);
    let out = first.call("", "<t:logout/>").await;
    assert!(out.has("<logoutResponse></logoutResponse>"), "{}", out.text);
    let (code, message) = ("INVALID_SESSION_ID", "Illegal Session");
    let lost = second.call("", "<t:getServerTimestamp/>").await;
    assert_eq!(lost.fault().0, code);
    assert!(lost.fault().1.contains(message));

    let third = tenant.session().await;
    tenant
        .sandbox
        .set_session_life(std::time::Duration::from_millis(30));
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    assert_eq!(
        third.call("", "<t:getServerTimestamp/>").await.fault().0,
        code
    );
}

#[tokio::test]
async fn secrets_are_not_in_debug_output() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let shown = format!(
        "{:?} {:?} {:?}",
        tenant.sandbox,
        tenant.sandbox.org(),
        tenant.sandbox.stats()
    );
    assert!(!shown.contains("battery-staple") && !shown.contains(&session.id));
    tenant.sandbox.set_mode(Mode::Normal);
}
