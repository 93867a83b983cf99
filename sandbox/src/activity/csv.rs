//! The content of event log files, computed row by row.
//!
//! The length of a row follows from its number, and one column is filled until the row has that length.
//! Therefore the length of a file is known before its content is computed. The rows have all oddities of
//! real files.

use std::sync::Arc;

use super::event_type::Columns;
use super::files::{Damage, Fate, File};
use super::{History, cells};
use crate::random::mix;

/// The lengths of sixteen consecutive rows in bytes.
const WIDTHS: [u64; 16] = [
    1_060, 1_130, 1_240, 1_080, 1_170, 1_210, 1_090, 1_150, 1_300, 1_070, 1_120, 1_190, 1_100,
    1_260, 1_140, 1_090,
];
/// The average length of a row in bytes.
pub(super) const ROW: u64 = 1_150;
/// The number of the row with one very long value, and the additional bytes of that value.
const LONG: (u64, u64) = (4, 140_000);
/// The row after which some files repeat their header.
const REPEATED_AFTER: u64 = 3;

/// The content of a file that is being written.
pub(crate) struct Content {
    history: Arc<History>,
    file: File,
    layout: Layout,
    /// The next row; 0 is the header.
    next: u64,
    /// The end of the row that is being computed.
    tail: Vec<u8>,
}

/// The numbers that determine the length of a content.
struct Layout {
    columns: Columns,
    header: Vec<u8>,
    rows: u64,
    /// The seed of the values.
    seed: u64,
    has_long_value: bool,
    repeats_header: bool,
    ends_with_newline: bool,
}

impl Layout {
    fn new(history: &History, file: &File, revision: u64) -> Self {
        let columns = file.kind.columns(file.variant);
        let serial = file.serial as u64;
        let mut header = Vec::new();
        for (at, name) in columns.names.iter().enumerate() {
            let joins = at
                .checked_sub(1)
                .is_some_and(|left| columns.glued == Some(left));
            match (at, joins) {
                (0, _) => header.push(b'"'),
                (_, true) => header.push(b','),
                (_, false) => header.extend_from_slice(b"\",\""),
            }
            header.extend_from_slice(name.as_bytes());
        }
        header.extend_from_slice(b"\"\n");
        let rows = file.rows(revision);
        Self {
            columns,
            header,
            rows,
            seed: mix(history.seed ^ mix(serial << 8 | revision)),
            has_long_value: serial % 7 == 3,
            repeats_header: serial % 9 == 4 && rows > REPEATED_AFTER,
            ends_with_newline: serial % 10 != 7 || rows == 0,
        }
    }

    fn width(&self, row: u64) -> u64 {
        let at = (row % 16) as usize;
        let extra = if at == 7 { self.columns.extra } else { 0 };
        let long = if self.has_long_value && row == LONG.0 {
            LONG.1
        } else {
            0
        };
        WIDTHS[at] + extra + long
    }

    fn length(&self) -> u64 {
        let round: u64 = WIDTHS.iter().sum::<u64>() + self.columns.extra;
        // Row numbers begin at 1, so the first row has the second width.
        let rounds = self.rows / 16;
        let rest: u64 = (rounds * 16 + 1..=self.rows)
            .map(|row| self.width(row))
            .sum();
        let long = match self.has_long_value && self.rows >= LONG.0 && rounds > 0 {
            true => LONG.1,
            false => 0,
        };
        let header = self.header.len() as u64 * (1 + u64::from(self.repeats_header));
        header + rounds * round + rest + long - u64::from(!self.ends_with_newline)
    }
}

impl Content {
    pub(crate) fn new(history: Arc<History>, file: File, revision: u64) -> Self {
        let layout = Layout::new(&history, &file, revision);
        Self {
            history,
            file,
            layout,
            next: 0,
            tail: Vec::new(),
        }
    }

    /// Appends rows until at least `enough` bytes are added. Returns whether rows are left.
    pub(crate) fn write(&mut self, enough: usize, out: &mut Vec<u8>) -> bool {
        let end = out.len() + enough;
        while self.next <= self.layout.rows {
            if out.len() >= end {
                return true;
            }
            if self.next == 0 {
                out.extend_from_slice(&self.layout.header);
            } else {
                (self.layout).row(&self.history, &self.file, self.next, &mut self.tail, out);
                if self.layout.repeats_header && self.next == REPEATED_AFTER {
                    out.extend_from_slice(&self.layout.header);
                }
            }
            self.next += 1;
        }
        false
    }
}

impl Layout {
    /// Writes a row. The cells before and after the filled one are computed first.
    fn row(
        &self,
        history: &History,
        file: &File,
        number: u64,
        tail: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) {
        let start = out.len();
        let context = cells::Context {
            history,
            file,
            number,
            h: mix(self.seed ^ number),
            time: file.time(number, self.rows),
        };
        let is_last = number == self.rows;
        let (before, after) = self.columns.names.split_at(self.columns.filled);
        for name in before {
            out.push(b'"');
            cells::write(name, &context, out);
            out.extend_from_slice(b"\",");
        }
        out.push(b'"');
        tail.clear();
        tail.push(b'"');
        for name in after.iter().skip(1) {
            tail.extend_from_slice(b",\"");
            cells::write(name, &context, tail);
            tail.push(b'"');
        }
        tail.push(b'\n');
        let room = self
            .width(number)
            .saturating_sub((out.len() - start + tail.len()) as u64);
        cells::fill(room as usize, number, context.h, out);
        match file.fate {
            Fate::Damaged(Damage::Cut) if is_last => return,
            Fate::Damaged(Damage::Wide) if is_last => out.extend_from_slice(b"\",\""),
            _ => {}
        }
        let end = tail.len() - usize::from(is_last && !self.ends_with_newline);
        out.extend_from_slice(&tail[..end]);
    }
}

impl File {
    /// The time of a row, or `None` if the row has none.
    pub(super) fn time(&self, number: u64, rows: u64) -> Option<i64> {
        if number % 499 == 498 {
            return None;
        }
        let step = self.span() / (rows as i64 + 1);
        let jitter = mix(self.serial as u64 ^ number << 20) as i64 & i64::MAX;
        Some(self.log_date + (number as i64 - 1) * step + jitter % step.max(1))
    }

    /// The number of bytes, as `LogFileLength` states it.
    pub(crate) fn length(&self, history: &History, revision: u64) -> u64 {
        let layout = Layout::new(history, self, revision);
        let length = layout.length();
        match self.fate {
            Fate::Damaged(Damage::Length) => length + 7,
            Fate::Damaged(Damage::Wide) => length + 3,
            Fate::Damaged(Damage::Cut) => {
                let (mut tail, mut row) = (Vec::new(), Vec::new());
                layout.row(history, self, layout.rows, &mut tail, &mut row);
                let newline = u64::from(!layout.ends_with_newline);
                length + newline + row.len() as u64 - layout.width(layout.rows)
            }
            _ => length,
        }
    }

    /// The names of the columns, and the types that `LogFileFieldTypes` gives them. Both are truncated, as
    /// Salesforce does for types with many columns.
    pub(crate) fn columns(&self) -> (String, String) {
        let names = self.kind.columns(self.variant).names;
        let types: Vec<_> = names.iter().map(|name| cells::type_of(name)).collect();
        let cut = |text: String| text.chars().take(1_333).collect();
        (cut(names.join(",")), cut(types.join(",")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::event_type::TYPES;
    use crate::org::{Activity, Org};

    fn history() -> Arc<History> {
        let org = "[organization]\nname = \"A\"\nid = \"00D5e000000AcMe\"\napi_version = \"64.0\"\n\
                   generated = 2026-01-15T06:00:00Z\n[object.User]\nprefix = \"005\"\n\
                   [object.EventLogFile]\nprefix = \"0AT\"\n";
        let org = Org::parse(org).unwrap();
        History::of(&org.with_activity(Activity::days(30).files(1))).unwrap()
    }

    /// The formula for the length requires that the values of a row are shorter than the row.
    #[test]
    fn every_content_has_the_stated_length() {
        let history = history();
        let fates = [
            Fate::Kept,
            Fate::Damaged(Damage::Cut),
            Fate::Damaged(Damage::Wide),
        ];
        for (n, kind) in TYPES.iter().enumerate() {
            for variant in 0..20 {
                let n = n as u64 * 20 + variant;
                let file = File {
                    serial: 1 + n as i64,
                    kind,
                    variant,
                    is_hourly: n.is_multiple_of(2),
                    sequence: 0,
                    log_date: 1_700_000_000_000,
                    created: 1_700_000_000_000,
                    rows: if n.is_multiple_of(11) { 0 } else { n % 83 },
                    fate: if n.is_multiple_of(11) {
                        Fate::Kept
                    } else {
                        fates[n as usize % 3]
                    },
                };
                if file.rows < 2 && file.fate != Fate::Kept {
                    continue;
                }
                for revision in [1, 2] {
                    let mut out = Vec::new();
                    let mut content = Content::new(history.clone(), file.clone(), revision);
                    while content.write(900, &mut out) {}
                    let announced = file.length(&history, revision);
                    assert_eq!(out.len() as u64, announced, "{file:?}");
                }
            }
        }
    }
}
