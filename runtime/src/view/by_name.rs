//! Access to fields by their wire names: for columns that no table knows, and for names that the
//! program learns at run time.

use std::hash::{Hash, Hasher};

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{FieldType, Key, Typed, View};
use crate::lexical::{Decimal, Id};
use crate::record::{Record, ValueError};
use crate::schema::Kind;
use crate::value::{FieldValue, lexical_form};

/// What [`Record::get`] accepts. A [`Key`] reads a value of the field's type, and a wire name reads
/// the text.
pub trait FieldLookup {
    /// The type of the value that is read.
    type Get<'r>;

    /// Reads the field.
    #[doc(hidden)]
    fn look_up(self, record: &Record) -> Option<Self::Get<'_>>;
}

impl<V: View, T: FieldType + ?Sized> FieldLookup for Key<V, T> {
    type Get<'r> = T::Get<'r>;

    fn look_up(self, record: &Record) -> Option<T::Get<'_>> {
        T::read(record, record.index_of(self)?)
    }
}

impl FieldLookup for &str {
    type Get<'r> = &'r str;

    fn look_up(self, record: &Record) -> Option<&str> {
        record.text(self)
    }
}

/// A value to which a field can be set by its wire name: see [`Typed::set_by_name`].
///
/// `None` stands for null.
pub trait FieldText {
    /// The value in its XML Schema lexical form.
    #[doc(hidden)]
    fn field_text(self) -> Option<String>;
}

impl FieldText for &str {
    fn field_text(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl FieldText for &String {
    fn field_text(self) -> Option<String> {
        Some(self.clone())
    }
}

impl<T: FieldText> FieldText for Option<T> {
    fn field_text(self) -> Option<String> {
        self.and_then(T::field_text)
    }
}

macro_rules! field_text {
    ($($ty:ty),*) => {
        $(
            impl FieldText for $ty {
                fn field_text(self) -> Option<String> {
                    Some(lexical_form(self.value(0), Kind::String))
                }
            }
        )*
    };
}

field_text!(
    String, bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, Decimal, Id, Timestamp, Date,
    Time
);

impl<V: View> Typed<V> {
    /// Sets a field by its wire name, whether the table knows the field or not. `None` sets the
    /// field to null.
    ///
    /// ```ignore
    /// use enterprise::Account;
    ///
    /// let mut account = Account::new().with_name("Acme");
    /// account.set_by_name("Legacy_Id__c", "A-17")?;
    /// account.set_by_name("Number_Of_Sites__c", 12)?;
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the table knows the field and the value does not fit the field's kind,
    /// or if the name is not a valid XML name.
    pub fn set_by_name(
        &mut self,
        name: &str,
        value: impl FieldText,
    ) -> Result<&mut Self, ValueError> {
        let record = self.as_record_mut();
        match value.field_text() {
            Some(text) => record.set_text(name, &text)?,
            None => record.set_null(name)?,
        }
        Ok(self)
    }
}

/// Two keys of one view are equal if they name the same field.
impl<V, T: ?Sized> PartialEq for Key<V, T> {
    fn eq(&self, other: &Self) -> bool {
        self.index() == other.index()
    }
}

impl<V, T: ?Sized> Eq for Key<V, T> {}

impl<V, T: ?Sized> Hash for Key<V, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index().hash(state);
    }
}
