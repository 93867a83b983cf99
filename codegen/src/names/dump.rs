//! The names as text, for `--dump names`. The format is for reading and may change.

use std::fmt;

use super::identifiers::Names;
use crate::select::Selection;

/// Names beside what they name.
pub(crate) struct Dump<'n, 'm> {
    names: &'n Names,
    selection: &'n Selection<'m>,
}

impl Names {
    /// The names as text.
    pub(crate) fn dump<'n, 'm>(&'n self, selection: &'n Selection<'m>) -> Dump<'n, 'm> {
        Dump {
            names: self,
            selection,
        }
    }
}

impl fmt::Display for Dump<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { names, selection } = self;
        for (ns, module) in &names.modules {
            writeln!(f, "module {module} = {:?}", selection.uri(*ns))?;
        }
        for ((_, shape), own) in selection.ids().zip(&names.shapes) {
            let uri = selection.uri(shape.ns);
            writeln!(
                f,
                "type {:?} {uri:?} {:?} table {}",
                own.ty, shape.name, own.table
            )?;
            for (position, field) in own.fields.iter().enumerate() {
                let wire = shape
                    .members
                    .get(position)
                    .map_or("", |member| &*member.name);
                write!(f, "  {} = {wire:?}", field.ident)?;
                if !field.key.is_empty() {
                    write!(f, " key {} setter {}", field.key, field.setter)?;
                }
                writeln!(f)?;
            }
        }
        for (id, own) in &names.enums {
            let local = selection.model.type_def(*id).name.local();
            writeln!(f, "enum {} = {local:?}", own.ty)?;
            for (ident, value) in own.variants.iter().zip(selection.values(*id)) {
                writeln!(f, "  {ident} = {:?}", value.value)?;
            }
        }
        for (service, ident) in selection.services.iter().zip(&names.services) {
            writeln!(f, "service {ident} = {:?}", service.name)?;
        }
        for (operation, own) in selection.operations.iter().zip(&names.operations) {
            let (method, ty, table) = (&own.method, &own.ty, &own.table);
            write!(
                f,
                "operation {method} = {:?} type {ty} static {table}",
                operation.name
            )?;
            if let Some(rows) = &own.rows {
                write!(f, " all {}", rows.all)?;
                if let Some(one) = &rows.one {
                    write!(f, " one {one}")?;
                }
            }
            writeln!(f, " ({})", own.arguments.join(", "))?;
        }
        for note in names.conflicts.notes() {
            writeln!(f, "note: {note}")?;
        }
        Ok(())
    }
}
