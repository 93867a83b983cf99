//! The body of a response, and its compression.

use std::io::{self, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use hyper::body::{Body, Frame, SizeHint};

use crate::rest::Stream;
use crate::web::WebResponse;

/// Responses of more bytes are sent in chunks.
const CHUNKED_FROM: usize = 64 * 1024;
const CHUNK: usize = 16 * 1024;
/// Responses of fewer bytes are not compressed.
const GZIP_FROM: usize = 1024;

/// A body. A short one is sent at once with its length, and a long one in chunks. A stream is computed
/// while it is sent.
pub(super) enum ResponseBody {
    Complete { rest: Bytes, chunked: bool },
    Stream(Box<Stream>),
}

/// Compresses a response, unless it is short or already encoded.
pub(super) fn compress(response: &mut WebResponse) {
    let is_encoded = (response.headers.iter()).any(|(name, _)| *name == header::CONTENT_ENCODING);
    if is_encoded || response.body.len() <= GZIP_FROM {
        return;
    }
    response.body = compressed(&response.body);
    for (name, value) in [
        (header::CONTENT_ENCODING, "gzip"),
        (header::VARY, "Accept-Encoding"),
    ] {
        response
            .headers
            .push((name, HeaderValue::from_static(value)));
    }
}

/// Makes the HTTP response.
pub(super) fn complete(response: WebResponse) -> Response<ResponseBody> {
    let body = ResponseBody::Complete {
        chunked: response.body.len() > CHUNKED_FROM,
        rest: response.body.into(),
    };
    with_body(response.status, response.headers, body)
}

/// Makes an HTTP response whose body is computed while it is sent.
pub(super) fn streamed(head: WebResponse, stream: Box<Stream>) -> Response<ResponseBody> {
    with_body(head.status, head.headers, ResponseBody::Stream(stream))
}

fn with_body(
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: ResponseBody,
) -> Response<ResponseBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in headers {
        response.headers_mut().append(name, value);
    }
    response
}

fn compressed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    // Writing to a vector cannot fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let (rest, chunked) = match &mut *self {
            Self::Complete { rest, chunked } => (rest, *chunked),
            Self::Stream(stream) => {
                return Poll::Ready(stream.next().map(|piece| Ok(Frame::data(piece))));
            }
        };
        if rest.is_empty() {
            return Poll::Ready(None);
        }
        let size = if chunked { CHUNK } else { rest.len() }.min(rest.len());
        Poll::Ready(Some(Ok(Frame::data(rest.split_to(size)))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Complete { rest, .. } if rest.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Complete {
                rest,
                chunked: false,
            } => SizeHint::with_exact(rest.len() as u64),
            _ => SizeHint::default(),
        }
    }
}
