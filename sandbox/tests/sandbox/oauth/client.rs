//! A client of the OAuth endpoints that posts forms and reads JSON.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use ring::{digest, rand, signature};
use serde_json::{Value, json};

use crate::support::{Session, Tenant};

pub(crate) const ROBOT: &str = "integration@acme.example";
pub(crate) const ADMIN: &str = "admin@acme.example";
pub(crate) const SYNC: [(&str, &str); 2] = [
    ("client_id", "3MVG9.acme.nightly-sync"),
    ("client_secret", "nightly-sync-secret"),
];
pub(crate) const SIGNED: &str = "3MVG9.acme.signed-sync";
pub(crate) const DESKTOP: &str = "3MVG9.acme.desktop-loader";
pub(crate) const PORTAL: [(&str, &str); 2] = [
    ("client_id", "3MVG9.acme.web-portal"),
    ("client_secret", "web-portal-secret"),
];

/// The response of a page or an endpoint.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    /// The session cookie in the response.
    pub(crate) cookie: Option<String>,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn text_of(&self, name: &str) -> String {
        self.json()[name]
            .as_str()
            .unwrap_or_else(|| panic!("{name}: {self:?}"))
            .to_owned()
    }

    /// The error and the description of a refusal.
    pub(crate) fn refusal(&self) -> (String, String) {
        assert_eq!(self.status, 400, "{self:?}");
        (self.text_of("error"), self.text_of("error_description"))
    }

    /// A parameter of the redirect.
    pub(crate) fn sent(&self, name: &str) -> Option<String> {
        let (_, query) = self.location.as_ref()?.split_once('?')?;
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The hidden values of the form.
    pub(crate) fn hidden(&self) -> Vec<(String, String)> {
        let inputs = self.text.split("<input type=\"hidden\" name=\"").skip(1);
        inputs
            .map(|rest| {
                let (name, rest) = rest.split_once("\" value=\"").unwrap();
                let (value, _) = rest.split_once("\">").unwrap();
                (name.to_owned(), unescape(value))
            })
            .collect()
    }
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// A client of one tenant. It keeps the cookie of its browser session.
pub(crate) struct Client<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) cookie: Option<String>,
}

pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

impl<'a> Client<'a> {
    pub(crate) fn new(tenant: &'a Tenant) -> Self {
        Self {
            tenant,
            cookie: None,
        }
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Page {
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, format!("theme=dark; sid={cookie}"));
        }
        let response = request.send().await.unwrap();
        let text = |name| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let cookie = text(SET_COOKIE).and_then(|cookie| {
            let value = cookie.strip_prefix("sid=")?.split(';').next()?;
            Some(value.to_owned())
        });
        let page = Page {
            status: response.status().as_u16(),
            location: text(LOCATION),
            cookie: cookie.clone(),
            text: response.text().await.unwrap(),
        };
        self.cookie = cookie.or(self.cookie.take());
        page
    }

    pub(crate) async fn get(&mut self, url: &str) -> Page {
        self.send(self.tenant.http.get(url)).await
    }

    pub(crate) async fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Page {
        let request = (self.tenant.http.post(url))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encode(form));
        self.send(request).await
    }

    pub(crate) async fn get_as(&mut self, url: &str, token: &str) -> Page {
        self.send(self.tenant.http.get(url).bearer_auth(token))
            .await
    }

    /// Requests a token from the token endpoint of the instance.
    pub(crate) async fn token(&mut self, form: &[(&str, &str)]) -> Page {
        let url = self.instance("/services/oauth2/token");
        self.post(&url, form).await
    }

    pub(crate) fn instance(&self, path: &str) -> String {
        format!("{}{path}", self.tenant.sandbox.instance_url())
    }

    /// The SOAP API with an access token.
    pub(crate) fn soap(&self, token: &str) -> Session<'a> {
        Session {
            tenant: self.tenant,
            url: self.instance("/services/Soap/c/64.0/00D5e000000AcMe"),
            id: token.to_owned(),
        }
    }

    /// An access token of the client-credentials flow.
    pub(crate) async fn access_token(&mut self) -> String {
        let form = [SYNC[0], SYNC[1], ("grant_type", "client_credentials")];
        self.token(&form).await.text_of("access_token")
    }

    /// Requests a code for the desktop app.
    pub(crate) async fn authorize(&mut self, more: &[(&str, &str)]) -> Page {
        let mut query = vec![("response_type", "code")];
        query.extend(more);
        let url = self.instance("/services/oauth2/authorize");
        self.get(&format!("{url}?{}", encode(&query))).await
    }

    /// Completes the form of a page and submits it.
    pub(crate) async fn submit(&mut self, page: &Page, typed: &[(&str, &str)]) -> Page {
        let hidden = page.hidden();
        let mut form: Vec<_> = (hidden.iter())
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        form.extend(typed);
        let url = self.instance("/services/oauth2/authorize");
        self.post(&url, &form).await
    }
}

/// Signs claims with the key of the demo's `Signed Sync`.
pub(crate) fn signed(claims: &Value) -> String {
    signed_as("RS256", claims)
}

pub(crate) fn signed_as(algorithm: &str, claims: &Value) -> String {
    let pem = include_str!("../../../../tenants/demo/jwt.key.pem");
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let key = signature::RsaKeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({ "alg": algorithm })), part(claims));
    let mut bytes = vec![0; key.public().modulus_len()];
    key.sign(
        &signature::RSA_PKCS1_SHA256,
        &rand::SystemRandom::new(),
        text.as_bytes(),
        &mut bytes,
    )
    .unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The S256 code challenge of a verifier.
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}
