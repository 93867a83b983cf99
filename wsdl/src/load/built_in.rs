//! Adds built-in definitions, which many documents refer to without containing them.

use std::collections::HashSet;

use super::Loader;
use crate::error::Error;
use crate::limits::Limits;
use crate::names::Ns;
use crate::raw::{Builder, Contents};
use crate::well_known;
use crate::xml::{self, Budget};

impl<'a> Loader<'_, 'a> {
    /// Adds the built-in messages and portTypes of a namespace and of the namespaces that it imports,
    /// unless the documents define them.
    pub(super) fn add_well_known_definitions(
        &mut self,
        ns: Ns,
        defined: &mut HashSet<Ns>,
    ) -> Result<(), Error> {
        let mut wanted = vec![ns];
        while let Some(ns) = wanted.pop() {
            let known = well_known::definitions(self.documents.namespaces.uri(ns));
            let Some(text) = known.filter(|_| defined.insert(ns)) else {
                continue;
            };
            let definitions = self.built_in(text)?.definitions;
            let imports = definitions.iter().flat_map(|found| &found.imports);
            wanted.extend(imports.filter_map(|import| import.namespace));
            self.documents.definitions.extend(definitions);
        }
        Ok(())
    }

    /// Adds the built-in schemas of the namespaces that the documents mention but do not define.
    pub(super) fn add_well_known(&mut self) -> Result<(), Error> {
        let mut next = 0;
        let mut defined: HashSet<Ns> = self.documents.schemas.iter().map(|s| s.target).collect();
        // The list grows in the loop, because built-in schemas refer to each other.
        while next < self.documents.namespaces.len() {
            let ns = Ns::at(next);
            next += 1;
            let Some(text) = well_known::schema(self.documents.namespaces.uri(ns)) else {
                continue;
            };
            if !defined.insert(ns) {
                continue;
            }
            for mut schema in self.built_in(text)?.schemas {
                schema.built_in = true;
                self.documents.schemas.push(schema);
            }
        }
        Ok(())
    }

    /// Parses a built-in document, which does not count against the limits.
    fn built_in(&mut self, text: &'static str) -> Result<Contents<'a>, Error> {
        let limits = Limits::default();
        let mut budget = Budget {
            limits: &limits,
            elements: 0,
        };
        let namespaces = &mut self.documents.namespaces;
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
