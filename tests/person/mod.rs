//! A person with a browser, for the login page and the consent page of the sandbox.

/// Logs in and consents, as a person would with a browser.
pub(crate) fn person(pem: &str, user: [&'static str; 2]) -> impl Fn(&str) + Send + Sync + 'static {
    let authority = reqwest::Certificate::from_pem(pem.as_bytes()).unwrap();
    // The error is that another test was faster.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let browser = reqwest::Client::builder()
        .tls_certs_only([authority])
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    move |page: &str| {
        let (browser, page) = (browser.clone(), page.to_owned());
        tokio::spawn(async move {
            let login = browser
                .get(&page)
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
            let entries = [("username", user[0]), ("pw", user[1])];
            let answer = submit(&browser, &page, &login, &entries, "").await;
            let cookie = answer.headers()["set-cookie"].to_str().unwrap();
            let cookie = cookie.split(';').next().unwrap().to_owned();
            let consent = answer.text().await.unwrap();
            let decision = [("decision", "allow")];
            let answer = submit(&browser, &page, &consent, &decision, &cookie).await;
            let redirect = answer.headers()["location"].to_str().unwrap();
            // The program on this machine takes it from here.
            let last = browser.get(redirect).send().await.unwrap();
            assert_eq!(last.status(), 200);
        });
    }
}

/// Fills in the only form of a page and sends it.
async fn submit(
    browser: &reqwest::Client,
    page: &str,
    html: &str,
    entries: &[(&str, &str)],
    cookie: &str,
) -> reqwest::Response {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\""))?;
        let value = rest.split('"').next().unwrap_or_default();
        Some(value.replace("&amp;", "&").replace("&#39;", "'"))
    };
    let tags = |name: &str| {
        let start = format!("<{name}");
        let tags = html.split(&start).skip(1);
        tags.map(|rest| rest.split('>').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let hidden = tags("input")
        .into_iter()
        .filter(|tag| tag.contains("hidden"));
    let hidden: Vec<(String, String)> = hidden
        .filter_map(|tag| Some((attribute(&tag, "name")?, attribute(&tag, "value")?)))
        .collect();
    let entries = entries
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let body: Vec<String> = hidden
        .into_iter()
        .chain(entries)
        .map(|(name, value)| format!("{}={}", encoded(&name), encoded(&value)))
        .collect();
    let action = tags("form")
        .first()
        .and_then(|tag| attribute(tag, "action"));
    let to = reqwest::Url::parse(page)
        .unwrap()
        .join(&action.unwrap())
        .unwrap();
    let request = browser
        .post(to)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", cookie);
    request.body(body.join("&")).send().await.unwrap()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
