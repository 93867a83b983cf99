//! The OAuth flows, the browser bridge and login() against the sandbox.

use std::sync::{Arc, Mutex};

use saponify::auth::{
    Authenticator, AuthorizationCode, ClientCredentials, GivenSession, JwtBearer, Login,
    PrivateKey, RefreshToken,
};
use saponify::salesforce::Credentials;
use saponify::{Error, Retry};
use saponify_sandbox::{LoginMode, Sandbox};

use crate::person::person;
use crate::support::{USER, https, instance, org};
use crate::tenant::Soap;

const KEY: &str = include_str!("../../../tenants/demo/jwt.key.pem");

async fn start() -> Sandbox {
    Sandbox::builder(org()).start().await.unwrap()
}

async fn connect(sandbox: &Sandbox, login: impl Authenticator) -> Result<Soap, Error> {
    Soap::builder()
        .transport(https(sandbox))
        .allow_host(instance(sandbox))
        .retry(Retry::none())
        .authenticator(login)
        .connect()
        .await
}

/// The session works, and another one is opened when it ends.
async fn works_and_is_renewed(sandbox: &Sandbox, soap: &Soap) {
    let me = soap.get_user_info().await.unwrap();
    assert_eq!(me.user_name, USER.0);
    let first = soap.client().session().id().unwrap().expose().to_owned();
    sandbox.expire_sessions();
    soap.get_user_info().await.unwrap();
    let second = soap.client().session().id().unwrap().expose().to_owned();
    assert_ne!(first, second);
    let path = soap.client().session().endpoint().path().to_owned();
    assert!(path.starts_with("/services/Soap/c/64.0"), "{path}");
}

fn client_credentials(sandbox: &Sandbox) -> ClientCredentials {
    ClientCredentials::new(
        sandbox.instance_url(),
        "3MVG9.acme.nightly-sync",
        "nightly-sync-secret",
    )
}

#[tokio::test]
async fn client_credentials_work() {
    let sandbox = start().await;
    let soap = connect(&sandbox, client_credentials(&sandbox))
        .await
        .unwrap();
    works_and_is_renewed(&sandbox, &soap).await;
    assert_eq!(sandbox.stats().grants["client_credentials"], 2);
}

#[tokio::test]
async fn a_jwt_bearer_works() {
    let sandbox = start().await;
    let key = PrivateKey::from_pem(KEY).unwrap();
    let login = JwtBearer::new(
        sandbox.instance_url(),
        "3MVG9.acme.signed-sync",
        USER.0,
        key,
    );
    let soap = connect(&sandbox, login.clone()).await.unwrap();
    works_and_is_renewed(&sandbox, &soap).await;
    let wrong = login.audience("https://elsewhere.example");
    let error = connect(&sandbox, wrong).await.unwrap_err();
    assert!(
        error.is_login() && error.to_string().contains("audience"),
        "{error}"
    );
}

#[tokio::test]
async fn refusals_of_the_sandbox_are_explained() {
    let sandbox = start().await;
    let at = |key: &str, secret: &str, url: String| {
        ClientCredentials::new(url, key.to_owned(), secret.to_owned())
    };
    for (login, expected) in [
        (
            at(
                "3MVG9.acme.nightly-sync",
                "nightly-sync-secret",
                sandbox.login_url(),
            ),
            "My Domain",
        ),
        (
            at("3MVG9.acme.nightly-sync", "wrong", sandbox.instance_url()),
            "secret",
        ),
        (
            at("3MVG9.acme.nobody", "x", sandbox.instance_url()),
            "consumer key",
        ),
        (
            at(
                "3MVG9.acme.modern-reports",
                "modern-reports-secret",
                sandbox.instance_url(),
            ),
            "JWT",
        ),
    ] {
        let error = connect(&sandbox, login).await.unwrap_err();
        assert!(error.is_login(), "{error}");
        assert!(error.to_string().contains(expected), "{expected}: {error}");
    }
}

#[tokio::test]
async fn a_person_logs_in_with_the_browser_and_stays_logged_in() {
    let sandbox = start().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let stored = Arc::new(Mutex::new(Vec::new()));
    let store = Arc::clone(&stored);
    let login = AuthorizationCode::new(sandbox.instance_url(), "3MVG9.acme.desktop-loader")
        .redirect(format!("http://localhost:{port}/OauthRedirect"))
        .show(person(sandbox.certificate_pem(), USER.into()))
        .on_refresh_token(move |token| store.lock().unwrap().push(token.expose().to_owned()));
    let soap = connect(&sandbox, login).await.unwrap();
    works_and_is_renewed(&sandbox, &soap).await;
    assert_eq!(sandbox.stats().grants["authorization_code"], 1);
    assert_eq!(sandbox.stats().grants["refresh_token"], 1);
    // This app gives another refresh token with each session, and the last one is good.
    let last = stored.lock().unwrap().last().unwrap().clone();
    let login = RefreshToken::new(sandbox.instance_url(), "3MVG9.acme.desktop-loader", last);
    let soap = connect(&sandbox, login).await.unwrap();
    works_and_is_renewed(&sandbox, &soap).await;
}

#[tokio::test]
async fn a_token_is_passed_on_by_its_host_alone_and_ends_when_revoked() {
    let sandbox = start().await;
    let soap = connect(&sandbox, client_credentials(&sandbox))
        .await
        .unwrap();
    let token = soap.client().session().id().unwrap().clone();
    let other = connect(&sandbox, GivenSession::new(sandbox.instance_url(), token)).await;
    let other = other.unwrap();
    assert_eq!(other.get_user_info().await.unwrap().user_name, USER.0);
    soap.client().revoke().await.unwrap();
    assert!(
        other
            .get_user_info()
            .await
            .unwrap_err()
            .is_session_expired()
    );
}

#[tokio::test]
async fn a_token_opens_a_page_once() {
    let sandbox = start().await;
    let soap = connect(&sandbox, client_credentials(&sandbox))
        .await
        .unwrap();
    let link = soap
        .client()
        .single_access("/lightning/page/home")
        .await
        .unwrap();
    assert!(
        link.expose().starts_with(&sandbox.instance_url()),
        "the address is of another host"
    );
    assert!(
        !link
            .expose()
            .contains(soap.client().session().id().unwrap().expose())
    );
    sandbox.expire_sessions();
    let error = soap
        .client()
        .single_access("/lightning/page/home")
        .await
        .unwrap_err();
    assert!(error.is_session_expired(), "{error}");
}

#[tokio::test]
async fn login_happens_at_64_and_calls_at_the_version_of_the_wsdl() {
    let sandbox = start().await;
    let login = |version: &str| {
        let url = format!("{}/services/Soap/c/{version}", sandbox.login_url());
        Login::new(url, Credentials::new(USER.0, USER.1))
    };
    for version in ["64.0", "63.0"] {
        let soap = connect(&sandbox, login(version)).await.unwrap();
        let path = soap.client().session().endpoint().path().to_owned();
        assert!(
            path.starts_with(&format!("/services/Soap/c/{version}/")),
            "{path}"
        );
    }
    let soap = connect(&sandbox, login("66.0")).await.unwrap();
    let path = soap.client().session().endpoint().path().to_owned();
    assert!(path.starts_with("/services/Soap/c/66.0/"), "{path}");
    let error = connect(&sandbox, login("66.0").at_64(false))
        .await
        .unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "UNSUPPORTED_API_VERSION");
    assert!(error.advice().unwrap().contains("64.0"), "{error}");
}

#[tokio::test]
async fn what_keeps_login_from_working_is_named() {
    let sandbox = start().await;
    let login = || Login::new(sandbox.login_url(), Credentials::new(USER.0, USER.1));
    for (mode, expected) in [
        (LoginMode::SoapLoginDisabled, "Enable SOAP API login()"),
        (LoginMode::NoApiAuth, "Use Any API Auth"),
        (LoginMode::Expired, "Password Never Expires"),
    ] {
        sandbox.set_login_mode(USER.0, mode);
        let error = connect(&sandbox, login()).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let error = connect(&sandbox, login()).await.unwrap_err();
    assert!(error.is_password_expired() && error.is_login(), "{error}");
}
