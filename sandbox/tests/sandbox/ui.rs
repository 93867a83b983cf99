//! Pages of the user interface: frontdoor.jsp, single-use links, the download of the WSDL.

use std::time::Duration;

use crate::oauth::client::{ADMIN, Client, encode};
use crate::support::{Tenant, demo, start};

const PASSWORD: &str = "correct-horseT0kenT0kenT0kenT0kenT0ke";

async fn session(tenant: &Tenant) -> String {
    let response = tenant.login(ADMIN, PASSWORD).await;
    response.one("sessionId").to_owned()
}

#[tokio::test]
async fn a_session_id_is_exchanged_for_a_cookie() {
    let tenant = start(demo()).await;
    let sid = session(&tenant).await;
    let mut client = Client::new(&tenant);
    let url = client.instance("/secur/frontdoor.jsp");
    let form = [("sid", sid.as_str()), ("retURL", "/home/home.jsp?tab=1")];
    let page = client.post(&url, &form).await;
    assert_eq!(page.status, 302);
    assert_eq!(page.location.as_deref(), Some("/home/home.jsp?tab=1"));
    assert_eq!(page.cookie.as_deref(), Some(sid.as_str()));
    let home = client.get(&client.instance("/home/home.jsp")).await;
    assert!(
        home.text
            .contains("admin@acme.example is logged in to Acme Instruments.")
    );

    let mut other = Client::new(&tenant);
    let page = other.get(&format!("{url}?{}", encode(&form))).await;
    assert_eq!(page.cookie.as_deref(), Some(sid.as_str()));
}

#[tokio::test]
async fn frontdoor_redirects_only_within_the_host() {
    let tenant = start(demo()).await;
    let sid = session(&tenant).await;
    let mut client = Client::new(&tenant);
    let url = client.instance("/secur/frontdoor.jsp");
    for target in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: sid=x",
    ] {
        let page = client
            .post(&url, &[("sid", sid.as_str()), ("retURL", target)])
            .await;
        assert_eq!(page.location.as_deref(), Some("/"), "{target}");
    }
    let page = client
        .post(&url, &[("sid", "made-up"), ("retURL", "/")])
        .await;
    assert!(page.cookie.is_none() && page.text.contains("Log In"));
}

#[tokio::test]
async fn a_token_gives_a_link_that_works_once() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let token = client.access_token().await;
    let url = client.instance("/services/oauth2/singleaccess?redirect_uri=/home/home.jsp");
    let link = client.get_as(&url, &token).await.text_of("frontdoor_uri");
    let page = client.get(&link).await;
    assert_eq!(page.location.as_deref(), Some("/home/home.jsp"), "{page:?}");
    assert!(page.cookie.is_some());
    let again = Client::new(&tenant).get(&link).await;
    assert!(again.cookie.is_none() && again.text.contains("Log In"));

    let late = client.get_as(&url, &token).await.text_of("frontdoor_uri");
    tenant.sandbox.set_code_life(Duration::ZERO);
    assert!(Client::new(&tenant).get(&late).await.cookie.is_none());

    let foreign =
        client.instance("/services/oauth2/singleaccess?redirect_uri=https://evil.example");
    assert_eq!(client.get_as(&foreign, &token).await.status, 400);
    tenant.sandbox.expire_sessions();
    let expired = client.get_as(&url, &token).await;
    assert_eq!(
        (expired.status, expired.text.as_str()),
        (403, "Bad_OAuth_Token")
    );
    tenant.sandbox.update_app("3MVG9.acme.nightly-sync", |app| {
        app.scopes = vec!["api".to_owned()];
    });
    let token = client.access_token().await;
    let page = client.get_as(&url, &token).await;
    assert_eq!(
        (page.status, page.text_of("error")),
        (403, "invalid_scope".to_owned())
    );
}

#[tokio::test]
async fn the_wsdl_requires_a_browser_session() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let url = client.instance("/soap/wsdl.jsp?type=*");
    let stranger = client.get(&url).await;
    assert_eq!(stranger.status, 200);
    assert!(stranger.text.starts_with("<!DOCTYPE html>") && stranger.text.contains("Log In"));

    client.cookie = Some(session(&tenant).await);
    for url in [&url, &client.instance("/services/wsdl/enterprise")] {
        let page = client.get(url).await;
        assert!(
            page.text
                .contains("targetNamespace=\"urn:enterprise.soap.sforce.com\"")
        );
        let address = format!(
            "<soap:address location=\"{}/services/Soap/c/64.0",
            tenant.sandbox.login_url()
        );
        assert!(page.text.contains(&address));
    }
    let partner = client.get(&client.instance("/soap/wsdl.jsp")).await;
    assert_eq!(partner.status, 404);
    // Only the instance has pages.
    let login = format!("{}/soap/wsdl.jsp?type=*", tenant.sandbox.login_url());
    assert_eq!(client.get(&login).await.status, 404);
}

#[tokio::test]
async fn api_only_users_see_no_pages() {
    let text = include_str!("../../../tenants/demo/org.toml");
    let text = text.replace(
        "last_name = \"Integration\"",
        "last_name = \"Integration\"\napi_only = true",
    );
    let text = text.replace(
        "last_name = \"Byron\"",
        "last_name = \"Byron\"\nmodify_all_data = false",
    );
    let tenant = start(saponify_sandbox::Org::parse(&text).unwrap()).await;
    let mut client = Client::new(&tenant);
    let robot = tenant.session().await;
    let url = client.instance("/secur/frontdoor.jsp");
    let page = client
        .post(&url, &[("sid", robot.id.as_str()), ("retURL", "/")])
        .await;
    assert!(
        page.text.contains("You must change your password"),
        "{page:?}"
    );
    let wsdl = client.instance("/soap/wsdl.jsp?type=*");
    assert!(client.get(&wsdl).await.text.starts_with("<!DOCTYPE html>"));
    let typed = [
        ("username", "integration@acme.example"),
        ("pw", "battery-staple"),
    ];
    let page = client.post(&client.instance("/"), &typed).await;
    assert!(page.text.contains("can use the API only"));

    client.cookie = Some(session(&tenant).await);
    assert!(
        client
            .get(&wsdl)
            .await
            .text
            .contains("Insufficient Privileges")
    );
}

#[tokio::test]
async fn the_login_page_opens_a_session() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let url = client.instance("/");
    let page = client
        .post(&url, &[("username", ADMIN), ("pw", "wrong")])
        .await;
    assert!(page.cookie.is_none());
    let page = client
        .post(&url, &[("username", ADMIN), ("pw", "correct-horse")])
        .await;
    assert_eq!((page.status, page.location.as_deref()), (302, Some("/")));
    assert!(client.get(&url).await.text.contains("is logged in to"));
}
