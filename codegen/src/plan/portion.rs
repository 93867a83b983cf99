//! Which part of a plan is printed, if several tenants share types.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::output::Plan;
use super::types::{Item, Module, TypeRef};

/// The part of a plan that is printed.
#[derive(Debug, Default)]
pub(crate) enum Portion {
    /// All of it.
    #[default]
    Whole,
    /// Only the types that tenants share.
    Shared(Arc<SharedTypes>),
    /// All that a tenant does not share. Its modules export what it does share.
    Own(Arc<SharedTypes>),
}

/// The types that are equal in several tenants.
#[derive(Debug, Default)]
pub(crate) struct SharedTypes {
    /// The module that defines them, beside those of the tenants.
    pub(crate) module: String,
    /// The modules of the tenants.
    pub(crate) tenants: Vec<String>,
    /// The identifiers of the types, by the module of types.
    pub(crate) items: BTreeMap<String, BTreeSet<String>>,
    /// The identifiers of the tables.
    pub(crate) tables: BTreeSet<String>,
}

impl SharedTypes {
    /// The modules of the tenants, as a list in words.
    pub(crate) fn tenants_in_words(&self) -> String {
        match self.tenants.as_slice() {
            [] => String::new(),
            [only] => only.clone(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        }
    }

    fn has(&self, module: &str, ident: &str) -> bool {
        let items = self.items.get(module);
        items.is_some_and(|items| items.contains(ident))
    }

    /// Whether any type or table of a module is shared.
    fn has_any(&self, module: &str) -> bool {
        match module {
            "tables" => !self.tables.is_empty(),
            module => self.items.contains_key(module),
        }
    }
}

impl<'m> Plan<'m> {
    /// The types of a module that are printed.
    pub(crate) fn printed<'p>(
        &'p self,
        module: &'p Module<'m>,
    ) -> impl Iterator<Item = &'p Item<'m>> {
        module.items.iter().filter(|item| match &self.portion {
            Portion::Whole => true,
            Portion::Shared(shared) => shared.has(&module.name, item.ident()),
            Portion::Own(shared) => !shared.has(&module.name, item.ident()),
        })
    }

    /// The modules of types that are declared.
    pub(crate) fn declared(&self) -> impl Iterator<Item = &Module<'m>> {
        let shared = self.shared();
        let modules = self.modules.iter();
        modules.filter(move |module| shared.is_none_or(|shared| shared.has_any(&module.name)))
    }

    /// Whether a table is printed.
    pub(crate) fn prints_table(&self, ident: &str) -> bool {
        match &self.portion {
            Portion::Whole => true,
            Portion::Shared(shared) => shared.tables.contains(ident),
            Portion::Own(shared) => !shared.tables.contains(ident),
        }
    }

    /// The headers that a stream of rows takes, as far as their types are printed. What they implement does not
    /// depend on the tenant, so it is beside the type.
    pub(crate) fn headers_of_rows(&self) -> impl Iterator<Item = &TypeRef> {
        let query = self.query.iter();
        let headers = query.flat_map(|query| &self.operations[query.query].headers);
        let types = headers.filter_map(|header| header.ty.as_ref());
        types.filter(|ty| match &self.portion {
            Portion::Whole => true,
            Portion::Shared(shared) => shared.has(&ty.module, &ty.ident),
            Portion::Own(shared) => !shared.has(&ty.module, &ty.ident),
        })
    }

    /// The types, if only those are printed which tenants share.
    pub(crate) fn shared(&self) -> Option<&SharedTypes> {
        match &self.portion {
            Portion::Shared(shared) => Some(shared),
            Portion::Whole | Portion::Own(_) => None,
        }
    }

    /// The line by which a module exports what the tenant shares of it. Empty if that is nothing.
    pub(crate) fn export_of_shared(&self, module: &str) -> String {
        match &self.portion {
            Portion::Own(shared) if shared.has_any(module) => {
                format!("pub use super::super::{}::{module}::*;\n", shared.module)
            }
            _ => String::new(),
        }
    }
}
