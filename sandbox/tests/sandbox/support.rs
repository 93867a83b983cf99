//! A minimal client: it posts text, and looks for text in the response.

pub(crate) use saponify_sandbox::Org;
use saponify_sandbox::{ApiVersion, Sandbox};

/// The org of `tenants/demo`, with fewer synthetic rows.
pub(crate) fn demo() -> Org {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tenants/demo/org.toml");
    let org = Org::load(path).unwrap();
    [
        "User",
        "Account",
        "Contact",
        "Opportunity",
        "Task",
        "Case",
        "Invoice__c",
        "Invoice_Line__c",
        "LoginHistory",
    ]
    .into_iter()
    .fold(org, |org, object| org.with_rows(object, 300))
}

/// A sandbox, and a client that trusts it.
pub(crate) struct Tenant {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: reqwest::Client,
}

/// An response.
#[derive(Debug)]
pub(crate) struct SoapResponse {
    pub(crate) status: u16,
    pub(crate) text: String,
}

pub(crate) async fn start(org: Org) -> Tenant {
    trusting(Sandbox::builder(org).start().await.unwrap())
}

/// Makes a client for a sandbox that is already running.
pub(crate) fn trusting(sandbox: Sandbox) -> Tenant {
    // Another test of this process may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = reqwest::Certificate::from_pem(sandbox.certificate_pem().as_bytes()).unwrap();
    let http = reqwest::Client::builder()
        .tls_certs_only([authority])
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    Tenant { sandbox, http }
}

pub(crate) fn envelope(headers: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:t=\"urn:enterprise.soap.sforce.com\" \
         xmlns:e=\"urn:sobject.enterprise.soap.sforce.com\"><s:Header>{headers}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

impl Tenant {
    pub(crate) async fn post(
        &self,
        url: &str,
        body: String,
    ) -> Result<SoapResponse, reqwest::Error> {
        let request = self
            .http
            .post(url)
            .header("SOAPAction", "\"\"")
            .header("Content-Type", "text/xml; charset=UTF-8");
        let response = request.body(body).send().await?;
        let status = response.status().as_u16();
        Ok(SoapResponse {
            status,
            text: response.text().await?,
        })
    }

    pub(crate) async fn login_at(&self, version: u16, user: &str, password: &str) -> SoapResponse {
        let body = format!(
            "<t:login><t:username>{user}</t:username><t:password>{password}</t:password></t:login>"
        );
        self.post(
            &self.sandbox.login_endpoint(ApiVersion(version)),
            envelope("", &body),
        )
        .await
        .unwrap()
    }

    pub(crate) async fn login(&self, user: &str, password: &str) -> SoapResponse {
        self.login_at(64, user, password).await
    }

    /// A session of the integration user.
    pub(crate) async fn session(&self) -> Session<'_> {
        let response = self
            .login("integration@acme.example", "battery-staple")
            .await;
        assert_eq!(response.status, 200, "{}", response.text);
        Session {
            tenant: self,
            url: response.one("serverUrl").to_owned(),
            id: response.one("sessionId").to_owned(),
        }
    }
}

pub(crate) struct Session<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) url: String,
    pub(crate) id: String,
}

impl Session<'_> {
    pub(crate) async fn try_call(
        &self,
        headers: &str,
        body: &str,
    ) -> Result<SoapResponse, reqwest::Error> {
        let session = format!(
            "<t:SessionHeader><t:sessionId>{}</t:sessionId></t:SessionHeader>{headers}",
            self.id
        );
        self.tenant.post(&self.url, envelope(&session, body)).await
    }

    pub(crate) async fn call(&self, headers: &str, body: &str) -> SoapResponse {
        self.try_call(headers, body).await.unwrap()
    }

    pub(crate) async fn query(&self, soql: &str) -> SoapResponse {
        self.call(
            "",
            &format!(
                "<t:query><t:queryString>{}</t:queryString></t:query>",
                escape(soql)
            ),
        )
        .await
    }

    pub(crate) async fn more(&self, locator: &str) -> SoapResponse {
        self.call(
            "",
            &format!("<t:queryMore><t:queryLocator>{locator}</t:queryLocator></t:queryMore>"),
        )
        .await
    }

    pub(crate) async fn create(&self, headers: &str, rows: &str) -> SoapResponse {
        self.call(headers, &format!("<t:create>{rows}</t:create>"))
            .await
    }
}

impl SoapResponse {
    /// The texts of all elements with this local name, in order.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let mut found = Vec::new();
        let mut rest = self.text.as_str();
        while let Some(at) = rest.find(name) {
            let (before, after) = rest.split_at(at);
            rest = &after[name.len()..];
            let opens = before.ends_with('<')
                || (before.ends_with(':') && !before[..before.len() - 1].ends_with('"'));
            let is_start = before
                .rfind('<')
                .is_some_and(|open| !before[open..].contains(['/', ' ', '>']));
            if !opens || !is_start || !rest.starts_with(['>', ' ']) {
                continue;
            }
            let Some(end) = rest.find('>') else { break };
            if rest[..end].ends_with('/') {
                found.push("");
                continue;
            }
            rest = &rest[end + 1..];
            found.push(&rest[..rest.find('<').unwrap_or(rest.len())]);
        }
        found
    }

    /// The text of the first element with this local name.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.all(name)
            .first()
            .copied()
            .unwrap_or_else(|| panic!("no {name} in {}", self.text))
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    pub(crate) fn fault(&self) -> (&str, &str) {
        assert_ne!(self.status, 0);
        (self.one("exceptionCode"), self.one("exceptionMessage"))
    }
}
