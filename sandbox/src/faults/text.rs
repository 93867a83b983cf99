//! Flaws of the character encoding.

use http::header;

use super::flaws;
use crate::web::WebResponse;

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
    pub(super) fn spoil(self, response: &mut WebResponse) {
        let text = String::from_utf8_lossy(&response.body).into_owned();
        match self {
            Self::Bom => response.body = [b"\xef\xbb\xbf", response.body.as_slice()].concat(),
            Self::Utf16 => {
                let text = text.replace(UTF8, "encoding=\"UTF-16\"");
                response.set(header::CONTENT_TYPE, "text/xml; charset=utf-16");
                response.body = (std::iter::once(0xfeff).chain(text.encode_utf16()))
                    .flat_map(u16::to_le_bytes)
                    .collect();
            }
            Self::BadUtf8 => {
                // The byte is inserted before the last end tag in the body.
                let at = text.rfind("</soapenv:Body>").unwrap_or(text.len());
                let at = text[..at].rfind("</").unwrap_or(0);
                response.body.insert(at, 0xff);
            }
            Self::Latin1Declared => {
                let text = text.replace(UTF8, "encoding=\"ISO-8859-1\"");
                response.set(header::CONTENT_TYPE, "text/xml; charset=iso-8859-1");
                // The comment makes the bytes invalid UTF-8.
                response.body = with_comment(&text)
                    .chars()
                    .map(|c| u8::try_from(c).unwrap_or(b'?'))
                    .collect();
            }
            Self::CharsetConflict => {
                response.set(header::CONTENT_TYPE, "text/xml; charset=iso-8859-1");
                response.body = with_comment(&text).into_bytes();
            }
        }
    }
}

/// Adds a comment with a character beyond ASCII.
fn with_comment(text: &str) -> String {
    match text.find("?>") {
        Some(at) => format!("{}<!-- café -->{}", &text[..at + 2], &text[at + 2..]),
        None => text.to_owned(),
    }
}
