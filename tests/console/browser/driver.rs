//! A real browser: headless Chromium, driven by the WebDriver protocol.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(60);

/// The key of an element in WebDriver's JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser. It ends when the value is dropped.
pub(crate) struct Chrome {
    driver: Child,
    client: reqwest::Client,
    session: String,
}

impl Chrome {
    /// Starts a browser. If there is none, the test reports it and is not run. With `SAPONIFY_BROWSER` set,
    /// that is a failure.
    pub(crate) async fn start() -> Option<Self> {
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut driver = match driver {
            Ok(driver) => driver,
            Err(error) => {
                assert!(
                    std::env::var_os("SAPONIFY_BROWSER").is_none(),
                    "chromedriver cannot be started: {error}"
                );
                eprintln!("NOT RUN: install chromium and chromedriver (Debian: chromium-driver)");
                return None;
            }
        };
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .find_map(|line| {
                let line = line.unwrap();
                let (_, port) = line.split_once("started successfully on port ")?;
                port.trim_end_matches('.').parse::<u16>().ok()
            })
            .expect("chromedriver says its port");
        // The output of the driver is discarded, because a full pipe would block it.
        std::thread::spawn(move || lines.for_each(drop));
        // This fails only if another test was faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]);
        let mut chrome = Self {
            driver,
            client: client.build().unwrap(),
            session: format!("http://127.0.0.1:{port}/session"),
        };
        let options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-proxy-server", "--no-first-run", "--disable-background-networking",
                // This name of a foreign site resolves to this machine.
                "--host-resolver-rules=MAP evil.example 127.0.0.1",
                "--window-size=1440,900",
            ],
        });
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            // The org of the tests has a self-made certificate.
            "acceptInsecureCerts": true,
            "goog:chromeOptions": options,
        }}});
        let response = chrome.post("", wanted).await;
        let id = response["sessionId"]
            .as_str()
            .expect("a session")
            .to_owned();
        chrome.session = format!("{}/{id}", chrome.session);
        Some(chrome)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Value, Value> {
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        let mut value: Value = serde_json::from_str(&text).unwrap();
        match status.is_success() {
            true => Ok(value["value"].take()),
            false => Err(value["value"].take()),
        }
    }

    async fn try_post(&self, path: &str, body: Value) -> Result<Value, Value> {
        let request = self.client.post(format!("{}{path}", self.session));
        let request = request.header("content-type", "application/json");
        self.send(request.body(body.to_string())).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.try_post(path, body)
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs a command of the Chrome DevTools Protocol.
    async fn chromium(&self, command: &str, parameters: Value) {
        let body = json!({"cmd": command, "params": parameters});
        self.post("/goog/cdp/execute", body).await;
    }

    pub(crate) async fn go(&self, address: &str) {
        self.post("/url", json!({"url": address})).await;
    }

    /// Runs the body of a function in the page, and returns its result.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", json!({"script": script, "args": []}))
            .await
    }

    /// Waits until the body of a function returns something other than false or null.
    pub(crate) async fn until(&self, script: &str) -> Value {
        let began = Instant::now();
        loop {
            // A script may fail while the browser leaves a page.
            let body = json!({"script": script, "args": []});
            if let Ok(value) = self.try_post("/execute/sync", body).await
                && !value.is_null()
                && value != Value::Bool(false)
            {
                return value;
            }
            if began.elapsed() > PATIENCE {
                let text = self.run("return document.documentElement.outerHTML").await;
                panic!("`{script}` did not come true in {text}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page shows a text.
    pub(crate) async fn shows(&self, text: &str) {
        let text = json!(text);
        self.until(&format!(
            "return document.body && document.body.innerText.includes({text})"
        ))
        .await;
    }

    async fn element(&self, selector: &str) -> String {
        let quoted = json!(selector);
        self.until(&format!("return !!document.querySelector({quoted})"))
            .await;
        let body = json!({"using": "css selector", "value": selector});
        let found = self.post("/element", body).await;
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    pub(crate) async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        self.post(&format!("/element/{element}/click"), json!({}))
            .await;
    }

    /// Replaces the content of a field by typing.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        self.post(&format!("/element/{element}/clear"), json!({}))
            .await;
        self.post(&format!("/element/{element}/value"), json!({"text": text}))
            .await;
    }

    /// Presses keys for the focused element.
    pub(crate) async fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key})))
            .collect();
        let body = json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]});
        self.post("/actions", body).await;
    }

    /// Sets the width of the viewport.
    pub(crate) async fn width(&self, width: u32) {
        let parameters = json!({
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.chromium("Emulation.setDeviceMetricsOverride", parameters)
            .await;
    }

    /// Sets the preferred colour scheme to `dark` or `light`.
    pub(crate) async fn scheme(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.chromium("Emulation.setEmulatedMedia", json!({"features": features}))
            .await;
    }

    /// Saves a picture of the whole page in `target/console-screenshots`.
    pub(crate) async fn picture(&self, name: &str, width: u32) {
        let height = self
            .run("return document.documentElement.scrollHeight")
            .await;
        let height = height.as_u64().unwrap_or(900).clamp(400, 6_000);
        let parameters = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.chromium("Emulation.setDeviceMetricsOverride", parameters)
            .await;
        let request = self.client.get(format!("{}/screenshot", self.session));
        let picture = self.send(request).await.unwrap();
        let picture = base64::engine::general_purpose::STANDARD
            .decode(picture.as_str().unwrap())
            .unwrap();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../console-screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
        self.width(width).await;
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        // The driver ends its browser when it is told to, but not when it is killed.
        let address = self.session.trim_start_matches("http://").to_owned();
        let (host, path) = address.split_once('/').unwrap_or((&address, ""));
        if let Ok(mut stream) = std::net::TcpStream::connect(host) {
            use std::io::{Read as _, Write as _};
            let request =
                format!("DELETE /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            let _ = stream.write_all(request.as_bytes());
            // The driver responds when the browser has ended, and keeps the connection open.
            let _ = stream.read(&mut [0; 1024]);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
