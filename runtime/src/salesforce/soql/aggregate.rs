//! Functions of groups of rows, and functions of dates.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use jiff::civil::Date;

use super::Problem;
use super::field::{self, Field};
use super::fields::{Fields, Selected};
use super::literal::Text;
use super::query::Grouped;

/// A function of a field, such as `MAX(CreatedDate)`, whose value has the type `T`.
///
/// A function can be used in conditions and for ordering like a field.
/// [`Soql::aggregate`](super::Soql::aggregate) selects it.
pub struct Function<V, T: ?Sized> {
    soql: String,
    types: PhantomData<fn(&V) -> &T>,
}

impl<V, T: ?Sized> Function<V, T> {
    fn new(name: &str, field: &str) -> Self {
        Self {
            soql: format!("{name}({field})"),
            types: PhantomData,
        }
    }

    pub(super) fn soql(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.soql)
    }

    /// Names the value in the result. Without an alias the names are `expr0`, `expr1` and so on, in
    /// the order of selection.
    #[must_use]
    pub fn alias(self, name: &str) -> Aliased<V> {
        Aliased::new(&self.soql, name)
    }
}

impl<V, T: ?Sized> Clone for Function<V, T> {
    fn clone(&self) -> Self {
        Self {
            soql: self.soql.clone(),
            types: PhantomData,
        }
    }
}

impl<V, T: ?Sized> fmt::Debug for Function<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.soql)
    }
}

impl<V, T: ?Sized> Fields<V, Grouped> for Function<V, T> {
    fn add(self, selected: &mut Selected) {
        let problem = field::check(&self.soql);
        selected.push(Text {
            soql: self.soql,
            problem,
        });
    }
}

/// A function of a field with an alias.
pub struct Aliased<V> {
    text: Text,
    view: PhantomData<fn() -> V>,
}

impl<V> Aliased<V> {
    fn new(soql: &str, name: &str) -> Self {
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic());
        let fits = starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let problem = (!fits).then(|| {
            Problem::new("an alias must be a letter, followed by letters, digits and underscores")
        });
        Self {
            text: Text {
                soql: format!("{soql} {name}"),
                problem: problem.or_else(|| field::check(soql)),
            },
            view: PhantomData,
        }
    }
}

impl<V> fmt::Debug for Aliased<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text.soql)
    }
}

impl<V> Fields<V, Grouped> for Aliased<V> {
    fn add(self, selected: &mut Selected) {
        selected.push(self.text);
    }
}

macro_rules! functions {
    ($($(#[$doc:meta])* $function:ident = $name:literal -> $ty:ty;)*) => {$(
        $(#[$doc])*
        pub fn $function<V, T: ?Sized>(field: impl Field<V, T>) -> Function<V, $ty> {
            Function::new($name, &field.soql())
        }
    )*};
}

functions! {
    /// `COUNT(field)`: the number of rows in the group that have a value.
    count = "COUNT" -> i64;
    /// `COUNT_DISTINCT(field)`: the number of different values in the group.
    count_distinct = "COUNT_DISTINCT" -> i64;
    /// `SUM(field)`: the sum of the values.
    sum = "SUM" -> f64;
    /// `AVG(field)`: the average of the values.
    avg = "AVG" -> f64;
    /// `MIN(field)`: the smallest value.
    min = "MIN" -> T;
    /// `MAX(field)`: the largest value.
    max = "MAX" -> T;
    /// `CALENDAR_YEAR(field)`. All functions of dates use UTC.
    calendar_year = "CALENDAR_YEAR" -> i32;
    /// `CALENDAR_QUARTER(field)`, from 1 to 4.
    calendar_quarter = "CALENDAR_QUARTER" -> i32;
    /// `CALENDAR_MONTH(field)`, from 1 to 12.
    calendar_month = "CALENDAR_MONTH" -> i32;
    /// `DAY_IN_MONTH(field)`, from 1 to 31.
    day_in_month = "DAY_IN_MONTH" -> i32;
    /// `HOUR_IN_DAY(field)`, from 0 to 23.
    hour_in_day = "HOUR_IN_DAY" -> i32;
    /// `DAY_ONLY(field)`: the date of a date and time.
    day_only = "DAY_ONLY" -> Date;
}
