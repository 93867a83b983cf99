//! What an access token is valid for: SOAP, userinfo, the identity URL and a browser; and how it ends.

use super::client::{Client, ROBOT};
use crate::support::{demo, start};

#[tokio::test]
async fn a_token_identifies_its_user() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let token = client.access_token().await;
    let url = client.instance("/services/oauth2/userinfo");
    let page = client.get_as(&url, &token).await;
    assert_eq!(page.text_of("preferred_username"), ROBOT);
    assert_eq!(page.text_of("organization_id"), tenant.sandbox.org().id());
    let enterprise = page.json()["urls"]["enterprise"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(enterprise.ends_with("/services/Soap/c/{version}/00D5e000000AcMe"));

    let identity = client.get_as(&page.text_of("sub"), &token).await;
    assert_eq!(identity.text_of("username"), ROBOT);
    let other = page.text_of("sub").replace("/005", "/00X");
    assert_eq!(client.get_as(&other, &token).await.text, "Bad_Id");
    for (token, word) in [("", "Missing_OAuth_Token"), ("x", "Bad_OAuth_Token")] {
        let page = client.get_as(&url, token).await;
        assert_eq!((page.status, page.text.as_str()), (403, word));
    }
}

#[tokio::test]
async fn soap_refuses_jwt_tokens() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "3MVG9.acme.modern-reports"),
        ("client_secret", "modern-reports-secret"),
    ];
    let token = client.token(&form).await.text_of("access_token");
    assert_eq!(token.split('.').count(), 3);
    let lost = client.soap(&token).call("", "<t:getUserInfo/>").await;
    assert_eq!((lost.status, lost.fault().0), (500, "INVALID_SESSION_ID"));
    let url = client.instance("/services/oauth2/userinfo");
    assert_eq!(client.get_as(&url, &token).await.status, 200);
}

#[tokio::test]
async fn soap_refuses_a_token_without_the_scope_api() {
    let tenant = start(demo()).await;
    tenant.sandbox.update_app("3MVG9.acme.nightly-sync", |app| {
        app.scopes = vec!["web".to_owned()];
    });
    let mut client = Client::new(&tenant);
    let token = client.access_token().await;
    let lost = client.soap(&token).call("", "<t:getUserInfo/>").await;
    let what = "This session is not valid for use with the API";
    assert_eq!(lost.fault(), ("INVALID_SESSION_ID", what));
}

#[tokio::test]
async fn a_revoked_token_is_refused() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let token = client.access_token().await;
    let url = client.instance("/services/oauth2/revoke");
    assert_eq!(client.post(&url, &[("token", &token)]).await.status, 200);
    let lost = client.soap(&token).call("", "<t:getUserInfo/>").await;
    assert_eq!(lost.fault().0, "INVALID_SESSION_ID");
    let again = client.post(&url, &[("token", &token)]).await;
    assert_eq!(again.refusal().0, "unsupported_token_type");
}

#[tokio::test]
async fn logout_ends_a_token_but_not_the_others() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let (first, second) = (client.access_token().await, client.access_token().await);
    assert_ne!(first, second);
    client.soap(&first).call("", "<t:logout/>").await;
    let lost = client.soap(&first).call("", "<t:getUserInfo/>").await;
    assert_eq!(lost.fault().0, "INVALID_SESSION_ID");
    let alive = client.soap(&second).call("", "<t:getUserInfo/>").await;
    assert_eq!(alive.status, 200);
}
