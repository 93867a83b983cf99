//! Character classes of XML 1.0 (fifth edition) and Namespaces in XML 1.0.

/// The bytes that an ASCII name may contain. Bytes from 0x80 on are examined as characters.
const NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.') || b >= 0x80;
        byte += 1;
    }
    table
};

/// Length of the run of name bytes at the start. Colons are not name bytes.
pub(crate) fn name_len(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|b| !NAME[usize::from(*b)])
        .unwrap_or(bytes.len())
}

/// Whether a run of name bytes, as [`name_len`] finds it, is an `NCName`.
pub(super) fn is_ncname_run(run: &str) -> bool {
    match run.as_bytes() {
        // The name bytes of ASCII other than these may not come first.
        [first, ..] if run.is_ascii() => first.is_ascii_alphabetic() || *first == b'_',
        _ => is_ncname(run),
    }
}

/// Whether a text is an `NCName`.
pub(crate) fn is_ncname(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_char)
}

fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | 'a'..='z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '0'..='9' | '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// `Char` of XML 1.0: the characters that a document may contain.
pub(crate) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
