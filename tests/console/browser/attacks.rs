//! Hazard: a page of another site uses the console through its user's browser.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use reqwest::StatusCode;

use super::driver::Chrome;
use crate::pages::written;
use crate::support::{Served, org};

/// A site that serves one page at every address. Returns its port.
fn site(html: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let html = html.clone();
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
                let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{html}", html.len());
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_changes_nothing_and_frames_nothing() {
    let Some(chrome) = Chrome::start().await else {
        return;
    };
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    written(&served, &client, &org, &[["a", "b", "c", "d"]]).await;
    chrome.go(&served.link()).await;
    chrome.shows("1 connection.").await;

    // This is a form of another site, which the browser sends with all cookies that it has.
    let target = format!("{}/connections/acme/deactivate", served.origin);
    let forged = site(format!(
        "<form method=post action='{target}'><input name=form_token value=x></form>
         <script>document.forms[0].submit()</script>"
    ));
    for host in ["evil.example", "localhost"] {
        chrome.go(&format!("http://{host}:{forged}/")).await;
        chrome
            .until("return /Refused|Not logged in/.test(document.title)")
            .await;
    }
    let settings = saponify_cli::connector::connection::settings_of(&served.home, "acme");
    assert!(!settings.unwrap().deactivated);

    // This is a frame around a page.
    let framed = site(format!(
        "<p>site</p><iframe src='{}/' onload='window.framed = true'></iframe>",
        served.origin
    ));
    chrome.go(&format!("http://localhost:{framed}/")).await;
    chrome.until("return window.framed === true").await;
    let inside = "try { return !!document.querySelector('iframe').contentDocument.body } catch { return 'closed' }";
    // Chromium shows its own error page, which belongs to no site.
    assert_eq!(chrome.run(inside).await, "closed");
    let frames = client.get("/").await;
    assert_eq!(frames.header("x-frame-options"), "DENY");

    // A script of another site cannot read anything.
    let read = format!(
        "const done = arguments[arguments.length - 1]; return fetch('{}/metrics', {{credentials: 'include'}})
         .then(response => response.text()).catch(() => 'refused')",
        served.origin
    );
    assert_eq!(chrome.run(&read).await, "refused");

    // This is a name of another site that resolves to this machine.
    let port = served.origin.rsplit(':').next().unwrap();
    chrome.go(&format!("http://evil.example:{port}/")).await;
    chrome.shows("does not accept this host name").await;

    // The session of the user is unchanged.
    chrome.go(&served.origin).await;
    chrome.shows("App connectors").await;
    assert_eq!(client.get("/").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_the_org_are_not_markup() {
    let Some(chrome) = Chrome::start().await else {
        return;
    };
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    let user = "<script>window.pwned = 1</script>";
    let image = "<img src=x onerror='window.pwned = 1'>";
    let rows = [
        [
            user,
            "\"><svg onload=window.pwned=1>",
            "javascript:window.pwned=1",
            image,
        ],
        [
            image,
            "</td></tr></table><h1>x",
            "' onmouseover='window.pwned=1",
            user,
        ],
    ];
    written(&served, &client, &org, &rows).await;
    chrome.go(&served.link()).await;
    for path in [
        "/connections/acme/events",
        "/connections/acme/events/1",
        "/connections/acme/events/2",
        "/connections/acme/events?user=%3Cscript%3Ewindow.pwned%20=%201%3C/script%3E",
        "/connections/acme/events?since=%22%3E%3Cscript%3Ewindow.pwned%20=%201%3C/script%3E",
        "/connections/%3Cscript%3Ewindow.pwned%20=%201%3C%2Fscript%3E",
        "/?done=%3Cscript%3Ewindow.pwned%20=%201%3C/script%3E",
    ] {
        chrome.go(&format!("{}{path}", served.origin)).await;
        chrome
            .until("return document.readyState === 'complete'")
            .await;
        assert_eq!(
            chrome.run("return window.pwned ?? null").await,
            serde_json::Value::Null,
            "{path}"
        );
        let scripts = "return [...document.scripts].map(script => new URL(script.src).pathname)";
        assert_eq!(
            chrome.run(scripts).await,
            serde_json::json!(["/app.js"]),
            "{path}"
        );
    }
    chrome
        .go(&format!("{}/connections/acme/events", served.origin))
        .await;
    let shown =
        "return [...document.querySelectorAll('td[data-label=User]')].map(cell => cell.innerText)";
    assert_eq!(chrome.run(shown).await, serde_json::json!([image, user]));
    // If a page did not escape a text, the policy would still block it.
    chrome.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.pwned=1\">')").await;
    chrome.run("const s = document.createElement('script'); s.textContent = 'window.pwned=1'; document.body.append(s)").await;
    assert_eq!(
        chrome.run("return window.pwned ?? null").await,
        serde_json::Value::Null
    );
}
