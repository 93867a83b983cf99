//! Client credentials, and what all grant types have in common.

use saponify_sandbox::LoginMode;

use super::client::{Client, ROBOT, SYNC};
use crate::support::{demo, start};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn client_credentials_run_as_the_user_of_the_app() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let page = client.token(&[SYNC[0], SYNC[1], GRANT]).await;
    assert_eq!(page.status, 200);
    let body = page.json();
    for name in ["access_token", "signature", "id", "issued_at"] {
        assert!(
            body[name].as_str().is_some_and(|text| !text.is_empty()),
            "{name}"
        );
    }
    assert_eq!(body["instance_url"], tenant.sandbox.instance_url());
    assert_eq!(
        (&body["token_type"], &body["scope"]),
        (&"Bearer".into(), &"api web id".into())
    );
    assert!(body.get("refresh_token").is_none() && body.get("expires_in").is_none());

    let session = client.soap(&page.text_of("access_token"));
    let info = session.call("", "<t:getUserInfo/>").await;
    assert_eq!(info.one("userName"), ROBOT);
    let stats = tenant.sandbox.stats();
    assert_eq!((stats.logins, stats.tokens), (0, 1));
    assert_eq!(stats.grants["client_credentials"], 1);
}

#[tokio::test]
async fn the_secret_can_come_by_http_basic() {
    let tenant = start(demo()).await;
    let response = (tenant.http)
        .post(format!(
            "{}/services/oauth2/token",
            tenant.sandbox.instance_url()
        ))
        .basic_auth(SYNC[0].1, Some(SYNC[1].1))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-cache, no-store");
}

#[tokio::test]
async fn the_login_host_does_not_know_client_credentials() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let url = format!("{}/services/oauth2/token", tenant.sandbox.login_url());
    let page = client.post(&url, &[SYNC[0], SYNC[1], GRANT]).await;
    let expected = ("invalid_grant", "request not supported on this domain");
    assert_eq!(page.refusal(), (expected.0.into(), expected.1.into()));
    assert_eq!(tenant.sandbox.stats().refused_tokens, 1);
}

#[tokio::test]
async fn every_refusal_has_its_code_and_description() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let unfinished = [
        ("client_id", "3MVG9.acme.unfinished"),
        ("client_secret", "unfinished-secret"),
    ];
    for (form, error, description) in [
        (
            vec![("client_id", "nobody"), SYNC[1], GRANT],
            "invalid_client_id",
            "client identifier invalid",
        ),
        (
            vec![SYNC[0], ("client_secret", "wrong"), GRANT],
            "invalid_client",
            "invalid client credentials",
        ),
        (
            vec![SYNC[0], GRANT],
            "invalid_client",
            "invalid client credentials",
        ),
        (
            vec![SYNC[0], SYNC[1], ("grant_type", "password")],
            "unsupported_grant_type",
            "grant type not supported",
        ),
        (
            vec![SYNC[0], SYNC[1]],
            "unsupported_grant_type",
            "grant type not supported",
        ),
        (
            vec![SYNC[0], SYNC[1], ("grant_type", "refresh_token")],
            "unsupported_grant_type",
            "grant type not supported",
        ),
        (
            vec![unfinished[0], unfinished[1], GRANT],
            "invalid_grant",
            "no client credentials user enabled",
        ),
    ] {
        let page = client.token(&form).await;
        assert_eq!(
            page.refusal(),
            (error.into(), description.into()),
            "{form:?}"
        );
    }
    tenant.sandbox.update_app(unfinished[0].1, |app| {
        app.run_as = Some(ROBOT.to_owned());
    });
    let page = client.token(&[unfinished[0], unfinished[1], GRANT]).await;
    assert_eq!(page.refusal().1, "no valid scopes defined");
    let url = client.instance("/services/oauth2/token");
    assert_eq!(client.get(&url).await.refusal().1, "must use HTTP POST");
    assert_eq!(tenant.sandbox.stats().tokens, 0);
}

#[tokio::test]
async fn users_who_cannot_log_in_get_no_token() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    for (mode, error, description) in [
        (LoginMode::Inactive, "inactive_user", "user is inactive"),
        (
            LoginMode::OrgLocked,
            "inactive_org",
            "organization is inactive",
        ),
        (LoginMode::Locked, "invalid_grant", "authentication failure"),
        (
            LoginMode::RestrictedIp,
            "invalid_grant",
            "ip restricted or invalid login hours",
        ),
    ] {
        tenant.sandbox.set_login_mode(ROBOT, mode);
        let page = client.token(&[SYNC[0], SYNC[1], GRANT]).await;
        assert_eq!(page.refusal(), (error.into(), description.into()));
    }
    // Conditions that concern only login() do not affect OAuth, which is the way to continue.
    for mode in [LoginMode::SoapLoginDisabled, LoginMode::NoApiAuth] {
        tenant.sandbox.set_login_mode(ROBOT, mode);
        tenant.sandbox.set_soap_login(false);
        assert_eq!(client.token(&[SYNC[0], SYNC[1], GRANT]).await.status, 200);
    }
}

#[tokio::test]
async fn too_many_logins_are_refused() {
    let mut org = demo();
    org.limits_mut().logins_per_hour = 2;
    let tenant = start(org).await;
    let mut client = Client::new(&tenant);
    for _ in 0..2 {
        client.access_token().await;
    }
    let page = client.token(&[SYNC[0], SYNC[1], GRANT]).await;
    assert_eq!(page.refusal().0, "rate_limit_exceeded");
}
