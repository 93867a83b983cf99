//! Text from a WSDL made safe for generated code: code spans, comments and string literals.
//!
//! Besides the identifiers of stage "names" and the documentation of [`markdown`](super::markdown),
//! nothing else lets text of a WSDL into the output.

/// Longest name or value that a code span shows, in characters.
const LONGEST_CODE: usize = 120;

/// Whether a character is invisible, or changes how its neighbours are displayed.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// A name or value as a code span on one line.
pub(crate) fn code(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for (n, c) in text.chars().enumerate() {
        if n == LONGEST_CODE {
            clean.push('…');
            break;
        }
        match c {
            // Markdown has no escape within a code span.
            '`' => clean.push('\''),
            c if is_hidden(c) => clean.push('\u{fffd}'),
            c => clean.push(c),
        }
    }
    match clean.trim() {
        "" => "the empty text".to_owned(),
        trimmed => format!("`{trimmed}`"),
    }
}

/// A text on one line, for `//` comments and messages. Markdown means nothing there, so only hidden
/// characters are removed.
pub(crate) fn plain(text: &str) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.chars().filter(|c| !is_hidden(*c)).collect())
        .collect();
    words.join(" ").chars().take(LONGEST_CODE * 2).collect()
}

/// Appends a string literal. Whatever the text holds, the result is one literal on one line.
pub(crate) fn push_literal(out: &mut String, text: &str) {
    let plain = |b: u8| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\';
    if text.bytes().all(plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
        return;
    }
    let literal = proc_macro2::Literal::string(text).to_string();
    for c in literal.chars() {
        // `proc_macro2` leaves some characters as they are that an editor does not show.
        if is_hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
}

/// A string literal.
pub(crate) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_literal(&mut out, text);
    out
}

/// A text as a part of a string literal.
pub(crate) fn within_literal(text: &str) -> String {
    let literal = literal(text);
    literal[1..literal.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_spans() {
        assert_eq!(code("Name"), "`Name`");
        assert_eq!(code("a`b\nc"), "`a'b\u{fffd}c`");
        assert_eq!(code(" "), "the empty text");
        assert!(code(&"x".repeat(500)).len() < 130);
    }

    #[test]
    fn literals() {
        for text in [
            "",
            "a",
            "\"",
            "\\",
            "a\"b\\",
            "\n",
            "\r",
            "\t",
            "\0",
            "\u{202e}",
            "\u{2028}",
            "\u{feff}",
            "é",
            "日本",
            "\u{1f600}",
            "\u{7f}",
            "\u{85}",
            "e\u{301}",
            "*/",
            "{}",
            "'",
        ] {
            let literal = literal(text);
            let parsed: syn::LitStr = syn::parse_str(&literal).expect("a literal");
            assert_eq!(parsed.value(), text);
            assert!(!literal.chars().any(is_hidden), "{literal:?}");
        }
    }
}
