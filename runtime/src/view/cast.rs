//! Conversion of records to views.

use super::View;
use crate::record::{Record, ValueError};
use crate::schema::ANY_RECORD;

impl Record {
    /// Converts the record to a typed view. If the view's table knows fields that the record's
    /// table does not know, these fields are checked and become fields of the view.
    ///
    /// # Errors
    ///
    /// Returns an error if the record has another type, or if a field that the view's table knows
    /// has a value that does not fit its kind.
    pub fn cast<V: View>(&self) -> Result<V, ValueError> {
        let as_it_is = self.has_name_of_table() && self.table() == V::static_table();
        if as_it_is || *V::static_table() == ANY_RECORD {
            return Ok(V::from_record(self.clone()));
        }
        if !self.is::<V>() {
            return Err(ValueError::usage(format!(
                "expected a record of type {}, found one of {}{}",
                V::static_table().name,
                self.type_name(),
                match self.type_name() == V::static_table().name {
                    true => " in another namespace",
                    false => "",
                }
            )));
        }
        self.retype(V::static_table()).map(V::from_record)
    }

    /// Whether the record has exactly the type of the view, so that [`cast`](Record::cast) can
    /// succeed.
    #[must_use]
    pub fn is<V: View>(&self) -> bool {
        self.type_name() == V::static_table().name
            && self.type_namespace() == V::static_table().namespace()
    }
}
