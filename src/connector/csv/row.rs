//! The values of a row, and the scan that finds them.

use std::borrow::Cow;
use std::ops::Range;

use super::MOST_VALUES;

/// The values of a row, one after the other in a text.
#[derive(Debug, Clone, Default)]
pub struct Record {
    text: String,
    values: Vec<Range<usize>>,
}

/// The position of a value in the bytes of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    start: usize,
    end: usize,
    /// Whether the value contains doubled quotes.
    is_doubled: bool,
}

impl Span {
    /// The value in the bytes of its row.
    pub(super) fn of(self, row: &[u8]) -> Cow<'_, [u8]> {
        let value = row.get(self.start..self.end).unwrap_or_default();
        if !self.is_doubled {
            return Cow::Borrowed(value);
        }
        let mut out = Vec::with_capacity(value.len());
        let mut rest = value;
        while let Some(quote) = memchr::memchr(b'"', rest) {
            let (text, after) = rest.split_at(quote + 1);
            out.extend_from_slice(text);
            rest = after.get(1..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
        Cow::Owned(out)
    }
}

impl Record {
    /// The number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether the row has no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value at an index.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&str> {
        self.text.get(self.values.get(at)?.clone())
    }

    /// All values in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at).unwrap_or_default())
    }

    /// The memory of the row in bytes.
    pub(in crate::connector) fn memory(&self) -> usize {
        let values = self.values.capacity() * size_of::<Range<usize>>();
        size_of::<Self>() + self.text.capacity() + values
    }

    /// Reads the values of a row as text. Bytes that are not UTF-8 are replaced.
    pub(super) fn of(row: &[u8], spans: &[Span]) -> Self {
        let mut record = Self {
            text: String::with_capacity(row.len()),
            values: Vec::with_capacity(spans.len()),
        };
        for span in spans {
            let start = record.text.len();
            let value = span.of(row);
            // Each value is converted by itself, so that a damaged character does not affect the next value.
            match str::from_utf8(&value) {
                Ok(text) => record.text.push_str(text),
                Err(_) => record.text.push_str(&String::from_utf8_lossy(&value)),
            }
            record.values.push(start..record.text.len());
        }
        record
    }
}

/// The state of the reader within a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum State {
    /// At the start of a row.
    #[default]
    Row,
    /// At the start of a value.
    Value,
    /// In a value without quotes.
    Plain,
    /// In a value with quotes.
    Quoted,
    /// After a quote in a value with quotes, which either ends the value or is the first of a doubled
    /// quote.
    Quote,
}

/// Finds the values of a row. It continues where it stopped when more bytes have arrived.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) state: State,
    /// The number of bytes that were examined.
    pub(super) at: usize,
    /// The start of the row, after empty lines.
    pub(super) from: usize,
    /// The start of the current value.
    begins: usize,
    /// Whether the current value contains doubled quotes.
    is_doubled: bool,
}

/// Why a scan stops.
pub(super) enum Step {
    /// The row is complete.
    Row,
    /// More bytes are needed.
    More,
    /// A quote is in an invalid position.
    Quote,
    /// The row has too many values.
    Wide,
}

impl Scan {
    /// Examines the bytes of a row up to its end, or up to the end of the bytes.
    pub(super) fn run(&mut self, chunk: &[u8], values: &mut Vec<Span>) -> Step {
        while let Some(rest) = chunk.get(self.at..)
            && let Some(&first) = rest.first()
        {
            if values.len() >= MOST_VALUES {
                return Step::Wide;
            }
            match (self.state, first) {
                (State::Row, b'\r' | b'\n') => {
                    self.at += 1;
                    self.from = self.at;
                }
                (State::Row | State::Value, b'"') => {
                    self.at += 1;
                    self.begins = self.at;
                    self.state = State::Quoted;
                }
                (State::Row | State::Value, b',' | b'\r' | b'\n') => {
                    self.begins = self.at;
                    self.ends(self.at, values);
                    if self.passes(first) {
                        return Step::Row;
                    }
                }
                (State::Row | State::Value, _) => {
                    self.begins = self.at;
                    self.state = State::Plain;
                }
                (State::Plain, _) => {
                    let end = memchr::memchr3(b',', b'\n', b'\r', rest);
                    let text = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                    if let Some(quote) = memchr::memchr(b'"', text) {
                        self.at += quote;
                        return Step::Quote;
                    }
                    self.at += text.len();
                    if let Some(after) = rest.get(text.len()) {
                        self.ends(self.at, values);
                        if self.passes(*after) {
                            return Step::Row;
                        }
                    }
                }
                (State::Quoted, _) => match memchr::memchr(b'"', rest) {
                    Some(quote) => {
                        self.at += quote + 1;
                        self.state = State::Quote;
                    }
                    None => self.at = chunk.len(),
                },
                (State::Quote, b'"') => {
                    self.is_doubled = true;
                    self.at += 1;
                    self.state = State::Quoted;
                }
                (State::Quote, b',' | b'\r' | b'\n') => {
                    self.ends(self.at - 1, values);
                    if self.passes(first) {
                        return Step::Row;
                    }
                }
                (State::Quote, _) => return Step::Quote,
            }
        }
        Step::More
    }

    /// Ends the current value before a position.
    pub(super) fn ends(&mut self, end: usize, values: &mut Vec<Span>) {
        values.push(Span {
            start: self.begins,
            end,
            is_doubled: std::mem::take(&mut self.is_doubled),
        });
    }

    /// Passes over the character after a value. Returns whether it ends the row.
    fn passes(&mut self, after: u8) -> bool {
        self.at += 1;
        self.state = State::Value;
        after != b','
    }
}
