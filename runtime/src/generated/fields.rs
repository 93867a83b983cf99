//! The functions that the getters and setters of views call. A field is identified by its index in
//! the view's table.
//!
//! These are functions and not methods, so that the compiler never suggests them to users. They
//! require of a type only what they need, and nothing of the view: a large schema has tens of
//! thousands of getters, and the compiler proves for each of them twice that its types are what the
//! function requires.

use crate::lexical::Id;
use crate::record::{AnyValue, Record};
use crate::value::GeneratedStruct;
use crate::view::{ChildRows, FieldType, IntoField, Key, List, Nested, Parent, Typed, View};

/// Sets a field and returns the view.
pub fn set<V, T: ?Sized>(mut view: Typed<V>, field: u16, value: impl IntoField<T>) -> Typed<V> {
    value.write(view.inner_mut(), field);
    view
}

/// Sets the field of a key and returns the view.
pub fn set_key<V: View, T: ?Sized>(
    mut view: Typed<V>,
    key: Key<V, T>,
    value: impl IntoField<T>,
) -> Typed<V> {
    view.set(key, value);
    view
}

macro_rules! getters {
    ($($name:ident -> $ty:ty, $key:ty;)*) => {
        /// Getters, each of which is named after the type of the field.
        pub mod get {
            use super::*;

            $(
                #[allow(missing_docs)]
                pub fn $name<V>(view: &Typed<V>, field: u16) -> Option<$ty> {
                    <$key as FieldType>::read(view.inner(), field)
                }
            )*

            /// A parent record.
            pub fn parent<V, P: View>(view: &Typed<V>, field: u16) -> Option<&P> {
                Parent::<P>::read(view.inner(), field)
            }

            /// A nested struct.
            pub fn nested<V, S>(view: &Typed<V>, field: u16) -> Option<&S>
            where
                S: GeneratedStruct + Send + Sync,
            {
                Nested::<S>::read(view.inner(), field)
            }

            /// Child rows.
            pub fn child_rows<V, S>(view: &Typed<V>, field: u16) -> ChildRows<'_, S> {
                ChildRows::new(view.inner(), field)
            }
        }
    };
}

getters! {
    text -> &str, str;
    bytes -> Vec<u8>, [u8];
    any -> &AnyValue, AnyValue;
    record -> &Record, Record;
    boolean -> bool, bool;
    int -> i32, i32;
    long -> i64, i64;
    double -> f64, f64;
    id -> Id, Id;
    date_time -> jiff::Timestamp, jiff::Timestamp;
    date -> jiff::civil::Date, jiff::civil::Date;
    time -> jiff::civil::Time, jiff::civil::Time;
    texts -> Vec<&str>, List<str>;
    ids -> Vec<Id>, List<Id>;
}
