//! Flaws of HTTP and below: statuses, pages, redirects, lengths, pauses, broken connections, TLS.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::{SignedDuration, Timestamp};

use super::flaws;
use super::script::{End, Script, Step, head};
use crate::web::WebResponse;

flaws! {
    /// An HTTP response that does not belong to the call.
    pub enum ReplyFlaw {
        /// A page of HTML with status 200; the call is not carried out.
        Html200 = "html_200",
        /// A maintenance page with status 503 and Retry-After: 1; the call is not carried out.
        Html503 = "html_503",
        /// A maintenance page with status 503 and a date in Retry-After; the call is not carried out.
        Html503Date = "html_503_date",
        /// A maintenance page with status 503 and Retry-After: 18446744073709551615.
        Html503Huge = "html_503_huge",
        /// The correct response, with the content type text/html.
        XmlAsHtml = "xml_as_html",
        /// The correct response, with status 500.
        Ok500 = "ok_500",
        /// An empty body with status 200.
        Empty200 = "empty_200",
        /// An empty body with status 500.
        Empty500 = "empty_500",
        /// An empty body with status 401; the call is not carried out.
        Status401 = "401",
        /// An empty body with status 429 and Retry-After: 1; the call is not carried out.
        Status429 = "429",
        /// 301 to another host; the call is not carried out.
        Redirect301 = "redirect_301",
        /// 302 to another host; the call is not carried out.
        Redirect302 = "redirect_302",
        /// 303 to another host; the call is not carried out.
        Redirect303 = "redirect_303",
        /// 307 to another host, which asks the client to repeat the request; the call is not carried out.
        Redirect307 = "redirect_307",
        /// 308 to another host, which asks the client to repeat the request; the call is not carried out.
        Redirect308 = "redirect_308",
        /// 307 to an http:// address, which would send the request in clear text.
        RedirectHttp = "redirect_http",
    }
}

flaws! {
    /// Bytes that are not a complete and correct HTTP response.
    pub enum WireFlaw {
        /// The request body is never read, and no response is sent.
        UploadNotRead = "upload_not_read",
        /// The call is carried out, but its response never comes; the connection stays open.
        HangHeaders = "hang_headers",
        /// The response stops in the middle, and the connection stays open.
        HangBody = "hang_body",
        /// The head of the response comes at ten bytes a second.
        SlowHeaders = "slow_headers",
        /// The body of the response comes at ten bytes a second.
        SlowBody = "slow_body",
        /// The connection is reset in the middle of the body.
        ResetMidBody = "reset_mid_body",
        /// The connection is closed in the middle of a body that has a Content-Length.
        CloseMidBody = "close_mid_body",
        /// The connection is closed in the middle of a chunked body.
        CloseMidChunk = "close_mid_chunk",
        /// The body has no length, and the connection is closed in the middle of it.
        CloseMidNolen = "close_mid_nolen",
        /// The connection is closed after a complete response, without Connection: close.
        CloseAfterResponse = "close_after_answer",
        /// The body never ends.
        Oversize = "oversize",
        /// The Content-Length is a terabyte, and the connection stays open.
        LyingLength = "lying_length",
        /// The Content-Length is less than the body.
        ShortLength = "short_length",
        /// Two different Content-Length headers.
        TwoLengths = "two_lengths",
        /// Both Content-Length and Transfer-Encoding: chunked.
        LengthAndChunked = "length_and_chunked",
        /// Headers of 63 MiB.
        HugeHeaders = "huge_headers",
        /// Ten thousand headers.
        ManyHeaders = "many_headers",
        /// Endless 100 Continue responses.
        EndlessContinue = "endless_continue",
        /// The response is not HTTP.
        NotHttp = "not_http",
    }
}

flaws! {
    /// A TLS handshake that a client must refuse.
    pub enum TlsFlaw {
        /// The certificate has expired.
        Expired = "tls_expired",
        /// The certificate is not valid yet.
        NotYetValid = "tls_not_yet_valid",
        /// The certificate is for another host.
        WrongHost = "tls_wrong_host",
        /// The certificate is signed by an unknown authority.
        Untrusted = "tls_untrusted",
        /// The server speaks TLS 1.1.
        Version11 = "tls_11",
    }
}

/// An address on another host, whose name can never be resolved (RFC 6761, section 6.4).
const ELSEWHERE: &str = "https://redirected.invalid/services/Soap/c/64.0";

const PAUSE: Duration = Duration::from_millis(100);

impl ReplyFlaw {
    pub(crate) fn is_before(self) -> bool {
        !matches!(
            self,
            Self::XmlAsHtml | Self::Ok500 | Self::Empty200 | Self::Empty500
        )
    }

    pub(super) fn spoil(self, mut response: WebResponse) -> WebResponse {
        match self {
            Self::Html200 => page(200),
            Self::Html503 => page(503).with(header::RETRY_AFTER, "1"),
            Self::Html503Date => {
                let then = Timestamp::now() + SignedDuration::from_secs(2);
                let date = then.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
                page(503).with(header::RETRY_AFTER, &date)
            }
            Self::Html503Huge => page(503).with(header::RETRY_AFTER, &u64::MAX.to_string()),
            Self::XmlAsHtml => {
                response.set(header::CONTENT_TYPE, "text/html; charset=utf-8");
                response
            }
            Self::Ok500 => {
                response.status = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
            Self::Empty200 => empty(200),
            Self::Empty500 => empty(500),
            Self::Status401 => empty(401),
            Self::Status429 => empty(429).with(header::RETRY_AFTER, "1"),
            Self::Redirect301 => redirect(301, ELSEWHERE),
            Self::Redirect302 => redirect(302, ELSEWHERE),
            Self::Redirect303 => redirect(303, ELSEWHERE),
            Self::Redirect307 => redirect(307, ELSEWHERE),
            Self::Redirect308 => redirect(308, ELSEWHERE),
            Self::RedirectHttp => redirect(307, "http://redirected.invalid/services/Soap/c/64.0"),
        }
    }
}

fn page(status: u16) -> WebResponse {
    let (title, text) = match status {
        200 => ("Login", "Log in to continue."),
        _ => (
            "Down for Maintenance",
            "We are down for maintenance. Sorry for the inconvenience. We'll be back shortly.",
        ),
    };
    let mut response = WebResponse::message(StatusCode::OK, title, text);
    response.status = code(status);
    response
}

pub(super) fn empty(status: u16) -> WebResponse {
    WebResponse {
        status: code(status),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

fn redirect(status: u16, location: &str) -> WebResponse {
    empty(status).with(header::LOCATION, location)
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl WireFlaw {
    pub(crate) fn script(self, response: &WebResponse) -> Script {
        let body = Bytes::copy_from_slice(&response.body);
        let half = body.slice(..body.len() / 2);
        let length = (
            header::CONTENT_LENGTH,
            HeaderValue::from(response.body.len() as u64),
        );
        let with_length = || head(response, std::slice::from_ref(&length));
        let chunked = || {
            let chunked = HeaderValue::from_static("chunked");
            head(response, &[(header::TRANSFER_ENCODING, chunked)])
        };
        let send = |parts: Vec<Bytes>| parts.into_iter().map(Step::Send).collect::<Vec<_>>();
        match self {
            Self::UploadNotRead | Self::HangHeaders => Script::new(vec![Step::Hang], End::Close),
            Self::HangBody => {
                let mut steps = send(vec![with_length(), half]);
                steps.push(Step::Hang);
                Script::new(steps, End::Close)
            }
            Self::SlowHeaders => Script::new(
                vec![Step::Slowly(with_length(), PAUSE), Step::Send(body)],
                End::Close,
            ),
            Self::SlowBody => Script::new(
                vec![Step::Send(with_length()), Step::Slowly(body, PAUSE)],
                End::Close,
            ),
            Self::ResetMidBody => Script::new(send(vec![with_length(), half]), End::Reset),
            Self::CloseMidBody => Script::new(send(vec![with_length(), half]), End::Close),
            Self::CloseMidChunk => {
                let size = Bytes::from(format!("{:x}\r\n", body.len().max(1)));
                Script::new(send(vec![chunked(), size, half]), End::Close)
            }
            Self::CloseMidNolen => {
                let close = HeaderValue::from_static("close");
                let head = head(response, &[(header::CONNECTION, close)]);
                Script::new(send(vec![head, half]), End::Close)
            }
            Self::CloseAfterResponse => Script::new(send(vec![with_length(), body]), End::Close),
            Self::Oversize => {
                // The endless rows are not compressed, even if the response was.
                let headers = response.headers.iter();
                let plain = WebResponse {
                    status: response.status,
                    headers: headers
                        .filter(|(name, _)| name != header::CONTENT_ENCODING)
                        .cloned()
                        .collect(),
                    body: Vec::new(),
                };
                let chunked = HeaderValue::from_static("chunked");
                endless_body(head(&plain, &[(header::TRANSFER_ENCODING, chunked)]))
            }
            Self::LyingLength => {
                let length = (header::CONTENT_LENGTH, HeaderValue::from(1_u64 << 40));
                let mut steps = send(vec![head(response, &[length]), body]);
                steps.push(Step::Hang);
                Script::new(steps, End::Close)
            }
            Self::ShortLength => {
                let short = HeaderValue::from(body.len() as u64 / 2);
                let head = head(response, &[(header::CONTENT_LENGTH, short)]);
                Script::new(send(vec![head, body]), End::Close)
            }
            Self::TwoLengths => {
                let other = HeaderValue::from(body.len() as u64 / 2);
                let head = head(response, &[length, (header::CONTENT_LENGTH, other)]);
                Script::new(send(vec![head, body]), End::Close)
            }
            Self::LengthAndChunked => {
                let chunked = HeaderValue::from_static("chunked");
                let head = head(response, &[length, (header::TRANSFER_ENCODING, chunked)]);
                let size = Bytes::from(format!("{:x}\r\n", body.len()));
                let end = Bytes::from_static(b"\r\n0\r\n\r\n");
                Script::new(send(vec![head, size, body, end]), End::Close)
            }
            Self::HugeHeaders => {
                let value = "x".repeat(63 * 1024);
                let lines = (0..1024).map(|n| format!("X-Filler-{n}: {value}\r\n"));
                with_more_headers(&with_length(), lines, body)
            }
            Self::ManyHeaders => {
                let lines = (0..10_000).map(|n| format!("X-Filler-{n}: x\r\n"));
                with_more_headers(&with_length(), lines, body)
            }
            Self::EndlessContinue => {
                let line = Bytes::from_static(b"HTTP/1.1 100 Continue\r\n\r\n");
                Script::new(vec![Step::Repeat(line)], End::Close)
            }
            Self::NotHttp => {
                let text = Bytes::from_static(b"220 mail.example ESMTP ready\r\n");
                Script::new(send(vec![text]), End::Close)
            }
        }
    }
}

/// A chunked body with endless rows.
fn endless_body(head: Bytes) -> Script {
    let start = concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope ",
        "xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" ",
        "xmlns=\"urn:enterprise.soap.sforce.com\"><soapenv:Body><queryResponse><result>",
        "<done>true</done>"
    );
    let rows = "<records><Name>again and again and again and again</Name></records>".repeat(200);
    let chunk = |text: &str| Bytes::from(format!("{:x}\r\n{text}\r\n", text.len()));
    Script::new(
        vec![
            Step::Send(head),
            Step::Send(chunk(start)),
            Step::Repeat(chunk(&rows)),
        ],
        End::Close,
    )
}

fn with_more_headers(head: &Bytes, lines: impl Iterator<Item = String>, body: Bytes) -> Script {
    // The empty line at the end of the head must come after the additional headers.
    let first = head.slice(..head.len().saturating_sub(2));
    let mut steps = vec![Step::Send(first)];
    steps.extend(lines.map(|line| Step::Send(line.into())));
    steps.push(Step::Send(Bytes::from_static(b"\r\n")));
    steps.push(Step::Send(body));
    Script::new(steps, End::Close)
}

/// The ServerHello of a server whose newest version is TLS 1.1.
pub(crate) fn old_server_hello() -> Bytes {
    // Record: handshake (22), version 3.2. Message: ServerHello (2), 38 bytes, version 3.2.
    let mut hello = vec![22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([7; 32]);
    // No session id; TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA; no compression.
    hello.extend([0, 0xc0, 0x13, 0]);
    hello.into()
}

impl WebResponse {
    /// Replaces a header.
    pub(super) fn set(&mut self, name: HeaderName, value: &'static str) {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, HeaderValue::from_static(value)));
    }
}
