//! Fields by their wire names: for columns that no table knows, and for names that the program
//! learns at run time.

use std::hash::{Hash, Hasher};

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::{FieldType, Key, Typed, View};
use crate::lexical::{Decimal, Id};
use crate::record::{Record, ValueError};
use crate::schema::Kind;
use crate::value::{FieldValue, lexical_form};

/// What [`Record::get`] takes: a [`Key`] gives the type of its field, a wire name gives the text.
pub trait FieldLookup {
    /// What reading gives.
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

/// A value that a field can be set to by its wire name: see [`Typed::set_by_name`].
///
/// `None` stands for null.
pub trait FieldText {
    /// The value in the form that XML Schema gives it.
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
    /// Sets a field by its wire name, whether the table knows it or not. `None` sets it to null.
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
    /// If the table knows the field and the value does not fit its kind, or if the name is not one
    /// that XML allows.
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

/// Keys of one view are equal if they name the same field.
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
