//! Splits SOQL into tokens.

use super::dates;
use super::{Position, fault_at};
use crate::fault::Fault;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A word. A path is a single word with dots.
    Word(String),
    /// A string, and the same string as a pattern for LIKE, in which a backslash makes the next
    /// character literal.
    Text {
        text: String,
        pattern: String,
    },
    Number(String),
    Date(i64),
    DateTime(i64),
    Time(i64),
    /// `(`, `)`, `,`, `:` or an operator.
    Sign(&'static str),
    End,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Position,
}

impl Token {
    /// The form of the token in error messages.
    pub(super) fn shown(&self) -> String {
        match &self.kind {
            Kind::Word(word) => format!("'{word}'"),
            Kind::Text { text, .. } => format!("'{text}'"),
            Kind::Number(number) => format!("'{number}'"),
            Kind::Sign(sign) => format!("'{sign}'"),
            Kind::Date(_) | Kind::DateTime(_) | Kind::Time(_) => "a date".to_owned(),
            Kind::End => "<EOF>".to_owned(),
        }
    }
}

const SIGNS: &[&str] = &["<=", ">=", "!=", "<>", "(", ")", ",", ":", "=", "<", ">"];

struct Lexer<'a> {
    text: &'a str,
    offset: usize,
    at: Position,
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let mut lexer = Lexer {
        text,
        offset: 0,
        at: Position { row: 1, column: 1 },
    };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.token()?;
        let end = token.kind == Kind::End;
        tokens.push(token);
        if end {
            return Ok(tokens);
        }
    }
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.offset..]
    }

    fn advance(&mut self, bytes: usize) {
        for c in self.text[self.offset..self.offset + bytes].chars() {
            if c == '\n' {
                self.at = Position {
                    row: self.at.row + 1,
                    column: 1,
                };
            } else {
                self.at.column += 1;
            }
        }
        self.offset += bytes;
    }

    fn fail<T>(&self, at: Position, what: &str) -> Result<T, Fault> {
        Err(fault_at(self.text, at, "MALFORMED_QUERY", what))
    }

    fn token(&mut self) -> Result<Token, Fault> {
        let blank = self.rest().len() - self.rest().trim_start().len();
        self.advance(blank);
        let at = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok(Token {
                kind: Kind::End,
                at,
            });
        };
        let kind = match first {
            'a'..='z' | 'A'..='Z' | '_' => self.word(),
            '0'..='9' => self.number(at)?,
            '-' | '+' | '.'
                if self.rest()[1..].starts_with(|c: char| c.is_ascii_digit() || c == '.') =>
            {
                self.number(at)?
            }
            '\'' => self.string(at)?,
            _ => match SIGNS.iter().find(|sign| self.rest().starts_with(**sign)) {
                Some(sign) => {
                    self.advance(sign.len());
                    Kind::Sign(sign)
                }
                None => {
                    return self.fail(
                        at,
                        &format!(
                            "line {}:{} no viable alternative at character '{first}'",
                            at.row,
                            at.column - 1
                        ),
                    );
                }
            },
        };
        Ok(Token { kind, at })
    }

    fn word(&mut self) -> Kind {
        let end = (self.rest())
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')
            .unwrap_or(self.rest().len());
        let word = self.rest()[..end].to_owned();
        self.advance(end);
        Kind::Word(word)
    }

    /// Parses a number, a date, a date with a time, or a time.
    fn number(&mut self, at: Position) -> Result<Kind, Fault> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let date = bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-';
        let time = !date && bytes.len() >= 5 && bytes[2] == b':' && bytes[0].is_ascii_digit();
        if date || time {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || "-:.+".contains(c)))
                .unwrap_or(rest.len());
            let word = rest[..end].to_owned();
            let kind = if time {
                dates::parse_time(&word).map(Kind::Time)
            } else if word.len() == 10 {
                dates::parse_date(&word).map(Kind::Date)
            } else {
                dates::parse_datetime(&word).map(Kind::DateTime)
            };
            self.advance(end);
            return match kind {
                Some(kind) => Ok(kind),
                None => self.fail(at, &format!("'{word}' is not a valid date or time")),
            };
        }
        let end = rest
            .char_indices()
            .find(|(i, c)| {
                let sign =
                    (*c == '-' || *c == '+') && (*i == 0 || matches!(bytes[i - 1], b'e' | b'E'));
                !(sign || c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E'))
            })
            .map_or(rest.len(), |(i, _)| i);
        let word = rest[..end].to_owned();
        self.advance(end);
        if word.parse::<f64>().is_err() {
            return self.fail(at, &format!("unexpected token: '{word}'"));
        }
        Ok(Kind::Number(word))
    }

    fn string(&mut self, at: Position) -> Result<Kind, Fault> {
        let (mut text, mut pattern) = (String::new(), String::new());
        let mut push = |c: char, escaped: bool| {
            text.push(c);
            // A character that is not an escape in the query must not become one in the pattern.
            if escaped || c == '\\' {
                pattern.push('\\');
            }
            pattern.push(c);
        };
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '\'' => {
                    self.advance(i + 1);
                    return Ok(Kind::Text { text, pattern });
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n' | 'N') => push('\n', false),
                    Some('r' | 'R') => push('\r', false),
                    Some('t' | 'T') => push('\t', false),
                    Some('b' | 'B') => push('\u{8}', false),
                    Some('f' | 'F') => push('\u{c}', false),
                    Some(c @ ('\'' | '"' | '\\')) => push(c, false),
                    Some(c @ ('%' | '_')) => push(c, true),
                    Some('u') => {
                        let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                        match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                            Some(c) => push(c, false),
                            None => return self.fail(at, "Invalid string literal. Illegal character sequence in string literal."),
                        }
                    }
                    Some(c) => {
                        let what = format!(
                            "Invalid string literal. Illegal character sequence '\\{c}' in string literal."
                        );
                        return self.fail(at, &what);
                    }
                    None => break,
                },
                c => push(c, false),
            }
        }
        self.fail(
            at,
            &format!(
                "line {}:{} mismatched character '<EOF>' expecting '''",
                at.row, at.column
            ),
        )
    }
}
