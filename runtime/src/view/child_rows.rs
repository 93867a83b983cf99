//! The child rows that a record contains.

use std::fmt;
use std::marker::PhantomData;

use super::{FieldType, Nested, View};
use crate::record::{Record, ValueError};
use crate::value::{GeneratedStruct, Struct, Value};

/// The child rows that a record contains, such as `account.contacts()`. They are the result of a
/// sub-query.
///
/// A record contains only the first batch of child rows.
/// [`Client::children`](crate::Client::children) gives the rows of all batches.
///
/// ```ignore
/// use enterprise::{Account, Contact};
///
/// let soql = "SELECT Id, (SELECT LastName FROM Contacts LIMIT 5) FROM Account";
/// let mut accounts = soap.records::<Account>(soql);
/// while let Some(account) = accounts.try_next().await? {
///     for contact in account.contacts().rows::<Contact>() {
///         println!("{:?}", contact?.last_name());
///     }
/// }
/// ```
pub struct ChildRows<'a, Q> {
    record: &'a Record,
    field: u16,
    result: PhantomData<fn() -> &'a Q>,
}

impl<'a, Q> ChildRows<'a, Q> {
    /// The child rows in a field of a record. The getters of generated code call this function, and
    /// there are thousands of them. Therefore the field is read only when the rows are, and nothing is
    /// required of the type `Q` here that the compiler would have to prove for each getter.
    pub(crate) fn new(record: &'a Record, field: u16) -> Self {
        Self {
            record,
            field,
            result: PhantomData,
        }
    }
}

impl<'a, Q: GeneratedStruct + Send + Sync> ChildRows<'a, Q> {
    /// The result of the sub-query, such as `QueryResult`. `None` if the record contains none: it
    /// has no child rows, or the query had no such sub-query.
    #[must_use]
    pub fn result(self) -> Option<&'a Q> {
        Nested::<Q>::read(self.record, self.field)
    }

    /// The rows that the record contains.
    pub fn records(self) -> impl Iterator<Item = &'a Record> {
        let found = self.result().and_then(|result| {
            let field = Q::static_table().find("records")?;
            Some((result, field))
        });
        found.into_iter().flat_map(|(result, field)| {
            let values = (0..).map(move |n| result.field_value(field, n));
            values.map_while(|value| match value {
                Value::Record(row) => Some(row),
                _ => None,
            })
        })
    }

    /// The rows that the record contains, as views.
    ///
    /// # Errors
    ///
    /// An item of the iterator is an error if its row has another type than `V`: see
    /// [`Record::cast`].
    pub fn rows<V: View>(self) -> impl Iterator<Item = Result<V, ValueError>> {
        self.records().map(Record::cast)
    }

    /// The number of rows that the record contains.
    #[must_use]
    pub fn len(self) -> usize {
        self.records().count()
    }

    /// Whether the record contains no child rows.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl<Q> Clone for ChildRows<'_, Q> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q> Copy for ChildRows<'_, Q> {}

impl<Q: GeneratedStruct + Send + Sync> fmt::Debug for ChildRows<'_, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChildRows").field(&self.result()).finish()
    }
}

impl<'a, Q: GeneratedStruct + Send + Sync> IntoIterator for ChildRows<'a, Q> {
    type Item = &'a Record;
    type IntoIter = Box<dyn Iterator<Item = &'a Record> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.records())
    }
}

/// What [`Client::children`](crate::Client::children) accepts: the [`ChildRows`] of a record, or a
/// reference to a `QueryResult`. Other types cannot implement this trait.
pub trait SubqueryResult: sealed::Sealed {
    #[doc(hidden)]
    fn as_struct(&self) -> Option<&dyn Struct>;
}

impl<Q: GeneratedStruct> SubqueryResult for &Q {
    fn as_struct(&self) -> Option<&dyn Struct> {
        Some(*self)
    }
}

impl<Q: GeneratedStruct + Send + Sync> SubqueryResult for ChildRows<'_, Q> {
    fn as_struct(&self) -> Option<&dyn Struct> {
        self.result().map(|result| result as &dyn Struct)
    }
}

mod sealed {
    pub trait Sealed {}

    impl<Q> Sealed for &Q {}
    impl<Q> Sealed for super::ChildRows<'_, Q> {}
}
