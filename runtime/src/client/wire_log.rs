//! Shows messages as they are sent and received, for debugging.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;

use super::redact::Confidential;
use crate::endpoint::Endpoint;
use crate::xml::mask::mask;

/// Shows the XML of requests and responses. A client has no wire log by default;
/// [`Builder::wire_log`](crate::Builder::wire_log) sets it.
///
/// Secrets are replaced by `***`, wherever they occur in a message. Secrets are the session, the
/// values in raw headers, the values of elements and attributes whose names say that they are
/// secret (`password`, `sessionId`), and the fields that the generator marked as sensitive. **All
/// other values are shown.** In the messages of a CRM they are personal data, which
/// [`mask_values`](Self::mask_values) hides, too.
///
/// Requests for OAuth tokens are not shown.
///
/// ```ignore,no_run
/// use enterprise::Soap;
/// use saponify::WireLog;
/// use saponify::salesforce::Credentials;
///
/// let soap = Soap::builder()
///     .wire_log(WireLog::new(|message| eprintln!("{message}")).mask_values())
///     .login("https://acme.my.salesforce.com", Credentials::new("sync@acme.example", "…"))
///     .await?;
/// ```
#[derive(Clone)]
#[must_use]
pub struct WireLog {
    sink: Arc<dyn Fn(&WireMessage<'_>) + Send + Sync>,
    mask_values: bool,
    longest: usize,
}

/// A request or a response, with its secrets masked. `Display` writes a line about the message and
/// then its text.
#[derive(Debug)]
pub struct WireMessage<'a> {
    operation: &'static str,
    endpoint: &'a Endpoint,
    status: Option<StatusCode>,
    bytes: usize,
    text: &'a str,
}

impl WireLog {
    /// Passes each message to a function. A response is passed when all of it has been read, or
    /// when its reader has stopped early.
    pub fn new(sink: impl Fn(&WireMessage<'_>) + Send + Sync + 'static) -> Self {
        Self {
            sink: Arc::new(sink),
            mask_values: false,
            longest: 64 << 10,
        }
    }

    /// Sends the messages to `tracing` as events of the target `saponify::wire` at level DEBUG.
    pub fn to_tracing() -> Self {
        Self::new(|message| {
            tracing::debug!(
                target: "saponify::wire",
                operation = message.operation(),
                status = message.status().map(|status| status.as_u16()),
                bytes = message.bytes(),
                text = message.text(),
            );
        })
    }

    /// Hides all values, so that only names and structure are shown.
    pub fn mask_values(mut self) -> Self {
        self.mask_values = true;
        self
    }

    /// Sets the maximum number of bytes of a message that are shown. The default is 64 KiB.
    pub fn longest(mut self, bytes: usize) -> Self {
        self.longest = bytes;
        self
    }

    /// Shows a request.
    pub(crate) fn request(
        &self,
        operation: &'static str,
        endpoint: &Endpoint,
        envelope: &[u8],
        confidential: &Confidential,
    ) {
        self.show(
            operation,
            endpoint,
            None,
            envelope,
            envelope.len(),
            confidential,
        );
    }

    /// Makes the log of a response whose body has not arrived yet.
    pub(crate) fn response(
        &self,
        operation: &'static str,
        endpoint: Endpoint,
        status: StatusCode,
        confidential: Confidential,
    ) -> WireResponse {
        WireResponse {
            log: self.clone(),
            operation,
            endpoint,
            status,
            confidential,
            begin: Vec::new(),
            bytes: 0,
        }
    }

    fn show(
        &self,
        operation: &'static str,
        endpoint: &Endpoint,
        status: Option<StatusCode>,
        begin: &[u8],
        bytes: usize,
        confidential: &Confidential,
    ) {
        let begin = &begin[..begin.len().min(self.longest)];
        let text = match str::from_utf8(begin) {
            Ok(text) => Some(text),
            // The text is cut off within a character.
            Err(error) if error.error_len().is_none() => {
                str::from_utf8(&begin[..error.valid_up_to()]).ok()
            }
            Err(_) => None,
        };
        let text = match text {
            Some(text) if !text.contains('\0') => {
                let masked = mask(text, self.mask_values);
                confidential.redact().strip(&masked).unwrap_or(masked)
            }
            // Secrets cannot be found in text with zero bytes between the letters.
            _ => "(not shown, because it is not text in UTF-8)".to_owned(),
        };
        (self.sink)(&WireMessage {
            operation,
            endpoint,
            status,
            bytes,
            text: &text,
        });
    }
}

impl WireMessage<'_> {
    /// Name of the operation in the WSDL.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.operation
    }

    /// The address to which the request was sent.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.endpoint
    }

    /// The HTTP status of a response, or `None` for a request.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The length of the whole message, before it was cut and masked.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The message, or its beginning if it is long.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text
    }
}

impl fmt::Display for WireMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, endpoint, bytes) = (self.operation, self.endpoint, self.bytes);
        match self.status {
            None => writeln!(f, "{operation} to {endpoint}, {bytes} bytes:")?,
            Some(status) => writeln!(
                f,
                "response to {operation} from {endpoint}, HTTP {}, {bytes} bytes:",
                status.as_u16()
            )?,
        }
        f.write_str(self.text)
    }
}

impl fmt::Debug for WireLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireLog")
            .field("mask_values", &self.mask_values)
            .field("longest", &self.longest)
            .finish_non_exhaustive()
    }
}

/// A response that is being received. It is shown when this value is dropped.
pub(crate) struct WireResponse {
    log: WireLog,
    operation: &'static str,
    endpoint: Endpoint,
    status: StatusCode,
    confidential: Confidential,
    begin: Vec<u8>,
    bytes: usize,
}

impl WireResponse {
    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        let room = self.log.longest.saturating_sub(self.begin.len());
        self.begin
            .extend_from_slice(&chunk[..chunk.len().min(room)]);
        self.bytes += chunk.len();
    }
}

impl Drop for WireResponse {
    fn drop(&mut self) {
        let begin = Bytes::from(std::mem::take(&mut self.begin));
        self.log.show(
            self.operation,
            &self.endpoint,
            Some(self.status),
            &begin,
            self.bytes,
            &self.confidential,
        );
    }
}

impl fmt::Debug for WireResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireResponse")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
