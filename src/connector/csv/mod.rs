//! A strict reader of the CSV in event log files (RFC 4180, with the deviations that real files show).
//!
//! Common readers are lenient: they read `"a"b"` as `ab"`, and they accept a file that is cut off inside
//! quotes, so a damaged file looks complete. This reader refuses both, and it refuses rows whose width
//! differs from that of the header. It accepts what real files contain: repeated headers, two column names
//! in one cell of the header, line breaks and doubled quotes in values, and NUL bytes.

mod flaw;
mod row;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::{self, Read};

use row::{Scan, Span, State, Step};

pub use flaw::Flaw;
pub use row::Record;

/// The largest length of a row in bytes. A longer row is the result of a quote that is never closed.
const LONGEST_ROW: usize = 16 << 20;
/// The largest number of bytes of empty lines and repeated headers before a row, with the row.
const MOST_BETWEEN: usize = 64 << 20;
/// The largest number of values in a row. Event types have a few dozen columns.
const MOST_VALUES: usize = 4_096;
const BUFFER: usize = 256 << 10;

/// Reads the rows of a CSV file.
#[derive(Debug)]
pub struct CsvReader<R> {
    input: R,
    buffer: Vec<u8>,
    /// The first byte of the last row, or of what was skipped before it.
    start: usize,
    /// The first byte after the last row.
    next: usize,
    /// The end of the bytes in the buffer.
    end: usize,
    /// The number of bytes of the file before the buffer.
    offset: u64,
    /// The header as it is in the file.
    header: Vec<String>,
    columns: Vec<String>,
    /// Whether a row has shown how many columns the header has.
    columns_known: bool,
    /// Where the last row begins in the buffer.
    row: usize,
    /// Its values.
    spans: Vec<Span>,
    /// The last row as text, once it was asked for.
    record: Option<Record>,
    summary: CsvSummary,
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

impl<R: Read> CsvReader<R> {
    /// Reads the header. A file without rows has no columns.
    ///
    /// # Errors
    ///
    /// The header is damaged, or the file cannot be read.
    pub fn new(input: R) -> Result<Self, Flaw> {
        Self::with_buffer(input, BUFFER)
    }

    /// Does the same as [`new`](Self::new) with a buffer of this many bytes, which grows for longer rows.
    ///
    /// # Errors
    ///
    /// The errors of [`new`](Self::new).
    pub(in crate::connector) fn with_buffer(input: R, bytes: usize) -> Result<Self, Flaw> {
        let mut reader = Self {
            input,
            buffer: vec![0; bytes.max(16)],
            start: 0,
            next: 0,
            end: 0,
            offset: 0,
            header: Vec::new(),
            columns: Vec::new(),
            columns_known: false,
            row: 0,
            spans: Vec::new(),
            record: None,
            summary: CsvSummary::default(),
        };
        reader.pass_over_mark().map_err(Flaw::Io)?;
        if reader.row(0)? {
            reader.header = reader.record().iter().map(str::to_owned).collect();
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
        self.start = self.next;
        loop {
            let number = self.summary.rows + self.summary.repeated_headers + 1;
            if !self.row(number)? {
                return Ok(false);
            }
            if self.is_header() {
                self.summary.repeated_headers += 1;
                continue;
            }
            self.check_width(number)?;
            self.summary.rows += 1;
            return Ok(true);
        }
    }

    /// The last row that was read.
    pub fn record(&mut self) -> &Record {
        self.record.get_or_insert_with(|| {
            let row = self.buffer.get(self.row..self.next);
            Record::of(row.unwrap_or_default(), &self.spans)
        })
    }

    /// The bytes of a value of the last row.
    #[must_use]
    pub fn value(&self, at: usize) -> Option<Cow<'_, [u8]>> {
        let row = self.buffer.get(self.row..self.next)?;
        Some(self.spans.get(at)?.of(row))
    }

    /// The bytes of the last row as they are in the file, with those before it that are not a row: empty
    /// lines and repeated headers. Before the first row, these are the bytes of the header. After the last
    /// row, these are the bytes up to the end of the file. Together, they are the file.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        self.buffer.get(self.start..self.next).unwrap_or_default()
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

    /// Whether the last row repeats the header.
    fn is_header(&self) -> bool {
        let mut names = self.header.iter().enumerate();
        self.spans.len() == self.header.len()
            && names.all(|(at, name)| {
                self.value(at)
                    .is_some_and(|value| String::from_utf8_lossy(&value) == *name)
            })
    }

    fn check_width(&mut self, row: u64) -> Result<(), Flaw> {
        let found = self.spans.len();
        if !self.columns_known {
            self.columns_known = true;
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

    /// Reads a row. Returns `false` at the end of the file. Empty lines are skipped.
    fn row(&mut self, row: u64) -> Result<bool, Flaw> {
        self.spans.clear();
        self.record = None;
        let mut scan = Scan::default();
        loop {
            let chunk = self.buffer.get(self.next..self.end).unwrap_or_default();
            match scan.run(chunk, &mut self.spans) {
                Step::Row if scan.at - scan.from > LONGEST_ROW => return Err(Flaw::Long { row }),
                Step::Row => break,
                Step::Quote => {
                    return Err(Flaw::Quote {
                        row,
                        offset: self.offset + (self.next + scan.at) as u64,
                    });
                }
                Step::Wide => return Err(Flaw::Wide { row }),
                Step::More if scan.at - scan.from > LONGEST_ROW => {
                    return Err(Flaw::Long { row });
                }
                Step::More if self.end - self.start > MOST_BETWEEN => {
                    return Err(Flaw::Between { row });
                }
                Step::More if self.fill().map_err(Flaw::Io)? => continue,
                Step::More => {}
            }
            // The file has ended.
            match scan.state {
                State::Row => {
                    self.next += scan.at;
                    return Ok(false);
                }
                // An empty value after the last comma is more likely a value that was cut off.
                State::Quoted | State::Value => return Err(Flaw::Cut { row }),
                State::Plain => scan.ends(scan.at, &mut self.spans),
                State::Quote => scan.ends(scan.at - 1, &mut self.spans),
            }
            break;
        }
        self.row = self.next;
        self.next += scan.at;
        let bytes = self.buffer.get(self.row..self.next).unwrap_or_default();
        if str::from_utf8(bytes).is_err() {
            self.summary.not_utf8 += 1;
        }
        Ok(true)
    }

    /// Skips a byte order mark, which some programs write at the beginning of a UTF-8 file.
    fn pass_over_mark(&mut self) -> io::Result<()> {
        while self.end < 3 && self.fill()? {}
        if self.buffer.starts_with(b"\xef\xbb\xbf") && self.end >= 3 {
            self.next = 3;
        }
        Ok(())
    }

    /// Reads more of the file, and keeps the last row. Returns `false` at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.offset += self.start as u64;
            self.next -= self.start;
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.end * 2, 0);
        }
        loop {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.input.read(room) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
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
