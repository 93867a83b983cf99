//! Logins that succeed and logins that are refused.

use crate::support::{demo, envelope, start};
use saponify_sandbox::{LoginMode, Mode};

#[tokio::test]
async fn a_session_leads_to_the_instance() {
    let tenant = start(demo()).await;
    let answer = tenant
        .login(
            "admin@acme.example",
            "correct-horseT0kenT0kenT0kenT0kenT0ke",
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let url = answer.one("serverUrl");
    assert!(url.starts_with(&tenant.sandbox.instance_url()), "{url}");
    assert!(
        url.ends_with("/services/Soap/c/64.0/00D5e000000AcMe/0DF5e0000004Fxy"),
        "{url}"
    );
    assert!(answer.one("sessionId").starts_with("00D5e000000AcMe!"));
    assert_eq!(answer.one("passwordExpired"), "false");
    assert_eq!(answer.one("userFullName"), "Ada Byron");
    assert!(!answer.has("LimitInfoHeader"));

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
        let answer = tenant.login(user, password).await;
        assert_eq!((answer.status, answer.fault().0), (500, code), "{user}");
    }
    assert_eq!(tenant.sandbox.stats().logins, 0);
    assert_eq!(tenant.sandbox.open_sessions(), 0);
}

#[tokio::test]
async fn an_expired_password_gives_a_session_for_nothing_else() {
    let tenant = start(demo()).await;
    let answer = tenant.login("expired@acme.example", "last-year").await;
    assert_eq!(
        (answer.status, answer.one("passwordExpired")),
        (200, "true")
    );
    let session = crate::support::Session {
        tenant: &tenant,
        url: answer.one("serverUrl").to_owned(),
        id: answer.one("sessionId").to_owned(),
    };
    let refused = session.query("SELECT Id FROM Account").await;
    assert_eq!(refused.fault().0, "INVALID_OPERATION_WITH_EXPIRED_PASSWORD");

    let id = answer.one("userId").to_owned();
    let set = format!(
        "<t:setPassword><t:userId>{id}</t:userId><t:password>brand-new-one</t:password></t:setPassword>"
    );
    assert_eq!(session.call("", &set).await.status, 200);
    let again = tenant.login("expired@acme.example", "brand-new-one").await;
    assert_eq!(again.one("passwordExpired"), "false");
}

#[tokio::test]
async fn versions_and_the_switch_of_the_org_are_minded() {
    let tenant = start(demo()).await;
    let answer = tenant
        .login_at(65, "integration@acme.example", "battery-staple")
        .await;
    assert_eq!(answer.fault().0, "UNSUPPORTED_API_VERSION");
    tenant.sandbox.set_soap_login(false);
    let answer = tenant
        .login("integration@acme.example", "battery-staple")
        .await;
    assert!(
        answer
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
        let answer = tenant
            .login_at(version, "integration@acme.example", "battery-staple")
            .await;
        assert_eq!(answer.fault().0, "UNSUPPORTED_API_VERSION", "{version}");
    }
    assert_eq!(tenant.sandbox.stats().refused_logins, 3);
}

#[tokio::test]
async fn too_many_logins_are_stopped() {
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
    let answer = tenant
        .login("integration@acme.example", "battery-staple")
        .await;
    assert_eq!(answer.fault(), ("INVALID_LOGIN", "Login Rate Exceeded"));
}

#[tokio::test]
async fn the_login_host_serves_nothing_else() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let header = format!(
        "<t:SessionHeader><t:sessionId>{}</t:sessionId></t:SessionHeader>",
        session.id
    );
    let url = tenant
        .sandbox
        .login_endpoint(saponify_sandbox::ApiVersion(64));
    let answer = tenant
        .post(&url, envelope(&header, "<t:getUserInfo/>"))
        .await
        .unwrap();
    assert_eq!(answer.fault().0, "UNKNOWN_EXCEPTION");
    assert!(answer.fault().1.starts_with("Destination URL not reset."));
}

#[tokio::test]
async fn sessions_are_shared_and_end() {
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
async fn secrets_do_not_show() {
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
