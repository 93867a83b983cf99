//! Types that the caller replaces by built-in ones.

use super::Resolver;
use super::missing::TypeRole;
use crate::error::quoted;
use crate::model::{Builtin, Position};
use crate::xml::Name;

/// The types that the caller replaces.
#[derive(Debug)]
pub(super) struct Overrides<'s> {
    entries: Vec<Override<'s>>,
}

#[derive(Debug)]
struct Override<'s> {
    /// The name as the caller wrote it.
    name: &'s str,
    /// The namespace and local part, if the name is in Clark notation.
    clark: Option<(&'s str, &'s str)>,
    builtin: Builtin,
    used: bool,
}

impl<'s> Overrides<'s> {
    pub(super) fn new(types: impl Iterator<Item = (&'s str, Builtin)>) -> Self {
        let entries = types.map(|(name, builtin)| Override {
            name,
            clark: name
                .strip_prefix('{')
                .and_then(|rest| rest.rsplit_once('}')),
            builtin,
            used: false,
        });
        Self {
            entries: entries.collect(),
        }
    }
}

impl<'s, 'a> Resolver<'s, 'a> {
    /// The built-in type that replaces a name, if the caller has set one.
    pub(super) fn overridden(
        &mut self,
        name: &Name<'a>,
        role: TypeRole,
        position: Position,
    ) -> Option<Builtin> {
        if self.overrides.entries.is_empty() {
            return None;
        }
        let uri = self.effective(name).map(|ns| self.namespaces.uri(ns));
        let entry = self.overrides.entries.iter_mut().find(|entry| {
            entry.name == name.written()
                || entry
                    .clark
                    .is_some_and(|(ns, local)| uri == Some(ns) && local == name.local())
        })?;
        let builtin = match (entry.builtin, role) {
            (Builtin::AnyType, TypeRole::Simple) => Builtin::AnySimpleType,
            (builtin, _) => builtin,
        };
        if !std::mem::replace(&mut entry.used, true) {
            let text = format!(
                "the type {} is read as xsd:{} as asked",
                quoted(name.written()),
                builtin.name()
            );
            self.note(position, text);
        }
        Some(builtin)
    }

    /// Notes the overrides that nothing refers to, because they may be misspelt.
    pub(super) fn note_unused_overrides(&mut self) {
        let unused = self.overrides.entries.iter().filter(|entry| !entry.used);
        let names: Vec<&str> = unused.map(|entry| entry.name).collect();
        for name in names {
            self.context.file = usize::MAX;
            let text = format!(
                "nothing refers to the type {}, which was to be read as another",
                quoted(name)
            );
            self.note(Position::default(), text);
        }
    }
}
