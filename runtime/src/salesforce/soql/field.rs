//! The fields of a query: keys, paths to fields of parents, and the conditions on both.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::condition::Condition;
use super::literal::{Literal, Text};
use super::query::{Soql, Ungrouped};
use super::{Function, Problem};
use crate::lexical::Id;
use crate::record::Record;
use crate::view::{Key, Parent, View};

/// A field of `V` or of its parents, whose values have the type `T`: a [`Key`] or a [`Path`].
#[diagnostic::on_unimplemented(message = "`{Self}` is not a field of `{V}`")]
pub trait Field<V, T: ?Sized> {
    /// The name of the field in a query.
    #[doc(hidden)]
    fn soql(&self) -> Cow<'static, str>;
}

impl<V: View, T: ?Sized> Field<V, T> for Key<V, T> {
    fn soql(&self) -> Cow<'static, str> {
        self.name().into()
    }
}

impl<V, T: ?Sized> Field<V, T> for Path<V, T> {
    fn soql(&self) -> Cow<'static, str> {
        self.soql.clone().into()
    }
}

/// A field of a parent, such as `Account.Owner.Name` of a `Contact`.
///
/// ```ignore
/// use enterprise::{Account, Contact, User};
/// use saponify::salesforce::soql::Field as _;
///
/// let name = Contact::ACCOUNT.then(Account::OWNER).then(User::NAME);
/// assert_eq!(name.soql(), "Account.Owner.Name");
/// ```
pub struct Path<V, T: ?Sized> {
    soql: String,
    types: PhantomData<fn(&V) -> &T>,
}

impl<V, T: ?Sized> Path<V, T> {
    fn new(first: &str, then: &str) -> Self {
        Self {
            soql: format!("{first}.{then}"),
            types: PhantomData,
        }
    }
}

impl<V: View, P: View> Key<V, Parent<P>> {
    /// A field of the parent.
    #[must_use]
    pub fn then<T: ?Sized>(self, field: impl Field<P, T>) -> Path<V, T> {
        Path::new(self.name(), &field.soql())
    }
}

impl<V: View> Key<V, Record> {
    /// A field of a parent that may have several types, such as `What` or `Owner`. The service
    /// knows which types have the field. Fields that all types have are fields of the type `Name`.
    #[must_use]
    pub fn then<P: View, T: ?Sized>(self, field: impl Field<P, T>) -> Path<V, T> {
        Path::new(self.name(), &field.soql())
    }
}

impl<V, P: View> Path<V, Parent<P>> {
    /// A field of the parent.
    #[must_use]
    pub fn then<T: ?Sized>(self, field: impl Field<P, T>) -> Path<V, T> {
        Path::new(&self.soql, &field.soql())
    }
}

impl<V> Path<V, Record> {
    /// A field of a parent that may have several types.
    #[must_use]
    pub fn then<P: View, T: ?Sized>(self, field: impl Field<P, T>) -> Path<V, T> {
        Path::new(&self.soql, &field.soql())
    }
}

impl<V, T: ?Sized> Clone for Path<V, T> {
    fn clone(&self) -> Self {
        Self {
            soql: self.soql.clone(),
            types: PhantomData,
        }
    }
}

impl<V, T: ?Sized> fmt::Display for Path<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.soql)
    }
}

impl<V, T: ?Sized> fmt::Debug for Path<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.soql)
    }
}

/// The number of relationships that a path may follow ("Relationship Queries" in the SOQL
/// reference).
const MOST_LEVELS: usize = 5;

/// Checks everything that the name of a field shows.
pub(super) fn check(name: &str) -> Option<Problem> {
    let levels = name.matches('.').count();
    (levels > MOST_LEVELS).then(|| {
        Problem::new(format!(
            "{name} follows {levels} relationships, but at most {MOST_LEVELS} are allowed"
        ))
    })
}

/// Types of fields whose values have an order, so that `<`, `<=`, `>` and `>=` can compare them.
#[diagnostic::on_unimplemented(message = "fields of type `{Self}` have no order")]
pub trait Ordered {}

macro_rules! ordered {
    ($($ty:ty),*) => { $(impl Ordered for $ty {})* };
}

ordered!(str, i32, i64, f64, Id, Timestamp, Date, Time);

/// A field and a direction by which rows are ordered. By default, rows without a value come first.
pub struct Direction<V> {
    pub(super) text: Text,
    view: PhantomData<fn() -> V>,
}

impl<V> Direction<V> {
    fn new(field: &str, direction: &str) -> Self {
        let text = Text {
            soql: format!("{field} {direction}"),
            problem: check(field),
        };
        Self {
            text,
            view: PhantomData,
        }
    }

    /// Rows without a value come first.
    #[must_use]
    pub fn nulls_first(mut self) -> Self {
        self.text.push(" NULLS FIRST");
        self
    }

    /// Rows without a value come last.
    #[must_use]
    pub fn nulls_last(mut self) -> Self {
        self.text.push(" NULLS LAST");
        self
    }
}

/// What [`Soql::order_by`] accepts: a field, whose order is ascending, or a field with a direction.
#[diagnostic::on_unimplemented(
    message = "rows of `{V}` cannot be ordered by `{Self}`",
    label = "expected a field of `{V}`, such as `{V}::ID` or `{V}::ID.desc()`"
)]
pub trait OrderBy<V>: sealed::Order {
    /// The field and the direction.
    #[doc(hidden)]
    fn into_direction(self) -> Direction<V>;
}

mod sealed {
    /// Only this crate implements `OrderBy`.
    pub trait Order {}
}

impl<V> sealed::Order for Direction<V> {}

impl<V> OrderBy<V> for Direction<V> {
    fn into_direction(self) -> Self {
        self
    }
}

impl<V> fmt::Debug for Direction<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text.soql)
    }
}

/// The conditions that keys, paths and functions have in common. These are three types, so that
/// only keys and paths can be selected as fields of a row.
macro_rules! comparisons {
    ($($ty:ident),*) => {$(
        impl<V: View, T: ?Sized> $ty<V, T> {
            /// `=`. `None` means that there is no value. Texts are compared without regard to case,
            /// unless the field is case-sensitive.
            pub fn eq(self, value: impl Literal<T>) -> Condition<V> {
                Condition::compare(&self.soql(), "=", &value)
            }

            /// `!=`. A row without a value is different from every value.
            pub fn ne(self, value: impl Literal<T>) -> Condition<V> {
                Condition::compare(&self.soql(), "!=", &value)
            }

            /// `<`: less than.
            pub fn lt(self, value: impl Literal<T>) -> Condition<V> where T: Ordered {
                Condition::compare(&self.soql(), "<", &value)
            }

            /// `<=`: less than or equal.
            pub fn le(self, value: impl Literal<T>) -> Condition<V> where T: Ordered {
                Condition::compare(&self.soql(), "<=", &value)
            }

            /// `>`: greater than.
            pub fn gt(self, value: impl Literal<T>) -> Condition<V> where T: Ordered {
                Condition::compare(&self.soql(), ">", &value)
            }

            /// `>=`: greater than or equal.
            pub fn ge(self, value: impl Literal<T>) -> Condition<V> where T: Ordered {
                Condition::compare(&self.soql(), ">=", &value)
            }

            /// `= null`: the field has no value.
            pub fn is_null(self) -> Condition<V> {
                Condition::null(&self.soql(), "=")
            }

            /// `!= null`: the field has a value.
            pub fn is_not_null(self) -> Condition<V> {
                Condition::null(&self.soql(), "!=")
            }

            /// `IN`: the value is one of these. With an empty list, no row meets the condition.
            pub fn in_<L: Literal<T>>(self, values: impl IntoIterator<Item = L>) -> Condition<V> {
                Condition::list(&self.soql(), "IN", "=", values)
            }

            /// `NOT IN`: the value is none of these. With an empty list, every row meets the
            /// condition.
            pub fn not_in<L: Literal<T>>(
                self,
                values: impl IntoIterator<Item = L>,
            ) -> Condition<V> {
                Condition::list(&self.soql(), "NOT IN", "!=", values)
            }

            /// Ascending (`ASC`).
            pub fn asc(self) -> Direction<V> {
                Direction::new(&self.soql(), "ASC")
            }

            /// Descending (`DESC`).
            pub fn desc(self) -> Direction<V> {
                Direction::new(&self.soql(), "DESC")
            }
        }

        impl<V: View, T: ?Sized> sealed::Order for $ty<V, T> {}

        impl<V: View, T: ?Sized> OrderBy<V> for $ty<V, T> {
            fn into_direction(self) -> Direction<V> {
                self.asc()
            }
        }

        impl<V: View> $ty<V, str> {
            /// `LIKE`: `%` stands for any text, `_` for any character, and `\%` and `\_` for these
            /// characters themselves. Do not pass text from outside; [`contains`](Self::contains),
            /// [`starts_with`](Self::starts_with) and [`ends_with`](Self::ends_with) escape it.
            pub fn like(self, pattern: &str) -> Condition<V> {
                Condition::like(&self.soql(), "", pattern, "", false)
            }

            /// The value contains this text.
            pub fn contains(self, text: &str) -> Condition<V> {
                Condition::like(&self.soql(), "%", text, "%", true)
            }

            /// The value starts with this text.
            pub fn starts_with(self, text: &str) -> Condition<V> {
                Condition::like(&self.soql(), "", text, "%", true)
            }

            /// The value ends with this text.
            pub fn ends_with(self, text: &str) -> Condition<V> {
                Condition::like(&self.soql(), "%", text, "", true)
            }

            /// `INCLUDES`, for a multi-select picklist: at least one of these values is selected.
            /// `"A;B"` means that both are selected. With an empty list, no row meets the
            /// condition.
            pub fn includes<L: Literal<str>>(
                self,
                values: impl IntoIterator<Item = L>,
            ) -> Condition<V> {
                Condition::list(&self.soql(), "INCLUDES", "=", values)
            }

            /// `EXCLUDES`, for a multi-select picklist: none of these values is selected. With an
            /// empty list, every row meets the condition.
            pub fn excludes<L: Literal<str>>(
                self,
                values: impl IntoIterator<Item = L>,
            ) -> Condition<V> {
                Condition::list(&self.soql(), "EXCLUDES", "!=", values)
            }
        }

        impl<V: View> $ty<V, Id> {
            /// `IN (SELECT …)`: a semi-join. The value is one of those that the query selects,
            /// which must select one field.
            pub fn in_query<W: View>(self, query: Soql<W, Ungrouped>) -> Condition<V> {
                Condition::join(&self.soql(), "IN", query)
            }

            /// `NOT IN (SELECT …)`: an anti-join. The value is none of those that the query
            /// selects.
            pub fn not_in_query<W: View>(self, query: Soql<W, Ungrouped>) -> Condition<V> {
                Condition::join(&self.soql(), "NOT IN", query)
            }
        }
    )*};
}

comparisons!(Key, Path, Function);
