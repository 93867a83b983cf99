//! Writes XML text. It escapes text, and refuses characters that XML does not allow.

use super::chars;

/// Appends character data. Tabs and newlines are written as they are, and a carriage return is
/// written as a reference.
///
/// # Errors
///
/// Returns the first character that XML 1.0 does not allow, not even as a reference.
pub(crate) fn push_text(out: &mut String, text: &str) -> Result<(), char> {
    push(out, text, |b| match b {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#13;"),
        _ => None,
    })
}

/// Appends the value of an attribute in double quotes. Tabs, newlines and carriage returns are
/// written as references, so that they are preserved.
///
/// # Errors
///
/// The same as that of [`push_text`].
pub(crate) fn push_attribute(out: &mut String, value: &str) -> Result<(), char> {
    out.push('"');
    push(out, value, |b| match b {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#9;"),
        b'\n' => Some("&#10;"),
        b'\r' => Some("&#13;"),
        _ => None,
    })?;
    out.push('"');
    Ok(())
}

fn push(out: &mut String, text: &str, escape: fn(u8) -> Option<&'static str>) -> Result<(), char> {
    if let Some(wrong) = text.chars().find(|c| !chars::is_char(*c)) {
        return Err(wrong);
    }
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        if let Some(reference) = escape(byte) {
            out.push_str(&text[done..at]);
            out.push_str(reference);
            done = at + 1;
        }
    }
    out.push_str(&text[done..]);
    Ok(())
}
