//! The text of a query that continues where another query stopped.
//!
//! The query is ordered by a field, so the remaining rows are those from the last value on. Rows
//! with exactly this value may have been returned already, and the stream leaves them out.

use std::ops::Range;

use crate::error::{Error, ErrorKind, Recovery};
use crate::record::Record;
use crate::salesforce::soql::quote;
use crate::schema::Kind;

/// How many times in a row a query is resumed without a new row.
const PATIENCE: u32 = 3;

/// A query that continues by itself, and the rows that its next part may return again.
#[derive(Debug)]
pub(super) struct Resumption {
    ordered: Ordered,
    key: &'static str,
    /// The value of the field in the last row as a SOQL literal, or `None` for null.
    last: Option<String>,
    /// The rows with exactly this value.
    with_last: Vec<Record>,
    /// The number of rows that were returned when the query was last resumed, and how many times it
    /// has been resumed without a new row.
    at: u64,
    times: u32,
}

impl Resumption {
    pub(super) fn new(ordered: Ordered, key: &'static str) -> Self {
        Self {
            ordered,
            key,
            last: None,
            with_last: Vec::new(),
            at: 0,
            times: 0,
        }
    }

    /// Records a row, and returns whether it was returned before.
    pub(super) fn has_come(&mut self, row: &Record) -> bool {
        let value = literal(row, self.key);
        if value != self.last {
            self.with_last.clear();
            self.last = value;
        } else if self.with_last.iter().any(|other| is_same(other, row)) {
            return true;
        }
        self.with_last.push(row.clone());
        false
    }

    /// Whether another query can continue. `delivered` is the number of rows returned so far.
    pub(super) fn may_help(&mut self, error: &Error, delivered: u64) -> bool {
        let is_cursor = match error.recovery() {
            Recovery::QueryAgain | Recovery::Retry => true,
            _ => error.kind() == ErrorKind::Incomplete,
        };
        if delivered != self.at {
            self.at = delivered;
            self.times = 0;
        }
        self.times += 1;
        is_cursor && delivered > 0 && self.times <= PATIENCE
    }

    /// The query for the remaining rows.
    pub(super) fn rest(&self) -> String {
        self.ordered.text(self.last.as_deref())
    }
}

/// The value of a field as a literal, or `None` for null.
fn literal(row: &Record, name: &str) -> Option<String> {
    let text = row.text(name)?;
    let kind = row
        .table()
        .find(name)
        .and_then(|index| row.table().field(index));
    let is_bare = kind.is_some_and(|field| {
        !matches!(
            field.kind,
            Kind::String | Kind::Id | Kind::Enum | Kind::Any | Kind::Base64
        )
    });
    Some(match is_bare {
        true => text.to_owned(),
        false => quote(text),
    })
}

/// Whether two records are the same row, compared by id or else by all fields.
fn is_same(one: &Record, other: &Record) -> bool {
    match (one.text("Id"), other.text("Id")) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// A query whose rows are ordered by a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ordered {
    /// The part before the conditions: `SELECT … FROM …`.
    head: String,
    conditions: Option<String>,
    /// The part after the conditions: `WITH …`.
    tail: String,
    key: String,
}

/// The clauses that may follow `FROM`, in this order.
const CLAUSES: [&[&str]; 10] = [
    &["USING", "SCOPE"],
    &["WHERE"],
    &["WITH"],
    &["GROUP", "BY"],
    &["HAVING"],
    &["ORDER", "BY"],
    &["LIMIT"],
    &["OFFSET"],
    &["FOR"],
    &["ALL", "ROWS"],
];

impl Ordered {
    /// Splits a query into its parts. The error says why the query cannot be resumed.
    pub(super) fn new(query: &str, key: &str) -> Result<Self, String> {
        let words = top_level_words(query);
        let word = |n: usize| words.get(n).map_or("", |range| &query[range.clone()]);
        let is = |n: usize, other: &str| word(n).eq_ignore_ascii_case(other);
        let from = (0..words.len())
            .find(|n| is(*n, "FROM"))
            .ok_or("it has no FROM")?;
        let found: Vec<(usize, &str)> = (from + 1..words.len())
            .filter_map(|n| {
                let clause = CLAUSES
                    .iter()
                    .find(|clause| clause.iter().enumerate().all(|(m, part)| is(n + m, part)))?;
                Some((n, clause[0]))
            })
            .collect();
        for (_, clause) in &found {
            let problem = match *clause {
                "ORDER" => "it has its own ORDER BY",
                "GROUP" | "HAVING" => "it has GROUP BY or HAVING",
                "LIMIT" | "OFFSET" => "it has LIMIT or OFFSET",
                "FOR" | "ALL" => "it ends in FOR or ALL ROWS",
                _ => continue,
            };
            return Err(problem.to_owned());
        }
        let start = |clause: &str| {
            let (n, _) = found.iter().find(|(_, other)| *other == clause)?;
            words.get(*n).map(|range| range.start)
        };
        let end = query.len();
        let tail = start("WITH").unwrap_or(end);
        let conditions = start("WHERE").filter(|at| *at < tail);
        let text = |range: Range<usize>| query.get(range).unwrap_or_default().trim().to_owned();
        Ok(Self {
            head: text(0..conditions.unwrap_or(tail)),
            conditions: conditions.map(|at| text(at + "WHERE".len()..tail)),
            tail: text(tail..end),
            key: key.to_owned(),
        })
    }

    /// The whole query, or the query from a value of the field on, which is a SOQL literal.
    pub(super) fn text(&self, from: Option<&str>) -> String {
        let mut text = self.head.clone();
        let from = from.map(|value| format!("{} >= {value}", self.key));
        match (&self.conditions, from) {
            (None, None) => {}
            (Some(conditions), None) => text.push_str(&format!(" WHERE {conditions}")),
            (None, Some(from)) => text.push_str(&format!(" WHERE {from}")),
            (Some(conditions), Some(from)) => {
                text.push_str(&format!(" WHERE ({conditions}) AND {from}"));
            }
        }
        if !self.tail.is_empty() {
            text.push(' ');
            text.push_str(&self.tail);
        }
        text.push_str(&format!(" ORDER BY {}", self.key));
        if !self.key.eq_ignore_ascii_case("Id") {
            // Rows with equal values must have the same order each time, too.
            text.push_str(", Id");
        }
        text
    }
}

/// The words of a query that are outside of parentheses and quotes.
fn top_level_words(query: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut depth = 0_usize;
    let mut in_quotes = false;
    let mut escaped = false;
    let mut open: Option<usize> = None;
    for (at, c) in query.char_indices().chain([(query.len(), ' ')]) {
        let in_word = !in_quotes && depth == 0 && (c.is_alphanumeric() || matches!(c, '_' | '.'));
        if in_word {
            open.get_or_insert(at);
        } else if let Some(start) = open.take() {
            words.push(start..at);
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '\'' => in_quotes = !in_quotes,
            '(' if !in_quotes => depth += 1,
            ')' if !in_quotes => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_query_is_a_query() {
        for (query, key, first, rest) in [
            (
                "SELECT Id FROM Account",
                "Id",
                "SELECT Id FROM Account ORDER BY Id",
                "SELECT Id FROM Account WHERE Id >= 'x' ORDER BY Id",
            ),
            (
                "select Id from Account where Name = 'a' or Name = 'b'",
                "CreatedDate",
                "select Id from Account WHERE Name = 'a' or Name = 'b' ORDER BY CreatedDate, Id",
                "select Id from Account WHERE (Name = 'a' or Name = 'b') AND CreatedDate >= 'x' \
                 ORDER BY CreatedDate, Id",
            ),
            (
                "SELECT Id, (SELECT Id FROM Contacts WHERE Name != null ORDER BY Name LIMIT 3) \
                 FROM Account WITH SECURITY_ENFORCED",
                "Id",
                "SELECT Id, (SELECT Id FROM Contacts WHERE Name != null ORDER BY Name LIMIT 3) \
                 FROM Account WITH SECURITY_ENFORCED ORDER BY Id",
                "SELECT Id, (SELECT Id FROM Contacts WHERE Name != null ORDER BY Name LIMIT 3) \
                 FROM Account WHERE Id >= 'x' WITH SECURITY_ENFORCED ORDER BY Id",
            ),
            (
                "SELECT Id FROM Account USING SCOPE mine WHERE Name = ' WHERE \\' LIMIT 1' ",
                "Id",
                "SELECT Id FROM Account USING SCOPE mine WHERE Name = ' WHERE \\' LIMIT 1' ORDER BY Id",
                "SELECT Id FROM Account USING SCOPE mine WHERE (Name = ' WHERE \\' LIMIT 1') AND \
                 Id >= 'x' ORDER BY Id",
            ),
            (
                "SELECT Limit__c, Order__c FROM Group__c WHERE Offset__c IN (SELECT Id FROM X)",
                "Id",
                "SELECT Limit__c, Order__c FROM Group__c WHERE Offset__c IN (SELECT Id FROM X) \
                 ORDER BY Id",
                "SELECT Limit__c, Order__c FROM Group__c WHERE (Offset__c IN (SELECT Id FROM X)) \
                 AND Id >= 'x' ORDER BY Id",
            ),
        ] {
            let ordered = Ordered::new(query, key).unwrap();
            assert_eq!(ordered.text(None), first);
            assert_eq!(ordered.text(Some("'x'")), rest);
        }
    }

    #[test]
    fn queries_with_an_order_or_an_end_of_their_own_are_refused() {
        for (query, expected) in [
            ("SELECT Id FROM Account ORDER BY Name", "ORDER BY"),
            ("SELECT Id FROM Account order\nby Name", "ORDER BY"),
            ("SELECT COUNT(Id) FROM Account GROUP BY Name", "GROUP BY"),
            ("SELECT Id FROM Account LIMIT 10", "LIMIT"),
            ("SELECT Id FROM Account OFFSET 10", "LIMIT"),
            ("SELECT Id FROM Account FOR VIEW", "FOR"),
            ("SELECT Id FROM Account ALL ROWS", "ALL ROWS"),
            ("FIND {x}", "no FROM"),
            ("", "no FROM"),
        ] {
            let problem = Ordered::new(query, "Id").unwrap_err();
            assert!(problem.contains(expected), "{query}: {problem}");
        }
    }
}
