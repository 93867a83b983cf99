//! Receives the body of a request within its limits.

use std::future::poll_fn;
use std::pin::pin;

use bytes::{Buf as _, Bytes};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use tokio::time::{Instant, timeout_at};

use super::dispatch::media_type;
use super::reply::Refusal;
use crate::codec::{Attachments, CodecError};
use crate::soap::SoapError;
use crate::soap::multipart::{self, Multipart};
use crate::transport::inflate::{Decoder, Stop};
use crate::xml::Input;

/// A request whose body has arrived.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) input: Input,
    /// The parts of a message in several parts.
    pub(super) attachments: Option<Attachments>,
}

/// Why there is no message.
#[derive(Debug)]
pub(super) enum Unreceived {
    Http(Refusal),
    /// The sender gets a fault.
    Soap(SoapError),
}

impl From<Refusal> for Unreceived {
    fn from(refusal: Refusal) -> Self {
        Self::Http(refusal)
    }
}

impl From<Stop> for Unreceived {
    fn from(stop: Stop) -> Self {
        Self::Http(match stop {
            Stop::Limit(limit) => Refusal::TooLarge(limit),
            Stop::Inflate(error) => Refusal::Compressed(error),
        })
    }
}

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

/// Receives the whole body, decompressed. `limit` counts decompressed bytes.
pub(super) async fn receive<B>(
    headers: &HeaderMap,
    body: B,
    limit: usize,
    end: Instant,
) -> Result<Message, Unreceived>
where
    B: http_body::Body,
{
    let mut decoder = Decoder::new(is_gzip(headers)?, limit as u64);
    if let Some(length) = announced(headers) {
        decoder.announced(length)?;
    }
    let media = media_type(headers);
    let mut collected = Collected::new(media, limit);
    let mut wrong = None;
    let mut body = pin!(body);
    loop {
        let next = timeout_at(end, poll_fn(|context| body.as_mut().poll_frame(context)));
        let frame = match next.await.map_err(|_| Refusal::Late)? {
            None => break,
            Some(Err(_)) => return Err(Refusal::Broken.into()),
            Some(Ok(frame)) => frame,
        };
        let Ok(mut data) = frame.into_data() else {
            continue;
        };
        let length = data.remaining();
        let mut data = data.copy_to_bytes(length);
        decoder.received(length)?;
        while let Some(piece) = decoder.next(&mut data)? {
            // The rest of a body that cannot be read is received all the same: many senders read no
            // response before they have sent everything.
            if wrong.is_none() {
                wrong = collected.add(piece).err();
            }
        }
    }
    decoder.finish()?;
    match wrong {
        None => collected.finish(media).map_err(Unreceived::Soap),
        Some(error) => Err(Unreceived::Soap(error)),
    }
}

/// The bytes that have arrived.
enum Collected {
    /// Of an envelope: they are decoded to text at once.
    Envelope(Input, usize),
    /// Of a message in several parts.
    Parts(Parts, usize),
}

/// Bytes in one piece, as most short messages are, or several.
enum Parts {
    One(Bytes),
    Several(Vec<u8>),
}

/// The beginning of a text in which the encoding may be that of `media`.
fn input(media: &str) -> Input {
    let mut input = Input::default();
    if let Some(charset) = multipart::parameter(media, "charset") {
        input.expect_charset(&charset);
    }
    input
}

impl Collected {
    fn new(media: &str, limit: usize) -> Self {
        match multipart::is_multipart(Some(media)) {
            true => Self::Parts(Parts::One(Bytes::new()), limit),
            false => Self::Envelope(input(media), limit),
        }
    }

    fn add(&mut self, piece: Bytes) -> Result<(), SoapError> {
        match self {
            Self::Envelope(input, limit) => {
                input.feed(&piece, *limit).map_err(CodecError::from)?;
            }
            Self::Parts(parts, limit) => parts.add(piece, *limit),
        }
        Ok(())
    }

    fn finish(self, media: &str) -> Result<Message, SoapError> {
        match self {
            Self::Envelope(mut input, _) => {
                input.finish();
                Ok(Message {
                    input,
                    attachments: None,
                })
            }
            Self::Parts(parts, limit) => {
                let parts = Multipart::parse(media, &parts.into_bytes())?;
                let mut input = input(media);
                input.feed(&parts.root, limit).map_err(CodecError::from)?;
                input.finish();
                Ok(Message {
                    input,
                    attachments: Some(parts.attachments),
                })
            }
        }
    }
}

impl Parts {
    fn add(&mut self, piece: Bytes, limit: usize) {
        match self {
            Self::One(bytes) if bytes.is_empty() => *self = Self::One(piece),
            Self::One(bytes) => {
                let mut several = Vec::with_capacity(bytes.len() + piece.len());
                several.extend_from_slice(bytes);
                several.extend_from_slice(&piece);
                *self = Self::Several(several);
            }
            Self::Several(several) => {
                let needed = several.len() + piece.len();
                let capacity = several.capacity();
                if needed > capacity {
                    // As the text of an envelope grows: see `Input`.
                    let grown = (capacity + capacity / 2).min(limit).max(needed);
                    several.reserve_exact(grown - several.len());
                }
                several.extend_from_slice(&piece);
            }
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::One(bytes) => bytes,
            Self::Several(several) => several.into(),
        }
    }
}
