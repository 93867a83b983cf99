//! A recursive-descent parser, with one function for each rule of the grammar.

use super::ast::{
    Compare, Condition, Function, Literal, Operand, Order, Path, Query, Select, Value,
};
use super::lex::{Kind, Token};
use super::{Position, dates, fault_at};
use crate::fault::Fault;

const MAX_DEPTH: u32 = 40;

pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: u32,
}

/// Words that begin the next clause and therefore cannot be aliases.
const KEYWORDS: &[&str] = &[
    "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "USING", "WITH", "FOR", "ALL",
    "AND", "OR", "NOT", "ASC", "DESC", "NULLS", "WHEN", "ELSE", "END", "THEN",
];

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, tokens: Vec<Token>) -> Self {
        Self {
            text,
            tokens,
            next: 0,
            depth: 0,
        }
    }

    pub(super) fn query(mut self) -> Result<Query, Fault> {
        let query = self.select()?;
        match self.peek().kind {
            Kind::End => Ok(query),
            _ => self.unexpected(),
        }
    }

    fn peek(&self) -> &Token {
        // The last token is `End`, and the parser never moves past it.
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        if token.kind != Kind::End {
            self.next += 1;
        }
        token
    }

    fn fail<T>(&self, at: Position, what: &str) -> Result<T, Fault> {
        Err(fault_at(self.text, at, "MALFORMED_QUERY", what))
    }

    fn unexpected<T>(&self) -> Result<T, Fault> {
        let token = self.peek();
        self.fail(token.at, &format!("unexpected token: {}", token.shown()))
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.peek().kind, Kind::Word(text) if text.eq_ignore_ascii_case(word))
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.next += usize::from(found);
        found
    }

    fn expect_word(&mut self, word: &str) -> Result<(), Fault> {
        if self.word(word) {
            Ok(())
        } else {
            self.unexpected()
        }
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek().kind, Kind::Sign(text) if text == sign);
        self.next += usize::from(found);
        found
    }

    fn expect_sign(&mut self, sign: &str) -> Result<(), Fault> {
        if self.sign(sign) {
            Ok(())
        } else {
            self.unexpected()
        }
    }

    fn followed_by(&self, sign: &str) -> bool {
        let token = self.tokens.get(self.next + 1);
        matches!(token, Some(Token { kind: Kind::Sign(text), .. }) if *text == sign)
    }

    /// Applies a recursive rule, up to a maximum depth.
    fn deeper<T>(&mut self, rule: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth == MAX_DEPTH {
            return self.fail(self.peek().at, "the query is nested too deeply");
        }
        self.depth += 1;
        let result = rule(self);
        self.depth -= 1;
        result
    }

    fn path(&mut self) -> Result<Path, Fault> {
        let Kind::Word(word) = &self.peek().kind else {
            return self.unexpected();
        };
        if word.starts_with('.') || word.ends_with('.') || word.contains("..") {
            return self.unexpected();
        }
        let parts = word.split('.').map(str::to_owned).collect();
        let at = self.take().at;
        Ok(Path { parts, at })
    }

    fn alias(&mut self) -> Option<String> {
        let Kind::Word(word) = &self.peek().kind else {
            return None;
        };
        if KEYWORDS
            .iter()
            .any(|keyword| keyword.eq_ignore_ascii_case(word))
            || word.contains('.')
        {
            return None;
        }
        let alias = word.clone();
        self.next += 1;
        Some(alias)
    }

    fn number(&mut self) -> Result<u64, Fault> {
        match &self.peek().kind {
            Kind::Number(text) => match text.parse() {
                Ok(number) => {
                    self.next += 1;
                    Ok(number)
                }
                Err(_) => self.unexpected(),
            },
            _ => self.unexpected(),
        }
    }

    fn select(&mut self) -> Result<Query, Fault> {
        self.expect_word("SELECT")?;
        let mut select = vec![self.item()?];
        while self.sign(",") {
            select.push(self.item()?);
        }
        self.expect_word("FROM")?;
        let from = self.path()?;
        // `FROM Account a` and `FROM Account AS a`.
        self.word("AS");
        let alias = self.alias();
        let count_only = matches!(
            select.as_slice(),
            [Select::Operand {
                operand: Operand::Call {
                    function: Function::Count,
                    argument: None,
                    ..
                },
                ..
            }]
        );
        let mut query = Query {
            select,
            count_only,
            from,
            alias,
            filter: None,
            group: Vec::new(),
            having: None,
            order: Vec::new(),
            limit: None,
            offset: 0,
            all_rows: false,
        };
        self.clauses(&mut query)?;
        Ok(query)
    }

    fn clauses(&mut self, query: &mut Query) -> Result<(), Fault> {
        if self.word("USING") {
            self.expect_word("SCOPE")?;
            self.path()?;
        }
        if self.word("WHERE") {
            query.filter = Some(self.condition()?);
        }
        if self.word("WITH") {
            // WITH SECURITY_ENFORCED and similar clauses have no effect here.
            self.path()?;
        }
        if self.word("GROUP") {
            self.expect_word("BY")?;
            query.group.push(self.operand()?);
            while self.sign(",") {
                query.group.push(self.operand()?);
            }
            if self.word("HAVING") {
                query.having = Some(self.condition()?);
            }
        }
        if self.word("ORDER") {
            self.expect_word("BY")?;
            query.order.push(self.order()?);
            while self.sign(",") {
                query.order.push(self.order()?);
            }
        }
        if self.word("LIMIT") {
            query.limit = Some(self.number()?);
        }
        if self.word("OFFSET") {
            let at = self.peek().at;
            query.offset = self.number()?;
            if query.offset > 2_000 {
                let what = format!(
                    "Maximum SOQL offset allowed is 2000 but was {}",
                    query.offset
                );
                return Err(fault_at(self.text, at, "NUMBER_OUTSIDE_VALID_RANGE", &what));
            }
        }
        while self.word("FOR") {
            self.path()?;
        }
        if self.word("ALL") {
            self.expect_word("ROWS")?;
            query.all_rows = true;
        }
        Ok(())
    }

    fn item(&mut self) -> Result<Select, Fault> {
        if self.sign("(") {
            let query = self.deeper(Self::select)?;
            self.expect_sign(")")?;
            return Ok(Select::Children(Box::new(query)));
        }
        if self.is_word("TYPEOF") && !self.followed_by(",") {
            return self.type_of();
        }
        if self.is_word("FIELDS") && self.followed_by("(") {
            let at = self.take().at;
            self.next += 1;
            let which = self.path()?.text().to_ascii_uppercase();
            self.expect_sign(")")?;
            return Ok(Select::Fields { which, at });
        }
        let operand = self.operand()?;
        let alias = self.alias();
        Ok(Select::Operand { operand, alias })
    }

    fn type_of(&mut self) -> Result<Select, Fault> {
        self.next += 1;
        let path = self.path()?;
        let mut whens = Vec::new();
        while self.word("WHEN") {
            let name = self.path()?;
            self.expect_word("THEN")?;
            whens.push((name, self.paths()?));
        }
        if whens.is_empty() {
            return self.unexpected();
        }
        let otherwise = if self.word("ELSE") {
            self.paths()?
        } else {
            Vec::new()
        };
        self.expect_word("END")?;
        Ok(Select::TypeOf {
            path,
            whens,
            otherwise,
        })
    }

    fn paths(&mut self) -> Result<Vec<Path>, Fault> {
        let mut paths = vec![self.path()?];
        while self.sign(",") {
            paths.push(self.path()?);
        }
        Ok(paths)
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        if !self.followed_by("(") {
            return self.path().map(Operand::Field);
        }
        let name = self.path()?;
        let Some(function) = Function::parse(&name.text()) else {
            return self.fail(name.at, &format!("unexpected token: '{}'", name.text()));
        };
        self.expect_sign("(")?;
        let argument = if self.sign(")") {
            None
        } else {
            let path = self.path()?;
            self.expect_sign(")")?;
            Some(path)
        };
        if argument.is_none() && function != Function::Count {
            return self.fail(name.at, "Incorrect number of parameters for function");
        }
        Ok(Operand::Call {
            function,
            argument,
            at: name.at,
        })
    }

    fn order(&mut self) -> Result<Order, Fault> {
        let operand = self.operand()?;
        let descending = self.word("DESC");
        if !descending {
            self.word("ASC");
        }
        let mut nulls_last = false;
        if self.word("NULLS") {
            nulls_last = self.word("LAST");
            if !nulls_last {
                self.expect_word("FIRST")?;
            }
        }
        Ok(Order {
            operand,
            descending,
            nulls_last,
        })
    }

    /// `a AND b AND c` or `a OR b`. The two cannot be mixed without parentheses.
    fn condition(&mut self) -> Result<Condition, Fault> {
        let first = self.term()?;
        for (word, other) in [("AND", "OR"), ("OR", "AND")] {
            if !self.is_word(word) {
                continue;
            }
            let mut terms = vec![first];
            while self.word(word) {
                terms.push(self.term()?);
            }
            if self.is_word(other) {
                return self.unexpected();
            }
            return Ok(if word == "AND" {
                Condition::And(terms)
            } else {
                Condition::Or(terms)
            });
        }
        Ok(first)
    }

    fn term(&mut self) -> Result<Condition, Fault> {
        if self.word("NOT") {
            return self
                .deeper(Self::term)
                .map(|term| Condition::Not(Box::new(term)));
        }
        if self.sign("(") {
            let condition = self.deeper(Self::condition)?;
            self.expect_sign(")")?;
            return Ok(condition);
        }
        let left = self.operand()?;
        let at = self.peek().at;
        if self.word("INCLUDES") {
            return Ok(Condition::Includes {
                left,
                values: self.values()?,
                negated: false,
            });
        }
        if self.word("EXCLUDES") {
            return Ok(Condition::Includes {
                left,
                values: self.values()?,
                negated: true,
            });
        }
        let negated = self.word("NOT");
        if self.word("IN") {
            let open = matches!(self.tokens.get(self.next + 1), Some(Token { kind: Kind::Word(word), .. }) if word.eq_ignore_ascii_case("SELECT"));
            if open {
                self.expect_sign("(")?;
                let query = Box::new(self.deeper(Self::select)?);
                self.expect_sign(")")?;
                return Ok(Condition::SemiJoin {
                    left,
                    query,
                    negated,
                });
            }
            return Ok(Condition::In {
                left,
                values: self.values()?,
                negated,
            });
        }
        if negated {
            return self.unexpected();
        }
        let operator = if self.word("LIKE") {
            Compare::Like
        } else {
            match self.peek().kind {
                Kind::Sign("=") => Compare::Equal,
                Kind::Sign("!=" | "<>") => Compare::NotEqual,
                Kind::Sign("<") => Compare::Less,
                Kind::Sign("<=") => Compare::LessEqual,
                Kind::Sign(">") => Compare::Greater,
                Kind::Sign(">=") => Compare::GreaterEqual,
                _ => return self.unexpected(),
            }
        };
        if operator != Compare::Like {
            self.next += 1;
        }
        let right = self.literal()?;
        Ok(Condition::Compare {
            left,
            operator,
            right,
            at,
        })
    }

    fn values(&mut self) -> Result<Vec<Literal>, Fault> {
        self.expect_sign("(")?;
        let mut values = vec![self.literal()?];
        while self.sign(",") {
            values.push(self.literal()?);
        }
        self.expect_sign(")")?;
        Ok(values)
    }

    fn literal(&mut self) -> Result<Literal, Fault> {
        let at = self.peek().at;
        let value = match self.peek().kind.clone() {
            Kind::Text { text, pattern } => Value::Text { text, pattern },
            Kind::Number(number) => Value::Number(number),
            Kind::Date(days) => Value::Date(days),
            Kind::DateTime(datetime) => Value::DateTime(datetime),
            Kind::Time(time) => Value::Time(time),
            Kind::Word(word) => {
                let upper = word.to_ascii_uppercase();
                match upper.as_str() {
                    "NULL" => Value::Null,
                    "TRUE" => Value::Boolean(true),
                    "FALSE" => Value::Boolean(false),
                    _ if dates::is_span(&upper) => {
                        self.next += 1;
                        let n = if self.sign(":") {
                            Some(self.number()?.min(100_000) as u32)
                        } else {
                            None
                        };
                        if n.is_some() != dates::is_counted(&upper) {
                            return self.unexpected();
                        }
                        return Ok(Literal {
                            value: Value::Span { name: upper, n },
                            at,
                        });
                    }
                    _ => return self.unexpected(),
                }
            }
            _ => return self.unexpected(),
        };
        self.next += 1;
        Ok(Literal { value, at })
    }
}
