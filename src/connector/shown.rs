//! Prepares texts for a terminal.

/// Returns a text as one line without control characters. These could move the cursor of a terminal, or
/// imitate the output of the program.
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

/// Whether a character controls a terminal instead of being shown, or changes the direction of the text
/// around it.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Wraps a text for a terminal of this many columns. The remainder of a long line is indented. Words are
/// never broken, because they may be addresses or paths.
#[must_use]
pub fn wrapped(text: &str, columns: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        wrap(line, columns, &mut out);
    }
    out
}

fn wrap(line: &str, columns: usize, out: &mut String) {
    let indent = line.chars().take_while(|c| *c == ' ').count();
    let next = (indent + 4).min(columns / 2);
    let (mut rest, mut start) = (line, 0);
    while start + rest.trim_end().chars().count() > columns {
        // The last space before the limit, or the first one after it.
        let mut spaces = rest
            .char_indices()
            .enumerate()
            .filter(|(at, (_, c))| *c == ' ' && (start > 0 || *at >= indent));
        let first = spaces.next();
        let fits = spaces.take_while(|(at, _)| start + at <= columns);
        let Some((_, (at, _))) = fits.last().or(first) else {
            break;
        };
        let (before, after) = rest.split_at(at);
        out.push_str(before.trim_end());
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', next));
        (rest, start) = (after.trim_start_matches(' '), next);
    }
    out.push_str(rest);
}

/// A number and what it counts, in the singular or plural.
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
    fn the_remainder_of_a_long_line_is_indented() {
        let text =
            "short\n  cause: one two three four\nhttps://a.very.long.example/address and more\n";
        let shown = "short\n  cause: one two\n      three four\nhttps://a.very.long.example/address\n    and \
                     more\n";
        assert_eq!(wrapped(text, 18), shown);
        assert_eq!(wrapped(text, 80), text);
        assert_eq!(wrapped(&"x".repeat(30), 10), "x".repeat(30));
        // The columns of a table keep their positions.
        assert_eq!(wrapped("a    b    c\n", 11), "a    b    c\n");
        assert_eq!(wrapped("a    b    cd\n", 11), "a    b\n    cd\n");
    }

    #[test]
    fn a_foreign_text_cannot_leave_its_line() {
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
