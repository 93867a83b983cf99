//! The OAuth flows: what is asked, what is done with the answers, and what is said about errors.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use saponify::auth::{AuthorizationCode, ClientCredentials, JwtBearer, PrivateKey, RefreshToken};
use saponify::transport::testing::{Answer, Recorded, Scripted};
use saponify::{Error, Retry};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::shape::Soap;

const HOST: &str = "https://acme.my.salesforce.com";
const CANARY: &str = "canary-7f3a/+=&";
const KEY: &str = include_str!("../../src/client/oauth/test_keys/pkcs8.pem");

fn json(status: u16, body: &str) -> Answer {
    Answer::new(status, "application/json", body.to_owned())
}

fn token(more: &str) -> Answer {
    json(
        200,
        &format!(
            r#"{{"access_token":"00D!token","instance_url":"{HOST}","token_type":"Bearer",
            "id":"https://login.salesforce.com/id/00D1x0000000001EAA/0051x0000000001AAA",
            "issued_at":"1","signature":"s","scope":"api"{more}}}"#
        ),
    )
}

fn field(request: &Recorded, name: &str) -> Option<String> {
    request.body().split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key == name).then(|| value.replace("%2F", "/").replace("%3A", ":"))
    })
}

async fn connect(
    transport: &Scripted,
    authenticator: impl saponify::auth::Authenticator,
) -> Result<Soap, Error> {
    Soap::builder()
        .transport(transport.clone())
        .retry(Retry::none())
        .authenticator(authenticator)
        .connect()
        .await
}

#[tokio::test]
async fn client_credentials_open_a_session() {
    let transport = Scripted::new().answer(token(""));
    let login = ClientCredentials::new(HOST, "key", CANARY);
    let soap = connect(&transport, login).await.unwrap();
    let session = soap.client().session();
    assert_eq!(
        session.endpoint().to_string(),
        format!("{HOST}/services/Soap/c/64.0/0DFx0000000Demo")
    );
    assert_eq!(session.user_id().unwrap().as_str(), "0051x0000000001AAA");
    assert_eq!(
        session.organization_id().unwrap().as_str(),
        "00D1x0000000001EAA"
    );
    let request = &transport.requests_with_secrets()[0];
    assert_eq!(
        request.endpoint().to_string(),
        format!("{HOST}/services/oauth2/token")
    );
    assert_eq!(request.content_type(), "application/x-www-form-urlencoded");
    assert_eq!(
        request.body(),
        "grant_type=client_credentials&client_id=key&client_secret=canary-7f3a%2F%2B%3D%26"
    );
}

#[tokio::test]
async fn a_jwt_bearer_signs_its_claims() {
    let transport = Scripted::new().answer(token("")).answer(token(""));
    let key = PrivateKey::from_pem(KEY).unwrap();
    let login = JwtBearer::new(HOST, "key", "sync@acme.example", key);
    connect(&transport, login.clone()).await.unwrap();
    let login = login.audience("https://test.salesforce.com");
    connect(&transport, login).await.unwrap();
    for (request, audience) in transport
        .requests_with_secrets()
        .iter()
        .zip([HOST, "https://test.salesforce.com"])
    {
        let grant = field(request, "grant_type").unwrap();
        assert_eq!(grant, "urn:ietf:params:oauth:grant-type:jwt-bearer");
        let assertion = field(request, "assertion").unwrap();
        let claims = assertion.split('.').nth(1).unwrap();
        let claims = base64_url(claims);
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["iss"], "key");
        assert_eq!(claims["sub"], "sync@acme.example");
        assert_eq!(claims["aud"], audience);
    }
}

fn base64_url(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        let value = alphabet.iter().position(|other| *other == byte).unwrap();
        bits = bits << 6 | u32::try_from(value).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    out
}

#[tokio::test]
async fn a_rotated_refresh_token_is_stored_and_used() {
    let expired = crate::support::fault("INVALID_SESSION_ID", "Session expired or invalid");
    let transport = Scripted::new()
        .answer(token(r#","refresh_token":"second""#))
        .answer(expired)
        .answer(token(""))
        .answer(crate::support::batch("query", &[], None, 0));
    let stored = Arc::new(Mutex::new(Vec::new()));
    let store = Arc::clone(&stored);
    let login = RefreshToken::new(HOST, "key", "first")
        .on_new_token(move |token| store.lock().unwrap().push(token.expose().to_owned()));
    let soap = connect(&transport, login).await.unwrap();
    soap.query("SELECT").await.unwrap();
    assert_eq!(*stored.lock().unwrap(), ["second"]);
    let sent: Vec<_> = transport
        .requests_with_secrets()
        .iter()
        .filter_map(|request| field(request, "refresh_token"))
        .collect();
    assert_eq!(sent, ["first", "second"]);
}

#[tokio::test]
async fn errors_of_the_token_endpoint_say_what_to_do() {
    for (status, code, description, expected, transient) in [
        (
            400,
            "invalid_grant",
            "request not supported on this domain",
            "My Domain",
            false,
        ),
        (
            400,
            "invalid_grant",
            "no client credentials user enabled",
            "Run As",
            false,
        ),
        (
            400,
            "invalid_grant",
            "no valid scopes defined",
            "scope api",
            false,
        ),
        (
            400,
            "invalid_grant",
            "user hasn't approved this consumer",
            "pre-authorized",
            false,
        ),
        (
            401,
            "invalid_client",
            "invalid client credentials",
            "secret",
            false,
        ),
        (400, "rate_limit_exceeded", "", "less often", true),
        (503, "", "", "no reason", true),
    ] {
        let body = format!(r#"{{"error":"{code}","error_description":"{description}"}}"#);
        let transport = Scripted::new().answer(json(status, &body));
        let login = ClientCredentials::new(HOST, "key", CANARY);
        let error = connect(&transport, login).await.map(drop).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(expected), "{text}");
        assert_eq!(error.is_transient(), transient, "{text}");
        assert_eq!(error.is_login(), !transient, "{text}");
        assert_eq!(error.operation(), Some("client credentials"));
    }
}

#[tokio::test]
async fn what_a_token_endpoint_repeats_of_a_secret_is_not_shown() {
    for description in [
        "wrong secret canary-7f3a/+=&",
        "wrong secret CANARY-7F3A/+=&",
        "client_secret=canary-7f3a%2F%2B%3D%26",
        "Basic Y2FuYXJ5LTdmM2EvKz0m",
    ] {
        let body = format!(r#"{{"error":"invalid_client","error_description":"{description}"}}"#);
        for answer in [
            json(400, &body),
            json(400, &format!("<html>{description}</html>")),
            json(200, &body),
        ] {
            let transport = Scripted::new().answer(answer);
            let login = ClientCredentials::new(HOST, "key", CANARY);
            let error = connect(&transport, login).await.map(drop).unwrap_err();
            let text = format!("{error} {error:?}").to_lowercase();
            assert!(
                !text.contains("canary") && !text.contains("y2fuyxj5"),
                "{text}"
            );
        }
    }
}

#[tokio::test]
async fn a_token_goes_to_no_foreign_host() {
    for url in [
        "https://evil.example",
        "https://acme.my.salesforce.com.evil.example",
        "https://evilsalesforce.com",
        "http://acme.my.salesforce.com",
        "https://user@acme.my.salesforce.com",
        "https:///acme.my.salesforce.com",
        "https://acme.my.salesforce.com:8443",
        "",
    ] {
        let body = format!(r#"{{"access_token":"00D!token","instance_url":"{url}"}}"#);
        let transport = Scripted::new().answer(json(200, &body));
        let login = ClientCredentials::new(HOST, "key", CANARY);
        let error = connect(&transport, login).await.map(drop).unwrap_err();
        assert!(
            error.is_foreign_endpoint() || error.is_login(),
            "{url}: {error}"
        );
        assert_eq!(transport.requests().len(), 1, "{url}");
    }
}

#[tokio::test]
async fn unusable_token_answers_are_explained() {
    for (body, expected) in [
        ("<html>login</html>", "JSON"),
        ("{}", "no reason"),
        (
            r#"{"access_token":"","instance_url":"https://acme.my.salesforce.com"}"#,
            "empty",
        ),
        (r#"{"access_token":"00D!x"}"#, "instance_url"),
        (
            r#"{"access_token":"eyJhbGciOiJSUzI1NiJ9.e30.c2ln","instance_url":"https://acme.my.salesforce.com"}"#,
            "JWT",
        ),
    ] {
        let transport = Scripted::new().answer(json(200, body));
        let login = ClientCredentials::new(HOST, "key", CANARY);
        let error = connect(&transport, login).await.map(drop).unwrap_err();
        assert!(
            error.is_login() && error.to_string().contains(expected),
            "{error}"
        );
    }
}

/// A person at a browser: reads the address of the login page and comes back with a code.
fn person(query: &'static str) -> impl Fn(&str) + Send + Sync + 'static {
    move |page: &str| {
        let parameter = |name: &str| {
            let (_, rest) = page.split_once(&format!("{name}=")).unwrap();
            rest.split('&').next().unwrap().to_owned()
        };
        assert!(page.starts_with(&format!(
            "{HOST}/services/oauth2/authorize?response_type=code&"
        )));
        assert_eq!(parameter("code_challenge_method"), "S256");
        let redirect = parameter("redirect_uri")
            .replace("%3A", ":")
            .replace("%2F", "/");
        let (_, rest) = redirect.split_once("localhost:").unwrap();
        let (port, path) = rest.split_once('/').unwrap();
        let target = format!("/{path}?{query}&state={}", parameter("state"));
        let port: u16 = port.parse().unwrap();
        tokio::spawn(async move {
            let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .unwrap();
            let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        });
    }
}

/// A port that is free now.
fn redirect() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!(
        "http://localhost:{}/OauthRedirect",
        listener.local_addr().unwrap().port()
    )
}

#[tokio::test]
async fn a_person_logs_in_once_and_the_refresh_token_does_the_rest() {
    let expired = crate::support::fault("INVALID_SESSION_ID", "Session expired or invalid");
    let transport = Scripted::new()
        .answer(token(r#","refresh_token":"first""#))
        .answer(expired)
        .answer(token(""))
        .answer(crate::support::batch("query", &[], None, 0));
    let stored = Arc::new(Mutex::new(Vec::new()));
    let store = Arc::clone(&stored);
    let login = AuthorizationCode::new(HOST, "key")
        .redirect(redirect())
        .show(person("code=the%2Fcode"))
        .on_refresh_token(move |token| store.lock().unwrap().push(token.expose().to_owned()));
    let soap = connect(&transport, login).await.unwrap();
    soap.query("SELECT").await.unwrap();
    assert_eq!(*stored.lock().unwrap(), ["first"]);
    let requests = transport.requests_with_secrets();
    assert_eq!(
        field(&requests[0], "grant_type").unwrap(),
        "authorization_code"
    );
    assert_eq!(field(&requests[0], "code").unwrap(), "the/code");
    assert_eq!(field(&requests[0], "code_verifier").unwrap().len(), 43);
    assert_eq!(field(&requests[2], "grant_type").unwrap(), "refresh_token");
    assert_eq!(field(&requests[2], "refresh_token").unwrap(), "first");
}

#[tokio::test]
async fn a_person_may_refuse_or_go_away() {
    let transport = Scripted::new();
    let login = AuthorizationCode::new(HOST, "key")
        .redirect(redirect())
        .show(person(
            "error=access_denied&error_description=end-user+denied",
        ));
    let error = connect(&transport, login).await.map(drop).unwrap_err();
    assert!(
        error.is_login() && error.to_string().contains("refused"),
        "{error}"
    );
    let login = AuthorizationCode::new(HOST, "key")
        .redirect(redirect())
        .timeout(Duration::from_millis(1))
        .show(|_| {});
    let error = connect(&transport, login).await.map(drop).unwrap_err();
    assert!(
        error.is_login() && error.to_string().contains("nobody"),
        "{error}"
    );
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_redirect_that_leaves_the_machine_is_refused() {
    for redirect in [
        "https://localhost:1717/x",
        "http://example.com/x",
        "http://localhost:1717/x?y=z",
        "localhost:1717",
        "",
    ] {
        let login = AuthorizationCode::new(HOST, "key")
            .redirect(redirect)
            .show(|_| {});
        let error = connect(&Scripted::new(), login)
            .await
            .map(drop)
            .unwrap_err();
        assert!(error.is_usage(), "{redirect}: {error}");
    }
}

#[tokio::test]
async fn a_web_server_of_the_program_may_receive_the_redirect_once() {
    let later = r#"{"error":"invalid_grant"}"#;
    for (redirect, query, works) in [
        ("https://console.example/x", "code=abc&state=STATE", true),
        ("http://localhost:1/x", "code=abc&state=STATE", true),
        ("https://console.example/x", "code=abc&state=other", false),
        ("https://console.example/x", "code=abc", false),
        (
            "https://console.example/x",
            "error=access_denied&state=STATE",
            false,
        ),
        ("http://console.example/x", "code=abc&state=STATE", false),
    ] {
        let transport = Scripted::new()
            .answer(token(""))
            .answer(crate::support::fault(
                "INVALID_SESSION_ID",
                "Session expired",
            ))
            .answer(json(400, later));
        let (tell, told) = tokio::sync::oneshot::channel::<String>();
        let tell = Mutex::new(Some(tell));
        let login = AuthorizationCode::new(HOST, "key")
            .redirect(redirect)
            .show(move |page| {
                let state = page.split("state=").nth(1).unwrap();
                let state = state.split('&').next().unwrap();
                let tell = tell.lock().unwrap().take().unwrap();
                tell.send(query.replace("STATE", state)).unwrap();
            })
            .received(async move { told.await.ok().map(saponify::Secret::from) });
        let connected = connect(&transport, login).await;
        assert_eq!(connected.is_ok(), works, "{redirect} {query}");
        assert_eq!(
            !transport.requests().is_empty(),
            works,
            "{redirect} {query}"
        );
        if let Ok(soap) = connected {
            // There was no refresh token, so the lost session needs a person again.
            let error = soap.query("SELECT").await.map(drop).unwrap_err();
            assert!(format!("{error:?}").contains("log in again"), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_session_is_revoked_only_when_asked() {
    let transport = Scripted::new().answer(token("")).answer(json(200, ""));
    let login = ClientCredentials::new(HOST, "key", CANARY);
    let soap = connect(&transport, login).await.unwrap();
    assert_eq!(transport.requests().len(), 1);
    soap.client().revoke().await.unwrap();
    let request = &transport.requests_with_secrets()[1];
    assert_eq!(
        request.endpoint().to_string(),
        format!("{HOST}/services/oauth2/revoke")
    );
    assert_eq!(request.body(), "token=00D%21token");
    drop(soap);
    assert_eq!(transport.requests().len(), 2);
}
