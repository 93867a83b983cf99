//! The builder of queries.

use std::fmt;
use std::marker::PhantomData;

use super::Problem;
use super::condition::Condition;
use super::field::OrderBy;
use super::fields::{Fields, Selected, has_rows};
use super::literal::Text;
use crate::error::Error;
use crate::view::{Key, View};

/// A query for rows of `V`, or for groups of rows of `V` if `S` is [`Grouped`].
///
/// Pass it to `records` of a service, or pass its [`text`](Soql::text) to `query`. If conditions or
/// orders are given more than once, all of them apply.
#[must_use]
pub struct Soql<V, S = Ungrouped> {
    selected: Selected,
    /// The number of sub-queries in the selection.
    children: usize,
    filter: Option<Condition<V>>,
    group_by: Vec<String>,
    having: Option<Condition<V>>,
    order_by: Vec<String>,
    limit: Option<u32>,
    offset: Option<u32>,
    what: PhantomData<fn() -> (V, S)>,
}

/// Marks a query whose rows are rows of an object.
#[derive(Clone, Copy, Debug)]
pub enum Ungrouped {}

/// Marks a query whose rows stand for groups of rows and have the type `AggregateResult`.
#[derive(Clone, Copy, Debug)]
pub enum Grouped {}

/// The maximum number of characters of a query ("SOQL and SOSL Limits", Limits cheat sheet).
const MOST_CHARACTERS: usize = 100_000;
/// The maximum number of rows that a query may skip.
const MOST_OFFSET: u32 = 2_000;
/// The maximum number of sub-queries of a query.
const MOST_CHILDREN: usize = 20;

impl<V: View> Soql<V, Ungrouped> {
    /// A query that selects fields. A field that is given twice is selected once.
    pub fn select(fields: impl Fields<V, Ungrouped>) -> Self {
        Self::new(fields)
    }

    /// A query that selects functions, and fields by which rows are grouped. Its rows are records
    /// of the type `AggregateResult`.
    pub fn aggregate(fields: impl Fields<V, Grouped>) -> Soql<V, Grouped> {
        Soql::new(fields)
    }

    /// `COUNT()`: the number of rows. The result has no rows, and its `size` is the number. Pass
    /// the [`text`](Soql::text) to `query`.
    pub fn count() -> Soql<V, Grouped> {
        let mut query = Soql::new(Vec::<Key<V, str>>::new());
        query.selected.names.push("COUNT()".to_owned());
        query
    }

    /// Selects more fields.
    pub fn and_select(mut self, fields: impl Fields<V, Ungrouped>) -> Self {
        fields.add(&mut self.selected);
        self
    }

    /// Selects child rows with a sub-query, by the key of the relationship. The WSDL does not
    /// contain the type of the child rows. If the sub-query has another type, the service refuses
    /// the query.
    pub fn children<T: ?Sized, W: View>(
        mut self,
        relationship: Key<V, T>,
        query: Soql<W, Ungrouped>,
    ) -> Self {
        let field = V::static_table().field(relationship.index());
        if !field.is_some_and(has_rows) {
            let what = format!("{relationship} is not a relationship to child rows");
            self.selected.note(Some(Problem::new(what)));
        }
        self.children += 1;
        let inner = query.render(relationship.name());
        self.selected.push(Text {
            soql: format!("({})", inner.soql),
            problem: inner.problem,
        });
        self
    }

    /// Selects an expression as it is written, such as `toLabel(Status)` or `TYPEOF … END`. Nothing
    /// in it is checked. The name of the value in the record is the expression's alias, if it has
    /// one.
    pub fn select_raw(mut self, soql: &str) -> Self {
        self.selected.push(Text {
            soql: soql.to_owned(),
            problem: None,
        });
        self
    }
}

impl<V: View> Soql<V, Grouped> {
    /// Groups rows by fields or by functions of dates.
    pub fn group_by(mut self, fields: impl Fields<V, Grouped>) -> Self {
        let mut groups = Selected::default();
        fields.add(&mut groups);
        self.group_by.extend(groups.names);
        self.selected.note(groups.problem);
        self
    }

    /// Adds a condition that groups must meet.
    pub fn having(mut self, condition: Condition<V>) -> Self {
        self.having = Some(both(self.having, condition));
        self
    }
}

impl<V: View, S> Soql<V, S> {
    fn new(fields: impl Fields<V, S>) -> Self {
        let mut selected = Selected::default();
        fields.add(&mut selected);
        Self {
            selected,
            children: 0,
            filter: None,
            group_by: Vec::new(),
            having: None,
            order_by: Vec::new(),
            limit: None,
            offset: None,
            what: PhantomData,
        }
    }

    /// Adds a condition that rows must meet in addition to earlier conditions.
    pub fn filter(mut self, condition: Condition<V>) -> Self {
        self.filter = Some(both(self.filter, condition));
        self
    }

    /// Orders rows by a field, such as `Account::NAME` or `Account::NAME.desc()`. A field without a
    /// direction is ascending. Earlier orders take precedence.
    pub fn order_by(mut self, order: impl OrderBy<V>) -> Self {
        let direction = order.into_direction();
        self.order_by.push(direction.text.soql);
        self.selected.note(direction.text.problem);
        self
    }

    /// Limits the number of rows.
    pub fn limit(mut self, rows: u32) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Skips rows, at most 2,000.
    pub fn offset(mut self, rows: u32) -> Self {
        self.offset = Some(rows);
        self
    }

    /// The text of the query.
    ///
    /// # Errors
    ///
    /// Returns a usage error if SOQL cannot express the query (an infinite number), or if the query
    /// exceeds a known limit: 100,000 characters, 4,000 characters for a string in a condition, 20
    /// sub-queries, five levels of parents, or an offset of 2,000.
    pub fn text(&self) -> Result<String, Error> {
        let text = self.clone().render(V::static_table().name);
        if let Some(problem) = text.problem {
            return Err(problem.into());
        }
        let found = text.soql.chars().count();
        if found > MOST_CHARACTERS {
            let what =
                format!("it has {found} characters, but at most {MOST_CHARACTERS} are allowed");
            return Err(Problem::new(what).into());
        }
        Ok(text.soql)
    }

    pub(super) fn selected(&self) -> usize {
        self.selected.names.len()
    }

    /// The text of the query for an object or for a child relationship.
    pub(super) fn render(mut self, from: &str) -> Text {
        let mut text = Text {
            soql: "SELECT ".to_owned(),
            problem: None,
        };
        text.note(self.selected.problem.take());
        text.note(self.limits());
        text.push(&self.selected.names.join(", "));
        text.push(" FROM ");
        text.push(from);
        condition(&mut text, " WHERE ", self.filter);
        list(&mut text, " GROUP BY ", &self.group_by);
        condition(&mut text, " HAVING ", self.having);
        list(&mut text, " ORDER BY ", &self.order_by);
        for (word, number) in [(" LIMIT ", self.limit), (" OFFSET ", self.offset)] {
            if let Some(number) = number {
                text.push(word);
                text.push(&number.to_string());
            }
        }
        text
    }

    fn limits(&self) -> Option<Problem> {
        let too_many = |what: &str, found: usize, most: usize| {
            let problem = || Problem::new(format!("{what} {found}; the maximum is {most}"));
            (found > most).then(problem)
        };
        let offset = self.offset.unwrap_or_default();
        if self.selected.names.is_empty() {
            return Some(Problem::new("it selects nothing"));
        }
        too_many("sub-queries:", self.children, MOST_CHILDREN)
            .or_else(|| too_many("an offset of", offset as usize, MOST_OFFSET as usize))
    }
}

fn both<V>(before: Option<Condition<V>>, condition: Condition<V>) -> Condition<V> {
    match before {
        Some(before) => before.and(condition),
        None => condition,
    }
}

fn condition<V>(text: &mut Text, word: &str, condition: Option<Condition<V>>) {
    if let Some(condition) = condition {
        text.push(word);
        text.push(&condition.text.soql);
        text.note(condition.text.problem);
    }
}

fn list(text: &mut Text, word: &str, items: &[String]) {
    if !items.is_empty() {
        text.push(word);
        text.push(&items.join(", "));
    }
}

impl<V, S> Clone for Soql<V, S> {
    fn clone(&self) -> Self {
        Self {
            selected: self.selected.clone(),
            children: self.children,
            filter: self.filter.clone(),
            group_by: self.group_by.clone(),
            having: self.having.clone(),
            order_by: self.order_by.clone(),
            limit: self.limit,
            offset: self.offset,
            what: PhantomData,
        }
    }
}

/// Omits the conditions, because they contain values.
impl<V: View, S> fmt::Debug for Soql<V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Soql")
            .field("from", &V::static_table().name)
            .field("selected", &self.selected.names.len())
            .finish_non_exhaustive()
    }
}

/// A query whose rows can be read as `R`: a text, which is sent unchanged, or a [`Soql`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a query for rows of `{R}`",
    note = "a `Soql<V>` gives rows of `V`; give its `text()` to read them as `Record`s"
)]
pub trait QueryText<R> {
    /// The text of the query.
    #[doc(hidden)]
    fn into_text(self) -> Result<String, Error>;
}

impl<R> QueryText<R> for &str {
    fn into_text(self) -> Result<String, Error> {
        Ok(self.to_owned())
    }
}

impl<R> QueryText<R> for &String {
    fn into_text(self) -> Result<String, Error> {
        Ok(self.clone())
    }
}

impl<R> QueryText<R> for String {
    fn into_text(self) -> Result<String, Error> {
        Ok(self)
    }
}

impl<V: View> QueryText<V> for Soql<V, Ungrouped> {
    fn into_text(self) -> Result<String, Error> {
        self.text()
    }
}

impl<V: View, R> QueryText<R> for Soql<V, Grouped> {
    fn into_text(self) -> Result<String, Error> {
        self.text()
    }
}
