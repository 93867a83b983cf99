//! Requests and responses other than SOAP: forms, JSON, pages, redirects and cookies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::Value;

/// A request with decoded parameters.
pub(crate) struct WebRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
}

impl WebRequest {
    pub(crate) fn new(method: Method, uri: &http::Uri, headers: HeaderMap, body: &[u8]) -> Self {
        let pairs = |bytes: &[u8]| form_urlencoded::parse(bytes).into_owned().collect();
        let is_form = (headers.get(header::CONTENT_TYPE))
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        Self {
            path: uri.path().to_owned(),
            query: pairs(uri.query().unwrap_or("").as_bytes()),
            form: if is_form { pairs(body) } else { Vec::new() },
            method,
            headers,
        }
    }

    pub(crate) fn is_post(&self) -> bool {
        self.method == Method::POST
    }

    /// A parameter of the form, or else of the query. It is empty if neither has it.
    pub(crate) fn param(&self, name: &str) -> &str {
        (self.form.iter().chain(&self.query))
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// The token of `Authorization: Bearer`, or else the parameter `access_token`.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let token = match self.authorization("Bearer") {
            Some(token) => token,
            None => self.param("access_token"),
        };
        (!token.is_empty()).then_some(token)
    }

    /// The name and the password of `Authorization: Basic`.
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let bytes = STANDARD.decode(self.authorization("Basic")?).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (name, password) = text.split_once(':')?;
        // RFC 6749, section 2.3.1: both are form-encoded before they are joined.
        let decode = |text: &str| {
            let pair = format!("x={text}");
            (form_urlencoded::parse(pair.as_bytes()).next())
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        Some((decode(name), decode(password)))
    }

    fn authorization(&self, scheme: &str) -> Option<&str> {
        let value = self.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (name, rest) = value.split_once(' ')?;
        name.eq_ignore_ascii_case(scheme).then(|| rest.trim())
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        (self.headers.get_all(header::COOKIE).iter())
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .find_map(|pair| {
                let (key, value) = pair.trim().split_once('=')?;
                (key == name).then_some(value)
            })
    }
}

/// A response that is not SOAP.
pub(crate) struct WebResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Vec<u8>,
}

impl WebResponse {
    pub(crate) fn new(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Self {
        let content_type = HeaderValue::from_static(content_type);
        Self {
            status,
            headers: vec![(header::CONTENT_TYPE, content_type)],
            body,
        }
    }

    pub(crate) fn json(status: StatusCode, value: &Value) -> Self {
        let body = value.to_string().into_bytes();
        Self::new(status, "application/json;charset=UTF-8", body)
            .with(header::CACHE_CONTROL, "no-cache, no-store")
    }

    /// A page. `body` is HTML.
    pub(crate) fn page(status: StatusCode, title: &str, body: &str) -> Self {
        let title = escape(title);
        let page = format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             </head><body><h1>{title}</h1>{body}</body></html>"
        );
        Self::new(status, "text/html; charset=utf-8", page.into_bytes())
    }

    /// A page with one sentence.
    pub(crate) fn message(status: StatusCode, title: &str, text: &str) -> Self {
        Self::page(status, title, &format!("<p>{}</p>", escape(text)))
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self::new(StatusCode::FOUND, "text/html; charset=utf-8", Vec::new())
            .with(header::LOCATION, location)
            .with(header::CACHE_CONTROL, "no-cache, no-store")
    }

    /// Adds a header, unless HTTP does not allow its value.
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// Sets the session cookie.
    pub(crate) fn with_session(self, secret: &str) -> Self {
        let cookie = format!("sid={secret}; Path=/; Secure; HttpOnly; SameSite=Lax");
        self.with(header::SET_COOKIE, &cookie)
    }
}

/// A form with hidden inputs, around the HTML of its visible part.
pub(crate) fn form(action: &str, hidden: &[(&str, &str)], visible: &str) -> String {
    let mut out = format!("<form method=\"post\" action=\"{}\">", escape(action));
    for (name, value) in hidden {
        out.push_str(&format!(
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
            escape(name),
            escape(value)
        ));
    }
    out.push_str(visible);
    out.push_str("</form>");
    out
}

/// Escapes text for HTML, in elements and in attributes with double quotes.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Adds parameters to an address.
pub(crate) fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()))
        .finish();
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{query}")
}
