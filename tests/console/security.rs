//! Hazard: somebody else uses the console, or makes its user's browser use it.

use reqwest::StatusCode;

use super::support::{PageResponse, Served, location, org};

/// Every path that requires a login.
const PAGES: &[&str] = &[
    "/",
    "/add",
    "/connections/acme",
    "/connections/acme/test",
    "/connections/acme/events",
    "/connections/acme/events/1",
    "/nothing",
];

/// Every path of a change.
const CHANGES: &[&str] = &[
    "/add/password",
    "/add/link",
    "/connections/acme/collect",
    "/connections/acme/deactivate",
    "/connections/acme/test",
    "/logout",
];

#[tokio::test]
async fn nothing_is_visible_without_the_link() {
    let served = Served::start().await;
    let client = served.client();
    for page in PAGES {
        let response = client.get(page).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{page}");
        assert_eq!(location(&response), "/login");
    }
    for path in CHANGES {
        let response = client.send(client.form(path, &[])).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{path}");
    }
    let response = client.get("/login").await;
    response.shows(&["open the link that was printed"]);
    // Without a password, there is nothing to guess.
    let fields = [
        ("form_token", response.form_token_or_none()),
        ("password", "x".into()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let response = client.send(client.form("/login", &fields)).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
}

impl PageResponse {
    fn form_token_or_none(&self) -> String {
        match self.text.contains("form_token") {
            true => self.form_token(),
            false => String::new(),
        }
    }
}

#[tokio::test]
async fn the_link_works_once_and_sets_a_strict_cookie() {
    let served = Served::start().await;
    let replaced = served.link();
    let link = served.link();
    let path = |link: &str| link.strip_prefix(&served.origin).unwrap().to_owned();
    let client = served.client();
    assert_eq!(
        client.get(&path(&replaced)).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(client.get("/enter").await.status, StatusCode::FORBIDDEN);
    let response = client.get(&path(&link)).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    let cookie = response.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        !cookie.contains(link.rsplit('=').next().unwrap()),
        "{cookie}"
    );
    client
        .get("/")
        .await
        .shows(&["There is no connection yet."]);

    let thief = served.client();
    assert_eq!(thief.get(&path(&link)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(thief.get("/").await.status, StatusCode::SEE_OTHER);

    // A link from another site to the login does not end the session, but logging out does.
    let stranger = served.client();
    let set = stranger.get("/login").await;
    let name = |response: &PageResponse| {
        response
            .header("set-cookie")
            .split('=')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_ne!(name(&set), name(&response));
    let response = client.post("/add", "/logout", &[]).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(client.get("/").await.status, StatusCode::SEE_OTHER);
    let old = served.client();
    let session = cookie.split(';').next().unwrap().split_once('=').unwrap();
    old.cookies
        .lock()
        .await
        .push((session.0.to_owned(), session.1.to_owned()));
    assert_eq!(old.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_response_forbids_frames_foreign_scripts_and_caching() {
    let served = Served::start().await;
    let client = served.logged_in().await;
    for path in [
        "/",
        "/add",
        "/nothing",
        "/login",
        "/healthz",
        "/metrics",
        "/connections/none",
    ] {
        let response = client.get(path).await;
        let policy = response.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(response.header(name), value, "{path}");
        }
        // The policy would block these anyway, but there are none.
        for bad in [
            "<script>",
            "style=\"",
            "onclick",
            "javascript:",
            "<iframe",
            "http://",
            "https://",
        ] {
            let is_bad = response.text.contains(bad) && !["/add"].contains(&path);
            assert!(!is_bad, "{path} has {bad}");
        }
    }
    assert_eq!(client.get("/nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn another_host_name_gets_nothing() {
    let served = Served::start().await;
    let client = served.logged_in().await;
    let port = served.origin.rsplit(':').next().unwrap();
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        "localhost".to_owned(),
        format!("localhost:1{port}"),
    ] {
        for path in [
            "/",
            "/app.css",
            "/metrics",
            "/healthz",
            "/OauthRedirect",
            "/login",
        ] {
            let request = client.request("GET", path).header("host", &host);
            let response = client.send(request).await;
            assert_eq!(
                response.status,
                StatusCode::MISDIRECTED_REQUEST,
                "{host} {path}"
            );
            assert_eq!(response.header("set-cookie"), "");
        }
    }
    for host in [format!("localhost:{port}"), format!("[::1]:{port}")] {
        let request = client.request("GET", "/").header("host", &host);
        assert_eq!(client.send(request).await.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let served = Served::start().await;
    let client = served.logged_in().await;
    let token = client.get("/add").await.form_token();
    let other = served.logged_in().await.get("/add").await.form_token();
    assert_ne!(token, other);
    for path in CHANGES {
        for forged in ["", "x", &other] {
            let response = client
                .send(client.form(path, &[("form_token", forged)]))
                .await;
            assert_eq!(response.status, StatusCode::FORBIDDEN, "{path} {forged}");
        }
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let fields = [("form_token", token.as_str())];
            let mut request = client.form(path, &fields).build().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
            let request = client
                .request("POST", path)
                .headers(request.headers().clone());
            let request = request.body(format!("form_token={token}"));
            let response = client.send(request).await;
            assert_eq!(
                response.status,
                StatusCode::FORBIDDEN,
                "{path} {name} {value}"
            );
        }
    }
    // A GET request changes nothing.
    for path in CHANGES.iter().filter(|path| !path.ends_with("/test")) {
        assert_eq!(
            client.get(path).await.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{path}"
        );
    }
    let large = "x".repeat(100_000);
    let fields = [("form_token", token.as_str()), ("name", &large)];
    let response = client.send(client.form("/add/password", &fields)).await;
    assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE);
    // The session still exists.
    assert_eq!(client.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_password_logs_in_and_cannot_be_guessed() {
    const PASSWORD: &str = "an easy sentence";
    let served = Served::with(|options| options.password = Some(PASSWORD.into()))
        .await
        .unwrap();
    assert_eq!(
        served.client().get("/enter?key=x").await.status,
        StatusCode::FORBIDDEN
    );
    let client = served.client();
    let response = client
        .post("/login", "/login", &[("password", PASSWORD)])
        .await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.text);
    assert_eq!(client.get("/").await.status, StatusCode::OK);

    let guesser = served.client();
    for _ in 0..5 {
        let response = guesser
            .post("/login", "/login", &[("password", "wrong")])
            .await;
        assert_eq!(response.status, StatusCode::FORBIDDEN);
        response.shows(&["The password is wrong."]);
    }
    // Now even the right password is refused.
    let response = guesser
        .post("/login", "/login", &[("password", PASSWORD)])
        .await;
    assert_eq!(response.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!response.header("retry-after").is_empty());
    assert!(!response.text.contains(PASSWORD) && !response.text.contains("wrong"));
    // A client that is logged in stays logged in.
    assert_eq!(client.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn other_machines_cannot_reach_the_console_without_protection() {
    for (listen, password) in [
        ("0.0.0.0:0", Some("long enough it is")),
        ("0.0.0.0:0", None),
        ("[::]:0", None),
    ] {
        let started = Served::with(|options| {
            options.listen = listen.parse().unwrap();
            options.password = password.map(Into::into);
        });
        let error = started.await.map(drop).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.advice().unwrap().contains("--tls-cert"), "{error:?}");
    }
}

/// Hazard: a secret on a page, or in the output of the console.
#[tokio::test]
async fn no_page_shows_a_secret() {
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    let refused = client.connect("acme", &org, "wrong-canary-7733").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.text.contains("canary"), "{}", refused.text);
    refused.shows(&["INVALID_LOGIN", "value=\"acme\""]);
    let response = client.connect("acme", &org, super::support::USER[1]).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.text);
    let pages = [
        "/",
        "/add",
        "/connections/acme",
        "/connections/acme/events",
        "/metrics",
    ];
    for page in pages {
        let response = client.get(page).await;
        assert_eq!(response.status, StatusCode::OK, "{page}: {}", response.text);
        assert!(!response.text.contains(super::support::USER[1]), "{page}");
    }
}
