//! What remains when every document is read: imports that were not followed, and definitions that
//! everyone refers to and nobody sends along.

use std::collections::HashSet;

use super::Loader;
use crate::error::{self, Error};
use crate::limits::Limits;
use crate::names::Ns;
use crate::raw::{Builder, Contents, ImportKind};
use crate::well_known;
use crate::xml::{self, Budget};

impl<'a> Loader<'_, 'a> {
    /// Decides about the imports that were not followed, now that all the others were.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        let unfollowed = std::mem::take(&mut self.unfollowed);
        let targets: HashSet<Ns> = self.loaded.schemas.iter().map(|s| s.target).collect();
        let definitions = self.loaded.definitions.iter();
        let mut definitions: HashSet<Ns> = definitions.filter_map(|d| d.target_namespace).collect();
        for import in unfollowed {
            let elsewhere = import.namespace.filter(|ns| {
                let uri = self.loaded.namespaces.uri(*ns);
                let (defined, known) = match import.kind {
                    ImportKind::Wsdl => (&definitions, well_known::definitions(uri)),
                    _ => (&targets, well_known::schema(uri)),
                };
                Some(*ns) != import.importer && defined.contains(ns) || known.is_some()
            });
            let Some(ns) = elsewhere else {
                let name = self.name(import.file);
                return Err(import.error.at(import.position).in_file(name));
            };
            if import.kind == ImportKind::Wsdl {
                self.add_well_known_definitions(ns, &mut definitions)?;
            }
            let text = format!(
                "the import location {} is not read: its namespace is defined elsewhere",
                error::location(&import.location)
            );
            self.loaded.notes.push((import.file, import.position, text));
            self.loaded.unread.push((ns, import.location));
        }
        Ok(())
    }

    /// Adds messages and port types of a namespace that everyone knows, and of those that these
    /// import, unless they are defined already.
    fn add_well_known_definitions(
        &mut self,
        ns: Ns,
        defined: &mut HashSet<Ns>,
    ) -> Result<(), Error> {
        let mut wanted = vec![ns];
        while let Some(ns) = wanted.pop() {
            let known = well_known::definitions(self.loaded.namespaces.uri(ns));
            let Some(text) = known.filter(|_| defined.insert(ns)) else {
                continue;
            };
            let definitions = self.built_in(text)?.definitions;
            let imports = definitions.iter().flat_map(|found| &found.imports);
            wanted.extend(imports.filter_map(|import| import.namespace));
            self.loaded.definitions.extend(definitions);
        }
        Ok(())
    }

    /// Adds definitions of namespaces that everyone knows and nobody sends along.
    pub(super) fn add_well_known(&mut self) -> Result<(), Error> {
        let mut next = 0;
        let mut defined: HashSet<Ns> = self.loaded.schemas.iter().map(|s| s.target).collect();
        // The list grows while it is walked: such schemas refer to each other.
        while next < self.loaded.namespaces.len() {
            let ns = Ns(next as u32);
            next += 1;
            let Some(text) = well_known::schema(self.loaded.namespaces.uri(ns)) else {
                continue;
            };
            if !defined.insert(ns) {
                continue;
            }
            for mut schema in self.built_in(text)?.schemas {
                schema.built_in = true;
                self.loaded.schemas.push(schema);
            }
        }
        Ok(())
    }

    /// A document of our own. What it takes is not the fault of those that refer to it.
    fn built_in(&mut self, text: &'static str) -> Result<Contents<'a>, Error> {
        let limits = Limits::default();
        let mut budget = Budget {
            limits: &limits,
            elements: 0,
        };
        let namespaces = &mut self.loaded.namespaces;
        let mut document = xml::parse(text, namespaces, &mut budget)?;
        document.forget_positions();
        let root = document.root();
        let mut builder = Builder {
            namespaces,
            file: 0,
            chameleon: None,
            contents: Contents::default(),
        };
        match root.is(Ns::WSDL, "definitions") {
            true => builder.definitions(root)?,
            false => builder.schema(root)?,
        }
        Ok(builder.contents)
    }
}
