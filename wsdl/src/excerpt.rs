//! The line of a document that an error refers to.

use std::fmt;
use std::ops::Range;

use crate::model::Position;

/// The line that an error refers to, and the wrong part of it.
///
/// A long line is cut on both sides, because a WSDL may consist of one line of several megabytes.
/// Characters that would affect a terminal are replaced. `Display` prints the line with its number and an
/// underline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    text: String,
    span: Range<usize>,
    position: Position,
    skipped: usize,
}

/// The number of characters that are kept before and after the position.
const BEFORE: usize = 60;
const AFTER: usize = 100;

impl Excerpt {
    /// The line at a position in a text, with the tag or word that begins there as the wrong part. `None`
    /// if the text has no such line.
    #[must_use]
    pub fn at(text: &str, position: Position) -> Option<Self> {
        let line = line(text, position.line)?;
        let column = usize::try_from(position.column).ok()?.checked_sub(1)?;
        let start = match line.char_indices().nth(column) {
            Some((start, _)) => start,
            None if line.chars().count() == column => line.len(),
            None => return None,
        };
        let length = length(&line[start..]);
        Some(Self::cut(line, start..start + length, position))
    }

    /// The line that contains a range of bytes of a text. The part of the range in further lines is left
    /// out.
    #[must_use]
    pub fn of(text: &str, span: Range<usize>) -> Option<Self> {
        let before = text.get(..span.start)?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        let from = (span.start - start).min(line.len());
        let to = span.end.saturating_sub(start).clamp(from, line.len());
        let number = before.matches('\n').count() + 1;
        let column = line.get(..from)?.chars().count() + 1;
        let position = Position {
            line: u32::try_from(number).ok()?,
            column: u32::try_from(column).ok()?,
        };
        line.get(from..to)?;
        Some(Self::cut(line, from..to, position))
    }

    /// Keeps the part of a line around a span, which must begin and end at character boundaries.
    fn cut(line: &str, span: Range<usize>, position: Position) -> Self {
        let (before, rest) = line.split_at(span.start);
        let (marked, after) = rest.split_at(span.len());
        let before: Vec<char> = before.chars().collect();
        let skipped = before.len().saturating_sub(BEFORE);
        let mut text: String = before[skipped..].iter().copied().map(shown).collect();
        let start = text.len();
        text.extend(marked.chars().take(AFTER).map(shown));
        let end = text.len();
        text.extend(after.trim_end().chars().take(AFTER).map(shown));
        Self {
            text,
            span: start..end,
            position,
            skipped,
        }
    }

    /// The kept part of the line.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The wrong part, as a range of bytes in [`text`](Self::text). It is empty at the end of a line.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The position in the document.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The number of characters of the line before [`text`](Self::text).
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.position.line.to_string();
        let margin = " ".repeat(number.len());
        let indent = self.text[..self.span.start].chars().count();
        let marked = self.text[self.span.clone()].chars().count().max(1);
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {}", self.text)?;
        write!(f, "{margin} | {}{}", " ".repeat(indent), "^".repeat(marked))
    }
}

/// The line with this number, without its line end.
fn line(text: &str, number: u32) -> Option<&str> {
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    let start = match index {
        0 => 0,
        _ => memchr::memchr_iter(b'\n', text.as_bytes()).nth(index - 1)? + 1,
    };
    let rest = text.get(start..)?;
    let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches('\r'))
}

/// The number of bytes from the beginning of a text to the end of the tag or word that begins there.
fn length(text: &str) -> usize {
    if text.starts_with('<') {
        return text.find('>').map_or(text.len(), |at| at + 1);
    }
    let end = text.find(|c: char| c.is_whitespace() || "<>\"'".contains(c));
    match end {
        Some(0) => text.chars().next().map_or(0, char::len_utf8),
        Some(end) => end,
        None => text.len(),
    }
}

/// The character that is printed for a character of the document.
fn shown(c: char) -> char {
    match c {
        '\t' => ' ',
        c if is_unprintable(c) => '\u{fffd}',
        c => c,
    }
}

/// Whether a character is a control character, or changes the direction or the lines of the output.
pub(crate) fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, line: u32, column: u32) -> Option<Excerpt> {
        Excerpt::at(text, Position { line, column })
    }

    #[test]
    fn a_tag_or_a_word_is_underlined() {
        let text = "<a>\r\n\t<b type='x'/> text\n";
        let shown = |line, column| at(text, line, column).map(|found| found.to_string());
        assert_eq!(
            shown(2, 2).as_deref(),
            Some("  |\n2 |  <b type='x'/> text\n  |  ^^^^^^^^^^^^^")
        );
        assert_eq!(
            shown(2, 5).as_deref(),
            Some("  |\n2 |  <b type='x'/> text\n  |     ^^^^^")
        );
        // The end of a line, and positions that do not exist.
        assert_eq!(shown(1, 4).as_deref(), Some("  |\n1 | <a>\n  |    ^"));
        assert_eq!(shown(1, 9), None);
        assert_eq!(shown(9, 1), None);
        assert_eq!(shown(0, 0), None);
    }

    #[test]
    fn a_line_of_a_megabyte_is_cut() {
        let text = [
            "é".repeat(500_000),
            "<bad/>".to_owned(),
            "x".repeat(500_000),
        ]
        .concat();
        let found = at(&text, 1, 500_001).unwrap();
        assert!(found.text().len() < 400, "{}", found.text().len());
        assert_eq!(&found.text()[found.span()], "<bad/>");
        assert_eq!(found.skipped(), 500_000 - BEFORE);
    }

    #[test]
    fn a_range_of_bytes_is_found_in_its_line() {
        let text = "a = 1\nbé = \"x\"\n";
        let found = Excerpt::of(text, 12..15).unwrap();
        assert_eq!(found.position(), Position { line: 2, column: 6 });
        assert_eq!(&found.text()[found.span()], "\"x\"");
        // A range that extends into the next line, and one beyond the end.
        assert!(Excerpt::of(text, 2..9).is_some());
        assert!(Excerpt::of(text, 90..99).is_none());
    }

    #[test]
    fn hidden_characters_are_not_printed() {
        let found = at("a\u{202e}b \u{1b}[2J", 1, 1).unwrap();
        assert!(!found.to_string().contains(['\u{202e}', '\u{1b}']));
    }
}
