//! Plans the select list of an ungrouped query: fields, parents and sub-queries.

use super::{Node, Output, Planner, Shape};
use crate::fault::Fault;
use crate::org::{Field, Kind, Object};
use crate::soql::Position;
use crate::soql::ast::{Function, Operand, Path, Query, Select};
use crate::soql::sql::{NAME_FIELDS, Place, Scope, Source};

impl<'a> Planner<'a> {
    pub(super) fn rows(&mut self, query: &Query, all_rows: bool) -> Result<Shape, Fault> {
        let mut shape = Shape::new(&self.scope.root.object.name, 0);
        for item in &query.select {
            match item {
                Select::Operand {
                    operand: Operand::Field(path),
                    alias: None,
                } => self.field(&mut shape, path)?,
                Select::Operand {
                    operand:
                        Operand::Call {
                            function: Function::ToLabel,
                            argument: Some(path),
                            ..
                        },
                    ..
                } => self.field(&mut shape, path)?,
                Select::Operand { operand, .. } => {
                    let what = "an alias or this function needs a GROUP BY";
                    return Err(self.fail(operand.at(), "MALFORMED_QUERY", what));
                }
                Select::Fields { which, at } => self.fields(&mut shape, which, *at, query.limit)?,
                Select::Children(inner) => self.children(&mut shape, inner, all_rows)?,
                Select::TypeOf {
                    path,
                    whens,
                    otherwise,
                } => self.type_of(&mut shape, path, whens, otherwise)?,
            }
        }
        Ok(shape)
    }

    /// Adds a selected path: first the parents in it, then the value.
    fn field(&mut self, shape: &mut Shape, path: &Path) -> Result<(), Fault> {
        let names = self.scope.names(path).to_vec();
        let Some((last, relationships)) = names.split_last() else {
            return Ok(());
        };
        let mut shapes: Vec<&mut Shape> = vec![shape];
        let mut place = Place::One(self.scope.root.clone());
        for depth in 0..relationships.len() {
            let canonical = match &place {
                Place::One(source) => source.object.relationship(&relationships[depth]),
                Place::Many(_) => None,
            };
            place = self.scope.place(&relationships[..=depth], path.at)?;
            let name = canonical
                .and_then(|field| field.relationship.clone())
                .unwrap_or_default();
            let sources: Vec<_> = match &place {
                Place::One(source) => vec![source.clone()],
                Place::Many(sources) => sources.clone(),
            };
            let as_name = sources.len() > 1;
            let presences: Vec<_> = sources
                .iter()
                .map(|source| self.index(source.presence()))
                .collect();
            let Some(shape) = shapes.pop() else {
                return Ok(());
            };
            let node = shape.nodes.entry((true, name)).or_insert_with(|| {
                let alternative = |(source, presence): (&Source<'_>, usize)| Shape {
                    as_name,
                    ..Shape::new(&source.object.name, presence)
                };
                Node::Parent(sources.iter().zip(presences).map(alternative).collect())
            });
            let Node::Parent(parents) = node else {
                return Ok(());
            };
            shapes = parents.iter_mut().collect();
        }
        match &place {
            Place::One(source) => {
                let Some(shape) = shapes.pop() else {
                    return Ok(());
                };
                let field = self.known(source.object, last, path.at)?;
                if !self.value(shape, source, field) {
                    let what = format!("duplicate field selected: {}", path.text());
                    return Err(self.fail(path.at, "INVALID_FIELD", &what));
                }
            }
            Place::Many(sources) => {
                let known = NAME_FIELDS
                    .iter()
                    .find(|known| known.eq_ignore_ascii_case(last));
                let Some(name) = known else {
                    return Err(self.scope.no_column(path.at, last, "Name"));
                };
                for (source, shape) in sources.iter().zip(shapes) {
                    if let Some(column) = source.name_column(name) {
                        let node = Node::Value {
                            column: self.index(column.sql),
                            kind: column.kind,
                            prefix: column.prefix,
                        };
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
                .map(|(part, name)| {
                    (
                        name,
                        self.index(format!("{}.\"{}\"", source.alias, part.name)),
                    )
                })
                .collect();
            return shape.insert(
                &field.name,
                Node::Compound {
                    kind: field.kind,
                    parts,
                },
            );
        }
        self.has_bytes |= field.kind == Kind::Base64;
        let is_long = field.kind == Kind::TextArea && field.length > 255 && field.is_custom();
        self.long_texts += u32::from(is_long);
        let column = source.column(field);
        let node = Node::Value {
            column: self.index(column.sql),
            kind: column.kind,
            prefix: column.prefix,
        };
        shape.insert(&field.name, node)
    }

    fn fields(
        &mut self,
        shape: &mut Shape,
        which: &str,
        at: Position,
        limit: Option<u64>,
    ) -> Result<(), Fault> {
        let bounded = limit.is_some_and(|limit| limit <= 200);
        if which != "STANDARD" && !bounded {
            let what = "The SOQL FIELDS function must have a LIMIT of at most 200";
            return Err(self.fail(at, "MALFORMED_QUERY", what));
        }
        let root = self.scope.root.clone();
        let version = self.scope.version();
        for field in root
            .object
            .fields
            .values()
            .filter(|field| field.since <= version)
        {
            let wanted = match which {
                "ALL" => true,
                "STANDARD" => !field.is_custom(),
                "CUSTOM" => field.is_custom(),
                _ => {
                    return Err(self.fail(
                        at,
                        "MALFORMED_QUERY",
                        &format!("unexpected token: '{which}'"),
                    ));
                }
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
            // `FROM Account.Contacts` and `FROM a.Contacts` have the same meaning.
            [_, name] | [name] => name,
            _ => {
                return Err(self.fail(
                    query.from.at,
                    "MALFORMED_QUERY",
                    "unexpected token in child relationship",
                ));
            }
        };
        let Some((relationship, child)) = root.child(name) else {
            let what = format!(
                "Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names."
            );
            return Err(self.fail(query.from.at, "INVALID_TYPE", &what));
        };
        let Some(object) = self.scope.org.objects.get(&child.object) else {
            return Ok(());
        };
        let mark = format!("{}c{}_", self.scope.mark(), self.children.len());
        let scope = Scope::new(
            self.scope.org,
            self.scope.text,
            object,
            query.alias.clone(),
            &mark,
            self.scope.version(),
        );
        let planner = Planner {
            scope,
            columns: Vec::new(),
            children: Vec::new(),
            has_bytes: false,
            long_texts: 0,
        };
        let mut plan = planner.plan(query, all_rows)?;
        if !matches!(plan.output, Output::Rows(_)) {
            return Err(self.fail(
                query.from.at,
                "MALFORMED_QUERY",
                "Grouped and aggregate queries cannot be nested",
            ));
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

    fn type_of(
        &mut self,
        shape: &mut Shape,
        path: &Path,
        whens: &[(Path, Vec<Path>)],
        otherwise: &[Path],
    ) -> Result<(), Fault> {
        let Place::Many(sources) = self
            .scope
            .place(self.scope.names(path).to_vec().as_slice(), path.at)?
        else {
            let what = format!(
                "TYPEOF needs a polymorphic relationship, and '{}' is not one",
                path.text()
            );
            return Err(self.fail(path.at, "INVALID_FIELD", &what));
        };
        let name = path
            .parts
            .last()
            .and_then(|last| self.scope.root.object.relationship(last));
        let Some(name) = name.and_then(|field| field.relationship.clone()) else {
            return Err(self.fail(
                path.at,
                "INVALID_FIELD",
                "TYPEOF works only on relationships of the queried object",
            ));
        };
        for (object, _) in whens {
            if !sources
                .iter()
                .any(|source| source.object.name.eq_ignore_ascii_case(&object.text()))
            {
                let what = format!("'{}' is not among the types of '{name}'", object.text());
                return Err(self.fail(object.at, "INVALID_TYPE", &what));
            }
        }
        let mut alternatives = Vec::new();
        for source in &sources {
            let presence = self.index(source.presence());
            let mut alternative = Shape::new(&source.object.name, presence);
            let when = whens
                .iter()
                .find(|(object, _)| source.object.name.eq_ignore_ascii_case(&object.text()));
            if let Some((_, paths)) = when {
                for path in paths {
                    let field = self.known(source.object, &path.text(), path.at)?;
                    self.value(&mut alternative, source, field);
                }
            } else {
                alternative.as_name = true;
                for path in otherwise {
                    if let Some(column) = source.name_column(&path.text()) {
                        let node = Node::Value {
                            column: self.index(column.sql),
                            kind: column.kind,
                            prefix: column.prefix,
                        };
                        alternative.insert(&path.text(), node);
                    }
                }
            }
            alternatives.push(alternative);
        }
        shape.insert(&name, Node::Parent(alternatives));
        Ok(())
    }
}
