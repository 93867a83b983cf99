//! Receives the body of a request within its limits.

use std::future::poll_fn;
use std::pin::pin;

use bytes::{Buf as _, Bytes};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use tokio::time::{Instant, timeout_at};

use super::reply::Refusal;
use crate::transport::inflate::{Decoder, Stop};

/// The encoding of the content, or the refusal of one that is not supported.
fn is_gzip(headers: &HeaderMap) -> Result<bool, Refusal> {
    let mut gzip = false;
    for value in headers.get_all(CONTENT_ENCODING) {
        let value = value.to_str().map_err(|_| Refusal::Encoding)?;
        for coding in value.split(',').map(str::trim) {
            match &*coding.to_ascii_lowercase() {
                "" | "identity" => {}
                "gzip" | "x-gzip" if !gzip => gzip = true,
                _ => return Err(Refusal::Encoding),
            }
        }
    }
    Ok(gzip)
}

/// The length that the request announces.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Receives the whole body and decompresses it. `limit` counts decompressed bytes.
pub(super) async fn receive<B>(
    headers: &HeaderMap,
    body: B,
    limit: usize,
    end: Instant,
) -> Result<Bytes, Refusal>
where
    B: http_body::Body,
{
    let limit = limit as u64;
    let mut decoder = Decoder::new(is_gzip(headers)?, limit);
    if let Some(length) = announced(headers) {
        decoder.announced(length).map_err(refused)?;
    }
    let mut received = Vec::new();
    // Most bodies arrive in one piece, which is then not copied.
    let mut first: Option<Bytes> = None;
    let mut body = pin!(body);
    loop {
        let next = timeout_at(end, poll_fn(|context| body.as_mut().poll_frame(context)));
        let frame = match next.await.map_err(|_| Refusal::Late)? {
            None => break,
            Some(Err(_)) => return Err(Refusal::Broken),
            Some(Ok(frame)) => frame,
        };
        let Ok(mut data) = frame.into_data() else {
            continue;
        };
        let length = data.remaining();
        let mut data = data.copy_to_bytes(length);
        decoder.received(length).map_err(refused)?;
        while let Some(piece) = decoder.next(&mut data).map_err(refused)? {
            if received.is_empty() && first.is_none() {
                first = Some(piece);
                continue;
            }
            if let Some(first) = first.take() {
                received.extend_from_slice(&first);
            }
            received.extend_from_slice(&piece);
        }
    }
    decoder.finish().map_err(refused)?;
    Ok(first.unwrap_or_else(|| received.into()))
}

fn refused(stop: Stop) -> Refusal {
    match stop {
        Stop::Limit(limit) => Refusal::TooLarge(limit),
        Stop::Inflate(error) => Refusal::Compressed(error),
    }
}
