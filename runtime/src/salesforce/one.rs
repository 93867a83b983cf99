//! Write calls of one row.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use super::bulk::{BulkOperation, RowResult as _, mismatch};
use super::results::RefusedRows;
use crate::client::{Call, HeaderOf, OperationType};
use crate::error::Error;
use crate::schema::Repeat;

/// A write call of one row. The call is made when it is awaited, and returns the result of the row.
///
/// If the service refuses the row, the call returns an error for which [`Error::is_refused`] is
/// true.
///
/// ```ignore
/// use enterprise::Account;
///
/// let saved = soap.create_one(&Account::new().with_name("Acme")).await?;
/// println!("{:?}", saved.id);
/// ```
#[must_use = "a call is made when it is awaited"]
pub struct OneCall<O>(Call<O>);

impl<O: OperationType> Call<O> {
    /// Makes this a call of a single row. For generated code.
    #[doc(hidden)]
    pub fn into_one(self) -> OneCall<O> {
        OneCall(self)
    }
}

impl<O: OperationType> OneCall<O> {
    /// Adds a header: see [`Call::with`].
    pub fn with<H: HeaderOf<O>>(self, header: H) -> Self {
        Self(self.0.with(header))
    }

    /// Omits a header of the client: see [`Call::without`].
    pub fn without<H: HeaderOf<O>>(self) -> Self {
        Self(self.0.without::<H>())
    }

    /// Sets whether the call may be repeated if it fails: see [`Call::repeat`].
    pub fn repeat(self, repeat: Repeat) -> Self {
        Self(self.0.repeat(repeat))
    }

    /// Sets the maximum time of the call with all its attempts: see [`Call::deadline`].
    pub fn deadline(self, deadline: Duration) -> Self {
        Self(self.0.deadline(deadline))
    }
}

impl<O: BulkOperation> IntoFuture for OneCall<O> {
    type Output = Result<O::Result, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let results = self.0.await?;
            let [result] = <[O::Result; 1]>::try_from(results)
                .map_err(|results| mismatch::<O>(results.len(), 1))?;
            if result.is_success() {
                Ok(result)
            } else {
                Err(RefusedRows::new(vec![result]).into())
            }
        })
    }
}

impl<O: OperationType> fmt::Debug for OneCall<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OneCall").field(&self.0).finish()
    }
}
