//! Documentation from a WSDL as Markdown.
//!
//! rustdoc runs code blocks, follows links and passes HTML on, so the text is reduced to plain
//! paragraphs: no hidden characters, every character with a meaning in Markdown escaped, no line that
//! begins a list or heading, and a bounded length.

use saponify_wsdl::is_hidden;

use super::printer::{Printer, width};

/// Longest documentation that is taken over, in characters.
const LONGEST: usize = 1_500;

impl Printer {
    /// Prints documentation from a WSDL as `///` lines. Returns whether there was any text.
    pub(crate) fn wsdl_doc(&mut self, text: &str) -> bool {
        let mut left = LONGEST;
        let paragraphs = paragraphs(text);
        for (n, paragraph) in paragraphs.iter().enumerate() {
            if left == 0 {
                break;
            }
            if n > 0 {
                self.doc("");
            }
            self.paragraph(paragraph, &mut left);
        }
        !paragraphs.is_empty()
    }

    /// Prints the words of a paragraph. `left` is the number of characters that may still be printed.
    fn paragraph(&mut self, words: &[String], left: &mut usize) {
        let room = self.doc_width();
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
                self.doc(&line);
                line.clear();
            }
            if line.is_empty() {
                line = at_line_start(word);
            } else {
                line.push(' ');
                line.push_str(word);
            }
        }
        if !line.is_empty() {
            self.doc(&line);
        }
    }
}

/// The words of each paragraph. Empty lines separate paragraphs.
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

/// A word without hidden characters and with Markdown's special characters escaped.
fn clean(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 8);
    let chars: Vec<char> = word.chars().filter(|c| !is_hidden(*c)).collect();
    for (at, &c) in chars.iter().enumerate() {
        let inner = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());
        let escape = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '&' | '#' | '|' | '~' | '$' | '^' => true,
            // An underscore within a word has no meaning.
            '_' => at == 0 || !inner(at - 1) || !inner(at + 1),
            // rustdoc warns about bare addresses, which it turns into links.
            ':' => chars.get(at + 1) == Some(&'/'),
            '!' => chars.get(at + 1) == Some(&'['),
            // Smart punctuation would turn two hyphens into a dash.
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

/// A word at the start of a line, where some characters begin a list, a heading or a quotation.
fn at_line_start(word: &str) -> String {
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
    use crate::print::printer::MAX_WIDTH;

    fn doc(text: &str) -> String {
        let mut printer = Printer::default();
        printer.wsdl_doc(text);
        printer.finish()
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
        assert!(long.lines().all(|line| line.len() <= MAX_WIDTH));
        assert!(doc(&"x".repeat(1_000_000)).len() < 100);
    }
}
