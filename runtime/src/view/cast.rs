//! Records as views.

use super::View;
use crate::record::{Record, ValueError};
use crate::schema::ANY_RECORD;

impl Record {
    /// The record as a typed view. Fields that only the message named find their place, and are
    /// checked, if the view's table knows them.
    ///
    /// # Errors
    ///
    /// If the record is of another type, or a field that the table knows has a value that does
    /// not fit its kind.
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

    /// Whether the record is of the view's very type, so that [`cast`](Record::cast) can succeed.
    #[must_use]
    pub fn is<V: View>(&self) -> bool {
        self.type_name() == V::static_table().name
            && self.type_namespace() == V::static_table().namespace()
    }
}
