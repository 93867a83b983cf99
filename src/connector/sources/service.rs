//! What the sources need of a service: the org or, in tests, a simulation of one.

use std::collections::HashMap;

use jiff::Timestamp;

use super::batch::Batch;
use crate::connector::error::Error;

/// A service that answers queries.
pub trait Service: Send {
    /// The time by the clock of the service.
    fn server_time(&mut self) -> impl Future<Output = Result<Timestamp, Failure>> + Send;

    /// Runs a query for the fields that it names, and returns its first batch.
    fn query(&mut self, query: &str) -> impl Future<Output = Result<Batch, Failure>> + Send;

    /// The next batch of the query that ran last.
    fn more(&mut self) -> impl Future<Output = Result<Batch, Failure>> + Send;

    /// Runs a query of the form `SELECT COUNT() FROM …`.
    fn count(&mut self, query: &str) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// Whether the service shows all rows of an object, and not only those of the user who asks.
    fn sees_all(&mut self, _object: &str) -> impl Future<Output = Result<bool, Failure>> + Send {
        async { Ok(true) }
    }

    /// The values of some fields of other records, by their Ids. What is not there may be left out.
    fn look_up(
        &mut self,
        _object: &str,
        _fields: &[&str],
        _ids: &[String],
    ) -> impl Future<Output = Result<HashMap<String, Vec<Option<String>>>, Failure>> + Send {
        async { Ok(HashMap::new()) }
    }
}

/// Why a service did not answer.
#[derive(Debug)]
pub enum Failure {
    /// The query takes too long, or has too large an answer: ask for less.
    TooLarge,
    /// The service no longer tells what happened so long ago.
    TooOld,
    /// The cursor of the query is gone: run it again.
    CursorLost,
    /// A field is not there, or this user must not see it.
    Field(String),
    /// Anything else. What is stored stays, and a later run goes on.
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}
