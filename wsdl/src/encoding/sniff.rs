//! Recognizes files that are not XML, because people save a login page or an archive instead of the WSDL.

/// The format of the file, and what the user can do. `None` for a file that may be XML.
pub(super) fn other_format(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const PAGE: (&str, &str) = (
        "the document is a web page, not a WSDL",
        "it may be a login or error page: log in, and save the WSDL itself",
    );
    let binary: [(&[u8], &str, &str); 4] = [
        (
            &[0x1F, 0x8B],
            "the file is compressed by gzip",
            "decompress it with gunzip",
        ),
        (
            b"PK\x03\x04",
            "the file is a zip archive",
            "unpack it, and name the WSDL in it",
        ),
        (b"%PDF", "the file is a PDF document", "name the WSDL"),
        (b"\x7fELF", "the file is a program", "name the WSDL"),
    ];
    let found = binary.iter().find(|(start, ..)| bytes.starts_with(start));
    if let Some((_, what, help)) = found {
        return Some((what, help));
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let text = bytes.trim_ascii_start();
    match text {
        [] => Some((
            "the file is empty",
            "the download may have failed: save the WSDL again",
        )),
        _ if starts_as_json(text) => Some((
            "the document is JSON, not a WSDL",
            "Salesforce writes the WSDL at Setup, API, Generate Enterprise WSDL",
        )),
        _ if starts_as_page(text) => Some(PAGE),
        _ => None,
    }
}

/// Whether a document starts like a JSON object, or like an array of objects.
fn starts_as_json(text: &[u8]) -> bool {
    let within = |text: &[u8], next: &[u8]| {
        let rest = text.trim_ascii_start();
        rest.first().is_none_or(|byte| next.contains(byte))
    };
    match text {
        [b'{', rest @ ..] => within(rest, b"\"}"),
        [b'[', rest @ ..] => within(rest, b"{]"),
        _ => false,
    }
}

/// Whether a document starts like a web page. XHTML that begins with an XML declaration is refused because
/// of its root element.
fn starts_as_page(text: &[u8]) -> bool {
    let tags = ["<!doctype html", "<html", "<head", "<body", "<script"];
    tags.iter().any(|tag| {
        let (start, next) = (text.get(..tag.len()), text.get(tag.len()));
        let is_whole = next.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        is_whole && start.is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::other_format;

    #[test]
    fn each_format_is_named() {
        for (bytes, word) in [
            (&b""[..], "empty"),
            (b" \r\n\t", "empty"),
            (b"\xEF\xBB\xBF", "empty"),
            (b"\x1F\x8B\x08", "gzip"),
            (b"PK\x03\x04..", "zip archive"),
            (b"%PDF-1.7", "PDF"),
            (b"{ \"a\": 1}", "JSON"),
            (b"[{}]", "JSON"),
            (b"\n<!DOCTYPE html>", "web page"),
            (b"<HTML><br>", "web page"),
            (b"<html lang='en'>", "web page"),
        ] {
            let what = other_format(bytes).map_or("", |(what, _)| what);
            assert!(what.contains(word), "{bytes:?}: {what}");
        }
        for bytes in [
            &b"<?xml version='1.0'?>"[..],
            b"<definitions/>",
            b"<headers/>",
            b"<htmlx/>",
            b"\xFF\xFE<\0",
            b"text",
            b"[package]",
            b"{name}",
        ] {
            assert_eq!(other_format(bytes), None, "{bytes:?}");
        }
    }
}
