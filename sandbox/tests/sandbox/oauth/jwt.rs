//! The JWT bearer flow: signature, audience, expiry, issuer, subject, approval.

use jiff::Timestamp;
use saponify_sandbox::GrantType;
use serde_json::{Value, json};

use super::client::{ADMIN, Client, ROBOT, SIGNED, signed, signed_as};
use crate::support::{demo, start};

fn claims() -> Value {
    json!({
        "iss": SIGNED,
        "sub": ROBOT,
        "aud": "https://login.salesforce.com",
        "exp": Timestamp::now().as_second() + 180,
    })
}

fn form(assertion: &str) -> [(&'static str, &str); 2] {
    [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", assertion),
    ]
}

#[tokio::test]
async fn a_signed_assertion_gives_a_token_of_its_subject() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let login = format!("{}/services/oauth2/token", tenant.sandbox.login_url());
    let own = tenant.sandbox.instance_url();
    for (url, audience, user) in [
        (&login, "https://login.salesforce.com", ROBOT),
        (
            &client.instance("/services/oauth2/token"),
            own.as_str(),
            ADMIN,
        ),
    ] {
        let mut claims = claims();
        claims["aud"] = audience.into();
        claims["sub"] = user.into();
        let page = client.post(url, &form(&signed(&claims))).await;
        assert_eq!(page.status, 200, "{page:?}");
        assert!(page.json().get("refresh_token").is_none());
        let session = client.soap(&page.text_of("access_token"));
        let info = session.call("", "<t:getUserInfo/>").await;
        assert_eq!(info.one("userName"), user);
    }
    // Salesforce tolerates milliseconds since 1970, which are a common mistake.
    let mut claims = claims();
    claims["exp"] = (Timestamp::now().as_millisecond() + 300).into();
    assert_eq!(client.token(&form(&signed(&claims))).await.status, 200);
}

#[tokio::test]
async fn every_flaw_of_an_assertion_is_refused() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        signed(&claims)
    };
    let good = signed(&claims());
    let (text, _) = good.rsplit_once('.').unwrap();
    let (_, other) = with("exp", (Timestamp::now().as_second() + 99).into())
        .rsplit_once('.')
        .map(|(text, signature)| (text.to_owned(), signature.to_owned()))
        .unwrap();
    let wrong_audience = "audience is invalid [audience=https://test.salesforce.com login=https://login.salesforce.com]";
    for (assertion, error, description) in [
        (String::new(), "invalid_grant", "invalid assertion"),
        ("a.b.c".to_owned(), "invalid_grant", "invalid assertion"),
        (
            format!("{text}.{other}"),
            "invalid_grant",
            "invalid assertion",
        ),
        (format!("{text}."), "invalid_grant", "invalid assertion"),
        (
            signed_as("none", &claims()),
            "invalid_grant",
            "invalid assertion",
        ),
        (
            signed_as("HS256", &claims()),
            "invalid_grant",
            "invalid assertion",
        ),
        (
            with("iss", "nobody".into()),
            "invalid_client_id",
            "client identifier invalid",
        ),
        (
            with("aud", "https://test.salesforce.com".into()),
            "invalid_grant",
            wrong_audience,
        ),
        (
            with("exp", (Timestamp::now().as_second() - 60).into()),
            "invalid_grant",
            "expired authorization code",
        ),
        (
            with("sub", "nobody@acme.example".into()),
            "invalid_grant",
            "user hasn't approved this consumer",
        ),
        (
            with("sub", "expired@acme.example".into()),
            "invalid_app_access",
            "user is not admin approved to access this app",
        ),
    ] {
        let page = client.token(&form(&assertion)).await;
        assert_eq!(
            page.refusal(),
            (error.into(), description.into()),
            "{assertion}"
        );
    }
    assert_eq!(tenant.sandbox.stats().tokens, 0);
}

#[tokio::test]
async fn a_user_can_approve_if_no_administrator_approval_is_required() {
    let mut org = demo();
    org.apps_mut()
        .iter_mut()
        .filter(|app| app.key == SIGNED)
        .for_each(|app| {
            app.admin_approval = false;
            app.approved.clear();
            app.grants.push(GrantType::AuthorizationCode);
            app.callbacks
                .push("http://localhost:1717/OauthRedirect".to_owned());
        });
    let tenant = start(org).await;
    let mut client = Client::new(&tenant);
    let refused = client.token(&form(&signed(&claims()))).await;
    assert_eq!(refused.refusal().1, "user hasn't approved this consumer");

    let page = client
        .authorize(&[
            ("client_id", SIGNED),
            ("redirect_uri", "http://localhost:1717/OauthRedirect"),
        ])
        .await;
    let typed = [("username", ROBOT), ("pw", "battery-staple")];
    let page = client.submit(&page, &typed).await;
    let page = client.submit(&page, &[("decision", "allow")]).await;
    assert!(page.sent("code").is_some(), "{page:?}");
    assert_eq!(client.token(&form(&signed(&claims()))).await.status, 200);
}
