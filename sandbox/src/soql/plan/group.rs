//! Plans the select list and the groups of a grouped query.

use super::{Group, Planner, operand};
use crate::fault::Fault;
use crate::soql::ast::{Operand, Query, Select};
use crate::soql::filter;

impl Planner<'_> {
    pub(super) fn groups(&mut self, query: &Query) -> Result<Vec<Group>, Fault> {
        let object = self.scope.root.object;
        if !object.aggregates {
            let what = format!(
                "Entity '{}' does not support aggregate functions or grouping",
                object.name
            );
            return Err(self.fail(query.from.at, "MALFORMED_QUERY", &what));
        }
        let mut grouped = Vec::new();
        for item in &query.group {
            grouped.push(operand(&mut self.scope, item)?.sql);
        }
        let mut groups: Vec<Group> = Vec::new();
        let mut expressions = 0;
        for item in &query.select {
            let Select::Operand {
                operand: selected,
                alias,
            } = item
            else {
                return Err(self.fail(
                    query.from.at,
                    "MALFORMED_QUERY",
                    "A grouped query can only select fields and functions",
                ));
            };
            let column = operand(&mut self.scope, selected)?;
            if !selected.is_aggregate() && !grouped.contains(&column.sql) {
                let what = "Field must be grouped or aggregated";
                return Err(self.fail(selected.at(), "MALFORMED_QUERY", what));
            }
            let name = match (alias, selected) {
                (Some(alias), _) => alias.clone(),
                (None, Operand::Field(path)) => match column.field {
                    Some(field) => field.name.clone(),
                    None => path.parts.last().cloned().unwrap_or_default(),
                },
                (None, Operand::Call { .. }) => {
                    expressions += 1;
                    format!("expr{}", expressions - 1)
                }
            };
            if groups
                .iter()
                .any(|group| group.name.eq_ignore_ascii_case(&name))
            {
                return Err(self.fail(
                    selected.at(),
                    "MALFORMED_QUERY",
                    &format!("duplicate alias: {name}"),
                ));
            }
            groups.push(Group {
                name,
                kind: column.kind,
                prefix: column.prefix,
            });
            self.columns.push(column.sql);
        }
        Ok(groups)
    }

    pub(super) fn group_by(
        &mut self,
        query: &Query,
    ) -> Result<(String, Vec<rusqlite::types::Value>), Fault> {
        let mut columns = Vec::new();
        for item in &query.group {
            columns.push(operand(&mut self.scope, item)?.sql);
        }
        let mut sql = if columns.is_empty() {
            String::new()
        } else {
            format!(" GROUP BY {}", columns.join(", "))
        };
        let mut values = Vec::new();
        if let Some(having) = &query.having {
            let filter = filter::build(&mut self.scope, having, true)?;
            sql.push_str(&format!(" HAVING {}", filter.sql));
            values = filter.values;
        }
        Ok((sql, values))
    }
}
