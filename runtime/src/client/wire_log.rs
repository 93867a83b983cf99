//! Shows messages as they are sent and received, for whoever looks for a mistake.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;

use super::redact::Confidential;
use crate::endpoint::Endpoint;
use crate::xml::mask::mask;

/// Shows the XML of requests and answers. A client has none unless
/// [`Builder::wire_log`](crate::Builder::wire_log) gives it one.
///
/// `***` stands in the place of secrets: of the values of elements and attributes whose names say so
/// (`password`, `sessionId`), of the session, of raw headers, and of fields that the generator was told
/// to treat as sensitive, wherever they occur. **All other values are shown**, and in the messages of
/// a CRM they are personal data; [`mask_values`](Self::mask_values) hides them, too.
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

/// A request or an answer, with its secrets masked. `Display` writes a line about it and its text.
#[derive(Debug)]
pub struct WireMessage<'a> {
    operation: &'static str,
    endpoint: &'a Endpoint,
    status: Option<StatusCode>,
    bytes: usize,
    text: &'a str,
}

impl WireLog {
    /// Gives each message to a function. An answer is shown when all of it was read, or when its
    /// reader has given up.
    pub fn new(sink: impl Fn(&WireMessage<'_>) + Send + Sync + 'static) -> Self {
        Self {
            sink: Arc::new(sink),
            mask_values: false,
            longest: 64 << 10,
        }
    }

    /// Gives the messages to `tracing`, as events of the target `saponify::wire` at level DEBUG.
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

    /// Hides all values, so that names and structure are left.
    pub fn mask_values(mut self) -> Self {
        self.mask_values = true;
        self
    }

    /// Shows at most so many bytes of a message; 64 KiB unless set.
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

    /// The answer to it, which is to come.
    pub(crate) fn answer(
        &self,
        operation: &'static str,
        endpoint: Endpoint,
        status: StatusCode,
        confidential: Confidential,
    ) -> WireAnswer {
        WireAnswer {
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
            // Cut within a character.
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
            // Letters that are apart are not found.
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

    /// Where the request went.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.endpoint
    }

    /// The HTTP status; nothing for a request.
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
                "answer to {operation} from {endpoint}, HTTP {}, {bytes} bytes:",
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

/// An answer on its way in, which is shown when this is dropped.
pub(crate) struct WireAnswer {
    log: WireLog,
    operation: &'static str,
    endpoint: Endpoint,
    status: StatusCode,
    confidential: Confidential,
    begin: Vec<u8>,
    bytes: usize,
}

impl WireAnswer {
    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        let room = self.log.longest.saturating_sub(self.begin.len());
        self.begin
            .extend_from_slice(&chunk[..chunk.len().min(room)]);
        self.bytes += chunk.len();
    }
}

impl Drop for WireAnswer {
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

impl fmt::Debug for WireAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireAnswer")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
