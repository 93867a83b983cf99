//! SOQL: text → tokens → syntax tree → a plan that SQLite can run.

pub(crate) mod ast;
pub(crate) mod dates;
mod filter;
mod lex;
mod parse;
pub(crate) mod plan;
mod sql;

use crate::fault::Fault;

/// Where something stands in a query, for messages: both count from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) row: u32,
    pub(crate) column: u32,
}

/// Parses a query.
pub(crate) fn parse(text: &str) -> Result<ast::Query, Fault> {
    if text.len() > 100_000 {
        return Err(Fault::query("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.", Position::default()));
    }
    let tokens = lex::tokens(text)?;
    parse::Parser::new(text, tokens).query()
}

/// A fault about a place in a query, with the excerpt and the caret that the service writes.
pub(crate) fn fault_at(text: &str, at: Position, code: &'static str, what: &str) -> Fault {
    let line = text.lines().nth(at.row.saturating_sub(1) as usize).unwrap_or("");
    let column = at.column.saturating_sub(1) as usize;
    let start = line.char_indices().map(|(i, _)| i).take_while(|i| *i + 30 <= column).last().unwrap_or(0);
    let excerpt: String = line[start..].chars().take(80).collect();
    let indent = " ".repeat(column - start.min(column));
    let message = format!(
        "\n{excerpt}\n{indent}^\nERROR at Row:{}:Column:{}\n{what}",
        at.row, at.column
    );
    Fault::query(code, &message, at)
}
