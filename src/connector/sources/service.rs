//! The service that the sources query: the org or, in tests, a simulated one.

use std::collections::HashMap;

use jiff::Timestamp;

use super::batch::Batch;
use crate::connector::error::Error;

/// A service that runs queries.
pub trait Service: Send {
    /// The current time by the clock of the service.
    fn server_time(&mut self) -> impl Future<Output = Result<Timestamp, Failure>> + Send;

    /// Runs a query, and returns its first batch with the fields that the query names.
    fn query(&mut self, query: &str) -> impl Future<Output = Result<Batch, Failure>> + Send;

    /// The next batch of the last query.
    fn more(&mut self) -> impl Future<Output = Result<Batch, Failure>> + Send;

    /// Runs a query of the form `SELECT COUNT() FROM …`.
    fn count(&mut self, query: &str) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// Whether the service returns all rows of an object, and not only those of the user.
    fn sees_all(&mut self, _object: &str) -> impl Future<Output = Result<bool, Failure>> + Send {
        async { Ok(true) }
    }

    /// Fields of other records, by their Ids. Records that do not exist may be left out.
    fn look_up(
        &mut self,
        _object: &str,
        _fields: &[&str],
        _ids: &[String],
    ) -> impl Future<Output = Result<HashMap<String, Vec<Option<String>>>, Failure>> + Send {
        async { Ok(HashMap::new()) }
    }
}

/// Runs a query, and returns all of its rows as one batch.
///
/// # Errors
///
/// The query fails, or its cursor is lost before the last row. The size of the batch tells whether the
/// service has sent fewer rows than it stated.
pub(crate) async fn all_rows<S: Service>(service: &mut S, query: &str) -> Result<Batch, Failure> {
    let mut all = service.query(query).await?;
    while !all.last {
        let next = service.more().await?;
        for row in next.rows.iter() {
            all.rows.push(row.iter());
        }
        all.last = next.last;
    }
    Ok(all)
}

/// Why a call to the service failed.
#[derive(Debug)]
pub enum Failure {
    /// The query takes too long, or its result is too large. The caller must ask for less.
    TooLarge,
    /// The service no longer knows changes of that time.
    TooOld,
    /// The cursor of the query is no longer valid. The query must be sent again.
    CursorLost,
    /// The field does not exist, or the user cannot see it.
    Field(String),
    /// Any other error. Stored data stays, and a later run continues.
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}
