//! The pages, as a browser without scripts gets them.

use reqwest::StatusCode;
use saponify_cli::connector::store::{MESSAGES, MessageRow, PageProgress, Purpose, Row, Store};
use saponify_cli::connector::window::Span;
use saponify_sandbox::LoginMode;

use super::person::person;
use super::support::{APP, Client, PageResponse, Served, USER, location, org};

#[tokio::test]
async fn a_connection_by_password_collects_and_shows_events() {
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    let response = client.connect("acme", &org, USER[1]).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.text);
    let page = client.get(location(&response)).await;
    page.shows(&[
        "The connection is active.",
        "Acme Instruments",
        "not running",
    ]);
    let events = client.get("/connections/acme/events").await;
    events.shows(&["No event is stored yet."]);

    let list = client.get("/").await;
    list.shows(&["No process collects it, and it was never collected."]);
    client.collect("acme").await;
    let page = client.get("/connections/acme").await;
    page.shows(&[
        "Setup audit trail",
        "Event log files",
        "<svg",
        "days are complete",
    ]);
    assert!(
        !page.text.contains("class=\"message bad\""),
        "{}",
        page.text
    );
    client
        .get("/")
        .await
        .shows(&["acme", "Nothing has failed. No process collects it."]);
    {
        let place = served.home.connection("acme").unwrap();
        let _lock = place.lock().unwrap();
        let list = client.get("/").await;
        list.shows(&["collecting", "Nothing needs attention."]);
    }

    let events = client.get("/connections/acme/events?source=logins").await;
    let first = link_after(&events.text, "data-label=\"Time\"");
    let event = client.get(&first).await;
    event.shows(&[
        "As it came",
        "As OCSF",
        "LoginHistory",
        "&quot;class_uid&quot;: 3002",
    ]);
    let missing = client.get("/connections/acme/events/999999999").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);

    let ended = client.post("/connections/acme", "/connections/acme/deactivate", &[]);
    client
        .get(location(&ended.await))
        .await
        .shows(&["is deactivated"]);
    let again = client.connect("acme", &org, USER[1]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
}

/// The address of the first link after a mark.
fn link_after(html: &str, mark: &str) -> String {
    let (_, rest) = html.split_once(mark).unwrap();
    let (_, rest) = rest.split_once("href=\"").unwrap();
    rest.split('"').next().unwrap().replace("&amp;", "&")
}

#[tokio::test]
async fn a_refused_login_stores_nothing_and_keeps_the_input() {
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    org.set_login_mode(USER[0], LoginMode::ApiDisabled);
    let response = client.connect("acme", &org, USER[1]).await;
    assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
    response.shows(&[
        "The connection was not activated.",
        "API Enabled",
        USER[0],
        "What to do:",
    ]);
    assert!(served.home.connections().unwrap().is_empty());
    for (name, part) in [("", "the name is missing"), ("../x", "cannot be the name")] {
        let response = client.connect(name, &org, USER[1]).await;
        response.shows(&[part]);
    }
}

/// Starts the activation of a connection by link, and returns the address of the org's login page.
async fn begin(client: &Client, name: &str, endpoint: &str, pem: &str) -> PageResponse {
    let fields = [
        ("name", name),
        ("endpoint", endpoint),
        ("client_id", APP),
        ("certificate", pem),
    ];
    client.post("/add", "/add/link", &fields).await
}

#[tokio::test]
async fn a_consent_activates_a_connection_and_its_redirect_is_accepted_once() {
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    let pem = org.certificate_pem();
    let begun = begin(&client, "web", &org.instance_url(), pem).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.text);
    let page = link_after(&begun.text, "Salesforce then sends you back here");
    assert!(
        page.contains("code_challenge=") && page.contains("state="),
        "{page}"
    );

    // Redirects that do not belong to it change nothing.
    for query in ["", "?code=x", "?code=x&state=other", "?state="] {
        let response = served.client().get(&format!("/OauthRedirect{query}")).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{query}");
        response.shows(&["No connection is waiting for this response"]);
    }
    person(pem, USER)(&page);
    while served.home.connections().unwrap().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    client
        .get("/connections/web")
        .await
        .shows(&["web", "Acme Instruments"]);
    let state = page
        .split("state=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let path = format!("/OauthRedirect?code=x&state={state}");
    let again = served.client().get(&path).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    client.collect("web").await;
    assert_eq!(org.stats().grants["authorization_code"], 1);
}

#[tokio::test]
async fn a_refused_consent_is_reported() {
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    let begun = begin(&client, "web", &org.instance_url(), org.certificate_pem()).await;
    let page = link_after(&begun.text, "Salesforce then sends you back here");
    let state = page
        .split("state=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let query = format!("error=access_denied&error_description=end-user+denied&state={state}");
    // The redirect has no cookie, and its page shows nothing of the console.
    let response = served
        .client()
        .get(&format!("/OauthRedirect?{query}"))
        .await;
    assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
    response.shows(&["The connection web was not activated.", "refused"]);
    assert!(!response.text.contains("form_token"), "{}", response.text);
    assert!(served.home.connections().unwrap().is_empty());
    let nowhere = begin(&client, "web", "http://plain.example", "").await;
    assert_eq!(
        nowhere.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        nowhere.text
    );
}

#[tokio::test]
async fn the_test_shows_what_is_missing() {
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    client.connect("acme", &org, USER[1]).await;
    let page = "/connections/acme/test";
    let passed = client.post(page, page, &[("profile", "least")]).await;
    passed.shows(&[
        "data-line=\"login\"",
        "data-line=\"calls\"",
        "The test passed.",
        "</html>",
    ]);
    let of_microsoft = client.post(page, page, &[("profile", "microsoft")]).await;
    assert!(of_microsoft.text.matches("data-line").count() > 5);
    org.set_login_mode(USER[0], LoginMode::Lockout);
    let failed = client.post(page, page, &[]).await;
    failed.shows(&["The test failed.", "unlock the user", "One line failed."]);
    assert_eq!(
        client.get("/connections/none/test").await.status,
        StatusCode::NOT_FOUND
    );
}

/// A connection whose events a test stores itself.
pub(crate) async fn written(
    served: &Served,
    client: &Client,
    org: &saponify_sandbox::Sandbox,
    rows: &[[&str; 4]],
) {
    client.connect("acme", org, USER[1]).await;
    let place = served.home.connection("acme").unwrap();
    let lock = place.lock().unwrap();
    let mut store = place.store(&lock).unwrap();
    let now = jiff::Timestamp::now();
    let start = now - jiff::SignedDuration::from_hours(1);
    let times: Vec<_> = (0..rows.len() as i64)
        .map(|n| start + jiff::SignedDuration::from_secs(n))
        .collect();
    let keys: Vec<String> = (0..rows.len()).map(|n| format!("0Ya{n:015}")).collect();
    let values: Vec<[Option<&str>; 4]> = rows.iter().map(|row| row.map(Some)).collect();
    let rows: Vec<Row<'_>> = (0..rows.len())
        .map(|n| Row {
            key: &keys[n],
            time: Some(times[n]),
            values: &values[n],
        })
        .collect();
    put(&mut store, Span::new(start, now).unwrap(), &rows);
}

fn put(store: &mut Store, span: Span, rows: &[Row<'_>]) {
    let source = store.source("logins", span.start()).unwrap();
    let window = store
        .open_window(source.id, Purpose::Collect, Some(span), span.end())
        .unwrap();
    let progress = PageProgress {
        window,
        expected: None,
        position: None,
        closes: true,
        now: span.end(),
    };
    let columns = ["User.Username", "SourceIp", "LoginType", "Status"];
    let rows = rows.iter().copied();
    store
        .store_page(&progress, "LoginHistory", &columns, rows)
        .unwrap();
}

#[tokio::test]
async fn events_are_found_by_the_values_in_the_table() {
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    let mut rows = vec![["anna@acme.example", "203.0.113.7", "Application", "Success"]; 120];
    rows[5] = [
        "Bob@acme.example",
        "203.0.113.9",
        "Remote Access 2.0",
        "Invalid Password",
    ];
    rows[6] = [
        "<script>alert(1)</script>",
        "198.51.100.1",
        "Application",
        "\" onload=\"x",
    ];
    written(&served, &client, &org, &rows).await;
    let found = async |query: &str| {
        let response = client
            .get(&format!("/connections/acme/events?{query}"))
            .await;
        (
            response.text.matches("data-label=\"Time\"").count(),
            response,
        )
    };
    for (query, rows) in [
        ("user=bob%40acme.example", 1),
        ("user=bob*", 1),
        ("address=203.0.113.9", 1),
        ("address=203.0.113.*&status=invalid+password", 1),
        ("address=203.0.113.7&status=invalid+password", 0),
        ("type=Remote+Access+2.0&user=nobody", 0),
        ("source=audit", 0),
        ("until=2001-01-01", 0),
        ("since=2001-01-01T00:00", 50),
        ("user=%3Cscript%3Ealert(1)%3C%2Fscript%3E", 1),
    ] {
        let (count, response) = found(query).await;
        assert_eq!((count, response.status), (rows, StatusCode::OK), "{query}");
        // Texts of the org are escaped.
        assert!(!response.text.contains("<script>alert"), "{query}");
        assert!(!response.text.contains("\" onload"), "{query}");
        if rows == 0 {
            response.shows(&["No stored event matches."]);
        }
    }
    // Every event is on exactly one page.
    let (mut all, mut path) = (0, "/connections/acme/events?source=logins".to_owned());
    loop {
        let response = client.get(&path).await;
        all += response.text.matches("data-label=\"Time\"").count();
        if !response.text.contains("rel=\"next\"") {
            break;
        }
        let (_, rest) = response.text.split_once("rel=\"next\" href=\"").unwrap();
        path = rest.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert_eq!(all, 120);
    for (query, part) in [
        ("since=never", "is not a point in time"),
        ("after=x", "does not exist"),
    ] {
        let (_, response) = found(query).await;
        assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
        response.shows(&[part]);
    }
}

#[tokio::test]
async fn gaps_drift_and_errors_are_shown_with_advice() {
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    client.connect("acme", &org, USER[1]).await;
    let place = served.home.connection("acme").unwrap();
    {
        let lock = place.lock().unwrap();
        let mut store = place.store(&lock).unwrap();
        let now = jiff::Timestamp::now();
        let day = Span::new(now - jiff::SignedDuration::from_hours(24), now).unwrap();
        let logins = store.source("logins", now).unwrap();
        store
            .gap(logins.id, day, "the service deleted <rows>", now)
            .unwrap();
        store
            .drift("LoginHistory", "column-added", "NewColumn", now)
            .unwrap();
        let problem = Some("the org does not respond");
        store
            .attempted("logins", problem, Some("try again later"), now)
            .unwrap();
    }
    let page = client.get("/connections/acme").await;
    page.shows(&[
        "the service deleted &lt;rows&gt;",
        "NewColumn",
        "the org does not respond",
        "try again later",
        "failing",
    ]);
    client
        .get("/")
        .await
        .shows(&["One needs attention.", "the org does not respond"]);
    // Another program has locked the store: the list names it, and shows the others.
    client.connect("other", &org, USER[1]).await;
    let store = served.home.path().unwrap().join("acme/store.db");
    std::fs::write(
        &store,
        "no database at all, but long enough to be looked at as one",
    )
    .unwrap();
    for wal in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{wal}", store.display()));
    }
    client
        .get("/")
        .await
        .shows(&["unreadable", "/connections/other"]);
    let page = client.get("/connections/acme").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
}

/// The org does not say how many messages it sent, and the connector does not query them.
#[tokio::test]
async fn pushed_messages_have_no_calendar_and_no_next_run() {
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    client.connect("acme", &org, USER[1]).await;
    let place = served.home.connection("acme").unwrap();
    let lock = place.lock().unwrap();
    let mut store = place.store(&lock).unwrap();
    let now = jiff::Timestamp::now();
    let source = store.source(MESSAGES, now).unwrap().id;
    let (columns, values) = (["Name".to_owned()], [Some("<b>Ada</b>".to_owned())]);
    let row = MessageRow {
        about: "Contact",
        key: "04l5e0000000001AAA",
        time: now,
        columns: &columns,
        values: &values,
    };
    store.store_messages(source, [row]).unwrap();
    let page = client.get("/connections/acme").await;
    let (_, panel) = page.text.split_once("id=\"source-messages\"").unwrap();
    assert!(panel.contains("no day can be shown as complete"));
    for part in ["Completeness", "Collected until", "Next run", "Lag"] {
        assert!(!panel.contains(part), "{part} in {panel}");
    }
    // A process has locked the connection, and collects the other sources next.
    let list = client.get("/").await;
    assert!(!list.text.contains("no process collects"), "{}", list.text);
    assert!(
        !list.text.contains("<span class=\"quiet\">messages"),
        "{}",
        list.text
    );
}
