//! Scripts: bytes and pauses that are sent instead of an HTTP response.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::web::WebResponse;

/// One step of a script.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Send(Bytes),
    /// Sends one byte at a time, with a pause before each.
    Slowly(Bytes, Duration),
    /// Sends the bytes again and again, until the client closes the connection.
    Repeat(Bytes),
    /// Sends nothing. The connection stays open as long as the server runs.
    Hang,
}

/// How the connection ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Close,
    Reset,
}

/// What is sent instead of a response.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    steps: Vec<Step>,
    end: End,
}

impl Script {
    pub(super) fn new(steps: Vec<Step>, end: End) -> Self {
        Self { steps, end }
    }

    /// Closes the connection without sending anything.
    pub(super) fn silent() -> Self {
        Self::new(Vec::new(), End::Close)
    }

    /// Sends the script. Stops early if the client closes the connection.
    pub(crate) async fn play(self, stream: &mut TlsStream<TcpStream>) {
        for step in self.steps {
            if send(step, stream).await.is_err() {
                return;
            }
        }
        match self.end {
            End::Close => {
                let _ = stream.shutdown().await;
            }
            End::Reset => {
                let _ = stream.flush().await;
                // With a linger time of zero, closing the socket sends a reset.
                let _ = stream.get_ref().0.set_zero_linger();
            }
        }
    }
}

async fn send(step: Step, stream: &mut TlsStream<TcpStream>) -> std::io::Result<()> {
    match step {
        Step::Send(bytes) => {
            stream.write_all(&bytes).await?;
            stream.flush().await
        }
        Step::Slowly(bytes, pause) => {
            for byte in bytes {
                tokio::time::sleep(pause).await;
                stream.write_all(&[byte]).await?;
                stream.flush().await?;
            }
            Ok(())
        }
        Step::Repeat(bytes) => loop {
            stream.write_all(&bytes).await?;
        },
        Step::Hang => std::future::pending().await,
    }
}

/// The head of a response: the status line, the headers of the response, and additional headers.
pub(super) fn head(response: &WebResponse, more: &[(HeaderName, HeaderValue)]) -> Bytes {
    let mut out = BytesMut::new();
    out.extend_from_slice(format!("HTTP/1.1 {}\r\n", response.status).as_bytes());
    for (name, value) in response.headers.iter().chain(more) {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    out.freeze()
}
