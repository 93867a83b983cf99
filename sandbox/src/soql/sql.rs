//! Resolves names to columns. Follows relationships, and collects the joins for them.

use std::collections::BTreeMap;

use super::ast::Path;
use super::{Position, fault_at};
use crate::fault::Fault;
use crate::id::{Id, Prefix};
use crate::org::{Field, Kind, Object, Org};

/// The SQL of a field.
#[derive(Clone, Debug)]
pub(super) struct Column<'a> {
    pub(super) sql: String,
    pub(super) kind: Kind,
    /// The object of an `Id` column, which stores only the serial number.
    pub(super) prefix: Option<Prefix>,
    /// The field, or `None` for a computed value such as `What.Type`.
    pub(super) field: Option<&'a Field>,
    pub(super) object: &'a Object,
}

/// An object in the statement, with its alias.
#[derive(Clone, Debug)]
pub(super) struct Source<'a> {
    pub(super) object: &'a Object,
    pub(super) alias: String,
}

/// The objects that a path leads to, without its last name.
#[derive(Clone, Debug)]
pub(super) enum Place<'a> {
    One(Source<'a>),
    /// A polymorphic parent, which is one of these objects. The columns of the others are null.
    Many(Vec<Source<'a>>),
}

/// The fields of the object `Name`, which represents any polymorphic parent.
pub(crate) const NAME_FIELDS: &[&str] = &[
    "Alias",
    "Email",
    "FirstName",
    "Id",
    "IsActive",
    "LastName",
    "Name",
    "Phone",
    "ProfileId",
    "Title",
    "Type",
    "UserRoleId",
    "Username",
];

/// Collects the joins of a statement.
pub(super) struct Scope<'a> {
    pub(super) org: &'a Org,
    pub(super) text: &'a str,
    pub(super) root: Source<'a>,
    /// The alias that the query defines for its object.
    alias: Option<String>,
    joins: Vec<String>,
    known: BTreeMap<String, Place<'a>>,
    /// The prefix of all aliases. It differs for each nested statement.
    mark: String,
    version: u16,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        org: &'a Org,
        text: &'a str,
        object: &'a Object,
        alias: Option<String>,
        mark: &str,
        version: u16,
    ) -> Self {
        Self {
            org,
            text,
            root: Source {
                object,
                alias: format!("{mark}0"),
            },
            alias,
            joins: Vec::new(),
            known: BTreeMap::new(),
            mark: mark.to_owned(),
            version,
        }
    }

    /// The `FROM` clause.
    pub(super) fn from(&self) -> String {
        format!(
            "\"{}\" AS {}{}",
            self.root.object.name,
            self.root.alias,
            self.joins.concat()
        )
    }

    pub(super) fn version(&self) -> u16 {
        self.version
    }

    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    pub(super) fn fail(&self, at: Position, code: &'static str, what: &str) -> Fault {
        fault_at(self.text, at, code, what)
    }

    pub(super) fn no_column(&self, at: Position, name: &str, entity: &str) -> Fault {
        let what = format!(
            "No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
        );
        self.fail(at, "INVALID_FIELD", &what)
    }

    /// The names of a path, without the alias of the query.
    pub(super) fn names<'p>(&self, path: &'p Path) -> &'p [String] {
        match path.parts.as_slice() {
            [first, rest @ ..] if !rest.is_empty() => {
                let own = self.alias.as_deref().unwrap_or(&self.root.object.name);
                let is_relationship = self.root.object.relationship(first).is_some();
                if first.eq_ignore_ascii_case(own) && (self.alias.is_some() || !is_relationship) {
                    rest
                } else {
                    &path.parts
                }
            }
            all => all,
        }
    }

    /// Follows the relationships of a path.
    pub(super) fn place(
        &mut self,
        relationships: &[String],
        at: Position,
    ) -> Result<Place<'a>, Fault> {
        if relationships.len() > 5 {
            return Err(self.fail(
                at,
                "INVALID_FIELD",
                "SOQL relationships cannot go more than 5 levels up",
            ));
        }
        let mut place = Place::One(self.root.clone());
        let mut key = String::new();
        for name in relationships {
            key.push_str(&name.to_ascii_lowercase());
            key.push('.');
            if let Some(known) = self.known.get(&key) {
                place = known.clone();
                continue;
            }
            let Place::One(source) = &place else {
                return Err(self.fail(at, "INVALID_FIELD", &format!("Didn't understand relationship '{name}' in field path. A polymorphic relationship must be the last one of the path.")));
            };
            let Some(field) = source.object.relationship(name) else {
                let what = format!(
                    "Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names."
                );
                return Err(self.fail(at, "INVALID_FIELD", &what));
            };
            let reference = format!("{}.\"{}\"", source.alias, field.name);
            let mut sources: Vec<_> = (field.targets.iter())
                .filter_map(|target| self.org.objects.get(target))
                .map(|object| self.join(object, &reference))
                .collect();
            place = match sources.len() {
                1 => Place::One(sources.remove(0)),
                _ => Place::Many(sources),
            };
            self.known.insert(key.clone(), place.clone());
        }
        Ok(place)
    }

    /// Joins a parent. The serial number is the packed id minus the base of the object, so ids of other
    /// objects match no row.
    fn join(&mut self, object: &'a Object, reference: &str) -> Source<'a> {
        let count = self.joins.len() + 1;
        let alias = format!("{}{count}", self.mark);
        self.joins.push(format!(
            " LEFT JOIN \"{}\" AS {alias} ON {alias}.\"Id\" = {reference} - {}",
            object.name,
            Id::base(object.prefix)
        ));
        Source { object, alias }
    }

    /// Finds the column of a path.
    pub(super) fn column(&mut self, path: &Path) -> Result<Column<'a>, Fault> {
        let names = self.names(path);
        let Some((last, relationships)) = names.split_last() else {
            return Err(self.no_column(path.at, "", &self.root.object.name));
        };
        let place = self.place(relationships, path.at)?;
        match place {
            Place::One(source) => match source
                .object
                .field(last)
                .filter(|field| field.since <= self.version)
            {
                Some(field) => Ok(source.column(field)),
                None => Err(self.no_column(path.at, last, &source.object.name)),
            },
            Place::Many(sources) => self.any_of(&sources, last, path.at),
        }
    }

    /// A field of a polymorphic parent, whichever object the parent is.
    fn any_of(
        &self,
        sources: &[Source<'a>],
        name: &str,
        at: Position,
    ) -> Result<Column<'a>, Fault> {
        if !NAME_FIELDS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
        {
            return Err(self.no_column(at, name, "Name"));
        }
        let columns: Vec<_> = sources
            .iter()
            .filter_map(|source| source.name_column(name))
            .collect();
        let sql: Vec<_> = columns.iter().map(Column::packed).collect();
        let sql = match sql.as_slice() {
            [] => "NULL".to_owned(),
            [one] => one.clone(),
            many => format!("coalesce({})", many.join(", ")),
        };
        let first = columns.first();
        Ok(Column {
            sql,
            kind: first.map_or(Kind::String, |column| match column.kind {
                Kind::Id => Kind::Reference,
                kind => kind,
            }),
            prefix: None,
            field: None,
            object: sources
                .first()
                .map_or(self.root.object, |source| source.object),
        })
    }
}

impl<'a> Source<'a> {
    pub(super) fn column(&self, field: &'a Field) -> Column<'a> {
        let alias = &self.alias;
        Column {
            sql: match field.computed {
                Some(function) => format!("{function}({alias}.\"Id\", {alias}.\"_revision\")"),
                None => format!("{alias}.\"{}\"", field.name),
            },
            kind: field.kind,
            prefix: (field.kind == Kind::Id).then_some(self.object.prefix),
            field: Some(field),
            object: self.object,
        }
    }

    /// The serial number of a parent, or null if there is none.
    pub(super) fn presence(&self) -> String {
        format!("{}.\"Id\"", self.alias)
    }

    /// A field of the object `Name`.
    pub(super) fn name_column(&self, name: &str) -> Option<Column<'a>> {
        if name.eq_ignore_ascii_case("Type") {
            return Some(Column {
                sql: format!(
                    "CASE WHEN {} IS NULL THEN NULL ELSE '{}' END",
                    self.presence(),
                    self.object.name
                ),
                kind: Kind::String,
                prefix: None,
                field: None,
                object: self.object,
            });
        }
        let field = if name.eq_ignore_ascii_case("Name") {
            self.object.name_field()
        } else {
            self.object.field(name)
        };
        field.map(|field| self.column(field))
    }
}

impl Column<'_> {
    /// The packed id, as references store it.
    pub(super) fn packed(&self) -> String {
        match self.prefix {
            Some(prefix) => format!("({} + {})", self.sql, Id::base(prefix)),
            None => self.sql.clone(),
        }
    }
}
