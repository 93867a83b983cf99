//! Changes of records: which records were created, updated or deleted since the activation, with the
//! current values of each record.
//!
//! Objects that support it are queried by `getUpdated` and `getDeleted`. For others, records with a new
//! `SystemModstamp` are queried; their deletions cannot be seen, which is recorded as drift.
//!
//! The key of a change consists of the Id of the record, the time of its last change, and whether it is a
//! deletion. Therefore reading a span twice stores nothing twice. Of two changes between two rounds, only
//! the later one is seen.
//!
//! `getUpdated` covers 30 days. Earlier changes are queried, too. `getDeleted` covers 15 days, or less if
//! the service has purged its list. Earlier deletions cannot be seen any more, so they are recorded as a
//! gap.

mod deletions;
mod sync;

use jiff::Timestamp;

use super::{Failure, Service};
use crate::connector::window::Span;

pub use sync::{ChangeOptions, ChangeOutcome, sync};

/// A service whose changes can be collected.
pub trait ChangeService: Service {
    /// Describes an object.
    fn describe(&mut self, object: &str)
    -> impl Future<Output = Result<Described, Failure>> + Send;

    /// The records that were created or updated in a span.
    fn updated(
        &mut self,
        object: &str,
        span: Span,
    ) -> impl Future<Output = Result<Updated, Failure>> + Send;

    /// The records that were deleted in a span.
    fn deleted(
        &mut self,
        object: &str,
        span: Span,
    ) -> impl Future<Output = Result<Deleted, Failure>> + Send;

    /// The current values of the fields of records, in the order of the Ids, or `None` for a record that no
    /// longer exists.
    fn retrieve(
        &mut self,
        object: &str,
        fields: &[String],
        ids: &[String],
    ) -> impl Future<Output = Result<Vec<Option<Values>>, Failure>> + Send;
}

/// The values of a record.
pub type Values = Vec<Option<String>>;

/// The description of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The names of the fields that can be stored: all but file contents and compound fields.
    pub fields: Vec<String>,
    /// Whether `getUpdated` and `getDeleted` support the object.
    pub replicateable: bool,
}

/// Records that were created or updated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// The Ids of the records.
    pub ids: Vec<String>,
    /// The service guarantees that all changes before this time are known.
    pub covered: Timestamp,
}

/// Records that were deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The Id of each record, and when it was deleted.
    pub records: Vec<(String, Timestamp)>,
    /// Since when the service knows deletions.
    pub earliest: Timestamp,
    /// The service guarantees that all deletions before this time are known.
    pub covered: Timestamp,
}
