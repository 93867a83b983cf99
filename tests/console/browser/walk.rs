//! The steps of a user: add Salesforce in both ways, test it, collect, and find an event.

use saponify_sandbox::LoginMode;

use super::driver::Chrome;
use crate::support::{APP, Served, USER, instance, org};

#[tokio::test(flavor = "multi_thread")]
async fn salesforce_is_added_by_password_tested_and_searched() {
    let Some(chrome) = Chrome::start().await else {
        return;
    };
    let (served, org) = (Served::start().await, org().await);
    chrome.width(1440).await;
    chrome.go(&served.link()).await;
    chrome.shows("There is no connection yet.").await;
    chrome.click("main a[href='/add']").await;
    chrome.fill("#password-name", "acme").await;
    chrome.fill("#password-endpoint", &org.login_url()).await;
    chrome.fill("#password-user", USER[0]).await;
    chrome.fill("#password-password", "wrong").await;
    chrome
        .click("section[aria-labelledby='by-password'] summary")
        .await;
    chrome
        .fill("#password-certificate", org.certificate_pem())
        .await;
    chrome.fill("#password-allow_hosts", &instance(&org)).await;
    chrome
        .click("form[action='/add/password'] button[type=submit]")
        .await;
    chrome.shows("The connection was not activated.").await;
    chrome.picture("add-refused-1440", 1440).await;
    // The input is still there, except the secret.
    assert_eq!(
        chrome
            .run("return document.querySelector('#password-user').value")
            .await,
        USER[0]
    );
    assert_eq!(
        chrome
            .run("return document.querySelector('#password-password').value")
            .await,
        ""
    );
    chrome.fill("#password-password", USER[1]).await;
    chrome
        .click("form[action='/add/password'] button[type=submit]")
        .await;
    chrome.shows("The connection is active.").await;

    chrome.click("a[href$='/test']").await;
    chrome.click("main form button[type=submit]").await;
    chrome.shows("The test passed.").await;
    chrome.picture("test-passed-1440", 1440).await;
    org.set_login_mode(USER[0], LoginMode::Lockout);
    chrome.click("main form button[type=submit]").await;
    chrome.shows("The test failed.").await;
    chrome.shows("unlock the user").await;
    chrome.picture("test-failed-1440", 1440).await;
    org.set_login_mode(USER[0], LoginMode::Ok);

    chrome.click("nav.path a[href='/connections/acme']").await;
    chrome.click("form[action$='/collect'] button").await;
    let done = "return !document.body.innerText.includes('is collecting the connection')";
    while chrome.run(done).await == false {
        chrome
            .go(&format!("{}/connections/acme", served.origin))
            .await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    chrome
        .until("return document.querySelectorAll('svg.calendar').length === 4")
        .await;

    chrome.click("a[href$='/events']").await;
    chrome
        .until("return document.querySelectorAll('tbody tr').length === 50")
        .await;
    let user = "return document.querySelector('td[data-label=User]').innerText";
    let user = chrome.run(user).await;
    chrome.fill("#user", user.as_str().unwrap()).await;
    chrome.click("form.search button").await;
    chrome
        .until("return location.search.includes('user=') && document.readyState === 'complete'")
        .await;
    let users = "return [...new Set([...document.querySelectorAll('td[data-label=User]')]
        .map(cell => cell.innerText))]";
    assert_eq!(chrome.run(users).await, serde_json::json!([user]));
    chrome.picture("events-found-1440", 1440).await;
    chrome.click("td[data-label=Time] a").await;
    chrome.shows("As OCSF").await;
    chrome.shows("class_uid").await;
    chrome.picture("event-1440", 1440).await;

    // Logging out ends the session.
    chrome.click("form[action='/logout'] button").await;
    chrome.shows("open the link that was printed").await;
    chrome.go(&served.origin).await;
    chrome.shows("open the link that was printed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn salesforce_is_added_by_link() {
    let Some(chrome) = Chrome::start().await else {
        return;
    };
    let (served, org) = (Served::start().await, org().await);
    chrome.width(1440).await;
    chrome.go(&served.link()).await;
    chrome.shows("There is no connection yet.").await;
    let begin = async |name: &str| {
        chrome.go(&format!("{}/add", served.origin)).await;
        chrome.fill("#link-name", name).await;
        chrome.fill("#link-endpoint", &org.instance_url()).await;
        chrome.fill("#link-client_id", APP).await;
        chrome
            .click("section[aria-labelledby='by-link'] summary")
            .await;
        chrome
            .fill("#link-certificate", org.certificate_pem())
            .await;
        chrome
            .click("form[action='/add/link'] button[type=submit]")
            .await;
        chrome.shows("Log in at Salesforce as the user").await;
    };
    begin("refused").await;
    chrome.picture("link-1440", 1440).await;
    // These are the login page of the org and its consent page.
    chrome.click("#continue").await;
    chrome.fill("input[name=username]", USER[0]).await;
    chrome.fill("input[name=pw]", USER[1]).await;
    chrome.click("button[name=Login]").await;
    chrome.click("button[value=deny]").await;
    chrome
        .shows("The connection refused was not activated.")
        .await;
    chrome.picture("link-refused-1440", 1440).await;
    assert!(served.home.connections().unwrap().is_empty());

    chrome.click("main a.button").await;
    chrome.shows("Add Salesforce").await;
    begin("web").await;
    chrome.click("#continue").await;
    chrome.click("button[value=allow]").await;
    chrome.shows("The connection web is active.").await;
    chrome.picture("link-connected-1440", 1440).await;
    // The session is the same as before.
    chrome.click("main a.button").await;
    chrome.shows("Acme Instruments").await;
    // The redirect is accepted once, whoever requests it again.
    chrome.run("history.back()").await;
    chrome
        .until("return location.pathname === '/OauthRedirect'")
        .await;
    chrome.run("location.reload()").await;
    chrome
        .shows("No connection is waiting for this response")
        .await;
}
