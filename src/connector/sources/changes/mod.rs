//! Changes of records: what was created, updated or deleted since the connector was connected, with the
//! record as it is now.
//!
//! Objects that support it are asked by `getUpdated` and `getDeleted`. Others are asked for records with
//! a new `SystemModstamp`; their deletions cannot be seen, which is noted as drift.
//!
//! A change is known by the Id and the time of the record's last change, and whether it is a deletion. So
//! reading a span again stores nothing twice, and of two changes between two rounds the later one is seen.
//!
//! `getUpdated` reaches back 30 days. What was changed before that is queried, too. `getDeleted` reaches
//! back 15 days, or less if the service has purged its list. Deletions before that cannot be seen any more,
//! which is a gap.

mod deletions;
mod sync;

use jiff::Timestamp;

use super::{Failure, Service};
use crate::connector::window::Span;

pub use sync::{ChangeOptions, ChangeOutcome, sync};

/// What the collection of changes needs of a service.
pub trait ChangeService: Service {
    /// What the org says about an object.
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

    /// Records as they are now, in the order of their Ids: the values of the fields, or nothing if the
    /// record is no longer there.
    fn retrieve(
        &mut self,
        object: &str,
        fields: &[String],
        ids: &[String],
    ) -> impl Future<Output = Result<Vec<Option<Values>>, Failure>> + Send;
}

/// The values of a record.
pub type Values = Vec<Option<String>>;

/// What the org says about an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The names of the fields that can be stored: neither files nor compound fields.
    pub fields: Vec<String>,
    /// Whether `getUpdated` and `getDeleted` serve it.
    pub replicateable: bool,
}

/// Records that were created or updated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// Their Ids.
    pub ids: Vec<String>,
    /// Up to when the service is sure to know all changes.
    pub covered: Timestamp,
}

/// Records that were deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Their Ids, and when each was deleted.
    pub records: Vec<(String, Timestamp)>,
    /// Since when the service still knows deletions.
    pub earliest: Timestamp,
    /// Up to when the service is sure to know all deletions.
    pub covered: Timestamp,
}
