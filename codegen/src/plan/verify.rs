//! The generator's check of its own plan: whatever emission will name is defined, and defined once.
//!
//! A plan that fails is a defect of this crate. The user then learns which place is wrong, instead of
//! finding generated code that does not compile.

use std::collections::HashSet;
use std::fmt;

use super::calls::{Operation, Part, Service};
use super::output::Plan;
use super::server::{FaultContent, Server};
use super::types::{
    Abstract, Choice, Enum, Field, FieldKind, InnerType, Item, KeyType, Module, Struct, Table,
    TableId, TypeRef, View,
};
use crate::error::Error;

/// Modules that every output has or may have, and names that every module imports.
const RESERVED_MODULES: &[&str] = &["g", "operations", "service", "tables"];

/// Checks a plan.
///
/// # Errors
///
/// If the plan names a type or a table that it does not define, or defines a name twice.
pub(super) fn verify(plan: &Plan<'_>) -> Result<(), Error> {
    let mut types = HashSet::new();
    for module in &plan.modules {
        types.extend(
            module
                .items
                .iter()
                .map(|item| (&*module.name, item.ident())),
        );
    }
    let verifier = Verifier { plan, types };
    verifier.modules()?;
    verifier.tables()?;
    verifier.operations()?;
    if let Some(server) = &plan.server {
        verifier.server(server)?;
    }
    plan.services
        .iter()
        .try_for_each(|service| verifier.service(service))
}

struct Verifier<'p, 'm> {
    plan: &'p Plan<'m>,
    /// Module and name of each generated type.
    types: HashSet<(&'p str, &'p str)>,
}

/// Where in the output something is. It becomes text only if the plan is wrong.
#[derive(Clone, Copy)]
struct Location<'p> {
    what: &'static str,
    module: &'p str,
    name: &'p str,
    field: Option<&'p str>,
}

impl<'p> Location<'p> {
    fn new(what: &'static str, name: &'p str) -> Self {
        Self {
            what,
            module: "",
            name,
            field: None,
        }
    }

    fn with_field(self, field: &'p str) -> Self {
        let field = Some(field);
        Self { field, ..self }
    }
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.module.is_empty() { "" } else { "::" };
        write!(
            f,
            "the {} `{}{separator}{}`",
            self.what,
            self.module,
            self.name.escape_debug()
        )?;
        match self.field {
            Some(field) => write!(f, ", field `{}`", field.escape_debug()),
            None => Ok(()),
        }
    }
}

fn failure(place: Location<'_>, reason: impl fmt::Display) -> Error {
    Error::internal(format!("{place}: {reason}"))
}

/// The names of one scope.
#[derive(Default)]
struct Scope<'n>(HashSet<&'n str>);

impl<'n> Scope<'n> {
    fn define(&mut self, place: Location<'_>, name: &'n str) -> Result<(), Error> {
        if !is_identifier(name) {
            return Err(failure(
                place,
                format!("`{}` is not an identifier", name.escape_debug()),
            ));
        }
        match self.0.insert(name) {
            true => Ok(()),
            false => Err(failure(place, format!("`{name}` is defined twice"))),
        }
    }
}

/// Whether a text has the form of an identifier. Stage "names" took care of keywords.
fn is_identifier(text: &str) -> bool {
    let text = text.strip_prefix("r#").unwrap_or(text);
    let starts = text.starts_with(|c: char| c == '_' || c.is_alphabetic());
    starts && text != "_" && text.chars().all(|c| c == '_' || c.is_alphanumeric())
}

impl<'p, 'm> Verifier<'p, 'm> {
    fn modules(&self) -> Result<(), Error> {
        let mut scope = Scope::default();
        let reserved = RESERVED_MODULES.iter().copied();
        for name in reserved.chain(self.plan.modules.iter().map(|module| &*module.name)) {
            scope.define(Location::new("module", name), name)?;
        }
        self.plan
            .modules
            .iter()
            .try_for_each(|module| self.module(module))
    }

    fn module(&self, module: &'p Module<'m>) -> Result<(), Error> {
        // Types share their namespace with the modules that a file imports.
        let mut scope = Scope(RESERVED_MODULES.iter().copied().collect());
        scope
            .0
            .extend(self.plan.modules.iter().map(|module| &*module.name));
        for item in &module.items {
            let place = Location {
                module: &module.name,
                ..Location::new("type", item.ident())
            };
            scope.define(place, item.ident())?;
            match item {
                Item::View(view) => self.view(place, view)?,
                Item::Struct(structure) => self.structure(place, structure)?,
                Item::Choice(choice) => self.choice(place, choice)?,
                Item::Abstract(ty) => self.abstract_type(place, ty)?,
                Item::Enum(enumeration) => enumerators(place, enumeration)?,
            }
        }
        Ok(())
    }

    /// A type that is named must be generated.
    fn type_ref(&self, place: Location<'_>, ty: &TypeRef) -> Result<(), Error> {
        match self.types.contains(&(&*ty.module, &*ty.ident)) {
            true => Ok(()),
            false => Err(failure(place, format!("the type `{ty}` is not generated"))),
        }
    }

    fn inner_type(&self, place: Location<'_>, ty: &InnerType) -> Result<(), Error> {
        match ty {
            InnerType::Enum(ty) | InnerType::Struct(ty) => self.type_ref(place, ty),
            InnerType::Nillable(inner) => self.inner_type(place, inner),
            InnerType::Scalar(_)
            | InnerType::Record
            | InnerType::Any
            | InnerType::Element
            | InnerType::Attribute => Ok(()),
        }
    }

    fn table(&self, place: Location<'_>, id: TableId) -> Result<&'p Table<'m>, Error> {
        let table = self.plan.tables.get(id.0);
        table.ok_or_else(|| failure(place, "its table is not generated"))
    }

    fn view(&self, place: Location<'_>, view: &'p View<'m>) -> Result<(), Error> {
        let table = self.table(place, view.table)?;
        // Constants and methods share one scope.
        let mut scope = Scope::default();
        for field in &view.fields {
            let wire = &field.doc.wire;
            let place = place.with_field(wire);
            scope.define(place, &field.key)?;
            scope.define(place, &field.getter)?;
            if let Some(setter) = &field.setter {
                scope.define(place, setter)?;
            }
            if table
                .fields
                .get(field.index)
                .is_none_or(|of_table| of_table.wire != *wire)
            {
                return Err(failure(place, "the table has another field at its index"));
            }
            if let KeyType::Parent(ty) | KeyType::Nested(ty) = &field.ty {
                self.type_ref(place, ty)?;
            }
        }
        Ok(())
    }

    fn structure(&self, place: Location<'_>, structure: &'p Struct<'m>) -> Result<(), Error> {
        let mut scope = Scope::default();
        if structure.is_base {
            scope.define(place, "derived")?;
        }
        let refs = structure.derived.iter().chain(&structure.base);
        for ty in refs {
            self.type_ref(place, ty)?;
        }
        self.fields(place, scope, structure.table, &structure.fields)
    }

    fn choice(&self, place: Location<'_>, choice: &'p Choice<'m>) -> Result<(), Error> {
        if choice.variants.is_empty() {
            return Err(failure(place, "a choice without branches has no value"));
        }
        self.fields(place, Scope::default(), choice.table, &choice.variants)
    }

    /// Fields or variants, which stand where their table has them.
    fn fields(
        &self,
        place: Location<'_>,
        mut scope: Scope<'p>,
        table: TableId,
        fields: &'p [Field<'m>],
    ) -> Result<(), Error> {
        let table = self.table(place, table)?;
        for (index, field) in fields.iter().enumerate() {
            let wire = &field.doc.wire;
            let place = place.with_field(wire);
            scope.define(place, &field.ident)?;
            self.inner_type(place, &field.ty.inner)?;
            if table
                .fields
                .get(index)
                .is_none_or(|of_table| of_table.wire != *wire)
            {
                return Err(failure(place, "the table has another field at its index"));
            }
        }
        Ok(())
    }

    fn abstract_type(&self, place: Location<'_>, ty: &'p Abstract<'m>) -> Result<(), Error> {
        let mut scope = Scope::default();
        scope.define(place, "Other")?;
        for variant in &ty.variants {
            scope.define(place, &variant.ident)?;
            self.type_ref(place, &variant.ty)?;
        }
        Ok(())
    }

    fn tables(&self) -> Result<(), Error> {
        let mut scope = Scope::default();
        for table in &self.plan.tables {
            let place = Location::new("table", &table.ident);
            scope.define(place, &table.ident)?;
            if let Some(base) = table.base {
                self.table(place, base)?;
            }
            for field in &table.fields {
                // Lines of tables consist of words.
                if field.wire.is_empty() || field.wire.contains(char::is_whitespace) {
                    return Err(failure(place, "a field has a name that is no word"));
                }
                if let FieldKind::Struct(id) | FieldKind::Record(id) | FieldKind::Group(id) =
                    field.kind
                {
                    self.table(place, id)?;
                }
            }
        }
        Ok(())
    }

    fn operations(&self) -> Result<(), Error> {
        // The statics and the types of operations share one scope.
        let mut scope = Scope::default();
        for operation in &self.plan.operations {
            let place = Location::new("operation", operation.wire);
            scope.define(place, &operation.ident)?;
            scope.define(place, &operation.ty)?;
            self.operation(place, operation)?;
        }
        Ok(())
    }

    fn operation(&self, place: Location<'_>, operation: &'p Operation<'m>) -> Result<(), Error> {
        self.table(place, operation.request)?;
        self.table(place, operation.response)?;
        let headers = operation.headers.iter().chain(&operation.output_headers);
        for Part { table, ty } in headers.chain(&operation.faults) {
            self.table(place, *table)?;
            ty.iter().try_for_each(|ty| self.type_ref(place, ty))?;
        }
        if let Some(output) = &operation.output {
            self.inner_type(place, &output.inner)?;
        }
        let mut scope = Scope::default();
        for argument in &operation.arguments {
            scope.define(place, &argument.ident)?;
            self.inner_type(place, &argument.inner)?;
        }
        Ok(())
    }

    /// Traits and enums share one scope, and so do the variants of each enum.
    fn server(&self, server: &'p Server<'m>) -> Result<(), Error> {
        let mut scope = Scope::default();
        for port_type in &server.port_types {
            let place = Location::new("port type", port_type.name);
            scope.define(place, &port_type.ident)?;
        }
        for faults in &server.faults {
            if faults.variants.is_empty() {
                continue;
            }
            let place = Location::new("faults", &faults.ident);
            scope.define(place, &faults.ident)?;
            let mut scope = Scope::default();
            scope.define(place, "Other")?;
            for fault in &faults.variants {
                scope.define(place, &fault.ident)?;
                self.table(place, fault.table)?;
                match &fault.content {
                    FaultContent::Struct(ty) => self.type_ref(place, ty)?,
                    FaultContent::Value(inner) => self.inner_type(place, inner)?,
                }
            }
        }
        Ok(())
    }

    fn service(&self, service: &'p Service<'m>) -> Result<(), Error> {
        let place = Location::new("service", &service.ident);
        let operations = self.plan.operations.get(service.operations.clone());
        let mut scope = Scope::default();
        for operation in operations.unwrap_or_default() {
            scope.define(place, &operation.method)?;
            if let Some(rows) = &operation.rows {
                scope.define(place, &rows.all)?;
                rows.one
                    .iter()
                    .try_for_each(|one| scope.define(place, one))?;
            }
        }
        Ok(())
    }
}

fn enumerators(place: Location<'_>, enumeration: &Enum<'_>) -> Result<(), Error> {
    let mut scope = Scope::default();
    scope.define(place, "Other")?;
    let mut variants = enumeration.variants.iter();
    variants.try_for_each(|variant| scope.define(place, &variant.ident))
}
