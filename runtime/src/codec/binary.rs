//! Binary fields, whose content may be in another part of the response (MTOM).

use std::borrow::Cow;

use bytes::Bytes;

use super::CodecError;
use super::decode::{Decoder, Result, blank, too_long};
use crate::xml::reader::shorten;
use crate::xml::{Reader, Token};

/// The content of a binary field.
pub(super) enum Binary<'x> {
    /// The content is in the element.
    Text(Cow<'x, str>),
    /// The content is in a separate part of the response.
    Part(Bytes),
}

/// Namespace of `xop:Include`.
const XOP: &str = "http://www.w3.org/2004/08/xop/include";

impl Decoder {
    /// Reads the content of the element whose start tag was read last: a text, or the part that an
    /// `xop:Include` in place of the text names.
    pub(super) fn binary<'x>(&mut self, reader: &mut Reader<'x>) -> Result<Binary<'x>> {
        let mut text = Cow::Borrowed("");
        loop {
            match reader.next()? {
                Token::Text(run) if text.is_empty() => text = run,
                Token::Text(run) => {
                    too_long(text.len() + run.len(), reader)?;
                    text.to_mut().push_str(&run);
                }
                Token::Start(start)
                    if start.local == "Include" && reader.context.uri(start.ns) == XOP =>
                {
                    blank(&text)?;
                    let href = reader.attribute(0, "href").unwrap_or_default();
                    let attachments = self.attachments.as_ref();
                    let part = match attachments.map(|all| all.referred(href)) {
                        Some(part) => part.map(|part| part.body().clone())?,
                        None => {
                            return Err(CodecError::decode("an xop:Include outside of MTOM").into());
                        }
                    };
                    // Two fields may refer to the same part.
                    self.spend(part.len(), reader)?;
                    reader.skip()?;
                    self.close(reader)?;
                    return Ok(Binary::Part(part));
                }
                Token::Start(start) => {
                    return Err(CodecError::decode("expected text, found a child element")
                        .within(shorten(start.local))
                        .into());
                }
                Token::End | Token::Eof => return Ok(Binary::Text(text)),
            }
        }
    }

    /// Reads the rest of an element, which must be white space.
    fn close(&self, reader: &mut Reader<'_>) -> Result<()> {
        loop {
            match reader.next()? {
                Token::Text(run) => blank(&run)?,
                Token::End | Token::Eof => return Ok(()),
                Token::Start(_) => {
                    return Err(CodecError::decode("an element next to an xop:Include").into());
                }
            }
        }
    }
}
