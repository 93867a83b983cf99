//! The results of a write call as one `Result`.
//!
//! A write call such as `create` succeeds as a call even if the service refuses some of its rows.
//! The result of each row says whether the service accepted the row.

use std::fmt;

use super::bulk::RowResult;
use crate::error::{Error, ErrorKind};
use crate::transport::error::Sent;

/// The number of refused rows that the message of [`RefusedRows`] describes.
const SHOWN: usize = 5;

/// The results of the rows of a write call.
///
/// ```ignore
/// use enterprise::Account;
/// use saponify::salesforce::RowResults as _;
///
/// let saved = soap.create(&[Account::new().with_name("Acme")]).await?.all_ok()?;
/// println!("{:?}", saved[0].id);
/// ```
pub trait RowResults {
    /// The result type of one row, such as `SaveResult`.
    type Row;

    /// The results, if the service accepted every row.
    ///
    /// # Errors
    ///
    /// Returns an error if the service refused at least one row. The other rows are applied
    /// nevertheless, unless the call had the header `AllOrNoneHeader`.
    fn all_ok(self) -> Result<Vec<Self::Row>, RefusedRows<Self::Row>>;
}

impl<T: RowResult> RowResults for Vec<T> {
    type Row = T;

    fn all_ok(self) -> Result<Vec<T>, RefusedRows<T>> {
        if self.iter().all(RowResult::is_success) {
            return Ok(self);
        }
        Err(RefusedRows::new(self))
    }
}

/// The service refused at least one row of a write call.
///
/// The message gives the position of each refused row in the call, counted from zero, with the
/// error codes and fields that the service states as reasons. It contains no value of a row. `?`
/// converts this error to an [`Error`], for which [`Error::is_refused`] is true.
pub struct RefusedRows<T> {
    results: Vec<T>,
}

impl<T: RowResult> RefusedRows<T> {
    pub(super) fn new(results: Vec<T>) -> Self {
        Self { results }
    }

    /// The refused rows: their positions in the call, counted from zero, and their results.
    pub fn refused(&self) -> impl Iterator<Item = (usize, &T)> {
        let all = self.results.iter().enumerate();
        all.filter(|(_, result)| !result.is_success())
    }

    /// The results of all rows, including accepted rows, in the order of the call.
    #[must_use]
    pub fn into_results(self) -> Vec<T> {
        self.results
    }
}

/// The reasons of one result.
struct Reasons<'a, T>(&'a T);

impl<T: RowResult> fmt::Display for Reasons<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.reasons(f)
    }
}

impl<T: RowResult> fmt::Display for RefusedRows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.refused().count();
        write!(
            f,
            "the service refused {count} of {} rows",
            self.results.len()
        )?;
        for (n, (index, result)) in self.refused().take(SHOWN).enumerate() {
            let before = if n == 0 { ": " } else { "; " };
            write!(f, "{before}row {index}{}", Reasons(result))?;
        }
        match count.saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl<T: RowResult> fmt::Debug for RefusedRows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RefusedRows({self})")
    }
}

impl<T: RowResult> std::error::Error for RefusedRows<T> {}

impl<T: RowResult> From<RefusedRows<T>> for Error {
    fn from(error: RefusedRows<T>) -> Self {
        Self::new(ErrorKind::Refused, error.to_string()).with_sent(Sent::Answered)
    }
}

impl Error {
    /// Whether the service refused rows of a write call: see [`RowResults::all_ok`].
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.kind() == ErrorKind::Refused
    }
}
