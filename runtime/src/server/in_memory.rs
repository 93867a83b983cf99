//! A transport that hands the requests of a client to a server in the same program.

use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderValue, Method};

use super::{Body, Server};
use crate::schema::SoapVersion;
use crate::transport::{self, Exchange, Request, Response, Transport, TransportError};

/// A [`Transport`] whose service is a [`Server`] in the same program. No socket is opened, so a test
/// of code that calls a SOAP service needs neither a port nor a certificate.
///
/// ```text
/// let shop = Shop::builder().transport(InMemory::new(FakeShop.into_server())).anonymous(None)?;
/// assert_eq!(shop.count("A-1").await?, 3);
/// ```
#[derive(Clone, Debug)]
pub struct InMemory(Server);

impl InMemory {
    /// A transport to this server. The host of an address is ignored.
    #[must_use]
    pub fn new(server: Server) -> Self {
        Self(server)
    }
}

impl Transport for InMemory {
    fn send(&self, request: Request) -> Exchange {
        let server = self.0.clone();
        Box::pin(async move {
            if request.is_form() || request.bearer().is_some() {
                return Err(TransportError::usage(
                    "a server in memory takes SOAP requests only",
                ));
            }
            let mut http = http::Request::new(Body::new(request.body.clone()));
            *http.method_mut() = Method::POST;
            if let Ok(uri) = request.endpoint.path().parse() {
                *http.uri_mut() = uri;
            }
            let headers = http.headers_mut();
            if let Ok(value) = HeaderValue::from_str(&request.content_type) {
                headers.insert(CONTENT_TYPE, value);
            }
            if let Ok(value) = HeaderValue::from_str(request.endpoint.host()) {
                headers.insert(HOST, value);
            }
            if request.soap == SoapVersion::V1_1 {
                headers.insert("soapaction", request.action_header()?);
            }
            let (parts, body) = server.handle(http).await.into_parts();
            let body = transport::Body::from_bytes(body.into_bytes());
            Ok(Response::new(parts.status, body).with_headers(parts.headers))
        })
    }
}
