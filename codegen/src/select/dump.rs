//! The selection as text, for `--dump selection`. The format is for reading and may change.

use std::fmt;

use super::types::{Origin, Selection, Shape, ShapeId, ShapeKind, ValueType};
use crate::content::{Member, Target};

impl fmt::Display for Selection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (_, shape) in self.ids() {
            self.shape_line(f, shape)?;
            for member in &shape.members {
                writeln!(
                    f,
                    "  {:?} {:?}: {}",
                    member.node,
                    member.name,
                    self.content(member)
                )?;
            }
        }
        for id in &self.enums {
            let name = &self.model.type_def(*id).name;
            let values = self.values(*id).len();
            writeln!(
                f,
                "enum {:?} {:?}, {values} values",
                self.uri(name.ns()),
                name.local()
            )?;
        }
        for service in &self.services {
            writeln!(f, "service {:?} port {:?}", service.name, service.port)?;
            for operation in &self.operations[service.operations.clone()] {
                let (request, response) = (operation.request, operation.response);
                writeln!(
                    f,
                    "  operation {:?}: {:?} -> {:?}",
                    operation.name,
                    self.shape(request).name,
                    self.shape(response).name
                )?;
                for (what, ids) in [
                    ("header", &operation.headers),
                    ("header of the response", &operation.output_headers),
                    ("fault", &operation.faults),
                ] {
                    for id in ids {
                        writeln!(f, "    {what} {:?}", self.shape(*id).name)?;
                    }
                }
            }
        }
        if let Some(login) = self.special.login {
            writeln!(f, "login by {:?}", self.operations[login].name)?;
        }
        for (number, kind) in &self.special.bulk {
            writeln!(f, "bulk {:?}: {kind:?}", self.operations[*number].name)?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        Ok(())
    }
}

impl Selection<'_> {
    fn shape_line(&self, f: &mut fmt::Formatter<'_>, shape: &Shape<'_>) -> fmt::Result {
        let kind = match shape.kind {
            ShapeKind::View => "view",
            ShapeKind::OpenBase => "open base",
            ShapeKind::Struct => "struct",
            ShapeKind::Choice => "choice",
            ShapeKind::Abstract => "abstract",
            ShapeKind::TableOnly => "table only",
        };
        let origin = match shape.origin {
            Origin::Type(_) => "type",
            Origin::Element(_) => "element",
            Origin::Group(_) => "group",
            Origin::Message(..) => "message",
        };
        write!(
            f,
            "{kind} {:?} {:?} of a {origin}",
            self.uri(shape.ns),
            shape.name
        )?;
        if let Some(base) = shape.base {
            write!(f, " base {:?}", self.shape(base).name)?;
        }
        for derived in &shape.derived {
            write!(f, " derived {:?}", self.shape(*derived).name)?;
        }
        writeln!(f)
    }

    /// What a member holds, and how often.
    fn content(&self, member: &Member<'_>) -> String {
        let name = |id: ShapeId| format!("{:?}", self.shape(id).name);
        let mut text = match self.value_type(member) {
            None => "wildcard".to_owned(),
            Some(ValueType::Simple(builtin)) => builtin.name().to_owned(),
            Some(ValueType::RecordId) => "record id".to_owned(),
            Some(ValueType::Enum(id)) => format!("enum {:?}", self.model.type_def(id).name.local()),
            Some(ValueType::Shape(id)) => match member.target {
                Target::Group(_) => format!("group {}", name(id)),
                _ => name(id),
            },
            Some(ValueType::Any) => "any type".to_owned(),
        };
        let occurs = member.occurs;
        for (is_set, word) in [
            (self.list_of(member).is_some(), " list"),
            (occurs.optional, " optional"),
            (occurs.nillable, " nillable"),
            (occurs.repeated, " repeated"),
        ] {
            text.push_str(if is_set { word } else { "" });
        }
        text
    }
}
