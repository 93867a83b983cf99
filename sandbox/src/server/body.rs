//! The body of an answer, and its compression.

use std::io::{self, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderValue, Response, header};
use hyper::body::{Body, Frame, SizeHint};

use crate::web::WebAnswer;

/// Answers longer than this come in chunks.
const CHUNKED_FROM: usize = 64 * 1024;
const CHUNK: usize = 16 * 1024;
/// Answers shorter than this are not compressed.
const GZIP_FROM: usize = 1024;

/// A body. A short one is sent in one piece with its length, a long one in chunks.
pub(super) struct Answer {
    rest: Bytes,
    chunked: bool,
}

/// Compresses an answer, unless it is short or encoded already.
pub(super) fn compress(answer: &mut WebAnswer) {
    let is_encoded = (answer.headers.iter()).any(|(name, _)| *name == header::CONTENT_ENCODING);
    if is_encoded || answer.body.len() <= GZIP_FROM {
        return;
    }
    answer.body = compressed(&answer.body);
    for (name, value) in [
        (header::CONTENT_ENCODING, "gzip"),
        (header::VARY, "Accept-Encoding"),
    ] {
        answer.headers.push((name, HeaderValue::from_static(value)));
    }
}

/// Makes the response for an answer.
pub(super) fn response(answer: WebAnswer) -> Response<Answer> {
    let mut response = Response::new(Answer {
        chunked: answer.body.len() > CHUNKED_FROM,
        rest: answer.body.into(),
    });
    *response.status_mut() = answer.status;
    for (name, value) in answer.headers {
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

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let size = if self.chunked { CHUNK } else { self.rest.len() }.min(self.rest.len());
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(size)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        if self.chunked {
            SizeHint::default()
        } else {
            SizeHint::with_exact(self.rest.len() as u64)
        }
    }
}
