//! Plans a syntax tree: the SQL of the query, and the shape of its rows.

mod group;
mod select;

use std::collections::BTreeMap;

use super::ast::{Function, Operand, Order, Path, Query, Select};
use super::filter::{self, Filter};
use super::sql::{Column, Scope};
use super::{Position, fault_at};
use crate::fault::Fault;
use crate::id::Prefix;
use crate::org::{Kind, Object, Org};

/// The parts of a SQL statement, and the shape of its rows. The first column is the serial number.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) object: String,
    pub(crate) output: Output,
    pub(crate) columns: Vec<String>,
    pub(crate) from: String,
    /// The alias of the queried object.
    pub(crate) root: String,
    pub(crate) filter: String,
    pub(crate) values: Vec<rusqlite::types::Value>,
    /// `GROUP BY` and `HAVING`.
    pub(crate) group: String,
    /// The `ORDER BY` terms, or an empty text if the rows are ordered by id.
    pub(crate) order: String,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: u64,
    pub(crate) children: Vec<Plan>,
    /// Whether base64 fields are selected. In this case, a batch has one row.
    pub(crate) has_bytes: bool,
    /// The number of selected custom long text fields.
    pub(crate) long_texts: u32,
    /// In a sub-query: the reference to the outer row.
    pub(crate) parent_field: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Output {
    Count,
    Rows(Shape),
    Groups(Vec<Group>),
}

/// One value of an `AggregateResult`.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) prefix: Option<Prefix>,
}

/// An object in the response, and its selected fields.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) object: String,
    /// Whether its type is written as `Name`, as for polymorphic parents.
    pub(crate) as_name: bool,
    /// The column that is null if the object is absent.
    pub(crate) presence: usize,
    /// The fields, with `Id` first and the others in ASCII order.
    pub(crate) nodes: BTreeMap<(bool, String), Node>,
}

#[derive(Debug)]
pub(crate) enum Node {
    Value {
        column: usize,
        kind: Kind,
        prefix: Option<Prefix>,
    },
    /// An address or a location, with the names of its components and their columns.
    Compound {
        kind: Kind,
        parts: Vec<(&'static str, usize)>,
    },
    /// A parent: one of these objects, or none.
    Parent(Vec<Shape>),
    /// A sub-query: its index in `children`.
    Children(usize),
}

impl Shape {
    fn new(object: &str, presence: usize) -> Self {
        Self {
            object: object.to_owned(),
            as_name: false,
            presence,
            nodes: BTreeMap::new(),
        }
    }

    fn insert(&mut self, name: &str, node: Node) -> bool {
        self.nodes
            .insert((name != "Id", name.to_owned()), node)
            .is_none()
    }
}

/// Plans a query. `all_rows` includes deleted rows.
pub(crate) fn query(
    org: &Org,
    text: &str,
    query: &Query,
    version: u16,
    all_rows: bool,
) -> Result<Plan, Fault> {
    let object = find(org, text, &query.from)?;
    let scope = Scope::new(org, text, object, query.alias.clone(), "t", version);
    Planner {
        scope,
        columns: Vec::new(),
        children: Vec::new(),
        has_bytes: false,
        long_texts: 0,
    }
    .plan(query, all_rows || query.all_rows)
}

fn find<'a>(org: &'a Org, text: &str, from: &Path) -> Result<&'a Object, Fault> {
    org.object(&from.text())
        .ok_or_else(|| unsupported(text, from))
}

/// The fault for an object that the org does not have, or that the user cannot see.
pub(crate) fn unsupported(text: &str, from: &Path) -> Fault {
    let what = format!(
        "sObject type '{}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
        from.text()
    );
    fault_at(text, from.at, "INVALID_TYPE", &what)
}

/// Plans the sub-query of `IN (SELECT …)`, whose SQL returns packed ids.
pub(super) fn semi_join(outer: &Scope<'_>, query: &Query) -> Result<Filter, Fault> {
    let object = find(outer.org, outer.text, &query.from)?;
    let mark = format!("{}s", outer.mark());
    let mut scope = Scope::new(
        outer.org,
        outer.text,
        object,
        query.alias.clone(),
        &mark,
        outer.version(),
    );
    let [
        Select::Operand {
            operand: Operand::Field(path),
            ..
        },
    ] = query.select.as_slice()
    else {
        return Err(scope.fail(
            query.from.at,
            "MALFORMED_QUERY",
            "semi join sub-selects can only query one id field",
        ));
    };
    let column = scope.column(path)?;
    if !column.kind.is_id() {
        return Err(scope.fail(
            path.at,
            "MALFORMED_QUERY",
            "The inner select field of a semi join must be an id field",
        ));
    }
    let condition = match &query.filter {
        Some(condition) => filter::build(&mut scope, condition, false)?,
        None => Filter {
            sql: "1".to_owned(),
            values: Vec::new(),
        },
    };
    let (packed, alias) = (column.packed(), &scope.root.alias);
    Ok(Filter {
        sql: format!(
            "SELECT {packed} FROM {} WHERE {alias}.\"IsDeleted\" = 0 AND {} IS NOT NULL AND {}",
            scope.from(),
            column.sql,
            condition.sql
        ),
        values: condition.values,
    })
}

/// The column of a field, or of a function of a field.
pub(super) fn operand<'a>(scope: &mut Scope<'a>, operand: &Operand) -> Result<Column<'a>, Fault> {
    match operand {
        Operand::Field(path) => {
            let column = scope.column(path)?;
            if column.kind.is_compound() {
                let what = format!(
                    "field '{}' can not be filtered or sorted; use its components",
                    path.text()
                );
                return Err(scope.fail(path.at, "INVALID_FIELD", &what));
            }
            Ok(column)
        }
        Operand::Call {
            function,
            argument: Some(path),
            at,
        } => {
            let column = scope.column(path)?;
            let numeric = matches!(function, Function::Sum | Function::Avg);
            let of_date = !function.is_aggregate() && *function != Function::ToLabel;
            let fits = (!numeric || column.kind.is_number())
                && (!of_date || matches!(column.kind, Kind::Date | Kind::DateTime))
                && !column.kind.is_compound();
            if !fits {
                return Err(scope.fail(
                    *at,
                    "MALFORMED_QUERY",
                    &format!("field {} does not support this function", path.text()),
                ));
            }
            let (sql, kind) = filter::call(*function, &column);
            let prefix = if *function == Function::ToLabel {
                column.prefix
            } else {
                None
            };
            Ok(Column {
                sql,
                kind,
                prefix,
                field: None,
                object: column.object,
            })
        }
        Operand::Call { argument: None, .. } => {
            let object = scope.root.object;
            Ok(Column {
                sql: "count(*)".to_owned(),
                kind: Kind::Int,
                prefix: None,
                field: None,
                object,
            })
        }
    }
}

struct Planner<'a> {
    scope: Scope<'a>,
    columns: Vec<String>,
    children: Vec<Plan>,
    has_bytes: bool,
    long_texts: u32,
}

impl<'a> Planner<'a> {
    fn plan(mut self, query: &Query, all_rows: bool) -> Result<Plan, Fault> {
        let presence = self.scope.root.presence();
        let grouped = !query.group.is_empty()
            || query.select.iter().any(
                |item| matches!(item, Select::Operand { operand, .. } if operand.is_aggregate()),
            );
        let mut group = String::new();
        let mut having_values = Vec::new();
        let output = if query.count_only && query.group.is_empty() {
            self.index(presence);
            Output::Count
        } else if grouped {
            let groups = self.groups(query)?;
            (group, having_values) = self.group_by(query)?;
            Output::Groups(groups)
        } else {
            self.index(presence);
            Output::Rows(self.rows(query, all_rows)?)
        };
        let condition = match &query.filter {
            Some(condition) => filter::build(&mut self.scope, condition, false)?,
            None => Filter {
                sql: "1".to_owned(),
                values: Vec::new(),
            },
        };
        let order = self.order(&query.order, grouped)?;
        let live = if all_rows {
            String::new()
        } else {
            format!("{}.\"IsDeleted\" = 0 AND ", self.scope.root.alias)
        };
        let mut values = condition.values;
        values.extend(having_values);
        Ok(Plan {
            object: self.scope.root.object.name.clone(),
            output,
            columns: self.columns,
            from: self.scope.from(),
            root: self.scope.root.alias.clone(),
            filter: format!("{live}{}", condition.sql),
            values,
            group,
            order,
            limit: query.limit,
            offset: query.offset,
            children: self.children,
            has_bytes: self.has_bytes,
            long_texts: self.long_texts,
            parent_field: None,
        })
    }

    /// Adds a column, unless it is already selected. Returns its index.
    fn index(&mut self, sql: String) -> usize {
        match self.columns.iter().position(|column| *column == sql) {
            Some(index) => index,
            None => {
                self.columns.push(sql);
                self.columns.len() - 1
            }
        }
    }

    fn fail(&self, at: Position, code: &'static str, what: &str) -> Fault {
        self.scope.fail(at, code, what)
    }

    fn order(&mut self, order: &[Order], grouped: bool) -> Result<String, Fault> {
        let mut terms = Vec::new();
        for item in order {
            let column = operand(&mut self.scope, &item.operand)?;
            let sortable = column.field.is_none_or(|field| {
                !matches!(
                    field.kind,
                    Kind::TextArea
                        | Kind::Base64
                        | Kind::AnyType
                        | Kind::Json
                        | Kind::MultiPicklist
                )
            });
            if !sortable || (item.operand.is_aggregate() && !grouped) {
                let what = "this field can not be sorted in a query call";
                return Err(self.fail(item.operand.at(), "MALFORMED_QUERY", what));
            }
            let direction = if item.descending { "DESC" } else { "ASC" };
            let nulls = if item.nulls_last { "LAST" } else { "FIRST" };
            // An id is never null. Without `NULLS`, SQLite can read the table in the order of the ids.
            let nulls = if column.kind == Kind::Id {
                String::new()
            } else {
                format!(" NULLS {nulls}")
            };
            terms.push(format!("{} {direction}{nulls}", column.sql));
        }
        Ok(terms.join(", "))
    }
}

impl Plan {
    /// Whether the rows are ordered by id, so that a cursor can continue after the last id.
    pub(crate) fn is_by_id(&self) -> bool {
        self.order.is_empty() || self.order == format!("{}.\"Id\" ASC", self.root)
    }

    /// The condition that connects a sub-query to the outer row. Its parameter is a packed id.
    pub(crate) fn parent_condition(&self) -> String {
        match &self.parent_field {
            Some(field) => format!("{}.\"{field}\" = ? AND ", self.root),
            None => String::new(),
        }
    }
}
