//! What the operations of many records accept: one record or several, and one id or several.

use std::slice;

use crate::lexical::Id;
use crate::view::View;

/// The records that an operation such as `create` takes: a reference to one record (`&account`), or
/// an array, a slice or a [`Vec`] of records of one type. A slice of
/// [`Record`](crate::Record) may contain records of several types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a reference to a record nor a list of records",
    label = "expected `&record`, or a list such as `&records` or `&[first, second]`",
    note = "a single record is passed by reference: put `&` before it"
)]
pub trait RecordList: sealed::Records {
    /// The type of the records.
    type Record: View;

    /// The records.
    #[doc(hidden)]
    fn as_records(&self) -> &[Self::Record];
}

/// The ids that an operation such as `delete` or `retrieve` takes: one [`Id`], or an array, a slice
/// or a [`Vec`] of ids.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a record id nor a list of record ids",
    label = "expected an `Id`, or a list such as `&ids` or `&[first, second]`",
    note = "a text is made an id by `text.parse::<saponify::salesforce::Id>()?`"
)]
pub trait IdList: sealed::Ids {
    /// The ids.
    #[doc(hidden)]
    fn as_ids(&self) -> &[Id];
}

mod sealed {
    /// Only this crate implements `RecordList`.
    pub trait Records {}

    /// Only this crate implements `IdList`.
    pub trait Ids {}
}

impl<V: View> sealed::Records for &V {}

impl<V: View> RecordList for &V {
    type Record = V;

    fn as_records(&self) -> &[V] {
        slice::from_ref(*self)
    }
}

macro_rules! record_lists {
    ($([$($length:tt)*] $list:ty;)*) => {
        $(
            impl<V: View, $($length)*> sealed::Records for $list {}

            impl<V: View, $($length)*> RecordList for $list {
                type Record = V;

                fn as_records(&self) -> &[V] {
                    &self[..]
                }
            }
        )*
    };
}

record_lists! {
    [] &[V];
    [] Vec<V>;
    [] &Vec<V>;
    [const N: usize] [V; N];
    [const N: usize] &[V; N];
}

impl sealed::Ids for Id {}

impl IdList for Id {
    fn as_ids(&self) -> &[Id] {
        slice::from_ref(self)
    }
}

impl sealed::Ids for &Id {}

impl IdList for &Id {
    fn as_ids(&self) -> &[Id] {
        slice::from_ref(*self)
    }
}

macro_rules! id_lists {
    ($([$($length:tt)*] $list:ty;)*) => {
        $(
            impl<$($length)*> sealed::Ids for $list {}

            impl<$($length)*> IdList for $list {
                fn as_ids(&self) -> &[Id] {
                    &self[..]
                }
            }
        )*
    };
}

id_lists! {
    [] &[Id];
    [] Vec<Id>;
    [] &Vec<Id>;
    [const N: usize] [Id; N];
    [const N: usize] &[Id; N];
}
