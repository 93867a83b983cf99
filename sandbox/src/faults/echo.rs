//! Responses that repeat the request, as some proxies, firewalls and services do. A client must not show
//! what they repeat.

use http::{StatusCode, header};

use super::flaws;
use crate::web::WebResponse;

flaws! {
    /// A response that repeats the request.
    pub enum EchoFlaw {
        /// A fault whose texts contain the whole request and each of its values; for OAuth, an error.
        Fault = "echo_fault",
        /// A fault whose detail has the values of the request in texts, attributes and names.
        Detail = "echo_detail",
        /// An envelope with elements that are named after the values of the request.
        Names = "echo_names",
        /// The request itself, with status 200.
        Envelope = "echo_envelope",
        /// The request itself, with status 200, in UTF-16.
        Utf16 = "echo_utf16",
        /// A page of HTML with the values of the request in its title, and the request in its body.
        Page = "echo_page",
        /// A plain text with the request and its values, and status 502.
        Text = "echo_text",
        /// 302 to a host that is named after the values of the request.
        Redirect = "echo_redirect",
    }
}

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

impl EchoFlaw {
    pub(super) fn spoil(self, request: &[u8], response: WebResponse) -> WebResponse {
        let text = String::from_utf8_lossy(request).into_owned();
        let is_form = !text.trim_start().starts_with('<');
        let values = values(&text, is_form);
        let fault = |string: &str, detail: &str| {
            let body = format!(
                "<s:Envelope xmlns:s=\"{SOAP}\"><s:Body><s:Fault><faultcode>s:Client</faultcode>\
                 <faultstring>{string}</faultstring><faultactor>{}</faultactor>\
                 <detail>{detail}</detail></s:Fault></s:Body></s:Envelope>",
                values.concat()
            );
            xml(StatusCode::INTERNAL_SERVER_ERROR, body.into_bytes())
        };
        match self {
            Self::Fault if is_form => {
                let description = format!("{} {text}", plain(&values).join(" "));
                let error = serde_json::json!({
                    "error": "invalid_grant",
                    "error_description": description,
                });
                WebResponse::json(StatusCode::BAD_REQUEST, &error)
            }
            Self::Fault => fault(&format!("{} {}", values.join(" "), escape(&text)), ""),
            Self::Detail => {
                let entry = |value: &String| {
                    let (attribute, name) = (value.replace('"', "&quot;"), name(value));
                    format!(
                        "<odd a=\"{attribute}\">{value}</odd><deep><text>{value}</text><odd \
                         b=\"{attribute}\"/></deep><{name}/><password>{value}</password>"
                    )
                };
                fault("no", &values.iter().map(entry).collect::<String>())
            }
            Self::Names => {
                let elements: String = values
                    .iter()
                    .map(|value| format!("<{}/>", name(value)))
                    .collect();
                let body = format!(
                    "<s:Envelope xmlns:s=\"{SOAP}\"><s:Body>{elements}</s:Body></s:Envelope>"
                );
                xml(StatusCode::OK, body.into_bytes())
            }
            Self::Envelope => xml(StatusCode::OK, request.to_vec()),
            Self::Utf16 => {
                let units = std::iter::once(0xfeff).chain(text.encode_utf16());
                xml(StatusCode::OK, units.flat_map(u16::to_le_bytes).collect())
            }
            Self::Page => {
                let title = values.join(" ");
                let page = format!(
                    "<html><head><title>{title}</title></head><body>{}</body></html>",
                    escape(&text)
                );
                WebResponse::new(
                    StatusCode::OK,
                    "text/html; charset=utf-8",
                    page.into_bytes(),
                )
            }
            Self::Text => {
                let body = format!("bad request: {} {text}", plain(&values).join(" "));
                WebResponse::new(StatusCode::BAD_GATEWAY, "text/plain", body.into_bytes())
            }
            Self::Redirect => {
                let host: Vec<String> = (plain(&values).iter()).map(|value| label(value)).collect();
                let location = format!("https://{}.invalid/", host.join("."));
                let mut response = response;
                response.status = StatusCode::FOUND;
                response.body.clear();
                response.with(header::LOCATION, &location)
            }
        }
    }
}

fn xml(status: StatusCode, body: Vec<u8>) -> WebResponse {
    WebResponse::new(status, "text/xml; charset=utf-8", body)
}

/// The texts in a request, escaped as XML. Of many texts, only the last ones.
fn values(request: &str, is_form: bool) -> Vec<String> {
    let mut values: Vec<String> = match is_form {
        true => form_urlencoded::parse(request.as_bytes())
            .map(|(_, value)| escape(&value))
            .collect(),
        false => (request.split('<').filter_map(|part| part.split_once('>')))
            .map(|(_, text)| text.trim().to_owned())
            .collect(),
    };
    values.retain(|value| !value.is_empty());
    values.split_off(values.len().saturating_sub(8))
}

fn plain(values: &[String]) -> Vec<String> {
    let unescape = |value: &String| {
        let value = value.replace("&lt;", "<").replace("&gt;", ">");
        value.replace("&quot;", "\"").replace("&amp;", "&")
    };
    values.iter().map(unescape).collect()
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// An XML name that is made from a value.
fn name(value: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let name: String = value
        .chars()
        .map(|c| if fits(c) { c } else { '_' })
        .collect();
    format!("_{}", name.chars().take(300).collect::<String>())
}

/// A label of a host name that is made from a value.
fn label(value: &str) -> String {
    let label: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("x{}", label.chars().take(60).collect::<String>())
}
