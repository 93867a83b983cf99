//! How a request is sent to the service and how the response is received.
//!
//! [`Https`] is the transport for production. It needs the feature `https`, which is on by default.
//! [`testing::Scripted`] answers from memory, for tests. You can implement [`Transport`] for
//! anything else: this crate gives the transport one complete envelope and reads the response as a
//! stream of bytes.
//!
//! A transport does not retry, does not follow redirects and does not read the messages. It must
//! report whether a request was certainly not sent (see [`TransportError::not_sent`] and
//! [`TransportError::interrupted`]), because a repeated `create` makes a second record.

mod body;
#[cfg(any(feature = "https", feature = "server"))]
pub(crate) mod deflate;
pub(crate) mod error;
#[cfg(feature = "https")]
mod https;
#[cfg(any(feature = "https", feature = "server"))]
pub(crate) mod inflate;
mod retry_after;
pub mod testing;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use http::{HeaderValue, StatusCode};

pub use body::Body;
pub use error::TransportError;
#[cfg(feature = "unstable-transport")]
pub use https::client_config;
#[cfg(feature = "https")]
pub use https::{Https, HttpsBuilder};

use crate::endpoint::Endpoint;
use crate::schema::SoapVersion;
use crate::secret::Secret;

/// How long a response asks the client to wait: its `Retry-After`, its `Date`, and the time of this machine.
///
/// The feature `unstable-transport` adds this function, for other clients of the same program. It is exempt from
/// semantic versioning.
#[cfg(feature = "unstable-transport")]
#[must_use]
pub fn parse_retry_after(
    value: &str,
    date: Option<&str>,
    now: jiff::Timestamp,
) -> Option<Duration> {
    retry_after::parse(value, date, now)
}

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// The future of one exchange.
pub type Exchange =
    Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'static>>;

/// Sends SOAP requests.
///
/// Implementations return a [`Response`] for any HTTP status. The reader of the message decides
/// whether the response contains a fault. They return an error only if there is no usable response:
/// the connection broke, a timeout expired, or the service sent a redirect.
///
/// ```
/// use saponify::transport::{Body, Exchange, Request, Response, Transport};
///
/// #[derive(Debug)]
/// struct Canned;
///
/// impl Transport for Canned {
///     fn send(&self, _request: Request) -> Exchange {
///         Box::pin(async {
///             let body = Body::from_bytes("<Envelope/>");
///             Ok(Response::new(http::StatusCode::OK, body).with_content_type("text/xml"))
///         })
///     }
/// }
/// ```
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Starts the exchange. The future completes when the status and the headers of the response
    /// have arrived. The body is read through [`Response::body`]. Dropping the future cancels the
    /// exchange.
    ///
    /// # Errors
    ///
    /// The future returns an error if there is no response. [`TransportError::maybe_applied`] must
    /// be true unless it is certain that no byte of the request was sent.
    fn send(&self, request: Request) -> Exchange;

    /// What this transport adds to requests and no error may repeat, such as the password of HTTP
    /// Basic. A service may repeat it in its response, and the client removes it from what an error
    /// quotes of the response. A transport around another one returns what that one does.
    fn secrets(&self) -> &[Secret] {
        &[]
    }
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request) -> Exchange {
        (**self).send(request)
    }

    fn secrets(&self) -> &[Secret] {
        (**self).secrets()
    }
}

/// A SOAP request to send.
///
/// `Debug` shows neither the body, which contains the session or the password, nor the query of the
/// endpoint.
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// The address to which the request is sent.
    pub endpoint: Endpoint,
    /// The name of the operation in the WSDL, for error messages and logs.
    pub operation: &'static str,
    /// The version of SOAP.
    pub soap: SoapVersion,
    /// The `soapAction` of the binding, without quotes. It is often empty.
    pub action: &'static str,
    /// The media type of the body. In SOAP 1.2 it also contains the action.
    pub content_type: Cow<'static, str>,
    /// The envelope in UTF-8, or the form.
    pub body: Bytes,
    kind: Kind,
}

/// The kind of a request.
#[derive(Clone)]
enum Kind {
    Soap,
    Form,
    /// An HTTP GET with this bearer token.
    Get(Secret),
}

impl Request {
    /// A SOAP 1.1 request: `text/xml` in UTF-8.
    ///
    /// # Errors
    ///
    /// Returns a usage error if `action` cannot be written into the `SOAPAction` header, because it
    /// contains a control character, a line break, a quote, or a character outside of ASCII.
    pub fn new(
        endpoint: Endpoint,
        operation: &'static str,
        action: &'static str,
        body: impl Into<Bytes>,
    ) -> Result<Self, TransportError> {
        let request = Self {
            endpoint,
            operation,
            soap: SoapVersion::V1_1,
            action,
            content_type: Cow::Borrowed("text/xml; charset=utf-8"),
            body: body.into(),
            kind: Kind::Soap,
        };
        request.action_header()?;
        Ok(request)
    }

    /// A form to post, `application/x-www-form-urlencoded`, whose response is JSON. OAuth requests
    /// tokens in this way. `what` is used instead of the name of an operation.
    pub fn form(endpoint: Endpoint, what: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            endpoint,
            operation: what,
            soap: SoapVersion::V1_1,
            action: "",
            content_type: Cow::Borrowed(FORM),
            body: body.into(),
            kind: Kind::Form,
        }
    }

    /// An HTTP GET without a body, which sends the token as `Authorization: Bearer`. The REST API
    /// serves files in this way to the session of a client. `what` is used instead of the name of
    /// an operation.
    pub fn get(endpoint: Endpoint, what: &'static str, token: Secret) -> Self {
        Self {
            endpoint,
            operation: what,
            soap: SoapVersion::V1_1,
            action: "",
            content_type: Cow::Borrowed(""),
            body: Bytes::new(),
            kind: Kind::Get(token),
        }
    }

    /// The token of a [GET](Self::get), or `None` if the request is a POST.
    #[must_use]
    pub fn bearer(&self) -> Option<&Secret> {
        match &self.kind {
            Kind::Get(token) => Some(token),
            Kind::Soap | Kind::Form => None,
        }
    }

    /// Whether this is a [form](Self::form) and not a SOAP message. A form has no `SOAPAction`, and
    /// its body is not compressed, because token endpoints do not expect compression.
    #[must_use]
    pub fn is_form(&self) -> bool {
        matches!(self.kind, Kind::Form)
    }

    /// Changes the request to SOAP 1.2: `application/soap+xml` in UTF-8, with the action as a
    /// parameter (SOAP 1.2 Part 2, appendix A).
    #[must_use]
    pub fn soap_1_2(mut self) -> Self {
        let mut media = "application/soap+xml; charset=utf-8".to_owned();
        if !self.action.is_empty() {
            media.push_str(&format!(
                "; action=\"{}\"",
                self.action.replace('\\', "\\\\")
            ));
        }
        self.soap = SoapVersion::V1_2;
        self.content_type = Cow::Owned(media);
        self
    }

    /// The value of the `SOAPAction` header, in quotes. SOAP 1.2 has no such header.
    ///
    /// # Errors
    ///
    /// The same as those of [`Request::new`]. They can occur here, too, because the fields are
    /// public.
    pub fn action_header(&self) -> Result<HeaderValue, TransportError> {
        let plain = self
            .action
            .bytes()
            .all(|byte| matches!(byte, b' '..=b'~') && byte != b'"');
        plain
            .then(|| HeaderValue::from_str(&format!("\"{}\"", self.action)).ok())
            .flatten()
            .ok_or_else(|| {
                TransportError::usage(format!(
                    "the soapAction of {} has a character that an HTTP header must not contain: {:?}; \
                     correct it in the WSDL",
                    self.operation, self.action
                ))
            })
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("endpoint", &self.endpoint)
            .field("operation", &self.operation)
            .field("action", &self.action)
            .field("content_type", &self.content_type)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// The response to a [`Request`]. Its body is still to be read.
///
/// `Debug` shows the names of headers but not their values.
#[non_exhaustive]
pub struct Response {
    /// The HTTP status. SOAP faults have the status 500, and sometimes 200.
    pub status: StatusCode,
    /// The `Content-Type`, if there is one and it is readable.
    pub content_type: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, without any content coding.
    pub body: Body,
}

impl Response {
    /// A response without headers.
    #[must_use]
    pub fn new(status: StatusCode, body: Body) -> Self {
        Self {
            status,
            content_type: None,
            headers: HeaderMap::new(),
            body,
        }
    }

    /// Sets the media type.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sets the headers, and takes the media type from them.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        self.content_type = content_type.map(str::to_owned).or(self.content_type);
        self.headers = headers;
        self
    }

    /// How long the service asks to wait, cut to what the caller is ready to wait.
    pub(crate) fn retry_after(&self, longest: Duration) -> Option<Duration> {
        let text = |name| self.headers.get(name)?.to_str().ok();
        let now = jiff::Timestamp::now();
        let asked = retry_after::parse(text(RETRY_AFTER)?, text(DATE), now)?;
        Some(asked.min(longest))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field(
                "headers",
                &self
                    .headers
                    .keys()
                    .map(|name| name.as_str())
                    .collect::<Vec<_>>(),
            )
            .field("body", &self.body)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Endpoint {
        Endpoint::parse("https://soap.example/path?key=canary").unwrap()
    }

    #[test]
    fn debug_shows_no_content() {
        let request = Request::new(endpoint(), "query", "", "<canary/>").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("set-cookie", HeaderValue::from_static("sid=canary"));
        let response =
            Response::new(StatusCode::OK, Body::from_bytes("canary")).with_headers(headers);
        let text = format!("{request:?} {request:#?} {response:?} {response:#?}");
        assert!(!text.contains("canary"), "{text}");
        assert!(
            text.contains("set-cookie") && text.contains("query"),
            "{text}"
        );
    }

    #[test]
    fn soap_1_2_has_the_action_in_the_media_type() {
        let media = |action| {
            let request = Request::new(endpoint(), "query", action, "").unwrap();
            request.soap_1_2().content_type.into_owned()
        };
        assert_eq!(media(""), "application/soap+xml; charset=utf-8");
        let expected = "application/soap+xml; charset=utf-8; action=\"urn:a b\\\\c\"";
        assert_eq!(media("urn:a b\\c"), expected);
    }

    #[test]
    fn actions_are_quoted_or_refused() {
        for (action, header) in [("", "\"\""), ("urn:a#b c", "\"urn:a#b c\"")] {
            let request = Request::new(endpoint(), "query", action, "").unwrap();
            assert_eq!(request.action_header().unwrap(), header);
        }
        for action in [
            "a\r\nX: y",
            "a\nb",
            "\u{0}",
            "\u{7f}",
            "a\"b",
            "\u{e9}",
            "a\tb",
        ] {
            let error = Request::new(endpoint(), "query", action, "").unwrap_err();
            assert!(error.is_usage(), "{action:?}");
            assert!(!error.to_string().chars().any(char::is_control), "{error}");
        }
    }
}
