//! Translates conditions to SQL.

use rusqlite::types::Value as Sql;

use super::ast::{Compare, Condition, Function, Literal, Operand, Value};
use super::dates::{self, DAY};
use super::sql::{Column, Scope};
use super::{Position, plan};
use crate::fault::Fault;
use crate::org::Kind;

/// SQL text, and the values of its parameters.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) sql: String,
    pub(super) values: Vec<Sql>,
}

/// Builds a condition. Aggregates are allowed only in `having`.
pub(super) fn build(
    scope: &mut Scope<'_>,
    condition: &Condition,
    having: bool,
) -> Result<Filter, Fault> {
    let mut builder = Builder {
        scope,
        having,
        now: dates::now(),
        out: Filter::default(),
    };
    builder.condition(condition)?;
    Ok(builder.out)
}

struct Builder<'s, 'a> {
    scope: &'s mut Scope<'a>,
    having: bool,
    now: i64,
    out: Filter,
}

impl<'a> Builder<'_, 'a> {
    fn push(&mut self, sql: &str) {
        self.out.sql.push_str(sql);
    }

    fn value(&mut self, value: Sql) {
        self.out.values.push(value);
    }

    fn condition(&mut self, condition: &Condition) -> Result<(), Fault> {
        match condition {
            Condition::And(terms) => self.joined(terms, " AND "),
            Condition::Or(terms) => self.joined(terms, " OR "),
            Condition::Not(term) => {
                // SOQL has no unknown truth value, so NOT of an unknown condition is true.
                self.push("(NOT coalesce(");
                self.condition(term)?;
                self.push(", 0))");
                Ok(())
            }
            Condition::Compare {
                left,
                operator,
                right,
                at,
            } => {
                let column = self.operand(left)?;
                self.compare(&column, left, *operator, right, *at)
            }
            Condition::In {
                left,
                values,
                negated,
            } => {
                let column = self.operand(left)?;
                self.one_of(&column, left, values, *negated)
            }
            Condition::SemiJoin {
                left,
                query,
                negated,
            } => {
                let column = self.operand(left)?;
                if !column.kind.is_id() {
                    return Err(self.mistyped(left, "an id, for a semi join"));
                }
                let inner = plan::semi_join(self.scope, query)?;
                let not = if *negated { "NOT " } else { "" };
                let left = column.packed();
                self.push(&format!("({left} {not}IN ({}))", inner.sql));
                self.out.values.extend(inner.values);
                Ok(())
            }
            Condition::Includes {
                left,
                values,
                negated,
            } => {
                let column = self.operand(left)?;
                if column.kind != Kind::MultiPicklist {
                    return Err(self.mistyped(left, "a multi-select picklist"));
                }
                self.includes(&column, values, *negated)
            }
        }
    }

    fn joined(&mut self, terms: &[Condition], word: &str) -> Result<(), Fault> {
        self.push("(");
        for (i, term) in terms.iter().enumerate() {
            if i > 0 {
                self.push(word);
            }
            self.condition(term)?;
        }
        self.push(")");
        Ok(())
    }

    fn operand(&mut self, operand: &Operand) -> Result<Column<'a>, Fault> {
        let column = plan::operand(self.scope, operand)?;
        if operand.is_aggregate() && !self.having {
            return Err(self.scope.fail(
                operand.at(),
                "MALFORMED_QUERY",
                "Aggregate functions can be used in HAVING only",
            ));
        }
        if let (Some(field), Operand::Field(path)) = (column.field, operand)
            && !field.filterable
        {
            let what = format!(
                "field '{}' can not be filtered in a query call",
                path.text()
            );
            return Err(self.scope.fail(path.at, "INVALID_FIELD", &what));
        }
        Ok(column)
    }

    fn mistyped(&self, left: &Operand, what: &str) -> Fault {
        let name = match left {
            Operand::Field(path) => path.text(),
            Operand::Call { argument, .. } => argument
                .as_ref()
                .map_or_else(String::new, super::ast::Path::text),
        };
        let what = format!("value of filter criterion for field '{name}' must be {what}");
        self.scope.fail(left.at(), "INVALID_FIELD", &what)
    }

    fn compare(
        &mut self,
        column: &Column<'_>,
        left: &Operand,
        operator: Compare,
        right: &Literal,
        at: Position,
    ) -> Result<(), Fault> {
        if let Value::Span { name, n } = &right.value {
            return self.span(column, left, operator, name, *n);
        }
        if right.value == Value::Null {
            let not = match operator {
                Compare::Equal => "",
                Compare::NotEqual => "NOT ",
                _ => {
                    return Err(self.scope.fail(
                        at,
                        "INVALID_QUERY_FILTER_OPERATOR",
                        "invalid operator for null",
                    ));
                }
            };
            let sql = format!("({} IS {not}NULL)", column.sql);
            self.push(&sql);
            return Ok(());
        }
        if operator == Compare::Like {
            let Value::Text { pattern, .. } = &right.value else {
                return Err(self.mistyped(left, "of type string"));
            };
            if !column.kind.is_text() {
                return Err(self.scope.fail(
                    at,
                    "INVALID_QUERY_FILTER_OPERATOR",
                    "invalid operator: LIKE works on text only",
                ));
            }
            let sql = format!("({} LIKE ? ESCAPE '\\')", column.sql);
            self.push(&sql);
            self.value(Sql::Text(pattern.clone()));
            return Ok(());
        }
        let text_only =
            matches!(column.kind, Kind::Boolean | Kind::MultiPicklist) || column.kind.is_id();
        if text_only
            && !matches!(operator, Compare::Equal | Compare::NotEqual)
            && column.kind == Kind::Boolean
        {
            return Err(self.scope.fail(
                at,
                "INVALID_QUERY_FILTER_OPERATOR",
                "invalid operator on boolean field",
            ));
        }
        let value = self.literal(column, left, right)?;
        let sign = match operator {
            Compare::Equal => "=",
            // A row without a value differs from every value.
            Compare::NotEqual => "IS NOT",
            Compare::Less => "<",
            Compare::LessEqual => "<=",
            Compare::Greater => ">",
            _ => ">=",
        };
        let sql = format!("({} {sign} ?)", column.sql);
        self.push(&sql);
        self.value(value);
        Ok(())
    }

    fn one_of(
        &mut self,
        column: &Column<'_>,
        left: &Operand,
        values: &[Literal],
        negated: bool,
    ) -> Result<(), Fault> {
        let mut null = false;
        let mut list = Vec::new();
        for literal in values {
            match &literal.value {
                Value::Null => null = true,
                Value::Span { .. } => return Err(self.mistyped(left, "a list of plain values")),
                _ => {
                    let value = self.literal(column, left, literal)?;
                    self.value(value);
                    list.push("?");
                }
            }
        }
        let (list, sql) = (list.join(","), &column.sql);
        let text = match (negated, null) {
            (false, false) => format!("({sql} IN ({list}))"),
            (false, true) => format!("({sql} IN ({list}) OR {sql} IS NULL)"),
            (true, false) => format!("({sql} NOT IN ({list}) OR {sql} IS NULL)"),
            (true, true) => format!("({sql} NOT IN ({list}) AND {sql} IS NOT NULL)"),
        };
        self.push(&text);
        Ok(())
    }

    /// A condition on a multi-select picklist. `'A;B'` selects rows that have both values.
    fn includes(
        &mut self,
        column: &Column<'_>,
        values: &[Literal],
        negated: bool,
    ) -> Result<(), Fault> {
        self.push(if negated { "(NOT coalesce(" } else { "(" });
        for (i, literal) in values.iter().enumerate() {
            let Value::Text { text, .. } = &literal.value else {
                return Err(self.scope.fail(
                    literal.at,
                    "INVALID_FIELD",
                    "a multi-select picklist holds strings",
                ));
            };
            self.push(if i > 0 { " OR (" } else { "(" });
            for (j, part) in text.split(';').enumerate() {
                if j > 0 {
                    self.push(" AND ");
                }
                let sql = format!("(instr(';' || lower({}) || ';', ?) > 0)", column.sql);
                self.push(&sql);
                self.value(Sql::Text(format!(";{};", part.trim().to_lowercase())));
            }
            self.push(")");
        }
        self.push(if negated { ", 0))" } else { ")" });
        Ok(())
    }

    fn span(
        &mut self,
        column: &Column<'_>,
        left: &Operand,
        operator: Compare,
        name: &str,
        n: Option<u32>,
    ) -> Result<(), Fault> {
        let unit = match column.kind {
            Kind::Date => 1,
            Kind::DateTime => DAY,
            _ => return Err(self.mistyped(left, "no date literal: the field holds no date")),
        };
        let Some((from, to)) = dates::span(name, n.unwrap_or(0), self.now) else {
            return Err(self.mistyped(left, "a date within reach"));
        };
        let (from, to, sql) = (from * unit, to * unit, &column.sql);
        let text = match operator {
            Compare::Equal => format!("({sql} >= {from} AND {sql} < {to})"),
            Compare::NotEqual => format!("({sql} IS NULL OR {sql} < {from} OR {sql} >= {to})"),
            Compare::Less => format!("({sql} < {from})"),
            Compare::LessEqual => format!("({sql} < {to})"),
            Compare::Greater => format!("({sql} >= {to})"),
            Compare::GreaterEqual => format!("({sql} >= {from})"),
            Compare::Like => return Err(self.mistyped(left, "compared otherwise than by LIKE")),
        };
        self.push(&text);
        Ok(())
    }

    /// Converts a value to the form in which the column stores it.
    fn literal(
        &self,
        column: &Column<'_>,
        left: &Operand,
        literal: &Literal,
    ) -> Result<Sql, Fault> {
        let kind = column.kind;
        let typed = |what: &str| self.mistyped(left, what);
        match (&literal.value, kind) {
            (Value::Text { text, .. }, _) if kind.is_id() => match self.scope.org.parse_id(text) {
                Some(id) => Ok(Sql::Integer(match column.prefix {
                    None => id.pack(),
                    Some(prefix) if prefix == id.prefix => id.serial,
                    Some(_) => -1,
                })),
                None if crate::id::is_shaped(text) => Ok(Sql::Integer(-1)),
                None if text.is_empty() => Ok(Sql::Null),
                None => Err(self.scope.fail(
                    literal.at,
                    "INVALID_QUERY_FILTER_OPERATOR",
                    &format!("invalid ID field: {text}"),
                )),
            },
            (Value::Text { text, .. }, _) if kind.is_text() => Ok(Sql::Text(text.clone())),
            (_, _) if kind.is_text() => {
                Err(typed("of type string and should be enclosed in quotes"))
            }
            (Value::Boolean(value), Kind::Boolean) => Ok(Sql::Integer((*value).into())),
            (_, Kind::Boolean) => Err(typed(
                "of type boolean and should not be enclosed in quotes",
            )),
            (Value::Number(text), _) if kind.is_number() => Ok(match text.parse::<i64>() {
                Ok(number) => Sql::Integer(number),
                Err(_) => Sql::Real(text.parse().unwrap_or(0.0)),
            }),
            (_, _) if kind.is_number() => Err(typed(
                "of a number type and should not be enclosed in quotes",
            )),
            (Value::Date(days), Kind::Date) => Ok(Sql::Integer(*days)),
            (_, Kind::Date) => Err(typed("of type date and should not be enclosed in quotes")),
            (Value::DateTime(datetime), Kind::DateTime) => Ok(Sql::Integer(*datetime)),
            (_, Kind::DateTime) => Err(typed(
                "of type dateTime and should not be enclosed in quotes",
            )),
            (Value::Time(time), Kind::Time) => Ok(Sql::Integer(*time)),
            (_, Kind::Time) => Err(typed("of type time and should not be enclosed in quotes")),
            _ => Err(typed("of another type")),
        }
    }
}

/// The SQL of a function of a column, and the kind of its result.
pub(super) fn call(function: Function, column: &Column<'_>) -> (String, Kind) {
    let sql = &column.sql;
    // Columns store dates in days and date-times in milliseconds.
    let seconds = if column.kind == Kind::Date {
        format!("{sql} * 86400")
    } else {
        format!("{sql} / 1000")
    };
    let part =
        |format: &str| format!("CAST(strftime('{format}', {seconds}, 'unixepoch') AS INTEGER)");
    match function {
        Function::Count => (format!("count({sql})"), Kind::Int),
        Function::CountDistinct => (format!("count(DISTINCT {sql})"), Kind::Int),
        Function::Sum => (format!("sum({sql})"), Kind::Double),
        Function::Avg => (format!("avg({sql})"), Kind::Double),
        Function::Min => (
            format!("min({})", column.packed()),
            id_as_reference(column.kind),
        ),
        Function::Max => (
            format!("max({})", column.packed()),
            id_as_reference(column.kind),
        ),
        Function::CalendarYear => (part("%Y"), Kind::Int),
        Function::CalendarMonth => (part("%m"), Kind::Int),
        Function::DayInMonth => (part("%d"), Kind::Int),
        Function::HourInDay => (part("%H"), Kind::Int),
        Function::DayOnly if column.kind == Kind::Date => (sql.clone(), Kind::Date),
        Function::DayOnly => (format!("({sql} / {DAY})"), Kind::Date),
        Function::ToLabel => (sql.clone(), column.kind),
    }
}

fn id_as_reference(kind: Kind) -> Kind {
    if kind == Kind::Id {
        Kind::Reference
    } else {
        kind
    }
}
