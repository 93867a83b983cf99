//! Servers of generated port types: calls of all styles, faults, HTTP, and hostile requests. No socket is
//! opened.

mod calls;
mod faults;
mod hostile;
mod http;
mod library;
mod log;
mod peers;
mod wsdl;

use ::http::header::CONTENT_TYPE;
use ::http::{HeaderMap, Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::Full;
use saponify::server::Server;

pub(crate) const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(crate) const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";
pub(crate) const TEXT_XML: &str = "text/xml; charset=utf-8";
pub(crate) const SOAP_XML: &str = "application/soap+xml; charset=utf-8";

/// The response to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn media(&self) -> &str {
        self.headers
            .get(CONTENT_TYPE)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is a fault of this class with this HTTP status, and returns its reason.
    pub(crate) fn fault(&self, code: &str, status: u16) -> String {
        let text = self.text();
        assert_eq!(self.status, status, "{text}");
        let (tag, value) = match text.contains(SOAP12) && !text.contains("<faultcode>") {
            true => ("soapenv:Text xml:lang=\"en\"", "soapenv:Value"),
            false => ("faultstring", "faultcode"),
        };
        let code = format!("<{value}>soapenv:{code}</{value}>");
        assert!(text.contains(&code), "{code}: {text}");
        let begin = text.find(&format!("<{tag}>")).unwrap() + tag.len() + 2;
        let end = text[begin..].find('<').unwrap();
        text[begin..begin + end].to_owned()
    }
}

/// Sends a request.
pub(crate) async fn send(server: &Server, request: Request<Full<Bytes>>) -> Answer {
    let (parts, body) = server.handle(request).await.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        bytes: body.into_bytes(),
    }
}

/// A POST request.
pub(crate) fn request(content_type: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::builder()
        .method(Method::POST)
        .uri("/soap")
        .header(CONTENT_TYPE, content_type)
        .body(Full::new(body.into()))
        .unwrap()
}

/// Sends an envelope by POST.
pub(crate) async fn post(server: &Server, content_type: &str, body: impl Into<Bytes>) -> Answer {
    send(server, request(content_type, body)).await
}

/// An envelope with this content, in which the prefixes `l`, `s` and `xsi` are declared.
pub(crate) fn envelope_of(soap: &str, content: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='{soap}' xmlns:l='urn:example:library' xmlns:s='urn:example:styles' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>{content}</e:Envelope>"
    )
}

/// A SOAP 1.1 envelope with this body.
pub(crate) fn envelope(body: &str) -> String {
    envelope_of(SOAP11, &format!("<e:Body>{body}</e:Body>"))
}
