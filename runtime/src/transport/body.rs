//! The body of a response as a sequence of chunks.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;

use bytes::Bytes;
use futures_core::Stream;

use super::error::{Sent, TransportError, TransportErrorKind};

/// The bytes of a response as they arrive, without any content coding.
///
/// Read until [`chunk`](Body::chunk) returns `None`. Only then is it certain that the response is
/// complete and its checksum is correct. Dropping a body before that closes its connection.
pub struct Body {
    source: Source,
}

type BoxStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// The next chunk of a [`Download`].
pub(super) type NextChunk<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Bytes>, TransportError>> + Send + 'a>>;

/// A body that a transport of this crate receives from the network. The trait is defined here, so
/// that this module does not depend on a transport.
pub(super) trait Download: Send {
    /// Waits for more bytes. Returns `None` after the last ones. No bytes are lost if the future is
    /// dropped.
    fn next(&mut self) -> NextChunk<'_>;
}

enum Source {
    Chunks(VecDeque<Bytes>),
    Stream(BoxStream),
    #[cfg_attr(not(feature = "https"), expect(dead_code))]
    Download(Box<dyn Download>),
    Failed,
}

impl Body {
    /// A body whose bytes are all available.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self::from_chunks([bytes.into()])
    }

    /// A body in the given chunks, as if each chunk had arrived separately.
    #[must_use]
    pub fn from_chunks<C: Into<Bytes>>(chunks: impl IntoIterator<Item = C>) -> Self {
        Self {
            source: Source::Chunks(chunks.into_iter().map(Into::into).collect()),
        }
    }

    /// A body from a stream of decoded bytes. A [`TransportError`] of the stream is passed on
    /// unchanged. Any other error of the stream counts as a broken connection, as with
    /// [`TransportError::interrupted`].
    ///
    /// The size is not limited here. An implementation that reads from a network should enforce a
    /// limit, counted after decompression.
    #[must_use]
    pub fn from_stream<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Self {
            source: Source::Stream(Box::pin(Converted(Box::pin(stream)))),
        }
    }

    #[cfg(feature = "https")]
    pub(super) fn from_download(download: impl Download + 'static) -> Self {
        Self {
            source: Source::Download(Box::new(download)),
        }
    }

    /// Waits for more bytes. Returns `None` after the last ones. A chunk is never empty.
    ///
    /// This can be cancelled: no bytes are lost if the future is dropped.
    ///
    /// # Errors
    ///
    /// Returns an error with [`TransportError::is_truncated`] if the connection ended early,
    /// [`TransportError::is_timeout`] if the response is too slow, [`TransportError::is_limit`] if
    /// the body is too large, or [`TransportError::is_protocol`] if its content coding is damaged.
    /// After an error, every further call fails.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            let next = match &mut self.source {
                Source::Chunks(chunks) => Ok(chunks.pop_front()),
                Source::Stream(stream) => poll_fn(|context| stream.as_mut().poll_next(context))
                    .await
                    .transpose(),
                Source::Download(download) => download.next().await,
                // A second call must not look like the end of a complete response.
                Source::Failed => Err(TransportError::new(
                    TransportErrorKind::Truncated,
                    "the response was abandoned after an earlier error",
                )
                .with_sent(Sent::Maybe)),
            };
            match next {
                Ok(Some(bytes)) if bytes.is_empty() => {}
                Ok(Some(bytes)) => return Ok(Some(bytes)),
                Ok(None) => {
                    self.source = Source::Chunks(VecDeque::new());
                    return Ok(None);
                }
                Err(error) => {
                    self.source = Source::Failed;
                    return Err(error);
                }
            }
        }
    }

    /// Reads the whole body, up to `limit` bytes.
    ///
    /// # Errors
    ///
    /// The same as those of [`chunk`](Body::chunk), and an error with [`TransportError::is_limit`]
    /// if there are more than `limit` bytes.
    pub async fn collect(mut self, limit: usize) -> Result<Vec<u8>, TransportError> {
        let mut all = Vec::new();
        while let Some(bytes) = self.chunk().await? {
            if all.len() + bytes.len() > limit {
                let message = format!("the response is larger than {limit} bytes");
                return Err(TransportError::limit(message).with_sent(Sent::Maybe));
            }
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.source {
            Source::Chunks(_) => "Body(in memory)",
            Source::Stream(_) => "Body(stream)",
            Source::Download(_) => "Body(network)",
            Source::Failed => "Body(failed)",
        })
    }
}

/// Converts the errors of a stream to [`TransportError`].
struct Converted<S>(Pin<Box<S>>);

impl<S, E> Stream for Converted<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context).map(|next| {
            next.map(|item| {
                item.map_err(|error| match error.into().downcast::<TransportError>() {
                    Ok(ours) => *ours,
                    Err(other) => TransportError::interrupted(other),
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn chunks_come_in_order_and_never_empty() {
        let mut body = Body::from_chunks(["a", "", "b"]);
        assert_eq!(body.chunk().await.unwrap().unwrap(), "a");
        assert_eq!(body.chunk().await.unwrap().unwrap(), "b");
        assert!(body.chunk().await.unwrap().is_none());
        assert!(body.chunk().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn an_error_stays_an_error() {
        let items = [Ok(Bytes::from("a")), Err(std::io::Error::other("reset"))];
        let mut body = Body::from_stream(futures_util::stream::iter(items));
        assert_eq!(body.chunk().await.unwrap().unwrap(), "a");
        let error = body.chunk().await.unwrap_err();
        assert!(error.is_transport() && error.maybe_applied(), "{error:?}");
        assert!(body.chunk().await.unwrap_err().is_truncated());
    }

    #[tokio::test]
    async fn collect_stops_at_the_limit() {
        assert_eq!(
            Body::from_chunks(["ab", "c"]).collect(3).await.unwrap(),
            b"abc"
        );
        assert!(
            Body::from_chunks(["ab", "cd"])
                .collect(3)
                .await
                .unwrap_err()
                .is_limit()
        );
    }
}
