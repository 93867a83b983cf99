//! Flaws of the character encoding.

use http::header;

use super::flaws;
use crate::web::WebAnswer;

flaws! {
    /// An encoding that a client must accept, or refuse with a clear error.
    pub enum TextFlaw {
        /// A byte order mark before the XML, which a client must accept.
        Bom = "bom",
        /// UTF-16 with a byte order mark.
        Utf16 = "utf16",
        /// A byte that is not UTF-8, in the middle of the response.
        BadUtf8 = "bad_utf8",
        /// ISO-8859-1, declared as that in the XML declaration.
        Latin1Declared = "latin1_declared",
        /// UTF-8, with another charset in the Content-Type.
        CharsetConflict = "charset_conflict",
    }
}

/// The encoding in the XML declaration of every response.
const UTF8: &str = "encoding=\"UTF-8\"";

impl TextFlaw {
    pub(super) fn spoil(self, answer: &mut WebAnswer) {
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        match self {
            Self::Bom => answer.body = [b"\xef\xbb\xbf", answer.body.as_slice()].concat(),
            Self::Utf16 => {
                let text = text.replace(UTF8, "encoding=\"UTF-16\"");
                answer.set(header::CONTENT_TYPE, "text/xml; charset=utf-16");
                answer.body = (std::iter::once(0xfeff).chain(text.encode_utf16()))
                    .flat_map(u16::to_le_bytes)
                    .collect();
            }
            Self::BadUtf8 => {
                // Before the last end tag inside of the body.
                let at = text.rfind("</soapenv:Body>").unwrap_or(text.len());
                let at = text[..at].rfind("</").unwrap_or(0);
                answer.body.insert(at, 0xff);
            }
            Self::Latin1Declared => {
                let text = text.replace(UTF8, "encoding=\"ISO-8859-1\"");
                answer.set(header::CONTENT_TYPE, "text/xml; charset=iso-8859-1");
                // Because of the comment, the bytes are not valid UTF-8.
                answer.body = with_comment(&text)
                    .chars()
                    .map(|c| u8::try_from(c).unwrap_or(b'?'))
                    .collect();
            }
            Self::CharsetConflict => {
                answer.set(header::CONTENT_TYPE, "text/xml; charset=iso-8859-1");
                answer.body = with_comment(&text).into_bytes();
            }
        }
    }
}

/// Adds a comment that is not ASCII.
fn with_comment(text: &str) -> String {
    match text.find("?>") {
        Some(at) => format!("{}<!-- café -->{}", &text[..at + 2], &text[at + 2..]),
        None => text.to_owned(),
    }
}
