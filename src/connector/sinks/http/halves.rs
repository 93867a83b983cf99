//! Finds the rows of a batch that a server refuses, by halving the batch.

use std::ops::Range;

use super::Reply;
use crate::connector::sinks::{Failure, Refused};

/// If this number of single rows is refused before any is accepted, the cause is not in the rows.
const SUSPICIOUS: usize = 10;

/// The parts of a batch that must still be sent, and the results of the others.
#[derive(Debug)]
pub(super) struct Halves {
    open: Vec<Range<usize>>,
    is_any_taken: bool,
    refused: Vec<Refused>,
    /// The number of refused rows whose refusal may have another cause.
    doubtful: usize,
}

impl Halves {
    pub(super) fn of(rows: usize) -> Self {
        Self {
            open: std::iter::once(0..rows).collect(),
            is_any_taken: false,
            refused: Vec::new(),
            doubtful: 0,
        }
    }

    /// The next part to send.
    pub(super) fn next(&mut self) -> Option<Range<usize>> {
        self.open.pop()
    }

    /// Records the response to a part. `explain` gives the reason of a refusal.
    ///
    /// # Errors
    ///
    /// The server refuses so many rows that the cause is not in the rows.
    pub(super) fn note(
        &mut self,
        part: Range<usize>,
        reply: &Reply,
        explain: impl Fn() -> String,
    ) -> Result<(), Failure> {
        let reason = match reply {
            Reply::Done(_) => {
                self.is_any_taken = true;
                return Ok(());
            }
            Reply::TooLarge => "it is larger than the server allows".to_owned(),
            Reply::Refused(..) => explain(),
        };
        if part.len() > 1 {
            let middle = part.start + part.len() / 2;
            // The first half comes next, so that the rows stay in order.
            self.open.push(middle..part.end);
            self.open.push(part.start..middle);
            return Ok(());
        }
        if matches!(reply, Reply::Refused(..)) {
            self.doubtful += 1;
            if !self.is_any_taken && self.doubtful >= SUSPICIOUS {
                return Err(everything(&reason));
            }
        }
        let at = part.start;
        self.refused.push(Refused { at, reason });
        Ok(())
    }

    /// The refused rows, once there is no part left.
    ///
    /// # Errors
    ///
    /// The server accepted no row, and the reason was not the size.
    pub(super) fn finish(self) -> Result<Vec<Refused>, Failure> {
        match self.refused.last() {
            Some(last) if self.doubtful > 0 && !self.is_any_taken => Err(everything(&last.reason)),
            _ => Ok(self.refused),
        }
    }
}

/// A row is set aside only if the server accepts others. Otherwise a wrong setting would set all rows
/// aside.
fn everything(reason: &str) -> Failure {
    Failure::new(format!("the server refuses every row: {reason}"))
        .help("check the settings of the sink, and those of the server")
        .replanned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends a batch to a server that refuses some rows, and returns the parts that the server accepted.
    fn send(
        rows: usize,
        refuses: &[usize],
        reply: fn() -> Reply,
    ) -> (Vec<Range<usize>>, Result<Vec<usize>, Failure>) {
        let (mut halves, mut taken) = (Halves::of(rows), Vec::new());
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
            if let Err(failure) = halves.note(part, &reply, || "a reason".to_owned()) {
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
    fn all_rows_but_the_refused_ones_are_accepted_in_order_and_once() {
        let (taken, aside) = send(9, &[3, 8], refused);
        let rows: Vec<usize> = taken.into_iter().flatten().collect();
        assert_eq!(rows, [0, 1, 2, 4, 5, 6, 7]);
        assert_eq!(aside.unwrap(), [3, 8]);
    }

    #[test]
    fn a_server_that_refuses_everything_sets_nothing_aside() {
        for rows in [1, 2, 500] {
            let all: Vec<usize> = (0..rows).collect();
            let (taken, aside) = send(rows, &all, refused);
            assert!(taken.is_empty() && aside.unwrap_err().is_replanned());
        }
        // The refusal of a row that is too large needs no other row.
        let (_, aside) = send(1, &[0], || Reply::TooLarge);
        assert_eq!(aside.unwrap(), [0]);
    }
}
