//! Texts of others as a terminal may show them.

/// A text in one line without control characters, which could move the cursor of a terminal or imitate what
/// the program says.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || is_unsafe(c)) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    line
}

/// Whether a character does something to a terminal in place of being shown, or changes the direction in which
/// the text around it is read.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A number with what it counts.
#[must_use]
pub fn counted(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_others_stays_in_its_line() {
        for (text, shown) in [
            ("as it is", "as it is"),
            (
                "  \n\nNo such column\n  ERROR at Row:1\r\n",
                "No such column ERROR at Row:1",
            ),
            ("\u{1b}[2Jgone\u{7}", "[2Jgone"),
            ("a\u{202e}b", "a b"),
            ("", ""),
        ] {
            assert_eq!(one_line(text), shown);
        }
    }
}
