//! A strict reader of the CSV in event log files (RFC 4180, with the deviations that real files show).
//!
//! Common readers are lenient: they read `"a"b"` as `ab"`, and they accept a file that is cut off inside
//! quotes, so a damaged file looks complete. This reader refuses both, and it refuses rows whose width
//! differs from that of the header. It accepts what real files contain: repeated headers, two column names
//! in one cell of the header, line breaks and doubled quotes in values, and NUL bytes.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, Read};

/// The largest length of a row in bytes. A longer row is the result of a quote that is never closed.
const LONGEST_ROW: usize = 16 << 20;
/// The largest number of values in a row. Event types have a few dozen columns.
const MOST_VALUES: usize = 4_096;
const BUFFER: usize = 256 << 10;

/// Reads the rows of a CSV file.
#[derive(Debug)]
pub struct CsvReader<R> {
    input: R,
    buffer: Vec<u8>,
    /// The start of the unread part of the buffer.
    start: usize,
    end: usize,
    /// The number of bytes of the file before `start`.
    offset: u64,
    /// The header as it is in the file.
    header: Vec<String>,
    columns: Vec<String>,
    /// Whether a row has shown how many columns the header has.
    settled: bool,
    record: Record,
    summary: CsvSummary,
}

/// A row, whose values are stored one after the other.
#[derive(Debug, Default)]
pub struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    text: String,
}

/// Observations about a file, from which drift is recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CsvSummary {
    /// The number of rows without the header.
    pub rows: u64,
    /// Rows that repeat the header. They are skipped.
    pub repeated_headers: u64,
    /// Cells of the header that contain more than one name.
    pub glued_columns: u64,
    /// Rows with bytes that are not UTF-8. These bytes are replaced by U+FFFD.
    pub not_utf8: u64,
}

/// A defect of a file. Row numbers count the header as row 0.
#[derive(Debug)]
pub enum Flaw {
    /// The file cannot be read from the disk.
    Io(io::Error),
    /// The file was cut off: it ends inside quotes or after a comma.
    Cut {
        /// The incomplete row.
        row: u64,
    },
    /// A quote is in a position where CSV does not allow it.
    Quote {
        /// The row.
        row: u64,
        /// The offset of the quote in the file, in bytes.
        offset: u64,
    },
    /// A row has more or fewer values than the header.
    Width {
        /// The row.
        row: u64,
        /// The number of values of the header.
        expected: usize,
        /// The number of values of the row.
        found: usize,
    },
    /// A row is longer than the limit.
    Long {
        /// The row.
        row: u64,
    },
    /// A row has more values than the limit.
    Wide {
        /// The row.
        row: u64,
    },
    /// The length of the file differs from the one that the service stated.
    Length {
        /// The stated length in bytes.
        announced: u64,
        /// The received length in bytes.
        found: u64,
    },
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("it cannot be read from the disk"),
            Self::Cut { row } => write!(f, "it ends in the middle of row {row}"),
            Self::Quote { row, offset } => {
                write!(
                    f,
                    "a quote is in an invalid position, in row {row} at byte {offset}"
                )
            }
            Self::Width {
                row,
                expected,
                found,
            } => {
                write!(
                    f,
                    "row {row} has {found} values, but the header has {expected}"
                )
            }
            Self::Long { row } => write!(f, "row {row} is longer than {LONGEST_ROW} bytes"),
            Self::Wide { row } => write!(f, "row {row} has more than {MOST_VALUES} values"),
            Self::Length { announced, found } => {
                write!(
                    f,
                    "it has {found} bytes, but the service stated {announced}"
                )
            }
        }
    }
}

impl std::error::Error for Flaw {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl Record {
    /// The number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the row has no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The value at an index.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)?;
        let start = match at {
            0 => 0,
            _ => *self.ends.get(at - 1)?,
        };
        self.text.get(start..end)
    }

    /// All values in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at).unwrap_or_default())
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Converts the bytes to text. Returns `false` if some were not UTF-8 and were replaced.
    fn decode(&mut self) -> bool {
        self.text.clear();
        if let Ok(text) = str::from_utf8(&self.bytes) {
            self.text.push_str(text);
            return true;
        }
        // Each value is converted by itself, so that a damaged character does not affect the next value.
        let mut start = 0;
        for end in &mut self.ends {
            let value = self.bytes.get(start..*end).unwrap_or_default();
            start = *end;
            self.text.push_str(&String::from_utf8_lossy(value));
            *end = self.text.len();
        }
        false
    }
}

/// The state of the reader within a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a row.
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

impl<R: Read> CsvReader<R> {
    /// Reads the header. A file without rows has no columns.
    ///
    /// # Errors
    ///
    /// The header is damaged, or the file cannot be read.
    pub fn new(input: R) -> Result<Self, Flaw> {
        let mut reader = Self {
            input,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            offset: 0,
            header: Vec::new(),
            columns: Vec::new(),
            settled: false,
            record: Record::default(),
            summary: CsvSummary::default(),
        };
        reader.pass_over_mark().map_err(Flaw::Io)?;
        if reader.row(0)? {
            reader.header = reader.record.iter().map(str::to_owned).collect();
            reader.columns.clone_from(&reader.header);
        }
        Ok(reader)
    }

    /// Reads the next row. Returns `false` at the end of the file.
    ///
    /// # Errors
    ///
    /// The file is damaged, or cannot be read.
    pub fn next_row(&mut self) -> Result<bool, Flaw> {
        loop {
            let number = self.summary.rows + self.summary.repeated_headers + 1;
            if !self.row(number)? {
                return Ok(false);
            }
            if self
                .record
                .iter()
                .eq(self.header.iter().map(String::as_str))
            {
                self.summary.repeated_headers += 1;
                continue;
            }
            self.check_width(number)?;
            self.summary.rows += 1;
            return Ok(true);
        }
    }

    /// The last row that was read.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The names of the columns. They are final after the first row, because only the first row shows
    /// whether a cell of the header contains more than one name. A repeated name gets a number from its
    /// second occurrence on.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The observations so far.
    #[must_use]
    pub fn summary(&self) -> &CsvSummary {
        &self.summary
    }

    fn check_width(&mut self, row: u64) -> Result<(), Flaw> {
        let found = self.record.len();
        if !self.settled {
            self.settled = true;
            let names: Vec<String> = self
                .columns
                .iter()
                .flat_map(|cell| cell.split(','))
                .map(|name| name.trim().to_owned())
                .collect();
            if found != self.columns.len() && found == names.len() {
                self.summary.glued_columns = (names.len() - self.columns.len()) as u64;
                self.columns = names;
            }
            self.columns = distinct(std::mem::take(&mut self.columns));
        }
        let expected = self.columns.len();
        match found == expected {
            true => Ok(()),
            false => Err(Flaw::Width {
                row,
                expected,
                found,
            }),
        }
    }

    /// Reads a row into `record`. Returns `false` at the end of the file. Empty lines are skipped.
    fn row(&mut self, row: u64) -> Result<bool, Flaw> {
        self.record.clear();
        let mut state = State::Row;
        loop {
            let Some(chunk) = self.buffer.get(self.start..self.end) else {
                return Ok(false);
            };
            if chunk.is_empty() {
                if self.fill().map_err(Flaw::Io)? {
                    continue;
                }
                return match state {
                    State::Row => Ok(false),
                    // An empty value after the last comma is more likely a value that was cut off.
                    State::Quoted | State::Value => Err(Flaw::Cut { row }),
                    State::Plain | State::Quote => {
                        self.end_row();
                        Ok(true)
                    }
                };
            }
            let (used, next, ends) =
                step(state, chunk, &mut self.record).map_err(|at| Flaw::Quote {
                    row,
                    offset: self.offset + at as u64,
                })?;
            self.start += used;
            self.offset += used as u64;
            state = next;
            if ends {
                self.end_row();
                return Ok(true);
            }
            if self.record.bytes.len() > LONGEST_ROW {
                return Err(Flaw::Long { row });
            }
            if self.record.ends.len() >= MOST_VALUES {
                return Err(Flaw::Wide { row });
            }
        }
    }

    fn end_row(&mut self) {
        self.record.ends.push(self.record.bytes.len());
        if !self.record.decode() {
            self.summary.not_utf8 += 1;
        }
    }

    /// Skips a byte order mark, which some programs write at the beginning of a UTF-8 file.
    fn pass_over_mark(&mut self) -> io::Result<()> {
        while self.end < 3 {
            let Some(room) = self.buffer.get_mut(self.end..) else {
                break;
            };
            match self.input.read(room)? {
                0 => break,
                read => self.end += read,
            }
        }
        if self.buffer.starts_with(b"\xef\xbb\xbf") && self.end >= 3 {
            self.start = 3;
            self.offset = 3;
        }
        Ok(())
    }

    /// Reads more of the file. Returns `false` at its end.
    fn fill(&mut self) -> io::Result<bool> {
        loop {
            match self.input.read(&mut self.buffer) {
                Ok(read) => {
                    (self.start, self.end) = (0, read);
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Processes a part of a chunk. Returns the number of processed bytes, the new state, and whether the row
/// ends there. The error is the position of an invalid quote.
fn step(state: State, chunk: &[u8], record: &mut Record) -> Result<(usize, State, bool), usize> {
    let Some(&first) = chunk.first() else {
        return Ok((0, state, false));
    };
    match state {
        State::Row if matches!(first, b'\r' | b'\n') => Ok((1, State::Row, false)),
        State::Row | State::Value => match first {
            b'"' => Ok((1, State::Quoted, false)),
            b',' => {
                record.ends.push(record.bytes.len());
                Ok((1, State::Value, false))
            }
            b'\r' | b'\n' => Ok((1, State::Row, true)),
            _ => Ok((0, State::Plain, false)),
        },
        State::Plain => {
            let end = memchr::memchr3(b',', b'\n', b'\r', chunk).unwrap_or(chunk.len());
            let (text, rest) = chunk.split_at(end);
            if let Some(at) = memchr::memchr(b'"', text) {
                return Err(at);
            }
            record.bytes.extend_from_slice(text);
            match rest.first() {
                None => Ok((end, State::Plain, false)),
                Some(b',') => {
                    record.ends.push(record.bytes.len());
                    Ok((end + 1, State::Value, false))
                }
                Some(_) => Ok((end + 1, State::Row, true)),
            }
        }
        State::Quoted => {
            let end = memchr::memchr(b'"', chunk);
            let (text, used, next) = match end {
                Some(end) => (chunk.get(..end), end + 1, State::Quote),
                None => (Some(chunk), chunk.len(), State::Quoted),
            };
            record.bytes.extend_from_slice(text.unwrap_or_default());
            Ok((used, next, false))
        }
        State::Quote => match first {
            b'"' => {
                record.bytes.push(b'"');
                Ok((1, State::Quoted, false))
            }
            b',' => {
                record.ends.push(record.bytes.len());
                Ok((1, State::Value, false))
            }
            b'\r' | b'\n' => Ok((1, State::Row, true)),
            _ => Err(0),
        },
    }
}

/// Numbers repeated names: `A`, `A_2`.
fn distinct(names: Vec<String>) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    // The number of occurrences of each name. It avoids a search over all earlier names.
    let mut times: HashMap<String, u64> = HashMap::new();
    let mut out = Vec::with_capacity(names.len());
    for name in names {
        let number = times.entry(name.clone()).or_default();
        let mut unique = name.clone();
        loop {
            *number += 1;
            if *number > 1 {
                unique = format!("{name}_{number}");
            }
            if taken.insert(unique.clone()) {
                break;
            }
        }
        out.push(unique);
    }
    out
}
