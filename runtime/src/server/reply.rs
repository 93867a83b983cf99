//! HTTP responses: envelopes, and refusals of requests that are not SOAP.

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER,
    VARY,
};
use http::{Response, StatusCode};

use super::Body;
use super::work::{LONG, off_the_executor};
use crate::schema::SoapVersion;
use crate::transport::deflate;
use crate::transport::inflate::InflateError;

/// A response of this many bytes or more is compressed if the client accepts that.
const COMPRESSED_FROM: usize = 1_024;

/// Why a request is refused before it is known to be SOAP.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The method is not POST.
    Method {
        /// Whether the server publishes its WSDL.
        wsdl: bool,
    },
    /// The server processes as many requests as it may.
    Busy,
    /// The media type is not one of SOAP.
    MediaType,
    /// The content coding is not gzip.
    Encoding,
    /// The body is longer than this limit.
    TooLarge(u64),
    /// The compressed body is damaged.
    Compressed(InflateError),
    /// The body did not arrive in time.
    Late,
    /// The connection broke.
    Broken,
    /// There is no such document.
    NotFound,
}

impl Refusal {
    pub(super) fn into_response(self) -> Response<Body> {
        let (status, text) = match &self {
            Self::Method { wsdl } => (
                StatusCode::METHOD_NOT_ALLOWED,
                match wsdl {
                    true => {
                        "This is the address of a SOAP service. Send a POST request, or get `?wsdl`."
                    }
                    false => "This is the address of a SOAP service. Send a POST request.",
                }
                .to_owned(),
            ),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The server processes as many requests as it may. Try again later.".to_owned(),
            ),
            Self::MediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The media type is not one of SOAP. Send `text/xml` for SOAP 1.1, \
                 `application/soap+xml` for SOAP 1.2, or `multipart/related`."
                    .to_owned(),
            ),
            Self::Encoding => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The content coding is not supported. Send the body as it is, or with gzip."
                    .to_owned(),
            ),
            Self::TooLarge(limit) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("The request is longer than the limit of {limit} bytes."),
            ),
            Self::Compressed(error) => (
                StatusCode::BAD_REQUEST,
                format!("The compressed request cannot be read: {error}."),
            ),
            Self::Late => (
                StatusCode::REQUEST_TIMEOUT,
                "The request did not arrive in time.".to_owned(),
            ),
            Self::Broken => (
                StatusCode::BAD_REQUEST,
                "The request did not arrive completely.".to_owned(),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "There is no such document. The WSDL is at `?wsdl`.".to_owned(),
            ),
        };
        let mut response = with_body(status, "text/plain; charset=utf-8", text);
        let headers = response.headers_mut();
        match self {
            Self::Method { wsdl } => {
                let allowed = if wsdl { "GET, HEAD, POST" } else { "POST" };
                headers.insert(ALLOW, HeaderValue::from_static(allowed));
            }
            Self::Busy => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Self::Encoding => {
                headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
            }
            _ => {}
        }
        response
    }
}

/// A response with a body.
pub(super) fn with_body(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Body> {
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// A response without a body.
pub(super) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = status;
    response
}

/// An envelope.
pub(super) fn envelope(
    status: StatusCode,
    version: SoapVersion,
    envelope: String,
) -> Response<Body> {
    let content_type = match version {
        SoapVersion::V1_1 => "text/xml; charset=utf-8",
        SoapVersion::V1_2 => "application/soap+xml; charset=utf-8",
    };
    with_body(status, content_type, envelope)
}

/// Compresses the body of a response if it is large enough and the client accepts gzip.
pub(super) async fn compressed(accepts_gzip: bool, response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let body = body.into_bytes();
    if body.len() < COMPRESSED_FROM || parts.headers.contains_key(VARY) {
        return Response::from_parts(parts, Body::new(body));
    }
    varies(&mut parts.headers);
    if !accepts_gzip {
        return Response::from_parts(parts, Body::new(body));
    }
    let packed = match body.len() > LONG {
        true => {
            let body = body.clone();
            off_the_executor(move || deflate::gzip(&body)).await.ok()
        }
        false => Some(deflate::gzip(&body)),
    };
    match packed {
        Some(packed) => {
            is_packed(&mut parts.headers);
            Response::from_parts(parts, Body::new(packed))
        }
        None => Response::from_parts(parts, Body::new(body)),
    }
}

/// States that the response depends on what the client accepts.
pub(super) fn varies(headers: &mut HeaderMap) {
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
}

/// States that the body is compressed.
pub(super) fn is_packed(headers: &mut HeaderMap) {
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
}

/// Whether the client accepts gzip (RFC 9110, section 12.5.3).
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).into_iter();
    let mut any = None;
    for value in values.filter_map(|value| value.to_str().ok()) {
        for item in value.split(',') {
            let mut parts = item.split(';').map(str::trim);
            let coding = parts.next().unwrap_or_default();
            let refused = parts.any(|parameter| {
                let quality = parameter
                    .strip_prefix("q=")
                    .or_else(|| parameter.strip_prefix("Q="));
                quality.is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0))
            });
            if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") {
                return !refused;
            }
            if coding == "*" {
                any = Some(!refused);
            }
        }
    }
    any.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_accepts() {
        for (value, accepted) in [
            ("gzip", true),
            ("GZIP;q=0.5", true),
            ("br, gzip;q=1.0", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000, *", false),
            ("*", true),
            ("*;q=0", false),
            ("br", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(accepts_gzip(&headers), accepted, "{value:?}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
