//! From a syntax tree to a plan: the SQL of a query, and the shape of the rows that come out.

use std::collections::BTreeMap;

use super::ast::{Function, Operand, Order, Path, Query, Select};
use super::filter::{self, Filter};
use super::sql::{Column, NAME_FIELDS, Place, Scope, Source};
use super::{Position, fault_at};
use crate::fault::Fault;
use crate::id::{Id, Prefix};
use crate::org::{Field, Kind, Object, Org};

/// What to ask SQLite, and how to read the answer. The first column is the serial of the row.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) object: String,
    pub(crate) output: Output,
    pub(crate) columns: Vec<String>,
    pub(crate) from: String,
    /// Alias of the object of the query.
    pub(crate) root: String,
    pub(crate) filter: String,
    pub(crate) values: Vec<rusqlite::types::Value>,
    /// `GROUP BY` and `HAVING`.
    pub(crate) group: String,
    /// Empty: by id.
    pub(crate) order: String,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: u64,
    pub(crate) children: Vec<Plan>,
    /// Bytes are selected, so batches have one row.
    pub(crate) has_bytes: bool,
    /// For a query inside a row: the reference that leads to that row.
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

/// An object in the answer, and what of it was selected.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) object: String,
    /// Written as the pseudo object `Name`, as polymorphic parents are.
    pub(crate) as_name: bool,
    /// The column that is null if there is no such row.
    pub(crate) presence: usize,
    /// `Id` comes first, then the rest in ASCII order.
    pub(crate) nodes: BTreeMap<(bool, String), Node>,
}

#[derive(Debug)]
pub(crate) enum Node {
    Value { column: usize, kind: Kind, prefix: Option<Prefix> },
    /// Names and columns of an address or a location.
    Compound { kind: Kind, parts: Vec<(&'static str, usize)> },
    /// One of these, or none; one alone for a parent of one type.
    Parent(Vec<Shape>),
    /// The number of a plan among the children.
    Children(usize),
}

impl Shape {
    fn new(object: &str, presence: usize) -> Self {
        Self { object: object.to_owned(), as_name: false, presence, nodes: BTreeMap::new() }
    }

    fn insert(&mut self, name: &str, node: Node) -> bool {
        self.nodes.insert((name != "Id", name.to_owned()), node).is_none()
    }
}

/// Plans a query; `all_rows` shows deleted rows too.
pub(crate) fn query(org: &Org, text: &str, query: &Query, version: u16, all_rows: bool) -> Result<Plan, Fault> {
    let object = find(org, text, &query.from)?;
    let scope = Scope::new(org, text, object, query.alias.clone(), "t", version);
    Planner { scope, columns: Vec::new(), children: Vec::new(), has_bytes: false }.plan(query, all_rows || query.all_rows)
}

fn find<'a>(org: &'a Org, text: &str, from: &Path) -> Result<&'a Object, Fault> {
    org.object(&from.text()).ok_or_else(|| {
        let what = format!(
            "sObject type '{}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
            from.text()
        );
        fault_at(text, from.at, "INVALID_TYPE", &what)
    })
}

/// The inside of `Id IN (SELECT …)`: SQL that gives packed ids.
pub(super) fn semi_join(outer: &Scope<'_>, query: &Query) -> Result<Filter, Fault> {
    let object = find(outer.org, outer.text, &query.from)?;
    let mark = format!("{}s", outer.mark());
    let mut scope = Scope::new(outer.org, outer.text, object, query.alias.clone(), &mark, outer.version());
    let [Select::Operand { operand: Operand::Field(path), .. }] = query.select.as_slice() else {
        return Err(scope.fail(query.from.at, "MALFORMED_QUERY", "semi join sub-selects can only query one id field"));
    };
    let column = scope.column(path)?;
    if !column.kind.is_id() {
        return Err(scope.fail(path.at, "MALFORMED_QUERY", "The inner select field of a semi join must be an id field"));
    }
    let condition = match &query.filter {
        Some(condition) => filter::build(&mut scope, condition, false)?,
        None => Filter { sql: "1".to_owned(), values: Vec::new() },
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

/// The column of a field or of a function over one.
pub(super) fn operand<'a>(scope: &mut Scope<'a>, operand: &Operand) -> Result<Column<'a>, Fault> {
    match operand {
        Operand::Field(path) => {
            let column = scope.column(path)?;
            if column.kind.is_compound() {
                let what = format!("field '{}' can not be filtered or sorted; use its components", path.text());
                return Err(scope.fail(path.at, "INVALID_FIELD", &what));
            }
            Ok(column)
        }
        Operand::Call { function, argument: Some(path), at } => {
            let column = scope.column(path)?;
            let numeric = matches!(function, Function::Sum | Function::Avg);
            let of_date = !function.is_aggregate() && *function != Function::ToLabel;
            let fits = !(numeric && !column.kind.is_number())
                && !(of_date && !matches!(column.kind, Kind::Date | Kind::DateTime))
                && !column.kind.is_compound();
            if !fits {
                return Err(scope.fail(*at, "MALFORMED_QUERY", &format!("field {} does not support this function", path.text())));
            }
            let (sql, kind) = filter::call(*function, &column);
            let prefix = if *function == Function::ToLabel { column.prefix } else { None };
            Ok(Column { sql, kind, prefix, field: None, object: column.object })
        }
        Operand::Call { argument: None, .. } => {
            let object = scope.root.object;
            Ok(Column { sql: "count(*)".to_owned(), kind: Kind::Int, prefix: None, field: None, object })
        }
    }
}

struct Planner<'a> {
    scope: Scope<'a>,
    columns: Vec<String>,
    children: Vec<Plan>,
    has_bytes: bool,
}

impl<'a> Planner<'a> {
    fn plan(mut self, query: &Query, all_rows: bool) -> Result<Plan, Fault> {
        let presence = self.scope.root.presence();
        let grouped = !query.group.is_empty()
            || query.select.iter().any(|item| matches!(item, Select::Operand { operand, .. } if operand.is_aggregate()));
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
            None => Filter { sql: "1".to_owned(), values: Vec::new() },
        };
        let order = self.order(&query.order, grouped)?;
        let live = if all_rows { String::new() } else { format!("{}.\"IsDeleted\" = 0 AND ", self.scope.root.alias) };
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
            parent_field: None,
        })
    }

    /// Selects a column once, and says its number.
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

    fn rows(&mut self, query: &Query, all_rows: bool) -> Result<Shape, Fault> {
        let mut shape = Shape::new(&self.scope.root.object.name, 0);
        for item in &query.select {
            match item {
                Select::Operand { operand: Operand::Field(path), alias: None } => self.field(&mut shape, path)?,
                Select::Operand {
                    operand: Operand::Call { function: Function::ToLabel, argument: Some(path), .. },
                    ..
                } => self.field(&mut shape, path)?,
                Select::Operand { operand, .. } => {
                    let what = "an alias or this function needs a GROUP BY";
                    return Err(self.fail(operand.at(), "MALFORMED_QUERY", what));
                }
                Select::Fields { which, at } => self.fields(&mut shape, which, *at, query.limit)?,
                Select::Children(inner) => self.children(&mut shape, inner, all_rows)?,
                Select::TypeOf { path, whens, otherwise } => self.type_of(&mut shape, path, whens, otherwise)?,
            }
        }
        Ok(shape)
    }

    /// A selected path: makes the parents on the way, then the value.
    fn field(&mut self, shape: &mut Shape, path: &Path) -> Result<(), Fault> {
        let names = self.scope.names(path).to_vec();
        let Some((last, relationships)) = names.split_last() else { return Ok(()) };
        let mut shapes: Vec<&mut Shape> = vec![shape];
        let mut place = Place::One(self.scope.root.clone());
        for depth in 0..relationships.len() {
            let canonical = match &place {
                Place::One(source) => source.object.relationship(&relationships[depth]),
                Place::Many(_) => None,
            };
            place = self.scope.place(&relationships[..=depth], path.at)?;
            let name = canonical.and_then(|field| field.relationship.clone()).unwrap_or_default();
            let sources: Vec<_> = match &place {
                Place::One(source) => vec![source.clone()],
                Place::Many(sources) => sources.clone(),
            };
            let as_name = sources.len() > 1;
            let presences: Vec<_> = sources.iter().map(|source| self.index(source.presence())).collect();
            let Some(shape) = shapes.pop() else { return Ok(()) };
            let node = shape.nodes.entry((true, name)).or_insert_with(|| {
                let alternative = |(source, presence): (&Source<'_>, usize)| Shape {
                    as_name,
                    ..Shape::new(&source.object.name, presence)
                };
                Node::Parent(sources.iter().zip(presences).map(alternative).collect())
            });
            let Node::Parent(parents) = node else { return Ok(()) };
            shapes = parents.iter_mut().collect();
        }
        match &place {
            Place::One(source) => {
                let Some(shape) = shapes.pop() else { return Ok(()) };
                let field = self.known(source.object, last, path.at)?;
                if !self.value(shape, source, field) {
                    let what = format!("duplicate field selected: {}", path.text());
                    return Err(self.fail(path.at, "INVALID_FIELD", &what));
                }
            }
            Place::Many(sources) => {
                let known = NAME_FIELDS.iter().find(|known| known.eq_ignore_ascii_case(last));
                let Some(name) = known else { return Err(self.scope.no_column(path.at, last, "Name")) };
                for (source, shape) in sources.iter().zip(shapes) {
                    if let Some(column) = source.name_column(name) {
                        let node = Node::Value { column: self.index(column.sql), kind: column.kind, prefix: column.prefix };
                        shape.insert(name, node);
                    }
                }
            }
        }
        Ok(())
    }

    fn known(&self, object: &'a Object, name: &str, at: Position) -> Result<&'a Field, Fault> {
        (object.field(name))
            .filter(|field| field.since <= self.scope.version())
            .ok_or_else(|| self.scope.no_column(at, name, &object.name))
    }

    fn value(&mut self, shape: &mut Shape, source: &Source<'a>, field: &'a Field) -> bool {
        if field.kind.is_compound() {
            let parts = (field.components().into_iter())
                .map(|(part, name)| (name, self.index(format!("{}.\"{}\"", source.alias, part.name))))
                .collect();
            return shape.insert(&field.name, Node::Compound { kind: field.kind, parts });
        }
        self.has_bytes |= field.kind == Kind::Base64;
        let column = source.column(field);
        let node = Node::Value { column: self.index(column.sql), kind: column.kind, prefix: column.prefix };
        shape.insert(&field.name, node)
    }

    fn fields(&mut self, shape: &mut Shape, which: &str, at: Position, limit: Option<u64>) -> Result<(), Fault> {
        let bounded = limit.is_some_and(|limit| limit <= 200);
        if which != "STANDARD" && !bounded {
            let what = "The SOQL FIELDS function must have a LIMIT of at most 200";
            return Err(self.fail(at, "MALFORMED_QUERY", what));
        }
        let root = self.scope.root.clone();
        let version = self.scope.version();
        for field in root.object.fields.values().filter(|field| field.since <= version) {
            let wanted = match which {
                "ALL" => true,
                "STANDARD" => !field.is_custom(),
                "CUSTOM" => field.is_custom(),
                _ => return Err(self.fail(at, "MALFORMED_QUERY", &format!("unexpected token: '{which}'"))),
            };
            if wanted && field.kind != Kind::Base64 {
                self.value(shape, &root, field);
            }
        }
        Ok(())
    }

    fn children(&mut self, shape: &mut Shape, query: &Query, all_rows: bool) -> Result<(), Fault> {
        let root = self.scope.root.object;
        let names = &query.from.parts;
        let name = match names.as_slice() {
            // `FROM Account.Contacts` and `FROM a.Contacts` mean the same.
            [_, name] | [name] => name,
            _ => return Err(self.fail(query.from.at, "MALFORMED_QUERY", "unexpected token in child relationship")),
        };
        let Some((relationship, child)) = root.child(name) else {
            let what = format!("Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.");
            return Err(self.fail(query.from.at, "INVALID_TYPE", &what));
        };
        let Some(object) = self.scope.org.objects.get(&child.object) else { return Ok(()) };
        let mark = format!("{}c{}_", self.scope.mark(), self.children.len());
        let scope = Scope::new(self.scope.org, self.scope.text, object, query.alias.clone(), &mark, self.scope.version());
        let planner = Planner { scope, columns: Vec::new(), children: Vec::new(), has_bytes: false };
        let mut plan = planner.plan(query, all_rows)?;
        if !matches!(plan.output, Output::Rows(_)) {
            return Err(self.fail(query.from.at, "MALFORMED_QUERY", "Grouped and aggregate queries cannot be nested"));
        }
        self.has_bytes |= plan.has_bytes;
        plan.parent_field = Some(child.field.clone());
        if !shape.insert(relationship, Node::Children(self.children.len())) {
            let what = format!("duplicate child relationship: {relationship}");
            return Err(self.fail(query.from.at, "INVALID_FIELD", &what));
        }
        self.children.push(plan);
        Ok(())
    }

    fn type_of(&mut self, shape: &mut Shape, path: &Path, whens: &[(Path, Vec<Path>)], otherwise: &[Path]) -> Result<(), Fault> {
        let Place::Many(sources) = self.scope.place(self.scope.names(path).to_vec().as_slice(), path.at)? else {
            let what = format!("'{}' is no polymorphic relationship, which TYPEOF needs", path.text());
            return Err(self.fail(path.at, "INVALID_FIELD", &what));
        };
        let name = path.parts.last().and_then(|last| self.scope.root.object.relationship(last));
        let Some(name) = name.and_then(|field| field.relationship.clone()) else {
            return Err(self.fail(path.at, "INVALID_FIELD", "TYPEOF works on parents of the queried object only"));
        };
        for (object, _) in whens {
            if !sources.iter().any(|source| source.object.name.eq_ignore_ascii_case(&object.text())) {
                let what = format!("'{}' is not among the types of '{name}'", object.text());
                return Err(self.fail(object.at, "INVALID_TYPE", &what));
            }
        }
        let mut alternatives = Vec::new();
        for source in &sources {
            let presence = self.index(source.presence());
            let mut alternative = Shape::new(&source.object.name, presence);
            let when = whens.iter().find(|(object, _)| source.object.name.eq_ignore_ascii_case(&object.text()));
            if let Some((_, paths)) = when {
                for path in paths {
                    let field = self.known(source.object, &path.text(), path.at)?;
                    self.value(&mut alternative, source, field);
                }
            } else {
                alternative.as_name = true;
                for path in otherwise {
                    if let Some(column) = source.name_column(&path.text()) {
                        let node = Node::Value { column: self.index(column.sql), kind: column.kind, prefix: column.prefix };
                        alternative.insert(&path.text(), node);
                    }
                }
            }
            alternatives.push(alternative);
        }
        shape.insert(&name, Node::Parent(alternatives));
        Ok(())
    }

    fn groups(&mut self, query: &Query) -> Result<Vec<Group>, Fault> {
        let object = self.scope.root.object;
        if !object.aggregates {
            let what = format!("Entity '{}' does not support aggregate functions or grouping", object.name);
            return Err(self.fail(query.from.at, "MALFORMED_QUERY", &what));
        }
        let mut grouped = Vec::new();
        for item in &query.group {
            grouped.push(operand(&mut self.scope, item)?.sql);
        }
        let mut groups: Vec<Group> = Vec::new();
        let mut expressions = 0;
        for item in &query.select {
            let Select::Operand { operand: selected, alias } = item else {
                return Err(self.fail(query.from.at, "MALFORMED_QUERY", "A grouped query selects fields and functions only"));
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
            if groups.iter().any(|group| group.name.eq_ignore_ascii_case(&name)) {
                return Err(self.fail(selected.at(), "MALFORMED_QUERY", &format!("duplicate alias: {name}")));
            }
            groups.push(Group { name, kind: column.kind, prefix: column.prefix });
            self.columns.push(column.sql);
        }
        Ok(groups)
    }

    fn group_by(&mut self, query: &Query) -> Result<(String, Vec<rusqlite::types::Value>), Fault> {
        let mut columns = Vec::new();
        for item in &query.group {
            columns.push(operand(&mut self.scope, item)?.sql);
        }
        let mut sql = if columns.is_empty() { String::new() } else { format!(" GROUP BY {}", columns.join(", ")) };
        let mut values = Vec::new();
        if let Some(having) = &query.having {
            let filter = filter::build(&mut self.scope, having, true)?;
            sql.push_str(&format!(" HAVING {}", filter.sql));
            values = filter.values;
        }
        Ok((sql, values))
    }

    fn order(&mut self, order: &[Order], grouped: bool) -> Result<String, Fault> {
        let mut terms = Vec::new();
        for item in order {
            let column = operand(&mut self.scope, &item.operand)?;
            let sortable = column.field.is_none_or(|field| {
                !matches!(field.kind, Kind::TextArea | Kind::Base64 | Kind::AnyType | Kind::Json | Kind::MultiPicklist)
            });
            if !sortable || (item.operand.is_aggregate() && !grouped) {
                let what = "this field can not be sorted in a query call";
                return Err(self.fail(item.operand.at(), "MALFORMED_QUERY", what));
            }
            let direction = if item.descending { "DESC" } else { "ASC" };
            let nulls = if item.nulls_last { "LAST" } else { "FIRST" };
            // An id is never null, and sorting it as it is lets SQLite walk the table.
            let nulls = if column.kind == Kind::Id { String::new() } else { format!(" NULLS {nulls}") };
            terms.push(format!("{} {direction}{nulls}", column.sql));
        }
        Ok(terms.join(", "))
    }
}

impl Plan {
    /// Whether the order is that of the ids, so that a cursor can go on from the last one.
    pub(crate) fn is_by_id(&self) -> bool {
        self.order.is_empty() || self.order == format!("{}.\"Id\" ASC", self.root)
    }

    /// The condition that ties a query inside a row to the row; takes one parameter, a packed id.
    pub(crate) fn parent_condition(&self) -> String {
        match &self.parent_field {
            Some(field) => format!("{}.\"{field}\" = ? AND ", self.root),
            None => String::new(),
        }
    }

    /// The packed id of a row of the object with this prefix.
    pub(crate) fn packed(prefix: Prefix, serial: i64) -> i64 {
        Id::new(prefix, serial).pack()
    }
}
