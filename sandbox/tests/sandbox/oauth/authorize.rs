//! The authorization-code flow: login page, consent page, code, PKCE, refresh.

use std::time::Duration;

use super::client::{Client, DESKTOP, PORTAL, Page, ROBOT, challenge};
use crate::support::{demo, start};

const VERIFIER: &str = "a-verifier-that-has-at-least-forty-three-characters";
const CALLBACK: &str = "http://localhost:40123/callback";
const TYPED: [(&str, &str); 2] = [("username", ROBOT), ("pw", "battery-staple")];

/// Logs in, allows the desktop app, and returns the code.
async fn code(client: &mut Client<'_>) -> String {
    let challenge = challenge(VERIFIER);
    let asked = [
        ("client_id", DESKTOP),
        ("redirect_uri", CALLBACK),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("prompt", "login consent"),
    ];
    let page = client.authorize(&asked).await;
    let page = client.submit(&page, &TYPED).await;
    let page = client.submit(&page, &[("decision", "allow")]).await;
    page.sent("code").unwrap_or_else(|| panic!("{page:?}"))
}

async fn redeem(client: &mut Client<'_>, code: &str, verifier: &str) -> Page {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", DESKTOP),
        ("redirect_uri", CALLBACK),
        ("code", code),
        ("code_verifier", verifier),
    ];
    client.token(&form).await
}

async fn refresh(client: &mut Client<'_>, token: &str) -> Page {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", DESKTOP),
        ("refresh_token", token),
    ];
    client.token(&form).await
}

#[tokio::test]
async fn a_user_logs_in_consents_and_is_sent_back() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let challenge = challenge(VERIFIER);
    let asked = [
        ("client_id", DESKTOP),
        ("redirect_uri", CALLBACK),
        ("state", "a b&c=\"d\""),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let page = client.authorize(&asked).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("name=\"username\"") && page.text.contains("name=\"pw\""));

    let wrong = client
        .submit(&page, &[("username", ROBOT), ("pw", "wrong")])
        .await;
    assert!(
        wrong
            .text
            .contains("Please check your username and password.")
    );
    assert!(wrong.cookie.is_none());

    let page = client.submit(&wrong, &TYPED).await;
    assert!(page.cookie.is_some());
    assert!(page.text.contains("Allow Access?") && page.text.contains("Desktop Loader"));
    assert!(page.text.contains("<li>refresh_token</li>"));

    let sent = client.submit(&page, &[("decision", "allow")]).await;
    assert_eq!(sent.status, 302);
    assert!(sent.location.as_ref().unwrap().starts_with(CALLBACK));
    assert_eq!(sent.sent("state").as_deref(), Some("a b&c=\"d\""));

    let page = redeem(&mut client, &sent.sent("code").unwrap(), VERIFIER).await;
    assert_eq!(page.status, 200, "{page:?}");
    let session = client.soap(&page.text_of("access_token"));
    let info = session.call("", "<t:getUserInfo/>").await;
    assert_eq!(info.one("userName"), ROBOT);

    // The consent and the browser session are remembered, so the next code needs no page.
    let again = client.authorize(&asked).await;
    assert!(again.sent("code").is_some(), "{again:?}");
    // A consent page can be submitted only once.
    let page = client
        .submit(&page_with_ticket("used"), &[("decision", "allow")])
        .await;
    assert_eq!(page.status, 400);
}

fn page_with_ticket(ticket: &str) -> Page {
    Page {
        status: 200,
        location: None,
        cookie: None,
        text: format!("<input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">"),
    }
}

#[tokio::test]
async fn a_refusal_is_sent_to_the_app() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let challenge = challenge(VERIFIER);
    let asked = [
        ("client_id", DESKTOP),
        ("redirect_uri", CALLBACK),
        ("state", "s"),
        ("code_challenge", challenge.as_str()),
    ];
    let page = client.authorize(&asked).await;
    let page = client.submit(&page, &TYPED).await;
    let sent = client.submit(&page, &[("decision", "deny")]).await;
    assert_eq!(sent.sent("error").as_deref(), Some("access_denied"));
    let description = sent.sent("error_description");
    assert_eq!(
        description.as_deref(),
        Some("end-user denied authorization")
    );
    assert_eq!(sent.sent("state").as_deref(), Some("s"));
    assert_eq!(sent.sent("code"), None);

    for (more, error) in [
        (vec![("response_type", "token")], "invalid_request"),
        (vec![("scope", "api full")], "invalid_scope"),
        (
            vec![("code_challenge", "x"), ("code_challenge_method", "plain")],
            "invalid_request",
        ),
    ] {
        let mut asked = vec![("client_id", DESKTOP), ("redirect_uri", CALLBACK)];
        asked.extend(more);
        let sent = client.authorize(&asked).await;
        assert_eq!(sent.sent("error").as_deref(), Some(error), "{asked:?}");
    }
    let asked = [("client_id", DESKTOP), ("redirect_uri", CALLBACK)];
    let sent = client.authorize(&asked).await;
    let description = sent.sent("error_description");
    assert_eq!(
        description.as_deref(),
        Some("missing required code challenge")
    );
}

#[tokio::test]
async fn only_callbacks_of_the_app_receive_a_redirect() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    for address in [
        "https://evil.example/callback",
        "http://localhost:40123/callback/../evil",
        "http://localhost:40123@evil.example/callback",
        "http://localhost:x/callback",
        "http://localhost.evil.example:1/callback",
        "",
    ] {
        let asked = [("client_id", DESKTOP), ("redirect_uri", address)];
        let page = client.authorize(&asked).await;
        assert_eq!((page.status, &page.location), (400, &None), "{address}");
        assert!(page.text.contains("redirect_uri_mismatch"), "{address}");
    }
    let asked = [("client_id", "nobody"), ("redirect_uri", CALLBACK)];
    let page = client.authorize(&asked).await;
    assert!(page.status == 400 && page.text.contains("invalid_client_id"));
}

#[tokio::test]
async fn a_code_works_once_and_expires() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let first = code(&mut client).await;
    assert_eq!(redeem(&mut client, &first, VERIFIER).await.status, 200);
    let expired = (
        "invalid_grant".to_owned(),
        "expired authorization code".to_owned(),
    );
    let again = redeem(&mut client, &first, VERIFIER).await;
    assert_eq!(again.refusal(), expired);

    let second = code(&mut client).await;
    tenant.sandbox.set_code_life(Duration::ZERO);
    let late = redeem(&mut client, &second, VERIFIER).await;
    assert_eq!(late.refusal(), expired);
    tenant.sandbox.set_code_life(Duration::from_secs(60));

    let third = code(&mut client).await;
    let wrong = redeem(&mut client, &third, "another-verifier").await;
    assert_eq!(wrong.refusal().1, "invalid code verifier");
    let unknown = redeem(&mut client, "aPrx", VERIFIER).await;
    assert_eq!(unknown.refusal().1, "invalid authorization code");

    let fourth = code(&mut client).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", DESKTOP),
        ("redirect_uri", "http://localhost:1717/OauthRedirect"),
        ("code", fourth.as_str()),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(
        client.token(&form).await.refusal().0,
        "redirect_uri_mismatch"
    );
    let form = [
        PORTAL[0],
        PORTAL[1],
        ("grant_type", "authorization_code"),
        ("code", fourth.as_str()),
    ];
    let stolen = client.token(&form).await;
    assert_eq!(stolen.refusal().1, "invalid authorization code");
}

#[tokio::test]
async fn a_reused_refresh_token_ends_its_family() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let code = code(&mut client).await;
    let first = redeem(&mut client, &code, VERIFIER).await;
    let second = refresh(&mut client, &first.text_of("refresh_token")).await;
    assert_eq!(second.status, 200, "{second:?}");
    let third = refresh(&mut client, &second.text_of("refresh_token")).await;
    let token = third.text_of("access_token");
    assert_eq!(
        client
            .soap(&token)
            .call("", "<t:getUserInfo/>")
            .await
            .status,
        200
    );

    let expired = "expired access/refresh token";
    let reused = refresh(&mut client, &first.text_of("refresh_token")).await;
    assert_eq!(reused.refusal().1, expired);
    let ended = refresh(&mut client, &third.text_of("refresh_token")).await;
    assert_eq!(ended.refusal().1, expired);
    let lost = client.soap(&token).call("", "<t:getUserInfo/>").await;
    assert_eq!(lost.fault().0, "INVALID_SESSION_ID");
    assert_eq!(tenant.sandbox.stats().grants["refresh_token"], 2);
}

#[tokio::test]
async fn refresh_tokens_without_rotation_remain_valid() {
    let tenant = start(demo()).await;
    tenant.sandbox.update_app(DESKTOP, |app| {
        app.rotate_refresh_tokens = false;
    });
    let mut client = Client::new(&tenant);
    let code = code(&mut client).await;
    let token = redeem(&mut client, &code, VERIFIER)
        .await
        .text_of("refresh_token");
    for _ in 0..3 {
        let page = refresh(&mut client, &token).await;
        assert!(page.status == 200 && page.json().get("refresh_token").is_none());
    }
    let form = [
        PORTAL[0],
        PORTAL[1],
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
    ];
    let stolen = client.token(&form).await;
    assert_eq!(stolen.refusal().1, "expired access/refresh token");
}

#[tokio::test]
async fn apps_that_are_not_installed_or_not_approved_are_refused() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let asked = [PORTAL[0], ("redirect_uri", CALLBACK)];
    tenant
        .sandbox
        .update_app(PORTAL[0].1, |app| app.installed = false);
    let page = client.authorize(&asked).await;
    let page = client.submit(&page, &TYPED).await;
    assert!(
        page.text.contains("OAUTH_APPROVAL_ERROR_GENERIC"),
        "{page:?}"
    );
    tenant
        .sandbox
        .update_app(PORTAL[0].1, |app| app.admin_approval = true);
    let page = client.authorize(&asked).await;
    assert_eq!(page.sent("error").as_deref(), Some("OAUTH_APP_BLOCKED"));
}
