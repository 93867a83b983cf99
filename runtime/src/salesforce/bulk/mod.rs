//! Operations on any number of records, through calls that accept 200 records each.
//!
//! [`create_all`, `update_all`, `upsert_all`, `delete_all`, `undelete_all`](Bulk) and
//! `retrieve_all` of a generated service take any iterator or stream and divide it into calls that
//! the service accepts. They return one [`Outcome`] for each input, in the order of the inputs.
//!
//! ```ignore
//! use enterprise::{Account, Contact};
//! use futures_util::TryStreamExt as _;
//! use saponify::salesforce::soql::Soql;
//!
//! let contacts = (0..450).map(|n| Contact::new().with_last_name(&format!("Reyes {n}")));
//! let mut outcomes = soap.create_all(contacts).concurrency(4);
//! while let Some(outcome) = outcomes.next().await {
//!     match outcome.result {
//!         Ok(saved) => println!("row {} is {:?}", outcome.index, saved.id),
//!         Err(failure) => eprintln!("row {}: {failure}", outcome.index),
//!     }
//! }
//!
//! // From a query to an update, without holding the rows:
//! let stale = soap.records(Soql::select(Account::ID).filter(Account::RATING.is_null()));
//! let rated = stale.map_ok(|account| account.with_rating("Cold"));
//! let summary = soap.update_all(rated).summary().await;
//! ```

mod chunk;
mod outcome;
mod source;
mod stream;

pub(super) use chunk::mismatch;
pub use outcome::{Failure, Outcome, Summary};
pub use source::{IteratorSource, RecordsSource, Row, Rows, Source, StreamSource};
pub use stream::Bulk;

#[doc(hidden)]
pub use outcome::{BulkOperation, RowResult};
pub(crate) use stream::Rules;

use crate::client::Client;
use crate::lexical::Id;
use crate::view::{Key, View};

/// Names the external-id field of `upsert_all`: a key of the rows' type, or a name.
///
/// [`Record`](crate::Record)s have no keys of their own. Use [`Key::name`](crate::Key::name) with
/// them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a field of `{R}`",
    note = "use a key of `{R}` or a name"
)]
pub trait ExternalId<R> {
    /// The name of the field.
    #[doc(hidden)]
    fn field_name(&self) -> &str;
}

impl<R> ExternalId<R> for &str {
    fn field_name(&self) -> &str {
        self
    }
}

impl<R> ExternalId<R> for String {
    fn field_name(&self) -> &str {
        self
    }
}

impl<R> ExternalId<R> for &String {
    fn field_name(&self) -> &str {
        self
    }
}

impl<V: View, T: ?Sized> ExternalId<V> for Key<V, T> {
    fn field_name(&self) -> &str {
        self.name()
    }
}

/// The methods that generated code calls.
#[doc(hidden)]
impl Client {
    /// Creates or updates rows.
    pub fn save_all<'s, O: BulkOperation, R: View, M>(
        &self,
        rows: impl Source<M, Row = R> + 's,
    ) -> Bulk<'s, O, R> {
        Bulk::new(self, Rules::SAVE, &[], rows.into_rows())
    }

    /// Creates or updates rows. The field says which of them exist.
    pub fn upsert_all<'s, O: BulkOperation, R: View, M>(
        &self,
        field: impl ExternalId<R>,
        rows: impl Source<M, Row = R> + 's,
    ) -> Bulk<'s, O, R> {
        Bulk::new(self, Rules::UPSERT, &[field.field_name()], rows.into_rows())
    }

    /// Calls an operation that needs only the ids of rows.
    pub fn by_id_all<'s, O: BulkOperation, M>(
        &self,
        ids: impl Source<M, Row = Id> + 's,
    ) -> Bulk<'s, O, Id> {
        Bulk::new(self, Rules::SAVE, &[], ids.into_rows())
    }

    /// Reads rows.
    pub fn retrieve_all<'s, O: BulkOperation, M>(
        &self,
        field_list: &str,
        object: &str,
        ids: impl Source<M, Row = Id> + 's,
    ) -> Bulk<'s, O, Id> {
        Bulk::new(
            self,
            Rules::RETRIEVE,
            &[field_list, object],
            ids.into_rows(),
        )
    }
}
