//! The text of a query that goes on where another one stopped.
//!
//! The query is ordered by a field, so the rest of it are the rows from the last value on. Rows
//! with the very same value may have come already; the stream leaves those out.

use std::ops::Range;

use crate::error::{Error, ErrorKind, Recovery};
use crate::record::Record;
use crate::salesforce::soql::quote;
use crate::schema::Kind;

/// How often in a row a query is resumed without giving a new row.
const PATIENCE: u32 = 3;

/// A query that goes on by itself, and the rows that its next part may give again.
#[derive(Debug)]
pub(super) struct Resumption {
    ordered: Ordered,
    key: &'static str,
    /// The value of the key in the last row: a literal of SOQL, or none for null.
    last: Option<String>,
    /// Rows with that very value.
    with_last: Vec<Record>,
    /// Rows delivered when the query was last resumed, and how often that was in a row.
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

    /// Takes note of a row that came, and says whether it has come before.
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

    /// Whether another query may get further. `delivered` is the number of rows so far.
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

    /// The query for the rest of the rows.
    pub(super) fn rest(&self) -> String {
        self.ordered.text(self.last.as_deref())
    }
}

/// The value of a field as a literal; none for null.
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

/// Whether two rows are one: by their ids, or by all that they have.
fn is_same(one: &Record, other: &Record) -> bool {
    match (one.text("Id"), other.text("Id")) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// A query whose rows come in the order of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ordered {
    /// Up to the conditions: `SELECT … FROM …`.
    head: String,
    conditions: Option<String>,
    /// What follows the conditions: `WITH …`.
    tail: String,
    key: String,
}

/// What stands between `FROM` and the end of a query, in this order.
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
    /// Takes a query apart. The error says why its rest could not be asked for.
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
                "ORDER" => "it has an order of its own",
                "GROUP" | "HAVING" => "it groups rows",
                "LIMIT" | "OFFSET" => "it is cut by LIMIT or OFFSET",
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

    /// The query from its beginning, or from a value of the key on: a literal of SOQL.
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
            // Among equals the order must be the same each time, too.
            text.push_str(", Id");
        }
        text
    }
}

/// The words of a query that are in no parentheses and in no quotes.
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
            ("SELECT Id FROM Account ORDER BY Name", "order"),
            ("SELECT Id FROM Account order\nby Name", "order"),
            ("SELECT COUNT(Id) FROM Account GROUP BY Name", "groups"),
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
