//! The error of a response that is not a SOAP message.

use http::StatusCode;

use crate::error::{Error, ErrorKind, tells_of_outage};
use crate::transport::error::Sent;

/// The maximum number of characters of a foreign text that an error shows.
const SHOWN: usize = 200;

/// Describes a response that cannot be a SOAP message: an HTML page, the text of a proxy, or an
/// empty body.
///
/// `first_bytes` is the start of the body, of which a few kilobytes are enough. The part that is
/// shown contains no tags, no control characters, and nothing that looks like a session id.
pub(crate) fn not_soap(
    status: StatusCode,
    content_type: Option<&str>,
    first_bytes: &[u8],
) -> Error {
    let text = String::from_utf8_lossy(&first_bytes[..first_bytes.len().min(8 * 1024)]);
    let media = match content_type.map(|value| plain(value, 60)) {
        Some(value) if !value.is_empty() => format!(" of type {value}"),
        _ => String::new(),
    };
    let lower = text.to_ascii_lowercase();
    let what = if first_bytes.is_empty() {
        "the response is empty".to_owned()
    } else if first_bytes.contains(&0)
        || first_bytes.starts_with(b"\xFF\xFE")
        || first_bytes.starts_with(b"\xFE\xFF")
    {
        // The text is not UTF-8. It is not shown letter by letter, because UTF-16 text would then
        // show a session id.
        format!("the response{media} is not text in UTF-8; it is withheld")
    } else if echoes_request(&lower) {
        // A server that repeats the request would put the password of the request into the message.
        format!(
            "the response{media} is not SOAP; its text is withheld because it may repeat the request"
        )
    } else if is_xml(&lower) {
        // The text is a message of another protocol or a malformed message. Its elements may
        // contain rows and tokens.
        format!("the response{media} is XML but not a SOAP message; its text is withheld")
    } else if let Some(title) = title(&text, &lower) {
        format!("the response{media} is not SOAP but an HTML page titled \"{title}\"")
    } else if !is_utf8(first_bytes) {
        format!("the response{media} is not SOAP and not text in UTF-8; it is withheld")
    } else {
        format!(
            "the response{media} is not SOAP; it reads \"{}\"",
            plain(&strip_tags(&text), SHOWN)
        )
    };
    // These statuses are sent before any work is done, so the request was not applied. All other
    // statuses leave that open.
    let sent = match status.as_u16() {
        300..=302
        | 304..=308
        | 400
        | 401
        | 403..=405
        | 407
        | 411
        | 413..=415
        | 420
        | 421
        | 429
        | 431 => Sent::Answered,
        _ => Sent::Maybe,
    };
    Error::new(
        ErrorKind::Protocol,
        format!("{what}; {}", hint(status, &lower)),
    )
    .with_status(status)
    .with_sent(sent)
    .with_out_of_service(tells_of_outage(&lower))
    .with_page(is_page(&lower))
}

/// Whether a lower-case text is XML other than HTML.
fn is_xml(lower: &str) -> bool {
    let mut rest = lower.trim_start_matches('\u{feff}').trim_start();
    // Declarations and comments before the root element do not tell what the root element is.
    while rest.starts_with("<?") || rest.starts_with("<!--") {
        let close = if rest.starts_with("<?") { "?>" } else { "-->" };
        let Some(end) = rest.find(close) else {
            return true;
        };
        rest = rest[end + close.len()..].trim_start();
    }
    if rest.starts_with("<!") {
        return !rest.starts_with("<!doctype html");
    }
    let Some(tag) = rest.strip_prefix('<') else {
        return false;
    };
    let mut names = tag.split(|c: char| !c.is_alphanumeric() && !":_-.".contains(c));
    let name = names.next().unwrap_or_default();
    !name.is_empty() && !HTML_STARTS.contains(&name)
}

/// Whether bytes are text in UTF-8, which may be cut off within a character.
fn is_utf8(bytes: &[u8]) -> bool {
    match str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// Elements with which HTML pages begin. Some pages do not begin with `html`.
const HTML_STARTS: &[&str] = &[
    "html", "head", "title", "meta", "link", "style", "script", "body", "h1", "h2", "h3", "p",
    "div", "span", "center", "pre", "b", "br", "hr", "font", "table", "ul",
];

/// Whether a lower-case text is an HTML page.
fn is_page(lower: &str) -> bool {
    let start = lower.trim_start_matches('\u{feff}').trim_start();
    start.starts_with("<html") || start.starts_with("<!doctype html")
}

/// What to do about the response. `lower` is its text in lower case.
fn hint(status: StatusCode, lower: &str) -> &'static str {
    match status.as_u16() {
        401 => {
            "the service, or a gateway in front of it, asks for credentials; `HttpsBuilder::basic_auth` and \
             `HttpsBuilder::header` send them"
        }
        407 => "a proxy asks for credentials",
        403 => "a proxy or gateway forbids the address",
        404 | 405 | 410 => "check the path of the address: it must be that of the SOAP service",
        413 => "the request is too large for the service",
        420 | 429 => "too many requests; wait before the next",
        502 | 504 => "a gateway did not get a response from the service; try again later",
        503 => "the service is not available; try again later",
        500..=599 => "the service failed without a SOAP fault",
        _ if lower.contains("maintenance") => {
            "the service is down for maintenance; try again later"
        }
        _ if is_page(lower) => "check the address; the login page of a proxy looks like this",
        _ => "check the address",
    }
}

fn echoes_request(lower: &str) -> bool {
    ["password>", "sessionid>", "password&gt;", "sessionid&gt;"]
        .iter()
        .any(|mark| lower.contains(mark))
}

fn title(text: &str, lower: &str) -> Option<String> {
    // Both texts have the same length, because only ASCII letters differ.
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let title = plain(&text[start..end], SHOWN);
    (!title.is_empty()).then_some(title)
}

/// Removes tags, scripts and style sheets from a text.
fn strip_tags(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        out.push(' ');
        rest = &rest[open..];
        let lower: String = rest
            .chars()
            .take(8)
            .collect::<String>()
            .to_ascii_lowercase();
        let close = ["script", "style"]
            .iter()
            .find(|name| lower[1..].starts_with(**name))
            .and_then(|name| rest.to_ascii_lowercase().find(&format!("</{name}")));
        rest = &rest[close.unwrap_or(0)..];
        rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
    }
    out + rest
}

/// The text as one line without control characters and session ids, cut to `most` characters.
fn plain(text: &str, most: usize) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        if looks_like_session(word) {
            out.push_str("***");
        } else {
            out.extend(word.chars().filter(|&c| !is_invisible(c)));
        }
        if out.chars().count() > most {
            let mut cut: String = out.chars().take(most).collect();
            cut.push('…');
            return cut;
        }
    }
    out
}

/// Characters that change the direction or the appearance of the surrounding text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}')
}

/// Whether `word` contains an organization id followed by `!`, which is the form of a Salesforce
/// session id.
fn looks_like_session(word: &str) -> bool {
    word.match_indices('!').any(|(at, _)| {
        let id = word[..at]
            .bytes()
            .rev()
            .take_while(u8::is_ascii_alphanumeric)
            .count();
        id >= 15
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(status: u16, content_type: Option<&str>, body: &str) -> String {
        let status = StatusCode::from_u16(status).unwrap();
        let error = not_soap(status, content_type, body.as_bytes());
        assert!(error.is_protocol());
        assert_eq!(error.status(), Some(status));
        error.to_string()
    }

    #[test]
    fn names_the_page() {
        let page = "<html><head><TITLE lang=en>\r\n Down for\u{202e} <i>now</i></TITLE></head>";
        let text = message(503, Some("text/html; charset=UTF-8"), page);
        assert!(text.contains("text/html"), "{text}");
        assert!(text.contains("titled \"Down for <i>now</i>\""), "{text}");
        assert!(
            text.contains("not available") && text.contains("HTTP 503"),
            "{text}"
        );
    }

    #[test]
    fn shows_text_without_tags_and_controls() {
        let page = "<p>upstream\u{7} connect</p><script>var x = '<b>';</script>\r\nerror<br";
        let text = message(502, Some("text/plain\r\nX: y"), page);
        assert!(text.contains("reads \"upstream connect error\""), "{text}");
        assert!(!text.chars().any(char::is_control), "{text}");
    }

    #[test]
    fn is_short_and_never_fails() {
        for body in [
            "",
            "<",
            "<s",
            "<script>",
            "\u{feff}",
            "<é",
            "<title>",
            "<title>é</title",
        ] {
            message(200, None, body);
        }
        let text = message(200, None, &"é".repeat(10_000));
        assert!(text.chars().count() < 450, "{text}");
        let error = not_soap(StatusCode::OK, None, &[0xff, 0xfe, 0x00, b'<', 0x80]);
        assert!(!error.to_string().chars().any(char::is_control));
    }

    #[test]
    fn quotes_neither_xml_nor_other_encodings() {
        for body in [
            "<answer><Name>canary</Name></answer>",
            "\u{feff}<?xml version=\"1.0\"?><rows>canary</rows>",
            " <s:Other xmlns:s=\"urn:x\"><v>canary</v></s:Other>",
            "<!-- a --> <?b?><!-- c --><rows>canary</rows>",
            "<!-- canary",
            "<!DOCTYPE rows><rows>canary</rows>",
            "<\u{e9}l\u{e9}ment>canary</\u{e9}l\u{e9}ment>",
        ] {
            let text = message(200, Some("text/xml"), body);
            assert!(
                !text.contains("canary") && text.contains("withheld"),
                "{text}"
            );
        }
        for body in [
            &b"\xFF\xFEcanary"[..],
            b"\xFE\xFFcanary",
            b"c\0anary",
            b"\x93canary",
        ] {
            let text = not_soap(StatusCode::OK, None, body).to_string();
            assert!(
                !text.contains("anary") && text.contains("withheld"),
                "{text}"
            );
        }
    }

    #[test]
    fn shows_no_credentials() {
        for body in [
            "invalid session 00D000000000001!canary.canary",
            "<pre>&lt;sessionId&gt;canary</pre>",
            "<e:password>canary</e:password>",
            "<title>00D000000000001AAA!canary</title>",
        ] {
            let text = message(500, Some("text/html"), body);
            assert!(!text.contains("canary"), "{text}");
        }
    }

    #[test]
    fn a_refusal_was_not_applied_and_a_failure_may_have_been() {
        let applied =
            |status| not_soap(StatusCode::from_u16(status).unwrap(), None, b"").maybe_applied();
        assert!(
            [401, 404, 420, 429]
                .into_iter()
                .all(|status| !applied(status))
        );
        assert!(applied(200) && applied(500) && applied(502) && applied(503) && applied(504));
    }
}
