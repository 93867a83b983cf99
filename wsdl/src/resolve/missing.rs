//! Replaces undefined definitions.
//!
//! A name that refers to nothing affects only the constructs that use it: a field accepts any type, and an
//! operation is left out. Each of these is noted, with the replacement.

use super::Resolver;
use crate::error::{Error, ErrorKind, quoted};
use crate::model::{
    Builtin, ElementDecl, ElementId, Particle, Position, ProcessContents, Term, TypeId, Wildcard,
    WildcardNamespaces,
};
use crate::names::{Ns, split_qname};
use crate::raw::Schema;
use crate::xml::Name;

/// The role of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypeRole {
    /// The type of an element, a part or the items of an array.
    Any,
    /// A role that requires a simple type: the type of an attribute, the base of a simple type, the item of
    /// a list, or a member of a union.
    Simple,
}

impl<'s, 'a> Resolver<'s, 'a> {
    /// The type that replaces an undefined type.
    pub(super) fn missing_type(
        &mut self,
        name: &'s Name<'a>,
        role: TypeRole,
        position: Position,
    ) -> Result<TypeId, Error> {
        let (builtin, done) = match role {
            TypeRole::Any => (Builtin::AnyType, "any type is read in its place"),
            TypeRole::Simple => (
                Builtin::AnySimpleType,
                "any simple type is read in its place",
            ),
        };
        self.note_missing("type", name, position, done);
        self.builtin(builtin)
    }

    /// A declaration that replaces an undefined global element. It has the same name and accepts any type.
    /// `None` if the namespace of the name is not known.
    pub(super) fn missing_element(
        &mut self,
        name: &'s Name<'a>,
        position: Position,
    ) -> Result<Option<ElementId>, Error> {
        let Some(ns) = self.effective(name) else {
            return Ok(None);
        };
        let key = (ns, name.local());
        if let Some(id) = self.missing_elements.get(&key) {
            return Ok(Some(*id));
        }
        let id = self.new_element(self.context.file);
        self.missing_elements.insert(key, id);
        self.model.elements[id.0 as usize] = ElementDecl {
            name: self.qname(ns, name.local()),
            type_id: self.builtin(Builtin::AnyType)?,
            nillable: false,
            is_abstract: false,
            substitution_group: None,
            default: None,
            fixed: None,
            documentation: None,
            position,
        };
        Ok(Some(id))
    }

    /// Notes that a name is undefined, and what is done about it.
    pub(super) fn note_missing(
        &mut self,
        what: &str,
        name: &Name<'a>,
        position: Position,
        done: &str,
    ) {
        let mut text = self.not_defined(what, name);
        if let Some(reason) = self.why_missing(what, name) {
            text.push_str(&format!(" ({reason})"));
        }
        self.note(position, format!("{text}: {done}"));
    }

    /// The error of an undefined name.
    pub(super) fn undefined(&self, what: &str, name: &Name<'a>, position: Position) -> Error {
        let message = self.not_defined(what, name);
        let error = self.error(ErrorKind::Undefined, position, message);
        match self.why_missing(what, name) {
            Some(reason) => error.help(reason),
            None => error,
        }
    }

    fn not_defined(&self, what: &str, name: &Name<'a>) -> String {
        let written = name.written();
        if written.is_empty() {
            return format!("the reference to the {what} is empty");
        }
        let Some(ns) = self.effective(name) else {
            return match split_qname(written) {
                Some(_) => format!(
                    "the {what} {} is not defined, since its prefix is not declared",
                    quoted(written)
                ),
                None => format!(
                    "the {what} {} is not defined, since it is not an XML name",
                    quoted(written)
                ),
            };
        };
        let from = match self.namespaces.uri(ns) {
            "" => "no namespace".to_string(),
            uri => quoted(uri),
        };
        format!("the {what} {} of {from} is not defined", quoted(written))
    }

    /// The reason why a definition is missing, if it is known.
    fn why_missing(&self, what: &str, name: &Name<'a>) -> Option<String> {
        let ns = self.effective(name)?;
        if let Some((_, location)) = self.unread.iter().find(|(unread, _)| *unread == ns) {
            let location = quoted(location);
            return Some(format!(
                "its namespace was imported from {location}, which was not read"
            ));
        }
        let of_schema = matches!(
            what,
            "type" | "element" | "group" | "attribute" | "attribute group"
        );
        let target = |schema: &Schema<'_>| schema.target == ns;
        if of_schema && ns != Ns::XSD && !self.schemas.iter().any(target) {
            return Some(
                "no schema of that namespace is in the WSDL or imported by location".to_string(),
            );
        }
        None
    }
}

/// A particle that accepts any elements.
pub(super) fn any_elements(position: Position) -> Particle {
    Particle {
        min_occurs: 0,
        max_occurs: None,
        term: Term::Any(anything()),
        position,
    }
}

/// A wildcard that accepts everything.
pub(super) fn anything() -> Wildcard {
    Wildcard {
        namespaces: WildcardNamespaces::Any,
        process_contents: ProcessContents::Lax,
    }
}
