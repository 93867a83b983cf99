//! The parts of a response besides its envelope, to which elements of the envelope refer.

use std::sync::Arc;

use bytes::Bytes;

use super::{CodecError, Halt};

/// A part of a response besides its envelope.
#[derive(Clone)]
pub struct Attachment {
    pub(crate) id: Box<str>,
    pub(crate) content_type: Option<Box<str>>,
    pub(crate) body: Bytes,
}

impl Attachment {
    /// The Content-ID without `<` and `>`. It is empty if the part has none.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The media type, if the part states one.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The content.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl std::fmt::Debug for Attachment {
    /// Omits the content, which may be personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachment")
            .field("id", &self.id)
            .field("content_type", &self.content_type)
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// All attachments of a response, sorted by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attachments(Arc<[Attachment]>);

impl Attachments {
    pub(crate) fn new(mut parts: Vec<Attachment>) -> Self {
        parts.sort_by(|a, b| a.id.cmp(&b.id));
        Self(parts.into())
    }

    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Attachment> {
        self.0.iter()
    }

    /// The part that a `cid:` URL names.
    pub(crate) fn get(&self, url: &str) -> Option<&Attachment> {
        let id = unescaped(url.trim().strip_prefix("cid:")?);
        let found = self.0.binary_search_by(|part| (*part.id).cmp(&id)).ok()?;
        self.0.get(found)
    }

    /// Like [`get`](Self::get), for an `xop:Include`.
    pub(crate) fn referred(&self, url: &str) -> Result<&Attachment, Halt> {
        self.get(url).ok_or_else(|| {
            let why = match url.trim().starts_with("cid:") {
                true => "names a part that the message does not have",
                false => "does not begin with `cid:`; other addresses are not fetched",
            };
            CodecError::decode(format!("the href of an xop:Include {why}")).into()
        })
    }
}

/// The text of a URL with its `%XX` sequences decoded.
fn unescaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digit = |at: usize| after.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
