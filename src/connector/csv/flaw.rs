//! Defects of a CSV file.

use std::{fmt, io};

use super::{LONGEST_ROW, MOST_BETWEEN, MOST_VALUES};

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
    /// More empty lines and repeated headers than the limit are before a row.
    Between {
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
            Self::Between { row } => write!(
                f,
                "more than {MOST_BETWEEN} bytes of empty lines and repeated headers are before row {row}"
            ),
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
