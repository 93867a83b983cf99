//! An org, a console for connections to it, and a client that behaves as a browser does.

use std::sync::Arc;

use age::secrecy::ExposeSecret as _;
use reqwest::StatusCode;
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use saponify_cli::connector::home::Home;
use saponify_cli::connector::progress::Stop;
use saponify_cli::connector::vault::Vault;
use saponify_cli::console::{Console, ConsoleOptions, Links};
use saponify_sandbox::{Activity, Org, Sandbox};
use tempfile::TempDir;
use tokio::sync::Mutex;

const ORG: &str = include_str!("../../tenants/demo/org.toml");

/// The user of the demo org with the permissions that the connector needs.
pub(crate) const USER: [&str; 2] = ["integration@acme.example", "battery-staple"];

/// The app of the demo org for consents on the same machine.
pub(crate) const APP: &str = "3MVG9.acme.desktop-loader";

/// A home for connections, and its console.
pub(crate) struct Served {
    pub(crate) home: Home,
    pub(crate) origin: String,
    links: Links,
    stop: Stop,
    pub(crate) folder: TempDir,
}

impl Served {
    /// Starts a console without connections on a free port of this machine.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await.unwrap()
    }

    /// Starts a console with other options.
    pub(crate) async fn with(
        change: impl FnOnce(&mut ConsoleOptions),
    ) -> Result<Self, saponify_cli::connector::Error> {
        let folder = TempDir::new().unwrap();
        let key = age::x25519::Identity::generate().to_string();
        let home = Home::find(Some(folder.path().join("home")), |_| None).unwrap();
        let mut options = ConsoleOptions {
            vault: Vault::of(&home, Some(key.expose_secret().into())).unwrap(),
            home: home.clone(),
            listen: "127.0.0.1:0".parse().unwrap(),
            names: Vec::new(),
            tls: None,
            password: None,
            metrics_token: None,
        };
        change(&mut options);
        let stop = Stop::default();
        let console = Console::bind(options, stop.clone()).await?;
        let (origin, links) = (console.origin(), console.links());
        tokio::spawn(console.serve());
        Ok(Self {
            home,
            origin,
            links,
            stop,
            folder,
        })
    }

    /// A link for one login.
    pub(crate) fn link(&self) -> String {
        self.links.make().unwrap().unwrap()
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.origin, &[])
    }

    /// A client that has used the link.
    pub(crate) async fn logged_in(&self) -> Client {
        let client = self.client();
        let link = self.link();
        let path = link.strip_prefix(&self.origin).unwrap();
        let response = client.get(path).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.text);
        client
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

/// The demo org with few rows and some activity.
pub(crate) async fn org() -> Sandbox {
    let objects = ["User", "Account", "Contact", "Opportunity", "Task", "Case"];
    let few = |org: Org, object| org.with_rows(object, 20);
    let org = objects.into_iter().fold(Org::parse(ORG).unwrap(), few);
    // With files of three days, one is older than a day and a half at any time of the day. Without one, the connector
    // cannot know that the org keeps files for longer than a day, and records a gap.
    let activity = Activity::days(10).logins(300).audit(60).files(24);
    let org = org.with_activity(activity);
    Sandbox::builder(org).start().await.unwrap()
}

/// A response that was read completely.
#[derive(Debug)]
pub(crate) struct PageResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl PageResponse {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The token that the forms of the page send back.
    pub(crate) fn form_token(&self) -> String {
        let (_, rest) = self
            .text
            .split_once("name=\"form_token\" value=\"")
            .unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn shows(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.text.contains(part), "no `{part}` in {}", self.text);
        }
        self
    }
}

/// A client with cookies.
pub(crate) struct Client {
    client: reqwest::Client,
    pub(crate) origin: String,
    pub(crate) cookies: Arc<Mutex<Vec<(String, String)>>>,
}

impl Client {
    pub(crate) fn new(origin: &str, trusted: &[&str]) -> Self {
        // This fails only if another test was faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let trusted = trusted
            .iter()
            .map(|pem| reqwest::Certificate::from_pem(pem.as_bytes()).unwrap());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .tls_certs_only(trusted)
            .build()
            .unwrap();
        Self {
            client,
            origin: origin.to_owned(),
            cookies: Arc::default(),
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().unwrap();
        self.client
            .request(method, format!("{}{path}", self.origin))
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> PageResponse {
        let cookies: Vec<String> = self
            .cookies
            .lock()
            .await
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = match cookies.is_empty() {
            true => request,
            false => request.header(COOKIE, cookies.join("; ")),
        };
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for set in headers.get_all(SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            let mut cookies = self.cookies.lock().await;
            cookies.retain(|(known, _)| known != name);
            cookies.push((name.to_owned(), value.to_owned()));
        }
        PageResponse {
            status,
            headers,
            text: response.text().await.unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> PageResponse {
        self.send(self.request("GET", path)).await
    }

    /// Sends a form of the console. `page` is the page with the form.
    pub(crate) async fn post(
        &self,
        page: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> PageResponse {
        let token = self.get(page).await.form_token();
        let mut all = vec![("form_token", token.as_str())];
        all.extend(fields);
        self.send(self.form(path, &all)).await
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let encoded =
            |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        self.request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", &self.origin)
            .body(body.join("&"))
    }

    /// Activates a connection to an org by user name and password.
    pub(crate) async fn connect(&self, name: &str, org: &Sandbox, password: &str) -> PageResponse {
        let host = instance(org);
        let fields = [
            ("name", name),
            ("endpoint", &org.login_url()),
            ("user", USER[0]),
            ("password", password),
            ("certificate", org.certificate_pem()),
            ("allow_hosts", &host),
        ];
        self.post("/add", "/add/password", &fields).await
    }

    /// Collects a connection, and waits for the end.
    pub(crate) async fn collect(&self, name: &str) {
        let page = format!("/connections/{name}");
        let response = self.post(&page, &format!("{page}/collect"), &[]).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.text);
        while self
            .get(&page)
            .await
            .text
            .contains("is collecting the connection")
        {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

/// The host that the login to an org names.
pub(crate) fn instance(org: &Sandbox) -> String {
    org.instance_url().trim_start_matches("https://").to_owned()
}

/// The target of a redirect.
pub(crate) fn location(response: &PageResponse) -> &str {
    response.headers.get(LOCATION).unwrap().to_str().unwrap()
}
