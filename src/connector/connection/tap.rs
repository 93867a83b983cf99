//! A transport that removes the content of a file from a response while the response arrives.
//!
//! The runtime holds a row in memory, and a row with an event log file may have a gigabyte. Therefore the
//! base64 between `<LogFile>` and `</LogFile>` is written to the staged file piece by piece, and the
//! runtime gets the response without it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use futures_util::stream::try_unfold;
use saponify::transport::{Body, Exchange, Request, TransportError};
use saponify::{Secret, Transport};

use super::clock::Reading;
use crate::connector::error::Error;
use crate::connector::sources::files::Staging;

/// The element whose content is removed.
const ELEMENT: &[u8] = b"LogFile";

/// A transport that can remove the content of a file. Clones share their state.
#[derive(Clone)]
pub(super) struct Tap {
    inner: Arc<dyn Transport>,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// Receives the content of the following responses, if set.
    receiver: Option<Receiver>,
    /// The `Date` header of the last response.
    date: Option<Reading>,
}

struct Receiver {
    staging: Staging,
    failure: Option<Error>,
    taken: bool,
}

/// The content that was received.
pub(super) struct Received {
    /// The staged file that the content was written to.
    pub(super) staging: Staging,
    /// Why the content could not be written.
    pub(super) failure: Option<Error>,
    /// Whether there was any content.
    pub(super) taken: bool,
}

impl Tap {
    pub(super) fn new(inner: impl Transport) -> Self {
        Self {
            inner: Arc::new(inner),
            shared: Arc::default(),
        }
    }

    /// The `Date` header of the last response, and when it came.
    pub(super) fn date(&self) -> Option<Reading> {
        self.shared().date
    }

    /// Starts to write content to `staging`, until [`end`](Self::end).
    pub(super) fn begin(&self, staging: Staging) {
        self.shared().receiver = Some(Receiver {
            staging,
            failure: None,
            taken: false,
        });
    }

    /// Stops to remove content, and returns what was received.
    pub(super) fn end(&self) -> Option<Received> {
        let receiver = self.shared().receiver.take()?;
        Some(Received {
            staging: receiver.staging,
            failure: receiver.failure,
            taken: receiver.taken,
        })
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the content anew for each response, because the previous response may have been cut off.
    fn restart(&self) -> Result<bool, TransportError> {
        let mut shared = self.shared();
        let Some(receiver) = &mut shared.receiver else {
            return Ok(false);
        };
        if receiver.taken
            && let Err(error) = receiver.staging.restart()
        {
            receiver.failure = Some(error);
            return Err(given_up());
        }
        receiver.taken = false;
        Ok(true)
    }

    fn take(&self, content: &[u8]) -> Result<(), TransportError> {
        let mut shared = self.shared();
        let Some(receiver) = &mut shared.receiver else {
            return Ok(());
        };
        receiver.taken = true;
        receiver.staging.base64(content).map_err(|error| {
            receiver.failure = Some(error);
            given_up()
        })
    }
}

/// Ends the response. The reason is stored in the receiver.
fn given_up() -> TransportError {
    TransportError::interrupted("the content of the file could not be written")
}

impl Transport for Tap {
    fn send(&self, request: Request) -> Exchange {
        let tap = self.clone();
        let sent = self.inner.send(request);
        Box::pin(async move {
            let mut response = sent.await?;
            let date = response.headers.get("date").and_then(|value| {
                let zoned = jiff::fmt::rfc2822::parse(value.to_str().ok()?).ok()?;
                Some(Reading::new(zoned.timestamp(), Instant::now()))
            });
            if let Some(date) = date {
                tap.shared().date = Some(date);
            }
            if response.status.is_success() && tap.restart()? {
                let body = std::mem::replace(&mut response.body, Body::from_bytes(Bytes::new()));
                response.body = without_content(body, tap);
            }
            Ok(response)
        })
    }

    fn secrets(&self) -> &[Secret] {
        self.inner.secrets()
    }
}

fn without_content(body: Body, tap: Tap) -> Body {
    let start = (body, tap, Scanner::default());
    Body::from_stream(try_unfold(
        start,
        |(mut body, tap, mut scanner)| async move {
            loop {
                let Some(chunk) = body.chunk().await? else {
                    return Ok::<_, TransportError>(None);
                };
                let mut rest = Vec::new();
                scanner.feed(&chunk, &mut rest, &mut |content| tap.take(content))?;
                if !rest.is_empty() {
                    return Ok(Some((Bytes::from(rest), (body, tap, scanner))));
                }
            }
        },
    ))
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tap").field(&self.inner).finish()
    }
}

/// Finds the content of the element in an XML document that arrives in pieces. The scanner only tells tags
/// from text; the reader of the runtime checks that the document is well-formed.
#[derive(Debug, Default)]
struct Scanner {
    state: State,
    /// The tag that is being read, without its angle brackets.
    tag: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Tag,
    Quoted(u8),
    Content,
    /// A character reference within the content.
    Reference,
}

/// The number of bytes of a tag that are kept. A longer tag cannot be the one that is looked for.
const LONGEST_TAG: usize = 4_096;

impl Scanner {
    /// Passes the content to `take`, and appends everything else to `rest`.
    fn feed<E>(
        &mut self,
        chunk: &[u8],
        rest: &mut Vec<u8>,
        take: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut input = chunk;
        while let Some(&byte) = input.first() {
            match self.state {
                State::Text => {
                    let end = memchr::memchr(b'<', input).map_or(input.len(), |at| at + 1);
                    let (text, after) = input.split_at(end);
                    rest.extend_from_slice(text);
                    if text.ends_with(b"<") {
                        self.open_tag();
                    }
                    input = after;
                    continue;
                }
                State::Content => {
                    let end = memchr::memchr2(b'<', b'&', input).unwrap_or(input.len());
                    let (content, after) = input.split_at(end);
                    if !content.is_empty() {
                        take(content)?;
                    }
                    match after.first() {
                        Some(b'&') => {
                            self.state = State::Reference;
                            self.tag.clear();
                        }
                        Some(_) => {
                            rest.push(b'<');
                            self.open_tag();
                        }
                        None => {}
                    }
                    input = after.get(1..).unwrap_or_default();
                    continue;
                }
                State::Reference => {
                    if byte == b';' {
                        // Base64 may contain white space, also as character references.
                        if !WHITE_SPACE.contains(&self.tag.as_slice()) {
                            take(b"&")?;
                        }
                        self.state = State::Content;
                    } else {
                        self.note(byte);
                    }
                }
                State::Tag => {
                    rest.push(byte);
                    match byte {
                        b'>' => self.close_tag(),
                        b'"' | b'\'' => self.state = State::Quoted(byte),
                        _ => self.note(byte),
                    }
                }
                State::Quoted(quote) => {
                    rest.push(byte);
                    if byte == quote {
                        self.state = State::Tag;
                    }
                }
            }
            input = input.get(1..).unwrap_or_default();
        }
        Ok(())
    }

    fn open_tag(&mut self) {
        self.state = State::Tag;
        self.tag.clear();
    }

    fn note(&mut self, byte: u8) {
        if self.tag.len() < LONGEST_TAG {
            self.tag.push(byte);
        }
    }

    fn close_tag(&mut self) {
        let name = self.tag.split(u8::is_ascii_whitespace).next();
        let local = name.and_then(|name| name.rsplit(|byte| *byte == b':').next());
        let is_start = !self.tag.starts_with(b"/") && !self.tag.ends_with(b"/");
        self.state = match is_start && local == Some(ELEMENT) {
            true => State::Content,
            false => State::Text,
        };
    }
}

const WHITE_SPACE: [&[u8]; 10] = [
    b"#9", b"#10", b"#13", b"#32", b"#x9", b"#xA", b"#xa", b"#xD", b"#xd", b"#x20",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn split(document: &str, size: usize) -> (String, String) {
        let (mut rest, mut content) = (Vec::new(), Vec::new());
        let mut scanner = Scanner::default();
        for chunk in document.as_bytes().chunks(size) {
            let mut take = |piece: &[u8]| {
                content.extend_from_slice(piece);
                Ok::<(), ()>(())
            };
            scanner.feed(chunk, &mut rest, &mut take).unwrap();
        }
        (
            String::from_utf8(rest).unwrap(),
            String::from_utf8(content).unwrap(),
        )
    }

    #[test]
    fn the_content_is_removed_wherever_the_pieces_of_the_response_end() {
        let document = "<?xml version='1.0'?><e:Envelope a='>' xmlns:sf=\"urn:LogFile\">\
            <sf:LogFileLength>12</sf:LogFileLength><sf:LogFile\n x='<LogFile>'>QUJ\nD&#13;RUZH</sf:LogFile>\
            <sf:LogFile xsi:nil='true'/><LogFile></LogFile><x>&lt;LogFile></x></e:Envelope>";
        for size in [1, 2, 3, 7, 1_000] {
            let (rest, content) = split(document, size);
            assert_eq!(content, "QUJ\nDRUZH", "{size}");
            assert_eq!(rest, document.replace("QUJ\nD&#13;RUZH", ""), "{size}");
        }
    }

    #[test]
    fn a_reference_to_anything_but_white_space_makes_the_content_invalid() {
        assert_eq!(split("<LogFile>QU&amp;JD</LogFile>", 5).1, "QU&JD");
    }
}
