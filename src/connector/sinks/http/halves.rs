//! Finds the rows of a batch that a server refuses, by halving the batch.

use std::ops::Range;

use super::Reply;
use crate::connector::sinks::{Failure, Refused};

/// If so many single rows are refused before any is taken, the fault may not be in the rows. So many others, from all
/// over the batch, are tried before that is said.
const SUSPICIOUS: usize = 10;

/// A row of fewer bytes should fit everywhere. If it is said to be too large, a setting of the server may be wrong.
const SMALL: usize = 64 << 10;

/// Takes the parts of a batch, and what became of them.
#[derive(Debug)]
pub(super) struct Halves {
    /// What is still to be sent; the last part comes first.
    open: Vec<Range<usize>>,
    is_any_taken: bool,
    refused: Vec<Refused>,
    /// The number of refused rows whose refusal may have another cause.
    doubtful: usize,
}

impl Halves {
    /// The parts of a batch of so many rows. `others_taken` says that the server takes other rows, so that a refusal
    /// is about a row.
    pub(super) fn of(rows: usize, others_taken: bool) -> Self {
        Self {
            open: std::iter::once(0..rows).collect(),
            is_any_taken: others_taken,
            refused: Vec::new(),
            doubtful: 0,
        }
    }

    /// The next part to send.
    pub(super) fn next(&mut self) -> Option<Range<usize>> {
        self.open.pop()
    }

    /// Notes what became of a part of so many bytes. `explain` says why the server refuses it.
    ///
    /// # Errors
    ///
    /// The server refuses so many rows that the cause is not in the rows.
    pub(super) fn note(
        &mut self,
        part: Range<usize>,
        bytes: usize,
        reply: &Reply,
        explain: impl Fn() -> String,
    ) -> Result<(), Failure> {
        let (reason, is_doubtful) = match reply {
            Reply::Done(_) => {
                self.is_any_taken = true;
                return Ok(());
            }
            Reply::TooLarge => {
                let reason = "it is larger than the server allows".to_owned();
                (reason, bytes < SMALL)
            }
            Reply::Refused(..) => (explain(), true),
        };
        if part.len() > 1 {
            let middle = part.start + part.len() / 2;
            self.split(&part, middle..middle);
            return Ok(());
        }
        self.refused.push(Refused {
            at: part.start,
            reason: reason.clone(),
        });
        if is_doubtful {
            self.doubtful += 1;
            if !self.is_any_taken && self.doubtful >= SUSPICIOUS {
                return self.probe(&reason);
            }
        }
        Ok(())
    }

    /// Sends the rows of a part again, and one of them alone: the server says that it refuses this one. Whether it has
    /// taken those before it is not known for certain.
    pub(super) fn isolate(&mut self, part: &Range<usize>, at: usize) {
        self.split(part, at..at + 1);
    }

    /// Puts back a part in pieces: what is before the middle comes first, so that the order stays.
    fn split(&mut self, part: &Range<usize>, middle: Range<usize>) {
        for piece in [
            middle.end..part.end,
            middle.clone(),
            part.start..middle.start,
        ] {
            if !piece.is_empty() {
                self.open.push(piece);
            }
        }
    }

    /// Lets a row from elsewhere in the batch come next: the last one, then those in the middle of what is left.
    fn probe(&mut self, reason: &str) -> Result<(), Failure> {
        let largest = (0..self.open.len()).max_by_key(|at| self.open.get(*at).map(Range::len));
        let part = largest.map(|at| self.open.remove(at));
        let (Some(part), Some(position)) = (part, largest) else {
            // Whether anything was taken is said at the end.
            return Ok(());
        };
        if self.doubtful >= 2 * SUSPICIOUS {
            return Err(everything(reason));
        }
        let at = match self.doubtful {
            SUSPICIOUS => part.end - 1,
            _ => part.start + part.len() / 2,
        };
        let pieces = [at + 1..part.end, part.start..at];
        let pieces = pieces.into_iter().filter(|piece| !piece.is_empty());
        self.open.splice(position..position, pieces);
        self.open.push(at..at + 1);
        Ok(())
    }

    /// The refused rows, once there is no part left.
    ///
    /// # Errors
    ///
    /// The server took nothing at all, and not because of its size.
    pub(super) fn finish(mut self) -> Result<Vec<Refused>, Failure> {
        self.refused.sort_by_key(|refused| refused.at);
        match self.refused.last() {
            Some(last) if self.doubtful > 0 && !self.is_any_taken => Err(everything(&last.reason)),
            _ => Ok(self.refused),
        }
    }
}

/// A row is set aside only if the server accepts others. Otherwise a wrong setting would set all rows
/// aside.
fn everything(reason: &str) -> Failure {
    Failure::new(format!(
        "the server refuses every row that was tried: {reason}"
    ))
    .help("check the settings of the sink, and those of the server")
    .replanned()
    .about_rows()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends a batch to a server that refuses some rows, and returns the parts that the server accepted.
    fn send(
        rows: usize,
        refuses: &[usize],
        bytes: usize,
        reply: fn() -> Reply,
    ) -> (Vec<Range<usize>>, Result<Vec<usize>, Failure>) {
        let (mut halves, mut taken) = (Halves::of(rows, false), Vec::new());
        while let Some(part) = halves.next() {
            let is_refused = refuses.iter().any(|row| part.contains(row));
            let reply = if is_refused {
                reply()
            } else {
                Reply::Done(Vec::new())
            };
            if !is_refused {
                taken.push(part.clone());
            }
            if let Err(failure) = halves.note(part, bytes, &reply, || "a reason".to_owned()) {
                return (taken, Err(failure));
            }
        }
        let refused = halves.finish();
        (
            taken,
            refused.map(|rows| rows.iter().map(|row| row.at).collect()),
        )
    }

    fn refused() -> Reply {
        Reply::Refused(reqwest::StatusCode::BAD_REQUEST, Vec::new())
    }

    #[test]
    fn all_rows_but_those_that_are_refused_are_taken_in_order_and_once() {
        let (taken, aside) = send(9, &[3, 8], 100, refused);
        let rows: Vec<usize> = taken.into_iter().flatten().collect();
        assert_eq!(rows, [0, 1, 2, 4, 5, 6, 7]);
        assert_eq!(aside.unwrap(), [3, 8]);
    }

    #[test]
    fn a_server_that_refuses_everything_sets_nothing_aside() {
        for rows in [1, 2, 15, 500] {
            let all: Vec<usize> = (0..rows).collect();
            for reply in [refused as fn() -> Reply, || Reply::TooLarge] {
                let (taken, aside) = send(rows, &all, 100, reply);
                let failure = aside.unwrap_err();
                assert!(taken.is_empty() && failure.is_replanned() && failure.is_about_rows());
            }
        }
        // A row that is large is refused by itself.
        let (_, aside) = send(1, &[0], 1 << 20, || Reply::TooLarge);
        assert_eq!(aside.unwrap(), [0]);
    }

    #[test]
    fn many_refused_rows_in_a_row_do_not_hide_those_that_are_taken() {
        for (from, to) in [(0, 400), (0, 499), (1, 500), (0, 250)] {
            let bad: Vec<usize> = (from..to).collect();
            let (taken, aside) = send(500, &bad, 100, refused);
            let mut rows: Vec<usize> = taken.into_iter().flatten().collect();
            rows.sort_unstable();
            let good: Vec<usize> = (0..500).filter(|row| !bad.contains(row)).collect();
            assert_eq!(rows, good, "{from}..{to}");
            assert_eq!(aside.unwrap(), bad, "{from}..{to}");
        }
    }
}
