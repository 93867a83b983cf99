//! Queries that are built from keys. A field that the tenant lacks does not compile, and values are
//! quoted.
//!
//! ```ignore
//! use enterprise::{Account, AggregateResult, Contact, User};
//! use saponify::salesforce::soql::{DateLiteral, FieldSet, Soql, count};
//!
//! let energy = Soql::select((Account::ID, Account::NAME, Account::OWNER.then(User::EMAIL)))
//!     .filter(Account::INDUSTRY.eq("Energy").or(Account::ANNUAL_REVENUE.gt(1e6)))
//!     .filter(Account::CREATED_DATE.ge(DateLiteral::LastNDays(60)))
//!     .filter(!Account::NAME.contains("O'Neill"))
//!     .children(Account::CONTACTS, Soql::select(Contact::EMAIL).limit(5))
//!     .order_by(Account::NAME.asc().nulls_last())
//!     .limit(100);
//! let mut accounts = soap.records(energy);                      // rows are `Account`s
//!
//! let everything = Soql::<Contact>::select(FieldSet::all().without_base64());
//! let by_industry = Soql::aggregate((Account::INDUSTRY, count(Account::ID).alias("n")))
//!     .group_by(Account::INDUSTRY)
//!     .having(count(Account::ID).gt(3));
//! let mut groups = soap.records::<AggregateResult>(by_industry);
//! ```
//!
//! This module does not know how the service treats a query. If a field cannot be filtered or
//! sorted by, or if a child relationship does not lead to the type of its sub-query, the service
//! returns a fault.
//!
//! **Texts are sent unchanged.** `soap.records("SELECT …")` and [`Condition::raw`] send the text
//! that they get. Use [`quote`] for every value from outside that you put into such a text.

mod aggregate;
mod condition;
mod date;
mod field;
mod fields;
mod literal;
mod query;

pub use aggregate::{
    Aliased, Function, avg, calendar_month, calendar_quarter, calendar_year, count, count_distinct,
    day_in_month, day_only, hour_in_day, max, min, sum,
};
pub use condition::{Condition, not};
pub use date::DateLiteral;
pub use field::{Direction, Field, OrderBy, Ordered, Path};
pub use fields::{FieldSet, Fields, Selectable};
pub use literal::{Literal, quote};
pub use query::{Grouped, QueryText, Soql, Ungrouped};

/// The reason why a query cannot be sent. It is recorded while the query is built.
#[derive(Clone, Debug)]
pub(crate) struct Problem(std::borrow::Cow<'static, str>);

impl Problem {
    fn new(what: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self(what.into())
    }
}

impl From<Problem> for crate::error::Error {
    fn from(problem: Problem) -> Self {
        Self::usage(format!("the query cannot be sent: {}", problem.0))
    }
}
