//! Messages in several parts (RFC 2387): MTOM, in which `xop:Include` elements stand for binary
//! parts, and SOAP with Attachments, in which texts refer to parts.
//!
//! Parts are found by their Content-ID within the same message. Nothing is fetched from other
//! addresses.

use bytes::Bytes;
use memchr::memmem;

use super::SoapError;
use crate::codec::{Attachment, Attachments, CodecError, CodecErrorKind};

/// The maximum number of parts of a message.
const MOST_PARTS: usize = 1_000;
/// The maximum length of a part's header in bytes.
const MOST_HEADER: usize = 16 << 10;

/// A message, split into its parts.
#[derive(Debug)]
pub(crate) struct Multipart {
    /// The envelope.
    pub(crate) root: Bytes,
    pub(crate) attachments: Attachments,
}

/// Whether a media type says that the message has several parts.
pub(crate) fn is_multipart(content_type: Option<&str>) -> bool {
    let media = content_type.and_then(|text| text.split(';').next());
    media.is_some_and(|media| media.trim().eq_ignore_ascii_case("multipart/related"))
}

impl Multipart {
    /// Splits a whole body into its parts.
    pub(crate) fn parse(content_type: &str, body: &Bytes) -> Result<Self, SoapError> {
        let boundary = parameter(content_type, "boundary")
            .filter(|boundary| (1..=70).contains(&boundary.len()))
            .ok_or_else(|| wrong("its Content-Type has no usable boundary"))?;
        let start = parameter(content_type, "start");
        let mut parts = Vec::new();
        for part in split(body, &boundary)? {
            parts.push(self::part(body.slice(part))?);
        }
        // RFC 2387: the root is the part that `start` names, or else the first part.
        let root = match start.as_deref().map(bare) {
            Some(start) => parts.iter().position(|part| *part.id == *start),
            None => (!parts.is_empty()).then_some(0),
        };
        let root = root.ok_or_else(|| wrong("it has no part with the envelope"))?;
        let root = parts.remove(root).body;
        Ok(Self {
            root,
            attachments: Attachments::new(parts),
        })
    }
}

fn wrong(what: &str) -> SoapError {
    SoapError::NotSoap(format!(
        "the message is multipart/related (MTOM), but {what}"
    ))
}

/// A parameter of a media type, without quotes.
pub(crate) fn parameter(content_type: &str, name: &str) -> Option<String> {
    let mut rest = content_type.split_once(';')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let (value, next) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), next)
            }
        };
        if key
            .trim()
            .trim_start_matches(';')
            .trim()
            .eq_ignore_ascii_case(name)
        {
            return Some(value);
        }
        rest = next.trim_start().trim_start_matches(';');
    }
}

/// Reads a quoted string after its first quote, and returns it and the following text.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

/// The positions of the parts, without the line ends that belong to the boundaries.
fn split(body: &[u8], boundary: &str) -> Result<Vec<std::ops::Range<usize>>, SoapError> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut begin = None;
    for at in memmem::find_iter(body, &delimiter) {
        let before = &body[..at];
        let line_end = match before {
            [] => 0,
            [.., b'\r', b'\n'] => 2,
            [.., b'\n'] => 1,
            _ => continue,
        };
        let after = &body[at + delimiter.len()..];
        let last = after.starts_with(b"--");
        let blanks = after
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        let next = match after.get(blanks..).unwrap_or_default() {
            [b'\r', b'\n', ..] => Some(blanks + 2),
            [b'\n', ..] => Some(blanks + 1),
            _ => None,
        };
        if !last && next.is_none() {
            // The boundary is only a prefix of this line.
            continue;
        }
        if let Some(begin) = begin {
            parts.push(begin..(at - line_end).max(begin));
        }
        if last {
            return Ok(parts);
        }
        if parts.len() >= MOST_PARTS {
            return Err(CodecError::limit(format!(
                "the message has more parts than the fixed limit of {MOST_PARTS}"
            ))
            .into());
        }
        begin = next.map(|next| at + delimiter.len() + next);
    }
    match begin {
        Some(_) => Err(CodecError::new(
            CodecErrorKind::Truncated,
            "the message is multipart/related (MTOM) and ends before its last boundary",
        )
        .into()),
        None => Err(wrong("its boundary does not occur")),
    }
}

/// Reads one part: its header, an empty line, and its content.
fn part(bytes: Bytes) -> Result<Attachment, SoapError> {
    let (header, begin) = header(&bytes)?;
    let mut part = Attachment {
        id: "".into(),
        content_type: None,
        body: bytes.slice(begin..),
    };
    // A line that starts with white space continues the previous line.
    let header = header.replace("\r\n", "\n");
    let header = header.replace("\n ", " ").replace("\n\t", " ");
    for line in header.lines() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match &*name.trim().to_ascii_lowercase() {
            "content-id" => part.id = bare(value).into(),
            "content-type" => part.content_type = Some(value.into()),
            "content-transfer-encoding" => match &*value.to_ascii_lowercase() {
                "binary" | "8bit" | "7bit" => {}
                "base64" => part.body = base64(&part.body)?,
                _ => {
                    return Err(wrong(
                        "a part of it has a transfer encoding that is not binary, 8bit, 7bit \
                         or base64",
                    ));
                }
            },
            _ => {}
        }
    }
    Ok(part)
}

/// The header of a part, and the position of its content.
fn header(bytes: &[u8]) -> Result<(String, usize), SoapError> {
    let text = |header: &[u8]| String::from_utf8_lossy(header).into_owned();
    for line_end in [&b"\r\n"[..], b"\n"] {
        if bytes.starts_with(line_end) {
            return Ok((String::new(), line_end.len()));
        }
    }
    let head = &bytes[..bytes.len().min(MOST_HEADER)];
    let ends = [&b"\r\n\r\n"[..], b"\n\n"];
    let found = ends
        .iter()
        .filter_map(|end| memmem::find(head, end).map(|at| (at, at + end.len())))
        .min();
    match found {
        Some((at, begin)) => Ok((text(&head[..at]), begin)),
        None if head.len() < bytes.len() => Err(CodecError::limit(format!(
            "the header of a part is longer than the fixed limit of {MOST_HEADER} bytes"
        ))
        .into()),
        None => Err(wrong("the header of a part does not end")),
    }
}

fn base64(body: &[u8]) -> Result<Bytes, SoapError> {
    let text = str::from_utf8(body).map_err(|_| wrong("a part of it is not valid base64"))?;
    let bytes = crate::lexical::bytes(text, crate::schema::Kind::Base64)
        .map_err(|_| wrong("a part of it is not valid base64"))?;
    Ok(bytes.into())
}

/// A Content-ID without its angle brackets.
fn bare(id: &str) -> &str {
    let id = id.trim();
    id.strip_prefix('<')
        .and_then(|id| id.strip_suffix('>'))
        .unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/related; type=\"application/xop+xml\"; boundary=\"b=;1\"; \
                        start=\"<root@x>\"; start-info=\"text/xml\"";

    fn parse(content_type: &str, body: &str) -> Result<Multipart, SoapError> {
        Multipart::parse(content_type, &Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn parts_are_found_by_their_ids() {
        let body = "preamble\r\n--b=;1\r\nContent-ID: <one@x>\r\n\r\na\r\n--b=;12\r\n\r\n\
                    --b=;1 \r\nContent-Type:\r\n text/xml\r\nContent-Id:<root@x>\r\n\r\n<e/>\r\n\
                    --b=;1\nContent-Transfer-Encoding: BASE64\n\naGk=\n--b=;1\r\n\r\n\r\n\
                    --b=;1--\r\nepilogue";
        let parsed = parse(TYPE, body).unwrap();
        assert_eq!(parsed.root, "<e/>");
        let bodies: Vec<_> = parsed.attachments.iter().map(|p| p.body.clone()).collect();
        assert_eq!(bodies, ["hi", "", "a\r\n--b=;12\r\n"]);
        assert_eq!(parsed.attachments.get("cid:one%40x").unwrap().id(), "one@x");
        assert!(parsed.attachments.get("http://x/one@x").is_none());
        assert!(parsed.attachments.referred("https://x/").is_err());
    }

    #[test]
    fn what_is_damaged_is_refused() {
        let is_limit = |error| matches!(error, SoapError::Codec(error) if error.kind() == CodecErrorKind::Limit);
        let whole = "--b=;1\r\nContent-ID: <root@x>\r\n\r\n<e/>\r\n--b=;1--";
        assert_eq!(parse(TYPE, whole).unwrap().root, "<e/>");
        for end in 0..whole.len() {
            assert!(parse(TYPE, &whole[..end]).is_err(), "{}", &whole[..end]);
        }
        assert!(parse("multipart/related", whole).is_err());
        assert!(parse("multipart/related; boundary=other", whole).is_err());
        let quoted = "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=\r\n--b--";
        let error = parse("multipart/related; boundary=b", quoted).unwrap_err();
        assert!(
            matches!(&error, SoapError::NotSoap(text) if text.contains("MTOM")),
            "{error:?}"
        );
        let many = format!("{}--b--", "--b\r\n\r\n\r\n".repeat(MOST_PARTS + 2));
        assert!(parse("multipart/related; boundary=b", &many).is_err_and(is_limit));
        let long = format!("--b\r\nA: {}\r\n\r\n--b--", "x".repeat(MOST_HEADER));
        assert!(parse("multipart/related; boundary=b", &long).is_err_and(is_limit));
    }
}
