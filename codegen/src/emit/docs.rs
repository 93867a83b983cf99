//! Documentation. The only place that lets text of a WSDL into comments.
//!
//! rustdoc runs code blocks, links brackets and takes HTML, so a text is reduced to plain
//! paragraphs: no hidden characters, every sign that Markdown knows escaped, lines that begin
//! with nothing special, bounded length.

use super::text::{MAX, push_indent, width};

/// Longest documentation taken over, in characters.
const LONGEST: usize = 1_500;
/// Longest name or value shown in a code span.
const LONGEST_CODE: usize = 120;

/// Characters that do not show, or change how others show.
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
            // There is no escape within a code span.
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

/// One line for `//` comments and the like: no Markdown there, so only hidden characters go.
pub(crate) fn plain(text: &str) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.chars().filter(|c| !is_hidden(*c)).collect())
        .collect();
    words.join(" ").chars().take(LONGEST_CODE * 2).collect()
}

/// Appends `///` lines with the text, if there is any.
pub(crate) fn push(out: &mut String, indent: usize, text: &str) {
    let mut left = LONGEST;
    let mut first = true;
    for paragraph in paragraphs(text) {
        if left == 0 {
            break;
        }
        if !first {
            push_line(out, indent, "");
        }
        first = false;
        push_paragraph(out, indent, &paragraph, &mut left);
    }
}

/// Appends a paragraph of our own, which may hold Markdown, or with the mark `- ` an item of a list.
pub(crate) fn push_own(out: &mut String, indent: usize, mark: &str, text: &str) {
    let room = MAX - indent * 4 - "/// ".len();
    let mut line = mark.to_owned();
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && width(&line) + 1 + width(word) > room {
            push_line(out, indent, &line);
            line = " ".repeat(mark.len());
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    push_line(out, indent, &line);
}

/// Appends one `///` line. The text is our own, or went through [`code`].
pub(crate) fn push_line(out: &mut String, indent: usize, text: &str) {
    push_indent(out, indent);
    out.push_str("///");
    if !text.is_empty() {
        out.push(' ');
        out.push_str(text);
    }
    out.push('\n');
}

/// Words of each paragraph; an empty line parts paragraphs.
fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let mut paragraphs = vec![Vec::new()];
    for line in text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        let clean = line
            .split_whitespace()
            .map(clean)
            .filter(|word| !word.is_empty());
        let mut words: Vec<String> = clean.collect();
        match paragraphs.last_mut() {
            Some(last) if !words.is_empty() => last.append(&mut words),
            Some(last) if last.is_empty() => {}
            _ => paragraphs.push(Vec::new()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

fn push_paragraph(out: &mut String, indent: usize, words: &[String], left: &mut usize) {
    let room = MAX - indent * 4 - "/// ".len();
    let mut line = String::new();
    for word in words {
        let length = word.chars().count();
        if length >= *left {
            *left = 0;
            line.push_str(if line.is_empty() { "…" } else { " …" });
            break;
        }
        *left -= length + 1;
        if !line.is_empty() && width(&line) + 1 + width(word) > room {
            push_line(out, indent, &line);
            line.clear();
        }
        if line.is_empty() {
            line = at_head(word);
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    if !line.is_empty() {
        push_line(out, indent, &line);
    }
}

/// A word without hidden characters, and with Markdown's signs escaped.
fn clean(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 8);
    let chars: Vec<char> = word.chars().filter(|c| !is_hidden(*c)).collect();
    for (at, &c) in chars.iter().enumerate() {
        let inner = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());
        let escape = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '&' | '#' | '|' | '~' | '$' | '^' => true,
            // Within a word an underscore means nothing.
            '_' => at == 0 || !inner(at - 1) || !inner(at + 1),
            // Bare addresses become links, which rustdoc warns of.
            ':' => chars.get(at + 1) == Some(&'/'),
            '!' => chars.get(at + 1) == Some(&'['),
            // Smart punctuation turns these into others.
            '-' => chars.get(at + 1) == Some(&'-'),
            _ => false,
        };
        if escape {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A word at the head of a line, where some signs begin lists, headings and quotes.
fn at_head(word: &str) -> String {
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    let after = word[digits..].chars().next();
    if digits > 0 && matches!(after, Some('.' | ')')) {
        return format!("{}\\{}", &word[..digits], &word[digits..]);
    }
    match word.chars().next() {
        Some('-' | '+' | '=' | ':' | '/' | '!' | '%' | '@') => format!("\\{word}"),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(text: &str) -> String {
        let mut out = String::new();
        push(&mut out, 0, text);
        out
    }

    #[test]
    fn texts() {
        for (text, expected) in [
            ("", ""),
            ("Create a Query Cursor", "/// Create a Query Cursor\n"),
            ("  a\n  b\n\n  c ", "/// a b\n///\n/// c\n"),
            (
                "```rust\nboom()\n```",
                "/// \\`\\`\\`rust boom() \\`\\`\\`\n",
            ),
            ("x\n\n    let a = 1;", "/// x\n///\n/// let a = 1;\n"),
            ("~~~\nx\n~~~", "/// \\~\\~\\~ x \\~\\~\\~\n"),
            (
                "[`Vec`](x) <b>&amp;",
                "/// \\[\\`Vec\\`\\](x) \\<b\\>\\&amp;\n",
            ),
            ("- item", "/// \\- item\n"),
            ("1. item", "/// 1\\. item\n"),
            ("# head", "/// \\# head\n"),
            ("a\u{202e}b\u{0}c\rd", "/// abc d\n"),
            ("a_b _c_ http://x.y", "/// a_b \\_c\\_ http\\://x.y\n"),
            ("*/ fn x() {} /*", "/// \\*/ fn x() {} /\\*\n"),
        ] {
            assert_eq!(doc(text), expected, "{text:?}");
        }
    }

    #[test]
    fn bounded() {
        let long = doc(&"word ".repeat(10_000));
        assert!(long.len() < 2 * LONGEST, "{}", long.len());
        assert!(long.lines().all(|line| line.len() <= MAX));
        assert!(doc(&"x".repeat(1_000_000)).len() < 100);
    }

    #[test]
    fn code_spans() {
        assert_eq!(code("Name"), "`Name`");
        assert_eq!(code("a`b\nc"), "`a'b\u{fffd}c`");
        assert_eq!(code(" "), "the empty text");
        assert!(code(&"x".repeat(500)).len() < 130);
    }
}
